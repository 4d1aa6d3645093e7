"""One file is one project: found by name, opened once, never mixed up with another."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import RunEventKind
from core.errors import BadInput, NotFound, ProjectDamaged
from core.services.projects import Project, Projects
from core.store import run_reading
from tests.builders import audit, event, id_of, project_at, run


@pytest.fixture
def projects(tmp_path: Path) -> Iterator[Projects]:
    opened = Projects(tmp_path / "projects")
    yield opened
    opened.close()


def subjects(project: Project) -> list[str]:
    return [row["subject"] for row in project.database.query("select subject from audit where act = 'tested'")]


def test_the_first_project_is_made_when_it_is_asked_for(projects: Projects, tmp_path: Path) -> None:
    project = projects.open(ME, "my-project")
    assert project.name == "My project"
    assert project.path == tmp_path / "projects" / "my-project.duckdb"
    assert projects.slugs() == ["my-project"]


def test_another_project_that_does_not_exist_is_not_made(projects: Projects, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no project “other”"):
        projects.open(ME, "other")
    assert not (tmp_path / "projects").exists()


@pytest.mark.parametrize(
    "slug",
    [
        "", ".", "..", "../studio", "..%2fstudio", "a/b", "/etc/passwd", "a\\b", "C:", "my project", "Ä", "a.b", "-a",
        "a\n", "a\x00", "My-Project", "x" * 65, "~", "$HOME", "con:", "a/../../b", "\u202ea",
    ],
)  # fmt: skip
def test_a_name_that_could_leave_the_folder_is_refused(slug: str, projects: Projects, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="name a project"):
        projects.open(ME, slug)
    with pytest.raises(BadInput):
        projects.exists(slug)
    assert list(tmp_path.iterdir()) == []


def test_a_project_is_opened_once_however_many_ask_at_once(projects: Projects) -> None:
    found: list[Project] = []
    threads = [threading.Thread(target=lambda: found.append(projects.open(ME, "my-project"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert {id(project) for project in found} == {id(found[0])}
    assert len(projects.opened()) == 1


def test_the_same_file_by_another_way_is_the_same_project(projects: Projects, tmp_path: Path) -> None:
    first = projects.open(ME, "my-project")
    (tmp_path / "link.duckdb").symlink_to(first.path)
    assert projects.open_file(ME, first.path) is first
    assert projects.open_file(ME, tmp_path / "projects" / ".." / "projects" / "my-project.duckdb") is first
    assert projects.open_file(ME, tmp_path / "link.duckdb") is first


def test_two_files_of_one_name_are_two_projects(projects: Projects, tmp_path: Path) -> None:
    here = projects.open_file(ME, tmp_path / "one" / "work.duckdb")
    there = projects.open_file(ME, tmp_path / "two" / "work.duckdb")
    here.database.writer.append_now([audit("here")])
    there.database.writer.append_now([audit("there")])
    assert here.slug != there.slug
    assert (subjects(here), subjects(there)) == (["here"], ["there"])
    assert projects.open_file(ME, tmp_path / "two" / "work.duckdb") is there


def test_a_file_from_elsewhere_does_not_stand_in_for_one_of_the_folder(projects: Projects, tmp_path: Path) -> None:
    with project_at(tmp_path / "projects" / "work.duckdb") as database:
        database.writer.append_now([audit("of the folder")])
    for name in ("my-project", "work", "demo"):
        foreign = projects.open_file(ME, tmp_path / "elsewhere" / f"{name}.duckdb")
        foreign.database.writer.append_now([audit("foreign")])
    assert subjects(projects.open(ME, "my-project")) == []
    assert subjects(projects.open(ME, "work")) == ["of the folder"]
    with pytest.raises(NotFound):
        projects.open(ME, "demo")


@pytest.mark.parametrize("name", ["Ärger & Co.duckdb", "日本.duckdb", "a" * 90 + ".duckdb", "UPPER lower.duckdb"])
def test_a_file_of_any_name_gets_a_name_for_urls(name: str, projects: Projects, tmp_path: Path) -> None:
    project = projects.open_file(ME, tmp_path / name)
    assert project.path == tmp_path / name
    assert project.slug == project.slug.lower()
    assert projects.exists(project.slug) is False


@pytest.mark.parametrize(
    ("state", "becomes"),
    [
        (None, "interrupted"), (RunEventKind.STARTED, "interrupted"), (RunEventKind.RESUMED, "interrupted"),
        (RunEventKind.PAUSED, "paused"), (RunEventKind.FINISHED, "finished"), (RunEventKind.STOPPED, "stopped"),
        (RunEventKind.BLOCKED, "blocked"),
    ],
)  # fmt: skip
def test_a_run_whose_process_ended_stands_as_interrupted(
    state: RunEventKind | None, becomes: str, projects: Projects, tmp_path: Path
) -> None:
    one = id_of("one run")
    with project_at(tmp_path / "projects" / "my-project.duckdb") as database:
        database.writer.append_now([run(one), *([event(state, one)] if state else [])])
    project = projects.open(ME, "my-project")
    (found,) = run_reading.runs(project.database)
    assert found.state == becomes
    if becomes == "interrupted":
        assert "Everything that had come back is kept" in found.reason
    projects.close()
    again = projects.open(ME, "my-project")
    events = again.database.query("select count(*) as n from run_event where kind = 'interrupted'")
    assert events == [{"n": int(becomes == "interrupted")}]


def test_a_damaged_project_does_not_keep_the_others_from_opening(projects: Projects, tmp_path: Path) -> None:
    folder = tmp_path / "projects"
    folder.mkdir()
    (folder / "broken.duckdb").write_text("no database")
    with pytest.raises(ProjectDamaged):
        projects.open(ME, "broken")
    assert projects.open(ME, "my-project").name == "My project"
    assert projects.slugs() == ["broken", "my-project"]
