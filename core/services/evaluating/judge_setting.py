"""Who may judge a study, and the table of it as the log says: after a start, and whenever something happened to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.domain.trial import TrialOrigin
from core.services.evaluating import blind
from core.services.evaluating.judge_place import NO_UNIT, Laid
from core.services.evaluating.judge_table import Table
from core.services.reviewing.leases import LEASE_S
from core.store import judging_reading, study_reading
from core.store.database import Database
from core.store.judging_reading import GivenTo, OpenTrial
from core.studies import assignment
from core.studies.assignment import Choice
from core.studies.ballots import Ints

_NOT_NOW: Mapping[StudyState, str] = {
    StudyState.DRAFT: "This study has not been opened yet",
    StudyState.CLOSED: "This study is closed. What you had judged is kept",
}


def why_not(database: Database, study: StudyNow, person_id: str) -> str:
    """Why this person may not judge this study now; "" if they may. With nobody named it is for everybody who has the link."""
    if study.state in _NOT_NOW:
        return _NOT_NOW[study.state]
    if person_id in study_reading.people_who_left(database, study.id):
        return "You have left this study. What you had judged is kept"
    if person_id in study_reading.exclusions(database, study.id):
        return "There is nothing more to judge for you in this study"
    named = study.design.people
    if named and person_id not in named and not judging_reading.has_joined(database, study.id, person_id):
        return "This study is for other people"
    return ""


def choices_of(database: Database, study_id: str) -> tuple[list[Choice], list[int]]:
    """What can be shown, and the key of each."""
    rows = judging_reading.choices(database, study_id)
    keys = [row.pop("key") for row in rows]
    return [Choice(**row) for row in rows], keys


def table(database: Database, study: StudyNow, seq: int, now: datetime, now_s: float) -> Table:
    """Everything that was given out in this phase of the study, and what is still to be judged."""
    prompts = study_reading.prompts(database, study.id)
    choices, keys = choices_of(database, study.id)
    plan = assignment.planned(study.design, [one.id for one in prompts], choices)
    excluded = frozenset(study_reading.exclusions(database, study.id))
    left = study_reading.people_who_left(database, study.id)
    is_pilot = study.state is StudyState.PILOT
    found = Table(
        database=database, study_id=study.id, design=study.design, about=blind.study(study), is_pilot=is_pilot, seq=seq,
        plan=plan, prompt_revisions=tuple(one.revision_id for one in prompts),
        judged=np.zeros(len(plan.members), dtype=np.int64), gone=excluded | left, left=left - excluded,
    )  # fmt: skip
    given, open_ = judging_reading.given_out(database, study.id, pilot=is_pilot, left_out=excluded)
    units = _Units(plan, keys)
    for one in given:
        _seat(found, one, units)
    if not is_pilot and judging_reading.had_pilot(database, study.id):
        _put_off(found, units)
    _lay(found, open_, now, now_s)
    return found


def _put_off(table: Table, units: "_Units") -> None:
    """What somebody saw in the pilot comes to them last, if at all."""
    for given in judging_reading.given_out(table.database, table.study_id, pilot=True, left_out=())[0]:
        unit = units.of(given.keys)
        table.place(given.person_id).rank[unit[unit != NO_UNIT]] += len(table.plan.members)


class _Units:
    """Finds the unit of a set of candidates by what their keys come to."""

    def __init__(self, plan: assignment.Plan, keys: Sequence[int]) -> None:
        known = np.array([_together(keys, unit) for unit in plan.members], dtype=np.uint64)
        self._order = np.argsort(known)
        self._known = known[self._order]

    def of(self, keys: "judging_reading.Keys") -> Ints:
        """NO_UNIT for what is none."""
        if not len(self._known):
            return np.full(len(keys), NO_UNIT, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._known, keys), len(self._known) - 1)
        return np.where(self._known[at] == keys, self._order[at], NO_UNIT).astype(np.int64)


def _together(keys: Sequence[int], members: Sequence[int]) -> int:
    found = 0
    for one in members:
        found ^= keys[one]
    return found


def _seat(table: Table, given: GivenTo, units: _Units) -> None:
    """One person's place with everything that they did so far."""
    place = table.place(given.person_id)
    place.is_rater = True
    unit = units.of(given.keys)
    is_fresh = given.is_fresh & (unit != NO_UNIT)
    is_done = is_fresh & given.is_judged
    place.seen[unit[is_fresh]] = True
    counts = unit[is_done & ~given.is_left_out]
    np.add.at(table.judged, counts, 1)
    place.judged, place.fresh_judged, place.counted = given.judged, int(is_done.sum()), len(counts)
    place.timed, place.active_ms, place.repeats = given.timed, given.active_ms, given.repeats
    for one in unit[is_fresh].tolist():
        set_ = table.plan.sets[one]
        place.turn_of[one] = place.turns[set_]
        place.turns[set_] += 1
    place.done = unit[is_done].tolist()
    place.repeated = set(unit[given.is_repeat].tolist())
    prompts = {prompt: nth for nth, prompt in enumerate(table.plan.prompts)} if given.attention else {}
    place.attention = [prompts[one] for one in given.attention if one in prompts]
    place.recent.extend(table.plan.prompt_of[unit[is_fresh]][-10:].tolist())


def _lay(table: Table, open_: Sequence[OpenTrial], now: datetime, now_s: float) -> None:
    """What was in front of people when the studio ended. Stored leases go on; longer than one they cannot be."""
    prompts = {prompt: nth for nth, prompt in enumerate(table.plan.prompts)}
    numbers = {one.candidate_id: nth for nth, one in enumerate(table.plan.choices)}
    units = {frozenset(unit): nth for nth, unit in enumerate(table.plan.members)} if open_ else {}
    for one in open_:
        shown = tuple(numbers[id_] for id_ in one.candidates if id_ in numbers)
        is_unit = one.origin is not TrialOrigin.ATTENTION
        unit = units.get(frozenset(shown), NO_UNIT) if is_unit else NO_UNIT
        if one.prompt_id not in prompts or (is_unit and unit == NO_UNIT):
            continue
        rest_s = min(LEASE_S, (one.lease_until - now).total_seconds()) if one.lease_until else 0.0
        table.places[one.person_id].laid[one.id] = Laid(
            trial_id=one.id, person_id=one.person_id, origin=one.origin, prompt=prompts[one.prompt_id], unit=unit,
            shown=shown, until_s=now_s + rest_s, stored_until_s=now_s + rest_s,
        )  # fmt: skip
