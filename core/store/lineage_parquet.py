"""A lineage in Parquet: header and end stand in the file's metadata; rows come as JSON from the child that reads any Parquet."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.store.parquet import as_json_lines, described


@contextmanager
def items(path: Path, header_key: str, end_key: str) -> Iterator[Iterator[tuple[int, dict[str, Any]]]]:
    """Header, rows and end with their numbers, as JSON lines have them. BadInput for what cannot be read."""
    about = described(path)
    with as_json_lines(path) as lines:

        def numbered() -> Iterator[tuple[int, dict[str, Any]]]:
            number = 1
            yield number, _object(about.get(header_key, "{}"), path)
            for line in lines:
                number += 1
                yield number, _object(line, path)
            yield number + 1, _object(about.get(end_key, "{}"), path)

        yield numbered()


def _object(text: str | bytes, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadInput("The Parquet file is damaged", where=path.name, to_do="Take the export again.")
    return value
