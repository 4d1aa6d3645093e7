"""One person's frozen order of one queue: what comes next, what comes again, and what there is new beside it."""

from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zlib import crc32

import numpy as np

from core.domain.queue import Queue
from core.store import queue_reading
from core.store.database import Database

REPEAT = -1  # in an order: here one of the person's own comes again
_MOST_SHARE = 0.9  # of audits, and of repeats
_REPEAT_AFTER = 20  # decisions that lie between an item and its repeat at least


@dataclass(kw_only=True, slots=True)
class Entry:
    """A place in the order, and the list that it goes back to if it cannot be given now."""

    seq: int
    home: "deque[int]"


@dataclass(kw_only=True, slots=True)
class Order:
    """Frozen when opened: nothing that happens later moves what a person has not reached yet.

    Whatever was undone comes first, then the order, then what others had in front of them, at last what was skipped.
    `gone` are places of the order that are known to lead nowhere any more. The desk's lock guards all of it.
    """

    queue: Queue
    person_id: str
    seqs: "array[int]"
    audits: frozenset[int]
    chance: Random
    total: int
    mark: int
    looked_s: float
    used_s: float
    at: int = 0
    gone: int = 0
    arrived: int = 0
    decided: int = 0
    again: "deque[int]" = field(default_factory=deque)
    passed: "deque[int]" = field(default_factory=deque)
    skipped: "deque[int]" = field(default_factory=deque)
    repeatable: list[tuple[int, int]] = field(default_factory=list)

    @property
    def left(self) -> int:
        """How many are not given out yet."""
        ahead = max(0, len(self.seqs) - self.at - self.gone)
        return ahead + len(self.again) + len(self.passed) + len(self.skipped)

    @property
    def late(self) -> int:
        """How many come only after everything else."""
        return len(self.passed) + len(self.skipped)

    def ahead(self, held: Sequence[int]) -> Any:
        """The `seq` of everything that this person has or will be given, as an array."""
        few = np.array([*self.again, *self.passed, *self.skipped, *held], dtype="int64")
        return np.concatenate([np.array(self.seqs[self.at :], dtype="int64"), few])

    def draw(self, most: int, most_late: int) -> list[Entry]:
        """The next places; of what comes late at most so many. Whoever does not use one puts it back."""
        drawn = [Entry(seq=self.again.popleft(), home=self.again) for _ in range(min(most, len(self.again)))]
        ahead = self.seqs[self.at : self.at + most - len(drawn)]
        self.at += len(ahead)
        drawn += [Entry(seq=seq, home=self.again) for seq in ahead]
        if self.at < len(self.seqs):
            return drawn
        for home in (self.passed, self.skipped):
            n = min(most - len(drawn), most_late, len(home))
            drawn += [Entry(seq=home.popleft(), home=home) for _ in range(n)]
            most_late -= n
        return drawn

    def put_back(self, entries: Sequence[Entry]) -> None:
        """To the front of where they came from, in their order."""
        for entry in reversed(entries):
            entry.home.appendleft(entry.seq)

    def lay_aside(self, entry: Entry) -> None:
        """Somebody else has it in front of them: it is asked for again at the end."""
        (self.skipped if entry.home is self.skipped else self.passed).append(entry.seq)

    def note_seen(self, seen: "Seen") -> None:
        """What others have finished need not be kept: where fifty share a queue, each passes what the other 49 have."""
        self.mark, self.arrived, self.gone = seen.mark, seen.arrived, seen.gone
        self.passed = deque(seq for seq in self.passed if seq not in seen.gone_late)

    def note_gone(self) -> None:
        """A place led nowhere: it is not ahead any more, so it need not be counted out again."""
        self.gone = max(0, self.gone - 1)

    def repeat(self) -> int | None:
        """One of the person's own that lies back far enough, by chance; None if there is none yet."""
        n = next((nth for nth, (_, after) in enumerate(self.repeatable) if after > self.decided), len(self.repeatable))
        if not n:
            return None
        return self.repeatable.pop(self.chance.randrange(n))[0]

    def unrepeat(self, seqs: Sequence[int]) -> None:
        """They were drawn, and not given after all."""
        self.repeatable[:0] = [(seq, 0) for seq in seqs]

    def forget(self, seq: int) -> None:
        """It was taken back, so it is nothing that could come a second time."""
        self.repeatable = [one for one in self.repeatable if one[0] != seq]

    def note_decided(self, seq: int, *, is_repeatable: bool) -> None:
        self.decided += 1
        if is_repeatable:
            self.repeatable.append((seq, self.decided + _REPEAT_AFTER))


