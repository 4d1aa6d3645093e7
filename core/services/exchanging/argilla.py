"""Argilla, both ways: what stands there for which queue or study, sending, fetching, and how it went."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import uuid_utils

from core.domain.argilla import (
    ArgillaLink,
    LinkEventKind,
    Place,
    PullReport,
    PushReport,
    What,
)
from core.domain.person import Actor, Role
from core.domain.project import Audit
from core.domain.queue import Queue
from core.domain.reach import Reach
from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.errors import ArgillaError, BadInput, NotAllowed, NotFound, StudioError
from core.services.access import may_grow, require
from core.services.destinations import Destinations
from core.services.evaluating import study_making
from core.services.evaluating.judge_desk import JudgeDesk
from core.services.exchanging import argilla_links, argilla_pull, argilla_push
from core.services.exchanging.argilla_naming import dataset_name
from core.services.exchanging.argilla_push import Sender, Stopped, Tell, event
from core.services.exchanging.argilla_queue_items import QueueItems
from core.services.exchanging.argilla_study_units import StudyUnits
from core.services.keys import read_key, require_name
from core.services.projects import Project
from core.services.reviewing import queues

if TYPE_CHECKING:  # its library is loaded with the first connection
    from core.argilla.server import Server

MOST_MINUTES = 7 * 24 * 60
_STATES = {StudyState.DRAFT: "not opened yet", StudyState.CLOSED: "closed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Welcome:
    """What a server says of itself and of whose token it is."""

    user: str
    role: str
    version: str
    workspaces: tuple[str, ...]


def tell_nobody(_: int, __: int) -> None:
    """For whoever does not want to know."""


class Argilla:
    """The links of every project to Argilla servers. Tokens are read when they are used, and kept nowhere."""

    def __init__(
        self,
        judge_desk: JudgeDesk,
        files: Sequence[Path],
        destinations: Destinations,
        at_once: int = argilla_push.AT_ONCE,
    ) -> None:
        self._judge_desk, self._files, self._at_once = judge_desk, tuple(files), at_once
        self._destinations = destinations
        self._busy: set[str] = set()  # links over which something is going on
        self._guard = threading.Lock()  # guards the set: two tabs, or a tab and the clock, may begin at once

    def look(self, actor: Actor, place: Place) -> Welcome:
        """Whether there is a server, and whether it knows the token. Nothing is made there. Raises ArgillaError, EndpointError."""
        may_grow(actor)
        with self._connected(place, self._destinations.ask(actor, _address(place), place)) as server:
            return Welcome(
                user=server.me, role=server.role, version=server.version, workspaces=tuple(server.workspaces())
            )

    def connect(self, actor: Actor, project: Project, what: What, subject_id: str, place: Place) -> str:
        """A new link; its dataset is made with the first push. → its id. The server is asked first whether it knows the token."""
        may_grow(actor)
        subject = _subject(actor, project, what, subject_id)
        if not place.workspace.strip():
            raise BadInput("No workspace is named", to_do="Give the name of the Argilla workspace.")
        there_is = [
            one for one in argilla_links.every(actor, project) if one.link.subject_id == subject_id and not one.ended
        ]
        if there_is:
            raise BadInput(
                f"“{there_is[0].subject}” stands in Argilla already", to_do="Push or end the link that there is."
            )
        welcome, id_ = self.look(actor, place), str(uuid_utils.uuid7())
        if welcome.role == "annotator":
            raise ArgillaError(
                f"{welcome.user} is an annotator there, who can only answer",
                to_do="Use the token of an owner or an admin.",
            )
        url = _address(place)
        self._destinations.keep(actor, url, place)
        link = ArgillaLink(
            id=id_, what=what, subject_id=subject_id, url=url, workspace=place.workspace.strip(),
            dataset=dataset_name(subject, id_), key_env=place.key_env, key_secret=place.key_secret, by=actor.person_id,
            received_at=datetime.now(UTC),
        )  # fmt: skip
        audit = Audit(
            person_id=actor.person_id, act="argilla link made", subject=id_, origin="", received_at=link.received_at
        )
        project.database.writer.append_now([link, audit], by_person=True)
        return id_

    def push(self, actor: Actor, project: Project, link_id: str, tell: Tell = tell_nobody) -> PushReport:
        """Send what does not stand there yet. A failure is kept with the link, and raised."""
        may_grow(actor)
        link = self._going(actor, project, link_id)
        with self._alone(link), self._noted(actor, project, link), self._as_allowed(link) as server:
            sender, subject = _sender(actor, project, link)
            if isinstance(subject, StudyNow) and not subject.takes_judgments:
                raise BadInput(
                    f"The study is {_STATES[subject.state]}", to_do="A study is sent while it takes judgments."
                )
            return argilla_push.push(server, project, link, sender, actor.person_id, tell, self._at_once)

    def pull(self, actor: Actor, project: Project, link_id: str, tell: Tell = tell_nobody) -> PullReport:
        """Take what people answered there since the last time. A failure is kept with the link, and raised."""
        may_grow(actor)
        link = self._going(actor, project, link_id)
        with self._alone(link), self._noted(actor, project, link), self._as_allowed(link) as server:
            sender, subject = _sender(actor, project, link)
            report = argilla_pull.pull(server, project, link, sender, subject, actor.person_id, tell)
        if link.what is What.STUDY and report.news:
            self._judge_desk.look_again(project, link.subject_id)
        return report

    def repeat(self, actor: Actor, project: Project, link_id: str, minutes: int) -> None:
        """Pull every so many minutes while the studio runs; 0: only when asked."""
        may_grow(actor)
        if not 0 <= minutes <= MOST_MINUTES:
            raise BadInput("That is no number of minutes", to_do=f"Give 0 (never) to {MOST_MINUTES:,}.")
        link = self._going(actor, project, link_id)
        project.database.writer.append_now(
            [event(link, LinkEventKind.EVERY, str(minutes), actor.person_id)], by_person=True
        )

    def end(self, actor: Actor, project: Project, link_id: str) -> None:
        """Nothing more is sent or fetched over it. What stands there stays, and what was fetched stays here."""
        may_grow(actor)
        link = self._going(actor, project, link_id)
        project.database.writer.append_now([event(link, LinkEventKind.ENDED, "", actor.person_id)], by_person=True)

    def is_allowed(self, actor: Actor, link: ArgillaLink) -> bool:
        """Whether an owner of this installation let the link's token go to its server. What came with a project from elsewhere is not."""
        may_grow(actor)
        try:
            self._destinations.require(link.url, link)
        except NotAllowed:
            return False
        return True

    def allow(self, actor: Actor, project: Project, link_id: str) -> None:
        """An owner says that the link may be used here: its token may go to its server, wherever that stands."""
        require(actor, Role.OWNER)
        link = self._going(actor, project, link_id)
        self._destinations.keep(actor, link.url, link)

    def _going(self, actor: Actor, project: Project, link_id: str) -> ArgillaLink:
        for one in argilla_links.every(actor, project):
            if one.link.id == link_id and not one.ended:
                return one.link
        raise NotFound("There is no such link to Argilla, or it was ended", to_do="The page Data lists all of them.")

    def _as_allowed(self, link: ArgillaLink) -> "AbstractContextManager[Server]":
        """Connected, if an owner of this installation allowed it: the link may stand in a file that somebody else made."""
        return self._connected(link.place, self._destinations.require(link.url, link))

    @contextmanager
    def _connected(self, place: Place, reach: Reach) -> "Iterator[Server]":
        require_name(place)
        token = read_key(place, self._files)
        if token is None:
            raise BadInput("No token is named", to_do="Give the name of the variable, or of the secret, that holds it.")
        from core.argilla.server import Server

        with Server(place.url, token, reach) as server:
            yield server

    @contextmanager
    def _alone(self, link: ArgillaLink) -> Iterator[None]:
        with self._guard:
            if link.id in self._busy:
                raise ArgillaError("This is being sent or fetched already", to_do="Wait until that has ended.")
            self._busy.add(link.id)
        try:
            yield
        finally:
            self._busy.discard(link.id)

    @contextmanager
    def _noted(self, actor: Actor, project: Project, link: ArgillaLink) -> Iterator[None]:
        """A failure is a fact of the link too: work in the background has nobody to tell it."""
        try:
            yield
        except Stopped:
            raise
        except StudioError as error:
            failed = event(link, LinkEventKind.FAILED, str(error)[:1_000], actor.person_id)
            project.database.writer.append_now([failed])
            raise


def _address(place: Place) -> str:
    from core.argilla.calls import checked

    return checked(place.url)


def _subject(actor: Actor, project: Project, what: What, subject_id: str) -> Queue | StudyNow:
    if what is What.QUEUE:
        return queues.get(actor, project, subject_id)
    return study_making.one(actor, project, subject_id)


def _sender(actor: Actor, project: Project, link: ArgillaLink) -> tuple[Sender, Queue | StudyNow]:
    """What a link sends, and what answers are about."""
    subject = _subject(actor, project, link.what, link.subject_id)
    if isinstance(subject, Queue):
        return QueueItems(project, link, subject), subject
    return StudyUnits.of(project, link, subject), subject
