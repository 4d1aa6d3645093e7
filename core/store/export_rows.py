"""Reading the rows of an export: what can be taken, in a narrow table; then any of them, in any order, page by page with their texts.

A page is found by one pass over the texts between its first and last place in the log: in the order of the log that is next to
nothing, shuffled a pass over all of them: then pages are larger.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.domain import ids
from core.errors import BadInput
from core.store.export_reading import Selection
from core.store.memory import said_limit
from core.store.rows import fetched

Page = TypeVar("Page")

_PAGE_ROWS = 10_000
_PAGE_BYTES, _SHUFFLED_BYTES = 6 * 2**20, 12 * 2**20  # a page is in the memory of the database about four times
_RUN_IDS = "select id, number from run"
_RUNS = "create temp table run_number (id uuid, number integer)"
_ADD_RUNS = "insert into run_number select id::uuid, number from runs"
# One row each that can be taken, as narrow as it can be: `key` numbers them in the order of the log. Sizes are measured in subqueries,
# because a join that measured them would hold the texts.
_DATA = """create temp table spot as
select k.seq as key, k.id, k.revision_id as text_id, r.seq as text_seq, k.answer_id, a.seq as answer_seq,
  r.bytes + coalesce(a.bytes, 0) as bytes, p.system_id as answered_by
from key k left join response p on p.id = k.response_id join (select id, seq, strlen(text) as bytes from revision) r on r.id = k.revision_id
left join (select id, seq, strlen(text) as bytes from revision) a on a.id = k.answer_id
where $unready or k.unready is null order by k.seq"""
# Children of one parent that grew out of the same text, of which people accepted one and rejected the other.
_PAIRS = """create temp table spot as
with child as (
  select k.seq, k.id, k.revision_id, k.human_status, k.rule, i.seed_id, i.parent_id, i.parent_revision_id, i.operation, i.epoch
  from key k join instruction i on i.id = k.id where i.parent_revision_id is not null and k.revision_id is not null
), rejected as (
  select s.id, s.revision_id, i.seq, i.parent_id, i.parent_revision_id, i.operation from instruction_state s
  join instruction i on i.id = s.id where s.human_status = 'rejected' and s.revision_id is not null and i.parent_revision_id is not null
), why as (
  select instruction_id, arg_max(reason, seq) as reason from standing where verdict = 'reject' and reason is not null group by instruction_id
)
select row_number() over (order by c.seq, r.seq) as key, c.id, c.seed_id, r.id as rejected_id, c.parent_revision_id as text_id,
  p.seq as text_seq, c.revision_id as answer_id, t.seq as answer_seq, r.revision_id as other_id, f.seq as other_seq,
  p.bytes + t.bytes + f.bytes as bytes, c.operation as chosen_operation, r.operation as rejected_operation, c.epoch, w.reason
from child c join rejected r on r.parent_id = c.parent_id and r.parent_revision_id = c.parent_revision_id
join (select id, seq, strlen(text) as bytes from revision) p on p.id = c.parent_revision_id
join (select id, seq, strlen(text) as bytes, text_hash from revision) t on t.id = c.revision_id
join (select id, seq, strlen(text) as bytes, text_hash from revision) f on f.id = r.revision_id
left join why w on w.instruction_id = r.id
where c.human_status = 'accepted' and t.text_hash <> f.text_hash order by key"""
# A number of the log belongs to one fact alone. Asked for by id as well, a page takes five times as long.
_TEXT = " join revision t on t.seq = s.text_seq"
_ANSWER = " left join revision a on a.seq = s.answer_seq"
_OTHER = " join revision o on o.seq = s.other_seq"
_PAGE = " from (select q.n, s.* from place q join spot s on s.key = q.key where q.n between $first and $last) s"
_DATA_PAGE = (
    """select s.id::varchar as id, i.seed_id::varchar as seed_id, c.number as run, i.kind, i.operation, i.epoch, i.depth,
  t.text as instruction, a.text as response, coalesce(k.unready = 'stale_response', false) as response_is_stale, k.difficulty,
  k.words_added, k.run_status, k.human_status, m.model as evolved_by, b.model as answered_by"""
    + _PAGE + " join key k on k.seq = s.key join instruction i on i.seq = s.key" + _TEXT + _ANSWER
    + """ left join run_number c on c.id = i.run_id left join system m on m.id = i.made_by
left join system b on b.id = s.answered_by order by s.n"""
)  # fmt: skip
_PAIR_PAGE = (
    """select s.id::varchar || '/' || s.rejected_id::varchar as id, s.seed_id::varchar as seed_id, t.text as prompt, a.text as chosen,
  o.text as rejected, s.id::varchar as chosen_id, s.rejected_id::varchar as rejected_id, s.chosen_operation,
  s.rejected_operation, s.epoch, s.reason"""
    + _PAGE + _TEXT + _ANSWER + _OTHER + " order by s.n"
)  # fmt: skip
_TEXTS_PAGE = "select s.n, t.text" + _PAGE + _TEXT + " order by s.n"
_CHOSEN_PAGE = "select s.n, a.text" + _PAGE + _ANSWER + " order by s.n"
_UNITS = """select s.key, s.id::varchar as id, i.seed_id::varchar as seed_id, r.text_hash as hash
from spot s join instruction i on i.id = s.id join revision r on r.id = s.text_id order by s.key"""
_PAIR_UNITS = """select s.key, s.id::varchar || '/' || s.rejected_id::varchar as id, s.seed_id::varchar as seed_id,
  p.text_hash || t.text_hash || f.text_hash as hash
