"""Progress of a fetch, as values."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from core.models.embedded.source import SourceName

_REPORT_EVERY_S = 0.2
_RATE_OVER_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the fetch is. `left_s` is None while no rate is known."""

    done_bytes: int
    total_bytes: int
    source: SourceName
    rate_bytes_s: float
    left_s: float | None


class Meter:
    """Turns bytes into `Progress`: a few a second, the rate over the last ten seconds."""

    def __init__(self, done_bytes: int, total_bytes: int, report: Callable[[Progress], None]) -> None:
        self._total, self._report = total_bytes, report
        self._seen: deque[tuple[float, int]] = deque([(time.monotonic(), done_bytes)])
        self._reported_s = -_REPORT_EVERY_S

    def at(self, done_bytes: int, source: SourceName) -> None:
        """The fetch stands at `done_bytes`; reported if the last report is long enough ago or this is the end."""
        now = time.monotonic()
        if now - self._reported_s < _REPORT_EVERY_S and done_bytes < self._total:
            return
        self._reported_s = now
        self._seen.append((now, done_bytes))
        while now - self._seen[0][0] > _RATE_OVER_S and len(self._seen) > 2:
            self._seen.popleft()
        since_s, since_bytes = self._seen[0]
        rate = max(0.0, (done_bytes - since_bytes) / (now - since_s)) if now > since_s else 0.0
        self._report(
            Progress(
                done_bytes=done_bytes,
                total_bytes=self._total,
                source=source,
                rate_bytes_s=rate,
                left_s=(self._total - done_bytes) / rate if rate else None,
            )
        )
