"""The trials of a few prompts with everything that was said and shown: unblinded, for those who may see results."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.store.database import Database

_TRIALS = """select t.id, t.prompt_id, t.person_id, t.origin, coalesce(t.pilot, false) as pilot, j.note, j.active_ms, j.number, j.outcome,
  j.id as judgment_id, c.reply
from trial t join judgment_now j on j.trial_id = t.id left join call c on c.id = j.call_id
where t.prompt_id in (:ids) order by j.seq"""
_SHOWN = """select s.trial_id, s.position, coalesce(c.system_id::varchar, c.operation, '') as contestant, c.revision_id, c.prompt_id
from trial_slot s join candidate c on c.id = s.candidate_id where s.trial_id in (:ids) order by s.trial_id, s.position"""
_SAID = """select judgment_id, position, criterion, rank, score, verdict from judgment_value where judgment_id in (:ids) order by position"""
_PROMPTS = "select p.id, p.key, r.text from study_prompt p join revision r on r.id = p.revision_id where p.id in (:ids)"
_TEXTS = """select c.prompt_id, coalesce(c.system_id::varchar, c.operation, '') as contestant, r.id, r.text
from candidate_now c join revision r on r.id = c.revision_id where c.prompt_id in (:ids) order by c.seq"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialRows:
    """As the tables say it, of some prompts: each list in the order of the log, or of positions."""

    prompts: list[dict[str, Any]]
    texts: list[dict[str, Any]]
    trials: list[dict[str, Any]]
    shown: list[dict[str, Any]]
    said: list[dict[str, Any]]


def trials(database: Database, prompt_ids: Sequence[str], is_wanted: Callable[[Mapping[str, Any]], bool]) -> TrialRows:
    """Of a handful of prompts, those trials that are wanted."""
    found = [row for row in database.query_ids(_TRIALS, prompt_ids) if is_wanted(row)]
    return TrialRows(
        prompts=database.query_ids(_PROMPTS, prompt_ids),
        texts=database.query_ids(_TEXTS, prompt_ids),
        trials=found,
        shown=database.query_ids(_SHOWN, [row["id"] for row in found]),
        said=database.query_ids(_SAID, [row["judgment_id"] for row in found]),
    )
