"""The doctor: says what is wrong with what, puts right what is safe to put right, and touches nothing else."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.domain.system import Endpoint
from core.domain.upkeep import Area, Finding, Health, Look, State
from core.errors import NotAllowed
from core.services import temporary
from core.services.bridge import Bridge, lock_path
from core.services.keeping import machine, software
from core.services.projects import FIRST
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.builders import NOON, audit
from tests.openai_server import openai_server
from tests.services.reviewed import furnish


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def studio(home: Path) -> Iterator[Studio]:
    """Each test leaves it as sound as it was."""
    opened = open_studio(Settings(home=home))
    furnish(opened.projects.open(ME, FIRST).database)
    yield opened
    opened.close()


def looked(studio: Studio, look: Look = Look.QUICK, *, ask: bool = False) -> Health:
    return studio.doctor.look(ME, look, ask_endpoints=ask, tell=lambda _, __: None)


def of(health: Health, area: Area) -> list[Finding]:
    return [one for one in health.findings if one.area is area]


def test_of_a_sound_studio_every_area_is_good(studio: Studio) -> None:
    told: list[str] = []
    health = studio.doctor.look(ME, Look.EVERY_ROW, ask_endpoints=True, tell=lambda _, words: told.append(words))
    assert {one.state for one in health.findings if one.area is not Area.SOFTWARE} <= {State.GOOD, State.LOOK}
    (finding,) = of(health, Area.PROJECTS)
    assert "rows can be read" in finding.what
    assert any("My project: " in words for words in told)
    assert [one.area for one in health.findings] == sorted((one.area for one in health.findings), key=list(Area).index)


def test_it_looks_in_the_background_and_says_how_far_it_is(studio: Studio) -> None:
    studio.doctor.begin(ME, Look.QUICK, ask_endpoints=False)
    assert studio.doctor.wait(30)
    now = studio.doctor.progress(ME)
    assert now is not None
    assert (now.is_going, now.problem) == (False, "")
    assert studio.doctor.health(ME) is not None
    ann = Actor(person_id="ann", name="Ann", role=Role.ANNOTATOR)
    with pytest.raises(NotAllowed):
        studio.doctor.health(ann)


def test_wrong_projections_are_found_and_made_again(studio: Studio) -> None:
    project = studio.projects.open(ME, FIRST)
    project.database.writer.run(
        lambda connection: connection.execute("update instruction_state set human_status = 'accepted'")
    )
    (finding,) = of(looked(studio), Area.PROJECTS)
    assert finding.state is State.ACT
    assert "worked out of its facts" in finding.what
    studio.doctor.rebuild(ME, project)
    (finding,) = of(looked(studio), Area.PROJECTS)
    assert finding.state is State.GOOD


def test_what_refers_to_nothing_is_found(studio: Studio) -> None:
    project = studio.projects.open(ME, FIRST)
    assert of(looked(studio), Area.PROJECTS)[0].state is State.GOOD

    def change(sql: str) -> None:
        project.database.writer.run(lambda connection: connection.execute(sql))

    change("create table kept as select * from bulk")
    change("delete from bulk where id = (select min(id) from bulk)")
    (finding,) = [one for one in of(looked(studio), Area.PROJECTS) if one.state is State.ACT]
    assert "decisions on many without their list" in finding.what
    change("insert or ignore into bulk by name select * from kept")
    change("drop table kept")


def test_a_project_that_cannot_be_opened_is_named_and_the_others_are_looked_at(studio: Studio) -> None:
    broken = studio.shelf.folder / "broken.duckdb"
    broken.write_text("Dear diary")
    found = {one.subject: one for one in of(looked(studio), Area.PROJECTS)}
    assert (found["broken"].state, found[FIRST].state) == (State.ACT, State.GOOD)
    assert "Restore a backup" in found["broken"].to_do
    broken.unlink()


def test_only_what_the_dead_have_left_is_found_and_taken_away(studio: Studio, home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    dead = home / "projects" / f".evol-studio-{ended.pid}-0123abcd-map-x"
    mine, foreign, link = (home / "projects" / name for name in ("kept", ".evol-studio-x", f"{dead.name}2"))
    half, fresh = home / "projects" / "a.json.0abc.partial", home / "projects" / "b.json.0abc.partial"
    for folder in (dead, mine, foreign):
        folder.mkdir()
    link.symlink_to(mine)
    for file in (half, fresh):
        file.write_text("half")
    os.utime(half, (0, 0))
    Bridge(1).stand_beside([home / "projects" / "my-project.duckdb"])
    with temporary.temporary_folder("map", home / "projects") as alive:
        (finding,) = of(looked(studio), Area.LEFT_OVER)
        assert finding.state is State.LOOK
        assert studio.doctor.clean(ME) == 2
        assert Path(alive).exists()
    assert (dead.exists(), half.exists()) == (False, False)
    assert all(one.exists() for one in (mine, foreign, link, fresh, lock_path(home / "projects" / "my-project.duckdb")))
    (finding,) = of(looked(studio), Area.LEFT_OVER)
    assert finding.state is State.GOOD


def test_endpoints_are_asked_only_when_that_is_wanted(studio: Studio) -> None:
    with openai_server() as server:
        studio.endpoints.save(ME, Endpoint(name="there", base_url=server.base_url, model="fake"))
        gone = "http://127.0.0.1:1/v1"
        studio.endpoints.save(ME, Endpoint(name="gone", base_url=gone, model="fake", timeout_s=1.0))
        found = {one.subject: one.state for one in of(looked(studio), Area.ENDPOINTS)}
        assert found == {"there": State.GOOD, "gone": State.GOOD}
        assert server.stats() == {"in_flight": 0, "peak": 0}
        found = {one.subject: one.state for one in of(looked(studio, ask=True), Area.ENDPOINTS)}
        assert found == {"there": State.GOOD, "gone": State.ACT}
        assert server.stats().get("chat", 0) == 0


def test_a_clock_behind_the_log_a_small_disk_and_loose_rights_are_said(tmp_path: Path) -> None:
    assert machine.clock(NOON).state is State.GOOD
    late = machine.clock(datetime.now(UTC) + timedelta(days=3))
    assert (late.state, "later than this computer's clock" in late.what) == (State.LOOK, True)
    (room,) = machine.disk(tmp_path, tmp_path / "none", 10**15)
    assert (room.state, "too little for a backup" in room.what) == (State.LOOK, True)
    key = tmp_path / "signing.key"
    key.write_text("k")
    key.chmod(0o644)
    assert [one.state for one in machine.privacy(tmp_path)] == [State.ACT]
    key.chmod(0o600)
    assert machine.privacy(tmp_path) == []


def test_other_versions_than_the_pinned_ones_are_named(tmp_path: Path) -> None:
    (tmp_path / "requirements.in").write_text("# what we need\nduckdb==0.1\nno-such-library\nuuid-utils\n")
    (tmp_path / "requirements.txt").write_text("duckdb==0.1 \\\n    --hash=x\nno-such-library==2.0\nother==1.0\n")
    said = [one.what for one in software.findings(tmp_path)]
    assert len(said) == 2
    assert "0.1 is pinned" in said[0]
    assert said[1] == "no-such-library is not installed"
    assert "not there" in software.findings(tmp_path / "nowhere")[0].what


def test_a_look_at_every_row_can_be_stopped_and_work_goes_on_meanwhile(studio: Studio) -> None:
    project = studio.projects.open(ME, FIRST)
    project.database.writer.append_now([audit("x" * 5_000 + str(number)) for number in range(2_000)])
    studio.doctor.begin(ME, Look.EVERY_ROW, ask_endpoints=False)
    writing = threading.Thread(target=lambda: project.database.writer.append_now([audit("meanwhile")]))
    writing.start()
    studio.doctor.stop(ME)
    writing.join(10)
    assert not writing.is_alive()
    assert studio.doctor.wait(20)
