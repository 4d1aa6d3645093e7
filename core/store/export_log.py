"""The exports that were taken whole."""

from core.domain.export import Export
from core.store.database import Database

_NEWEST = """select e.* exclude (seq), coalesce(p.name, e.by) as name from export e left join person p on p.id = e.by
order by e.seq desc limit ?"""


def exports(database: Database, most: int) -> list[tuple[Export, str]]:
    """The newest ones, each with the name of whoever took it."""
    rows = database.query(_NEWEST, [most])
    return [(Export(**{name: row[name] for name in row if name != "name"}), str(row["name"])) for row in rows]
