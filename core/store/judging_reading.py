"""Reading what is judged: texts that can be shown, what was given to whom, and answers. Only services see these rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.judgment import JudgmentValue
from core.domain.trial import TrialOrigin
from core.store.database import Database

_CHOICES = """select d.id::varchar as candidate_id, d.prompt_id::varchar as prompt_id, coalesce(d.system_id::varchar, d.operation, '') as contestant,
  d.revision_id::varchar as revision_id,
  r.text_hash, hash(d.id) as key
from candidate_now d join revision r on r.id = d.revision_id where d.study_id = ? order by d.seq"""
_CHANGED = "select coalesce(max(seq), 0) as seq from study_event where study_id = ?"
# A set of texts is known by the exclusive or of its candidates' hashes: so 600,000 trials are told apart without their slots.
_GIVEN = """create temp table given_out as
select t.id, t.person_id, t.prompt_id, t.origin, t.lease_until, t.seq, s.key, j.active_ms, j.trial_id is not null as is_judged,
  list_contains($left_out::varchar[], t.id::varchar) or list_contains($left_out::varchar[], t.person_id) as is_left_out
from trial t
join (
  select trial_id, bit_xor(hash(candidate_id)) as key from trial_slot
  where trial_id in (select id from trial where study_id = $study::uuid and pilot = $pilot) group by trial_id
) s on s.trial_id = t.id
left join judgment j on j.trial_id = t.id and j.number = 0
where t.study_id = $study::uuid and t.pilot = $pilot
  and t.person_id not in (select person_id from rater where study_id = $study::uuid and kind <> 'human')"""
_PEOPLE = """select person_id, count(*) filter (where is_judged) as judged, count(active_ms) as timed,
  coalesce(sum(active_ms), 0)::bigint as active_ms, count(*) filter (where origin = 'repeat') as repeats
from given_out group by person_id order by min(seq)"""
_OF_PERSON = """select key, origin = 'fresh' as is_fresh, origin = 'repeat' as is_repeat, is_judged, is_left_out
from given_out where person_id = ? and origin <> 'attention' order by seq"""
_ATTENTION = "select prompt_id from given_out where person_id = ? and origin = 'attention' order by seq"
_OPEN = "select id, person_id, prompt_id, origin, lease_until from given_out where not is_judged order by seq"
_SLOTS = (
    "select trial_id, position, revision_id, candidate_id from trial_slot where trial_id in (:ids) order by position"
)
_TRIALS = (
    "select id, study_id, prompt_id, person_id, origin, pilot from trial where study_id is not null and id in (:ids)"
)
_BEFORE = """select j.trial_id from judgment j join trial t on t.id = j.trial_id
where t.study_id = $study::uuid and t.person_id = $person and t.pilot = $pilot and j.number = 0
  and j.seq < coalesce((select seq from judgment where trial_id = $before::uuid and number = 0), 9223372036854775807)
