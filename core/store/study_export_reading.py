"""A whole study as the rows of its file: what it asked, showed and heard. Unblinded: for who may see results."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from core.domain.study import Rater
from core.store import study_reading
from core.store.database import Database

_AT_ONCE = 500  # texts, or judgments, in memory
_SEQ = """select greatest(
  (select max(seq) from study where id = $study), (select max(seq) from study_design where study_id = $study),
  coalesce((select max(seq) from study_event where study_id = $study), 0),
  coalesce((select max(seq) from study_prompt where study_id = $study), 0),
  coalesce((select max(seq) from candidate where study_id = $study), 0),
  coalesce((select max(seq) from rater where study_id = $study), 0),
  coalesce((select max(seq) from trial where study_id = $study), 0),
  coalesce((select max(j.seq) from judgment j join trial t on t.id = j.trial_id where t.study_id = $study), 0)) as seq"""
_PROMPTS = """select p.id, p.key, r.text, p.skill, p.author_difficulty, p.model_difficulty, p.epoch, p.operation, p.seed_id, p.from_instruction_id
from study_prompt_now p join revision r on r.id = p.revision_id where p.study_id = ? order by p.position, p.key, p.id"""
_CANDIDATES = """select c.id, c.prompt_id as prompt, c.system_id as system, c.operation, r.text
from candidate_now c join revision r on r.id = c.revision_id where c.study_id = ? order by c.seq"""
_TRIALS = """select t.id, t.kind, t.person_id as rater, t.origin, coalesce(t.pilot, false) as pilot, t.prompt_id as prompt
from trial t where t.study_id = ? order by t.seq"""
_SLOTS = """select s.trial_id, s.candidate_id from trial_slot s join trial t on t.id = s.trial_id
where t.study_id = ? order by s.trial_id, s.position"""
# What a model replied that could not be read stands in its call: here it is the note.
_JUDGMENTS = """select j.id, j.trial_id as trial, j.number, j.outcome,
  coalesce(j.note, case when j.outcome = 'unparseable' then c.reply end) as note, j.active_ms, j.received_at
from judgment j join trial t on t.id = j.trial_id left join call c on c.id = j.call_id where t.study_id = ? order by j.seq"""
_VALUES = """select v.judgment_id, v.position, v.criterion, v.rank, v.score, v.verdict
from judgment_value v join judgment j on j.id = v.judgment_id join trial t on t.id = j.trial_id
where t.study_id = ? order by v.judgment_id, v.position, v.criterion"""
_COUNT = """select (select count(*) from study_prompt_now where study_id = $study) + (select count(*) from candidate_now where study_id = $study)
  + (select count(*) from trial where study_id = $study)
  + (select count(*) from judgment j join trial t on t.id = j.trial_id where t.study_id = $study) as n"""
_FIRST = "select person_id, min(seq) as seq from trial where study_id = ? group by person_id"
_SAMPLING = "select id, sampling from system where id in (:ids)"
_TAKEN = {
    "study": "select id from study where id in (:ids)",
    "prompt": "select id from study_prompt where id in (:ids)",
    "candidate": "select id from candidate where id in (:ids)",
    "trial": "select id from trial where id in (:ids)",
    "judgment": "select id from judgment where id in (:ids)",
}


def seq(database: Database, study_id: str) -> int:
    """The last place in the log at which something of this study stands."""
    return int(database.query(_SEQ, {"study": study_id})[0]["seq"])


def count(database: Database, study_id: str) -> int:
    """How many rows its file has between header and end."""
    return int(database.query(_COUNT, {"study": study_id})[0]["n"])


def raters(database: Database, study_id: str) -> list[Rater]:
    """Everybody who takes part, in the order in which they were first given something; then who was given nothing."""
    first = {row["person_id"]: row["seq"] for row in database.query(_FIRST, [study_id])}
    found = study_reading.raters(database, study_id)
    return sorted(found, key=lambda one: (one.person_id not in first, first.get(one.person_id, 0)))


def sampling(database: Database, system_ids: list[str]) -> dict[str, str]:
    """How the replies of these systems were drawn."""
    return {row["id"]: row["sampling"] for row in database.query_ids(_SAMPLING, system_ids)}


def taken(database: Database, kind: str, ids: list[str]) -> set[str]:
    """Which of these ids something of this kind has here already."""
    found: set[str] = set()
    for at in range(0, len(ids), _AT_ONCE):
        found |= {row["id"] for row in database.query_ids(_TAKEN[kind], ids[at : at + _AT_ONCE])}
    return found


def rows(database: Database, study_id: str, people: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Prompts, candidates, trials with what they showed, judgments with what was said. `people`: ids by other names."""
    for row in database.query(_PROMPTS, [study_id]):
        yield {"row": "prompt", **row}
    for row in database.query(_CANDIDATES, [study_id]):
        yield {"row": "candidate", **row}
    slots = _grouped(database, _SLOTS, study_id, "trial_id")
    for row in database.query(_TRIALS, [study_id]):
        shown = [slot["candidate_id"] for slot in slots[row["id"]]]
        yield {"row": "trial", **row, "rater": people.get(row["rater"], row["rater"]), "slots": shown}
    values = _grouped(database, _VALUES, study_id, "judgment_id")
    for row in database.query(_JUDGMENTS, [study_id]):
        yield {"row": "judgment", **row, "received_at": _moment(row["received_at"]), "values": values[row["id"]]}


def _grouped(database: Database, sql: str, study_id: str, by: str) -> defaultdict[str, list[dict[str, Any]]]:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in database.query(sql, [study_id]):
        found[row.pop(by)].append(row)
    return found


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