def frozen(database: Database, queue: Queue, person_id: str, held: Sequence[int], now_s: float) -> Order:
    """The order as it is now, without what this person holds already. Costs up to 100 ms at 250,000 instructions."""
    order = Order(
        queue=queue, person_id=person_id, seqs=array("q"), audits=frozenset(), chance=Random(_salt(queue, person_id)),
        total=len(held), mark=queue_reading.mark(database), looked_s=now_s, used_s=now_s,
    )  # fmt: skip
    if queue.repeat_share > 0:
        order.repeatable = [(seq, 0) for seq in queue_reading.decided_here(database, queue.id, person_id)]
    extend(database, order, held)
    return order


def extend(database: Database, order: Order, held: Sequence[int]) -> None:
    """Put what the queue has and the order has not behind the order, mixed with audits and repeats as the queue asks."""
    order.mark = queue_reading.mark(database)
    waiting = _waiting(database, order)
    fresh = waiting[np.isin(waiting, order.ahead(held), invert=True)]
    audits = _audits(database, order, len(fresh), held)
    order.audits |= frozenset(audits)
    extras = [*audits, *[REPEAT] * _share_of(order.queue.repeat_share, len(fresh))]
    mixed = _mixed(fresh, extras, order.chance)
    order.seqs = order.seqs[order.at :] + mixed
    order.at = order.arrived = 0
    order.total += len(mixed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What there is beside an order, and which of its places lead nowhere any more, at a `mark` of the log."""

    mark: int
    arrived: int
    gone: int
    gone_late: frozenset[int]


def look(database: Database, order: Order, held: Sequence[int]) -> Seen | None:
    """Count again what arrived and what is gone; None if nothing can have changed. Costs as much as opening it."""
    mark, seqs, at = queue_reading.mark(database), order.seqs, order.at
    if mark == order.mark:
        return None
    waiting, ahead = _waiting(database, order), np.array(seqs[at:], dtype="int64")
    others = np.array([REPEAT, *order.audits], dtype="int64")
    arrived = int(np.isin(waiting, order.ahead(held), invert=True).sum())
    still = np.concatenate([waiting, others])
    late = np.array([*order.passed], dtype="int64")
    return Seen(
        mark=mark,
        arrived=arrived,
        gone=int(np.isin(ahead, still, invert=True).sum()),
        gone_late=frozenset(late[np.isin(late, still, invert=True)].tolist()),
    )


def _waiting(database: Database, order: Order) -> Any:
    salt = _salt(order.queue, order.person_id)
    return np.array(queue_reading.waiting(database, order.queue, order.person_id, salt=salt), dtype="int64")


def _audits(database: Database, order: Order, n: int, held: Sequence[int]) -> list[int]:
    queue = order.queue
    wanted = _share_of(queue.audit_share, n)
    is_part_of_it = "eliminated" in queue.filter.statuses or not queue.filter.statuses
    if not wanted or queue.adjudicates or is_part_of_it:
        return []
    most = wanted + len(order.audits) + len(held)
    salt = _salt(queue, order.person_id)
    found = queue_reading.audits(database, queue, order.person_id, salt=salt, most=most)
    return [seq for seq in found if seq not in order.audits and seq not in held][:wanted]


def _share_of(share: float, n: int) -> int:
    """How many beside `n` others are this share of all."""
    share = min(share, _MOST_SHARE)
    return round(share / (1 - share) * n)


def _mixed(main: Any, extras: list[int], chance: Random) -> "array[int]":
    """The extras at places drawn by chance, so that nothing tells them apart."""
    in_order = array("q", main.tobytes())
    if not extras:
        return in_order
    chance.shuffle(extras)
    places = set(chance.sample(range(len(in_order) + len(extras)), len(extras)))
    rest, mixed_in = iter(in_order), iter(extras)
    return array("q", (next(mixed_in if place in places else rest) for place in range(len(in_order) + len(extras))))


def _salt(queue: Queue, person_id: str) -> int:
    """The same after a restart, so that a random order goes on where it was left."""
    return crc32(f"{queue.id} {person_id}".encode())
