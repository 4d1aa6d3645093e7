"""Whom a run asks: one endpoint a role, or the healthy ones of a pool by weight, standing in for each other.

Which member gets a request follows from the request itself (weighted rendezvous hashing), so a repeated run asks the same
ones, and a member that falls ill moves only its own requests. Belongs to one event loop; no locks.
"""

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind
from core.domain.task import TaskKind
from core.ports import Voice

_FIRST_REST_S, _LONGEST_REST_S = 1.0, 60.0
_PATIENCE = 3  # answers that are none, in a row, until a server counts as ill: one may be an item's own fault
_ILL = frozenset({ErrorKind.UNREACHABLE, ErrorKind.TIME_OUT, ErrorKind.SERVER_ERROR, ErrorKind.RATE_LIMIT})
_ITS_SYSTEMS = frozenset({ErrorKind.BAD_REQUEST, ErrorKind.MALFORMED_REPLY})
_UNUSABLE = frozenset({ErrorKind.WRONG_KEY, ErrorKind.NO_SUCH_MODEL, ErrorKind.NO_MONEY})


class Health:
    """A circuit breaker: a member that fails rests, twice as long each time; a wrong key takes it out for this run.

    Times are seconds of one monotonic clock.
    """

    __slots__ = ("_babble", "_rested_at", "_rests", "out", "rests_until")

    def __init__(self) -> None:
        self.out: CallFailure | None = None
        self.rests_until = float("-inf")
        self._rested_at = float("-inf")
        self._rests = 0
        self._babble = 0

    def is_ready(self, now: float) -> bool:
        return self.out is None and now >= self.rests_until

    def ask(self, now: float) -> None:
        """One call goes to it. After a rest that one is a trial: until it is answered, the others wait elsewhere."""
        if self._rests:
            self.rests_until = max(self.rests_until, now + self._pause_s())

    def observe(self, outcome: ChatReply | CallFailure, now: float) -> None:
        """Learn from how a call ended. Calls that were on their way when it began to rest do not lengthen the rest."""
        if isinstance(outcome, ChatReply):
            self._rests = self._babble = 0
            self.rests_until = float("-inf")
            return
        if outcome.kind in _UNUSABLE:
            self.out = outcome
        self._babble = self._babble + 1 if outcome.kind is ErrorKind.MALFORMED_REPLY else 0
        began = now - outcome.latency_ms / 1000
        if (outcome.kind in _ILL or self._babble >= _PATIENCE) and began >= self._rested_at:
            self._rests += 1
            self._rested_at = now
            self.rests_until = now + max(self._pause_s(), outcome.retry_after_s or 0.0)

    def _pause_s(self) -> float:
        return float(min(_LONGEST_REST_S, _FIRST_REST_S * 2 ** (self._rests - 1)))


