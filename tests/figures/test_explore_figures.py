"""Explore's figures: every point carries the address of what is behind it, n stands beside every rate, both themes have their colours."""

import pytest

from core.analysis.intervals import mean, wilson
from core.domain.explore import EVOLVED, Scope, narrowed
from core.domain.operation import Operation
from core.domain.survival import Funnel, Graded, Long, Part, Price, Scored, Spent, Spread, Step, Told
from core.figures import explore, explore_measures
from core.figures.look import DARK, LIGHT, Figure, Palette
from core.services.reviewing.queue_address import as_text, from_text

THEMES = [LIGHT, DARK]
WANTED = narrowed(EVOLVED, epochs=(1,))


def behind(figure: Figure) -> list[str]:
    return [str(one) for trace in figure.data for one in (() if trace.customdata is None else trace.customdata) if one]


def said(figure: Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def told(name: str, k: int, n: int) -> Told:
    part = Part.OPERATION if name in set(Operation) else Part.SKILL
    return Told(part=part, name=name, label=name, share=wilson(k, n), wanted=WANTED)


def funnel(*counts: int) -> Funnel:
    names = ("Seeds", "Evolved", "Survived", "Reviewed", "Accepted")
    steps = tuple(Step(name=name, n=n, wanted=WANTED) for name, n in zip(names, counts, strict=True))
    return Funnel(steps=steps, failed=0, waiting=0, overridden=Step(name="x", n=0))


@pytest.mark.parametrize("colours", THEMES)
def test_the_funnel_says_each_step_with_its_share_and_opens_it(colours: Palette) -> None:
    figure = explore.funnel(funnel(20, 70, 46, 0, 0), as_text, colours)
    (bars,) = figure.data
    assert list(bars.text) == ["20", "70", "46 · 66 % of those evolved", "0 · 0 % of those survived", "0"]
    assert [from_text(one) for one in behind(figure)] == [WANTED] * 5
    assert bars.marker.color[2] == colours.ok


@pytest.mark.parametrize("colours", THEMES)
def test_rates_are_in_the_operations_colours_hollow_where_n_is_small_with_n_beside(colours: Palette) -> None:
    figure = explore.rates(
        [told("deepen", 8, 20), told("mutate", 1, 3), told("<b>Math</b>", 0, 0)], as_text, colours, what="survived"
    )
    assert said(figure) == ["40 % of 20", "33 % of 3", "none yet"]
    deepen, mutate, _ = figure.data
    assert (deepen.marker.color, deepen.marker.symbol[0]) == (colours.operations[Operation.DEEPEN], "triangle-down")
    assert mutate.marker.symbol[0] == "diamond-open"
    assert list(figure.layout.yaxis.ticktext)[2] == "&lt;b&gt;Math&lt;/b&gt;  "
    assert len(behind(figure)) == 2


def test_what_has_no_price_is_said_and_what_is_free_costs_nothing() -> None:
    def price(spent: Spent) -> Price:
        return Price(operation=Operation.DEEPEN, spent=spent, survived=4, accepted=0, wanted=WANTED)

    def money(usd: float | None) -> str:
        return "not priced" if usd is None else f"${usd:.2f}"

    known = price(Spent(calls=8, tokens=800, usd=2.0))
    for one, n, words in (
        (known, 4, "200 · $0.50 · n 4"),
        (price(Spent(calls=8, tokens=800, usd=2.0, unpriced=1)), 4, "200 · not priced · n 4"),
        (price(Spent(calls=8, tokens=800, free=8)), 4, "200 · nothing · n 4"),
        (known, 0, "none yet"),
    ):
        assert explore.price_in_words(one, n, money) == words
    figure = explore.prices([known], as_text, money, LIGHT, of_accepted=False)
    assert said(figure) == ["200 · $0.50 · n 4"]
    assert behind(figure) == [as_text(WANTED)]


@pytest.mark.parametrize("colours", THEMES)
def test_difficulty_has_three_voices_each_with_a_mark_of_its_own(colours: Palette) -> None:
    found = [
        Graded(epoch=epoch, model=mean(20, 3.0 + epoch, 1.0), people=mean(3, 4.0, 1.0), paper=3.0, wanted=WANTED)
        for epoch in (0, 1)
    ]
    paper, model, people = explore_measures.difficulty(found, as_text, colours).data
    assert (paper.line.dash, set(model.marker.symbol), set(people.marker.symbol)) == (
        "dash",
        {"circle"},
        {"square-open"},
    )
    assert len(behind(explore_measures.difficulty(found, as_text, colours))) == 4


def test_texts_that_coincide_are_drawn_apart_and_always_at_the_same_place() -> None:
    pairs = [Scored(id=f"id {at}", seed_id="s", epoch=1, kind="evolved", judge=5.0, people=6.0, n=1) for at in range(3)]
    first, again = (explore_measures.two_scales(pairs, lambda one: one.id, LIGHT) for _ in range(2))
    assert list(first.data[0].x) == list(again.data[0].x)
    assert len(set(first.data[0].x)) == 3
    assert all(abs(x - 5.0) <= 0.12 for x in first.data[0].x)
    assert behind(first) == ["id 0", "id 1", "id 2"]


def test_lengths_show_their_quantiles_and_words_added_what_was_asked_for() -> None:
    spread = Spread(n=40, mean=30.0, quantiles=(5.0, 20.0, 30.0, 41.0, 60.0))
    found = [Long(epoch=1, words=spread, added=spread, wanted=WANTED)]
    reach, middle, medians = explore_measures.lengths(found, as_text, LIGHT, of_added=False).data
    assert ([*reach.y[:2]], [*middle.y[:2]], list(medians.y)) == ([5.0, 60.0], [20.0, 41.0], [30.0])
    assert medians.hovertext[0] == "Epoch 1: median 30, half between 20 and 41, mean 30.0, n 40"
    scope = Scope()
    figure = explore_measures.added(
        {-30: 1, 12: 2, 80: 1}, lambda low, high: as_text(scope.narrowed(added_from=low, added_to=high)), LIGHT
    )
    (bars,) = figure.data
    assert sum(bars.y) == pytest.approx(1.0)
    low, high = from_text(bars.customdata[0]), from_text(bars.customdata[-1])
    assert ((low.added_from, low.added_to), (high.added_from, high.added_to)) == ((None, -10), (50, None))
