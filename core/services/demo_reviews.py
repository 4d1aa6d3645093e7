"""What simulated reviewers say in the demo: verdicts on survivors, and how difficult they find what was grown. They read nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.domain import ids
from core.domain.decision import Act, Answer, Reason, Submission
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.errors import BadInput
from core.store import decision_log, list_reading, people
from core.store.database import Database

FILE = "review.jsonl"
WHEN = datetime(2026, 11, 22, 10, tzinfo=UTC)
_GET_AGAIN = "Get the studio's data folder again."
_KINDS = {Act.SCORE: TrialKind.DIFFICULTY}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One answer of one reviewer, as a line of the file."""

    reviewer: str
    instruction: str
    act: Act
    active_ms: int
    reason: Reason | None = None
    score: int | None = None

    @property
    def person_id(self) -> str:
        return f"simulated:{self.reviewer}"

    @property
    def trial_id(self) -> str:
        kind = _KINDS.get(self.act, TrialKind.REVIEW)
        return ids.label_id(self.instruction, f"demo {kind}", self.person_id)


_LINE: TypeAdapter[Line] = TypeAdapter(Line)


def add(folder: Path, database: Database) -> None:
    """All of it, if the demo's text has any. BadInput for a text that is damaged."""
    path = folder / FILE
    if not path.is_file():
        return
    try:
        said = [_LINE.validate_json(line) for line in path.read_bytes().splitlines()]
    except ValidationError as error:
        raise BadInput("The demo's reviews are damaged", where=str(path), to_do=_GET_AGAIN) from error
    texts = list_reading.revisions(database, {one.instruction for one in said})
    if any(one.instruction not in texts for one in said):
        raise BadInput("The demo's reviews do not fit its project", where=str(path), to_do=_GET_AGAIN)
    facts: list[object] = []
    for one in said:
        kind = _KINDS.get(one.act, TrialKind.REVIEW)
        facts.append(Trial(id=one.trial_id, kind=kind, person_id=one.person_id, origin=TrialOrigin.FRESH))
        facts.append(TrialSlot(trial_id=one.trial_id, position=0, revision_id=texts[one.instruction]))
    database.writer.append_now(facts)
    by_reviewer: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for one in said:
        by_reviewer[one.person_id, one.reviewer].append(one)
    for (person_id, name), lines in by_reviewer.items():
        people.remember_simulated(database, person_id, name)
        _decide(database, person_id, lines)


def _decide(database: Database, person_id: str, lines: Sequence[Line]) -> None:
    sent = [
        Submission(trial_id=one.trial_id, act=one.act, reason=one.reason, score=one.score, active_ms=one.active_ms)
        for one in lines
    ]
    receipts = decision_log.decide(database, person_id, sent, WHEN)
    refused = next((one for one in receipts if one.answer is Answer.REFUSED), None)
    if refused is not None:
        raise BadInput(f"The demo's reviews do not fit its project: {refused.why}", to_do=_GET_AGAIN)
