"""What is in front of whom in one project: who may be given an item, and what becomes of it. No word of it is written here."""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.domain.decision import Act, Answer, Receipt
from core.domain.queue import Asks, Queue
from core.domain.trial import TrialKind, TrialOrigin
from core.services.reviewing.leases import LEASE_S, Given, Leases
from core.services.reviewing.places import KINDS, Fit, fit_of, given, given_again, kind_of, needed, needs_nobody
from core.services.reviewing.sittings import REPEAT, Entry, Order
from core.store import queue_reading
from core.store.database import Database
from core.store.trial_log import KnownTrial

_FIRST, _LARGEST = 32, 4_000  # items that are looked at together
_VERDICTS = (Act.ACCEPT, Act.REJECT, Act.ADJUDICATE, Act.SCORE)


@dataclass(slots=True)
class _Sifted:
    """Places of an order: to be looked at, with others now, `full` that need nobody more, and the rest, which was not needed."""

    open: list[Entry] = field(default_factory=list)
    taken: list[Entry] = field(default_factory=list)
    full: int = 0
    rest: Sequence[Entry] = ()


@dataclass(slots=True)
class Floor:
    """One project. Whoever calls a method holds `lock`: looking at an item and reserving it is one step."""

    database: Database
    leases: Leases = field(default_factory=Leases)
    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    repeats: set[tuple[str, str]] = field(default_factory=set)  # undone ones: asked for again they are repeats again
    full: dict[str, set[int]] = field(default_factory=dict)  # queue → items that need nobody more: not looked at again
    look_from_s: float = 0.0  # counting what arrived reads a whole queue: nobody begins before
    lock: threading.Lock = field(default_factory=threading.Lock)
    reading: threading.Lock = field(
        default_factory=threading.Lock
    )  # a whole queue is read by one at a time: many at once starve all

    def own(self, order: Order, have: Collection[str], now_s: float) -> list[Given]:
        """The person's open trials of a queue that their browser has not: live ones, and lapsed ones whose place is free."""
        mine = [one for one in self.leases.of(order.person_id) if one.queue_id == order.queue.id and not one.is_chosen]
        mine = [one for one in mine if one.trial_id not in have]
        rows = self.rows_of(mine, order.person_id, order.queue.asks)
        kept = []
        for one in mine:
            fit = fit_of(self.leases, order.queue, rows.get(one.seq), one, now_s)
            if fit is Fit.NOW:
                kept.append(one)
                continue
            self.leases.end(one)
            if fit is Fit.LATER:
                order.passed.append(one.seq)
        return kept

    def deal(self, order: Order, most: int, now_s: float) -> list[Given]:
        """Reserve the next items of an order."""
        dealt: list[Given] = []
        size, late = max(_FIRST, most), order.late
        while len(dealt) < most:
            behind = order.late
            sifted = self._sifted(order, order.draw(size, late), 2 * (most - len(dealt)), now_s)
            order.put_back(sifted.rest)
            late -= behind - order.late
            for entry in sifted.taken:
                order.lay_aside(entry)
            for _ in range(sifted.full):
                order.note_gone()
            if not sifted.open and not sifted.taken and not sifted.full:
                break
            dealt += self._reserve(order, sifted.open, most - len(dealt), now_s)
            size = min(2 * size, _LARGEST)
        return dealt

    def _sifted(self, order: Order, entries: Sequence[Entry], enough: int, now_s: float) -> _Sifted:
        """Without reading a row: where many share a queue, nearly all that comes next is with somebody or done."""
        sifted, full, kind = _Sifted(), self.full.get(order.queue.id, set()), kind_of(order.queue)
        for nth, entry in enumerate(entries):
            if len(sifted.open) == enough:
                sifted.rest = entries[nth:]
                break
            item = self.leases.item(entry.seq)
            if entry.seq in full:
                sifted.full += 1
            elif item and self.leases.places_taken(item, order.person_id, kind, now_s) >= needed(order.queue, item):
                sifted.taken.append(entry)
            else:
                sifted.open.append(entry)
        return sifted

    def _reserve(self, order: Order, entries: Sequence[Entry], most: int, now_s: float) -> list[Given]:
        repeats = {nth: order.repeat() for nth, entry in enumerate(entries) if entry.seq == REPEAT}
        seqs = [repeats.get(nth) or entry.seq for nth, entry in enumerate(entries)]
        rows = self._rows(seqs, order.person_id, order.queue.asks)
        reserved: list[Given] = []
        for nth, (entry, seq) in enumerate(zip(entries, seqs, strict=True)):
            if len(reserved) == most:
                order.put_back(entries[nth:])
                order.unrepeat([one for place, one in repeats.items() if place >= nth and one is not None])
                break
            row = rows.get(seq)
            if row is None:
                order.note_gone()
                continue
            one = given(row, order.person_id, order.queue, _origin(order, entry), now_s)
            fit = fit_of(self.leases, order.queue, row, one, now_s)
            if fit is Fit.NOW:
                self.leases.add(one)
                reserved.append(one)
            elif fit is Fit.LATER and entry.seq != REPEAT:
                order.lay_aside(entry)
            else:
                order.note_gone()
                if needs_nobody(order.queue, row) and one.origin is not TrialOrigin.REPEAT:
                    self.full.setdefault(order.queue.id, set()).add(seq)
        return reserved

    def choose(self, row: dict[str, Any], person_id: str, queue: Queue | None, now_s: float) -> Given:
        """Reserve this very item, whatever the queue says of it. What the queue would give anyhow is given as its own."""
        order = self.orders.get((person_id, queue.id)) if queue else None
        is_audit = order is not None and row["seq"] in order.audits
        one = given(row, person_id, queue, TrialOrigin.AUDIT if is_audit else TrialOrigin.FRESH, now_s)
        if (person_id, row["id"]) in self.repeats:
            one.origin, one.holds_place = TrialOrigin.REPEAT, False
            self.repeats.discard((person_id, row["id"]))
        one.is_chosen = queue is None or fit_of(self.leases, queue, row, one, now_s) is not Fit.NOW
        one.holds_place = not row["mine"]
        if order is not None and row["seq"] in order.again:
            order.again.remove(row["seq"])  # it was undone, and comes by itself now
        self.leases.add(one)
        return one

    def admit(self, queue: Queue | None, known: KnownTrial, now_s: float) -> bool:
        """A verdict comes for a trial that lapsed: whether its place is still free. If so, the trial is live again."""
        one = self.leases.find(known.person_id, known.id)
        if one is not None and one.until_s > now_s:
            return True
        asks = Asks.DIFFICULTY if known.kind is TrialKind.DIFFICULTY else Asks.VERDICT
        row = self._rows([known.seq], known.person_id, asks).get(known.seq)
        if row is None:
            return False
        one = one or given_again(known, now_s)
        if queue is not None and one.origin is not TrialOrigin.REPEAT and not row["mine"] and not one.is_chosen:
            others = self.leases.places_taken(row["id"], known.person_id, known.kind, now_s)
            if not queue.adjudicates and row["n_decisions"] + others >= needed(queue, row["id"]):
                self.leases.end(one)
                return False
        one.until_s = now_s + LEASE_S
        self.leases.add(one)
        return True

    def settle(self, person_id: str, receipts: Iterable[Receipt], undone: dict[str, KnownTrial]) -> None:
        """What was decided is not in front of anybody any more; what was skipped or undone comes again to its person."""
        for receipt in receipts:
            if receipt.answer is not Answer.SAVED:
                continue
            one = self.leases.find(person_id, receipt.trial_id)
            if receipt.act is Act.UNDO and receipt.trial_id in undone:
                self._bring_back(person_id, undone[receipt.trial_id])
            elif one is not None and receipt.act in (*_VERDICTS, Act.SKIP):
                self.leases.end(one)
                self._note(one, receipt.act)

    def _note(self, one: Given, act: Act) -> None:
        order = self.orders.get((one.person_id, one.queue_id or ""))
        if order is None:
            return
        if act is Act.SKIP:
            order.skipped.append(one.seq)
        else:
            is_first = one.origin in (TrialOrigin.FRESH, TrialOrigin.AUDIT) and not order.queue.adjudicates
            order.note_decided(one.seq, is_repeatable=is_first and order.queue.repeat_share > 0)

    def _bring_back(self, person_id: str, known: KnownTrial) -> None:
        for full in self.full.values():
            full.discard(known.seq)
        order = self.orders.get((person_id, known.queue_id or ""))
        if known.origin is TrialOrigin.REPEAT:
            self.repeats.add((person_id, known.instruction_id))
        elif order is not None:
            order.forget(known.seq)
            order.again.appendleft(known.seq)

    def open_of(self, person_id: str) -> dict[Asks, list[Given]]:
        """The person's open trials out of the queues that they sit at, by what these ask."""
        sat_at = {id_ for person, id_ in self.orders if person == person_id}
        open_ = [one for one in self.leases.of(person_id) if one.queue_id in sat_at and not one.is_chosen]
        return {asks: [one for one in open_ if one.kind is kind] for asks, kind in KINDS.items()}

    def void(self, open_: Sequence[Given], rows: Mapping[int, dict[str, Any]], now_s: float) -> list[Given]:
        """Those of one person's open trials that lead nowhere any more, because of what was decided meanwhile. They end here."""
        orders = {one.trial_id: self.orders.get((one.person_id, one.queue_id or "")) for one in open_}
        void = [
            one
            for one in open_
            if (order := orders[one.trial_id]) is not None
            and self.leases.find(one.person_id, one.trial_id) is one
            and fit_of(self.leases, order.queue, rows.get(one.seq), one, now_s) is Fit.NEVER
        ]
        for one in void:
            self.leases.end(one)
        return void

    def release(self, person_id: str, heir_id: str) -> list[Given]:
        """A person's open trials end and their sittings are forgotten. Where `heir_id` sits at the queue, the items come next."""
        ended = self.leases.of(person_id)
        for one in ended:
            self.leases.end(one)
            order = self.orders.get((heir_id, one.queue_id or ""))
            if order is not None and one.origin is not TrialOrigin.REPEAT:
                order.again.append(one.seq)
        self.orders = {key: order for key, order in self.orders.items() if key[0] != person_id}
        self.full.clear()
        return ended

    def rows_of(self, open_: Sequence[Given], person_id: str, asks: Asks) -> dict[int, dict[str, Any]]:
        """The items of trials as they stand now, by `seq`. Needs no lock."""
        return queue_reading.items_of(self.database, {one.instruction_id: one.seq for one in open_}, person_id, asks)

    def _rows(self, seqs: Sequence[int], person_id: str, asks: Asks) -> dict[int, dict[str, Any]]:
        wanted = [seq for seq in seqs if seq != REPEAT]
        return queue_reading.items(self.database, wanted, person_id, asks) if wanted else {}


def _origin(order: Order, entry: Entry) -> TrialOrigin:
    if entry.seq == REPEAT:
        return TrialOrigin.REPEAT
    return TrialOrigin.AUDIT if entry.seq in order.audits else TrialOrigin.FRESH
