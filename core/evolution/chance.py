"""All chance of a run, drawn from its seed and an instruction's id: never from the clock, never from reply order."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from core.domain.operation import DATA_FORMATS, Operation


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """What chance decided for one child."""

    operation: Operation
    data_format: str | None


def draw(rng_seed: int, child_id: str, weights: Mapping[Operation, float]) -> Draw:
    """One operation by weight (the paper's are equal), and a data format for `complicate_input`."""
    rng = Random(f"{rng_seed}:{child_id}")
    operations = list(Operation)
    operation = rng.choices(operations, [weights.get(one, 0.0) for one in operations])[0]
    data_format = rng.choice(DATA_FORMATS)
    return Draw(operation=operation, data_format=data_format if operation is Operation.COMPLICATE_INPUT else None)


def model_seed(rng_seed: int, task_id: str, attempt: int) -> int:
    """The sampling seed sent with a call; another attempt asks with another one."""
    return Random(f"{rng_seed}:{task_id}:{attempt}").getrandbits(31)
