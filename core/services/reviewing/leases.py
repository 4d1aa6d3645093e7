"""Who has which item in front of them. Nothing here waits: the desk holds its lock around every call."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.domain.trial import TrialKind, TrialOrigin

LEASE_S = 900.0  # after so long without a sign of its person an item may go to somebody else
_STORE_AGAIN_S = 480.0  # a stored lease that ends sooner is written anew


@dataclass(kw_only=True, slots=True)
class Given:
    """An open trial. `until_s` and `stored_until_s` are on the desk's clock, which no wall clock can make jump.

    `is_chosen`: its person asked for this very item, so it stays whatever the queue says of it. `holds_place`: it takes one
    of the places that its item has; not so a second look at what one has decided before.
    """

    trial_id: str
    person_id: str
    instruction_id: str
    seq: int
    revision_id: str
    queue_id: str | None
    origin: TrialOrigin
    until_s: float
    stored_until_s: float
    kind: TrialKind = TrialKind.REVIEW
    is_chosen: bool = False
    holds_place: bool = True


@dataclass(slots=True)
class Leases:
    """Every open trial of one project: those of people at work, and those that lapsed and may go on if the place is free."""

    _of_item: dict[str, dict[str, Given]] = field(default_factory=dict)
    _of_person: dict[str, dict[str, Given]] = field(default_factory=dict)
    _by_seq: dict[int, str] = field(default_factory=dict)  # the items of all these

    def add(self, given: Given) -> None:
        self._by_seq[given.seq] = given.instruction_id
        self._of_item.setdefault(given.instruction_id, {})[given.trial_id] = given
        self._of_person.setdefault(given.person_id, {})[given.trial_id] = given

    def end(self, given: Given) -> None:
        for kept, key in ((self._of_item, given.instruction_id), (self._of_person, given.person_id)):
            open_there = kept.get(key, {})
            open_there.pop(given.trial_id, None)
            if not open_there:
                kept.pop(key, None)
        if given.instruction_id not in self._of_item:
            self._by_seq.pop(given.seq, None)

    def item(self, seq: int) -> str | None:
        """The instruction of this `seq`, if anybody has an open trial of it."""
        return self._by_seq.get(seq)

    def of(self, person_id: str) -> list[Given]:
        """A person's open trials, the first given first."""
        return list(self._of_person.get(person_id, {}).values())

    def find(self, person_id: str, trial_id: str) -> Given | None:
        return self._of_person.get(person_id, {}).get(trial_id)

    def held(self, person_id: str, instruction_id: str, kind: TrialKind = TrialKind.REVIEW) -> Given | None:
        """The open trial of this kind that a person has of an item, at work or lapsed."""
        there = self._of_item.get(instruction_id, {}).values()
        return next((one for one in there if one.person_id == person_id and one.kind is kind), None)

    def places_taken(self, instruction_id: str, person_id: str, kind: TrialKind, now_s: float) -> int:
        """How many other people have it in front of them now, and are asked the same of it."""
        there = self._of_item.get(instruction_id, {}).values()
        others = {one.person_id for one in there if one.holds_place and one.until_s > now_s and one.kind is kind}
        return len(others - {person_id})

    def touch(self, person_id: str, now_s: float) -> list[Given]:
        """A sign of this person: whatever they hold is theirs for longer. → those whose stored lease ends too soon now."""
        live = [one for one in self.of(person_id) if one.until_s > now_s]
        return self.prolong(live, now_s)

    def prolong(self, given: Iterable[Given], now_s: float) -> list[Given]:
        due = []
        for one in given:
            one.until_s = now_s + LEASE_S
            if one.stored_until_s < now_s + _STORE_AGAIN_S:
                one.stored_until_s = one.until_s
                due.append(one)
        return due
