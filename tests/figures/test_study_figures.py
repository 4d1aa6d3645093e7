"""Figures of studies: every mark says its n and what stands behind it, small n is hollow, and a name is never markup."""

import json
from dataclasses import replace

import pytest

from core.domain.study_numbers import BySeed, Estimate, Record
from core.domain.study_results import Bout, Level, Part, TrialPick
from core.figures import study, study_grids
from core.figures.look import DARK, LIGHT, Figure, Palette
from core.studies.tally import decisive

HOSTILE = '<b>x</b><a href="javascript:alert(1)">y</a>'


def bout(name: str, wins: int, ties: int, losses: int, against: str = "b", part: Part = Part.SKILL) -> Bout:
    told = Record(wins=wins, ties=ties, losses=losses)
    return Bout(
        name=name, record=told, rate=decisive(told), pick=TrialPick(of="a", against=against, part=part, name=name)
    )


def behind(figure: Figure) -> list[TrialPick]:
    """The picks of all marks."""
    picks = [TrialPick.read(str(text)) for trace in figure.data for text in trace.customdata or ()]
    assert None not in picks
    return [pick for pick in picks if pick is not None]


def test_a_bar_is_stacked_of_wins_ties_and_losses_and_each_part_opens_its_own() -> None:
    figure = study.outcomes([bout("Alpaca 7B", 90, 76, 52)], LIGHT)
    assert [trace.x[0] for trace in figure.data] == pytest.approx([90 / 218, 76 / 218, 52 / 218])
    assert [trace.text[0].strip() for trace in figure.data] == ["90 win", "76 tie", "52 loss"]
    assert [pick.verdict for pick in behind(figure)] == ["win", "tie", "loss"]
    assert figure.data[2].marker.pattern.shape == "/"
    assert figure.data[2].marker.pattern.bgcolor == LIGHT.no  # else the hatch is see-through


def test_a_part_too_narrow_for_its_words_has_them_in_its_hover_only() -> None:
    figure = study.outcomes([bout("Alpaca 7B", 1, 0, 99)], LIGHT)
    assert (figure.data[0].text[0], figure.data[0].hovertext[0]) == ("", "Alpaca 7B: 1 win of 100")


def test_a_dot_has_its_interval_and_its_n_and_is_hollow_and_grey_below_the_least_n() -> None:
    figure = study.rates([bout("Math", 9, 3, 6), bout("Art", 2, 0, 1)], LIGHT, least_n=10)
    math, art = figure.data
    told = decisive(Record(wins=9, ties=3, losses=6))
    assert math.error_x.array[0] == pytest.approx((told.high or 0) - 0.6)
    assert (math.marker.color, art.marker.color, art.marker.line.color) == (LIGHT.accent, LIGHT.card, LIGHT.ink3)
    assert [label.split(">")[1].split(" <")[0] for label in figure.layout.yaxis.ticktext[1:]] == ["15", "3"]
    assert "9 won, 3 tied, 6 lost" in math.hovertext[0]
    assert [pick.name for pick in behind(figure)] == ["Math", "Art"]


def test_an_interval_by_seed_is_a_thin_line_behind_and_stands_in_the_words() -> None:
    told = bout("Math", 9, 3, 6)
    seeds = BySeed(low=0.2, high=0.9, seeds=7, design_effect=2.5)
    wide = replace(told, rate=replace(told.rate, by_seed=seeds))
    line, dot = study.rates([wide], LIGHT, least_n=10).data
    assert (list(line.x[:2]), line.line.width, dot.error_x.thickness) == ([0.2, 0.9], 1, 2)
    assert "by seed 20 % to 90 %, 7 seeds" in dot.hovertext[0]
    curve = study.curve([replace(wide, name="3")], LIGHT, least_n=10).data
    assert [list(trace.y) for trace in curve if trace.line.width == 1] == [[0.2], [0.9]]


def test_what_has_nothing_but_ties_has_a_row_and_no_dot() -> None:
    figure = study.rates([bout("Law", 0, 4, 0)], LIGHT, least_n=1)
    assert not figure.data
    assert "Law" in figure.layout.yaxis.ticktext[1]


def test_the_curve_has_a_band_where_there_are_intervals_and_n_at_every_difficulty() -> None:
    bouts = [
        bout("7", 5, 1, 9, part=Part.DIFFICULTY),
        bout("8", 2, 0, 1, part=Part.DIFFICULTY),
        bout("10", 0, 2, 0, part=Part.DIFFICULTY),
    ]
    figure = study.curve(bouts, LIGHT, least_n=10, cut=8)
    band, line = figure.data
    assert (len(band.x), line.x) == (4, (7, 8))
    assert line.marker.color == (LIGHT.accent, LIGHT.card)
    assert figure.layout.xaxis.ticktext == ("7<br>n 14", "8<br>n 3", "10<br>n 0")
    assert 7.5 in [shape.x0 for shape in figure.layout.shapes]


def test_the_grid_has_both_sides_of_every_pair() -> None:
    both = [bout("x", 8, 0, 2, part=Part.ALL)]
    back = Bout(
        name="y",
        record=both[0].record.swapped,
        rate=decisive(both[0].record.swapped),
        pick=TrialPick(of="b", against="a"),
    )
    figure = study_grids.grid([*both, back], [("a", "First"), ("b", "Second")], LIGHT, least_n=5)
    (squares,) = figure.data
    assert (squares.x, squares.y) == ((1, 0), (0, 1))
    assert squares.text == ("<b>80%</b><br>n 10", "<b>20%</b><br>n 10")


def test_a_strength_says_its_interval_and_opens_what_it_was_compared_in() -> None:
    levels = [
        Level(id="a", name="First", estimate=Estimate(value=0.5, n=40, low=0.2, high=0.8)),
        Level(id="b", name="Second", estimate=Estimate(value=-0.5, n=40)),
        Level(id="c", name="Third", estimate=Estimate(value=None, n=0, why="was compared with no other")),
    ]
    figure = study_grids.forest(levels, DARK, zero=0.0)
    assert [note.text for note in figure.layout.annotations] == ["0.50 (0.20 to 0.80)", "−0.50"]
    assert [pick.of for pick in behind(figure)] == ["a", "b"]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_names_from_anywhere_are_text_and_figures_of_nothing_are_drawn(colours: Palette) -> None:
    hostile = bout(HOSTILE, 3, 1, 2)
    levels = [Level(id="a", name=HOSTILE, estimate=hostile.rate)]
    figures = (
        study.outcomes([hostile], colours), study.rates([hostile], colours, least_n=1), study_grids.forest(levels, colours),
        study_grids.grid([hostile], [("a", HOSTILE), ("b", "B")], colours, least_n=1),
    )  # fmt: skip
    for figure in figures:
        drawn = json.loads(figure.to_json())
        drawn["data"] = [
            {name: value for name, value in trace.items() if name != "customdata"} for trace in drawn["data"]
        ]
        assert "<a " not in json.dumps(drawn, ensure_ascii=False)
        assert "<b>x" not in json.dumps(drawn, ensure_ascii=False)
    for empty in (
        study.outcomes([], colours),
        study.rates([], colours, least_n=1),
        study.curve([], colours, least_n=1),
        study_grids.grid([], [], colours, least_n=1),
        study_grids.forest([], colours),
    ):
        assert json.loads(empty.to_json())["layout"]["height"] > 0
