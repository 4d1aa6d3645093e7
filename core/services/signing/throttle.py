"""How often somebody may try: by the name they try and the address they come from. The more tries, the longer the wait."""

import threading
import time

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from core.errors import NotAllowed

# One address at one name; one name from anywhere (so that many machines gain little, and one cannot lock its owner out for long);
# one address at all names; and links, of which none can be guessed anyway.
_NAME_HERE = parse_many("5/minute; 15/hour; 40/day")
_NAME = parse_many("100/hour; 400/day")
_ADDRESS = parse_many("30/minute; 200/hour")
_SAID_ONCE = parse_many("1/minute")[0]
_LONGEST_KEY = 100


class TooMany(NotAllowed):
    """Tried too often. `is_first`: nothing was refused here for a minute; the others are not logged, so that a flood fills no disk."""

    def __init__(self, wait_s: int, *, is_first: bool) -> None:
        self.is_first = is_first
        unit = f"{wait_s} s" if wait_s < 120 else f"{wait_s // 60} min"
        super().__init__("Too many tries", to_do=f"Try again in {unit}.")


class Throttle:
    """Counts in memory: a restart forgets, and nobody outside can bring one about."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._lock = threading.Lock()  # guards looking and counting: two tries at once are two

    def admit_name(self, name: str, address: str) -> None:
        """One try at a name. TooMany says when the next one is admitted."""
        short = name.casefold()[:_LONGEST_KEY]
        self._admit([(_NAME_HERE, (short, address)), (_ADDRESS, (address,)), (_NAME, (short,))])

    def admit(self, address: str) -> None:
        """One try that names nobody."""
        self._admit([(_ADDRESS, (address,))])

    def forget(self, name: str, address: str) -> None:
        """They were right: their earlier tries count no more."""
        for limit in _NAME_HERE:
            self._limiter.clear(limit, name.casefold()[:_LONGEST_KEY], address)

    def _admit(self, wanted: list[tuple[list[RateLimitItem], tuple[str, ...]]]) -> None:
        each = [(limit, key) for limits, key in wanted for limit in limits]
        with self._lock:
            full = [(limit, key) for limit, key in each if not self._limiter.test(limit, *key)]
            if not full:
                for limit, key in each:
                    self._limiter.hit(limit, *key)
                return
            until = max(self._limiter.get_window_stats(limit, *key).reset_time for limit, key in full)
            is_first = self._limiter.hit(_SAID_ONCE, "refused", *full[0][1])
        raise TooMany(max(1, round(until - time.time())), is_first=is_first)
