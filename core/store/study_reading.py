"""Reading studies: their state, prompts, candidates, systems, people. Nothing here is fit for a rater's browser."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.domain.study import Candidate, Rater, RaterKind, StudyEventKind, StudyPrompt, StudyState
from core.domain.study_now import Exclusion, StudyHappened, StudyNow, StudySystem
from core.store.database import Database
from core.store.study_log import design_from_json

_ALL = "select * exclude (seq) from study_now order by seq"
_ONE = "select * exclude (seq) from study_now where id = ?"
_PROMPTS = "select * exclude (seq) from study_prompt_now where study_id = ? order by position, seq"
_CANDIDATES = "select * exclude (seq) from candidate_now where study_id = ? order by seq"
_RATERS = "select * exclude (seq) from rater where study_id = ? order by seq"
_EVENTS = "select * from study_event where study_id = ? order by seq"
_SYSTEMS = """select s.id, s.name, s.model, s.endpoint, c.responses
from (select system_id, count(distinct prompt_id) as responses, min(seq) as seq from candidate_now where study_id = ? group by system_id) c
join system s on s.id = c.system_id order by c.seq"""
_TEXTS = "select id, text from revision where id in (:ids)"
_WORDS = "select id, words from revision where id in (:ids)"
_HASHES = """select c.prompt_id, s.name, r.text_hash from candidate_now c join system s on s.id = c.system_id join revision r on r.id = c.revision_id
where c.study_id = ?"""
_NAMES = "select name, max(version) as version from study where name = ? group by name"
_CONTESTANTS = """select count(*) as n from (
  select prompt_id from candidate_now where study_id = $study::uuid group by prompt_id
  having count(distinct coalesce(system_id::varchar, id::varchar)) >= $least)"""
_JUDGMENTS = """select t.pilot, count(distinct j.trial_id) as n from judgment j join trial t on t.id = j.trial_id
where t.study_id = ? group by t.pilot"""
_TAKES_PART = """select exists (select 1 from rater where study_id = $study::uuid and person_id = $subject)
  or exists (select 1 from trial where study_id = $study::uuid and id::varchar = $subject) as known"""
_SAYS_WHAT_COUNTS = (StudyEventKind.EXCLUDED, StudyEventKind.INCLUDED)


def studies(database: Database) -> list[StudyNow]:
    """Every version of every study, in the order of their making."""
    return [_study(row) for row in database.query(_ALL)]


def study(database: Database, id_: str) -> StudyNow | None:
    """One version of a study; None if there is none of this id (which must be one)."""
    return next((_study(row) for row in database.query(_ONE, [id_])), None)


def prompts(database: Database, study_id: str) -> list[StudyPrompt]:
    """The prompts that the study asks now, in their order."""
    return [StudyPrompt(**row) for row in database.query(_PROMPTS, [study_id])]


def candidates(database: Database, study_id: str) -> list[Candidate]:
    """What can be shown, in the order of its coming."""
    return [Candidate(**row) for row in database.query(_CANDIDATES, [study_id])]


def systems(database: Database, study_id: str) -> list[StudySystem]:
    """The systems that have at least one response in it; none in a study of siblings."""
    return [StudySystem(**row) for row in database.query(_SYSTEMS, [study_id])]


def raters(database: Database, study_id: str) -> list[Rater]:
    """Everybody, and everything, that has joined the study."""
    return [Rater(**row | {"kind": RaterKind(row["kind"])}) for row in database.query(_RATERS, [study_id])]


def events(database: Database, study_id: str) -> list[StudyHappened]:
    """What happened to the study, oldest first."""
    return [StudyHappened(**row | {"kind": StudyEventKind(row["kind"])}) for row in database.query(_EVENTS, [study_id])]


def exclusions(database: Database, study_id: str) -> dict[str, Exclusion]:
    """The people and trials that are left out of results now, by id: the last word on each holds."""
    found: dict[str, Exclusion] = {}
    is_looked_at = False
    for event in events(database, study_id):
        is_looked_at |= event.kind in (StudyEventKind.EARLY_LOOK, StudyEventKind.CLOSED)
        if event.kind in _SAYS_WHAT_COUNTS and event.subject:
            found.pop(event.subject, None)
        if event.kind is StudyEventKind.EXCLUDED and event.subject:
            found[event.subject] = Exclusion(
                subject=event.subject,
                reason=event.reason,
                by=event.by,
                received_at=event.received_at,
                after_look=is_looked_at,
            )
    return found


def links_called_back(database: Database, study_id: str, person_id: str) -> int:
    """How often the link of this person ("" for the one that anybody can follow) was called back."""
    called = (one for one in events(database, study_id) if one.kind is StudyEventKind.LINK_CALLED_BACK)
    return sum((one.subject or "") == person_id for one in called)


def takes_part(database: Database, study_id: str, subject: str) -> bool:
    """Whether this is a person who judges in the study, or one of its trials."""
    return bool(database.query(_TAKES_PART, {"study": study_id, "subject": subject})[0]["known"])


def people_who_left(database: Database, study_id: str) -> frozenset[str]:
    """Who will judge no more here; what they judged stays."""
    return frozenset(
        event.subject
        for event in events(database, study_id)
        if event.kind is StudyEventKind.LEFT and event.subject is not None
    )


def count_clearings(database: Database, study_id: str, subject: str | None = None) -> int:
    """How often its prompts were cleared, or the responses of one system (the subject)."""
    kind = StudyEventKind.SYSTEM_CLEARED if subject else StudyEventKind.PROMPTS_CLEARED
    return sum(event.kind is kind and event.subject == subject for event in events(database, study_id))


def texts(database: Database, revision_ids: Iterable[str]) -> dict[str, str]:
    """Texts by the ids of their revisions."""
    return {row["id"]: row["text"] for row in database.query_ids(_TEXTS, set(revision_ids))}


def response_hashes(database: Database, study_id: str) -> dict[tuple[str, str], str]:
    """The hash of each response that it has, by prompt and by the system's name."""
    return {(row["prompt_id"], row["name"]): row["text_hash"] for row in database.query(_HASHES, [study_id])}


def words(database: Database, revision_ids: Iterable[str]) -> dict[str, int]:
    """How long those texts are, in words."""
    return {row["id"]: row["words"] for row in database.query_ids(_WORDS, set(revision_ids))}


def count_comparable(database: Database, study_id: str, least: int) -> int:
    """How many prompts have responses of at least so many systems, or so many children."""
    return int(database.query(_CONTESTANTS, {"study": study_id, "least": least})[0]["n"])


def last_version(database: Database, name: str) -> int:
    """The highest version of the study of this name; 0 if there is none."""
    return next((int(row["version"]) for row in database.query(_NAMES, [name])), 0)


def count_judged(database: Database, study_id: str) -> Mapping[bool, int]:
    """How many trials have a judgment: those of the pilot (True) and those that count (False)."""
    found = {bool(row["pilot"]): int(row["n"]) for row in database.query(_JUDGMENTS, [study_id])}
    return {True: found.get(True, 0), False: found.get(False, 0)}


def _study(row: Mapping[str, Any]) -> StudyNow:
    return StudyNow(**{**row, "design": design_from_json(row["design"]), "state": StudyState(row["state"])})
