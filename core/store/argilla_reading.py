"""Reading what stands in Argilla: links, what was sent over them, and the answers that were seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.domain.argilla import ArgillaLink, ArgillaRecord, LinkEventKind, What
from core.store.database import Database

_LINKS = "select * exclude (seq) from argilla_link order by seq"
_EVENTS = """select link_id, kind, arg_max(detail, seq) as detail, arg_max("by", seq) as "by", max(received_at) as received_at, max(seq) as seq
from argilla_event group by link_id, kind"""
_COUNTS = """select r.link_id, count(*) as planned, count(s.record_id) as sent
from argilla_record r left join argilla_sent s on s.record_id = r.id group by r.link_id"""
_ANSWERED = """select r.link_id, count(*) filter (a.came <> 'deleted') as answers, count(distinct a.user_id) as people,
  count(*) filter (a.became in ('conflict', 'unusable')) as conflicts
from argilla_answer_now a join argilla_record r on r.id = a.record_id group by r.link_id"""
_UNSENT = """select r.* exclude (seq) from argilla_record r left join argilla_sent s on s.record_id = r.id
where r.link_id = ? and s.record_id is null order by r.seq limit ?"""
_KNOWN = "select id from argilla_record where id in (:ids)"
_RECORDS = "select * exclude (seq) from argilla_record where id in (:ids)"
_SENT = "select record_id, remote_id, hash from argilla_sent where record_id in (:ids)"
_ALL_SENT = """select s.record_id, s.remote_id from argilla_sent s join argilla_record r on r.id = s.record_id
where r.link_id = ? order by s.seq"""
_NOW = "select * from argilla_answer_now where record_id in (:ids)"
_PLANNED = "select count(*) as n from argilla_record where link_id = ?"
_TROUBLE = """select a.user_id, a.came, a.became, a.why, a.received_at, r.subject_id, r.revision_id
from argilla_answer_now a join argilla_record r on r.id = a.record_id
where r.link_id = ? and a.became in ('conflict', 'unusable') order by a.seq desc limit ?"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """The last event of a kind."""

    detail: str
    by: str
    at: datetime
    seq: int


def links(database: Database) -> list[ArgillaLink]:
    """Every link that was ever made, the oldest first."""
    return [ArgillaLink(**row | {"what": What(row["what"])}) for row in database.query(_LINKS)]


def happened(database: Database) -> dict[tuple[str, LinkEventKind], Happened]:
    """What happened to each link last, by kind."""
    return {
        (row["link_id"], LinkEventKind(row["kind"])): Happened(
            detail=row["detail"], by=row["by"], at=row["received_at"], seq=row["seq"]
        )
        for row in database.query(_EVENTS)
    }


def counts(database: Database) -> dict[str, dict[str, int]]:
    """By link: planned, sent, answers, people, conflicts."""
    nothing = {"planned": 0, "sent": 0, "answers": 0, "people": 0, "conflicts": 0}
    found = {row.pop("link_id"): nothing | row for row in database.query(_COUNTS)}
    for row in database.query(_ANSWERED):
        found[row.pop("link_id")] |= row
    return found


def count_planned(database: Database, link_id: str) -> int:
    """How many records were ever laid out for this link."""
    return int(database.query(_PLANNED, [link_id])[0]["n"])


def unsent(database: Database, link_id: str, most: int) -> list[ArgillaRecord]:
    """What was laid out, and is not known to stand there."""
    return [_record(row) for row in database.query(_UNSENT, [link_id, most])]


def known(database: Database, record_ids: Iterable[str]) -> set[str]:
    """Those of these ids that are records of ours."""
    return {row["id"] for row in database.query_ids(_KNOWN, record_ids)}


def records(database: Database, record_ids: Iterable[str]) -> dict[str, ArgillaRecord]:
    return {row["id"]: _record(row) for row in database.query_ids(_RECORDS, record_ids)}


def sent(database: Database, record_ids: Iterable[str]) -> dict[str, str]:
    """Record id → the hash of its texts as they were sent."""
    return {row["record_id"]: row["hash"] for row in database.query_ids(_SENT, record_ids)}


def all_sent(database: Database, link_id: str) -> dict[str, str]:
    """Record id → the server's own id, of everything that ever stood there."""
    return {row["record_id"]: row["remote_id"] for row in database.query(_ALL_SENT, [link_id])}


def answers(database: Database, record_ids: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Record id → response id → the answer as it was seen last."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in database.query_ids(_NOW, record_ids):
        found.setdefault(row["record_id"], {})[row["response_id"]] = row
    return found


def trouble(database: Database, link_id: str, most: int) -> list[dict[str, Any]]:
    """Answers that count for nothing, the newest first: user_id, came, became, why, received_at, subject_id, revision_id."""
    return database.query(_TROUBLE, [link_id, most])


def _record(row: dict[str, Any]) -> ArgillaRecord:
    return ArgillaRecord(**row | {"shown": tuple(row["shown"])})
