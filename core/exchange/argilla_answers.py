"""What an answer in Argilla says, read with distrust: its values come from a server that is not ours."""

from collections.abc import Mapping, Sequence

from core.domain.argilla_wire import Meant
from core.domain.decision import Reason, Verdict
from core.domain.judgment import PairVerdict, Said
from core.domain.queue import Asks, Queue
from core.domain.study import Criterion, StudyDesign, StudyTask
from core.exchange import argilla_queue as queue_names
from core.exchange import argilla_study as study_names

Values = Mapping[str, object]
MOST_NOTE = 4_000  # letters
MOST_TEXT_BYTES = 1_000_000


def of_queue(queue: Queue, values: Values) -> Meant:
    """A verdict with what was said beside it, or a difficulty."""
    note = _text(values.get(queue_names.NOTE))
    if len(note) > MOST_NOTE:
        return Meant(problem=f"The note is longer than {MOST_NOTE:,} letters")
    if queue.asks is Asks.DIFFICULTY:
        difficulty = _whole(values.get(queue_names.DIFFICULTY), queue_names.MOST_DIFFICULTY)
        return Meant(
            difficulty=difficulty, note=note, problem="" if difficulty else "It says no difficulty from 1 to 10"
        )
    return _verdict(values, note)


def _verdict(values: Values, note: str) -> Meant:
    said, rated = values.get(queue_names.VERDICT), values.get(queue_names.RATING)
    if said not in tuple(Verdict):
        return Meant(problem="It says neither accept nor reject")
    rating = _whole(rated, queue_names.MOST_RATING)
    if rated is not None and rating is None:
        return Meant(problem=f"The rating is no whole number from 1 to {queue_names.MOST_RATING}")
    given = values.get(queue_names.REASONS)
    named = given if isinstance(given, list) else []
    if any(one not in tuple(Reason) for one in named):
        return Meant(problem="It names a reason that there is not")
    corrected = _text(values.get(queue_names.CORRECTED))
    if not _fits(corrected):
        return Meant(problem="The corrected text is longer than 1,000 kB, or has half a character in it")
    return Meant(
        verdict=Verdict(str(said)),
        reasons=tuple(Reason(str(one)) for one in named),
        rating=rating,
        corrected=corrected,
        note=note,
    )


def of_study(design: StudyDesign, asked: Sequence[Criterion], n_texts: int, values: Values) -> Meant:
    """Ranks, a verdict or scores by position. Whether they are a whole answer is for the study to say."""
    note = _text(values.get(study_names.NOTE))
    if len(note) > MOST_NOTE:
        return Meant(problem=f"The note is longer than {MOST_NOTE:,} letters")
    said = [
        one for number, criterion in enumerate(asked) for one in _said(design, number, criterion.key, n_texts, values)
    ]
    return Meant(said=tuple(said), note=note)


def _said(design: StudyDesign, number: int, key: str, n_texts: int, values: Values) -> list[Said]:
    if design.task is StudyTask.LIKERT:
        scores = {at: values.get(study_names.question_name(design, number, at)) for at in range(n_texts)}
        found = {at: _whole(score, study_names.MOST_SCORE) for at, score in scores.items()}
        return [Said(position=at, criterion=key, score=score) for at, score in found.items() if score is not None]
    value = values.get(study_names.question_name(design, number))
    if design.task is StudyTask.PAIR:
        is_verdict = isinstance(value, str) and value in tuple(PairVerdict)
        return [Said(position=0, criterion=key, verdict=PairVerdict(str(value)))] if is_verdict else []
    return [Said(position=at, criterion=key, rank=rank) for at, rank in _ranks(value, n_texts).items()]


def _ranks(value: object, n_texts: int) -> dict[int, int]:
    """Position → rank among the texts that were shown: letters without a text are passed over, and leave no gap."""
    rows = value if isinstance(value, list) else []
    pairs = [(row.get("value"), row.get("rank")) for row in rows if isinstance(row, dict)]
    most = len(study_names.LETTERS)
    known = {
        study_names.LETTERS.index(letter): rank
        for letter, said in pairs
        if isinstance(letter, str) and len(letter) == 1 and letter in study_names.LETTERS[:n_texts]
        if (rank := _whole(said, most)) is not None
    }
    order = sorted(set(known.values()))
    return {at: order.index(rank) + 1 for at, rank in known.items()}


def _text(value: object) -> str:
    """Without what no database keeps."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


def _whole(value: object, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most else None


def _fits(text: str) -> bool:
    try:
        return len(text.encode("utf-8")) <= MOST_TEXT_BYTES
    except UnicodeEncodeError:
        return False
