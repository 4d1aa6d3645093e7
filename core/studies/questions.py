"""What a trial asks, whether an answer says it all, and the same answer as it is kept."""

from collections.abc import Sequence

from core.domain.judgment import JudgmentValue, PairVerdict, Said
from core.domain.study import MOST_RESPONSES, OVERALL, Criterion, StudyDesign, StudyTask

MOST_SCORE = 5  # on a Likert scale
_RANKS = {PairVerdict.LEFT: (1, 2), PairVerdict.RIGHT: (2, 1), PairVerdict.TIE: (1, 1), PairVerdict.BOTH_BAD: (1, 1)}
_KEPT = (PairVerdict.TIE, PairVerdict.BOTH_BAD)
_OVERALL = "Overall"


def questions(design: StudyDesign) -> tuple[Criterion, ...]:
    """The questions of every trial, in their order. Criteria that are not asked one by one say what the overall one weighs."""
    if design.task is StudyTask.LIKERT:
        return design.criteria or (Criterion(key=OVERALL, label=_OVERALL),)
    if design.asks_each:
        return Criterion(key=OVERALL, label=_OVERALL), *design.criteria
    weighed = [f"{one.label}: {one.description}" if one.description else one.label for one in design.criteria]
    return (Criterion(key=OVERALL, label=_OVERALL, description="\n".join(weighed)),)


def problem(design: StudyDesign, n_texts: int, said: Sequence[Said]) -> str:
    """Why this is no answer to a trial of so many texts, in words for who sent it; "" if it is one."""
    asked = {one.key for one in questions(design)}
    places = range(1 if design.task is StudyTask.PAIR else n_texts)
    found = [(one.criterion, one.position) for one in said]
    if not asked.issuperset(criterion for criterion, _ in found):
        return "This answers a question that the study does not ask."
    if any(place not in places for _, place in found):
        return "This judges a response that was not shown."
    if len(set(found)) < len(found):
        return "This says two things of one response."
    if len(found) < len(asked) * len(places):
        return "Not everything is answered yet. Go back to it, and answer each question."
    wrong = (_problem_of(design, n_texts, one) for one in said)
    return next((why for why in wrong if why), "")


def _problem_of(design: StudyDesign, n_texts: int, one: Said) -> str:
    """Exactly the kind of value that the task asks for, within its range."""
    if design.task is StudyTask.PAIR:
        is_fit = one.verdict is not None and one.rank is None and one.score is None
        return "" if is_fit else "A pair is judged left, right, tie or both bad."
    if one.verdict is not None:
        return "Only a pair is judged left, right, tie or both bad."
    if design.task is StudyTask.LIKERT:
        is_fit = one.rank is None and one.score in range(1, MOST_SCORE + 1)
        return "" if is_fit else f"A score is a whole number from 1 to {MOST_SCORE}."
    last = max(MOST_RESPONSES, n_texts)
    is_fit = one.score is None and one.rank is not None and 1 <= one.rank <= last
    return "" if is_fit else f"A rank is a whole number from 1 (the best) to {last}."


def as_values(design: StudyDesign, judgment_id: str, said: Sequence[Said]) -> list[JudgmentValue]:
    """An answer (one without a problem) as it is kept: a pair as two ranks, each with what a tie was called."""
    if design.task is not StudyTask.PAIR:
        return [
            JudgmentValue(
                judgment_id=judgment_id, position=one.position, criterion=one.criterion, rank=one.rank, score=one.score
            )
            for one in said
        ]  # fmt: skip
    return [
        JudgmentValue(
            judgment_id=judgment_id, position=position, criterion=one.criterion, rank=rank,
            verdict=one.verdict if one.verdict in _KEPT else None,
        )
        for one in said
        if one.verdict is not None
        for position, rank in enumerate(_RANKS[one.verdict])
    ]  # fmt: skip


def as_said(design: StudyDesign, values: Sequence[JudgmentValue]) -> tuple[Said, ...]:
    """What was kept as it was said."""
    if design.task is not StudyTask.PAIR:
        return tuple(
            Said(position=one.position, criterion=one.criterion, rank=one.rank, score=one.score) for one in values
        )
    right = {one.criterion: one for one in values if one.position == 1}
    return tuple(
        Said(position=0, criterion=one.criterion, verdict=_verdict(one, right[one.criterion]))
        for one in values
        if one.position == 0 and one.criterion in right
    )


def _verdict(left: JudgmentValue, right: JudgmentValue) -> PairVerdict:
    if left.verdict is not None:
        return PairVerdict(left.verdict)
    first, second = left.rank or 0, right.rank or 0
    return PairVerdict.TIE if first == second else PairVerdict.LEFT if first < second else PairVerdict.RIGHT
