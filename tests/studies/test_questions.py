"""What a trial asks, which answers are none, and that an answer is kept as it was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.judgment import JudgmentValue, PairVerdict, Said
from core.domain.study import OVERALL, Criterion, StudyDesign, StudyTask
from core.studies.questions import as_said, as_values, problem, questions
from tests.builders import id_of

REASONING = Criterion(key="reasoning", label="Reasoning", description="How sound its steps are.")
STYLE = Criterion(key="style", label="Style")
RANK = StudyDesign()
EACH = StudyDesign(criteria=(REASONING, STYLE), asks_each=True)
PAIR = StudyDesign(task=StudyTask.PAIR)
LIKERT = StudyDesign(task=StudyTask.LIKERT, criteria=(REASONING,))
SIBLINGS = StudyDesign(task=StudyTask.SIBLINGS)
DESIGNS = (RANK, EACH, PAIR, LIKERT, SIBLINGS, StudyDesign(task=StudyTask.PAIR, criteria=(STYLE,), asks_each=True))
IDENTITY = id_of("judgment")


def keys(design: StudyDesign) -> list[str]:
    return [one.key for one in questions(design)]


def test_what_is_asked_follows_from_the_task() -> None:
    assert [keys(one) for one in DESIGNS] == [
        [OVERALL], [OVERALL, "reasoning", "style"], [OVERALL], ["reasoning"], [OVERALL], [OVERALL, "style"],
    ]  # fmt: skip
    assert keys(StudyDesign(task=StudyTask.LIKERT)) == [OVERALL]


def test_criteria_that_are_not_asked_one_by_one_are_what_the_overall_question_weighs() -> None:
    (asked,) = questions(StudyDesign(criteria=(REASONING, STYLE)))
    assert asked.description == "Reasoning: How sound its steps are.\nStyle"


@st.composite
def answers(draw: st.DrawFn) -> tuple[StudyDesign, int, tuple[Said, ...]]:
    """A design, how many texts are shown, and a sound answer."""
    design = draw(st.sampled_from(DESIGNS))
    n = 2 if design.task is StudyTask.PAIR else draw(st.integers(1, 5))
    said = []
    for key in keys(design):
        if design.task is StudyTask.PAIR:
            said.append(Said(position=0, criterion=key, verdict=draw(st.sampled_from(PairVerdict))))
            continue
        for position in range(n):
            value = draw(st.integers(1, 5))
            is_score = design.task is StudyTask.LIKERT
            said.append(
                Said(
                    position=position, criterion=key, rank=None if is_score else value,
                    score=float(value) if is_score else None,
                )
            )  # fmt: skip
    return design, n, tuple(draw(st.permutations(said)))


@given(answers())
def test_a_sound_answer_has_no_problem_and_is_kept_as_it_was_said(
    given_: tuple[StudyDesign, int, tuple[Said, ...]],
) -> None:
    design, n, said = given_
    assert problem(design, n, said) == ""
    values = as_values(design, IDENTITY, said)
    assert len({(one.criterion, one.position) for one in values}) == n * len(keys(design)) == len(values)
    assert set(as_said(design, values)) == set(said)


@given(answers(), st.data())
def test_an_answer_that_lacks_anything_is_none(
    given_: tuple[StudyDesign, int, tuple[Said, ...]], data: st.DataObject
) -> None:
    design, n, said = given_
    gone = data.draw(st.integers(0, len(said) - 1))
    assert problem(design, n, (*said[:gone], *said[gone + 1 :])).startswith("Not everything is answered yet")


def overall(position: int = 0, **more: object) -> Said:
    return Said(position=position, criterion=OVERALL, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("design", "said", "why"),
    [
        (RANK, [overall(0, rank=0), overall(1, rank=1)], "from 1 (the best) to 5"),
        (RANK, [overall(0, rank=6), overall(1, rank=1)], "from 1 (the best) to 5"),
        (RANK, [overall(0, rank=-1), overall(1, rank=1)], "from 1 (the best) to 5"),
        (RANK, [overall(0, rank=1), overall(1)], "from 1 (the best) to 5"),
        (RANK, [overall(0, rank=1), overall(1, score=2.0)], "from 1 (the best) to 5"),
        (RANK, [overall(0, rank=1), overall(1, rank=1, score=2.0)], "from 1 (the best) to 5"),
        (RANK, [overall(0, rank=1), overall(1, rank=2, verdict=PairVerdict.TIE)], "Only a pair"),
        (RANK, [overall(0, rank=1), overall(2, rank=2)], "a response that was not shown"),
        (RANK, [overall(0, rank=1), overall(-1, rank=2)], "a response that was not shown"),
        (RANK, [overall(0, rank=1), overall(0, rank=2)], "two things of one response"),
        (RANK, [], "Not everything is answered yet"),
        (RANK, [Said(position=0, criterion="style", rank=1)], "does not ask"),
        (PAIR, [overall(0, rank=1)], "left, right, tie or both bad"),
        (PAIR, [overall(0, verdict=PairVerdict.TIE, rank=1)], "left, right, tie or both bad"),
        (PAIR, [overall(0, verdict=PairVerdict.LEFT), overall(1, verdict=PairVerdict.LEFT)], "was not shown"),
        (LIKERT, [Said(position=at, criterion="reasoning", score=2.5) for at in (0, 1)], "from 1 to 5"),
        (LIKERT, [Said(position=at, criterion="reasoning", score=0.0) for at in (0, 1)], "from 1 to 5"),
        (LIKERT, [Said(position=at, criterion="reasoning", score=float("nan")) for at in (0, 1)], "from 1 to 5"),
        (LIKERT, [Said(position=at, criterion="reasoning", score=float("inf")) for at in (0, 1)], "from 1 to 5"),
        (LIKERT, [Said(position=at, criterion="reasoning", rank=2) for at in (0, 1)], "from 1 to 5"),
    ],
)
def test_what_is_out_of_range_or_of_another_kind_is_refused_in_words(
    design: StudyDesign, said: list[Said], why: str
) -> None:
    assert why in problem(design, 2, said)


def test_ties_and_gaps_are_allowed() -> None:
    for ranks in ((1, 1, 1), (5, 5, 5), (1, 3, 3), (2, 4, 1)):
        assert problem(RANK, 3, [overall(at, rank=one) for at, one in enumerate(ranks)]) == ""


@pytest.mark.parametrize(
    ("verdict", "swapped"),
    [
        (PairVerdict.LEFT, PairVerdict.RIGHT), (PairVerdict.RIGHT, PairVerdict.LEFT), (PairVerdict.TIE, PairVerdict.TIE),
        (PairVerdict.BOTH_BAD, PairVerdict.BOTH_BAD),
    ],
)  # fmt: skip
def test_swapping_the_sides_flips_a_vote_and_nothing_else(verdict: PairVerdict, swapped: PairVerdict) -> None:
    values = as_values(PAIR, IDENTITY, [overall(0, verdict=verdict)])
    turned = [
        JudgmentValue(
            judgment_id=one.judgment_id, position=1 - one.position, criterion=one.criterion, rank=one.rank,
            verdict=one.verdict,
        )
        for one in values
    ]  # fmt: skip
    assert as_said(PAIR, turned) == (overall(0, verdict=swapped),)
