"""Cells of the coverage: every difficulty falls into one of them, and an address names one or none."""

from hypothesis import given
from hypothesis import strategies as some

from core.domain.coverage import DIFFICULTIES, NOT_SCORED, Cell, Reach, Scale, items_of
from core.domain.explore import EVERYTHING
from core.domain.queue import QueueFilter


@given(some.floats(1, 10))
def test_every_difficulty_falls_into_one_cell(difficulty: float) -> None:
    def holds(cell: Cell) -> bool:
        low, high = cell.bounds
        return (low is None or difficulty >= low) and (high is None or difficulty <= high)

    (column,) = [one for one in DIFFICULTIES if holds(Cell(skill="", difficulty=one))]
    assert abs(column - difficulty) <= 0.5


@given(some.text(max_size=100), some.sampled_from([*DIFFICULTIES, NOT_SCORED]))
def test_a_cell_stands_in_an_address(skill: str, difficulty: int) -> None:
    cell = Cell(skill=skill, difficulty=difficulty)
    assert Cell.read(str(cell)) == cell


@given(some.text())
def test_any_other_text_names_no_cell_or_one_that_there_is(text: str) -> None:
    cell = Cell.read(text)
    assert cell is None or (NOT_SCORED <= cell.difficulty <= 10 and len(cell.skill) <= 100)


def test_an_address_that_names_no_cell_is_none() -> None:
    for text in (
        "",
        "8",
        "11:Math",
        "-1:Math",
        "8.5:Math",
        "²:Math",
        "eight:Math",
        "0008:Math",
        "8:" + 101 * "x",
        "99999999999:Math",
    ):
        assert Cell.read(text) is None, text


def test_a_cell_within_a_scope_keeps_what_the_scope_says() -> None:
    scope = QueueFilter(run_id="a run", difficulty_from=7.8, epochs=(2,), statuses=(), set_aside=None)
    found = items_of(Cell(skill="Law", difficulty=8), Reach.WAITING, Scale.MODEL, scope)
    assert (found.run_id, found.epochs, found.skills) == ("a run", (2,), ("Law",))
    assert found.difficulty_from == 7.8
    assert found.difficulty_to is not None
    assert 8.49 < found.difficulty_to < 8.5
    assert (found.statuses, found.people, found.set_aside) == (("survived",), ("undecided", "disputed"), False)
    people = items_of(Cell(skill="Law", difficulty=1), Reach.ACCEPTED, Scale.PEOPLE, EVERYTHING)
    assert (people.said_from, people.statuses, people.people) == (None, (), ("accepted",))
