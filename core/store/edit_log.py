"""Writing what people change in a text: the new revision and the decision that made it, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from core.domain.check import Score
from core.domain.decision import Decision
from core.domain.instruction import Revision
from core.store.database import Database
from core.store.rows import fetched
from core.store.tables import insert_facts

_STATE = "select id, run_status, revision_id from instruction_state where id in (:ids)"
_NUMBER = "select id, number, text_hash, text from revision where id in (:ids)"
_ANSWERED = """select r.text_hash from instruction_state s join response a on a.id = s.response_id
join revision r on r.id = a.instruction_revision_id where s.id = ?"""
_NOW_THIS = """insert into instruction_state (id, revision_id, response_stale) values (?, ?, ?)
on conflict (id) do update set revision_id = excluded.revision_id, response_stale = excluded.response_stale"""
_EDITS = """select * from decision where act = 'edit' and trial_id = ?
and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null) order by seq desc"""
_EDIT = """select * from decision where act = 'edit' and id = ?
and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null)"""
_BEFORE = """select id, text from revision where of_id = ? and number = (
  select number - 1 from revision where id = ?)"""
_RATED = """select arg_max(value, seq) as value from score where subject_id = ? and kind = 'rating' and "by" = ?"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Current:
    """An instruction as it stands in the moment of writing."""

    run_status: str | None
    revision_id: str
    number: int
    text: str


def append(
    database: Database, instruction_id: str, make: Callable[[Current], tuple[Revision, Decision] | None]
) -> None:
    """Commit what `make` says of the text as it stands then; None changes nothing. It may refuse with a StudioError."""

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        made = make(_current(connection, instruction_id))
        if made is None:
            return 0
        revision, decision = made
        used = insert_facts(connection, Revision, [revision], seq)
        used += insert_facts(connection, Decision, [decision], seq + used)
        answered = connection.execute(_ANSWERED, [instruction_id]).fetchall()
        is_stale = any(text_hash != revision.text_hash for (text_hash,) in answered)
        connection.execute(_NOW_THIS, [instruction_id, revision.id, is_stale])
        return used

    database.writer.run_numbered(write, by_person=True)


def _current(connection: duckdb.DuckDBPyConnection, instruction_id: str) -> Current:
    (state,) = fetched(connection, _STATE, [instruction_id])
    (revision,) = fetched(connection, _NUMBER, [state["revision_id"]])
    return Current(
        run_status=state["run_status"], revision_id=revision["id"], number=revision["number"], text=revision["text"]
    )


def edit(database: Database, decision_id: str) -> dict[str, object] | None:
    """An edit that nobody has taken back."""
    return next(iter(database.query(_EDIT, [decision_id])), None)


def last_edit(database: Database, trial_id: str) -> dict[str, object] | None:
    """The newest edit of a trial that nobody has taken back."""
    return next(iter(database.query(_EDITS, [trial_id])), None)


def text_before(database: Database, instruction_id: str, revision_id: str) -> str:
    """The text that a revision replaced."""
    return str(database.query(_BEFORE, [instruction_id, revision_id])[0]["text"])


def rate(database: Database, score: Score) -> None:
    """Commit a rating, unless the same person said the same of it last."""

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        said = connection.execute(
            _RATED, [score.subject_id, score.by]
        ).fetchall()  # to its end: the insert needs the connection
        if said and said[0][0] == score.value:
            return 0
        return insert_facts(connection, Score, [score], seq)

    database.writer.run_numbered(write, by_person=True)
