"""Many lineages at once: their facts are kept aside in files while a lineage is read and looked up. lineage_writing adds them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.domain.decision import Decision
from core.domain.instruction import Instruction
from core.errors import BadInput
from core.store.database import Database
from core.store.tables import arrow_batch, table_of
from core.store.writer import DiskFull

_AT_ONCE = 500  # rows of a lineage that are held in memory
_ROWS = pa.schema(
    [
        ("n", pa.int64()), ("id", pa.string()), ("parent_id", pa.string()), ("sha256", pa.string()), ("text", pa.string()),
        ("above", pa.string()), ("path", pa.string()), ("depth", pa.int32()), ("epoch", pa.int32()),
    ]
)  # fmt: skip
_EXISTING = "select r.n, r.id, r.sha256, r.text, i.seq from rows r join instruction i on i.id = r.id::uuid order by r.n"
_ORPHANS = """select n, id, text from rows where parent_id is not null and parent_id not in (select id from rows)
and parent_id::uuid not in (select id from instruction)"""
_TWICE = "select n from rows qualify row_number() over (partition by id order by n) > 1 order by n limit 1"
# A parent stands before its child, and both say the same of all that is above: so there is no circle, and no two ways up.
_ELSEWHERE = """select r.n from rows r left join rows p on p.id = r.parent_id left join instruction i on i.id = r.parent_id::uuid
where r.parent_id is not null and (p.n >= r.n
  or coalesce(p.path, md5(array_to_string(list_append(i.ancestors, i.id), ' '))) <> r.above
  or r.depth <> coalesce(p.depth, i.depth) + 1 or r.epoch <= coalesce(p.epoch, i.epoch)) order by r.n limit 1"""
BULK = "bulk decisions"


@dataclass(slots=True)
class LineageShelf:
    """The facts of a lineage's rows, kept aside in `folder`. `n` is the row that they stood in."""

    folder: Path
    rows: int = 0
    _waiting: dict[Any, list[tuple[int, int, Any]]] = field(default_factory=dict)
    _keys: list[tuple[object, ...]] = field(default_factory=list)
    _members: list[tuple[str, str | None]] = field(default_factory=list)
    _writers: dict[Any, pa.RecordBatchStreamWriter] = field(default_factory=dict)

    def add(self, n: int, of: Instruction, sha256: str, text: str, facts: Sequence[tuple[Any, int]]) -> None:
        """One row: its instruction, hash and first words; its facts with their numbers in the log (0: they have none)."""
        above, path = _path(of.ancestors), _path([*of.ancestors, of.id])
        self._keys.append((n, of.id, of.parent_id, sha256, text, above, path, of.depth, of.epoch))
        for fact, seq in facts:
            self._waiting.setdefault(type(fact), []).append((n, seq, fact))
        self.rows += 1
        if self.rows % _AT_ONCE == 0:
            self.flush()

    def add_bulk_decision(self, n: int, decision: Decision, seq: int, member: tuple[str, str | None]) -> None:
        """A decision on a whole bulk, as it stands in the row of one member (its id, the text that it had)."""
        self._waiting.setdefault(BULK, []).append((n, seq, decision))
        self._members.append(member)

    def flush(self) -> None:
        """What is still in memory goes into files. DiskFull if it cannot."""
        try:
            for kind, rows in self._waiting.items():
                self._write(kind, _batch(kind, rows, self._members if kind == BULK else ()))
            if self._keys:
                columns = zip(*self._keys, strict=True)
                arrays = [pa.array(column, type=one) for column, one in zip(columns, _ROWS.types, strict=True)]
                self._write("rows", pa.Table.from_arrays(arrays, schema=_ROWS))
        except OSError as error:
            raise DiskFull("The disk is full", to_do="Free some space, then import again.") from error
        self._waiting.clear()
        self._members.clear()
        self._keys.clear()

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()

    def read(self, kind: Any) -> pa.RecordBatchReader | None:
        """What was kept of one kind of fact; None if nothing was."""
        return pa.ipc.open_stream(str(self._path(kind))) if kind in self._writers else None

    def bytes_of(self, kind: Any) -> int:
        """About how much was kept of one kind of fact."""
        return self._path(kind).stat().st_size if kind in self._writers else 0

    def _write(self, kind: Any, table: pa.Table) -> None:
        if kind not in self._writers:
            self._writers[kind] = pa.ipc.new_stream(str(self._path(kind)), table.schema)
        self._writers[kind].write_table(table)

    def _path(self, kind: Any) -> Path:
        return self.folder / f"{kind if isinstance(kind, str) else kind.__name__}.arrow"


def _path(ids: Sequence[str]) -> str:
    """A way down from the seed, in a form that a database compares."""
    return hashlib.md5(" ".join(ids).encode(), usedforsecurity=False).hexdigest()


def _batch(kind: Any, rows: list[tuple[int, int, Any]], members: Sequence[tuple[str, str | None]]) -> pa.Table:
    fact_kind = Decision if kind == BULK else kind
    table = arrow_batch(fact_kind, [fact for _, _, fact in rows], 0)
    if table_of(fact_kind).has_seq:
        table = table.drop_columns(["seq"])
    table = table.append_column("n", pa.array([n for n, _, _ in rows], pa.int64()))
    table = table.append_column("at_seq", pa.array([seq for _, seq, _ in rows], pa.int64()))
    if kind == BULK:
        table = table.append_column("member_id", pa.array([id_ for id_, _ in members], pa.string()))
        table = table.append_column("member_revision_id", pa.array([revision for _, revision in members], pa.string()))
    return table


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A row whose instruction is here already, or whose parent is nowhere (then `seq` is None)."""

    n: int
    id: str
    text: str
    sha256: str = ""
    seq: int | None = None


def looked_up(database: Database, shelf: LineageShelf) -> tuple[list[Known], list[Known]]:
    """The rows whose instructions are here already, and those whose parents are neither here nor in the file."""
    with database.cursor() as cursor:
        if (rows := shelf.read("rows")) is None:
            return [], []
        cursor.register("rows", rows.read_all())
        if twice := cursor.execute(_TWICE).fetchone():
            raise BadInput(f"Row {twice[0]:,} is there twice", to_do="Take the export again. Nothing was imported.")
        if elsewhere := cursor.execute(_ELSEWHERE).fetchone():
            raise BadInput(
                f"Row {elsewhere[0]:,} does not stand below what it says that it grew from",
                to_do="Take the export again. Nothing was imported.",
            )
        here = [
            Known(n=n, id=id_, sha256=sha, text=text, seq=seq)
            for n, id_, sha, text, seq in cursor.execute(_EXISTING).fetchall()
        ]
        orphans = [Known(n=n, id=id_, text=text) for n, id_, text in cursor.execute(_ORPHANS).fetchall()]
        cursor.unregister("rows")
        return here, orphans


def parents(shelf: LineageShelf) -> Iterator[tuple[int, str, str | None, str]]:
    """Every row in the order of the file: its number, its id, its parent's, its first words."""
    for batch in shelf.read("rows") or ():
        columns = [batch.column(name).to_pylist() for name in ("n", "id", "parent_id", "text")]
        yield from zip(*columns, strict=True)
