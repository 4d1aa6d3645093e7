"""Embeddings from an endpoint: each text asked for once, within caps, kept with its call; what lies, refuses or is stopped leaves no wrong vector."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.domain.call import Prices
from core.domain.map import EVERYTHING, MapProgress
from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import Caps
from core.domain.system import EMBEDDED, Endpoint
from core.errors import BadInput, EndpointError, NotFound
from core.services.exploring import maps
from core.services.projects import Project
from core.services.studio import Studio
from tests.embedding_server import DIMENSIONS, Server, embedding_server, shorter
from tests.services.mapped import add, opened, texts


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio, _ = opened(tmp_path)
    yield studio
    studio.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with embedding_server() as server:
        yield server


@pytest.fixture
def project(studio: Studio, server: Server) -> Project:
    project = studio.projects.open(ME, "my-project")
    add(project, texts(30))
    studio.endpoints.save(
        ME,
        Endpoint(
            name="test",
            base_url=server.base_url,
            model="embedder",
            in_flight=1,
            timeout_s=5.0,
            prices=Prices(input_usd=2.0),
        ),
    )
    return project


def embedded(studio: Studio, project: Project, **caps: object) -> MapProgress:
    """Embed with the endpoint to the end, well or not."""
    studio.embeddings.begin(ME, project, None, embedder="test", caps=Caps(**caps))  # type: ignore[arg-type]
    assert studio.embeddings.wait(ME, project, 60)
    now = studio.embeddings.progress(ME, project)
    assert now is not None
    return now


def kept(project: Project) -> int:
    return int(project.database.query("select count(*) as n from embedding")[0]["n"])


def test_each_text_is_asked_for_once_and_every_call_is_a_fact(studio: Studio, project: Project, server: Server) -> None:
    said = studio.embeddings.estimate(ME, project, None, embedder="test")
    assert (said.texts, said.to_embed, said.calls) == (90, 90, 3)
    assert said.usd is not None
    now = embedded(studio, project)
    assert (now.problem, now.done, now.total) == ("", 90, 90)
    assert sorted(server.texts) == sorted(texts(30))
    embedded(studio, project)
    assert len(server.texts) == 90
    calls = project.database.query("select kind, tokens_in, tokens_out, cost_usd, reply from call")
    assert [call["kind"] for call in calls] == ["embed"] * 3
    assert now.usd == pytest.approx(sum(call["tokens_in"] for call in calls) * 2e-6)
    assert all(len(call["reply"]) < 200 for call in calls)
    found = studio.embeddings.vectors(ME, project, EVERYTHING, embedder="test")
    assert (found.matrix.shape, found.missing) == ((90, DIMENSIONS), 0)
    assert studio.embeddings.vectors(ME, project, EVERYTHING).missing == 90


def test_a_map_can_stand_on_an_endpoints_embeddings_beside_the_packaged_ones(
    studio: Studio, project: Project, server: Server
) -> None:
    studio.maps.begin(ME, project, None, clusters=3, embedder="test")
    assert studio.maps.wait(ME, project, 60)
    (drawn,) = maps.every(ME, project)
    now = studio.maps.progress(ME, project)
    assert now is not None
    assert now.usd == pytest.approx(sum(len(text.split()) for text in texts(30)) * 2e-6)
    assert (drawn.map.n, drawn.map.left_out, drawn.map.model) == (90, 0, f"embedder at {server.base_url}")
    assert studio.maps.estimate(ME, project, None).to_embed == 90
    (row,) = project.database.query("select vector from embedding limit 1")
    assert len(row["vector"]) == DIMENSIONS
    assert np.linalg.norm(row["vector"]) == pytest.approx(1.0, abs=1e-6)


def test_vectors_that_change_their_length_are_not_kept(studio: Studio, project: Project, server: Server) -> None:
    assert embedded(studio, project, calls=1).problem.startswith("The next call could pass the cap of 1 calls")
    assert kept(project) == 32
    server.spoils = shorter
    now = embedded(studio, project, calls=2)
    assert now.problem
    assert kept(project) == 32
    assert {len(row["vector"]) for row in project.database.query("select vector from embedding")} == {DIMENSIONS}
    details = {
        row["error_detail"]
        for row in project.database.query("select error_detail from call where error_kind is not null")
    }
    assert details == {"The embeddings have 8 numbers where those before had 16: another model answered"}


def test_a_refusal_ends_it_with_the_servers_words(studio: Studio, project: Project, server: Server) -> None:
    server.refuses = (404, "the model chat-only does not embed")
    now = embedded(studio, project)
    assert "chat-only does not embed" in now.problem
    assert kept(project) == 0


def test_two_who_want_the_same_texts_at_once_pay_once(studio: Studio, project: Project, server: Server) -> None:
    server.waits = threading.Event()
    studio.embeddings.begin(ME, project, None, embedder="test")
    assert server.was_asked.wait(10)
    studio.maps.begin(ME, project, None, clusters=3, embedder="test")
    server.waits.set()
    assert studio.maps.wait(ME, project, 60)
    assert studio.embeddings.wait(ME, project, 60)
    assert len(server.texts) == kept(project) == 90
    assert maps.every(ME, project)[0].map.n == 90


def test_a_stop_is_heard_while_the_server_thinks(studio: Studio, project: Project, server: Server) -> None:
    server.waits = threading.Event()
    studio.embeddings.begin(ME, project, None, embedder="test")
    assert server.was_asked.wait(10)
    studio.embeddings.stop(ME, project)
    server.waits.set()
    assert studio.embeddings.wait(ME, project, 10)
    now = studio.embeddings.progress(ME, project)
    assert now is not None
    assert now.problem.startswith("Stopped")
    assert kept(project) < 90


def test_who_cannot_embed_is_refused_before_anything_is_spent(studio: Studio, project: Project, server: Server) -> None:
    with pytest.raises(BadInput, match="writes, and embeds nothing"):
        studio.maps.begin(ME, project, None, embedder=EMBEDDED)
    with pytest.raises(NotFound):
        studio.maps.begin(ME, project, None, embedder="nobody")
    studio.endpoints.save(ME, Endpoint(name="unpriced", base_url=server.base_url, model="embedder"))
    with pytest.raises(BadInput, match="prices"):
        studio.maps.begin(ME, project, None, embedder="unpriced", caps=Caps(usd=1.0))
    studio.endpoints.save(ME, Endpoint(name="gone", base_url="http://127.0.0.1:9/v1", model="embedder", timeout_s=1.0))
    with pytest.raises(EndpointError):
        studio.maps.begin(ME, project, None, embedder="gone")
    assert studio.embeddings.names(ME)[0] == "packaged"
    assert studio.maps.progress(ME, project) is None
    assert server.texts == []
