"""What is new among the answers of a page of records: each against what was seen of it last."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.domain import ids
from core.domain.argilla import ArgillaAnswer, ArgillaRecord, Became, Came
from core.domain.argilla_wire import InAnswer, InRecord
from core.services.exchanging.argilla_push import hash_of
from core.services.projects import Project
from core.store import argilla_reading

DRAFT, SUBMITTED, DISCARDED = "draft", "submitted", "discarded"
_PERSON = "argilla:"
_MOST_SAID = 2_000_000  # letters of JSON that are kept of one answer


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """An answer that is another one than before. `values` are empty where it is gone.

    `before` is the row of the answer as it was seen last; `is_changed`: the texts that it is about are not those that were sent.
    """

    record: ArgillaRecord
    response_id: str
    number: int
    user_id: str
    came: Came
    values: Mapping[str, object]
    hash: str
    said_at: datetime | None
    before: Mapping[str, Any] | None
    is_changed: bool = False

    @property
    def person_id(self) -> str:
        return person_of(self.user_id)

    @property
    def id(self) -> str:
        return ids.argilla_answer_id(self.record.id, self.response_id, self.number)

    def answer(
        self, became: Became, why: str, now: datetime, *, decision_id: str | None = None, edit_id: str | None = None
    ) -> ArgillaAnswer:
        """The fact that it is."""
        return ArgillaAnswer(
            id=self.id, record_id=self.record.id, response_id=self.response_id, number=self.number, user_id=self.user_id,
            came=self.came, said=json.dumps(dict(self.values), ensure_ascii=True)[:_MOST_SAID], hash=self.hash,
            said_at=self.said_at, became=became, why=why, received_at=now, decision_id=decision_id, edit_id=edit_id,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """A page of records, looked through. `seen` are ours; `noted` were not known to stand there, with the server's own ids."""

    news: tuple[News, ...]
    seen: frozenset[str]
    noted: Mapping[str, str]
    foreign: int
    drafts: int
    unchanged: int


def person_of(user_id: str) -> str:
    """Who somebody of an Argilla server is here."""
    return f"{_PERSON}{user_id or 'removed'}"


def look(project: Project, link_id: str, page: Sequence[InRecord], users: Collection[str]) -> Looked:
    """`users` are the ids of everybody who is there now; empty if nobody may know them."""
    database = project.database
    named = [one.id for one in page if _is_id(one.id)]
    ours = {id_: one for id_, one in argilla_reading.records(database, named).items() if one.link_id == link_id}
    sent, before = argilla_reading.sent(database, ours), argilla_reading.answers(database, list(ours))
    news: list[News] = []
    drafts = unchanged = 0
    for one in page:
        if one.id not in ours:
            continue
        found = _Found(ours[one.id], before.get(one.id, {}), one.id in sent and hash_of(one.fields) != sent[one.id])
        fresh = [each for answer in one.answers if (each := found.news_of(answer, hash_of(one.fields))) is not None]
        drafts += sum(answer.status == DRAFT for answer in one.answers)
        gone = found.gone({answer.id for answer in one.answers}, users)
        unchanged += sum(answer.status != DRAFT for answer in one.answers) - sum(
            each.came is not Came.DELETED for each in fresh
        )
        news += [*fresh, *gone]
    return Looked(
        news=tuple(news),
        seen=frozenset(ours),
        noted={one.id: one.remote_id for one in page if one.id in ours and one.id not in sent},
        foreign=sum(one.id not in ours for one in page),
        drafts=drafts,
        unchanged=unchanged,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """One record of ours with what was known of its answers."""

    record: ArgillaRecord
    before: Mapping[str, Mapping[str, Any]]
    is_changed: bool

    def news_of(self, one: InAnswer, text_hash: str) -> News | None:
        """None if nothing is new in it. What was set back to a draft is said no more."""
        last = self.before.get(one.id)
        is_known = last is not None and last["came"] != Came.DELETED
        if one.status not in (SUBMITTED, DISCARDED):
            return self._gone(one.id, last) if is_known and last is not None else None
        values = one.values if one.status == SUBMITTED else {}
        said = json.dumps([one.status, values, text_hash if self.is_changed else ""], sort_keys=True, ensure_ascii=True)
        hash_ = hashlib.sha256(said.encode()).hexdigest()
        if is_known and last is not None and last["hash"] == hash_:
            return None
        came = Came.EDITED if is_known else Came.NEW
        return News(
            record=self.record, response_id=one.id, number=0 if last is None else int(last["number"]) + 1,
            user_id=one.user_id, came=Came.DISCARDED if one.status == DISCARDED else came, values=values, hash=hash_,
            said_at=one.said_at, before=last, is_changed=self.is_changed,
        )  # fmt: skip

    def gone(self, there: Collection[str], users: Collection[str]) -> list[News]:
        """Answers that were taken away by whoever gave them: with a person who was removed, what they said is not."""
        return [
            self._gone(id_, last)
            for id_, last in self.before.items()
            if id_ not in there and last["came"] != Came.DELETED and (not users or last["user_id"] in users)
        ]

    def _gone(self, response_id: str, last: Mapping[str, Any]) -> News:
        return News(
            record=self.record, response_id=response_id, number=int(last["number"]) + 1, user_id=last["user_id"],
            came=Came.DELETED, values={}, hash="", said_at=None, before=last,
        )  # fmt: skip


def _is_id(text: str) -> bool:
    """Whether it can be an id of ours: anything may stand there as one."""
    parts = text.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(
        letter in "0123456789abcdef" for letter in "".join(parts)
    )
