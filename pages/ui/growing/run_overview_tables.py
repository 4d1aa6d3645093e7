"""The overview's figures as tables, for keys, screen readers and exact numbers; and two runs side by side."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from core.domain.check import Rule
from core.domain.instruction import RunStatus
from core.domain.operation import Operation
from core.domain.overview import PAPER_DIFFICULTY, Compared, Difference, Mean, Overview, Pick, Rate, Share
from core.services.growing.overview import compared
from core.services.projects import Project
from pages.ui import kit
from pages.ui.growing.run_overview_words import percent
from pages.ui.kit import h
from pages.ui.words import count, money

_PARTS = {
    "survived": "Survived",
    "epoch": "Survived",
    "operation": "Survived",
    "rule": "Passed",
    "words": "Within 10–20 words",
    "difficulty": "Difficulty",
}


def tables(now: Overview, project: Project) -> None:
    """Every figure of the overview as rows; a row's number links to the instructions behind it."""
    where = {"run": now.run.id, "view": "overview", "as": "tables", "project": project.slug}
    kit.show(
        "overview",
        h(
            "div",
            {"class": "two"},
            _rates("Survived, by epoch", [(f"Epoch {one.name}", one) for one in now.epochs], where),
            _rates("Survived, by operation", [(Operation(one.name).label, one) for one in now.operations], where),
            _rates("Passed, by rule", [(Rule(one.name).label, one) for one in now.rules], where),
            _eliminated(now, where),
            _difficulty(now, where),
            _costs(now, where),
        ),
        key="overview.tables",
    )


def _table(title: str, head: Sequence[str], rows: Iterator[kit.Element] | Sequence[kit.Element]) -> kit.Element:
    cells = (h("th", {"class": "" if at == 0 else "r", "scope": "col"}, word) for at, word in enumerate(head))
    return h("div", {"class": "card"}, h("div", {"class": "h"}, title), h("table", h("tr", *cells), *rows))


def _row(name: kit.Child, *values: kit.Child) -> kit.Element:
    return h(
        "tr", h("th", {"scope": "row", "class": "nm"}, name), *(h("td", {"class": "r num"}, one) for one in values)
    )


def _link(words: str, where: dict[str, str], pick: Pick) -> kit.Element:
    return h("a", {"href": f"/runs?{urlencode(where | {'pick': str(pick)})}"}, words)


def _rates(title: str, named: Sequence[tuple[str, Rate]], where: dict[str, str]) -> kit.Element:
    rows = (
        _row(
            label,
            percent(rate.share),
            f"{100 * rate.share.low:.0f}–{100 * rate.share.high:.0f} %" if rate.share.n else "–",
            _link(f"{rate.share.k:,} of {rate.share.n:,}", where, rate.pick) if rate.share.n else "none yet",
            f"{rate.failed or rate.unclear:,}" if rate.failed or rate.unclear else "·",
        )
        for label, rate in named
    )
    return _table(title, ("", "Share", "95 %", "n", "Not counted"), rows)


def _eliminated(now: Overview, where: dict[str, str]) -> kit.Element:
    rows = (
        _row(
            f"{one.operation.label}: {one.rule.label}",
            _link(f"{one.n:,}", where, Pick(operation=one.operation, first_rule=one.rule)),
        )
        for one in sorted(now.eliminated, key=lambda one: -one.n)
    )
    return _table("Eliminated, by operation and first rule", ("", "n"), rows)


def _difficulty(now: Overview, where: dict[str, str]) -> kit.Element:
    rows = (
        _row(
            f"Epoch {grade.epoch}" if grade.epoch else "Seeds",
            mean_in_words(grade.mean),
            _link(f"{grade.mean.n:,}", where, Pick(epoch=grade.epoch, status=RunStatus.SURVIVED))
            if grade.epoch
            else f"{grade.mean.n:,}",
            f"{PAPER_DIFFICULTY[grade.epoch]:.2f}" if grade.epoch < len(PAPER_DIFFICULTY) else "–",
        )
        for grade in now.grades
    )
    return _table("Difficulty of seeds and survivors", ("", "Mean, 95 %", "n", "The paper"), rows)


def _costs(now: Overview, where: dict[str, str]) -> kit.Element:
    rows = (
        _row(
            one.operation.label if one.operation else "Scoring the seeds",
            f"{one.calls:,}",
            f"{one.tokens:,}",
            "–" if one.tokens_each is None else f"{one.tokens_each:,.0f}",
            money(None if one.usd is None or not one.survivors else one.usd / one.survivors),
            _link(f"{one.survivors:,}", where, Pick(operation=one.operation, status=RunStatus.SURVIVED))
            if one.operation
            else "–",
        )
        for one in now.costs
    )
    return _table("What a survivor takes", ("", "Calls", "Tokens", "Tokens each", "Money each", "Survivors"), rows)


def differences(first: Overview, second: Overview) -> None:
    """Two runs, figure by figure, with the interval of the difference."""
    names = (f"Run {first.run.number}", f"Run {second.run.number}")
    rows = [_difference(one) for one in compared(first, second)]
    rows += [
        _row("Tokens a survivor", *_two(first.of_survivor(first.tokens), second.of_survivor(second.tokens)), "–"),
        _row("Money a survivor", money(first.of_survivor(first.usd)), money(second.of_survivor(second.usd)), "–"),
    ]
    shared = h(
        "p",
        {"class": "lab"},
        f"Second minus first. A difference in bold has an interval that leaves out 0; of {count(len(rows), 'row')} one in"
        " twenty does so by chance. Children count as independent of each other.",
    )
    kit.show(
        "overview",
        _table("Two runs", ("", *names, "Difference, 95 %"), rows),
        shared,
        key="overview.differences",
    )


def _two(first: float | None, second: float | None) -> tuple[str, str]:
    return ("–" if first is None else f"{first:,.0f}", "–" if second is None else f"{second:,.0f}")


def _difference(one: Compared) -> kit.Element:
    name = _name(one)
    scale, unit = (1.0, "") if isinstance(one.first, Mean) else (100.0, " points")
    return _row(
        f"{_PARTS[one.part]}{name and ' · '}{name}",
        _value(one.first),
        _value(one.second),
        _moved(one.difference, scale, unit),
    )


def _name(one: Compared) -> str:
    match one.part:
        case "operation":
            return Operation(one.name).label
        case "rule":
            return Rule(one.name).label
        case "epoch" | "difficulty":
            return f"epoch {one.name}" if one.name != "0" else "seeds"
        case _:
            return one.name


def _value(value: Share | Mean) -> str:
    if isinstance(value, Mean):
        return f"{mean_in_words(value)}, n {value.n:,}"
    return f"{percent(value)} of {value.n:,}" if value.n else "–"


def mean_in_words(mean: Mean) -> str:
    """5.48 (5.21–5.75)."""
    if mean.value is None:
        return "–"
    around = f" ({mean.low:.2f}–{mean.high:.2f})" if mean.low is not None and mean.high is not None else ""
    return f"{mean.value:.2f}{around}"


def _moved(moved: Difference | None, scale: float, unit: str) -> kit.Child:
    if moved is None:
        return "too few"
    digits = 0 if scale > 1 else 2
    value, low, high = (f"{scale * one:+.{digits}f}".replace("-", "−") for one in (moved.value, moved.low, moved.high))
    words = f"{value}{unit} ({low} … {high})"
    return h("b", words) if moved.is_clear else words
