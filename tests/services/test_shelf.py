"""Projects as a person keeps them: listed, named, put away, opened from anywhere. No file is ever moved or changed by it."""

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import RunEventKind
from core.errors import (
    BadInput,
    NotFound,
    ProjectError,
    ProjectForeign,
    ProjectLocked,
    ProjectNewer,
    RunRefused,
    StudioError,
)
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.builders import event, id_of, project_at, run


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[[], Studio]]:
    """Begin the installation's next process; the one before has ended."""
    opened: list[Studio] = []

    def begin() -> Studio:
        end()
        opened.append(open_studio(Settings(home=tmp_path / "home")))
        return opened[0]

    def end() -> None:
        while opened:
            opened.pop().close()

    yield begin
    end()


@pytest.fixture
def studio(begin: Callable[[], Studio]) -> Studio:
    begun = begin()
    begun.projects.open(ME, "my-project")
    return begun


def names(studio: Studio) -> list[str]:
    return list(studio.shelf.names(ME).values())


def test_a_new_project_is_a_file_of_its_own_with_its_name(studio: Studio) -> None:
    made = studio.shelf.create(ME, "  Hard   maths ")
    assert (made.slug, made.name) == ("hard-maths", "Hard maths")
    assert made.path == studio.settings.projects / "hard-maths.duckdb"
    assert studio.shelf.names(ME) == {"hard-maths": "Hard maths", "my-project": "My project"}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("日本語", "project"), ("Demo", "demo-2"), ("My-Project!", "my-project-2"), ("../../etc/passwd", "etc-passwd"),
        ("a" * 80, "a" * 48), ("نیم‌فاصله", "project"), ("-", "project"), ("<b>bold</b> ![x](http://evil)", "b-bold-b-x-http-evil"),
    ],
)  # fmt: skip
def test_any_name_makes_a_plain_file_in_the_folder(name: str, slug: str, studio: Studio) -> None:
    made = studio.shelf.create(ME, name)
    assert (made.slug, made.name) == (slug, name)
    assert made.path.parent == studio.settings.projects.resolve()


@pytest.mark.parametrize("name", ["", "   ", "a" * 81, "a\x00b", "a\u202eb", "\x1b[31mred", "my PROJECT"])
def test_a_name_that_hides_something_or_is_taken_is_refused_and_makes_nothing(name: str, studio: Studio) -> None:
    before = studio.projects.slugs()
    with pytest.raises(BadInput):
        studio.shelf.create(ME, name)
    with pytest.raises(BadInput):
        studio.shelf.rename(ME, studio.projects.open_file(ME, studio.settings.home / "other.duckdb").slug, name)
    assert studio.projects.slugs() == before


def test_a_renamed_project_keeps_its_file_and_its_address(studio: Studio, begin: Callable[[], Studio]) -> None:
    path = studio.projects.open(ME, "my-project").path
    renamed = studio.shelf.rename(ME, "my-project", "Birds")
    assert (renamed.slug, renamed.name, renamed.path) == ("my-project", "Birds", path)
    assert studio.projects.open(ME, "my-project").name == "Birds"
    assert renamed.database.query("select subject from audit where act = 'renamed'") == [{"subject": "Birds"}]
    assert studio.shelf.rename(ME, "my-project", "birds").name == "birds"
    assert names(begin()) == ["My project"]  # not open yet: by its file's name
    later = begin()
    assert later.projects.open(ME, "my-project").name == "birds"
    assert names(later) == ["birds"]


def test_an_archived_project_is_listed_no_more_and_its_file_stays_as_it_is(
    studio: Studio, begin: Callable[[], Studio]
) -> None:
    made = studio.shelf.create(ME, "Old one")
    path = made.path
    studio.shelf.archive(ME, "old-one")
    assert names(studio) == ["My project"]
    later = begin()
    kept = hashlib.sha256(path.read_bytes()).digest()
    assert later.shelf.slugs(ME) == ["my-project"]
    (_, away) = later.shelf.cards(ME)
    assert (away.name, away.archived, away.runs, away.problem) == ("Old one", True, None, "")
    assert away.n_bytes == path.stat().st_size
    later.shelf.restore(ME, "old-one")
    assert hashlib.sha256(path.read_bytes()).digest() == kept
    assert later.shelf.slugs(ME) == ["my-project", "old-one"]
    with pytest.raises(NotFound, match="No project “old-one” is archived"):
        later.shelf.restore(ME, "old-one")


def test_a_link_into_an_archived_project_still_opens_it(studio: Studio) -> None:
    studio.shelf.create(ME, "Old one")
    studio.shelf.archive(ME, "old-one")
    assert studio.projects.open(ME, "old-one").name == "Old one"


def test_the_only_project_stays(studio: Studio) -> None:
    with pytest.raises(BadInput, match="Make another one first"):
        studio.shelf.archive(ME, "my-project")
    assert names(studio) == ["My project"]


def test_a_project_in_which_a_run_is_going_is_not_put_away(studio: Studio) -> None:
    busy = studio.shelf.create(ME, "Busy")
    one = id_of("one run")
    busy.database.writer.append_now([run(one), event(RunEventKind.STARTED, one)])
    with pytest.raises(RunRefused, match="Pause or stop it"):
        studio.shelf.archive(ME, "busy")
    busy.database.writer.append_now([event(RunEventKind.PAUSED, one)])
    studio.shelf.archive(ME, "busy")
    assert names(studio) == ["My project"]


