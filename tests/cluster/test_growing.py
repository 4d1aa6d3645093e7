"""A run on a Ray cluster of several node processes: the same trees as here, and whoever dies, nothing is lost and nothing is double."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.domain.cluster import WorkerState
from core.domain.progress import RunProgress
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.cluster.running import RayCluster
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME, furnish, settings
from tests.services.test_runs_live import TREE

pytestmark = pytest.mark.ray
ROOT = Path(__file__).parents[2]
SEEDS, EPOCHS, IN_FLIGHT, WORKERS = 40, 3, 8, 2


class House:
    """A studio with one project, thirty seeds and a cluster."""

    def __init__(self, home: Path, server: OpenAIServer, ray: RayCluster) -> None:
        self.server = server
        self.studio: Studio = open_studio(Settings(home=home, cluster=ray.address))
        self.project: Project = self.studio.projects.open(ME, "my-project")
        if not self.studio.runs.list(ME, self.project):
            furnish(self.studio, self.project, server.base_url, n_seeds=SEEDS, in_flight=IN_FLIGHT)

    def start(self, workers: int = WORKERS) -> str:
        return self.studio.runs.start(ME, self.project, settings(epochs=EPOCHS, workers=workers))

    def now(self, run: str) -> RunProgress:
        return self.studio.runs.progress(ME, self.project, run)

    def pids(self, run: str) -> list[int]:
        """The workers that are there."""
        return [one.pid for one in self.studio.live.crew(run) if one.state is WorkerState.READY]

    def until(self, run: str, *, calls: int = 0, workers: int = WORKERS, without: int = 0) -> list[int]:
        """Wait for so many calls and workers, `without` one of them; who they are. An end of the run ends it too."""
        end = time.monotonic() + 100
        while True:
            pids = self.pids(run)
            is_there = len(pids) >= workers and without not in pids and self.server.stats().get("chat", 0) >= calls
            if is_there or not self.studio.live.is_live(run):
                return pids
            assert time.monotonic() < end, (self.studio.live.crew(run), self.server.stats())
            time.sleep(0.05)

    def finished(self, run: str, within_s: float = 90) -> RunProgress:
        assert self.studio.live.wait(run, timeout_s=within_s), self.now(run)
        return self.now(run)

    def whole(self, run: str, lost: int) -> None:
        """Every child once; at most what was in flight at so many deaths was asked again."""
        now, query = self.now(run), self.project.database.query
        assert (now.run.state, now.decided, now.spending.calls) == ("finished", SEEDS * EPOCHS, now.spending.calls)
        outcomes = query("select count(*) as n, count(distinct instruction_id) as ids, "
                         "count(*) filter (status = 'error') as errors from outcome")[0]  # fmt: skip
        assert outcomes == {"n": SEEDS * EPOCHS, "ids": SEEDS * EPOCHS, "errors": 0}
        assert query("select of_id from revision group by all having count(*) > 1") == []
        assert query("select 1 as one from task where state in ('waiting', 'claimed')") == []
        failed = query("select error_kind, count(*) as n from call where error_kind is not null group by all")
        assert {row["error_kind"] for row in failed} <= {
            "time_out",
            "unreachable",
        }  # what nobody was there for cost nothing
        assert sum(row["n"] for row in failed if row["error_kind"] == "time_out") <= IN_FLIGHT * lost
        assert self.server.stats()["chat"] - (now.spending.calls - now.spending.failed) <= IN_FLIGHT * lost
        assert self.project.database.projection_is_right()


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server(latency_s=0.1) as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: OpenAIServer, ray: RayCluster) -> Iterator[House]:
    house = House(tmp_path, server, ray)
    yield house
    house.studio.close()


def gone(pids: list[int]) -> bool:
    """Whether these processes end soon."""
    end = time.monotonic() + 30
    while any(map(psutil.pid_exists, pids)) and time.monotonic() < end:
        time.sleep(0.1)
    return not any(map(psutil.pid_exists, pids))


def test_one_worker_grows_what_this_process_grows(house: House) -> None:
    here, there = house.start(workers=0), ""
    house.finished(here)
    there = house.start(workers=1)
    now = house.finished(there)
    assert (now.run.state, now.spending.failed) == ("finished", 0)
    trees = [house.project.database.query(TREE, [run]) for run in (here, there)]
    assert trees[0] == trees[1]
    called = [
        house.project.database.query("select kind, system_id, request from call where run_id = ? order by all", [run])
        for run in (here, there)
    ]
    assert called[0] == called[1], "the log tells the two runs apart"


def test_workers_on_two_machines_share_the_work_and_are_gone_with_the_run(house: House) -> None:
    run = house.start()
    pids = house.until(run, calls=20)
    assert len(pids) == WORKERS
    house.finished(run)
    house.whole(run, lost=0)
    assert gone(pids)
    assert house.now(run).crew == ()


def test_kill_9_of_a_worker_loses_nothing_and_doubles_nothing_and_it_is_replaced(house: House) -> None:
    run = house.start()
    victim = house.until(run, calls=30)[0]
    os.kill(victim, signal.SIGKILL)
    assert victim not in house.until(run, without=victim)
    house.finished(run)
    house.whole(run, lost=1)


def test_kill_9_of_every_worker_at_once_only_takes_longer(house: House) -> None:
    run = house.start()
    for pid in house.until(run, calls=30):
        os.kill(pid, signal.SIGKILL)
    house.finished(run)
    house.whole(run, lost=WORKERS)


def test_kill_9_of_a_machine_moves_its_workers_to_another(house: House, ray: RayCluster) -> None:
    third = ray.add(cpus=2)
    run = house.start(workers=3)
    house.until(run, calls=30, workers=3)
    ray.kill(third)
    house.finished(run)
    house.whole(run, lost=3)


def test_kill_9_of_the_child_that_drives_ray_starts_another_one(house: House) -> None:
    run = house.start()
    house.until(run, calls=30)
    (driver,) = (one for one in psutil.Process().children() if "cluster_child" in " ".join(one.cmdline()))
    driver.kill()
    house.finished(run)
    house.whole(run, lost=WORKERS)


def test_kill_9_of_the_app_in_the_middle_and_the_run_goes_on_where_it_stood(
    tmp_path: Path, server: OpenAIServer, ray: RayCluster
) -> None:
    command = [sys.executable, "-m", "tests.cluster.alone", str(tmp_path), server.base_url, ray.address]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        said = json.loads(app.stdout.readline())
        app.send_signal(signal.SIGKILL)
    assert gone(said["pids"]), "workers outlive the app"
    house = House(tmp_path, server, ray)
    (run,) = house.studio.runs.list(ME, house.project)
    assert run.state == "interrupted"
    house.studio.runs.resume(ME, house.project, run.id)
    house.finished(run.id)
    house.whole(run.id, lost=WORKERS)
    house.studio.close()


def test_a_run_that_began_here_goes_on_there_and_comes_back(house: House) -> None:
    run = house.start(workers=0)
    house.until(run, calls=20, workers=0)
    house.studio.runs.pause(ME, house.project, run)
    house.studio.live.wait(run, timeout_s=20)
    house.studio.runs.resume(ME, house.project, run, workers=1)
    assert len(house.until(run, calls=60, workers=1)) == 1
    house.studio.runs.pause(ME, house.project, run)
    house.studio.live.wait(run, timeout_s=20)
    house.studio.runs.resume(ME, house.project, run, workers=0)
    assert house.now(run).crew == ()
    house.finished(run)
    house.whole(run, lost=0)


def test_a_pause_does_not_wait_for_a_cluster_that_is_not_there_yet(house: House) -> None:
    run = house.start()
    house.studio.runs.pause(ME, house.project, run)
    assert house.studio.live.wait(run, timeout_s=8)
    assert (house.now(run).run.state, house.server.stats().get("chat", 0)) == ("paused", 0)
    house.studio.runs.resume(ME, house.project, run)
    house.finished(run)
    house.whole(run, lost=0)


def test_a_wrong_token_blocks_the_run_in_words_and_the_app_goes_on(
    tmp_path: Path, server: OpenAIServer, ray: RayCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("0" * 64)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(wrong))
    house = House(tmp_path, server, ray)
    run = house.start()
    now = house.finished(run)
    assert now.run.state == "blocked"
    assert "The endpoint cannot be reached: " in now.run.reason
    assert "does not take us" in now.run.reason
    assert (now.decided, server.stats().get("chat", 0)) == (0, 0)
    house.studio.close()


def test_a_worker_that_hangs_is_replaced(house: House) -> None:
    run = house.start()
    hanging = house.until(run, calls=30)[0]
    os.kill(hanging, signal.SIGSTOP)
    house.finished(run)
    house.whole(run, lost=1)
    assert gone([hanging]), "what hangs must not come back"
