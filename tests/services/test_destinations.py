"""Where the studio connects and which key it sends where: an owner says so, and it is looked up again at every connection."""

import asyncio
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from operator import methodcaller
from pathlib import Path

import pytest

from core.argilla.calls import Line as ArgillaLine
from core.domain.argilla import ArgillaLink, Place, What
from core.domain.call import ErrorKind
from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.domain.reach import Reach
from core.domain.system import Endpoint
from core.errors import ArgillaError, BadInput, EndpointError, NotAllowed, NotFound
from core.models.endpoint import list_models
from core.services.exchanging.argilla_work import STUDIO
from core.services.projects import Project
from core.services.reviewing import queues
from core.services.studio import Studio
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import studio_at

CURATOR = Actor(person_id="cy", name="Cy", role=Role.CURATOR)
KEY, PLANTED = "EVOL_TEST_KEY", "planted-0123456789"


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Studio, Project]]:
    monkeypatch.setenv(KEY, PLANTED)
    studio, project = studio_at(tmp_path / "home")
    yield studio, project
    studio.close()


@pytest.fixture
def studio(room: tuple[Studio, Project]) -> Studio:
    return room[0]


def endpoint(server: OpenAIServer, **more: object) -> Endpoint:
    return replace(Endpoint(name="near", base_url=server.base_url, model="fake", timeout_s=5.0), **more)  # type: ignore[arg-type]


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything with 200 and {}, and writes down the token that came with each request."""
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers.get("X-Argilla-Api-Key", ""))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None: ...

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{running.server_address[1]}", heard
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def test_a_curator_reaches_this_machine_only_where_an_owner_allowed_it(studio: Studio, server: OpenAIServer) -> None:
    for ask in (
        lambda: studio.endpoints.save(CURATOR, endpoint(server)),
        lambda: studio.endpoints.models(CURATOR, server.base_url, None),
    ):
        with pytest.raises(NotAllowed, match="An owner can allow it under Settings"):
            ask()
    assert studio.destinations.allow(ME, server.base_url) == server.base_url.removesuffix("/v1")
    assert studio.endpoints.models(CURATOR, server.base_url, None) == ("fake",)
    studio.endpoints.save(CURATOR, endpoint(server))
    studio.endpoints.check(CURATOR, "near")


def test_what_an_owner_sets_up_is_allowed_thereby_until_it_is_withdrawn(studio: Studio, server: OpenAIServer) -> None:
    studio.endpoints.save(ME, endpoint(server))
    studio.endpoints.check(ME, "near")
    assert [one.what for one in studio.destinations.every(ME)] == ["near"]
    studio.destinations.withdraw(ME, server.base_url)
    with pytest.raises(EndpointError, match="That is an address of this machine or its network"):
        studio.endpoints.check(ME, "near")
    with pytest.raises(NotFound):
        studio.destinations.withdraw(ME, server.base_url)
    for who in (CURATOR,):
        with pytest.raises(NotAllowed):
            studio.destinations.allow(who, server.base_url)


def test_a_name_that_leads_to_this_machine_is_found_when_it_is_connected_to(server: OpenAIServer) -> None:
    """Whatever it led to when it was kept: the address is looked at, not the name."""
    named = endpoint(server, base_url=server.base_url.replace("127.0.0.1", "localhost"))
    before = server.stats().get("connections", 0)
    refused = asyncio.run(list_models(named, None))
    assert getattr(refused, "kind", None) is ErrorKind.NOT_ALLOWED
    assert not ErrorKind.NOT_ALLOWED.heals
    assert server.stats().get("connections", 0) == before
    assert asyncio.run(list_models(replace(named, reach=Reach.ANYWHERE), None)) == ("fake",)


def test_a_key_goes_only_where_an_owner_sent_it(studio: Studio, server: OpenAIServer) -> None:
    studio.destinations.allow(ME, server.base_url)
    keyed = endpoint(server, key_env=KEY)
    with pytest.raises(NotAllowed, match=f"No owner said that the key under {KEY} may be sent there"):
        studio.endpoints.save(CURATOR, keyed)
    with pytest.raises(NotAllowed):
        studio.endpoints.models(CURATOR, server.base_url, KEY)
    studio.endpoints.save(ME, keyed)
    again = studio.endpoints.save(CURATOR, replace(keyed, name="again", in_flight=2))
    assert again.key_env == KEY
    with pytest.raises(NotAllowed):
        studio.endpoints.save(CURATOR, replace(keyed, base_url="https://collector.example/v1"))


def test_a_key_that_was_withdrawn_goes_nowhere(studio: Studio, server: OpenAIServer) -> None:
    public = endpoint(server, base_url="https://models.example/v1", key_env=KEY)
    studio.endpoints.save(ME, public)
    assert studio.endpoints.key_problem(ME, "near") == ""
    studio.destinations.withdraw(ME, public.base_url)
    assert f"No owner said that the key under {KEY} may be sent there" in studio.endpoints.key_problem(ME, "near")
    with pytest.raises(EndpointError):
        studio.endpoints.open(studio.endpoints.get(ME, "near"))


def test_what_signs_people_in_is_sent_to_nobody(studio: Studio, server: OpenAIServer) -> None:
    for name in ("auth.cookie_secret", "auth.google.client_secret", "auth"):
        with pytest.raises(BadInput, match="signs people in"):
            studio.endpoints.save(ME, endpoint(server, key_secret=name))


def test_endpoints_of_before_go_on_working(tmp_path: Path, server: OpenAIServer) -> None:
    studio, _ = studio_at(tmp_path / "home")
    studio.endpoints.save(ME, endpoint(server, key_env=KEY))
    for statement in ("drop table destination", "delete from migration where number = 7"):
        studio.installation.writer.run(methodcaller("execute", statement))
    studio.close()
    studio, _ = studio_at(tmp_path / "home")
    try:
        assert {one.what for one in studio.destinations.every(ME)} == {"near", f"env:{KEY}"}
        assert studio.endpoints.get(ME, "near").reach is Reach.ANYWHERE
    finally:
        studio.close()


def test_argilla_is_not_called_at_an_address_of_this_machine_unless_that_is_allowed() -> None:
    with listening() as (url, heard):
        with pytest.raises(ArgillaError, match="leads to this machine or its network"):
            ArgillaLine(url, PLANTED, Reach.OUTSIDE)
        assert heard == []
        with pytest.raises(ArgillaError, match="no Argilla server"):
            ArgillaLine(url, PLANTED, Reach.ANYWHERE)
        assert heard == [PLANTED]


def test_a_link_that_came_with_a_project_sends_no_token_before_an_owner_of_this_studio_allows_it(
    room: tuple[Studio, Project],
) -> None:
    """Somebody else's project could name any server, and any key of ours."""
    studio, project = room
    queue = queues.default(project)
    with listening() as (url, heard):
        link = ArgillaLink(
            id="00000000-0000-7000-8000-00000000abcd", what=What.QUEUE, subject_id=queue.id, url=url, workspace="w", dataset="d",
            key_env=KEY, key_secret=None, by="them", received_at=datetime.now(UTC),
        )  # fmt: skip
        project.database.writer.append_now([link], by_person=True)
        for who in (STUDIO, CURATOR, ME):
            with pytest.raises(NotAllowed):
                studio.argilla.pull(who, project, link.id)
        assert not studio.argilla.is_allowed(ME, link)
        with pytest.raises(NotAllowed):
            studio.argilla.allow(CURATOR, project, link.id)
        with pytest.raises(NotAllowed):
            studio.argilla.look(CURATOR, Place(url=url, workspace="w", key_env=KEY))
        assert heard == []
        studio.argilla.allow(ME, project, link.id)
        with pytest.raises(ArgillaError, match="no Argilla server"):
            studio.argilla.pull(STUDIO, project, link.id)
        assert heard == [PLANTED]


@pytest.mark.parametrize("url", ["http://[", "", "no address", "http://a:b:c"])
def test_what_is_no_address_is_refused_wherever_it_stood(studio: Studio, url: str) -> None:
    place = Place(url=url, workspace="w", key_env=KEY)
    with pytest.raises(NotAllowed):
        studio.destinations.require(url, place)
    with pytest.raises(NotAllowed):
        studio.destinations.ask(CURATOR, url, place)
