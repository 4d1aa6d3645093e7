"""The grid and the curve of coverage: every cell can be clicked, says its number, and a name from a file stays text."""

from dataclasses import replace

import pytest

from core.domain.coverage import (
    DIFFICULTIES,
    NOT_SCORED,
    Cell,
    Coverage,
    CoverageCurve,
    Reach,
    Reached,
    Scale,
    SkillLine,
)
from core.figures import coverage
from core.figures.look import DARK, LIGHT, Palette

MATH, LAW = SkillLine(skill="Math", seeds=12, scored=12, mean=3.0), SkillLine(skill="Law")
FOUND = Coverage(
    scale=Scale.MODEL,
    counts={
        (Cell(skill="Math", difficulty=5), Reach.KEPT): 1200,
        (Cell(skill="Math", difficulty=6), Reach.KEPT): 1,
        (Cell(skill="Math", difficulty=6), Reach.REJECTED): 4,
        (Cell(skill="Math", difficulty=NOT_SCORED), Reach.ELIMINATED): 7,
    },
    skills=(MATH, LAW),
)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_cell_is_a_point_with_its_number_empty_ones_too(colours: Palette) -> None:
    figure = coverage.grid(FOUND, FOUND.skills, Reach.KEPT, colours, Cell(skill="Math", difficulty=6))
    points = figure.data[-1]
    cells = [Cell.read(text) for text in points.customdata]
    assert cells == [
        Cell(skill=line.skill, difficulty=at) for line in FOUND.skills for at in (*DIFFICULTIES, NOT_SCORED)
    ]
    said = dict(zip(points.customdata, points.text, strict=True))
    assert (said["5:Math"], said["6:Math"], said["7:Math"], said["5:Law"]) == ("1,200", "1", "", "")
    assert len(figure.layout.shapes) == 1
    assert figure.layout.shapes[0].x0 < 6 < figure.layout.shapes[0].x1
    assert figure.layout.shapes[0].y0 < 0
    assert figure.layout.height > 2 * 30
    assert figure.to_json()


def test_people_have_no_column_of_what_is_not_scored() -> None:
    points = coverage.grid(replace(FOUND, scale=Scale.PEOPLE), FOUND.skills, Reach.KEPT, LIGHT, None).data[-1]
    assert len(points.customdata) == 2 * len(DIFFICULTIES)
    assert "0:Math" not in points.customdata


def test_one_is_seen_beside_a_thousand_and_nothing_is_not() -> None:
    shades = coverage.grid(FOUND, FOUND.skills, Reach.KEPT, LIGHT, None).data[0]
    assert shades.z[0][4] == 1
    assert 0.2 < shades.z[0][5] < 0.25
    assert shades.z[0][6] == 0


def test_what_is_counted_can_be_chosen() -> None:
    rejected = coverage.grid(FOUND, FOUND.skills, Reach.REJECTED, LIGHT, None).data[-1]
    assert dict(zip(rejected.customdata, rejected.text, strict=True))["6:Math"] == "4"
    eliminated = coverage.grid(FOUND, FOUND.skills, Reach.ELIMINATED, LIGHT, None).data[-1]
    assert dict(zip(eliminated.customdata, eliminated.text, strict=True))["0:Math"] == "7"


def test_a_cell_is_said_in_words_with_everything_that_came_of_it() -> None:
    words = coverage.in_words(FOUND, Cell(skill="Math", difficulty=6))
    assert words == "Math at 6: 1 kept, 0 accepted, 0 waiting, 0 eliminated, 4 rejected"
    assert coverage.in_words(FOUND, Cell(skill="", difficulty=0)).startswith(
        "No skill known without a difficulty: 0 kept"
    )


def test_a_skill_from_a_file_stays_text() -> None:
    hostile = SkillLine(skill="<a href='http://192.0.2.1'>x</a>", seeds=1)
    figure = coverage.grid(FOUND, (hostile,), Reach.KEPT, LIGHT, None)
    assert "<a" not in figure.layout.yaxis.ticktext[0]
    assert "<a" not in figure.data[-1].hovertext[0]


def test_the_curve_climbs_by_one_and_ends_flat() -> None:
    reached = tuple(Reached(cell=Cell(skill="Math", difficulty=at), decided=n) for at, n in ((5, 1), (6, 4), (7, 9)))
    line, points = coverage.curve(CoverageCurve(reached=reached, decided=40), LIGHT).data
    assert (list(line.x), list(line.y)) == ([0, 1, 4, 9, 40], [0, 1, 2, 3, 3])
    assert list(points.customdata) == ["5:Math", "6:Math", "7:Math"]
    assert "the 3. cell, after 9 decided" in points.hovertext[2]
