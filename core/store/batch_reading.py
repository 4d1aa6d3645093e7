"""Reading the batches of a run."""

import json
from typing import Any

from core.domain.batch import BatchNow
from core.domain.call import Prices
from core.domain.task import TaskKind
from core.store.database import Database

_BATCHES = "select * from call_batch_now where run_id = ? order by seq"
_BATCH = "select * from call_batch_now where id = ?"
_UNDER_WAY = "select count(*) as n from call_batch_now where run_id = ? and not is_closed"


def batches(database: Database, run_id: str) -> list[BatchNow]:
    """In the order they were made."""
    return [_batch(row) for row in database.query(_BATCHES, [run_id])]


def batch(database: Database, batch_id: str) -> BatchNow | None:
    found = database.query(_BATCH, [batch_id])
    return _batch(found[0]) if found else None


def has_open(database: Database, run_id: str) -> bool:
    """Whether the run has a batch that is not over for it."""
    return bool(database.query(_UNDER_WAY, [run_id])[0]["n"])


def _batch(row: dict[str, Any]) -> BatchNow:
    for of_the_fact in ("seq", "worst_tokens", "worst_usd"):
        del row[of_the_fact]
    prices = Prices(input_usd=row.pop("input_usd"), output_usd=row.pop("output_usd"))
    return BatchNow(**{**row, "what": _what(row["what"])}, prices=prices)


def _what(text: str) -> dict[str, int]:
    """Counts by kind of task; a file that came from elsewhere may say anything here."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {kind: said[kind] for kind in TaskKind if type(said.get(kind)) is int} if isinstance(said, dict) else {}