order by j.seq desc limit 1"""
_LAST = "select id, number, note from judgment where trial_id = ? order by number desc limit 1"
_PROMPT = "select revision_id from study_prompt where id = ?"
_VALUES = "select * from judgment_value where judgment_id = ? order by criterion, position"
_PILOT = "select count(*) as n from trial where study_id = ? and pilot"
_IS_RATER = "select count(*) as n from rater where study_id = ? and person_id = ? and kind = 'human'"

Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedTrial:
    """A trial of a study as it was given out: whose it is, and which texts stand where."""

    id: str
    study_id: str
    prompt_id: str
    person_id: str
    origin: TrialOrigin
    pilot: bool
    revisions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTrial:
    """Given out and not judged yet; `candidates` by position."""

    id: str
    person_id: str
    prompt_id: str
    origin: TrialOrigin
    lease_until: datetime | None
    candidates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class GivenTo:
    """What one person was given, in its order: arrays of one length. `keys` tell sets of candidates apart."""

    person_id: str
    judged: int
    timed: int
    active_ms: int
    repeats: int
    keys: Keys
    is_fresh: npt.NDArray[np.bool_]
    is_repeat: npt.NDArray[np.bool_]
    is_judged: npt.NDArray[np.bool_]
    is_left_out: npt.NDArray[np.bool_]
    attention: tuple[str, ...]  # prompts


def choices(database: Database, study_id: str) -> list[dict[str, Any]]:
    """candidate_id, prompt_id, contestant, revision_id, text_hash, key (a whole number) of whatever can be shown."""
    return database.query(_CHOICES, [study_id])


def changed(database: Database, study_id: str) -> int:
    """The `seq` of what happened to the study last: another number means another state, or other people."""
    return int(database.query(_CHANGED, [study_id])[0]["seq"])


def had_pilot(database: Database, study_id: str) -> bool:
    return bool(database.query(_PILOT, [study_id])[0]["n"])


def given_out(
    database: Database, study_id: str, *, pilot: bool, left_out: Iterable[str]
) -> tuple[list[GivenTo], list[OpenTrial]]:
    """Everything that people were given in one phase. `left_out`: excluded people and trials."""
    parameters = {"study": study_id, "pilot": pilot, "left_out": list(left_out)}
    with database.cursor() as cursor:
        cursor.execute(_GIVEN, parameters)
        people = [_given_to(cursor, row) for row in cursor.execute(_PEOPLE).fetchall()]
        found = cursor.execute(_OPEN).fetchall()
        cursor.execute("drop table given_out")
    slots = _slots(database, [str(row[0]) for row in found])
    open_ = [
        OpenTrial(
            id=str(id_), person_id=person, prompt_id=str(prompt), origin=TrialOrigin(origin), lease_until=until,
            candidates=tuple(row["candidate_id"] for row in slots.get(str(id_), ())),
        )
        for id_, person, prompt, origin, until in found
    ]  # fmt: skip
    return people, open_


def _given_to(cursor: Any, row: Sequence[Any]) -> GivenTo:
    person, judged, timed, active_ms, repeats = row
    columns: dict[str, Any] = cursor.execute(_OF_PERSON, [person]).fetchnumpy()
    attention = cursor.execute(_ATTENTION, [person]).fetchall()
    return GivenTo(
        person_id=person, judged=judged, timed=timed, active_ms=active_ms, repeats=repeats, keys=columns["key"],
        is_fresh=columns["is_fresh"], is_repeat=columns["is_repeat"], is_judged=columns["is_judged"],
        is_left_out=columns["is_left_out"], attention=tuple(str(prompt) for (prompt,) in attention),
    )  # fmt: skip


def trials(database: Database, trial_ids: Iterable[str]) -> dict[str, JudgedTrial]:
    """Those of these trials that belong to studies, by id."""
    rows = database.query_ids(_TRIALS, trial_ids)
    slots = _slots(database, [row["id"] for row in rows])
    return {
        row["id"]: JudgedTrial(
            **row | {"origin": TrialOrigin(row["origin"]), "pilot": bool(row["pilot"])},
            revisions=tuple(slot["revision_id"] for slot in slots.get(row["id"], ())),
        )
        for row in rows
    }


def prompt_revision(database: Database, prompt_id: str) -> str:
    """The text of a prompt that somebody was given."""
    return str(database.query(_PROMPT, [prompt_id])[0]["revision_id"])


def _slots(database: Database, trial_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in database.query_ids(_SLOTS, trial_ids):
        found.setdefault(row["trial_id"], []).append(row)
    return found


def judged_before(database: Database, study_id: str, person_id: str, before: str | None, *, pilot: bool) -> str | None:
    """The trial that this person judged last before that one; before none, or one that is open: the last of all."""
    parameters = {"study": study_id, "person": person_id, "before": before, "pilot": pilot}
    return next((row["trial_id"] for row in database.query(_BEFORE, parameters)), None)


def answer(database: Database, trial_id: str) -> tuple[int, str, list[JudgmentValue]]:
    """The number of the last answer to a trial, its note and its values; -1 if there is none."""
    row = next(iter(database.query(_LAST, [trial_id])), None)
    if row is None:
        return -1, "", []
    values = [JudgmentValue(**one) for one in database.query(_VALUES, [row["id"]])]
    return row["number"], row["note"] or "", values


def has_joined(database: Database, study_id: str, person_id: str) -> bool:
    return bool(database.query(_IS_RATER, [study_id, person_id])[0]["n"])
