"""Which cell is filled next: the emptiest that seeds could grow up to, the nearest to what is there; none is tried for ever."""

from collections import Counter

from core.analysis.filling import next_cell
from core.domain.coverage import Cell, Coverage, Reach, Scale, SkillLine


def grid(kept: dict[tuple[str, int], int], *lines: SkillLine) -> Coverage:
    counts = {(Cell(skill=skill, difficulty=at), Reach.KEPT): n for (skill, at), n in kept.items()}
    return Coverage(scale=Scale.MODEL, counts=counts, skills=lines)


MATH = SkillLine(skill="Math", seeds=3, scored=3, least=2.0, mean=3.0)
LAW = SkillLine(skill="Law", seeds=0)


def test_an_empty_cell_next_to_what_is_kept_comes_first() -> None:
    assert next_cell(grid({("Math", 5): 2, ("Math", 3): 1}, MATH, LAW), {}) == Cell(skill="Math", difficulty=4)


def test_nothing_is_aimed_at_below_the_seeds_or_where_a_skill_has_none() -> None:
    found = grid({}, MATH, LAW)
    tried: Counter[Cell] = Counter()
    for _ in range(8):
        cell = next_cell(found, tried)
        assert cell is not None
        tried[cell] += 1
    assert {cell.skill for cell in tried} == {"Math"}
    assert sorted(cell.difficulty for cell in tried) == [3, 4, 5, 6, 7, 8, 9, 10]
    assert next_cell(grid({}, LAW), {}) is None


def test_when_all_have_something_the_one_with_least_comes_first() -> None:
    found = grid({("Math", at): 3 if at != 9 else 1 for at in range(1, 11)}, MATH)
    assert next_cell(found, {}) == Cell(skill="Math", difficulty=9)
    assert next_cell(found, {Cell(skill="Math", difficulty=9): 5}) != Cell(skill="Math", difficulty=9)


def test_seeds_without_a_difficulty_may_grow_anywhere() -> None:
    unknown = SkillLine(skill="", seeds=2)
    assert next_cell(grid({}, unknown), {}) == Cell(skill="", difficulty=1)
