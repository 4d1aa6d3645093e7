"""Whether and when a failed call is made again. The engine makes it, since every try is a fact of its own."""

from random import Random
from typing import Final

from tenacity import RetryCallState, Retrying, wait_exponential

from core.domain.call import CallFailure, ErrorKind

# How often one question may be asked in all. A rate limit says "later", not "never", and many calls meet it at once:
# giving up as soon as for a broken server would lose items for nothing.
MOST_TRIES: Final = {
    ErrorKind.TIME_OUT: 5,
    ErrorKind.UNREACHABLE: 5,
    ErrorKind.SERVER_ERROR: 5,
    ErrorKind.MALFORMED_REPLY: 3,
    ErrorKind.RATE_LIMIT: 12,
}
_BACKOFF = wait_exponential(multiplier=0.5, max=60.0)
_NOT_USED = Retrying()


def wait_before_retry(failure: CallFailure, attempt: int, rng: Random) -> float | None:
    """Seconds until the same question is asked again after its `attempt`-th try (from 1), or None to give up.

    The server's own wish wins; else the wait doubles from half a second up to a minute. Up to half as much again comes
    on top by chance (at most a second over a wish), so that calls which failed together do not come back together.
    """
    if attempt >= MOST_TRIES.get(failure.kind, 0):
        return None
    if failure.retry_after_s:
        return failure.retry_after_s + min(1.0, failure.retry_after_s / 2) * rng.random()
    state = RetryCallState(_NOT_USED, fn=None, args=(), kwargs={})
    state.attempt_number = attempt
    return _BACKOFF(state) * (1 + rng.random() / 2)
