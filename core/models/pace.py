"""Requests and tokens a minute: a bucket that fills evenly, so that what was said to be too much is never asked for.

Our own few lines, since the libraries at hand cannot take back what was set aside for a call that then used less, and the
gate (core.models.limits) must know WHEN the next call may start, to serve runs in turn.
"""

from dataclasses import dataclass

_MINUTE_S = 60.0
_DEPTH_S = 1.0  # requests: as many at once as a second brings; servers measure over short spans too
_TOKEN_DEPTH_S = 5.0
_FIRST_GUESS = 1_000.0  # tokens of a call, until the first one tells
_LEARN = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What an endpoint allows. None: it is not known, and only the server itself limits."""

    in_flight: int
    requests_per_min: int | None = None
    tokens_per_min: int | None = None


class Bucket:
    """At most `per_min` in any minute: what is left over from idle moments is at most `depth_s` seconds' worth."""

    __slots__ = ("_at", "_depth", "_left", "_per_s")

    def __init__(self, per_min: float, depth_s: float) -> None:
        self._depth = max(1.0, per_min * depth_s / _MINUTE_S)
        # A full bucket and a minute's filling together are the limit, unless one single call at a time is all it holds.
        self._per_s = (per_min - self._depth if self._depth > 1.0 else per_min) / _MINUTE_S
        self._left = self._depth
        self._at: float | None = None

    def _fill(self, now: float) -> None:
        if self._at is not None:
            self._left = min(self._depth, self._left + (now - self._at) * self._per_s)
        self._at = now

    def ready_in_s(self, amount: float, now: float) -> float:
        """Seconds until so much may be taken; what is larger than the bucket may start when that is full."""
        self._fill(now)
        return max(0.0, (min(amount, self._depth) - self._left) / self._per_s)

    def take(self, amount: float, now: float) -> None:
        self._fill(now)
        self._left -= amount

    def give_back(self, amount: float) -> None:
        """A call used less than was set aside, or more (a negative amount)."""
        self._left = min(self._depth, self._left + amount)


class Pace:
    """When the next call may start.

    A call's tokens are not known before it ends: the mean of the last ones is set aside, and put right when they are.
    """

    def __init__(self, bounds: Bounds) -> None:
        rpm, tpm = bounds.requests_per_min, bounds.tokens_per_min
        self._requests = Bucket(rpm, _DEPTH_S) if rpm else None
        self._tokens = Bucket(tpm, _TOKEN_DEPTH_S) if tpm else None
        self._mean, self._is_guess = _FIRST_GUESS, True

    def ready_in_s(self, now: float) -> float:
        """Seconds until another call may start."""
        request = self._requests.ready_in_s(1.0, now) if self._requests else 0.0
        return max(request, self._tokens.ready_in_s(self._mean, now) if self._tokens else 0.0)

    def start(self, now: float) -> None:
        """A call starts."""
        if self._requests:
            self._requests.take(1.0, now)
        if self._tokens:
            self._tokens.take(self._mean, now)

    def end(self, tokens: int | None) -> None:
        """A call has ended. Its tokens as the server counts them; None: unsaid, what was set aside stays used."""
        if self._tokens and tokens is not None:
            self._tokens.give_back(self._mean - tokens)
            self._mean += (tokens - self._mean) * (1.0 if self._is_guess and tokens else _LEARN)
            self._is_guess = self._is_guess and not tokens
