"""Whether the next draws of a run follow what people accept, and with which weights."""

from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.operation import Operation


class SteerMode(StrEnum):
    """`OFF`: the weights of the run's settings. `FOLLOW`: by what people accept. `FROZEN`: as they were when that was said."""

    OFF = "off"
    FOLLOW = "follow"
    FROZEN = "frozen"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What people said of the survivors of one kind."""

    accepted: int = 0
    rejected: int = 0

    @property
    def n(self) -> int:
        return self.accepted + self.rejected


@dataclass(frozen=True, kw_only=True, slots=True)
class Steering:
    """What counts for the next draw. `weights` hold while frozen, `tallies` are counted while followed."""

    mode: SteerMode = SteerMode.OFF
    weights: dict[Operation, float] = field(default_factory=dict)
    tallies: dict[Operation, Tally] = field(default_factory=dict)
