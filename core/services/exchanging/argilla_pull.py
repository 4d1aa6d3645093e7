"""Fetching from Argilla: every user's answers, each kept once for every time that it says something else, and what it becomes here."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.domain.argilla import ArgillaLink, ArgillaSent, LinkEventKind, PullReport
from core.domain.argilla_wire import InRecord
from core.domain.queue import Asks, Queue
from core.domain.study_now import StudyNow
from core.errors import ArgillaError, ArgillaGone
from core.services.exchanging import argilla_judgments, argilla_verdicts
from core.services.exchanging.argilla_news import Looked, News, look, person_of
from core.services.exchanging.argilla_push import Sender, Tell, event, hash_of, there
from core.services.projects import Project
from core.store import argilla_log, argilla_reading, study_reading
from core.store.argilla_log import Made, Now

if TYPE_CHECKING:  # its library is loaded with the first connection
    from core.argilla.server import Server

_AT_ONCE = 200  # answers a transaction
Make = Callable[[News, Now, datetime], Made]


def pull(
    server: "Server",
    project: Project,
    link: ArgillaLink,
    sender: Sender,
    subject: Queue | StudyNow,
    by: str,
    tell: Tell,
) -> PullReport:
    """Take what is new. Raises ArgillaError; what was taken until then stays, and is not taken twice."""
    made = argilla_reading.happened(project.database).get((link.id, LinkEventKind.MADE))
    if made is None:
        raise ArgillaError("Nothing of this was sent yet", to_do="Push it first.")
    there(server, link, made.detail, sender.plan)
    users = _users(server, link)
    taker = _Taker(project, link, subject, {person_of(id_): name for id_, name in users.items()})
    total = done = 0
    for total, page in server.records(made.detail):
        taker.take(page, users)
        done += len(page)
        tell(min(done, total), total)
    gone = _gone(server, project, link, taker, users, total)
    report = taker.report(gone)
    project.database.writer.append_now([event(link, LinkEventKind.PULLED, json.dumps(asdict(report)), by)])
    return report


def _users(server: "Server", link: ArgillaLink) -> Mapping[str, str]:
    """Who is there: id → name; nobody where this token may not know them."""
    try:
        workspaces = server.workspaces()
        return server.users(workspaces[link.workspace]) if link.workspace in workspaces else {}
    except ArgillaGone:
        return {}


def _gone(
    server: "Server", project: Project, link: ArgillaLink, taker: "_Taker", users: Mapping[str, str], total: int
) -> int:
    """How many records that stood there do not any more.

    A list that moved while it was read may have left some out: these are asked for one by one.
    """
    missing = [
        (id_, at) for id_, at in argilla_reading.all_sent(project.database, link.id).items() if id_ not in taker.seen
    ]
    if total <= len(taker.seen) + taker.foreign:
        return len(missing)
    found = [one for _, at in missing if (one := server.record(at)) is not None]
    taker.take(found, users)
    return len(missing) - len(found)


class _Taker:
    """Looks through pages, writes what is new in them, and counts."""

    def __init__(
        self, project: Project, link: ArgillaLink, subject: Queue | StudyNow, names: Mapping[str, str]
    ) -> None:
        self._project, self._link, self._subject, self._names = project, link, subject, names
        self._make = _maker(project, subject, names)
        self._came: Counter[str] = Counter()
        self._became: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.foreign = self._drafts = self._unchanged = 0

    def take(self, page: Sequence[InRecord], users: Mapping[str, str]) -> None:
        looked = look(self._project, self._link.id, page, users)
        self.seen |= looked.seen
        self.foreign += looked.foreign
        self._drafts += looked.drafts
        self._unchanged += looked.unchanged
        self._note(looked, page)
        for first in range(0, len(looked.news), _AT_ONCE):
            self._write(looked.news[first : first + _AT_ONCE])

    def report(self, gone: int) -> PullReport:
        return PullReport(
            seen=len(self.seen), gone=gone, foreign=self.foreign, drafts=self._drafts, unchanged=self._unchanged,
            came=dict(self._came), became=dict(self._became),
        )  # fmt: skip

    def _note(self, looked: Looked, page: Sequence[InRecord]) -> None:
        """What the server had taken without our hearing of it."""
        fields = {one.id: one.fields for one in page}
        facts = [
            ArgillaSent(record_id=id_, remote_id=at, hash=hash_of(fields[id_])) for id_, at in looked.noted.items()
        ]
        if facts:
            self._project.database.writer.append_now(facts)

    def _write(self, news: Sequence[News]) -> None:
        at = datetime.now(UTC)
        people = {one.person_id: called(one.person_id, self._names) for one in news}
        if isinstance(self._subject, Queue) and self._subject.asks is Asks.VERDICT:
            asked = argilla_verdicts.asked(news, people)
        else:
            study_id = None if isinstance(self._subject, Queue) else self._subject.id
            asked = argilla_judgments.asked(news, people, study_id)

        def made(now: Now, known: frozenset[str]) -> list[Made]:
            return [self._make(one, now, at) for one in news if one.id not in known]

        for answer in argilla_log.take(self._project.database, asked, made):
            self._came[answer.came] += 1
            self._became[answer.became] += 1


def called(person_id: str, names: Mapping[str, str]) -> str:
    """How somebody of an Argilla server is called here."""
    return f"{names.get(person_id) or 'Somebody ' + person_id.rpartition(':')[2][:8]} (Argilla)"


def _maker(project: Project, subject: Queue | StudyNow, names: Mapping[str, str]) -> Make:
    """What answers become: decisions, or judgments."""
    if not isinstance(subject, Queue):
        study, revisions = (
            subject,
            {one.id: one.revision_id for one in study_reading.candidates(project.database, subject.id)},
        )
        return lambda one, now, at: argilla_judgments.of_study(
            study, revisions, one, now, at, called(one.person_id, names)
        )
    queue = subject
    if queue.asks is Asks.DIFFICULTY:
        return lambda one, now, at: argilla_judgments.of_difficulty(queue, one, now, at)
    return lambda one, now, at: argilla_verdicts.made(queue, one, now, at)
