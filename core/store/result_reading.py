"""Everything that was judged in a study, as arrays: one reading of the log, from which every result is worked out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from core.domain.trial import TrialOrigin
from core.store.database import Database
from core.store.rows import fetched

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
Bits = npt.NDArray[np.bool_]

ORIGINS = tuple(TrialOrigin)  # what `origin` counts through
# Whatever can change a result: judgments of any study (cheap to ask), events and raters of this one.
_MARK = """select coalesce((select max(seq) from judgment), 0) as judged,
  coalesce((select max(seq) from study_event where study_id = $study), 0) as events,
  coalesce((select max(seq) from rater where study_id = $study), 0) as raters"""
_PROMPT = """create temp table r_prompt as
select (row_number() over (order by position, key, id) - 1)::integer as nth, * from study_prompt_now where study_id = $study"""
# Every candidate that was ever shown: what was cleared before the opening has no judgments.
_CONTESTANT = """create temp table r_contestant as
select (row_number() over (order by first, name, id) - 1)::integer as nth, id, name from (
  select coalesce(c.system_id::varchar, c.operation, '') as id, coalesce(s.name, c.operation, '') as name, min(c.seq) as first
  from candidate_now c left join system s on s.id = c.system_id where c.study_id = $study group by all
)"""
_CANDIDATE = """create temp table r_candidate as
select (row_number() over (order by c.seq, c.id) - 1)::integer as nth, c.id, p.nth as prompt, k.nth as contestant, r.words
from candidate c join r_prompt p on p.id = c.prompt_id join revision r on r.id = c.revision_id
join r_contestant k on k.id = coalesce(c.system_id::varchar, c.operation, '')
where c.study_id = $study"""
_RATER = """create temp table r_rater as
select (row_number() over (order by t.first, t.person_id) - 1)::integer as nth, t.person_id as id, coalesce(r.kind, 'human') as kind,
  coalesce(p.name, r.name, t.person_id) as name, coalesce(r.details, '{}') as details
from (select person_id, min(seq) as first from trial where study_id = $study group by person_id) t
left join rater r on r.study_id = $study and r.person_id = t.person_id left join person p on p.id = t.person_id"""
# The last word on a subject: excluded, or included again.
_EXCLUDED = """create temp table r_excluded as
select subject from (select subject, arg_max(kind, seq) as kind from study_event
  where study_id = $study and kind in ('excluded', 'included') group by subject)
where kind = 'excluded'"""
_TRIAL = """create temp table r_trial as
select (row_number() over (order by j.seq) - 1)::integer as nth, t.id, j.id as judgment_id, p.nth as prompt, r.nth as rater, t.origin,
  t.pilot, j.outcome, j.active_ms, j.number,
  t.id::varchar in (select subject from r_excluded) as is_out
from trial t join judgment_now j on j.trial_id = t.id join r_prompt p on p.id = t.prompt_id join r_rater r on r.id = t.person_id
where t.study_id = $study"""
_TRIALS = """select prompt::bigint as prompt, rater::bigint as rater, list_position($origins, origin)::bigint - 1 as origin, coalesce(pilot, false) as pilot,
  outcome = 'judged' as is_judged, outcome = 'unparseable' as is_unparseable, coalesce(active_ms, -1)::bigint as active_ms,
  number::bigint as number, is_out
from r_trial order by nth"""
_CRITERIA = (
    "select distinct v.criterion from judgment_value v join r_trial t on t.judgment_id = v.judgment_id order by 1"
)
_VALUES = """select t.nth::bigint as trial, v.position::bigint as position, list_position($criteria, v.criterion)::bigint - 1 as criterion,
  k.contestant::bigint as contestant, k.nth::bigint as text, coalesce(v.rank, -v.score)::double as place, coalesce(k.words, 0)::bigint as words,
  coalesce(v.verdict = 'both_bad', false) as both_bad, k.prompt <> t.prompt as is_foreign
