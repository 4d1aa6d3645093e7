"""The exports that were taken whole."""

from core.domain.export import Export
from core.store.database import Database

_NEWEST = """select e.* exclude (seq), coalesce(p.name, e.by) as name from export e left join person p on p.id = e.by
order by e.seq desc limit ?"""

_NAMED = """select * exclude (seq) replace (id::varchar as id) from export
where starts_with(id::varchar, $said) or starts_with(sha256, $said) order by seq desc"""


def named(database: Database, said: str) -> list[Export]:
    """The exports whose id or digest begins so, newest first; of the same bytes taken more than once, the newest."""
    found = [Export(**row) for row in database.query(_NAMED, {"said": said.lower()})]
    return [one for at, one in enumerate(found) if not any(before.sha256 == one.sha256 for before in found[:at])]


def exports(database: Database, most: int) -> list[tuple[Export, str]]:
    """The newest ones, each with the name of whoever took it."""
    rows = database.query(_NEWEST, [most])
    return [(Export(**{name: row[name] for name in row if name != "name"}), str(row["name"])) for row in rows]
