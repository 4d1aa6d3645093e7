"""Which instructions a filter means, and in which order they are given out. Ids first, texts later, and only where asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.domain import ids
from core.domain.queue import Asks, Queue, QueueFilter, Sort
from core.store import difficulty_reading
from core.store.database import Database

_NARROW = " from instruction i join instruction_state s on s.id = i.id"
_WITH_TEXT = _NARROW + " join revision r on r.id = s.revision_id"
_SAID = "s.revision_id in (select revision_id from difficulty_said group by revision_id"
_MAPPED = "i.id in (select instruction_id from map_point where map_id = $map_id::uuid"
_CONDITIONS: Mapping[str, str] = {
    "run_id": "i.run_id in ($run_id::uuid, $by_hand::uuid)",
    "seed_id": "i.seed_id = $seed_id::uuid",
    "source_id": "i.source_id = $source_id::uuid",
    "kinds": "list_contains($kinds, i.kind)",
    "statuses": "(s.run_status is null or list_contains($statuses, s.run_status))",
    "people": "list_contains($people, s.human_status)",
    "epochs": "list_contains($epochs, i.epoch)",
    "operations": "list_contains($operations, i.operation)",
    "rule": "s.rule = $rule",
    "skills": "i.seed_id in (select id from seed_now where list_contains($skills, skill))",
    "difficulty_from": "s.difficulty >= $difficulty_from",
    "difficulty_to": "s.difficulty <= $difficulty_to",
    "is_scored": "(s.difficulty is not null) = $is_scored",
    "words_from": "r.words >= $words_from",
    "words_to": "r.words <= $words_to",
    "decided_by": "i.id in (select instruction_id from standing where person_id = $decided_by)",
    "has_note": "(i.id in (select instruction_id from decision where note is not null)) = $has_note",
    "is_flagged": "s.flagged = $is_flagged",
    "set_aside": "s.set_aside = $set_aside",
    "find": "contains(lower(r.text), lower($find))",
    "grown_in": "i.seed_id in (select seed_id from instruction where run_id = $grown_in::uuid)",
    "failed": "i.id in (select instruction_id from rule_check where rule = $failed and verdict = 'fail')",
    "made_by": "i.made_by in (select unnest($made_by)::uuid)",
    "packs": "list_contains($packs, i.pack_hash)",
    "added_from": "s.words_added >= $added_from",
    "added_to": "s.words_added <= $added_to",
    "said_from": _SAID + " having avg(score) >= $said_from)",
    "said_to": _SAID + " having avg(score) <= $said_to)",
    "map_id": _MAPPED + ")",
    "clusters": _MAPPED + " and list_contains($clusters, cluster))",
    "selection_id": "i.id in (select instruction_id from selection_member where selection_id = $selection_id::uuid)",
    "ids": "i.id in (select unnest($ids)::uuid)",
}
# What a study asks is a copy, and no part of the dataset.
_OF_THE_DATASET = " where i.kind <> 'prompt'"
_HAS_TEXT = "s.revision_id is not null"
# Nor is what it is compared with, unless somebody names it.
_NO_REFERENCES = "i.kind <> 'reference'"
_NONE_REMOVED = "(i.kind <> 'reference' or i.source_id not in (select source_id from source_removed))"
_NAMING = ("kinds", "source_id", "selection_id", "ids")
_OF_TEXT = ("words_from", "words_to", "find")
_ORDER: Mapping[Sort, str] = {
    Sort.OLDEST: "i.seq",
    Sort.LINEAGE: "i.position, i.seed_id, i.epoch, i.child_number, i.seq",
    Sort.RANDOM: "hash(i.id, $salt), i.seq",
    Sort.HARDEST: "s.difficulty desc nulls last, i.seq",
}
_OPEN_FOR_PERSON = """ and s.n_decisions < people_needed(i.id, $overlap, $overlap_share)
 and i.id not in (select instruction_id from standing where person_id = $person and kind = 'own')"""
_UNSCORED_BY_PERSON = """ and coalesce((select count(*) from difficulty_said d where d.revision_id = s.revision_id), 0)
  < people_needed(i.id, $overlap, $overlap_share)
 and s.revision_id not in (select revision_id from difficulty_said where person_id = $person)"""
_DISPUTED = " and s.human_status = 'disputed'"
_SKIPPED = """i.id in (select instruction_id from decision where person_id = $person and act = 'skip'
  and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null))"""
_SEQS: Mapping[Sort, str] = {  # what somebody skipped comes last
    sort: " order by " + _SKIPPED + ", " + order for sort, order in _ORDER.items()
}
_BY_SEQ = "select id, seq from instruction where seq in (select unnest($seqs))"
_STATES = """select id, revision_id, run_status, human_status, n_decisions, set_aside from instruction_state
where id in (:ids)"""
_SEQ = "select seq from instruction where id = ?"
_MINE = "select instruction_id from standing where instruction_id in (:ids) and person_id = ? and kind = 'own'"
_DECIDED_HERE = """select distinct i.seq from decision d join trial t on t.id = d.trial_id
join standing s on s.decision_id = d.id join instruction i on i.id = d.instruction_id
where d.person_id = $person and t.queue_id = $queue::uuid and s.kind = 'own' and i.id not in (
  select instruction_id from decision where person_id = $person and origin = 'repeat' and verdict is not null)
