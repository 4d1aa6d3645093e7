"""What is said before a run goes to a cluster, and how its casting is spread over workers. No cluster is needed for it."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from core.domain.call import Sampling
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.domain.run import RunSettings
from core.domain.system import EMBEDDED, Endpoint
from core.domain.task import TaskKind
from core.errors import BadInput, ClusterError, EndpointError, NotAllowed, RunRefused
from core.services.endpoints import system_of
from core.services.growing.casting import Casting, Seat
from core.services.growing.cluster_server import OwnServer
from core.services.growing.clusters import Clusters
from core.services.growing.estimate import estimate
from tests.openai_server import openai_server
from tests.services.alone import furnish, settings, studio_at

ROOT = Path(__file__).parents[2]
CURATOR = Actor(person_id="cu", name="Cu", role=Role.CURATOR)
NEAR = Endpoint(name="near", base_url="http://127.0.0.1:8000/v1", model="m", in_flight=4)
FAR = Endpoint(name="far", base_url="https://example.org/v1", model="m", in_flight=8, key_env="FAR_KEY")


def casting(*endpoints: Endpoint) -> Casting:
    seats = tuple(Seat(endpoint=one, weight=1.0, system=system_of(one, Sampling())) for one in endpoints)
    return Casting(seats=dict.fromkeys(TaskKind, seats), drawn_by=seats[0].system)


def test_without_a_cluster_it_is_said_how_to_name_one() -> None:
    with pytest.raises(ClusterError, match="EVOL_STUDIO_CLUSTER"):
        Clusters("").check(LOCAL_OWNER, 2)


@pytest.mark.parametrize("workers", [0, -1, 257])
def test_a_number_of_workers_that_cannot_be_is_refused(workers: int) -> None:
    with pytest.raises(BadInput, match="1 to 256"):
        Clusters("127.0.0.1:1").check(LOCAL_OWNER, workers)


def test_only_an_owner_says_which_cluster() -> None:
    clusters = Clusters("127.0.0.1:1")
    with pytest.raises(NotAllowed):
        clusters.use(CURATOR, "127.0.0.1:2")
    assert clusters.address(CURATOR) == "127.0.0.1:1"
    clusters.use(LOCAL_OWNER, "10.0.0.5:6379")
    assert clusters.address(CURATOR) == "10.0.0.5:6379"
    for wrong in ("", "ray://10.0.0.5:10001", "auto", "local", "10.0.0.5", "10.0.0.5:6379 --x"):
        with pytest.raises(BadInput):
            clusters.use(LOCAL_OWNER, wrong)


def test_what_is_missing_is_said_in_turn(tmp_path: Path) -> None:
    token = tmp_path / "token"
    environment = {"RAY_AUTH_TOKEN_PATH": str(token)}
    clusters = Clusters("127.0.0.1:9", environment=environment)
    if find_spec("ray") is None:
        with pytest.raises(ClusterError, match=r"sh tools/setup\.sh cluster"):
            clusters.check(LOCAL_OWNER, 1)
        return
    with pytest.raises(ClusterError, match="no token"):
        clusters.check(LOCAL_OWNER, 1)
    token.write_text("a token")
    with pytest.raises(ClusterError, match=r"Nothing answers at 127\.0\.0\.1:9") as refused:
        clusters.check(LOCAL_OWNER, 1)
    assert "a token" not in str(refused.value)


def test_an_endpoint_on_the_workers_machine_is_one_seat_a_worker_and_any_other_is_shared() -> None:
    crewed = Clusters("127.0.0.1:9").opened(casting(NEAR, FAR), 3)
    names = [seat.endpoint.name for seat in crewed.casting.seats[TaskKind.EVOLVE]]
    assert names == ["near of worker 1", "near of worker 2", "near of worker 3", "far"]
    assert set(crewed.models) == set(names)
    assert len({seat.endpoint.base_url for seat in crewed.casting.seats[TaskKind.EVOLVE]}) == 4, "they share a gate"
    assert [one.number for one in crewed.crew()] == [1, 2, 3]


def test_the_log_calls_a_workers_endpoint_what_it_would_call_it_here() -> None:
    here = casting(NEAR)
    crewed = Clusters("127.0.0.1:9").opened(here, 2)
    assert crewed.casting.systems == here.systems


def test_the_embedded_model_is_each_workers_own() -> None:
    embedded = Endpoint(name=EMBEDDED, base_url="", model="m", in_flight=2)
    crewed = Clusters("127.0.0.1:9").opened(casting(embedded), 2)
    assert sorted(crewed.models) == ["embedded of worker 1", "embedded of worker 2"]


def test_a_run_says_before_it_begins_that_there_is_no_cluster_and_spends_nothing(tmp_path: Path) -> None:
    with openai_server() as server:
        studio, project = studio_at(tmp_path)
        furnish(studio, project, server.base_url)
        asked: list[tuple[RunSettings, type[Exception]]] = [
            (settings(workers=2), ClusterError),
            (settings(workers=2, by_batch=("test",)), RunRefused),
        ]
        for one, error in asked:
            with pytest.raises(error):
                studio.runs.start(LOCAL_OWNER, project, one)
        assert studio.runs.list(LOCAL_OWNER, project) == []
        studio.close()
        assert server.stats().get("chat", 0) == 0


def test_the_estimate_counts_on_every_worker_that_has_a_model_of_its_own_and_on_one_endpoint_that_they_share(
    tmp_path: Path,
) -> None:
    studio, project = studio_at(tmp_path)
    furnish(studio, project, NEAR.base_url)
    studio.endpoints.save(LOCAL_OWNER, FAR)
    times = {
        (name, workers): estimate(
            LOCAL_OWNER, project, asked := settings(endpoint=name, workers=workers),
            studio.endpoints.cast(LOCAL_OWNER, asked), 100,
        ).duration_s or 0.0
        for name in ("test", "far")
        for workers in (0, 1, 4)
    }  # fmt: skip
    assert times["test", 0] == times["test", 1] == pytest.approx(4 * times["test", 4])
    assert times["far", 0] == times["far", 4]
    studio.close()


@pytest.mark.parametrize("who", ["the worker", "its keeper"])
def test_the_server_that_a_worker_starts_ends_with_it_whoever_is_killed(who: str) -> None:
    code = (
        "import sys, time; from core.services.growing.cluster_server import OwnServer; "
        "own = OwnServer(sys.argv[1]); print(own.base_url, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, f"{sys.executable} {ROOT}/tests/openai_server.py --port {{port}}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        url = worker.stdout.readline().strip()
        while not answers(url):
            time.sleep(0.05)
        (keeper,) = psutil.Process(worker.pid).children()
        victim = worker.pid if who == "the worker" else keeper.pid
        os.kill(victim, signal.SIGKILL)
        end = time.monotonic() + 10
        while answers(url) and time.monotonic() < end:
            time.sleep(0.05)
        assert not answers(url)
        worker.kill()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/models", timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("command", ["vllm serve 'half", "vllm serve model"])
def test_a_server_that_a_worker_cannot_start_is_said(command: str) -> None:
    with pytest.raises(EndpointError, match="EVOL_STUDIO_WORKER_SERVE"):
        OwnServer(command)


def test_every_test_that_the_paper_names_is_there() -> None:
    named = set(re.findall(r"test_\w{20,}", (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")))
    written = {
        name
        for file in Path(__file__).parent.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) >= 8
    assert named <= written, named - written
