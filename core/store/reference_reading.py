"""Reading reference sets: texts that the dataset is compared with, and that never belong to it."""

from typing import Any

from core.store.database import Database

_SETS = """select s.*, coalesce(p.name, s."by") as by_name, s.id in (select source_id from source_removed) as is_removed
from source s left join person p on p.id = s."by" where s.kind = 'reference' order by s.seq desc"""
_COUNT = "select count(*) as n from instruction where kind = 'reference'"
_SAME_FILE = """select name, id in (select source_id from source_removed) as is_removed from source
where kind = 'reference' and file_sha256 = ? order by seq limit 1"""


def sets(database: Database) -> list[dict[str, Any]]:
    """The sets as rows of `source`, newest first, with who brought them in (`by_name`), and whether each `is_removed`."""
    return database.query(_SETS)


def count(database: Database) -> int:
    """The texts of all sets together, removed ones too."""
    return int(database.query(_COUNT)[0]["n"])


def of_file(database: Database, sha256: str) -> dict[str, Any] | None:
    """The set that came from a file with this content (`name`, `is_removed`); None if there is none."""
    return next(iter(database.query(_SAME_FILE, [sha256])), None)