order by i.seq"""
_NEWEST = """select coalesce((select max(seq) from instruction), 0) + coalesce((select max(seq) from outcome), 0)
  + coalesce((select max(seq) from decision), 0) + coalesce((select max(seq) from judgment), 0)
  + coalesce((select max(seq) from source_event), 0) as mark"""


def narrowed(wanted: QueueFilter) -> tuple[str, dict[str, Any]]:
    """The tables and conditions of a filter, all of them constants, and their parameters."""
    where, given = begun(wanted)
    return where + " and " + _HAS_TEXT, given


def begun(wanted: QueueFilter) -> tuple[str, dict[str, Any]]:
    """The same, and what has no text besides: drawn and not written yet, or never. It may have cost something."""
    asked = {name: getattr(wanted, name) for name in _CONDITIONS}
    asked = {name: list(value) if isinstance(value, tuple) else value for name, value in asked.items()}
    given = {name: value for name, value in asked.items() if value is not None and value != [] and value != ""}
    if "run_id" in given:
        given["by_hand"] = ids.by_hand_id(str(given["run_id"]))
    if "clusters" in given:
        given.setdefault("map_id", None)  # clusters of no map are nothing
    tables = _WITH_TEXT if any(name in given for name in _OF_TEXT) else _NARROW
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given]
    if not any(name in given for name in _NAMING):
        conditions.append(_NO_REFERENCES)
    elif "reference" in given.get("kinds", ("reference",)):  # most filters cannot mean one, and are spared the look
        conditions.append(_NONE_REMOVED)
    return " and ".join([tables + _OF_THE_DATASET, *conditions]), given


def count(database: Database, wanted: QueueFilter) -> int:
    """How many instructions a filter means now."""
    where, asked = narrowed(wanted)
    sql = "select count(*) as n" + where
    return int(database.query(sql, asked)[0]["n"])


def by_status(database: Database, wanted: QueueFilter) -> dict[str, int]:
    """The same by what people say of them."""
    where, asked = narrowed(wanted)
    sql = "select s.human_status as status, count(*) as n" + where + " group by all"
    rows = database.query(sql, asked)
    return {row["status"]: row["n"] for row in rows}


def matching(database: Database, wanted: QueueFilter, sort: Sort = Sort.OLDEST, *, salt: int = 0) -> Sequence[int]:
    """The `seq` of every instruction that a filter means, whoever has decided it, in this order; 8 bytes each."""
    where, asked = narrowed(wanted)
    if sort is Sort.RANDOM:
        asked["salt"] = salt
    return database.query_column("select i.seq" + where + " order by " + _ORDER[sort], asked)


def count_waiting(database: Database, queue: Queue, person_id: str) -> int:
    """How many this queue has for this person now."""
    where, asked = _waiting(queue, person_id)
    sql = "select count(*) as n" + where
    return int(database.query(sql, asked)[0]["n"])


def waiting(database: Database, queue: Queue, person_id: str, *, salt: int) -> Sequence[int]:
    """The `seq` of every instruction that this queue has for this person now, in the queue's order; 8 bytes each."""
    where, asked = _waiting(queue, person_id)
    if queue.sort is Sort.RANDOM:
        asked["salt"] = salt
    return database.query_column("select i.seq" + where + _SEQS[queue.sort], asked | {"person": person_id})


