"""Reading maps: the list of them, who stands where and what each is by now, clusters with their counts, selections."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.domain.map import Map, Selection
from core.store.database import Database

_ALL = """select m.* exclude (seq), coalesce(p.name, m."by") as by_name from map m left join person p on p.id = m."by"
order by m.seq desc"""
_ONE = """select m.* exclude (seq), coalesce(p.name, m."by") as by_name from map m left join person p on p.id = m."by"
where m.id = ?"""
# Codes into lists that the caller knows: 0 where there is nothing. Texts of 250,000 rows would take seconds to make.
_POINTS = """select i.seq, p.x, p.y, p.cluster::utinyint as cluster,
  coalesce(list_position($kinds, i.kind), 0)::utinyint as kind, least(i.epoch, 255)::utinyint as epoch,
  coalesce(list_position($operations, i.operation), 0)::utinyint as operation,
  coalesce(list_position($statuses, s.run_status), 0)::utinyint as status,
  coalesce(list_position($people, case when s.set_aside then 'set_aside' else s.human_status end), 0)::utinyint as person,
  coalesce(list_position($sources, i.source_id::varchar), 0)::utinyint as source,
  s.revision_id is distinct from p.revision_id as is_edited
from map_point p join instruction i on i.id = p.instruction_id join instruction_state s on s.id = i.id
where p.map_id = $map order by i.seq"""
_SOURCES = """select id, name from source where id in (
  select i.source_id from map_point p join instruction i on i.id = p.instruction_id where p.map_id = ? and i.kind = 'reference')
order by seq limit 255"""
_CLUSTERS = """select c.* exclude (map_id, named_by), coalesce(p.name, y.name, '') as named_by from map_cluster_now c
left join person p on p.id = c.named_by left join system y on y.id::varchar = c.named_by
where c.map_id = ? order by c.n desc, c.cluster"""
_COUNTS = """select p.cluster, i.kind, i.epoch, coalesce(i.operation, '') as operation, coalesce(s.run_status, '') as status,
  case when s.set_aside then 'set_aside' else s.human_status end as person, count(*) as n
from map_point p join instruction i on i.id = p.instruction_id join instruction_state s on s.id = i.id
where p.map_id = ? group by all"""
_SELECTION = "select * exclude (seq) from selection where id = ?"
_SELECTIONS = "select * exclude (seq) from selection order by seq desc limit ?"
_TEXT = """select r.text from instruction i join instruction_state s on s.id = i.id join revision r on r.id = s.revision_id
where i.seq = ? and i.kind <> 'prompt'"""
_STATE = "select id, revision_id from instruction_state where id in (:ids)"
_TEXTS = "select id, text from revision where id in (:ids)"


def maps(database: Database) -> list[tuple[Map, str]]:
    """Every map, the newest first, each with the name of whoever drew it."""
    return [_map(row) for row in database.query(_ALL)]


def one(database: Database, map_id: str) -> tuple[Map, str] | None:
    return next((_map(row) for row in database.query(_ONE, [map_id])), None)


def points(database: Database, map_id: str, codes: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Columns of a map as arrays, by seq: place, cluster, and codes into `codes` (kinds, operations, statuses, people, sources)."""
    with database.cursor() as cursor:
        asked = {name: list(words) for name, words in codes.items()}
        return dict(cursor.execute(_POINTS, asked | {"map": map_id}).fetchnumpy())


def sources(database: Database, map_id: str) -> dict[str, str]:
    """The reference sets that stand on a map: id → name."""
    return {row["id"]: row["name"] for row in database.query(_SOURCES, [map_id])}


def clusters(database: Database, map_id: str) -> list[dict[str, Any]]:
    """cluster, n, words, typical, x, y, name, named_by; the largest first."""
    return database.query(_CLUSTERS, [map_id])


def counts(database: Database, map_id: str) -> list[dict[str, Any]]:
    """How many of each cluster are what by now: cluster, kind, epoch, operation, status, person, n."""
    return database.query(_COUNTS, [map_id])


def selection(database: Database, selection_id: str) -> Selection | None:
    return next((Selection(**row) for row in database.query(_SELECTION, [selection_id])), None)


def selections(database: Database, most: int) -> list[Selection]:
    """The newest ones first."""
    return [Selection(**row) for row in database.query(_SELECTIONS, [most])]


def text(database: Database, seq: int) -> str | None:
    """The present text of the instruction with this `seq`."""
    return next((str(row["text"]) for row in database.query(_TEXT, [seq])), None)


def texts(database: Database, ids: Sequence[str]) -> list[str]:
    """The present texts of these instructions, in the same order."""
    current = {row["id"]: row["revision_id"] for row in database.query_ids(_STATE, ids)}
    found = {row["id"]: row["text"] for row in database.query_ids(_TEXTS, current.values())}
    return [found[current[id_]] for id_ in ids]


def _map(row: Mapping[str, Any]) -> tuple[Map, str]:
    return Map(**{name: value for name, value in row.items() if name != "by_name"}), str(row["by_name"])
