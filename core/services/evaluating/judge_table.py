"""What is in front of whom in one study: who may be given what, and what becomes of it. No word of it is written here."""

import threading
from collections import deque
from dataclasses import dataclass, field
from random import Random

import numpy as np

from core.domain.judgment import BlindStudy
from core.domain.study import StudyDesign
from core.domain.trial import TrialOrigin
from core.services.evaluating.judge_place import APART, NO_UNIT, Laid, Place, laid_out
from core.store.database import Database
from core.studies import assignment
from core.studies.assignment import Bools, Plan
from core.studies.ballots import Ints


@dataclass(slots=True)
class Table:
    """One study in one phase. Whoever calls a method holds `lock`: looking at a unit and reserving it is one step.

    `judged` counts for each unit the judgments that count. `left` are people who left, `gone` those and whoever is excluded.
    """

    database: Database
    study_id: str
    design: StudyDesign
    about: BlindStudy
    is_pilot: bool
    seq: int
    plan: Plan
    prompt_revisions: tuple[str, ...]
    judged: Ints
    gone: frozenset[str]
    left: frozenset[str]
    places: dict[str, Place] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def place(self, person_id: str) -> Place:
        """Somebody's place; whoever comes for the first time gets one."""
        found = self.places.get(person_id)
        if found is None:
            n = len(self.plan.members)
            rank = assignment.own_order(self.design.rng_seed, person_id, n)
            found = self.places[person_id] = Place(person_id=person_id, seen=np.zeros(n, dtype=np.bool_), rank=rank)
        return found

    def own(self, place: Place, now_s: float) -> list[Laid]:
        """The person's open trials: live ones, and lapsed ones whose place is free."""
        return self._held(place, self._taken(now_s, but=place.person_id), now_s)

    def deal(self, place: Place, most: int, now_s: float) -> list[Laid]:
        """Reserve the next trials of somebody."""
        taken = self._taken(now_s, but=place.person_id)
        given = self._fresh_given(place, taken, now_s)
        units = deque(self._units(place, taken, given, most))
        is_last = len(units) < most
        dealt: list[Laid] = []
        while len(dealt) < most:
            one = self._extra(place, taken, given, now_s, is_last=is_last and not units)
            if one is None and units:
                one = self._fresh(place, units.popleft(), now_s)
                given += 1
            if one is None:
                break
            place.laid[one.trial_id] = one
            dealt.append(one)
        return dealt

    def note_judged(self, person_id: str, trial_id: str, active_ms: int | None) -> None:
        """The first answer to a trial was saved."""
        place = self.places.get(person_id)
        one = place.laid.pop(trial_id, None) if place else None
        if place is None or one is None:
            return
        place.judged += 1
        if active_ms is not None:
            place.timed, place.active_ms = place.timed + 1, place.active_ms + active_ms
        if one.origin is TrialOrigin.FRESH:
            place.fresh_judged += 1
            place.done.append(one.unit)
            if person_id not in self.gone or person_id in self.left:
                place.counted += 1
                self.judged[one.unit] += 1

    def progress(self, place: Place, now_s: float) -> tuple[int, int]:
        """How many trials are theirs in all, and how many of them are done."""
        taken = self._taken(now_s, but=place.person_id)
        given = self._fresh_given(place, taken, now_s)
        ahead = max(0, self._quota(place) - given)
        free = int(np.count_nonzero((self.judged < self.plan.judgments) & ~place.seen)) if ahead else 0
        fresh = given + min(ahead, free)
        extra = sum(self._due(place, kind, fresh) for kind in (TrialOrigin.REPEAT, TrialOrigin.ATTENTION))
        held = sum(one.origin is not TrialOrigin.FRESH for one in place.laid.values())
        done = place.judged - place.fresh_judged
        return fresh + max(extra, done + held), place.judged

    def _quota(self, place: Place) -> int:
        by_left = sum(other.counted for person, other in self.places.items() if person in self.left)
        return assignment.quota(self.plan, by_left, len(self._at_work | {place.person_id}))

    @property
    def _at_work(self) -> set[str]:
        """Who shares the work: whoever is named, and whoever has judged something, as long as they are there."""
        came = {person for person, place in self.places.items() if place.judged}
        return (came | set(self.design.people)) - self.gone

    def _taken(self, now_s: float, but: str) -> Ints:
        """For each unit how many have judged it or have it in front of them, one person's own open trials apart."""
        taken = self.judged.copy()
        others = (place for person, place in self.places.items() if person != but and person not in self.gone)
        for one in (one for place in others for one in place.laid.values()):
            if one.origin is TrialOrigin.FRESH and one.until_s > now_s:
                taken[one.unit] += 1
        return taken

    def _held(self, place: Place, taken: Ints, now_s: float) -> list[Laid]:
        return [
            one
            for one in place.laid.values()
            if one.until_s > now_s or one.origin is not TrialOrigin.FRESH or taken[one.unit] < self.plan.judgments
        ]

    def _fresh_given(self, place: Place, taken: Ints, now_s: float) -> int:
        held = self._held(place, taken, now_s)
        return place.fresh_judged + sum(one.origin is TrialOrigin.FRESH for one in held)

    def _units(self, place: Place, taken: Ints, given: int, most: int) -> list[int]:
        """The next units of somebody: of their part, and beyond it those that nobody else could do any more."""
        fits = ~place.seen
        rest = max(0, min(most, self._quota(place) - given))
        units = assignment.next_units(self.plan, taken, fits, place.rank, rest)
        if len(units) < most:
            fits[units] = False
            fits &= self._left_by_others(place)
            units += assignment.next_units(self.plan, taken, fits, place.rank, most - len(units))
        return units

    def _left_by_others(self, place: Place) -> Bools:
        """The units that nobody else who is at work, and has not done their part, could take."""
        found = np.ones(len(self.plan.members), dtype=np.bool_)
        for person in self._at_work - {place.person_id}:
            other = self.places.get(person)
            if other is None:  # who has not come yet could do anything
                found[:] = False
            elif other.fresh_judged < self._quota(other):
                found &= other.seen
        return found

    def _fresh(self, place: Place, unit: int, now_s: float) -> Laid:
        set_, members = self.plan.sets[unit], self.plan.members[unit]
        turn = place.turns[set_]
        order = assignment.stands(self.design.rng_seed, place.person_id, set_, turn, len(members))
        place.turns[set_] += 1
        place.turn_of[unit] = turn
        place.seen[unit] = True
        prompt = int(self.plan.prompt_of[unit])
        place.recent.append(prompt)
        return laid_out(place, TrialOrigin.FRESH, prompt, unit, tuple(members[one] for one in order), now_s)

    def _due(self, place: Place, kind: TrialOrigin, fresh: int) -> int:
        """How many trials of this kind come beside so many fresh ones."""
        share = self.design.repeat_share if kind is TrialOrigin.REPEAT else self.design.attention_share
        return assignment.extras(share, self.design.rng_seed, place.person_id, str(kind), fresh)

    def _extra(self, place: Place, taken: Ints, given: int, now_s: float, *, is_last: bool) -> Laid | None:
        """A repeat or an attention trial, if one is due and there is something to make it of."""
        if self._due(place, TrialOrigin.REPEAT, given) > place.repeats:
            repeat = self._repeat(place, now_s, is_last=is_last)
            if repeat is not None:
                return repeat
        if self._due(place, TrialOrigin.ATTENTION, given) > len(place.attention):
            return self._attention(place, taken, now_s, is_last=is_last)
        return None

    def _repeat(self, place: Place, now_s: float, *, is_last: bool) -> Laid | None:
        """One of their own again, in another order; at the end of their work also one that they have just judged."""
        behind = place.done if is_last else place.done[:-APART]
        units = [unit for unit in behind if unit not in place.repeated]
        if not units:
            return None
        chance = Random(f"{self.design.rng_seed}:{place.person_id}:repeated:{place.repeats}")
        unit = chance.choice(units)
        set_, members = self.plan.sets[unit], self.plan.members[unit]
        first = assignment.stands(self.design.rng_seed, place.person_id, set_, place.turn_of.get(unit, 0), len(members))
        place.repeats += 1
        place.repeated.add(unit)
        shown = tuple(members[one] for one in assignment.moved_on(first, chance))
        return laid_out(place, TrialOrigin.REPEAT, int(self.plan.prompt_of[unit]), unit, shown, now_s)

    def _attention(self, place: Place, taken: Ints, now_s: float, *, is_last: bool) -> Laid | None:
        """A prompt with one text that belongs to another. It is one that this person will not be asked afresh any more."""
        ahead = ~place.seen & (taken < self.plan.judgments)
        fits = np.ones(len(self.plan.members), dtype=np.bool_)
        if not is_last:
            fits &= ~np.isin(self.plan.prompt_of, np.unique(self.plan.prompt_of[ahead]))
            fits &= ~np.isin(self.plan.prompt_of, list(place.recent))
        for narrower in (~np.isin(self.plan.prompt_of, place.attention), ~place.seen):
            fits = fits & narrower if (fits & narrower).any() else fits
        units = np.flatnonzero(fits)
        chance = Random(f"{self.design.rng_seed}:{place.person_id}:foreign:{len(place.attention)}")
        unit = int(units[chance.randrange(len(units))]) if len(units) else NO_UNIT
        members = assignment.with_foreign(self.plan, unit, chance) if unit != NO_UNIT else None
        if members is None:
            return None
        prompt = int(self.plan.prompt_of[unit])
        place.attention.append(prompt)
        place.recent.append(prompt)
        shown = tuple(chance.sample(members, len(members)))
        return laid_out(place, TrialOrigin.ATTENTION, prompt, NO_UNIT, shown, now_s)
