"""Backups: one moment of a project, compared row by row when made and when restored; whatever ends one leaves nothing half-made."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psutil
import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import RunEventKind
from core.domain.upkeep import Backup, BackupPlan, Look, State
from core.errors import BadInput, NotFound, ProjectError
from core.services.keeping import backup_files, backup_making
from core.services.keeping.backups import INSTALLATION
from core.services.projects import FIRST, Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from core.store.row_sums import difference
from tests.builders import audit, event, project_at, revision, run, seed
from tests.e2e.running import ROOT
from tests.services.reviewed import furnish

# Makes a backup, and is killed by the kernel at one step of it: Python's audit hook sees each of them.
KILLED = """
import os, signal, sys, threading, time
from pathlib import Path
from core.domain.person import LOCAL_OWNER as ME
from core.services.studio import open_studio
from core.settings import Settings

studio = open_studio(Settings(home=Path(sys.argv[1])))
project, target, step = studio.projects.open(ME, "my-project"), Path(sys.argv[2]), sys.argv[3]
renames = 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def seen(name, arguments):
    global renames
    if name == "os.rename":
        renames += 1
    if (name, step) == ("subprocess.Popen", "comparing") or (name == "os.rename" and step == f"rename {renames}"):
        die()

def watch():
    while not target.with_name(target.name + ".partial").exists():
        pass
    die()

if step == "copying":
    threading.Thread(target=watch, daemon=True).start()
