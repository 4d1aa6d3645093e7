"""Reading what people said, decisions and difficulties: newest first, a page after the other by `seq`, texts last."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from core.domain.history import HistoryFilter
from core.store.database import Database

_CONDITIONS: Mapping[str, str] = {
    "person": "person_id = $person",
    "act": "act = $act",
    "reason": "reason = $reason",
    "queue": "trial_id in (select id from trial where queue_id = $queue::uuid)",
    "since": "received_at >= $since",
    "until": "received_at < $until",
    "find": """(contains(lower(note), lower($find)) or revision_id in
      (select id from revision where "of" = 'instruction' and contains(lower(text), lower($find))))""",
}
# What takes something back is told where it was said, and stands in the list only when it is asked for.
_PAGE = """select seq, id, instruction_id, person_id from decision where seq < $before and ($act_is_undo or act <> 'undo')"""
_ORDER = " order by seq desc limit $most"
# The same of difficulties, without the view's joins: they are done for the few that are shown. A score is answer 0 of its trial, an undo 1.
_SCORES: Mapping[str, str] = {
    "person": "coalesce(a.person_id, t.person_id) = $person",
    "queue": "t.queue_id = $queue::uuid",
    "since": "j.received_at >= $since",
    "until": "j.received_at < $until",
    "find": """(contains(lower(j.note), lower($find)) or t.id in (select trial_id from trial_slot where revision_id in
      (select id from revision where "of" = 'instruction' and contains(lower(text), lower($find)))))""",
}
_SCORE_PAGE = """select j.seq, j.id, j.trial_id, coalesce(a.person_id, t.person_id) as person_id
from judgment j join trial t on t.id = j.trial_id and t.kind = 'difficulty' left join score_taken_back a on a.id = j.id
where j.seq < $before and j.number = $number"""
_SHOWN = "select trial_id as id, revision_id from trial_slot where position = 0 and trial_id in (:ids)"
_OF = "select id, of_id from revision where id in (:ids)"
_ROWS = "select * from said_log where id in (:ids)"
_ROW = "select * from said_log where id = ?"
_UNDONE = "select undoes_id as id, person_id from said_log where act = 'undo' and undoes_id in (:ids)"
_QUEUES = "select t.id, q.name from trial t join queue q on q.id = t.queue_id where t.id in (:ids)"
_FIRST_WORDS = "select id, left(text, 300) as text from revision where id in (:ids)"
_TEXTS = "select id, text from revision where id in (:ids)"
_BULKS = "select id, count from bulk where id in (:ids)"
_PLACE = """select i.id, i.seq, i.parent_revision_id, s.revision_id, s.human_status from instruction i
join instruction_state s on s.id = i.id where i.id in (:ids)"""
_SAID = "select person_id, kind, verdict, reason from standing where instruction_id in (:ids) order by seq"
_MEMBERS = """select i.seq, left(r.text, 200) as text from bulk_member m join instruction i on i.id = m.instruction_id
join revision r on r.id = m.revision_id where m.bulk_id = ? order by i.seq limit ?"""
_SCORED = """select person_id, score from difficulty_said where revision_id in (:ids) order by received_at, person_id"""
_PEOPLE = """select person_id from decision union
select person_id from trial where kind = 'difficulty' and id in (select trial_id from judgment) order by person_id"""
_IN_QUEUES = """select distinct q.id, q.name from trial t join queue q on q.id = t.queue_id
where t.id in (select trial_id from decision) or (t.kind = 'difficulty' and t.id in (select trial_id from judgment)) order by q.name"""
_SEQS_OF = "select id, seq from instruction where id in (:ids)"


def page(database: Database, wanted: HistoryFilter, before: int, most: int) -> list[dict[str, Any]]:
    """The newest so many before this `seq`: seq, id, instruction_id, person_id."""
    asked = {name: getattr(wanted, name) for name in _CONDITIONS if getattr(wanted, name)}
    sql = " and ".join([_PAGE, *(_CONDITIONS[name] for name in asked)]) + _ORDER
    found = database.query(sql, asked | {"before": before, "most": most, "act_is_undo": wanted.act == "undo"})
    if wanted.act in ("", "score", "undo") and not wanted.reason:
        found += _score_page(database, wanted, before, most)
    return sorted(found, key=lambda row: -int(row["seq"]))[:most]


def _score_page(database: Database, wanted: HistoryFilter, before: int, most: int) -> list[dict[str, Any]]:
    asked = {name: getattr(wanted, name) for name in _SCORES if getattr(wanted, name)}
    sql = " and ".join([_SCORE_PAGE, *(_SCORES[name] for name in asked)]) + _ORDER
    found = database.query(sql, asked | {"before": before, "most": most, "number": int(wanted.act == "undo")})
    shown = _by_id(database, _SHOWN, {row["trial_id"] for row in found})
    of = _by_id(database, _OF, {row["revision_id"] for row in shown.values()})
    return [{**row, "instruction_id": of[shown[row["trial_id"]]["revision_id"]]["of_id"]} for row in found]


def rows(database: Database, ids: Sequence[str]) -> list[dict[str, Any]]:
    """These decisions and scores, newest first, with the first words of what was shown, the queue's name, and who took them back."""
    found = sorted(database.query_ids(_ROWS, ids), key=lambda row: -int(row["seq"]))
    return _complete(database, found, _FIRST_WORDS)