from judgment_value v join r_trial t on t.judgment_id = v.judgment_id
join trial_slot s on s.trial_id = t.id and s.position = v.position join r_candidate k on k.id = s.candidate_id
where coalesce(v.rank, -v.score) is not null
order by trial, position, criterion"""
_PROMPTS = """select id, key, from_instruction_id, seed_id, skill, author_difficulty, model_difficulty, epoch, operation from r_prompt order by nth"""
_MISSING = """select (select count(*) from r_contestant) - count(distinct c.contestant) as n
from r_prompt p left join r_candidate c on c.prompt = p.nth group by p.nth order by p.nth"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """How far the log was when it was read: what is read at the same mark is the same."""

    judged: int
    events: int
    raters: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class JudgedRows:
    """All that raters said in one study. What is parallel: `trial_*` over trials, the rest over judged texts.

    `trial_*`: of each trial the index of its prompt and rater, of ORIGINS, whether it was of the pilot, excluded, judged or
    unparseable, the number of its answer (0: never revised), active milliseconds (-1: not known). Of each judged text: its trial,
    position, criterion, contestant and text (a candidate) as indices, `place` (a rank, or a score negated), its words, both_bad, and whether it
    is foreign: the response to another prompt in an attention trial. `missing`: of each prompt, how many contestants have no text.
    """

    mark: Mark
    prompts: tuple[Mapping[str, Any], ...]
    raters: tuple[Mapping[str, Any], ...]
    contestants: tuple[Mapping[str, Any], ...]
    criteria: tuple[str, ...]
    excluded: frozenset[str]
    missing: Whole
    trial_prompt: Whole
    trial_rater: Whole
    trial_origin: Whole
    trial_pilot: Bits
    trial_judged: Bits
    trial_unparseable: Bits
    trial_excluded: Bits
    trial_number: Whole
    trial_active_ms: Whole
    trial: Whole
    position: Whole
    criterion: Whole
    contestant: Whole
    text: Whole
    place: Real
    words: Whole
    both_bad: Bits
    is_foreign: Bits


def mark(database: Database, study_id: str) -> Mark:
    """Where the log stands, as far as this study's results can depend on it."""
    return Mark(**database.query(_MARK, {"study": study_id})[0])


def read(database: Database, study_id: str) -> JudgedRows:
    """One pass over the study's part of the log: about a microsecond a judged text."""
    now = mark(database, study_id)  # first: what is judged meanwhile is read again the next time
    with database.cursor() as cursor:
        for statement in (_PROMPT, _CONTESTANT, _CANDIDATE, _RATER, _EXCLUDED, _TRIAL):
            cursor.execute(statement, {"study": study_id} if "$study" in statement else None)
        criteria = tuple(row["criterion"] for row in fetched(cursor, _CRITERIA))
        trials = _arrays(cursor, _TRIALS, {"origins": [str(origin) for origin in ORIGINS]})
        values = _arrays(cursor, _VALUES, {"criteria": list(criteria)})
        return JudgedRows(
            mark=now,
            prompts=tuple(fetched(cursor, _PROMPTS)),
            raters=tuple(fetched(cursor, "select id, name, kind, details from r_rater order by nth")),
            contestants=tuple(fetched(cursor, "select id, name from r_contestant order by nth")),
            criteria=criteria,
            excluded=frozenset(row["subject"] for row in fetched(cursor, "select subject from r_excluded")),
            missing=_arrays(cursor, _MISSING, {})["n"],
            trial_prompt=trials["prompt"],
            trial_rater=trials["rater"],
            trial_origin=trials["origin"],
            trial_pilot=trials["pilot"],
            trial_judged=trials["is_judged"],
            trial_unparseable=trials["is_unparseable"],
            trial_excluded=trials["is_out"],
            trial_number=trials["number"],
            trial_active_ms=trials["active_ms"],
            **values,
        )


def _arrays(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as plain arrays; none of them has nulls."""
    columns: dict[str, Any] = cursor.execute(sql, dict(parameters)).fetchnumpy()
    return {name: np.asarray(column) for name, column in columns.items()}
