"""Takes the rows of a backup into a new file, and says what they amount to in both: `python -m core.store.restore_child SOURCE TARGET KIND`.

In a process of its own for the reasons that bundle_child gives: a damaged file can end the process that reads it.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb

from core.domain.upkeep import TableSum
from core.lifeline import end_with_the_app
from core.store import row_sums
from core.store.bundle_child import Refused, taken
from core.store.children import REFUSED


def main(source: str, target: str, kind: str) -> int:
    end_with_the_app()
    try:
        with taken(Path(source), Path(target), kind) as connection:
            came, made = row_sums.of(connection, "came"), row_sums.of(connection, "made")
            _require_same(came, made)
    except (Refused, duckdb.Error) as error:
        sys.stderr.write(str(error).splitlines()[0][:300])
        return REFUSED
    sys.stdout.write(row_sums.as_json(made))
    return 0


def _require_same(came: Mapping[str, TableSum], made: Mapping[str, TableSum]) -> None:
    if found := row_sums.difference(came, made):
        raise Refused(f"what was read is not what was written ({found})")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