sys.addaudithook(seen)
studio.backups.write(ME, project, target)
"""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path / "home"))
    yield opened
    opened.close()


@pytest.fixture
def project(studio: Studio) -> Project:
    opened = studio.projects.open(ME, FIRST)
    furnish(opened.database)
    return opened


def made(studio: Studio, project: Project) -> Backup:
    assert studio.backups.begin(ME, [project.slug])
    assert studio.backups.wait(60)
    return studio.backups.every(ME)[0]


def test_a_backup_says_what_it_holds_and_comes_back_as_a_new_project(studio: Studio, project: Project) -> None:
    backup = made(studio, project)
    said, now = backup.manifest, studio.backups.progress(ME)
    assert now is not None
    assert (now.is_going, now.problem, now.share) == (False, "", 1.0)
    assert said is not None
    assert (said.slug, said.by, said.tables["decision"].rows) == (FIRST, ME.person_id, 14)
    told: list[float] = []
    copy = studio.backups.restore(ME, backup, "", told.append)
    assert (copy.slug, copy.name) == ("my-project-2", "My project 2")
    came = backup_making.make(copy.database, copy.path.with_name("again.duckdb"), _Nobody(), slug="x", name="x", by="x")
    others = {name: sum_ for name, sum_ in came.tables.items() if name not in ("audit", "project", "run_event")}
    assert difference(others, {name: said.tables[name] for name in others}) == ""
    assert copy.database.projection_is_right()
    acts = copy.database.query("select act from audit order by seq desc limit 2")
    assert "restored" in {row["act"] for row in acts}
    assert told[-1] <= 1.0


class _Nobody:
    """Work that nobody stops."""

    stopping = False

    def when_stopped(self, wake: object) -> None: ...


def test_in_a_restored_project_nothing_goes_on_by_itself(studio: Studio) -> None:
    original = studio.projects.open(ME, FIRST)
    one = run(resume_by_itself=True)
    original.database.writer.append_now([seed(), revision(seed()), one, event(RunEventKind.STARTED)])
    copy = studio.backups.restore(ME, made(studio, original), "Copy", lambda _: None)
    (there,) = studio.runs.list(ME, copy)
    assert (there.state, there.settings.resume_by_itself) == ("paused", True)
    studio.runs.resume_by_themselves(ME, copy)
    assert studio.live.pulse(there.id).in_flight == 0
    assert studio.runs.list(ME, copy)[0].state == "paused"


def test_a_backup_that_was_changed_is_refused_by_the_table(studio: Studio, project: Project) -> None:
    backup = made(studio, project)
    with duckdb.connect(str(backup.path)) as connection:
        connection.execute("update decision set reason = 'another' where seq = (select min(seq) from decision)")
    before = studio.projects.slugs()
    with pytest.raises(BadInput, match=r"not as it was made \(decision: 14 rows and 14, of other content") as refused:
        studio.backups.restore(ME, backup, "", lambda _: None)
    assert backup.path.with_suffix(".json").name in refused.value.to_do
    assert studio.projects.slugs() == before
    assert not list(studio.shelf.folder.glob(".*"))
    backup.path.with_suffix(".json").unlink()
    bare = backup_files.look(backup.path)
    assert bare.manifest is None
    assert studio.backups.restore(ME, bare, "What is left", lambda _: None).name == "What is left"


@pytest.mark.parametrize("spoil", ["flipped", "cut"])
def test_a_backup_that_rotted_on_its_disk_is_refused(studio: Studio, project: Project, spoil: str) -> None:
    backup = made(studio, project)
    data = bytearray(backup.path.read_bytes())
    if spoil == "flipped":
        for at in range(20_000, len(data), 4_000):
            data[at] ^= 0xFF
    kept = {"flipped": bytes(data), "cut": bytes(data[: len(data) // 2])}[spoil]
    backup.path.write_bytes(kept)
    with pytest.raises(BadInput, match=r"Its database cannot be used|not as it was made"):
        studio.backups.restore(ME, backup_files.look(backup.path), "", lambda _: None)
    assert studio.projects.slugs() == [FIRST]


def test_the_installation_is_backed_up_and_restored_into_a_new_home(studio: Studio, tmp_path: Path) -> None:
    studio.people.add(ME, "Ann")
    assert studio.backups.begin(ME, [INSTALLATION])
    assert studio.backups.wait(60)
    (backup,) = studio.backups.every(ME)
    with pytest.raises(BadInput, match="a backup of an installation"):
        studio.backups.restore(ME, backup, "", lambda _: None)
    new = tmp_path / "new"
    new.mkdir()
    studio.backups.restore_file(ME, backup, new / "studio.duckdb", lambda _: None)
    other = open_studio(Settings(home=new))
    assert "Ann" in {one.name for one in other.people.list(ME)}
    other.close()
    with pytest.raises(ProjectError, match="a file of this name already"):
        studio.backups.restore_file(ME, backup, new / "studio.duckdb", lambda _: None)


def test_a_backup_that_is_killed_leaves_the_project_whole_and_no_half_backup(tmp_path: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "out" / "mine.duckdb"
    target.parent.mkdir()
    with project_at(home / "projects" / "my-project.duckdb") as database:
        database.writer.append_now([audit(str(number)) for number in range(2_000)])
    for step in ("copying", "comparing", "rename 1", "rename 2"):
        command = [sys.executable, "-c", KILLED, str(home), str(target), step]
        killed = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, timeout=60)
        assert killed.returncode == -9, step
        assert not target.exists(), step
        left = sorted(target.parent.iterdir())
        assert left, step
        for path in left:
            os.utime(path, (0, 0))
        assert backup_files.left_over(tmp_path) == left, step
    reopened = open_studio(Settings(home=home))
    project = reopened.projects.open(ME, FIRST)
    assert project.database.query("select count(*) as n from audit where act = 'tested'") == [{"n": 2_000}]
    assert reopened.backups.write(ME, project, target).rows > 2_000
    reopened.close()
    children = [one for one in psutil.process_iter(["cmdline"]) if str(target) in " ".join(one.info["cmdline"] or ())]
    assert children == []


def test_a_stop_and_the_end_of_the_studio_leave_nothing_behind(studio: Studio, project: Project) -> None:
    project.database.writer.append_now([audit("x" * 20_000 + str(number)) for number in range(1_000)])
    assert studio.backups.begin(ME, [project.slug])
    assert not studio.backups.begin(ME, [project.slug])  # one at a time
    studio.backups.stop(ME)
    assert studio.backups.wait(20)
    now = studio.backups.progress(ME)
    assert now is not None
    assert now.problem == "Stopped"
    assert [path for path in studio.backups.folder.rglob("*") if path.is_file()] == []
    project.database.writer.append_now([audit("after")])
    assert made(studio, project).manifest is not None


def test_by_themselves_only_what_changed_is_backed_up_and_the_newest_stay(studio: Studio, project: Project) -> None:
    now = datetime.now(UTC)
    assert studio.backup_clock.make_what_is_due(now) == []
    studio.backup_clock.set_plan(ME, BackupPlan(every_hours=6, keep=1))
    assert studio.backup_clock.make_what_is_due(now) == [INSTALLATION, FIRST]
    assert studio.backups.wait(60)
    later = now + timedelta(hours=7)
    assert studio.backup_clock.make_what_is_due(now) == []
    mine = made(studio, project)
    studio.backup_clock.set_plan(ME, BackupPlan(every_hours=6, keep=1))
    assert FIRST not in studio.backup_clock.make_what_is_due(datetime.now(UTC) + timedelta(hours=1))
    for number in range(2):
        project.database.writer.append_now([audit(str(number))])
        studio.backup_clock.set_plan(ME, BackupPlan(every_hours=6, keep=1))
        assert FIRST in studio.backup_clock.make_what_is_due(later + timedelta(hours=number))
        assert studio.backups.wait(60)
    studio.backup_clock.make_what_is_due(later)
    lying = [one for one in studio.backups.every(ME) if one.manifest and one.manifest.slug == FIRST]
    assert [one.is_automatic for one in sorted(lying, key=lambda one: one.path.name)].count(True) == 1
    assert mine.path in {one.path for one in lying}  # what somebody made is never removed by itself
    with pytest.raises(BadInput, match="cannot be kept to"):
        studio.backup_clock.set_plan(ME, BackupPlan(every_hours=-1))


def test_a_clock_that_was_set_back_neither_stops_backups_nor_removes_new_ones(studio: Studio, project: Project) -> None:
    studio.backup_clock.set_plan(ME, BackupPlan(every_hours=6, keep=1))
    assert FIRST in studio.backup_clock.make_what_is_due(datetime.now(UTC))
    assert studio.backups.wait(60)
    for one in studio.backups.every(ME):  # as if they had been made tomorrow
        assert one.manifest is not None
        backup_files.write_manifest(one.path, replace(one.manifest, made_at=datetime.now(UTC) + timedelta(days=1)))
    project.database.writer.append_now([audit("since")])
    studio.backup_clock.set_plan(ME, BackupPlan(every_hours=6, keep=1))
    assert set(studio.backup_clock.make_what_is_due(datetime.now(UTC))) == {INSTALLATION, FIRST}
    assert studio.backups.wait(60)
    assert studio.backup_clock.make_what_is_due(datetime.now(UTC)) == []
    kept = {one.manifest.slug: one.manifest for one in studio.backups.every(ME) if one.manifest}
    assert all(one.made_at <= datetime.now(UTC) for one in kept.values())


def test_what_cannot_be_made_by_itself_is_said_to_the_doctor(studio: Studio, project: Project) -> None:
    studio.backups.folder.write_text("a file where the folder should be")
    studio.backup_clock.set_plan(ME, BackupPlan(every_hours=1))
    studio.backup_clock.make_what_is_due(datetime.now(UTC))
    assert studio.backups.wait(20)
    assert studio.backup_clock.problem(ME)
    health = studio.doctor.look(ME, Look.QUICK, ask_endpoints=False, tell=lambda _, __: None)
    (finding,) = [one for one in health.findings if "by itself failed" in one.what]
    assert finding.state is State.ACT
    project.database.writer.append_now([audit("work goes on")])


def test_a_project_that_cannot_be_opened_does_not_keep_the_others_from_being_backed_up(
    studio: Studio, project: Project
) -> None:
    (studio.shelf.folder / "broken.duckdb").write_text("Dear diary")
    assert studio.backups.begin(ME, [INSTALLATION, "broken", project.slug])
    assert studio.backups.wait(60)
    now = studio.backups.progress(ME)
    assert now is not None
    assert now.problem.startswith("Everything is backed up but broken (")
    assert {one.manifest.slug for one in studio.backups.every(ME) if one.manifest} == {INSTALLATION, project.slug}
    with pytest.raises(ProjectError):
        studio.backups.begin(ME, ["broken"])


def test_what_is_no_backup_and_what_nobody_may_take_is_refused(
    studio: Studio, project: Project, tmp_path: Path
) -> None:
    backup = made(studio, project)
    with pytest.raises(NotFound):
        backup_making.known(tmp_path / "none.duckdb")
    with pytest.raises(NotFound):
        studio.backups.known(ME, "../../studio.duckdb")
    with pytest.raises(ProjectError, match="cannot be removed"):
        studio.backups.remove(ME, replace(backup, path=project.path))
    for said in ("[]", "{}", "x" * 2_000_000, json.dumps({"kind": "project", "tables": {"a": {"rows": -1}}})):
        backup.path.with_suffix(".json").write_text(said)
        assert backup_files.look(backup.path).manifest is None
    with pytest.raises(ProjectError, match="exists already"):
        studio.backups.write(ME, project, backup.path)