from spot s join revision p on p.id = s.text_id join revision t on t.id = s.answer_id join revision f on f.id = s.other_id order by s.key"""
_KEYS = "select key from spot order by key"
_SEQS = "select i.seq from spot s join instruction i on i.id = s.id"
_LINEAGES = "select count(distinct i.seed_id) as n from spot s join instruction i on i.id = s.id"
_PLACE = "create or replace temp table place as select n, key from wanted_place order by n"
_BYTES = "select s.bytes from place q join spot s on s.key = q.key order by q.n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Units:
    """What a shaping looks at: each row's number, its id, its lineage, and the hash of what it says."""

    keys: list[int]
    ids: list[str]
    seeds: list[str]
    hashes: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The rows that can be taken out of a selection: instructions with responses, or pairs."""

    cursor: duckdb.DuckDBPyConnection
    are_pairs: bool

    def keys(self) -> list[int]:
        """The number of each row, in the order of the log."""
        return [key for (key,) in self.cursor.execute(_KEYS).fetchall()]

    def seqs(self) -> list[int]:
        """The instructions that they are of, by their places in the log; of a pair the one that was accepted."""
        return [seq for (seq,) in self.cursor.execute(_SEQS).fetchall()]

    def lineages(self) -> int:
        return int(fetched(self.cursor, _LINEAGES)[0]["n"])

    def units(self) -> Units:
        """The same with what shaping looks at."""
        found = self.cursor.sql(_PAIR_UNITS if self.are_pairs else _UNITS).to_arrow_table()
        names = ("id", "seed_id", "hash")
        id_, seed, hash_ = (found.column(name).to_pylist() for name in names)
        return Units(keys=found.column("key").to_pylist(), ids=id_, seeds=seed, hashes=hash_)

    def tables(self, keys: Sequence[int]) -> Iterator[pa.Table]:
        """These rows in this order, with their texts, some at a time: the columns of DataRow, or of PairRow."""
        return self._read(_PAIR_PAGE if self.are_pairs else _DATA_PAGE, keys, lambda page: page.to_arrow_table())

    def hands(self, keys: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
        """The same as rows."""
        return self._read(_PAIR_PAGE if self.are_pairs else _DATA_PAGE, keys, lambda page: page.fetchall())

    def texts(self, keys: Sequence[int]) -> Iterator[list[str]]:
        """What these rows say, some at a time: the instruction, of a pair the one that was accepted."""
        for page in self._read(_CHOSEN_PAGE if self.are_pairs else _TEXTS_PAGE, keys, lambda page: page.fetchall()):
            yield [text for _, text in page]

    def _read(self, sql: str, keys: Sequence[int], fetch: Callable[[duckdb.DuckDBPyRelation], Page]) -> Iterator[Page]:
        for first, last in self._pages(keys):
            try:
                page = fetch(self.cursor.sql(sql, params={"first": first, "last": last}))
            except duckdb.OutOfMemoryException as error:
                raise BadInput(
                    "Taking this out needs more memory than the database may take",
                    to_do=f"Set EVOL_STUDIO_DB_MEMORY to more (now: {said_limit()}) and start again, or leave the order as it is.",
                ) from error
            yield page

    def _pages(self, keys: Sequence[int]) -> Iterator[tuple[int, int]]:
        """First and last place of each page; they stand in the table `place` until the next ones are asked for."""
        wanted = pa.table({"n": pa.array(np.arange(len(keys))), "key": pa.array(keys, type=pa.int64())})
        self.cursor.register("wanted_place", wanted)
        self.cursor.execute(_PLACE)
        self.cursor.unregister("wanted_place")
        sizes = np.asarray(self.cursor.execute(_BYTES).fetchnumpy()["bytes"], np.int64)
        is_in_order = all(one < other for one, other in pairwise(keys))
        return _spans(sizes, _PAGE_BYTES if is_in_order else _SHUFFLED_BYTES)


def _spans(sizes: npt.NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    first, ends = 0, np.cumsum(sizes)
    while first < len(sizes):
        before = ends[first - 1] if first else 0
        after = int(np.searchsorted(ends, before + most, side="right"))
        last = max(first, min(after, first + _PAGE_ROWS, len(sizes)) - 1)
        yield first, last
        first = last + 1


def data_rows(selection: Selection, *, with_unready: bool) -> Rows:
    """Instructions with their responses. A row without a text has none to give, asked for or not."""
    cursor = selection.cursor
    numbers = {row["id"]: row["number"] for row in fetched(cursor, _RUN_IDS)}
    numbers |= {ids.by_hand_id(id_): number for id_, number in numbers.items()}
    cursor.execute(_RUNS)
    cursor.register(
        "runs", pa.table({"id": pa.array(numbers, pa.string()), "number": pa.array(numbers.values(), pa.int32())})
    )
    cursor.execute(_ADD_RUNS)
    cursor.unregister("runs")
    cursor.execute(_DATA, {"unready": with_unready})
    return Rows(cursor=cursor, are_pairs=False)


def pair_rows(selection: Selection) -> Rows:
    """What people accepted among the selected, each with every sibling that they rejected."""
    selection.cursor.execute(_PAIRS)
    return Rows(cursor=selection.cursor, are_pairs=True)
