"""Figures: every point says what stands behind it, n stands beside every rate, and both themes have the pages' colours."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from core.analysis.intervals import mean, wilson
from core.domain.check import Rule
from core.domain.instruction import RunStatus
from core.domain.operation import Operation
from core.domain.overview import PAPER_DIFFICULTY, Cost, Grade, Pick, Rate, WordsAdded
from core.domain.progress import RuleCount
from core.figures import measures, rates
from core.figures.look import DARK, LIGHT, Figure, Palette, faint, palette

ROOT = Path(__file__).parents[2]
TOKENS = (ROOT / "pages/ui/components/tokens.css").read_text(encoding="utf-8")


def rate(name: str, k: int, n: int) -> Rate:
    return Rate(name=name, share=wilson(k, n), pick=Pick(operation=Operation(name)))


def money(usd: float | None) -> str:
    return "not priced" if usd is None else f"${usd:.2f}"


def behind(figure: Figure) -> list[str]:
    """The picks of all points."""
    return [str(pick) for trace in figure.data for pick in trace.customdata or () if pick]


def said(figure: Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_a_rate_is_a_dot_with_its_interval_its_n_and_its_pick() -> None:
    figure = rates.rates([rate("deepen", 9, 12)], str, LIGHT, what="Survived")
    (dot,) = figure.data
    assert dot.x == (0.75,)
    share = wilson(9, 12)
    assert (dot.error_x.array[0], dot.error_x.arrayminus[0]) == pytest.approx((share.high - 0.75, 0.75 - share.low))
    assert said(figure) == ["75 % of 12"]
    assert behind(figure) == ["operation:deepen"]


def test_few_are_hollow_and_none_are_no_dot() -> None:
    figure = rates.rates(
        [rate("deepen", 3, 4), rate("mutate", 0, 0), rate("add_constraints", 9, 12)], str, LIGHT, what=""
    )
    assert [dot.marker.symbol for dot in figure.data] == ["triangle-down-open", "cross"]
    assert said(figure) == ["75 % of 4", "none yet", "75 % of 12"]


def test_another_runs_dots_are_told_apart_by_shape_and_open_nothing() -> None:
    ours, theirs = [rate("deepen", 9, 12)], [rate("deepen", 2, 12)]
    figure = rates.rates(ours, str, LIGHT, theirs, what="Survived")
    assert [dot.marker.symbol for dot in figure.data] == ["triangle-down", "diamond"]
    assert behind(figure) == ["operation:deepen"]


def test_every_square_of_the_grid_names_rule_and_operation() -> None:
    counts = [
        RuleCount(operation=Operation.DEEPEN, rule=Rule.REFUSAL, n=4),
        RuleCount(operation=Operation.MUTATE, rule=Rule.LEAKED_PROMPT, n=1),
    ]
    figure = rates.eliminated(counts, {Operation.DEEPEN: 12}, lambda rule: rule.label, LIGHT)
    assert behind(figure) == ["operation:deepen,first_rule:refusal", "operation:mutate,first_rule:leaked_prompt"]
    assert figure.data[0].text == ("4", "1")
    assert "Deepen · 12" in figure.layout.yaxis.ticktext


def test_words_add_up_to_all_and_what_lies_far_out_is_in_the_last_bars() -> None:
    added = WordsAdded(counts={-40: 1, 12: 6, 300: 3}, within=wilson(6, 10), median=12)
    figure = measures.words(added, LIGHT)
    bars = dict(zip(figure.data[0].x, figure.data[0].y, strict=True))
    assert sum(bars.values()) == pytest.approx(1)
    assert (bars[-10], bars[12], bars[50]) == pytest.approx((0.1, 0.6, 0.3))
    picks = dict(zip(figure.data[0].x, figure.data[0].customdata, strict=True))
    assert Pick.read(picks[50]) == Pick(words_from=50, budgeted=True)
    assert Pick.read(picks[-10]) == Pick(words_to=-10, budgeted=True)
    (band,) = figure.layout.shapes
    assert (band.x0, band.x1) == (9.5, 20.5)


def test_difficulty_stands_beside_the_papers_means() -> None:
    figure = measures.grades([Grade(epoch=at, mean=mean(20, 4.0 + at, 1.0)) for at in range(6)], LIGHT)
    paper, own = figure.data
    assert paper.y == PAPER_DIFFICULTY, "an epoch that the paper does not have was given a mean"
    assert own.y == (4, 5, 6, 7, 8, 9)
    assert str(Pick(epoch=1, status=RunStatus.SURVIVED)) in behind(figure)


def test_what_a_survivor_takes_is_said_and_what_is_unknown_stays_unknown() -> None:
    costs = [
        Cost(operation=Operation.DEEPEN, calls=40, tokens=9_000, usd=0.9, survivors=9),
        Cost(operation=Operation.MUTATE, calls=40, tokens=9_000, usd=None, survivors=3),
        Cost(operation=Operation.CONCRETIZE, calls=4, tokens=900, usd=0.1, survivors=0),
        Cost(operation=None, calls=9, tokens=90, usd=None, survivors=0),
    ]
    figure = measures.costs(costs, money, LIGHT)
    assert said(figure) == ["1,000 · $0.10 · n 9", "no survivor", "3,000 · not priced · n 3"]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_figures_of_nothing_are_drawn_too(colours: Palette) -> None:
    empty = WordsAdded(counts={}, within=wilson(0, 0), median=None)
    for figure in (
        rates.rates([], str, colours, what=""),
        rates.eliminated([], {}, lambda rule: rule.label, colours),
        measures.words(empty, colours),
        measures.grades([], colours),
        measures.costs([], money, colours),
    ):
        assert json.loads(figure.to_json())["layout"]["height"] > 0


@pytest.mark.parametrize(("theme", "place"), [("light", 0), ("dark", 1)])
def test_the_colours_are_those_of_the_pages(theme: str, place: int) -> None:
    colours = palette(theme)

    def token(name: str) -> Any:
        found = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", TOKENS)
        assert found, name
        return found[place + 1]

    names = {"ink2": "ink2", "ink3": "ink3", "card": "card", "line2": "line2", "accent": "accent-ink", "no": "no"}
    assert {ours: getattr(colours, ours) for ours in names} == {ours: token(css) for ours, css in names.items()}
    assert dict(colours.operations) == {operation: token(f"op-{operation}") for operation in Operation}
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"][theme]
    assert (colours.ink, colours.page, colours.line) == tuple(
        config[name] for name in ("textColor", "backgroundColor", "borderColor")
    )


def test_a_colour_at_a_share_of_its_strength() -> None:
    assert faint("#9C270C", 0.5) == "rgba(156,39,12,0.50)"
