"""Adding a lineage's facts to a project: all of them, or none, in as little memory as one part of them takes.

What takes the most room (texts, calls, checks) comes first, in transactions of their own; the instructions, and with them
everything that anybody can see, come together in the last one. What an import leaves that does not get there is taken out
again: at once, or, after a crash, when the project is opened (core/store/unfinished.py).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import duckdb
import pyarrow as pa

from core.domain.call import Call
from core.domain.check import Check, Outcome, Score
from core.domain.decision import Decision
from core.domain.instruction import Instruction, Response, Revision
from core.domain.source import Label
from core.domain.task import Task
from core.domain.trial import Trial, TrialSlot
from core.errors import BadInput
from core.store import unfinished
from core.store.database import Database
from core.store.lineage_bulk import BULK, LineageShelf

_PART_BYTES = 24 * 2**20  # of facts that one transaction adds
_TAKEN = " from batch where n not in (select n from left_out)"
_NUMBERED = "select * exclude (n, at_seq), at_seq + $base as seq" + _TAKEN
_PLAIN = "select * exclude (n, at_seq)" + _TAKEN
# A tree stands where its seed stands; new seeds come after those that are here.
_PLACED = """, coalesce(s.position, b.position + $shift) as position from batch b
left join instruction s on s.id = b.seed_id::uuid where b.n not in (select n from left_out)"""
_FIRST: Mapping[type, str] = {
    Revision: "insert into revision by name " + _NUMBERED,
    Call: "insert into call by name " + _NUMBERED,
    Check: "insert into rule_check by name " + _NUMBERED,
}
_LAST: Mapping[type, str] = {
    Instruction: "insert into instruction by name select b.* exclude (n, at_seq, position), b.at_seq + $base as seq"
    + _PLACED,
    Response: "insert into response by name " + _NUMBERED,
    Task: "insert into task by name select b.* exclude (n, at_seq, position)" + _PLACED,
    Outcome: "insert into outcome by name " + _NUMBERED,
    Score: "insert into score by name " + _NUMBERED,
    Label: "insert into label by name " + _NUMBERED,
    Trial: "insert into trial by name " + _NUMBERED,
    TrialSlot: "insert into trial_slot by name " + _PLAIN,
    Decision: "insert into decision by name " + _NUMBERED,
}
# A decision on a bulk stands in every member's row, and may have come with an earlier file.
_BULK_DECISIONS = """insert into decision by name
select distinct on (id) * exclude (n, at_seq, member_id, member_revision_id), at_seq + $base as seq
from batch where n not in (select n from left_out) on conflict do nothing"""
_MEMBERS = """insert into bulk_member by name
select distinct bulk_id, member_id as instruction_id, member_revision_id as revision_id
from batch where n not in (select n from left_out) and bulk_id is not null on conflict do nothing"""
_STATES = """insert into instruction_state by name
select * from instruction_state_from_facts where id in (select id from instruction where seq between ? and ?)"""
_STANDING = """insert into standing by name
select * from standing_from_facts where instruction_id in (select id from instruction where seq between ? and ?)"""
_SHIFT = "select coalesce(max(position), -1) + 1 from instruction where kind = 'seed'"
Header = Callable[[duckdb.DuckDBPyConnection, int, int], int]


def write(
    database: Database, shelf: LineageShelf, left_out: Sequence[int], as_of_seq: int, header: Header,
    tell: Callable[[float], None],
) -> None:  # fmt: skip
    """Add every row that is not left out.

    A fact's number in the log here is so much more (`base`) than in the file, so that all orders stay.
    `header(connection, base, seq)` adds what rows refer to in the last transaction, with further numbers from `seq` on, and
    says how many. `tell` hears the share of the parts that is done; whatever it raises ends the import.
    """
    base, is_done = _begun(database, as_of_seq), False
    left = pa.table({"n": pa.array(left_out, type=pa.int64())})

    def last(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        used = header(connection, base, seq)
        _add_last(connection, shelf, left, base, as_of_seq)
        return used

    try:
        for share in _parts(database, shelf, left, base):
            tell(share)
        database.writer.run_numbered(last)
        is_done = True
    except duckdb.Error as error:
        raise BadInput(
            f"The lineage does not fit into this project ({str(error).splitlines()[0][:200]})",
            to_do="Import it into a new project. Nothing was imported.",
        ) from error
    finally:
        if not is_done:
            database.writer.run(lambda connection: unfinished.forget(connection, base + 1, base + as_of_seq))


def _begun(database: Database, as_of_seq: int) -> int:
    """Keep the numbers of all facts free, and say so in the log. → what is added to a fact's number in the file."""
    begun: list[int] = []

    def begin(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        unfinished.begin(connection, seq, seq - 1 + as_of_seq)
        begun.append(seq - 1)
        return as_of_seq

    database.writer.run_numbered(begin)
    return begun[-1]


def _parts(database: Database, shelf: LineageShelf, left: pa.Table, base: int) -> Iterator[float]:
    """Add the large facts part by part. → the share of their bytes that is in, after each."""
    sizes = {kind: shelf.bytes_of(kind) for kind in _FIRST}
    total, done = max(1, sum(sizes.values())), 0
    for kind, sql in _FIRST.items():
        for part in _in_parts(shelf.read(kind)):
            database.writer.run(partial(_add, rows=part, sql=sql, given={"base": base}, left=left))
            done += part.nbytes
            yield min(1.0, done / total)


def _in_parts(rows: pa.RecordBatchReader | None) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    for batch in rows or ():
        waiting.append(batch)
        if sum(one.nbytes for one in waiting) >= _PART_BYTES:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _add_last(
    connection: duckdb.DuckDBPyConnection, shelf: LineageShelf, left: pa.Table, base: int, as_of_seq: int
) -> None:
    """The instructions and whatever else is small, with what follows from all of it."""
    ((shift,),) = connection.execute(_SHIFT).fetchall()
    for kind, sql in _LAST.items():
        given = {name: value for name, value in (("base", base), ("shift", shift)) if f"${name}" in sql}
        _add(connection, shelf.read(kind), sql, given, left)
    _add(connection, shelf.read(BULK), _BULK_DECISIONS, {"base": base}, left)
    _add(connection, shelf.read(BULK), _MEMBERS, {}, left)
    span = [base + 1, base + as_of_seq]
    connection.execute(_STATES, span)
    connection.execute(_STANDING, span)
    unfinished.end(connection, base + 1)


def _add(
    connection: duckdb.DuckDBPyConnection,
    rows: pa.RecordBatchReader | pa.Table | None,
    sql: str,
    given: dict[str, int],
    left: pa.Table,
) -> None:
    if rows is None:
        return
    connection.register("left_out", left)
    connection.register("batch", rows)
    connection.execute(sql, given).fetchall()
    connection.unregister("batch")
    connection.unregister("left_out")
