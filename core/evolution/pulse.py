"""How a run goes just now."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

_WINDOW_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulse:
    """What only the engine knows of a live run. `waits`: for whom nothing goes on just now, in words.

    `in_batches`: calls that are gathered or under way there; `troubles`: why a batch cannot be reached, by its id.
    """

    in_flight: int
    calls_per_s: float | None
    waits: str = ""
    in_batches: int = 0
    troubles: Mapping[str, str] = field(default_factory=dict)


class Rate:
    """Calls a second over the last minute."""

    def __init__(self) -> None:
        self._ended: deque[float] = deque()

    def note(self) -> None:
        """A call has ended."""
        self._ended.append(monotonic())
        self._forget()

    def per_s(self) -> float | None:
        """None until two calls have ended within the minute."""
        self._forget()
        span = monotonic() - self._ended[0] if len(self._ended) > 1 else 0.0
        return len(self._ended) / span if span > 0 else None

    def _forget(self) -> None:
        oldest = monotonic() - _WINDOW_S
        while self._ended and self._ended[0] < oldest:
            self._ended.popleft()