def _waiting(queue: Queue, person_id: str) -> tuple[str, dict[str, Any]]:
    where, asked = narrowed(queue.filter)
    if queue.adjudicates:
        return where + _DISPUTED, asked
    of_person = {"person": person_id, "overlap": queue.overlap, "overlap_share": queue.overlap_share}
    still_open = _UNSCORED_BY_PERSON if queue.asks is Asks.DIFFICULTY else _OPEN_FOR_PERSON
    return where + still_open, asked | of_person


def audits(database: Database, queue: Queue, person_id: str, *, salt: int, most: int) -> Sequence[int]:
    """So many of what the machine eliminated within this queue's filter, at random, as `waiting` gives them."""
    wanted = replace(queue.filter, kinds=("evolved",), statuses=("eliminated",), rule=None)
    chance = replace(queue, filter=wanted, sort=Sort.RANDOM)
    where, asked = _waiting(chance, person_id)
    sql = "select i.seq" + where + " order by " + _ORDER[Sort.RANDOM] + " limit $most"
    return database.query_column(sql, asked | {"salt": salt, "most": most})


def decided_here(database: Database, queue_id: str, person_id: str) -> Sequence[int]:
    """The `seq` of what this person decided in a queue and was not asked for a second time, oldest first."""
    return database.query_column(_DECIDED_HERE, {"queue": queue_id, "person": person_id})


def mark(database: Database) -> int:
    """Grows with everything that can change what a queue has."""
    return int(database.query(_NEWEST)[0]["mark"])


def items(
    database: Database, seqs: Sequence[int], person_id: str, asks: Asks = Asks.VERDICT
) -> dict[int, dict[str, Any]]:
    """`seq` → an instruction as it stands now. `mine`: this person has answered what is asked, `n_decisions`: so many have."""
    placed = database.query(_BY_SEQ, {"seqs": list(seqs)})
    return items_of(database, {row["id"]: row["seq"] for row in placed}, person_id, asks)


def items_of(
    database: Database, seqs: Mapping[str, int], person_id: str, asks: Asks = Asks.VERDICT
) -> dict[int, dict[str, Any]]:
    """The same where it is known which `seq` each instruction has: by primary key alone."""
    states = database.query_ids(_STATES, seqs)
    if asks is Asks.DIFFICULTY:
        scored = difficulty_reading.of_texts(database, [row["revision_id"] for row in states], person_id)
        return {
            seqs[row["id"]]: row | {"seq": seqs[row["id"]], **_scored(scored.get(row["revision_id"]))} for row in states
        }
    mine = {row["instruction_id"] for row in database.query_ids(_MINE, seqs, [person_id])}
    return {seqs[row["id"]]: row | {"seq": seqs[row["id"]], "mine": row["id"] in mine} for row in states}


def _scored(row: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"n_decisions": row["n"] if row else 0, "mine": row is not None and row["mine"]}


def seq_of(database: Database, instruction_id: str) -> int | None:
    """The `seq` of an instruction; None if there is none of this id."""
    found = database.query(_SEQ, [instruction_id])
    return int(found[0]["seq"]) if found else None