class Replica(Protocol):
    """What is known of one of several models that are the same, each somewhere else (a cluster's workers)."""

    @property
    def is_there(self) -> bool:
        """Whether it can be asked now."""
        ...

    @property
    def in_flight(self) -> int: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A voice in a role, and its weight there. Of `replica`s of one system the least busy is asked: it makes no difference which."""

    voice: Voice
    weight: float = 1.0
    replica: Replica | None = None

    @property
    def is_there(self) -> bool:
        return self.replica is None or self.replica.is_there


class Ensemble:
    """`core.ports.Cast`: the voices of a run by kind of task. What is learned of an endpoint in one role holds in all."""

    def __init__(
        self, parts: Mapping[TaskKind, Sequence[Part]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._parts, self._clock = parts, clock
        names = {part.voice.name for role in parts.values() for part in role}
        self._health = {name: Health() for name in sorted(names)}

    def pick(self, kind: TaskKind, request: ChatRequest) -> Voice:
        """The only voice of the role; of several a healthy one; if none is healthy, the one that has rested most."""
        role = self._parts[kind]
        if len(role) == 1:
            return role[0].voice
        ready = self._ready(role)
        if not ready:
            return self._soonest(role)
        chosen = chosen_for(request, ready)
        return chosen.voice if chosen.replica is None else _least_busy(ready, chosen).voice

    def _ready(self, role: Sequence[Part]) -> list[Part]:
        """Who is there, and well."""
        now = self._clock()
        return [part for part in role if part.is_there and self._health[part.voice.name].is_ready(now)]

    def begin(self, kind: TaskKind, voice: Voice) -> bool:
        """Ask it, unless it fell ill while the call waited for a place and another one is healthy."""
        role = self._parts[kind]
        if len(role) == 1:
            return True
        ready = {part.voice.name for part in self._ready(role)}
        if ready and voice.name not in ready:
            return False
        self._health[voice.name].ask(self._clock())
        return True

    def _soonest(self, role: Sequence[Part]) -> Voice:
        usable = [part for part in role if self._health[part.voice.name].out is None] or role
        return min(usable, key=lambda part: self._health[part.voice.name].rests_until).voice

    def heard(self, kind: TaskKind, voice: Voice, outcome: ChatReply | CallFailure) -> ChatReply | CallFailure:
        """Of a pool, a failure says whose it is, and when another member can be asked."""
        role = self._parts[kind]
        if len(role) == 1:
            return outcome
        now = self._clock()
        self._health[voice.name].observe(outcome, now)
        if isinstance(outcome, ChatReply):
            return outcome
        return replace(
            outcome,
            detail=f"{voice.name}: {outcome.detail}",
            elsewhere_in_s=self._elsewhere_in_s(role, voice, outcome, now),
        )

    def _elsewhere_in_s(self, role: Sequence[Part], voice: Voice, failure: CallFailure, now: float) -> float | None:
        """At once if another one is healthy. For a member that is taken out, also after a rest: that happens once each."""
        others = [self._health[part.voice.name] for part in role if part.is_there and part.voice.name != voice.name]
        if failure.kind in _UNUSABLE:
            waits = [max(0.0, other.rests_until - now) for other in others if other.out is None]
            return min(waits, default=None)
        if failure.kind in _ITS_SYSTEMS:  # the same model elsewhere would say the same
            others = [self._health[part.voice.name] for part in role if part.voice.system_id != voice.system_id]
        may_be_its_own = failure.kind in _ILL or failure.kind in _ITS_SYSTEMS
        return 0.0 if may_be_its_own and any(other.is_ready(now) for other in others) else None

    def unwell(self) -> dict[str, str]:
        """The members that are not asked now, and why, in words for people."""
        now = self._clock()
        said: dict[str, str] = {}
        for name, health in self._health.items():
            if health.out is not None:
                said[name] = f"is left out of this run: {health.out.kind.cause}. {health.out.kind.remedy}."
            elif now < health.rests_until:
                said[name] = f"rests for {health.rests_until - now:.0f} s after failures; the others take its calls."
        return said


def _least_busy(ready: Sequence[Part], chosen: Part) -> Part:
    """Of those that are the same as the chosen one, itself among them."""
    same = (part for part in ready if part.replica is not None and part.voice.system_id == chosen.voice.system_id)
    return min(same, key=lambda part: part.replica.in_flight if part.replica is not None else 0)


def chosen_for(request: ChatRequest, parts: Sequence[Part]) -> Part:
    """One of these, by weight: the same request always gets the same one of the same members."""
    said = "\x1e".join(f"{message.role}\x1f{message.content}" for message in request.messages)
    asked = f"{request.seed}\x1d{said}".encode("utf-8", "surrogatepass")
    return max(parts, key=lambda part: _score(asked, part))


def _score(asked: bytes, part: Part) -> float:
    """Weighted rendezvous (Schindelhauer and Schomaker, 2005): the highest score wins in proportion to the weights."""
    digest = hashlib.blake2b(asked, digest_size=8, key=part.voice.name.encode()[:64]).digest()
    drawn = (int.from_bytes(digest, "big") + 1) / (2**64 + 2)
    return -part.weight / math.log(drawn)
