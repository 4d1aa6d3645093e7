"""What docs/crash-matrix.md promises and no other test proves: kills at single steps, workers that are killed, a bad hour, a clock set back."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from core.domain.decision import Act
from core.domain.export import ExportFormat, Order
from core.domain.person import LOCAL_OWNER as ME
from core.domain.upkeep import Look, State
from core.errors import BadInput
from core.services import temporary
from core.services.exchanging import bundles, exports
from core.services.projects import FIRST
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.builders import audit, project_at, response, revision, seed
from tests.e2e.running import ROOT
from tests.hub_server import hub_server
from tests.openai_server import openai_server
from tests.services.alone import furnish as set_up
from tests.services.alone import settings, studio_at
from tests.services.at_the_desk import MIRA, NOOR, room_at
from tests.services.test_hubs import a_folder

HOUR_S, ROWS = 3_600, 1_500
WHOLE = Order(format=ExportFormat.JSONL, wanted=None)


@contextmanager
def opened(home: Path) -> Iterator[Studio]:
    studio = open_studio(Settings(home=home))
    try:
        yield studio
    finally:
        studio.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a backup and a bundle of itself."""
    folder = tmp_path_factory.mktemp("home")
    studio = open_studio(Settings(home=folder))
    project = studio.projects.open(ME, FIRST)
    facts: list[object] = []
    for number in range(ROWS):
        one, answer = seed(number, number), response(seed(number))
        facts += [one, revision(one, f"Explain number {number}. " * 30), answer, revision(answer, f"It is {number}.")]
    project.database.writer.append_now(facts)
    bundles.write(ME, project, folder / "whole.studio.zip")
    assert studio.backups.begin(ME, [FIRST])
    assert studio.backups.wait(60)
    studio.close()
    return folder


def command(what: str, home: Path, out: Path, step: str) -> list[str]:
    return [sys.executable, "-m", "tests.services.dying", what, str(home), str(out), step]


