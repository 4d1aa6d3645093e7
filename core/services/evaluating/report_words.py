"""Numbers of a report in words: with their n and interval, or why there is none."""

from core.domain.agreement import Agreement
from core.domain.overview import Share
from core.domain.study_numbers import Estimate


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def rate(told: Estimate) -> str:
    """54.0 % (51.2 to 57.1 %), by seed 49.3 to 59.0 %; or why there is none."""
    if told.value is None:
        return told.why or "–"
    seeds = told.by_seed
    by_seed = f", by seed {100 * seeds.low:.1f} to {100 * seeds.high:.1f} %" if seeds else ""
    return f"{percent(told.value)}{_extent(told.low, told.high)}{by_seed}"


def _extent(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({100 * low:.1f} to {100 * high:.1f} %)"


def number(told: Estimate) -> str:
    """0.31 (0.12 to 0.50); or why there is none."""
    if told.value is None:
        return told.why or "–"
    extent = "" if told.low is None or told.high is None else f" ({told.low:.2f} to {told.high:.2f})"
    return f"{told.value:.2f}{extent}".replace("-", "−")


def agreement(found: Agreement) -> str:
    return f"{found.value:.2f}".replace("-", "−") if found.value is not None else f"undefined: {found.why}"


def share(found: Share) -> str:
    """28 of 31: 90.3 % (75.1 to 96.7 %)."""
    if found.value is None:
        return "none"
    return f"{found.k:,} of {found.n:,}: {percent(found.value)}{_extent(found.low, found.high)}"


def count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(words: list[str]) -> str:
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
