"""What the page Team draws: people in a table, how far they agree (on verdicts, on difficulty), the rule by which they decide together."""

from collections.abc import Sequence

from core.domain.agreement import Agreement
from core.domain.decision import ConsensusRule
from core.domain.overview import Share
from core.domain.team import Member, Pair, ScorePair, ScorePart, Team, Turn
from pages.ui import kit
from pages.ui.kit import h
from pages.ui.people import initials
from pages.ui.words import count, duration

RULES = {
    ConsensusRule.FIRST: ("First", "The verdict that was given first holds, whatever others say later."),
    ConsensusRule.MAJORITY: ("Majority", "What more people said holds; a tie waits for an adjudicator."),
    ConsensusRule.UNANIMOUS: ("Unanimous", "An item is accepted only if nobody rejects it: one rejection is enough."),
    ConsensusRule.ADJUDICATED: ("Adjudicated", "Whenever people disagree, the item waits for an adjudicator."),
}
_HEAD = ("Person", "Decided", "Today", "Accepted", "Time each", "Left here", "Time left", "Same answer again")


def people(team: Team, queue: str) -> None:
    """Everybody in a line."""
    kit.show(
        "team",
        h(
            "div",
            {"class": "card"},
            h("div", {"class": "hd"}, h("span", {"class": "h"}, "People"), h("span", {"class": "lab"}, f"what is left is of {queue}")),
            h("table", _heads(*_HEAD), h("tbody", *(_member(one) for one in team.members))),
        ),
        key="team.table",
    )  # fmt: skip


def _member(one: Member) -> kit.Element:
    part = one.part
    cells: Sequence[kit.Child] = (
        f"{part.decided:,}" if part else "0",
        f"{part.today:,}" if part else "0",
        _share(one.accepts),
        _pace(part.pace_s if part else None),
        f"{one.left:,}",
        "–" if one.left_s is None else duration(one.left_s),
        _again(one),
    )
    name = h(
        "span", {"class": "row"}, h("span", {"class": "sq"}, initials(one.name)), h("span", {"class": "one"}, one.name)
    )
    return h("tr", {"key": one.person_id}, h("th", {"scope": "row"}, name), *(h("td", {"class": "r num"}, one) for one in cells))  # fmt: skip


def _pace(pace_s: float | None) -> str:
    return "–" if pace_s is None else f"{pace_s:.1f} s"


def _share(share: Share) -> kit.Element:
    if share.value is None:
        return h("span", {"class": "lab"}, "–")
    return h("span", {"title": _interval(share)}, f"{share.value:.0%}", h("span", {"class": "lab"}, f" of {share.n:,}"))


def _again(one: Member) -> kit.Element:
    if not one.again.n:
        about = "Set a share of repeats in a queue: some items then come back later, unmarked."
        return h("span", {"class": "lab", "title": about}, "no repeats")
    words = f"{_interval(one.again)}; kappa {_number(one.again_kappa)}"
    return h("span", {"title": words}, f"{one.again.k:,}", h("span", {"class": "lab"}, f" of {one.again.n:,}"))


def _interval(share: Share) -> str:
    return f"{share.k:,} of {share.n:,}; with 95 % confidence {share.low:.0%} to {share.high:.0%}"


def _number(found: Agreement) -> str:
    """With a minus that is one; or why it is undefined."""
    return f"{found.value:.2f}".replace("-", "−") if found.value is not None else f"undefined: {found.why}"


def alpha(team: Team) -> None:
    """How far all of them agree, in one number."""
    found = team.alpha
    why = f": {found.why}" if found.why else ""
    kit.show(
        "team",
        h("div", {"class": "h"}, "Krippendorff’s alpha, all people"),
        h("div", {"class": "fig"}, "undefined" if found.value is None else _number(found)),
        h("div", {"class": "lab"}, f"on {count(found.n, 'item')} that two or more decided{why}"),
        h("p", {"class": "lab"}, "1: always the same. 0: no more than by chance. Below 0: against each other."),
        key="team.alpha",
    )


