"""Says what the rows of a file amount to, reading every one of them: `python -m core.store.sums_child FILE`. The file is not changed."""

import sys

import duckdb

from core.lifeline import end_with_the_app
from core.store import row_sums
from core.store.children import REFUSED

_SETTINGS = (
    row_sums.IN_UTC,
    "set threads = 1",
    "set memory_limit = '1GB'",
    "set temp_directory = ''",  # nothing of it needs to be laid aside
    "set enable_external_access = false",
)


def main(file: str) -> int:
    end_with_the_app()
    try:
        with duckdb.connect() as connection:
            connection.execute("attach ? as looked_at (read_only)", [file])
            for statement in _SETTINGS:
                connection.execute(statement)
            sys.stdout.write(row_sums.as_json(row_sums.of(connection, "looked_at")))
    except duckdb.Error as error:
        sys.stderr.write(str(error).splitlines()[0][:300])
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