def row(database: Database, decision_id: str) -> dict[str, Any] | None:
    """One decision, with the whole text."""
    return next(iter(_complete(database, database.query(_ROW, [decision_id]), _TEXTS)), None)


def _complete(database: Database, found: list[dict[str, Any]], texts: str) -> list[dict[str, Any]]:
    said = _by_id(database, texts, {one["revision_id"] for one in found})
    undone = _by_id(database, _UNDONE, {one["id"] for one in found})
    queues = _by_id(database, _QUEUES, {one["trial_id"] for one in found})
    bulks = _by_id(database, _BULKS, {one["bulk_id"] for one in found})
    return [
        {
            **one,
            "text": said.get(one["revision_id"], {}).get("text"),
            "undone_by": undone.get(one["id"], {}).get("person_id"),
            "queue": queues.get(one["trial_id"], {}).get("name"),
            "bulk": bulks.get(one["bulk_id"], {}).get("count"),
        }
        for one in found
    ]


def _by_id(database: Database, sql: str, ids: Collection[str | None]) -> dict[str | None, dict[str, Any]]:
    return {one["id"]: one for one in database.query_ids(sql, [id_ for id_ in ids if id_])}


def place(database: Database, instruction_id: str) -> dict[str, Any]:
    """An item as it is now: seq, revision_id, parent_revision_id, human_status."""
    return database.query_ids(_PLACE, [instruction_id])[0]


def texts(database: Database, revision_ids: Collection[str | None]) -> dict[str | None, str]:
    """Whole texts, by revision."""
    return {id_: one["text"] for id_, one in _by_id(database, _TEXTS, revision_ids).items()}


def said(database: Database, instruction_id: str) -> list[dict[str, Any]]:
    """The verdicts that stand, oldest first: person_id, kind, verdict, reason."""
    return database.query_ids(_SAID, [instruction_id])


def scored(database: Database, revision_id: str) -> list[dict[str, Any]]:
    """How difficult each person finds this text, oldest first: person_id, score."""
    return database.query_ids(_SCORED, [revision_id])


def members(database: Database, bulk_id: str, most: int) -> list[dict[str, Any]]:
    """Some of what a bulk was about, as it then was: seq, text (its first words)."""
    return database.query(_MEMBERS, [bulk_id, most])


def seqs_of(database: Database, instruction_ids: Collection[str]) -> dict[str, int]:
    """The `seq` of these instructions."""
    return {row["id"]: row["seq"] for row in database.query_ids(_SEQS_OF, instruction_ids)}


def people(database: Database) -> list[str]:
    """Whoever decided anything, or said how difficult it is."""
    return [row["person_id"] for row in database.query(_PEOPLE)]


def queues(database: Database) -> dict[str, str]:
    """The saved queues in which something was said, by id, with their names."""
    return {row["id"]: row["name"] for row in database.query(_IN_QUEUES)}
