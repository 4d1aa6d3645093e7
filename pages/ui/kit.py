"""What pages draw with: nodes of the "view" component, our marks, words and small parts.

A node is text, or `h(tag, attributes, *children)`. The browser builds it with createElement and text nodes only, from a
list of allowed tags and attributes (components/shared/vdom.js): text from models, files and people cannot do anything.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import streamlit as st

from core.domain.operation import DATA_FORMATS, Operation
from pages.ui import component

Element = tuple[object, ...]
Child = str | int | Element | Iterable["Child"] | None
Attributes = Mapping[str, object]
Pieces = Iterable[tuple[str, str]]

SEED = "seed"
OPERATION_LABELS = {SEED: "Seed"} | {operation.value: operation.label for operation in Operation}
GLYPHS = dict(zip(OPERATION_LABELS, ("●", "+", "↓", "◎", "∴", "{}", "⑂"), strict=True))
MARK_WORDS = {
    "waiting": "Waiting", "survived": "Survived", "eliminated": "Eliminated", "error": "Error",
    "undecided": "Undecided", "accepted": "Accepted", "rejected": "Rejected", "disputed": "Disputed",
    "set_aside": "Set aside", "saved": "Saved",
}  # fmt: skip
VERDICT_MARKS = {
    "pass": ("survived", "passed"),
    "fail": ("eliminated", "failed"),
    "unknown": ("error", "unclear"),
    "not_checked": ("waiting", "not checked"),
}
_DIFF_TAGS = {"+": "ins", "-": "del"}
_TREE_KEY = "studio_tree"


def h(tag: str, attributes: Attributes | Child = None, *children: Child) -> Element:
    """An element. Attributes may be left out; None children vanish, lists and generators of children are unfolded."""
    if isinstance(attributes, Mapping):
        return (tag, dict(attributes), *_flat(children))
    return (tag, {}, *_flat((attributes, *children)))


def _flat(children: Iterable[Child]) -> list[object]:
    flat: list[object] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, str | int | tuple):
            flat.append(child)
        else:
            flat.extend(_flat(child))
    return flat


def icon(name: str) -> Element:
    """The sign of an operation or a mark; decoration, so put a word beside it."""
    return ("icon", {"name": name})


def op(operation: str, with_label: bool = True) -> Element:
    """An operation (or "seed") in its colour; without its label the name is kept as title and aria-label."""
    label = OPERATION_LABELS[operation]
    about: dict[str, object] = {"class": f"op op-{operation}"}
    if with_label:
        return h("span", about, icon(operation), label)
    return h("span", about | {"title": label, "role": "img", "aria-label": label}, icon(operation))


def mark(status: str, word: str | None = None, *, with_word: bool = True) -> Element:
    """A mark (a key of MARK_WORDS) with its usual word, another `word`, or none (then title and aria-label)."""
    usual = word or MARK_WORDS[status]
    about: dict[str, object] = {"class": f"mk mk-{status}"}
    if with_word:
        return h("span", about, icon(status), h("b", usual))
    return h("span", about | {"title": usual, "role": "img", "aria-label": usual}, icon(status))


def verdict(value: str, word: str | None = None) -> Element:
    """The mark of a check's verdict (core.domain.check.Verdict), with its usual word or another one."""
    status, usual = VERDICT_MARKS[value]
    return mark(status, word or usual)


def kbd(key: str) -> Element:
    """A key cap."""
    return h("kbd", key)


def read(text: Child, size: Literal["", "m", "s", "one"] = "") -> Element:
    """Material: text under judgment, in serif, in its own direction; "one" is a single line cut with an ellipsis."""
    return h("div", {"class": f"read {size}".strip(), "dir": "auto"}, text)


def diff_nodes(pieces: Pieces) -> list[Child]:
    """A difference as children: pieces are ("=", text), ("+", inserted) or ("-", deleted)."""
    return [h(_DIFF_TAGS[sign], text) if sign in _DIFF_TAGS else text for sign, text in pieces]


def stats(*figures: tuple[str, str, str]) -> Element:
    """A row of figures, each (label, figure, note). Use "–" for a figure that is not known."""
    return h("div", {"class": "stats"}, (_stat(*figure) for figure in figures))