def pairs(team: Team) -> None:
    """How far each two of them agree."""
    heads = _heads("Two people", "Both decided", "Same", "Cohen’s kappa")
    rows = [_pair(one) for one in team.pairs]
    nothing = "No two people have decided the same item yet. Give a queue an overlap of 2 or more."
    kit.show(
        "team",
        h("div", {"class": "h"}, "Two by two"),
        h("table", heads, h("tbody", *rows)) if rows else h("p", {"class": "lab"}, nothing),
        key="team.pairs",
    )


def _pair(pair: Pair) -> kit.Element:
    found = pair.kappa
    return h(
        "tr",
        {"key": f"{pair.one}\n{pair.other}"},
        h("th", {"scope": "row"}, f"{pair.one} and {pair.other}"),
        h("td", {"class": "r num"}, f"{pair.same.n:,}"),
        h("td", {"class": "r num", "title": _interval(pair.same)}, f"{pair.same.value or 0:.0%}"),
        h("td", {"class": "r num" if found.value is not None else "r lab"}, _number(found)),
    )


def difficulty(team: Team) -> None:
    """How difficult people find texts: each one's part, and how far they agree. Nothing where nobody was asked."""
    parts = [(one, one.scores) for one in team.members if one.scores is not None]
    if not parts:
        return
    found = team.score_alpha
    about = (
        "Scores of 1 to 10 that hold now. Alpha is Krippendorff’s for ordered grades: 7 beside 8 is less of a disagreement than 2 beside 8."
        " Close: at most one apart."
    )
    rows = (_scorer(one.name, scores) for one, scores in parts)
    two = [_score_pair(one) for one in team.score_pairs]
    kit.show(
        "team",
        h("div", {"class": "hd"}, h("span", {"class": "h"}, "How difficult they find it"),
          h("span", {"class": "lab num"}, f"alpha of all {_number(found)} on {count(found.n, 'text')} that two or more scored")),
        h("table", _heads("Person", "Scored", "Today", "Mean", "Time each"), h("tbody", *rows)),
        h("table", _heads("Two people", "Both scored", "Close", "Alpha"), h("tbody", *two)) if two else None,
        h("p", {"class": "lab"}, about),
        key="team.difficulty",
    )  # fmt: skip


def _heads(*words: str) -> kit.Element:
    cells = (h("th", {"class": "" if at == 0 else "r", "scope": "col"}, word) for at, word in enumerate(words))
    return h("thead", h("tr", *cells))


def _scorer(name: str, scores: ScorePart) -> kit.Element:
    cells = (f"{scores.scored:,}", f"{scores.today:,}", f"{scores.mean:.1f}", _pace(scores.pace_s))
    return h(
        "tr", {"key": scores.person_id}, h("th", {"scope": "row"}, name), *(h("td", {"class": "r num"}, one) for one in cells)
    )  # fmt: skip


def _score_pair(pair: ScorePair) -> kit.Element:
    found = pair.alpha
    return h(
        "tr",
        {"key": f"{pair.one}\n{pair.other}"},
        h("th", {"scope": "row"}, f"{pair.one} and {pair.other}"),
        h("td", {"class": "r num"}, f"{pair.near.n:,}"),
        h("td", {"class": "r num", "title": _interval(pair.near)}, f"{pair.near.value or 0:.0%}"),
        h("td", {"class": "r num" if found.value is not None else "r lab"}, _number(found)),
    )


def turned(turns: Sequence[Turn]) -> kit.Element:
    """What another rule would change."""
    if not turns:
        return h("p", "Nothing that was decided changes with it.")
    lines = (
        h("li", h("b", {"class": "num"}, count(turn.items, "item")), " ", kit.mark(turn.was), " → ", kit.mark(turn.becomes))
        for turn in turns
    )  # fmt: skip
    return h("div", h("p", "Everybody’s verdicts stay as they are. With it:"), h("ul", {"class": "turns"}, *lines))
