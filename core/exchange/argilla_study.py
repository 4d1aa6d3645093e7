"""A study as a dataset in Argilla: texts under letters, in an order that was drawn here. No name of a system has a way into it."""

from collections.abc import Sequence

from core.domain.argilla_wire import Asked, DatasetPlan, FieldPlan, OutRecord, QuestionPlan
from core.domain.judgment import PairVerdict
from core.domain.study import Criterion, StudyDesign, StudyTask

LETTERS = "abcde"
NOTE = "note"
MOST_SCORE = 5  # on a Likert scale
_PAIR = (
    (PairVerdict.LEFT, "A is better"), (PairVerdict.RIGHT, "B is better"), (PairVerdict.TIE, "Equally good"),
    (PairVerdict.BOTH_BAD, "Both are bad"),
)  # fmt: skip
_MOST_TITLE, _MOST_DESCRIPTION = 500, 1_000


def question_name(design: StudyDesign, number: int, position: int = 0) -> str:
    """The name of a question there: of the `number`-th criterion, on a Likert scale of the text at a position."""
    if design.task is StudyTask.LIKERT:
        return f"score_{LETTERS[position]}_{number}"
    return f"{'verdict' if design.task is StudyTask.PAIR else 'ranking'}_{number}"


def plan(design: StudyDesign, asked: Sequence[Criterion], n_texts: int) -> DatasetPlan:
    """What is asked of each prompt. `asked`: the study's questions, `n_texts`: as many as stand side by side at most."""
    above = "Parent" if design.task is StudyTask.SIBLINGS else "Prompt"
    texts = [FieldPlan(name="prompt", title=above)]
    texts += [FieldPlan(name=_field(at), title=title(design, at), required=at == 0) for at in range(n_texts)]
    questions = [one for number, each in enumerate(asked) for one in _questions(design, number, each, n_texts)]
    note = "Why?" if design.asks_reason else "Note"
    questions.append(QuestionPlan(name=NOTE, title=note, asked=Asked.TEXT))
    return DatasetPlan(
        fields=tuple(texts), questions=tuple(questions), guidelines=design.guidelines, people=design.judgments
    )


def record(id_: str, prompt: str, texts: Sequence[str]) -> OutRecord:
    """A prompt with its texts in the order in which they are shown, words that are to be black already black."""
    return OutRecord(id=id_, fields={"prompt": prompt} | {_field(at): text for at, text in enumerate(texts)})


def title(design: StudyDesign, position: int) -> str:
    """What a text is called there."""
    return f"{'Instruction' if design.task is StudyTask.SIBLINGS else 'Response'} {LETTERS[position].upper()}"


def _field(position: int) -> str:
    return f"text_{LETTERS[position]}"


def _questions(design: StudyDesign, number: int, one: Criterion, n_texts: int) -> list[QuestionPlan]:
    about = one.description[:_MOST_DESCRIPTION]
    if design.task is StudyTask.LIKERT:
        options = tuple((str(value), "") for value in range(1, MOST_SCORE + 1))
        return [
            QuestionPlan(
                name=question_name(design, number, at), title=f"{title(design, at)}: {one.label}"[:_MOST_TITLE], asked=Asked.RATING,
                options=options, required=at == 0, description=about,
            )
            for at in range(n_texts)
        ]  # fmt: skip
    is_pair = design.task is StudyTask.PAIR
    options = tuple((str(value), words) for value, words in _PAIR) if is_pair else _ranked(design, n_texts)
    return [
        QuestionPlan(
            name=question_name(design, number), title=one.label[:_MOST_TITLE], asked=Asked.LABEL if is_pair else Asked.RANKING,
            options=options, required=True, description=about,
        )
    ]  # fmt: skip


def _ranked(design: StudyDesign, n_texts: int) -> tuple[tuple[str, str], ...]:
    return tuple((LETTERS[at], title(design, at)) for at in range(n_texts))
