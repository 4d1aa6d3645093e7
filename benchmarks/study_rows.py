"""A large ranking study, written by whole tables: prompts, four systems' responses, and what people said of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from core.domain import ids
from core.domain.operation import Operation
from core.domain.person import LOCAL_OWNER
from core.domain.skill import SKILLS
from core.domain.study import Rater, RaterKind, Study, StudyDesign, StudyDesignSaved, StudyEvent, StudyEventKind
from core.services.evaluating.study_facts import system_named
from core.store import study_log
from core.store.database import Database

SYSTEMS = ("Evolved 7B", "Plain 7B", "Chat 13B", "Old 7B")
NAME = "A large study"
_SQL = Path(__file__).with_suffix(".sql")
_BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)
_WORDS = [
    "soil",
    "water",
    "a",
    "harbour",
    "keeps",
    "count",
    "of",
    "every",
    "lamp",
    "that",
    "nobody",
    "lights",
    "again",
    "before",
    "the",
    "ninth",
    "bell",
    "rings",
    "twice",
    "today",
]
_NUMBERED = {
    "n_rater": "create temp table n_rater as select unnest(range(len($given))) as nth, unnest($given) as id",
    "n_system": "create temp table n_system as select unnest(range(len($given))) as nth, unnest($given)::uuid as id",
    "n_skill": "create temp table n_skill as select unnest(range(len($given))) as nth, unnest($given) as name",
    "n_operation": "create temp table n_operation as select unnest(range(len($given))) as nth, unnest($given) as name",
    "n_word": "create temp table n_word as select unnest(range(len($given))) as nth, unnest($given) as word",
}


def fill(database: Database, n: int, people: int, *, closed: bool, waits_for: Sequence[str] = ()) -> str:
    """Write the study. Everybody has judged every prompt, except `waits_for`, who have judged nothing. → its id."""
    id_ = ids.study_prompt_id("benchmark", f"{n} {people} {closed}")
    names = [f"Person {number + 1}" for number in range(people)]
    design = StudyDesign(
        title="Which response is best?", guidelines="Read all four before you rank them.", judgments=people + len(waits_for),
        people=(*names, *waits_for), rng_seed=7,
    )  # fmt: skip
    said = StudyDesignSaved(
        study_id=id_, design=study_log.design_as_json(design), by=LOCAL_OWNER.person_id, received_at=_BEGAN
    )
    kinds = (StudyEventKind.OPENED, StudyEventKind.CLOSED) if closed else (StudyEventKind.OPENED,)
    facts: list[object] = [
        Study(id=id_, name=NAME, version=1, by=LOCAL_OWNER.person_id, received_at=_BEGAN),
        said,
        *(system_named(name) for name in SYSTEMS),
        *(Rater(study_id=id_, person_id=name, kind=RaterKind.HUMAN, name=name) for name in names),
        *(_event(id_, kind) for kind in kinds),
    ]
    study_log.write(database, id_, facts)
    database.writer.run_numbered(lambda connection, seq: _bulk(connection, seq, id_, n, names))
    return id_


def _event(study_id: str, kind: StudyEventKind) -> StudyEvent:
    at = _BEGAN + timedelta(days=9)
    return StudyEvent(study_id=study_id, kind=kind, by=LOCAL_OWNER.person_id, received_at=at)


def _bulk(connection: duckdb.DuckDBPyConnection, seq: int, study_id: str, n: int, people: Sequence[str]) -> int:
    """Everything that comes in thousands; → how many `seq` were used."""
    given = {
        "n_rater": list(people),
        "n_system": [system_named(name).id for name in SYSTEMS],
        "n_skill": list(SKILLS),
        "n_operation": [str(one) for one in Operation],
        "n_word": _WORDS,
    }
    for name, statement in _NUMBERED.items():
        connection.execute(statement, {"given": given[name]})
    about = "create temp table n_about as select $study as study, $seq as seq, $n as n, $began::timestamptz as began"
    connection.execute(about, {"study": study_id, "seq": seq, "n": n, "began": _BEGAN})
    connection.execute(_SQL.read_text(encoding="utf-8"))
    return n * len(people) + 1