def killed(what: str, home: Path, out: Path, step: str) -> None:
    done = subprocess.run(command(what, home, out, step), cwd=ROOT, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL


def until(is_so: Callable[[], object], within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def running(words: str) -> list[psutil.Process]:
    """Processes whose command line holds these words."""
    found = psutil.process_iter(["cmdline", "status"])
    return [
        one
        for one in found
        if words in " ".join(one.info["cmdline"] or ()) and one.info["status"] != psutil.STATUS_ZOMBIE
    ]


@pytest.mark.parametrize("step", ["rename", "named"])
def test_an_export_that_is_killed_is_whole_or_not_there_and_the_next_one_is(
    home: Path, tmp_path: Path, step: str
) -> None:
    out = tmp_path / "rows.jsonl"
    killed("export", home, out, step)
    if step == "rename":
        assert not out.exists()
    else:
        assert len(out.read_text(encoding="utf-8").splitlines()) == ROWS
    with opened(home) as studio:
        project = studio.projects.open(ME, FIRST)
        written = exports.write(ME, project, WHOLE, out, force=True)
        assert written.counted.rows == len(out.read_text(encoding="utf-8").splitlines()) == ROWS
        assert written.sha256 in {one.export.sha256 for one in exports.past(ME, project)}


@pytest.mark.parametrize("what", ["unpack", "restore"])
def test_an_app_that_is_killed_while_a_worker_reads_leaves_no_worker_and_no_project(home: Path, what: str) -> None:
    (backup,) = (home / "backups" / FIRST).glob("*.duckdb")
    killed(what, home, home / "whole.studio.zip" if what == "unpack" else backup, "reading")
    worker = "bundle_child" if what == "unpack" else "restore_child"
    until(lambda: not [one for one in running(worker) if str(home) in " ".join(one.cmdline())], 5.0)
    assert temporary.left_over(home / "projects")
    with opened(home) as studio:
        assert studio.projects.slugs() == [FIRST]
        assert [path for path in (home / "projects").iterdir() if path.name.startswith(".")] == []


def test_a_worker_that_is_killed_is_said_and_nothing_half_stands(home: Path) -> None:
    said: list[str] = []

    def bring_in() -> None:
        try:
            bundles.import_bundle(ME, studio.shelf, home / "whole.studio.zip")
        except BadInput as error:
            said.append(str(error))

    def workers() -> list[psutil.Process]:
        return [one for one in psutil.Process().children() if "bundle_child" in " ".join(one.cmdline())]

    with opened(home) as studio:
        work = threading.Thread(target=bring_in)
        work.start()
        until(workers)
        workers()[0].kill()
        work.join(30)
        assert "Its database cannot be used: it is damaged" in said[0]
        assert studio.projects.slugs() == [FIRST]


def test_an_app_that_is_killed_while_it_pushes_leaves_no_worker_and_a_hub_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path / "folder")
    with hub_server({"hf_writes": "write"}) as hub:
        for name, value in (("HF_ENDPOINT", hub.url), ("HF_HOME", str(tmp_path / "cache")), ("HF_TOKEN", "hf_writes")):
            monkeypatch.setenv(name, value)
        hub.holds = "/storage/"
        with subprocess.Popen(
            command("push", tmp_path / "home", folder, ""), cwd=ROOT, stdout=subprocess.DEVNULL
        ) as app:
            assert hub.held.wait(120)
            (worker,) = [one for one in psutil.Process(app.pid).children() if "push_child" in " ".join(one.cmdline())]
            app.kill()
        until(lambda: not psutil.pid_exists(worker.pid) or worker.status() == psutil.STATUS_ZOMBIE, 5.0)
        hub.let_go.set()
        assert hub.repos["ann/grown"].commits == []
    with project_at(tmp_path / "home" / "projects" / "my-project.duckdb") as database:
        assert database.query("select 1 from audit where act = 'pushed to a hub'") == []


def test_an_hour_with_a_half_dead_endpoint_costs_time_and_no_item(tmp_path: Path) -> None:
    """Compressed: every third question fails somehow, some thrice in a row; waits are as long as they are in real life."""
    faults = {"server_error": 0.15, "cut": 0.08, "rate_limit_ms": 0.08, "hang": 0.02, "overloaded": 0.02}
    with openai_server(rates=faults, hang_s=5.0) as server:
        studio, project = studio_at(tmp_path)
        set_up(studio, project, server.base_url, n_seeds=20, timeout_s=0.5, in_flight=16)
        run = studio.runs.start(ME, project, settings(epochs=2))
        assert studio.live.wait(run, timeout_s=120)
        if studio.runs.progress(ME, project, run).run.state == "blocked":
            server.change(rates={})
            studio.runs.resume(ME, project, run)
            assert studio.live.wait(run, timeout_s=60)
        now = studio.runs.progress(ME, project, run)
        assert (now.run.state, now.decided) == ("finished", 40)
        failed = project.database.query("select error_kind, count(*) as n from call group by 1 order by 1")
        assert {row["error_kind"] for row in failed} > {None, "server_error"}
        assert sum(row["n"] for row in failed) == server.stats()["chat"] == now.spending.calls
        assert project.database.query("select of_id from revision group by all having count(*) > 1") == []
        studio.close()


def test_a_clock_that_is_set_back_keeps_the_order_and_holds_no_item_longer_than_a_lease(tmp_path: Path) -> None:
    with room_at(tmp_path) as room:
        room.grow(3)
        queue = room.queue(overlap=1)
        (first, *_) = room.take(MIRA, queue, most=3).cards
        room.say(MIRA, first, Act.ACCEPT)
        room.clock.now_s -= 24 * HOUR_S  # the wall clock; a process that is started anew knows nothing of yesterday
        room.restart()
        assert room.take(NOOR, queue, most=3).cards == ()
        room.clock.now_s += timedelta(minutes=16).total_seconds()
        (second, *_) = room.take(NOOR, queue, most=3).cards
        room.say(NOOR, second, Act.REJECT)
        decided = room.rows("select person_id, verdict from decision order by seq")
        assert [row["person_id"] for row in decided] == ["mira", "noor"]
        assert room.project.database.projection_is_right()


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Studio]:
    """Two projects, one of which lost a block to its disk."""
    with project_at(tmp_path / "projects" / "spoilt.duckdb") as database:
        database.writer.append_now([audit(f"{number} " + "x" * 3_000) for number in range(2_000)])
    path = tmp_path / "projects" / "spoilt.duckdb"
    data = bytearray(path.read_bytes())
    middle = (len(data) // 2 // 262_144) * 262_144 + 12_288
    data[middle + 5_000 : middle + 9_000] = os.urandom(4_000)
    path.write_bytes(bytes(data))
    studio = open_studio(Settings(home=tmp_path))
    yield studio
    studio.close()


def test_a_rotten_block_is_found_by_reading_every_row_and_the_others_go_on(broken: Studio) -> None:
    sound = broken.projects.open(ME, FIRST)
    health = broken.doctor.look(ME, Look.EVERY_ROW, ask_endpoints=False, tell=lambda _, __: None)
    worst = {one.subject: one for one in health.findings if one.state is State.ACT}
    assert "spoilt" in worst, json.dumps([one.what for one in health.findings])
    assert "Not every row can be read" in worst["spoilt"].what
    assert FIRST not in worst
    sound.database.writer.append_now([audit("goes on")])
    assert sound.database.query("select count(*) as n from audit where subject = 'goes on'") == [{"n": 1}]