def test_what_was_put_away_and_is_made_again_is_listed(studio: Studio, begin: Callable[[], Studio]) -> None:
    made = studio.shelf.create(ME, "Twice")
    studio.shelf.archive(ME, "twice")
    later = begin()
    made.path.unlink()
    assert later.shelf.create(ME, "Twice").slug == "twice"
    assert names(later) == ["My project", "Twice"]


def test_one_begins_with_the_project_chosen_last_unless_it_was_put_away(
    studio: Studio, begin: Callable[[], Studio]
) -> None:
    assert studio.shelf.default(ME) == "my-project"
    studio.shelf.create(ME, "Second")
    studio.shelf.choose(ME, "second")
    later = begin()
    assert later.shelf.default(ME) == "second"
    later.shelf.archive(ME, "second")
    assert later.shelf.default(ME) == "my-project"
    later.shelf.create(ME, "Third")
    later.shelf.archive(ME, "my-project")
    assert later.shelf.default(ME) == "third"


def test_a_file_opened_by_path_is_listed_in_the_next_process_too(
    studio: Studio, begin: Callable[[], Studio], tmp_path: Path
) -> None:
    with project_at(tmp_path / "elsewhere" / "Work.duckdb"):
        pass
    opened = studio.shelf.open_file(ME, f' "{tmp_path}/elsewhere/../elsewhere/Work.duckdb" ')
    assert opened.slug == "work"
    assert studio.shelf.open_file(ME, str(opened.path)) is opened
    later = begin()
    assert later.shelf.slugs(ME) == ["my-project", "work"]
    assert later.projects.open(ME, "work").path == tmp_path / "elsewhere" / "Work.duckdb"


def test_a_file_that_is_gone_says_so_until_it_is_archived_and_nothing_is_made_in_its_place(
    studio: Studio, begin: Callable[[], Studio], tmp_path: Path
) -> None:
    file = tmp_path / "work.duckdb"
    with project_at(file):
        pass
    studio.shelf.open_file(ME, str(file))
    later = begin()
    file.rename(tmp_path / "moved.duckdb")
    with pytest.raises(ProjectError, match="not there any more"):
        later.projects.open(ME, "work")
    (card,) = (one for one in later.shelf.cards(ME) if one.slug == "work")
    assert "Put it back" in card.problem
    later.shelf.archive(ME, "work")
    assert later.projects.slugs() == ["my-project"]
    assert not file.exists()


def test_opening_an_archived_file_by_path_lists_it_again(studio: Studio) -> None:
    made = studio.shelf.create(ME, "Back")
    studio.shelf.archive(ME, "back")
    assert studio.shelf.open_file(ME, str(made.path)) is made
    assert "Back" in names(studio)


def newer(path: Path) -> None:
    with project_at(path):
        pass
    with duckdb.connect(str(path)) as connection:
        connection.execute("insert into migration values (9999, 'project', now())")


def foreign(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table mine (a integer)")


def of_another_program(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table mine (a integer)")


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (newer, ProjectNewer, "Update the studio"), (foreign, ProjectForeign, "not made by the studio"),
        (of_another_program, ProjectError, "not a readable project"), (lambda path: path.touch(), ProjectError, "is empty"),
        (lambda path: path.write_text("Dear diary"), ProjectError, "Restore a backup"),
        (lambda path: path.mkdir(), BadInput, "This is a folder"), (lambda _: None, NotFound, "There is no such file"),
    ],
    ids=["newer", "foreign", "sqlite", "empty", "text", "folder", "missing"],
)  # fmt: skip
def test_a_file_that_is_no_project_of_ours_is_refused_with_the_next_step_and_left_alone(
    make: object, kind: type[StudioError], words: str, studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "some.duckdb"
    assert callable(make)
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(kind, match=words) as refused:
        studio.shelf.open_file(ME, str(path))
    assert refused.value.to_do
    assert str(path) in str(refused.value)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert studio.projects.slugs() == ["my-project"]
    assert names(studio) == ["My project"]


def test_a_file_that_another_program_has_open_is_refused_with_its_process(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "busy.duckdb"
    with project_at(path):
        pass
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(ProjectLocked, match=f"Process {holder.pid} has it open"):
            studio.shelf.open_file(ME, str(path))
        assert holder.stdin is not None
        holder.stdin.close()
    assert studio.shelf.open_file(ME, str(path)).slug == "busy"


@pytest.mark.parametrize(
    "path", ["", "  ", "\x00", "a\x00b", "x" * 5_000, "~nobody-of-this-name/x.duckdb", "/dev/null"]
)
def test_what_can_be_no_path_is_refused(path: str, studio: Studio) -> None:
    with pytest.raises(StudioError) as refused:
        studio.shelf.open_file(ME, path)
    assert refused.value.to_do
    assert studio.projects.slugs() == ["my-project"]


def test_the_installations_own_file_is_no_project(studio: Studio) -> None:
    with pytest.raises(ProjectError):
        studio.shelf.open_file(ME, str(studio.settings.home / "studio.duckdb"))
    assert studio.shelf.create(ME, "Still fine").name == "Still fine"


def test_one_damaged_project_is_said_on_its_card_and_can_be_put_away(studio: Studio) -> None:
    (studio.settings.projects / "broken.duckdb").write_text("no database")
    broken, mine = studio.shelf.cards(ME)
    assert (broken.slug, broken.runs) == ("broken", None)
    assert "Restore a backup" in broken.problem
    assert (mine.slug, mine.runs, mine.seeds, mine.problem) == ("my-project", 0, 0, "")
    assert mine.last_used is not None
    studio.shelf.archive(ME, "broken")
    assert studio.shelf.slugs(ME) == ["my-project"]
