"""What people do in Argilla, over its HTTP API; and a studio that is connected to it."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.domain.argilla import LinkNow, Place, PullReport, PushReport, What
from core.domain.person import LOCAL_OWNER as ME
from core.services.exchanging import argilla_links
from core.services.exchanging.argilla import Argilla
from core.services.exchanging.argilla_work import ArgillaWork
from core.services.reviewing import queues
from tests.argilla.running import WORKSPACE, ArgillaServer, token
from tests.services.at_the_desk import Room, room_at

OWNER_ENV = "TEST_ARGILLA_OWNER"


@dataclass(frozen=True)
class Somebody:
    """One user of the server."""

    server: ArgillaServer
    name: str
    key: str = ""

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.server.url}/api/v1/{path}", data=data, method=method)
        request.add_header("X-Argilla-Api-Key", self.key or token(self.name))
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as reply:
            said = reply.read()
        return json.loads(said) if said else None

    def records(self, dataset: str) -> list[dict[str, Any]]:
        """As an owner or admin sees them, with everybody's responses, in the order in which they were sent."""
        return list(
            self.call("GET", f"datasets/{dataset}/records?include=responses&include=suggestions&limit=1000")["items"]
        )

    def says(self, record: Mapping[str, Any], status: str = "submitted", **values: object) -> str:
        """A response. → its id"""
        made = self.call("POST", f"records/{record['id']}/responses", body_of(status, values))
        return str(made["id"])

    def changes(self, response: str, status: str = "submitted", **values: object) -> None:
        self.call("PUT", f"responses/{response}", body_of(status, values))

    def deletes(self, response: str) -> None:
        self.call("DELETE", f"responses/{response}")


def body_of(status: str, values: Mapping[str, object]) -> dict[str, object]:
    return {"status": status, "values": {name: {"value": value} for name, value in values.items()} or None}


@dataclass
class Linked:
    """A studio with a link to the server."""

    room: Room
    server: ArgillaServer
    link: str = ""
    owner: Somebody = field(init=False)
    anna: Somebody = field(init=False)
    ben: Somebody = field(init=False)

    def __post_init__(self) -> None:
        self.owner, self.anna, self.ben = (Somebody(self.server, name) for name in ("owner", "anna", "ben"))

    @property
    def place(self) -> Place:
        return Place(url=self.server.url, workspace=WORKSPACE, key_env=OWNER_ENV)

    def in_batches_of(self, at_once: int) -> None:
        """From now on so many records a call."""
        studio = self.room.studio
        argilla = Argilla(studio.judge_desk, (), studio.destinations, at_once)
        self.room.studio = replace(studio, argilla=argilla, argilla_work=ArgillaWork(argilla, studio.projects))

    def connect(self, what: What = What.QUEUE, subject: str = "", **more: Any) -> str:
        """A link; the room's from now on. Without a subject it is of the queue of all survivors."""
        subject = subject or queues.default(self.room.project).id
        place = more.pop("place", self.place)
        self.link = self.room.studio.argilla.connect(ME, self.room.project, what, subject, place)
        return self.link

    def push(self) -> PushReport:
        return self.room.studio.argilla.push(ME, self.room.project, self.link)

    def pull(self) -> PullReport:
        return self.room.studio.argilla.pull(ME, self.room.project, self.link)

    def now(self) -> LinkNow:
        every = argilla_links.every(ME, self.room.project)
        return next(one for one in every if one.link.id == self.link)

    def records(self) -> list[dict[str, Any]]:
        return self.owner.records(self.now().dataset_id)

    def of(self, instruction: str) -> dict[str, Any]:
        """The newest record of an instruction."""
        return [one for one in self.records() if one["metadata"].get("instruction") == instruction][-1]

    def status(self, instruction: str) -> tuple[str, int]:
        """What people say of it here, and how many."""
        (row,) = self.room.rows("select human_status, n_decisions from instruction_state where id = ?", instruction)
        return row["human_status"], row["n_decisions"]

    def decisions(self) -> list[tuple[Any, ...]]:
        rows = self.room.rows(
            "select d.person_id, p.name, d.act, d.reason, d.note, d.origin from decision d left join person p on p.id = d.person_id order by d.seq"
        )
        return [tuple(row.values()) for row in rows]

    def is_consistent(self) -> bool:
        """The projections are what the facts say."""
        return self.room.project.database.projection_is_right()


@contextmanager
def linked_at(home: Path, server: ArgillaServer) -> Iterator[Linked]:
    with room_at(home) as room:
        yield Linked(room, server)
