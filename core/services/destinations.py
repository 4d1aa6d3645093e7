"""Where this installation connects, and which key it sends where: an owner says so, and nothing that came from elsewhere can.

A page, a file or a project that somebody else made may name any address and any key. So of an address on this machine or in its
network, and of a key's way to a server, the installation itself keeps what an owner allowed; both are looked up again whenever
something is connected to. Whoever sets something up as an owner has allowed it thereby.
"""

import threading
from datetime import UTC, datetime

from core.domain.destination import NEAR, Destination
from core.domain.person import Actor, Role
from core.domain.reach import Reach, is_near, origin_of
from core.errors import NotAllowed, NotFound
from core.models.address import tidy_address
from core.services.access import may_grow, require
from core.services.keys import Keyed
from core.store import deeds
from core.store import destinations as store
from core.store.database import Database


class Destinations:
    """What owners of one installation allowed."""

    def __init__(self, installation: Database) -> None:
        self._installation = installation
        self._lock = threading.Lock()  # guards the copy below: every opened endpoint reads it, and two pages may write
        self._allowed = _by_origin(store.every(installation))

    def every(self, actor: Actor) -> tuple[Destination, ...]:
        """All of it, by origin."""
        may_grow(actor)
        return store.every(self._installation)

    def allow(self, actor: Actor, url: str) -> str:
        """An owner says: this address may be one of this machine or its network. → its origin."""
        require(actor, Role.OWNER)
        origin = origin_of(tidy_address(url))
        self._keep(actor, origin, {NEAR})
        return origin

    def withdraw(self, actor: Actor, url: str) -> None:
        """Nothing there is connected to any more but in the public internet, and no key goes there, until an owner says so again."""
        require(actor, Role.OWNER)
        origin = origin_of(url)
        if origin not in self._allowed:
            raise NotFound(f"Nothing was allowed of “{origin[:100]}”", to_do="Choose one from the list.")
        with self._lock:
            store.withdraw(self._installation, origin)
            deeds.note(self._installation, actor.person_id, "address withdrawn", origin)
            self._allowed = _by_origin(store.every(self._installation))

    def keep(self, actor: Actor, url: str, keyed: Keyed) -> None:
        """Something is set up with this address and key: an owner allows it thereby, for anybody else it must be allowed already."""
        self.ask(actor, url, keyed)
        if actor.role is Role.OWNER:
            self._keep(actor, origin_of(url), _needs(url, keyed))

    def ask(self, actor: Actor, url: str, keyed: Keyed) -> Reach:
        """Whither a try with this address and key may connect. NotAllowed for what only an owner may begin with."""
        may_grow(actor)
        missing = self._missing(url, keyed)
        if missing and actor.role is not Role.OWNER:
            raise _refusal(url, keyed, missing)
        return Reach.ANYWHERE if is_near(url) else self.reach(url)

    def reach(self, url: str) -> Reach:
        """Whither a connection to this address may go now."""
        return Reach.ANYWHERE if NEAR in self._allowed.get(origin_of(url), frozenset()) else Reach.OUTSIDE

    def require(self, url: str, keyed: Keyed) -> Reach:
        """The same for something that was set up before, perhaps in another installation. NotAllowed if no owner of this one allowed it."""
        missing = self._missing(url, keyed)
        if missing:
            raise _refusal(url, keyed, missing)
        return self.reach(url)

    def _missing(self, url: str, keyed: Keyed) -> frozenset[str]:
        """What no owner allowed yet. NotAllowed for what is no address: it may stand in a file that somebody else made."""
        try:
            return frozenset(_needs(url, keyed)) - self._allowed.get(origin_of(url), frozenset())
        except ValueError:
            raise NotAllowed("That is no address of a server", to_do="Set it up anew.") from None

    def _keep(self, actor: Actor, origin: str, what: set[str]) -> None:
        with self._lock:
            if what - self._allowed.get(origin, frozenset()):
                store.allow(self._installation, origin, tuple(sorted(what)), actor.person_id, datetime.now(UTC))
                deeds.note(self._installation, actor.person_id, "address allowed", origin, ", ".join(sorted(what)))
                self._allowed = _by_origin(store.every(self._installation))


def _needs(url: str, keyed: Keyed) -> set[str]:
    """What must be allowed before this address is connected to with this key."""
    named = {f"env:{keyed.key_env}"} if keyed.key_env else {f"secret:{keyed.key_secret}"} if keyed.key_secret else set()
    return named | ({NEAR} if is_near(url) else set())


def _refusal(url: str, keyed: Keyed, missing: frozenset[str]) -> NotAllowed:
    if NEAR in missing:
        what, to_do = "That is an address of this machine or its network", "An owner can allow it under Settings."
    else:
        what = f"No owner said that the key under {keyed.key_env or keyed.key_secret} may be sent there"
        to_do = "An owner can set it up; then others can use it."
    return NotAllowed(what, where=origin_of(url)[:200], to_do=to_do)


def _by_origin(every: tuple[Destination, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in every:
        found.setdefault(one.origin, set()).add(one.what)
    return {origin: frozenset(what) for origin, what in found.items()}
