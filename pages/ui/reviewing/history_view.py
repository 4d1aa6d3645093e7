"""What the page History draws: decisions in a list, and one of them with its item as it was shown."""

from datetime import datetime

from core.domain.decision import Act, Reason
from core.domain.history import Entry, HistoryPage, Looked, Side
from pages.ui import kit
from pages.ui.kit import h
from pages.ui.words import ago, count

ACTS = {
    Act.ACCEPT: "Accepted",
    Act.REJECT: "Rejected",
    Act.ADJUDICATE: "Settled",
    Act.SKIP: "Skipped",
    Act.FLAG: "Flagged",
    Act.NOTE: "Noted",
    Act.EDIT: "Edited",
    Act.SCORE: "Difficulty",
    Act.UNDO: "Took back",
}
_MARKS = {"accept": "accepted", "reject": "rejected"}


def draw_list(page: HistoryPage, chosen: str | None, now: datetime) -> str | None:
    """The decisions. → the id of the one that was pressed just now."""
    return kit.show(
        "history", h("div", {"class": "list"}, *(_line(one, one.id == chosen, now) for one in page.entries)),
        key="history.list", height="rest",
    )  # fmt: skip


def _line(entry: Entry, is_chosen: bool, now: datetime) -> kit.Element:
    text = entry.text if entry.bulk is None else count(entry.bulk, "instruction") + " at once"
    about = [entry.person, entry.queue, f"taken back by {entry.undone_by}" if entry.undone_by else None]
    return h(
        "button",
        {"class": "line on" if is_chosen else "line", "data-action": entry.id, "key": entry.id, "aria-pressed": str(is_chosen).lower()},
        h("span", {"class": "row"}, _what(entry), h("span", {"class": "lab num push", "title": f"{entry.received_at.astimezone():%d %b %Y, %H:%M:%S}"}, ago(entry.received_at, now))),
        kit.read(text or "", "one"),
        h("span", {"class": "lab one"}, " · ".join(filter(None, about))),
    )  # fmt: skip


def _what(entry: Entry) -> kit.Element:
    """What was done, in the mark of the verdict if it is one; struck through once it was taken back."""
    word = ACTS[Act(entry.act)]
    if entry.score is not None:
        said = h("b", {"class": "num"}, f"{word} {entry.score} of 10")
    elif entry.verdict is None:
        said = h("b", word)
    else:
        said = kit.mark(_MARKS[entry.verdict], f"{word}: {entry.verdict}" if entry.act == Act.ADJUDICATE else word)
    reason = h("span", {"class": "lab"}, Reason(entry.reason).label) if entry.reason else None
    return h("span", {"class": "row undone" if entry.undone_by else "row"}, said, reason)


def draw_looked(looked: Looked) -> None:
    entry = looked.entry
    took = f" · {entry.active_ms / 1000:.1f} s" if entry.active_ms is not None else ""
    when = f"{entry.person}, {entry.received_at.astimezone():%d %b %Y, %H:%M:%S}{took}"
    kit.show(
        "history",
        h("div", {"class": "row"}, _what(entry), h("span", {"class": "lab num push"}, when)),
        h("p", {"class": "lab"}, f"Taken back by {entry.undone_by}. Both stay in the log.") if entry.undone_by else None,
        h("div", {"class": "card"}, h("div", {"class": "lab"}, "Note"), kit.read(entry.note, "s")) if entry.note else None,
        _members(looked) if entry.bulk is not None else _item(looked),
        key="history.looked",
        height="rest",
    )  # fmt: skip


def _members(looked: Looked) -> kit.Element:
    lines = (h("li", kit.read(text, "one")) for text in looked.members)
    more = (looked.entry.bulk or 0) - len(looked.members)
    rest = h("p", {"class": "lab"}, f"and {more:,} more") if more > 0 else None
    return h("div", {"class": "card"}, h("div", {"class": "lab"}, "As they were"), h("ul", *lines), rest)


def _item(looked: Looked) -> kit.Element:
    """As it was shown, beside how it is now."""
    sides = [_side("As it was shown", looked.shown, looked.parent_text)]
    if looked.now is not None:
        sides.append(_side("As it is now", looked.now, looked.parent_text))
    status = (
        h("div", {"class": "row"}, h("span", {"class": "lab"}, "Now"), kit.mark(looked.status))
        if looked.status
        else None
    )
    unchanged = h("span", {"class": "lab"}, "the text is still the same") if looked.now is None else None
    said = (
        h("li", h("b", one.person), " ", kit.mark(_MARKS[one.verdict], "settled it" if one.adjudicated else None),
          h("span", {"class": "lab"}, f" {Reason(one.reason).label}") if one.reason else None)
        for one in looked.said
    )  # fmt: skip
    scored = (
        h("li", h("b", one.person), h("span", {"class": "num"}, f" finds it {one.score} of 10 difficult"))
        for one in looked.scored
    )
    return h("div", {"class": "sides"}, *sides, h("div", {"class": "row"}, status, unchanged), h("ul", *said, *scored))


def _side(title: str, side: Side | None, parent: str | None) -> kit.Element | None:
    if side is None:
        return None
    if side.diff is not None and side.rewritten and parent is not None:
        texts = [
            h("div", {"class": "lab"}, "Its parent"),
            kit.read(parent, "s"),
            h("div", {"class": "lab"}, "Its text"),
            kit.read(side.text, "s"),
        ]
    else:
        texts = [kit.read(kit.diff_nodes(side.diff) if side.diff is not None else side.text, "s")]
    return h("div", {"class": "card"}, h("div", {"class": "lab"}, title), *texts)  # fmt: skip
