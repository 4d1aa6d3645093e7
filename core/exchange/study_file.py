"""A study as one file of JSON lines: a header, prompts, candidates, trials, judgments, and an end that seals all of it.

Every row has one form (sorted keys, no spaces, UTF-8), so that the same study is the same bytes. docs/study-files.md says what each
field is. Nothing in a file says who a person is unless names were asked for.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from core.domain.study import Rater, RaterKind, StudyEventKind
from core.domain.study_now import StudyHappened, StudyNow, StudySystem
from core.exchange.lineage import Json, canonical

FORMAT, VERSION = "evol-instruct-study", 1
PSEUDONYMS, NAMES = "pseudonyms", "names"
KINDS = ("prompt", "candidate", "trial", "judgment")
# What was cleared is in no file, and a link leads to this installation alone.
_UNTOLD = (StudyEventKind.PROMPTS_CLEARED, StudyEventKind.SYSTEM_CLEARED, StudyEventKind.LINK_CALLED_BACK)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a header is made of. `sampling`: how each system's replies were drawn, by its id."""

    study: StudyNow
    systems: tuple[StudySystem, ...]
    sampling: Mapping[str, str]
    raters: tuple[Rater, ...]
    events: tuple[StudyHappened, ...]
    software: Mapping[str, str]
    seq: int
    rows: int


def pseudonyms(raters: Iterable[Rater]) -> dict[str, str]:
    """People by their numbers, in this order; what was never a person's id here stays as it is."""
    people = (one.person_id for one in raters if one.kind is RaterKind.HUMAN)
    return {id_: f"person-{number}" for number, id_ in enumerate(people, 1)}


def header(told: Told, *, with_names: bool) -> Json:
    """The first line."""
    study, people = told.study, {} if with_names else pseudonyms(told.raters)
    design = asdict(study.design) | {"people": list(study.design.people) if with_names else []}
    about = {
        "id": study.id, "name": study.name, "version": study.version, "state": str(study.state),
        "received_at": moment(study.received_at),
    }  # fmt: skip
    return {
        "row": "header", "format": FORMAT, "version": VERSION, "people": NAMES if with_names else PSEUDONYMS,
        "study": about, "design": design, "rng_seed": study.design.rng_seed, "seq": told.seq, "rows": told.rows,
        "software": dict(told.software),
        "systems": [
            {"id": one.id, "name": one.name, "model": one.model, "sampling": told.sampling.get(one.id, "")}
            for one in told.systems
        ],
        "raters": [
            {
                "id": people.get(one.person_id, one.person_id), "kind": str(one.kind), "details": one.details,
                "name": people.get(one.person_id, one.name),
            }
            for one in told.raters
        ],
        "events": [
            {
                "kind": str(one.kind), "subject": people.get(one.subject or "", one.subject), "reason": one.reason,
                "received_at": moment(one.received_at),
            }
            for one in told.events
            if one.kind not in _UNTOLD
        ],
    }  # fmt: skip


def moment(at: datetime) -> str:
    """A time as text, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class Seal:
    """The digest of a whole file, and of its rows alone: what makes two files of one study the same."""

    def __init__(self, head: Mapping[str, Any]) -> None:
        self._digest = hashlib.sha256(canonical(head))
        self._body = hashlib.sha256()
        self.rows = 0

    def add(self, row: Mapping[str, Any]) -> bytes:
        """→ the row as it stands in a file, without the end of the line."""
        line = canonical(row)
        self._digest.update(b"\n" + line)
        self._body.update(b"\n" + line)
        self.rows += 1
        return line

    @property
    def body(self) -> str:
        return self._body.hexdigest()

    def end(self) -> Json:
        return {"row": "end", "rows": self.rows, "sha256": self._digest.hexdigest()}


def lines(head: Json, rows: Iterable[Json]) -> Iterator[bytes]:
    """The whole file, line by line."""
    seal = Seal(head)
    yield canonical(head) + b"\n"
    for row in rows:
        yield seal.add(row) + b"\n"
    yield canonical(seal.end()) + b"\n"


def body_of(head: Json, rows: Iterable[Json]) -> str:
    """The digest of the rows."""
    seal = Seal(head)
    for row in rows:
        seal.add(row)
    return seal.body
