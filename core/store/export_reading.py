"""Reading what is taken out: which rows is settled at the beginning, in one short transaction; texts follow page by page.

What is settled is narrow (ids, numbers, reasons) and stands in temporary tables of one cursor. Texts never change, so they are
read afterwards by primary key, in as little memory for a million rows as for a thousand.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from core.domain import ids
from core.domain.export import Counted, DataRow, Unready
from core.domain.queue import QueueFilter
from core.store import queue_reading
from core.store.database import Database
from core.store.rows import fetched

_PAGE = 500  # rows; with their responses' texts as many ids as one look-up takes
# What a study asks is a copy, exported with the study; a reference set is what the dataset is compared with.
_ALL = "select seq from instruction where kind not in ('prompt', 'reference')"
_AS_OF = "select seq from last_seq"
_PICK = (
    "create temp table picked as select i.seq, i.id, false as above from wanted w join instruction i on i.seq = w.seq"
)
_ABOVE = """insert into picked select seq, id, true from instruction where id not in (select id from picked) and id in (
  select unnest(ancestors) from instruction where id in (select id from picked))"""
_KEYS = """create temp table key as
select p.seq, p.id, p.above, s.* exclude (id, n_decisions, response_stale, duplicate_group), a.revision_id as answer_id, case
  when s.revision_id is null then 'no_text' when coalesce(a.words, 0) = 0 then 'no_response'
  when s.response_stale then 'stale_response' end as unready
from picked p join instruction_state s on s.id = p.id left join (
  select of_id, arg_max(id, number) as revision_id, arg_max(words, number) as words from revision where "of" = 'response' group by of_id
) a on a.of_id = s.response_id
order by p.seq"""
_COUNT = "select unready, count(*) as n, count(*) filter (above) as above from key group by unready"
_NEXT = "select * from key where seq > ? order by seq limit ?"
_NEXT_READY = "select * from key where seq > ? and unready is null order by seq limit ?"
_PLACES = """select id::varchar as id, seed_id::varchar as seed_id, run_id::varchar as run_id, kind, operation, epoch, depth,
  made_by::varchar as made_by from instruction where id in (:ids)"""
_TEXTS = "select id::varchar as id, text from revision where id in (:ids)"
_ANSWERED = "select id::varchar as id, system_id::varchar as system_id from response where id in (:ids)"
_MODELS = "select id, model from system"
_RUNS = "select id, number from run"


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What one export takes, as it was at `as_of_seq`. It holds a cursor: use it inside `selected`."""

    cursor: duckdb.DuckDBPyConnection
    as_of_seq: int
    rows: int
    above: int
    unready: dict[Unready, int]

    def counted(self, *, with_unready: bool) -> Counted:
        """What comes of it, if rows that are no usable pair are taken too, or not."""
        rows = self.rows if with_unready else self.rows - sum(self.unready.values())
        return Counted(as_of_seq=self.as_of_seq, rows=rows, above=self.above, unready=self.unready)

    def pages(self, *, with_unready: bool) -> Iterator[list[dict[str, Any]]]:
        """Rows of the table `key`, in the order in which they came about."""
        sql, after = _NEXT if with_unready else _NEXT_READY, -1
        while page := fetched(self.cursor, sql, None, after, _PAGE):
            yield page
            after = page[-1]["seq"]


def picked(database: Database, wanted: QueueFilter | None) -> Sequence[int]:
    """The `seq` of every instruction that is wanted; None is everything."""
    return database.query_column(_ALL, {}) if wanted is None else queue_reading.matching(database, wanted)


@contextmanager
def selected(
    database: Database,
    seqs: Sequence[int],
    *,
    with_ancestors: bool = False,
    also: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
) -> Iterator[Selection]:
    """Settle what an export takes: these instructions. `with_ancestors`: also all that they grew from.

    `also` settles more in the same transaction.
    """
    with database.cursor() as cursor:
        cursor.execute("begin")
        _settle(cursor, seqs, with_ancestors=with_ancestors)
        if also is not None:
            also(cursor)
        as_of_seq = int(fetched(cursor, _AS_OF)[0]["seq"])
        cursor.execute("commit")
        counts = fetched(cursor, _COUNT)
        yield Selection(
            cursor=cursor,
            as_of_seq=as_of_seq,
            rows=sum(row["n"] for row in counts),
            above=sum(row["above"] for row in counts),
            unready={Unready(row["unready"]): row["n"] for row in counts if row["unready"]},
        )


def _settle(cursor: duckdb.DuckDBPyConnection, seqs: Sequence[int], *, with_ancestors: bool) -> None:
    cursor.register("wanted", pa.table({"seq": pa.array(seqs, type=pa.int64())}))
    cursor.execute(_PICK)
    cursor.unregister("wanted")
    if with_ancestors:
        cursor.execute(_ABOVE)
    cursor.execute(_KEYS)


def data_rows(selection: Selection, *, with_unready: bool) -> Iterator[DataRow]:
    """Instructions with their responses. A row without a text has none to give, asked for or not."""
    cursor = selection.cursor
    models = {row["id"]: row["model"] for row in fetched(cursor, _MODELS)}
    numbers = {row["id"]: row["number"] for row in fetched(cursor, _RUNS)}
    numbers |= {ids.by_hand_id(id_): number for id_, number in numbers.items()}
    for page in selection.pages(with_unready=with_unready):
        keys = [row for row in page if row["revision_id"]]
        found = _Found.of(cursor, keys)
        for key in keys:
            yield _data_row(key, found, models, numbers)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """What the rows of one page need, each by its id."""

    places: dict[str, dict[str, Any]]
    texts: dict[str, str]
    answered: dict[str, str | None]

    @classmethod
    def of(cls, cursor: duckdb.DuckDBPyConnection, keys: list[dict[str, Any]]) -> "_Found":
        wanted = [row["id"] for row in keys]
        revisions = [id_ for row in keys for id_ in (row["revision_id"], row["answer_id"]) if id_]
        responses = [row["response_id"] for row in keys if row["response_id"]]
        return cls(
            places={row["id"]: row for row in fetched(cursor, _PLACES, wanted)},
            texts={row["id"]: row["text"] for row in fetched(cursor, _TEXTS, revisions)},
            answered={row["id"]: row["system_id"] for row in fetched(cursor, _ANSWERED, responses)},
        )


def _data_row(key: dict[str, Any], found: _Found, models: dict[str, str], numbers: dict[str, int]) -> DataRow:
    place = found.places[key["id"]]
    return DataRow(
        id=key["id"],
        seed_id=place["seed_id"],
        run=numbers.get(place["run_id"]),
        kind=place["kind"],
        operation=place["operation"],
        epoch=place["epoch"],
        depth=place["depth"],
        instruction=found.texts[key["revision_id"]],
        response=found.texts[key["answer_id"]] if key["answer_id"] else None,
        response_is_stale=key["unready"] == Unready.STALE_RESPONSE,
        difficulty=key["difficulty"],
        words_added=key["words_added"],
        run_status=key["run_status"],
        human_status=key["human_status"],
        evolved_by=models.get(place["made_by"]),
        answered_by=models.get(found.answered.get(key["response_id"]) or ""),
    )
