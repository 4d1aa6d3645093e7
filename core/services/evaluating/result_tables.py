"""The numbers behind a figure as CSV: every row with its counts, n and interval."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from core.domain.study_numbers import Estimate
from core.domain.study_results import Bout, Level
from core.exchange.export_texts import defused

_RATE = ("value", "low", "high", "n", "interval", "note", "low_by_seed", "high_by_seed", "seeds", "design_effect")


def bouts(found: Iterable[Bout], names: Mapping[str, str], what: str, formula: str) -> str:
    """A line for each row of a figure; `names` of contestants by id, `what` the rows are (opponent, skill …)."""
    heads = (what, "of", "against", "wins", "ties", "losses", "rate", *_RATE)
    return lines(
        heads,
        (
            (
                one.name, names.get(one.pick.of, ""), names.get(one.pick.against, ""), one.record.wins, one.record.ties,
                one.record.losses, formula, *_estimate(one.rate),
            )
            for one in found
        ),
    )  # fmt: skip


def levels(found: Iterable[Level], what: str) -> str:
    """A line for each contestant on a scale."""
    return lines(("contestant", "scale", *_RATE), ((one.name, what, *_estimate(one.estimate)) for one in found))


def lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and one record a row (RFC 4180); what a spreadsheet would take for a formula gets an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([defused(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    return text.getvalue()


def _estimate(one: Estimate) -> tuple[object, ...]:
    seeds = one.by_seed
    by_seed = (seeds.low, seeds.high, seeds.seeds, seeds.design_effect) if seeds else (None,) * 4
    return (one.value, one.low, one.high, one.n, one.interval, one.why, *by_seed)
