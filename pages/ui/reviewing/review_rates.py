"""What the page of rates draws: shares accepted as figures, the weights of the next draws, the rules against people. Loads plotly."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.domain.audit import RuleAudit
from core.domain.operation import Operation
from core.domain.overview import Rate, Share
from core.domain.steering import SteerMode
from core.figures import rates
from core.figures.look import CONFIG, palette
from core.services.reviewing.rates import AcceptRates, Steered
from pages.ui import kit
from pages.ui.kit import h
from pages.ui.words import count

_SKILLS = 12  # rows of a figure
_ABOUT = {
    SteerMode.OFF: "The next children are drawn by the weights that the run was set up with.",
    SteerMode.FOLLOW: "The more often people accept what an operation makes, the more often it is drawn; none below 5 %.",
    SteerMode.FROZEN: "The shares stay as they were when they were frozen, whatever people decide.",
}


def figures(found: AcceptRates) -> None:
    """By operation, by epoch, by skill; 95 % credible intervals."""
    kit.show("overview", kit.stats(("Accepted", _percent(found.overall), f"of {found.overall.n:,} survivors decided")), key="rates.overall")  # fmt: skip
    left, right = st.columns(2, gap="small")
    with left:
        _card("operations", "Accepted, by operation", found.operations, lambda name: Operation(name).label)
    with right:
        _card("epochs", "Accepted, by epoch", found.epochs, lambda name: f"Epoch {name}")
        if [one.name for one in found.skills] != [""]:
            _card("skills", "Accepted, by skill", found.skills[:_SKILLS], lambda name: name or "Without a skill")


def _card(name: str, title: str, shares: Sequence[Rate], label: Callable[[str], str]) -> None:
    figure = rates.rates(shares, label, palette(st.context.theme.type), what="Accepted")
    with st.container(border=True, key=f"rates_{name}_card"):
        head = h("div", {"class": "hd"}, h("span", {"class": "h"}, title), h("span", {"class": "lab"}, "95 % credible"))
        kit.show("overview", head, key=f"rates.{name}.title")
        said = "; ".join(f"{label(one.name)}: {rates.share_in_words(one.share)}" for one in shares)
        st.plotly_chart(figure, theme=None, key=f"rates.{name}", config=dict(CONFIG), alt=f"{title}. {said}.")


def steering(now: Steered) -> list[kit.Child]:
    """What holds, and how often each operation is drawn next."""
    shares = (
        h("span", {"class": "sh"}, kit.op(operation), h("b", {"class": "num"}, f"{share:.0%}".replace("%", " %")))
        for operation, share in now.shares.items()
    )
    return [
        h("div", {"class": "hd"}, h("span", {"class": "h"}, "The next draws"), h("span", {"class": "lab"}, _ABOUT[now.mode])),
        h("div", {"class": "shares"}, *shares),
    ]  # fmt: skip


def rules(audits: Sequence[RuleAudit]) -> None:
    """Each rule in a line: what it eliminates, and how far people agree."""
    if not audits:
        return
    words = (
        "Precision: of what the rule eliminated and people were given unmarked, what they rejected too. Recall: of all that they"
        " would reject, what it eliminates. A queue's share of audits mixes eliminated items in."
    )
    heads = ("Rule", "Eliminated", "Precision", "Recall", "Overridden", "Let pass, rejected")
    idle = [one.rule.label for one in audits if not one.eliminated]
    header = h("tr", *(h("th", {"scope": "col", "class": "" if at == 0 else "r"}, one) for at, one in enumerate(heads)))
    with st.container(border=True, key="rates_rules_card"):
        kit.show(
            "rates",
            h("div", {"class": "hd"}, h("span", {"class": "h"}, "The automatic rules against people")),
            h("table", h("thead", header), h("tbody", *(_rule(one) for one in audits if one.eliminated))),
            h("p", {"class": "lab"}, words),
            h("p", {"class": "lab"}, f"Eliminated nothing: {', '.join(idle)}.") if idle else None,
            key="rates.rules",
        )


def _rule(one: RuleAudit) -> kit.Element:
    recall = "not known yet"
    if one.recall.value is not None:
        recall = f"{one.recall.value:.0%} ({one.recall.low:.0%} to {one.recall.high:.0%})".replace("%", " %")
    cells = (
        f"{one.eliminated:,} of {one.eliminated + one.passed:,}",
        _with_interval(one.precision, "no audit yet"),
        recall,
        count(one.overrides.k, "time"),
        _with_interval(one.missed, "none decided"),
    )
    return h("tr", h("th", {"scope": "row", "class": "nm"}, one.rule.label), *(h("td", {"class": "r num"}, cell) for cell in cells))  # fmt: skip


def _with_interval(share: Share, nothing: str) -> str:
    if share.value is None:
        return nothing
    return f"{share.value:.0%} of {share.n:,} ({share.low:.0%} to {share.high:.0%})".replace("%", " %")


def _percent(share: Share) -> str:
    return "–" if share.value is None else f"{share.value:.0%}".replace("%", " %")
