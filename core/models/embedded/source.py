"""Where parts of the weights come from: the port that the hub and the registry share."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from core.models.embedded.manifest import Part

SourceName = Literal["hub", "registry"]


class SourceFailed(Exception):
    """A source did not give what it should. Stays inside this package: the next try or the next source may."""


class Cancelled(Exception):
    """The person asked to stop. Stays inside this package: `fetch` answers with a state."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What a source tells while it works: how many bytes of its part it has; and whether it should go on."""

    cancel: threading.Event
    received: Callable[[int], None]

    def __call__(self, part_bytes: int) -> None:
        """Report `part_bytes`; raises `Cancelled` when the person has asked to stop."""
        if self.cancel.is_set():
            raise Cancelled
        self.received(part_bytes)


class Source(Protocol):
    """One place to fetch from."""

    @property
    def name(self) -> SourceName: ...

    def is_reachable(self) -> bool: ...

    def chunks(self, part: Part, start: int, watch: Watch) -> Iterator[bytes]:
        """The bytes of a part from `start` on. Raises `SourceFailed`, or `Cancelled` through `watch`."""
        ...
