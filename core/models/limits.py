"""How many calls one endpoint gets at once, and how many a minute: shrinks when it complains, pauses when it says so.

`Allowance` is the rule, pure, told the time. `AdaptiveLimit` is the gate that tasks pass on one event loop: it needs no
lock, since it never awaits between reading and changing its numbers.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from core.domain.call import CallFailure, ChatReply, ErrorKind
from core.models.pace import Bounds, Pace

_WINDOW_S = 1.0  # at most one halving in so long
_ROUNDS_TO_MAX = 32  # rounds of calls from nothing back to the maximum
_TICK_S = 0.001  # a clock's grain: a timer must not come back in the very moment that it was set for
_TOO_MUCH = frozenset({ErrorKind.RATE_LIMIT, ErrorKind.TIME_OUT})
_MAY_HAVE_RUN = frozenset({ErrorKind.TIME_OUT, ErrorKind.MALFORMED_REPLY, ErrorKind.CONTENT_FILTER})


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitState:
    """What a person sees of a limit. `paused_for_s` are seconds from now, 0 when nothing is held back."""

    in_flight: int
    waiting: int
    allowed: int
    max: int
    paused_for_s: float


class Allowance:
    """Additive increase, multiplicative decrease. Times are seconds of one monotonic clock."""

    __slots__ = ("_allowed", "_shrunk_at", "_step", "max", "paused_until")

    def __init__(self, max_in_flight: int) -> None:
        self.max = max(1, max_in_flight)
        self.paused_until = float("-inf")
        self._allowed = float(self.max)
        self._step = max(1.0, self.max / _ROUNDS_TO_MAX)
        self._shrunk_at = float("-inf")

    @property
    def allowed(self) -> int:
        """Calls that may be in flight at once, pauses aside."""
        return int(self._allowed)

    def observe(self, outcome: ChatReply | CallFailure, now: float) -> None:
        """Learn from how a call ended."""
        if outcome.retry_after_s is not None:
            self.paused_until = max(self.paused_until, now + outcome.retry_after_s)
        if isinstance(outcome, ChatReply):
            if self._allowed < self.max:
                self._allowed = min(float(self.max), self._allowed + self._step / self._allowed)
        elif outcome.kind in _TOO_MUCH:
            self._shrink(now, began=now - outcome.latency_ms / 1000)

    def _shrink(self, now: float, *, began: float) -> None:
        """Halve, once per window, and not for calls that were already on their way when it last halved."""
        if now - self._shrunk_at >= _WINDOW_S and began >= self._shrunk_at:
            self._allowed = max(1.0, self._allowed // 2)
            self._shrunk_at = now


class AdaptiveLimit:
    """The gate. `async with limit.slot(run_id):` waits for a place; whoever waits is served in turn, run by run.

    Belongs to the event loop that waits at it. Tell every outcome to `observe`.
    """

    def __init__(self, bounds: int | Bounds, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`bounds`: calls in flight, or these with what is allowed a minute."""
        bounds = Bounds(in_flight=bounds) if isinstance(bounds, int) else bounds
        self._allowance = Allowance(bounds.in_flight)
        self._pace = Pace(bounds) if bounds.requests_per_min or bounds.tokens_per_min else None
        self._clock = clock
        self._in_flight = 0
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None
        self._slots: dict[str, _Slot] = {}

    def slot(self, who: str = "") -> "_Slot":
        """A place for one call of `who`, to be used with `async with`."""
        slot = self._slots.get(who)
        if slot is None:
            slot = self._slots[who] = _Slot(self, who)
        return slot

    async def acquire(self, who: str = "") -> None:
        """Wait for a place. A cancelled wait takes none."""
        if not self._queues and self._may_start():
            self._start()
            return
        turn = asyncio.get_running_loop().create_future()
        self._queues.setdefault(who, deque()).append(turn)
        self._wake()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release()  # the place had just been given
            else:
                self._forget(who, turn)
            raise

    def release(self) -> None:
        """Give a place back."""
        self._in_flight -= 1
        if self._queues:
            self._wake()

    def observe(self, outcome: ChatReply | CallFailure) -> None:
        """Learn from how a call ended, before its place is given back."""
        self._allowance.observe(outcome, self._clock())
        if self._pace is not None:
            self._pace.end(_tokens(outcome))

    def snapshot(self) -> LimitState:
        """The limit as it is now."""
        return LimitState(
            in_flight=self._in_flight,
            waiting=sum(len(queue) for queue in self._queues.values()),
            allowed=self._allowance.allowed,
            max=self._allowance.max,
            paused_for_s=self._paused_for_s(),
        )

    def _may_start(self) -> bool:
        return self._in_flight < self._allowance.allowed and self._paused_for_s() <= 0

    def _paused_for_s(self) -> float:
        """Until the endpoint's own wish and the limits a minute let another call start."""
        now = self._clock()
        wish_s = self._allowance.paused_until - now
        return max(0.0, wish_s, self._pace.ready_in_s(now) if self._pace is not None else 0.0)

    def _start(self) -> None:
        self._in_flight += 1
        if self._pace is not None:
            self._pace.start(self._clock())

    def _wake(self) -> None:
        """Let in as many as may start: the first of each run in turn."""
        while self._queues and self._may_start():
            who, queue = self._queues.popitem(last=False)
            turn = queue.popleft()
            if queue:
                self._queues[who] = queue  # behind the other runs
            if turn.cancelled():
                continue  # whoever waited has just left
            self._start()
            turn.set_result(None)
        if self._queues and self._timer is None:
            self._wake_after_the_pause()

    def _wake_after_the_pause(self) -> None:
        left_s = self._paused_for_s()
        if left_s > 0:
            self._timer = asyncio.get_running_loop().call_later(max(left_s, _TICK_S), self._pause_is_over)

    def _pause_is_over(self) -> None:
        self._timer = None
        self._wake()

    def _forget(self, who: str, turn: "asyncio.Future[None]") -> None:
        queue = self._queues.get(who, deque())
        if turn in queue:  # else its turn came between its cancelling and now
            queue.remove(turn)
            if not queue:
                del self._queues[who]


def _tokens(outcome: ChatReply | CallFailure) -> int | None:
    """What a call used. None is not known; a refusal used nothing."""
    if isinstance(outcome, ChatReply):
        known = outcome.tokens_in is not None and outcome.tokens_out is not None
        return (outcome.tokens_in or 0) + (outcome.tokens_out or 0) if known else None
    return None if outcome.kind in _MAY_HAVE_RUN else 0


class _Slot:
    """A place at the gate; holds nothing of one call, so one object serves all calls of a run."""

    __slots__ = ("_limit", "_who")

    def __init__(self, limit: AdaptiveLimit, who: str) -> None:
        self._limit = limit
        self._who = who

    async def __aenter__(self) -> None:
        await self._limit.acquire(self._who)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limit.release()
