"""The log goes on where it ended: whatever has a number in it is known to the view that says the highest one."""

import re
from pathlib import Path

from tests.builders import project_at

# Its numbers are those of the decisions that it says.
_OTHERS = {"standing"}


def test_every_table_that_is_numbered_is_known_to_the_highest_number(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        numbered = database.query(
            """select c.table_name as name from information_schema.columns c join information_schema.tables t using (table_name)
            where c.column_name = 'seq' and t.table_type = 'BASE TABLE'"""
        )
        (view,) = database.query("select sql from duckdb_views() where view_name = 'last_seq'")
    missing = {row["name"] for row in numbered} - _OTHERS - set(re.findall(r"\w+", view["sql"]))
    assert len(numbered) > 20
    assert not missing
