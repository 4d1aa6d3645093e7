"""What Explore looks at: a scope, and what every figure in it narrows."""

from dataclasses import dataclass, fields, replace
from typing import Any

from core.domain.queue import QueueFilter

OF_A_DATASET = ("seed", "evolved")
EVERYTHING = QueueFilter(kinds=OF_A_DATASET, statuses=(), set_aside=None)  # everything that is the dataset's own
EVOLVED = replace(EVERYTHING, kinds=("evolved",))
SEEDS = replace(EVERYTHING, kinds=("seed",))
_LOWEST = ("difficulty_from", "words_from", "added_from", "said_from")
_HIGHEST = ("difficulty_to", "words_to", "added_to", "said_to")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What a view is about. `wanted` None: everything; `seeds`: the seeds that it grew from, None where no filter can say them.

    `key` is how it is called in an address, "" for everything.
    """

    key: str = ""
    title: str = "Everything"
    wanted: QueueFilter | None = None
    seeds: QueueFilter | None = SEEDS

    @property
    def filter(self) -> QueueFilter:
        """The same, with everything as a filter too."""
        return EVERYTHING if self.wanted is None else self.wanted

    def narrowed(self, **said: Any) -> QueueFilter:
        """What of the scope these fields of a filter mean as well."""
        return narrowed(self.filter, **said)


def narrowed(wanted: QueueFilter, **said: Any) -> QueueFilter:
    """What both mean: lists keep what both have, ranges where both lie; any other field is the one that is said here.

    Lists that have nothing in common keep what is said here: whoever asks counts inside of `wanted` and never says such.
    """
    names = {one.name for one in fields(QueueFilter)}
    if unknown := set(said) - names:
        raise TypeError(f"A filter has no {sorted(unknown)}")
    return replace(wanted, **{name: _both(name, getattr(wanted, name), value) for name, value in said.items()})


def _both(name: str, before: Any, now: Any) -> Any:
    if isinstance(before, tuple) and isinstance(now, tuple):
        return tuple(one for one in now if one in before) or now if before and now else now or before
    if before is None or now is None:
        return now if now is not None else before
    if name in _LOWEST:
        return max(before, now)
    return min(before, now) if name in _HIGHEST else now