def _stat(label: str, figure: str, remark: str) -> Element:
    return h(
        "div",
        h("div", {"class": "lab"}, label),
        h("div", {"class": "fig"}, figure),
        h("div", {"class": "lab one"}, remark),
    )


def bar(
    label: str, *, survived: int, eliminated: int, in_flight: int = 0, waiting: int = 0, thin: bool = False
) -> Element:
    """A bar of counts: solid, hatched, striped, empty. `label` says the same to a screen reader."""
    parts = (("survived", survived), ("eliminated", eliminated), ("flight", in_flight), ("waiting", waiting))
    fills = (h("i", {"class": f"{name}-fill", "style": {"--n": count}, "key": name}) for name, count in parts if count)
    return h("div", {"class": "bar thin" if thin else "bar", "role": "img", "aria-label": label, "title": label}, fills)


def legend() -> Element:
    """What the fills of `bar` mean."""
    words = (("survived", "survived"), ("eliminated", "eliminated"), ("flight", "in flight"), ("waiting", "waiting"))
    return h("div", {"class": "legend"}, (h("span", h("i", {"class": f"{name}-fill"}), word) for name, word in words))


def note(status: str, word: str, *text: Child) -> Element:
    """A calm line about something that needs attention: a mark with `word`, then text."""
    tone = {"error": "warn-bg", "disputed": "warn-bg", "eliminated": "no-bg", "rejected": "no-bg"}.get(status, "")
    return h("div", {"class": f"note {tone}".strip()}, mark(status, word), h("span", *text))


def show(
    name: str,
    *nodes: Child,
    key: str,
    height: int | Literal["rest"] | None = None,
    on_action: Callable[[], None] | None = None,
) -> str | None:
    """Draw nodes as one view. Returns the `data-action` of the element that was clicked just now, else None.

    `name` becomes a class on the root (its style: components/view/pages.css), `key` the view's identity over reruns. `height` is its content's,
    a number of px, or "rest": what is left of the window, never scrolled away (then lay out with height:100%).
    """
    data = {"nodes": [h("div", {"class": f"view {name}"}, *nodes)], "height": height}
    result = component.draw("view", data, key=key, action=on_action)
    action = result.get("action")
    return None if action is None else str(action)


def theme_watch(person_id: str = "") -> None:
    """Put this on every page, once: keeps dialogs, figures and logo in the person's light or dark theme.

    It also sends what this person has decided in this browser and the studio has not saved yet (shared/outbox.js).
    """
    component.draw("theme", {"seen": st.context.theme.type, "person": person_id}, key="studio_theme", theme=None)


def tree(
    *,
    project: str,
    run: str,
    show: str = "all",
    seed: str | None = None,
    node: str | None = None,
    poll_s: float | None = None,
    on_run: Callable[[], None] | None = None,
) -> None:
    """The lineage trees of one run: seeds, canvas and detail. It asks pages/ui/growing/tree_routes.py for all that it shows.

    `seed` and `node` are opened first (the page's query parameters); `poll_s` asks for news while the run is live. `on_run`
    is called when the person wants the same seed in another run: `tree_run()` is that run then.
    """
    where = {"project": project, "run": run, "show": show, "seed": seed, "node": node, "poll_s": poll_s}
    words = {"operations": OPERATION_LABELS, "marks": MARK_WORDS, "verdicts": VERDICT_MARKS, "formats": DATA_FORMATS}
    component.draw("tree", where | {"words": words}, key=_TREE_KEY, run=on_run)


def tree_run() -> str:
    """The run in which the person wants to see the same seed; for the callback of `tree`."""
    return str(st.session_state[_TREE_KEY]["run"])


def is_removal_meant(about: str, *, key: str) -> bool:
    """In a dialog: what is lost, "Remove it" and "Keep it"; True if the first was pressed, the other closes the dialog."""
    show("stop", h("p", about), key=f"{key}.words")
    yes, no = st.columns(2)
    is_meant = yes.button("Remove it", key=f"{key}.yes", width="stretch")
    if no.button("Keep it", key=f"{key}.no", type="primary", width="stretch"):
        st.rerun()
    return is_meant
