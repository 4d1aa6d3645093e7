"""What one person has in front of them in one study, and what they have done of it."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import uuid4

from core.domain.trial import TrialOrigin
from core.services.reviewing.leases import LEASE_S
from core.studies.assignment import Bools
from core.studies.ballots import Ints

APART = 10  # trials lie between two looks at one prompt, where there are enough of them
_STORE_AGAIN_S = 480.0  # a stored lease that ends sooner is written anew
NO_UNIT = -1  # of an attention trial


@dataclass(kw_only=True, slots=True)
class Laid:
    """An open trial: `shown` are choices of the plan by position. `until_s` is on the desk's clock."""

    trial_id: str
    person_id: str
    origin: TrialOrigin
    prompt: int
    unit: int
    shown: tuple[int, ...]
    until_s: float
    stored_until_s: float


@dataclass(kw_only=True, slots=True)
class Place:
    """One person at the table. `seen` are units that they have or had in front of them; `turns` how often each set was.

    `is_rater`: the log says that they take part.
    """

    person_id: str
    seen: Bools
    rank: Ints
    is_rater: bool = False
    laid: dict[str, Laid] = field(default_factory=dict)
    turns: Counter[str] = field(default_factory=Counter)
    turn_of: dict[int, int] = field(default_factory=dict)  # unit → when its set was shown with it
    fresh_judged: int = 0
    judged: int = 0
    counted: int = 0  # fresh ones that are not left out
    repeats: int = 0  # given
    attention: list[int] = field(default_factory=list)  # prompts of those given
    done: list[int] = field(default_factory=list)  # units judged, in order
    repeated: set[int] = field(default_factory=set)
    recent: "deque[int]" = field(default_factory=lambda: deque(maxlen=APART))  # prompts
    timed: int = 0
    active_ms: int = 0

    def touch(self, now_s: float, also: Iterable[Laid] = ()) -> list[Laid]:
        """A sign of this person: what they hold is theirs for longer. → those whose stored lease ends too soon now."""
        live = {one.trial_id: one for one in self.laid.values() if one.until_s > now_s}
        live |= {one.trial_id: one for one in also}
        due = []
        for one in live.values():
            one.until_s = now_s + LEASE_S
            if one.stored_until_s < now_s + _STORE_AGAIN_S:
                one.stored_until_s = one.until_s
                due.append(one)
        return due

    def pace_s(self) -> float | None:
        """How long one trial takes them, None as long as nobody knows."""
        return self.active_ms / self.timed / 1000 if self.timed else None


def laid_out(place: Place, origin: TrialOrigin, prompt: int, unit: int, shown: tuple[int, ...], now_s: float) -> Laid:
    """A new trial, not written yet. Its id says nothing, not even when it was made."""
    return Laid(
        trial_id=str(uuid4()), person_id=place.person_id, origin=origin, prompt=prompt, unit=unit, shown=shown,
        until_s=now_s + LEASE_S, stored_until_s=now_s + LEASE_S,
    )  # fmt: skip
