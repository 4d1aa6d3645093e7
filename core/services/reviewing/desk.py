"""The desk: gives every person the next items of a queue, and never one item to more people than it needs.

What is in front of whom lies in memory under one lock a project, and in the log, so that a restart goes on.
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.domain.card import Card, Hand, Sitting
from core.domain.decision import Act, Answer, Receipt, Submission
from core.domain.person import Actor, Role
from core.domain.project import Audit
from core.domain.queue import Asks, Queue
from core.domain.trial import Trial, TrialSlot
from core.errors import NotFound, StudioError
from core.services.access import may_review, require
from core.services.projects import Project
from core.services.reviewing import queues, sittings
from core.services.reviewing.cards import Shown, cards_of
from core.services.reviewing.floor import Floor
from core.services.reviewing.leases import LEASE_S, Given
from core.services.reviewing.places import given_again, kind_of
from core.services.reviewing.sittings import Order
from core.store import difficulty_reading, queue_log, queue_reading, trial_log
from core.store.decision_log import ENDING

MOST = 50  # cards in a hand
_MOST_OPEN = 200  # trials of one person in one queue
_LOOK_S = 20.0  # between two counts of what arrived
_KEPT_S = 12 * 3600.0  # an order that nobody touched for so long is made anew; a trial that old comes as a new one
_TAKEN = (
    "You had this for more than 15 minutes without a sign, and meanwhile somebody else got it. "
    "It needs no further verdict."
)


def _now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """One per process. Every method may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = _now) -> None:
        self._clock, self._now = clock, now
        self._floors: dict[str, Floor] = {}
        self._opening = threading.Lock()  # guards `_floors`: a project's open trials are read once

    def open(self, actor: Actor, project: Project, queue_id: str = "") -> Sitting:
        """The sitting of whoever asks, as they left it or fresh. NotFound without such a queue."""
        may_review(actor)
        floor = self._floor(project)
        return self._sitting(floor, self._order(floor, actor, _queue(actor, project, queue_id)))

    def add_arrived(self, actor: Actor, project: Project, queue_id: str = "") -> Sitting:
        """What the queue has and the order has not goes behind the order."""
        may_review(actor)
        floor = self._floor(project)
        order = self._order(floor, actor, _queue(actor, project, queue_id))
        with floor.lock:
            sittings.extend(floor.database, order, [one.seq for one in floor.leases.of(actor.person_id)])
            floor.full.pop(order.queue.id, None)
        return self._sitting(floor, order)

    def take(
        self, actor: Actor, project: Project, queue_id: str = "", most: int = 12, have: Collection[str] = ()
    ) -> Hand:
        """Up to `most` cards beside those that the browser has: first one's own open ones, then the next of the order."""
        may_review(actor)
        queue = _queue(actor, project, queue_id)
        floor = self._floor(project)
        order = self._order(floor, actor, queue)
        most, now_s = max(0, min(most, MOST)), self._clock()
        with floor.lock:
            own = floor.own(order, set(have), now_s)[:most]
            n_open = sum(one.queue_id == queue.id for one in floor.leases.of(actor.person_id))
            fresh = floor.deal(order, min(most - len(own), _MOST_OPEN - n_open), now_s)
            due = [*floor.leases.prolong(own, now_s), *floor.leases.touch(actor.person_id, now_s)]
        if fresh:
            self._write(floor, actor, queue, fresh)
        self._store(floor, due)
        shown = [_shown(one) for one in (*own, *fresh)]
        return Hand(sitting=self._sitting(floor, order), cards=cards_of(project, actor, queue, shown))

    def trial_for(self, actor: Actor, project: Project, instruction_id: str, queue_id: str | None = None) -> Card:
        """A card of this very item, from a list, the history or a tree: one's open trial of it, or a new one."""
        may_review(actor)
        queue = _queue(actor, project, queue_id) if queue_id else None
        floor = self._floor(project)
        row = _item_of(project, instruction_id, actor.person_id, queue)
        now_s = self._clock()
        with floor.lock:
            held = floor.leases.held(actor.person_id, instruction_id, kind_of(queue))
            fresh = floor.choose(row, actor.person_id, queue, now_s) if held is None else held
            due = floor.leases.prolong([fresh], now_s)
        if held is None:
            self._write(floor, actor, queue, [fresh])
        else:
            self._store(floor, due)
            queue = _queue(actor, project, held.queue_id) if held.queue_id else None
        return cards_of(project, actor, queue, [_shown(fresh)])[0]

    def shown(self, actor: Actor, project: Project, trial_id: str) -> Card:
        """The card of a trial that is open or was ended, as its text is now. NotFound if it is nobody's or somebody else's."""
        may_review(actor)
        known = next(iter(trial_log.known(project.database, [trial_id])), None)
        if known is None or known.person_id != actor.person_id:
            raise NotFound("This item is not known here any more", to_do="Go on with the next one.")
        queue = _queue(actor, project, known.queue_id) if known.queue_id else None
        return cards_of(project, actor, queue, [_shown(given_again(known, self._clock()))])[0]

    def admit(self, actor: Actor, project: Project, submissions: Sequence[Submission]) -> dict[str, str]:
        """A sign of this person. → trial id → why its verdict comes too late: it lapsed, and its place was taken."""
        floor, now_s = self._floor(project), self._clock()
        ending = {one.trial_id for one in submissions if one.act in ENDING}
        with floor.lock:
            due = floor.leases.touch(actor.person_id, now_s)
            live = {one.trial_id for one in floor.leases.of(actor.person_id) if one.until_s > now_s}
            late = trial_log.unended(project.database, ending - live)
            mine = [one for one in late if one.person_id == actor.person_id]
            of = {one.id: _queue(actor, project, one.queue_id) if one.queue_id else None for one in mine}
            refused = {one.id: _TAKEN for one in mine if not floor.admit(of[one.id], one, now_s)}
        self._store(floor, due)
        return refused

    def settle(self, actor: Actor, project: Project, receipts: Sequence[Receipt]) -> tuple[str, ...]:
        """After decisions were saved. → the person's open trials that lead nowhere any more because of them."""
        saved = [one for one in receipts if one.answer is Answer.SAVED and one.act not in (Act.FLAG, Act.NOTE)]
        if not saved:
            return ()
        floor, now_s = self._floor(project), self._clock()
        undone = trial_log.known(project.database, [one.trial_id for one in saved if one.act is Act.UNDO])
        with floor.lock:
            floor.settle(actor.person_id, saved, {one.id: one for one in undone})
            open_ = floor.open_of(actor.person_id)
        # Read outside of the lock, which every person waits for: what leads nowhere now will not lead anywhere a moment later.
        looked = [(some, floor.rows_of(some, actor.person_id, asks)) for asks, some in open_.items()]
        with floor.lock:
            return tuple(one.trial_id for some, rows in looked for one in floor.void(some, rows, now_s))

    def reserved(self, actor: Actor, project: Project, person_id: str) -> int:
        """How many items somebody has in front of them now."""
        require(actor, Role.OWNER)
        return sum(one.until_s > self._clock() for one in self._floor(project).leases.of(person_id))

    def release(self, actor: Actor, project: Project, person_id: str, heir: Actor | None = None) -> int:
        """Nothing is in front of this person any more: it comes to `heir` first, else to whoever the queue gives it. How many items."""
        require(actor, Role.OWNER)
        floor, now_s = self._floor(project), self._clock()
        held = {one.queue_id for one in floor.leases.of(person_id) if one.queue_id}
        for queue in queues.every(actor, project):
            if heir is not None and queue.id in held:
                self._order(floor, heir, queue)
        with floor.lock:
            ended = floor.release(person_id, heir.person_id if heir else "")
        trial_log.prolong(floor.database, [one.trial_id for one in ended], self._now())
        return sum(one.until_s > now_s for one in ended)

    def _floor(self, project: Project) -> Floor:
        with self._opening:
            floor = self._floors.get(project.slug)
            if floor is None or floor.database is not project.database:
                floor = self._floors[project.slug] = self._reopened(project)
            return floor

    def _reopened(self, project: Project) -> Floor:
        """With what was in front of people when the studio ended. Their stored leases go on; longer than one they cannot be."""
        floor, now, now_s = Floor(project.database), self._now(), self._clock()
        for one in trial_log.open_trials(project.database, now - timedelta(seconds=_KEPT_S)):
            assert one.lease_until is not None
            rest_s = min(LEASE_S, (one.lease_until - now).total_seconds())
            floor.leases.add(given_again(one, now_s + rest_s))
        return floor

    def _order(self, floor: Floor, actor: Actor, queue: Queue) -> Order:
        """The sitting of this person. It is made outside of the lock, since that may take a tenth of a second."""
        key, now_s = (actor.person_id, queue.id), self._clock()
        with floor.lock:
            order = floor.orders.get(key)
            held = [one.seq for one in floor.leases.of(actor.person_id) if one.queue_id == queue.id]
            for old in [one for one, kept in floor.orders.items() if kept.used_s < now_s - _KEPT_S]:
                del floor.orders[old]
        if order is not None and _is_same(order.queue, queue):
            order.used_s = now_s
            return order
        with floor.reading:
            fresh = sittings.frozen(floor.database, queue, actor.person_id, held, now_s)
        with floor.lock:
            if floor.orders.get(key) is order:  # no other tab was quicker
                floor.orders[key] = fresh
            floor.full.pop(queue.id, None)  # what it was made of is newer
            return floor.orders[key]

    def _sitting(self, floor: Floor, order: Order) -> Sitting:
        now_s = self._clock()
        midnight = datetime.now(UTC).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        reading = difficulty_reading.said_since if order.queue.asks is Asks.DIFFICULTY else trial_log.decided_since
        decided, pace_s = reading(floor.database, order.person_id, midnight)
        self._look(floor, order, now_s)
        with floor.lock:
            held = floor.leases.of(order.person_id)
            left = order.left + sum(one.queue_id == order.queue.id and not one.is_chosen for one in held)
            return Sitting(
                queue=order.queue, total=max(order.total, left), left=left, arrived=order.arrived,
                decided_today=decided, pace_s=pace_s,
            )  # fmt: skip

    def _look(self, floor: Floor, order: Order, now_s: float) -> None:
        """Count again what arrived and what is gone: outside of the lock, and all people together for a tenth of the time."""
        with floor.lock:
            if order.looked_s > now_s - _LOOK_S or floor.look_from_s > now_s:
                return
            floor.look_from_s, order.looked_s = now_s + _LOOK_S, now_s
            held, was = [one.seq for one in floor.leases.of(order.person_id)], (order.at, order.seqs)
        began_s = self._clock()
        with floor.reading:
            seen = sittings.look(floor.database, order, held)
        with floor.lock:
            ended_s = self._clock()
            floor.look_from_s = ended_s + 10 * (ended_s - began_s)
            if (
                seen is not None and order.at == was[0] and order.seqs is was[1]
            ):  # else it went on meanwhile, and is counted the next time
                order.note_seen(seen)

    def _write(self, floor: Floor, actor: Actor, queue: Queue | None, fresh: Sequence[Given]) -> None:
        """Into the log. What cannot be written was not given to anybody."""
        until = self._now() + timedelta(seconds=LEASE_S)
        trials = [
            Trial(
                id=one.trial_id, kind=one.kind, person_id=one.person_id, origin=one.origin,
                queue_id=one.queue_id, lease_until=until,
            )
            for one in fresh
        ]  # fmt: skip
        slots = [TrialSlot(trial_id=one.trial_id, position=0, revision_id=one.revision_id) for one in fresh]
        try:
            if queue is not None and queue_log.queue(floor.database, queue.id) is None:
                queue_log.save(floor.database, queue, _audit(actor, queue))
            trial_log.give(floor.database, trials, slots)
        except StudioError:
            with floor.lock:
                self._take_back(floor, fresh)
            raise

    def _take_back(self, floor: Floor, fresh: Sequence[Given]) -> None:
        for one in reversed(fresh):
            floor.leases.end(one)
            order = floor.orders.get((one.person_id, one.queue_id or ""))
            if order is not None and not one.is_chosen:
                order.again.appendleft(one.seq)

    def _store(self, floor: Floor, due: Sequence[Given]) -> None:
        trial_log.prolong(floor.database, [one.trial_id for one in due], self._now() + timedelta(seconds=LEASE_S))


def _queue(actor: Actor, project: Project, queue_id: str) -> Queue:
    return queues.get(actor, project, queue_id or queues.default(project).id)


def _is_same(one: Queue, other: Queue) -> bool:
    """Another name changes nothing in an order."""
    return replace(one, name=other.name, archived=other.archived) == other


def _shown(one: Given) -> Shown:
    return Shown(trial_id=one.trial_id, instruction_id=one.instruction_id, origin=one.origin)


def _item_of(project: Project, instruction_id: str, person_id: str, queue: Queue | None) -> dict[str, Any]:
    """The item as it is now. NotFound without it, or without a text."""
    seq = queue_reading.seq_of(project.database, instruction_id)
    asks = queue.asks if queue else Asks.VERDICT
    rows = queue_reading.items(project.database, [seq], person_id, asks) if seq is not None else {}
    if seq not in rows or rows[seq]["revision_id"] is None:
        raise NotFound("There is no such item, or it has no text yet", to_do="Choose another one.")
    return rows[seq]


def _audit(actor: Actor, queue: Queue) -> Audit:
    return Audit(
        person_id=actor.person_id, act="queue made", subject=queue.id, origin="", received_at=datetime.now(UTC)
    )
