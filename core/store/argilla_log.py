"""Writing what people answered in Argilla: an answer with everything that it becomes here, a batch of them in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from core.domain.argilla import ArgillaAnswer
from core.domain.decision import Decision
from core.domain.instruction import Revision
from core.store.database import Database
from core.store.decision_effects import project
from core.store.fact_writing import write_facts
from core.store.rows import fetched

_PERSON = """insert into person (id, name, kind, role, active) values (?, ?, 'imported', 'annotator', true)
on conflict (id) do update set name = excluded.name"""
_STATES = """select s.id, s.run_status, s.revision_id, s.response_id, i.run_id, i.epoch from instruction_state s
join instruction i on i.id = s.id where s.id in (:ids)"""
_TEXTS = "select id, number, text from revision where id in (:ids)"
_ORIGINALS = "select id, text, of_id from revision where id in (:ids)"
_UNDONE = "select undoes_id as id from decision where act = 'undo' and undoes_id in (:ids)"
_EDITED = "select id, revision_id from decision where id in (:ids)"
_JUDGED = """select trial_id, max(number) as number, arg_max(outcome, number) as outcome from judgment
where trial_id in (select unnest(?::uuid[])) group by trial_id"""
_THERE = "select id from argilla_answer where id in (:ids)"
_STUDY = """select arg_max(kind, seq) as state from study_event
where study_id = ? and kind in ('pilot', 'opened', 'closed') having count(*) > 0"""


@dataclass(slots=True)
class Text:
    """An instruction as it stands in the moment of writing."""

    run_status: str | None
    revision_id: str
    number: int
    text: str
    run_id: str | None
    epoch: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Now:
    """What the log says in the moment of writing. `texts` follow what is made; `originals`: a text as it was sent.

    `responses`: a response's text → the response; `undone` are decisions that were taken back; `edited`: edit → the text that it
    made; `judged`: trial → the number and the outcome of its last judgment.
    """

    texts: dict[str, Text]
    originals: Mapping[str, str]
    responses: Mapping[str, str]
    undone: frozenset[str]
    edited: Mapping[str, str]
    judged: Mapping[str, tuple[int, str]]
    study_state: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """An answer, and what it becomes."""

    answer: ArgillaAnswer
    facts: tuple[object, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a batch needs to know: instructions, texts as they were sent, decisions and edits that may be taken back, trials."""

    instructions: Sequence[str] = ()
    originals: Sequence[str] = ()
    responses: Sequence[str] = ()
    decisions: Sequence[str] = ()
    edits: Sequence[str] = ()
    trials: Sequence[str] = ()
    study_id: str | None = None
    answers: Sequence[str] = ()
    people: Mapping[str, str] = field(default_factory=dict)  # id → name


def take(
    database: Database, asked: Asked, make: Callable[[Now, frozenset[str]], Sequence[Made]]
) -> list[ArgillaAnswer]:
    """Commit what `make` says of the log as it stands then. It is also told which of the answers are there already."""
    taken: list[ArgillaAnswer] = []

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        there = frozenset(row["id"] for row in fetched(connection, _THERE, asked.answers))
        made = make(_now(connection, asked), there)
        for id_, name in asked.people.items():
            connection.execute(_PERSON, [id_, name])
        facts = [fact for one in made for fact in (*one.facts, one.answer)]
        used = write_facts(connection, facts, seq, are_new=False)
        project(connection, _decided(facts))
        taken[:] = [one.answer for one in made]
        return used

    database.writer.run_numbered(write, by_person=True)
    return taken


def _decided(facts: Iterable[object]) -> set[str]:
    return {one.instruction_id for one in facts if isinstance(one, Decision) and one.instruction_id}


def _now(connection: duckdb.DuckDBPyConnection, asked: Asked) -> Now:
    states = {row["id"]: row for row in fetched(connection, _STATES, asked.instructions)}
    texts = {
        row["id"]: row for row in fetched(connection, _TEXTS, {row["revision_id"] for row in states.values()} - {None})
    }
    possible = [*asked.decisions, *asked.edits]
    judged = fetched(connection, _JUDGED, None, list(asked.trials)) if asked.trials else []
    originals = fetched(connection, _ORIGINALS, {*asked.originals, *asked.responses})
    return Now(
        originals={row["id"]: row["text"] for row in originals},
        responses={row["id"]: row["of_id"] for row in originals if row["id"] in set(asked.responses)},
        texts={id_: _text(row, texts[row["revision_id"]]) for id_, row in states.items() if row["revision_id"]},
        undone=frozenset(row["id"] for row in fetched(connection, _UNDONE, possible)),
        edited={row["id"]: row["revision_id"] for row in fetched(connection, _EDITED, asked.edits)},
        judged={row["trial_id"]: (int(row["number"]), str(row["outcome"])) for row in judged},
        study_state=_state(connection, asked.study_id) if asked.study_id else None,
    )


def _text(state: dict[str, Any], text: dict[str, Any]) -> Text:
    return Text(
        run_status=state["run_status"], revision_id=text["id"], number=text["number"], text=text["text"],
        run_id=state["run_id"], epoch=state["epoch"],
    )  # fmt: skip


def _state(connection: duckdb.DuckDBPyConnection, study_id: str) -> str | None:
    return next((str(row["state"]) for row in fetched(connection, _STUDY, None, study_id)), None)


def follow(now: Now, revision: Revision) -> None:
    """What stands there after this text was made."""
    text = now.texts[revision.of_id]
    text.revision_id, text.number, text.text = revision.id, revision.number, revision.text
