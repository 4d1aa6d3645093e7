"""Reading what is taken out: which rows is settled at the beginning, in one short transaction; texts follow page by page.

What is settled is narrow (ids, numbers, reasons) and stands in temporary tables of one cursor. Texts never change, so they are
read afterwards (core/store/export_rows.py), in as little memory for a million rows as for a thousand.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from core.domain.export import Unready
from core.domain.queue import QueueFilter
from core.store import past, queue_reading
from core.store.database import Database
from core.store.past import Moment
from core.store.rows import fetched

_PAGE = 1_000  # rows of a lineage, with everything that is known of them
# What a study asks is a copy, exported with the study; a reference set is what the dataset is compared with.
_ALL = """create temp table picked as select seq, id, false as above from instruction
where kind not in ('prompt', 'reference') and seq <= $until"""
_MATCHING = "create temp table picked as select i.seq, i.id, false as above"
_THESE = (
    "create temp table picked as select i.seq, i.id, false as above from wanted w join instruction i on i.seq = w.seq"
)
_ABOVE = """insert into picked select seq, id, true from instruction where id not in (select id from picked) and id in (
  select unnest(ancestors) from instruction where id in (select id from picked))"""
_KEYS = """create temp table key as
select p.seq, p.id, p.above, s.* exclude (id, n_decisions, response_stale, duplicate_group), a.revision_id as answer_id, case
  when s.revision_id is null then 'no_text' when coalesce(a.words, 0) = 0 then 'no_response'
  when s.response_stale then 'stale_response' end as unready
from picked p join instruction_state s on s.id = p.id left join (
  select of_id, arg_max(id, number) as revision_id, arg_max(words, number) as words from revision
  where "of" = 'response' and seq <= $until group by of_id
) a on a.of_id = s.response_id
order by p.seq"""
_COUNT = "select unready, count(*) as n, count(*) filter (above) as above from key group by unready"
_SINCE = """select (select seq from last_seq) - ?::bigint - (select count(*) from export where seq > ?)
  - (select count(*) from audit where seq > ?) as n"""
_NEXT = "select * from key where seq > ? order by seq limit ?"

Pick = Callable[[duckdb.DuckDBPyConnection, Moment], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What one export takes, as it was at a moment. It holds a cursor: use it inside `selected`."""

    cursor: duckdb.DuckDBPyConnection
    moment: Moment
    rows: int
    above: int
    unready: dict[Unready, int]

    @property
    def as_of_seq(self) -> int:
        return self.moment.until

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """Rows of the table `key`, in the order in which they came about."""
        after = -1
        while page := fetched(self.cursor, _NEXT, None, after, _PAGE):
            yield page
            after = page[-1]["seq"]


def has_changed(cursor: duckdb.DuckDBPyConnection, since: int) -> bool:
    """Whether anything came into the log after this number, but that something was taken out or opened."""
    return bool(fetched(cursor, _SINCE, None, since, since, since)[0]["n"])


def matching(wanted: QueueFilter | None) -> Pick:
    """Pick the instructions that a filter means; None is everything."""

    def pick(cursor: duckdb.DuckDBPyConnection, moment: Moment) -> None:
        if wanted is None:
            cursor.execute(_ALL, {"until": moment.until})
        else:
            where, asked = queue_reading.narrowed(wanted)
            sql = _MATCHING + where
            cursor.execute(sql, asked)

    return pick


def these(seqs: Sequence[int]) -> Pick:
    """Pick the instructions at these places in the log."""

    def pick(cursor: duckdb.DuckDBPyConnection, _: Moment) -> None:
        cursor.register("wanted", pa.table({"seq": pa.array(seqs, type=pa.int64())}))
        cursor.execute(_THESE)
        cursor.unregister("wanted")

    return pick


@contextmanager
def selected(
    database: Database,
    pick: Pick,
    *,
    moment: Moment | None = None,
    with_ancestors: bool = False,
    also: Callable[[duckdb.DuckDBPyConnection, int], None] | None = None,
) -> Iterator[Selection]:
    """Settle what an export takes: as it is now, or as it was at a moment. `with_ancestors`: also all that it grew from.

    `also` settles more in the same transaction, out of the facts up to a number.
    """
    with database.cursor() as cursor:
        cursor.execute("begin")
        settled = moment or past.now(cursor)
        if moment is not None:
            past.go_to(cursor, moment)
        pick(cursor, settled)
        if moment is not None:
            past.filtered(cursor)
        if with_ancestors:
            cursor.execute(_ABOVE)
        cursor.execute(_KEYS, {"until": settled.until})
        if also is not None:
            also(cursor, settled.until)
        cursor.execute("commit")
        counts = fetched(cursor, _COUNT)
        yield Selection(
            cursor=cursor,
            moment=settled,
            rows=sum(row["n"] for row in counts),
            above=sum(row["above"] for row in counts),
            unready={Unready(row["unready"]): row["n"] for row in counts if row["unready"]},
        )
