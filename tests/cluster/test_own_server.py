"""Workers that bring a model: each starts its own server on its machine, and whoever ends, no server is left."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.domain.cluster import WorkerState
from core.domain.person import LOCAL_OWNER as ME
from core.services.studio import open_studio
from core.settings import Settings
from tests.cluster.running import MISSING, RayCluster, is_missing
from tests.services.alone import furnish, settings

pytestmark = pytest.mark.ray
SERVER = Path(__file__).parents[1] / "openai_server.py"
NOBODY = "http://127.0.0.1:9/v1"  # what the studio knows; each worker has its own instead


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[RayCluster]:
    """A head and a node on which workers find what to start."""
    if is_missing():
        pytest.fail(MISSING, pytrace=False)
    found = RayCluster(
        environment={"EVOL_STUDIO_WORKER_SERVE": f"{sys.executable} {SERVER} --latency 0.1 --port {{port}}"}
    )
    found.start(nodes=1)
    for name, value in found.token.items():
        monkeypatch.setenv(name, value)
    yield found
    found.stop()


def servers(cluster: RayCluster) -> list[int]:
    """The servers that this cluster's workers have started."""
    every = [one for node in cluster.nodes for one in psutil.Process(node.pid).children(recursive=True)]
    return [one.pid for one in every if one.is_running() and words_of(one)[1:2] == [str(SERVER)]]


def words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # it ended in this very moment
        return []


def gone(pids: list[int]) -> bool:
    end = time.monotonic() + 20
    while any(map(psutil.pid_exists, pids)) and time.monotonic() < end:
        time.sleep(0.1)
    return not any(map(psutil.pid_exists, pids))


def test_a_worker_and_its_server_live_and_die_together_and_a_head_that_dies_blocks_the_run_and_not_the_app(
    tmp_path: Path, cluster: RayCluster
) -> None:
    studio = open_studio(Settings(home=tmp_path, cluster=cluster.address))
    project = studio.projects.open(ME, "my-project")
    furnish(studio, project, NOBODY, n_seeds=400, in_flight=4)
    run = studio.runs.start(ME, project, settings(workers=2))
    first = decided(studio.runs, project, run, 10)
    crew = [one.pid for one in studio.live.crew(run) if one.state is WorkerState.READY]
    started = servers(cluster)
    assert len(started) == 2, "each worker has one of its own"
    os.kill(crew[0], signal.SIGKILL)
    decided(studio.runs, project, run, first + 20)
    assert len(set(started) - set(servers(cluster))) == 1, "the dead worker's server lives on"
    started = [pid for pid in servers(cluster) if pid in started]
    os.kill(started[0], signal.SIGKILL)
    decided(studio.runs, project, run, first + 40)
    end = time.monotonic() + 60
    while len(servers(cluster)) < 2 and time.monotonic() < end:
        time.sleep(0.2)
    started = servers(cluster)
    assert len(started) == 2, "a worker whose server died has no other one"
    for node in reversed(cluster.nodes.copy()):
        cluster.kill(node)
    assert studio.live.wait(run, timeout_s=120), "the run waits for a cluster that is gone"
    now = studio.runs.progress(ME, project, run)
    assert now.run.state == "blocked"
    assert "The endpoint cannot be reached" in now.run.reason
    assert gone(started)
    assert sum(epoch.error for epoch in now.epochs) == 0, "children were given up because the cluster was gone"
    studio.close()


def decided(runs, project, run: str, n: int) -> int:  # type: ignore[no-untyped-def]
    """Wait for so many children; how many there are."""
    end = time.monotonic() + 90
    while (now := runs.progress(ME, project, run)).decided < n:
        assert now.live, now.run.reason
        assert time.monotonic() < end, (now.crew, now.unwell)
        time.sleep(0.2)
    return now.decided
