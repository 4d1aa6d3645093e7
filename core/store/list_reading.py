"""Reading for lists: rows of instructions, what was decided in each queue, and what one person decided since a time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from core.domain.system import EMBEDDED
from core.store.database import Database

_PLACES = "select id, seq, kind, seed_id, run_id, parent_id, epoch, operation from instruction where seq in (select unnest(?))"
_PLACES_BY_ID = "select id, seq, kind, seed_id, run_id, parent_id, epoch, operation from instruction where id in (:ids)"
_STATES = """select id, run_status, human_status, set_aside, flagged, difficulty, words_added, rule, revision_id
from instruction_state where id in (:ids)"""
_FIRST_WORDS = "select id, left(text, 400) as text, words from revision where id in (:ids)"
_TEXTS = "select id, text, words from revision where id in (:ids)"
_PARENTS = """select i.id, i.parent_id, r.text from instruction i join instruction_state s on s.id = i.parent_id
join revision r on r.id = s.revision_id where i.id in (:ids)"""
_IN_QUEUES = """select t.queue_id as id, count(*) filter (where d.verdict = 'accept') as accepted,
  count(*) filter (where d.verdict = 'reject') as rejected, max(d.received_at) as last
from decision d join trial t on t.id = d.trial_id
where d.verdict is not null and t.queue_id is not null
  and d.id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null) group by all"""
_LAST_QUEUE = """select t.queue_id as id from decision d join trial t on t.id = d.trial_id
where d.person_id = ? and t.queue_id is not null order by d.seq desc limit 1"""
_SINCE = """select t.queue_id as id, count(*) as n, count(*) filter (where d.verdict = 'accept') as accepted,
  count(d.active_ms) as timed, coalesce(sum(d.active_ms), 0)::bigint as active_ms
from decision d left join trial t on t.id = d.trial_id
where d.person_id = $person and d.received_at >= $since and d.verdict is not null and d.bulk_id is null
  and d.id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null) group by all"""
_OWN = "select instruction_id as id from standing where instruction_id in (:ids) and person_id = ?"
_SEQS = "select seq from instruction where id in (:ids)"
_PEOPLE = "select distinct person_id from standing order by person_id"
_EPOCHS = "select distinct epoch from instruction where kind = 'evolved' order by epoch"
_SYSTEMS = "select id, name, model from system where id in (select distinct made_by from instruction) order by name, id"
_PACKS = "select hash, name from prompt_pack order by name, hash"
_RULES = "select distinct rule from instruction_state where rule is not null order by rule"
_OURS = {EMBEDDED: "The embedded model"}


def rows(database: Database, seqs: Sequence[int]) -> list[dict[str, Any]]:
    """These instructions in this order, each with its state, the first words of its present text and its length.

    One table after the other, by primary key: a join would read every text.
    """
    places = {row["seq"]: row for row in database.query(_PLACES, [list(seqs)])}
    found = _with_texts(database, [places[seq] for seq in seqs if seq in places], _FIRST_WORDS)
    return [row for row in found if row["text"] is not None]


def items(database: Database, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The same by id, with whole texts, and the parents' texts as `parent_text`."""
    wanted = list(dict.fromkeys(ids))
    places = {row["id"]: row for row in database.query_ids(_PLACES_BY_ID, wanted)}
    found = _with_texts(database, [places[id_] for id_ in wanted if id_ in places], _TEXTS)
    parents = {row["id"]: row["text"] for row in database.query_ids(_PARENTS, wanted)}
    return [{**row, "parent_text": parents.get(row["id"])} for row in found]


def _with_texts(database: Database, places: list[dict[str, Any]], texts: str) -> list[dict[str, Any]]:
    states = {row["id"]: row for row in database.query_ids(_STATES, [row["id"] for row in places])}
    revisions = [row["revision_id"] for row in states.values() if row["revision_id"]]
    said = {row["id"]: row for row in database.query_ids(texts, revisions)}
    nothing = {"text": None, "words": 0}
    return [
        {**place, **states[place["id"]], **_text_of(said.get(states[place["id"]]["revision_id"], nothing))}
        for place in places
    ]


def _text_of(row: dict[str, Any]) -> dict[str, Any]:
    return {"text": row["text"], "words": row["words"]}


def decided_in_queues(database: Database) -> dict[str, dict[str, Any]]:
    """By queue: accepted, rejected (verdicts of everybody that hold), last (when)."""
    return {row["id"]: row for row in database.query(_IN_QUEUES)}


def last_queue(database: Database, person_id: str) -> str | None:
    """The queue in which this person decided last."""
    return next((row["id"] for row in database.query(_LAST_QUEUE, [person_id])), None)


def decided_since(database: Database, person_id: str, since: datetime) -> list[dict[str, Any]]:
    """By queue (None: outside of any): n, accepted, and of those that were timed how many and how long together."""
    return database.query(_SINCE, {"person": person_id, "since": since})


def people(database: Database) -> list[str]:
    """Whoever has a verdict that holds."""
    return [row["person_id"] for row in database.query(_PEOPLE)]


def epochs(database: Database) -> list[int]:
    return [row["epoch"] for row in database.query(_EPOCHS)]


def rules(database: Database) -> list[str]:
    """The elimination rules that something failed by."""
    return [row["rule"] for row in database.query(_RULES)]


def systems(database: Database) -> dict[str, str]:
    """Who answered or evolved in this project, by id; those of one name say which model they are."""
    return _told_apart(
        (row["id"], _OURS.get(row["name"], row["name"]), row["model"]) for row in database.query(_SYSTEMS)
    )


def packs(database: Database) -> dict[str, str]:
    """The prompts that runs asked with, by hash; versions of one name say which."""
    return _told_apart((row["hash"], row["name"], row["hash"][:8]) for row in database.query(_PACKS))


def _told_apart(named: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    rows = list(named)
    times = Counter(name for _, name, _ in rows)
    return {id_: name if times[name] == 1 else f"{name} · {which}" for id_, name, which in rows}


def own(database: Database, person_id: str, ids: Sequence[str]) -> set[str]:
    """Which of these this person has decided."""
    return {row["id"] for row in database.query_ids(_OWN, ids, [person_id])}


def revisions(database: Database, ids: Iterable[str]) -> dict[str, str]:
    """Which text each of these has now, by its revision's id."""
    rows = database.query_ids(_STATES, ids)
    return {row["id"]: row["revision_id"] for row in rows if row["revision_id"]}


def seqs_of(database: Database, ids: Sequence[str]) -> list[int]:
    """The places of these instructions in the log, lowest first."""
    return sorted(row["seq"] for row in database.query_ids(_SEQS, ids))
