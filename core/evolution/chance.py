"""All chance of a run, drawn from its seed and a place in its trees: never from the clock, never from reply order.

A place is named by what two runs on the same seeds have in common, not by their ids. So a run that is repeated with the
same seed of chance draws the same operations, and sends the same sampling seeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from core.domain.operation import DATA_FORMATS, Operation
from core.domain.task import TaskKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a child stands: its seed's position, its epoch, its number among its seed's children of that epoch."""

    position: int
    epoch: int
    child_number: int

    def __str__(self) -> str:
        return f"{self.position}:{self.epoch}:{self.child_number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """What chance decided for one child."""

    operation: Operation
    data_format: str | None


def draw(rng_seed: int, place: Place, weights: Mapping[Operation, float]) -> Draw:
    """One operation by weight (the paper's are equal), and a data format for `complicate_input`."""
    rng = Random(f"{rng_seed}:{place}")
    operations = list(Operation)
    operation = rng.choices(operations, [weights.get(one, 0.0) for one in operations])[0]
    data_format = rng.choice(DATA_FORMATS)
    return Draw(operation=operation, data_format=data_format if operation is Operation.COMPLICATE_INPUT else None)


def model_seed(rng_seed: int, kind: TaskKind, place: Place, attempt: int) -> int:
    """The sampling seed sent with a call, 31 bits; another attempt asks with another one."""
    return Random(f"{rng_seed}:{place}:{kind}:{attempt}").getrandbits(31)
