"""How often somebody may try: by the name they try and the address they come from. The more tries, the longer the wait."""

import hashlib
import threading
import time
from ipaddress import IPv4Address, ip_address, ip_network
from typing import TYPE_CHECKING

from core.errors import NotAllowed

if TYPE_CHECKING:
    from limits import RateLimitItem

# One address at one name; one name from anywhere (so that many machines gain little, and one cannot lock its owner out for long);
# one address at all names; and links, of which none can be guessed anyway.
_NAME_HERE, _NAME, _ADDRESS = "5/minute; 15/hour; 40/day", "100/hour; 400/day", "30/minute; 200/hour"
_SAID_AGAIN = "1/minute"


class TooMany(NotAllowed):
    """Tried too often. `is_first`: nothing was refused here for a minute; the others are not logged, so that a flood fills no disk."""

    def __init__(self, wait_s: int, *, is_first: bool) -> None:
        self.is_first = is_first
        unit = f"{wait_s} s" if wait_s < 120 else f"{wait_s // 60} min"
        super().__init__("Too many tries", to_do=f"Try again in {unit}.")


class Throttle:
    """Counts in memory: a restart forgets, and nobody outside can bring one about."""

    def __init__(self) -> None:
        from limits import parse_many  # where nobody signs in it is never loaded
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._name_here, self._name, self._address, (self._said_again,) = map(
            parse_many, (_NAME_HERE, _NAME, _ADDRESS, _SAID_AGAIN)
        )
        self._lock = threading.Lock()  # guards looking and counting: two tries at once are two

    def admit_name(self, name: str, address: str) -> None:
        """One try at a name. TooMany says when the next one is admitted."""
        short, here = _short(name), _network(address)
        self._admit([(self._name_here, (short, here)), (self._address, (here,)), (self._name, (short,))])

    def admit(self, address: str) -> None:
        """One try that names nobody."""
        self._admit([(self._address, (_network(address),))])

    def forget(self, name: str, address: str) -> None:
        """They were right: their earlier tries count no more."""
        for limit in self._name_here:
            self._limiter.clear(limit, _short(name), _network(address))

    def _admit(self, wanted: list[tuple[list["RateLimitItem"], tuple[str, ...]]]) -> None:
        each = [(limit, key) for limits, key in wanted for limit in limits]
        with self._lock:
            full = [(limit, key) for limit, key in each if not self._limiter.test(limit, *key)]
            if not full:
                for limit, key in each:
                    self._limiter.hit(limit, *key)
                return
            until = max(self._limiter.get_window_stats(limit, *key).reset_time for limit, key in full)
            is_first = self._limiter.hit(self._said_again, "refused", *full[0][1])
        raise TooMany(max(1, round(until - time.time())), is_first=is_first)


def _short(name: str) -> str:
    """The same for every way to write a name, and no longer for a long one."""
    return hashlib.sha256(" ".join(name.split()).casefold().encode()).hexdigest()[:16]


def _network(address: str) -> str:
    """Whose address it is, as far as can be told: of the new kind everybody has 2**64, so what they have in common counts."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))
