"""A project's file is created whole, or refused with the next step and left as it was (test_kept: files of older versions)."""

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from core.errors import ProjectDamaged, ProjectError, ProjectForeign, ProjectLocked, ProjectNewer, StudioError
from core.store import memory
from core.store.database import Database, open_database
from tests.builders import audit, project_at

HOLD = """
import sys
from pathlib import Path
from core.store import memory
from core.store.database import Database, open_database
open_database(Path(sys.argv[1]), "project")
print("open", flush=True)
sys.stdin.read()
"""
# Root may write everything, so a child that is root becomes somebody else before it opens the file.
AS_SOMEBODY_ELSE = """
import os, sys
from pathlib import Path
from core.errors import ProjectError
from core.store import memory
from core.store.database import Database, open_database
open_database(Path(sys.argv[2]), "project").close()
if os.geteuid() == 0:
    os.setuid(65534)
try:
    open_database(Path(sys.argv[1]), "project")
except ProjectError as error:
    print(type(error).__name__, error)
"""


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(path: Path, kind: type[StudioError]) -> str:
    """The words of the refusal; the file is as it was, and nothing lies beside it."""
    before, beside = digest(path), sorted(path.parent.iterdir())
    with pytest.raises(kind) as caught:
        open_database(path, "project")
    assert (digest(path), sorted(path.parent.iterdir())) == (before, beside)
    assert str(path) in str(caught.value)
    assert caught.value.to_do
    return str(caught.value)


def a_duckdb(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_a_project_is_created_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "new.duckdb"
    with project_at(path) as database:
        assert database.query("select count(*) as n from instruction") == [{"n": 0}]
        assert database.query("select distinct kind from migration") == [{"kind": "project"}]
    assert [file.name for file in path.parent.iterdir()] == ["new.duckdb"]


def test_a_second_opening_finds_what_the_first_one_wrote(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([audit("first")])
    with project_at(tmp_path / "p.duckdb") as database:
        assert database.query("select subject from audit") == [{"subject": "first"}]


def test_two_that_create_the_same_file_at_once_get_one_project(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from core.errors import ProjectLocked\n"
    program += "from core.store.database import open_database\n"
    program += "sys.stdin.readline()\ntry: open_database(Path(sys.argv[1]), 'project').close()\n"
    program += "except ProjectLocked: pass\n"
    path = tmp_path / "same.duckdb"
    children = [
        subprocess.Popen([sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.close()
    assert [child.wait(timeout=60) for child in children] == [0, 0, 0]
    assert [file.name for file in tmp_path.iterdir()] == ["same.duckdb"]
    with project_at(path) as database:
        assert database.query("select min(number) as number from migration") == [{"number": 1}]


def test_a_creation_that_was_killed_leaves_no_half_made_project(tmp_path: Path) -> None:
    path = tmp_path / "p.duckdb"
    program = "import os, sys; from pathlib import Path; import core.store.database as d\n"
    program += "os.link = lambda *_: os.kill(os.getpid(), 9)\n"  # the moment before the file gets its final name
    program += "d.open_database(Path(sys.argv[1]), 'project')\n"
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode == -9
    assert not path.exists()
    with project_at(path) as database:
        assert database.query("select min(number) as number from migration") == [{"number": 1}]


def test_a_project_of_a_newer_studio_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.duckdb"
    with project_at(path):
        pass
    a_duckdb(path, "insert into migration values (99, 'project', now())")
    assert "Update the studio" in refused(path, ProjectNewer)


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = a_duckdb(tmp_path / "sales.duckdb", "create table orders (id integer)", "insert into orders values (7)")
    assert "not made by the studio" in refused(path, ProjectForeign)
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("select * from orders").fetchall() == [(7,)]


def test_a_database_whose_migration_table_is_not_ours_is_refused(tmp_path: Path) -> None:
    path = a_duckdb(tmp_path / "rails.duckdb", "create table migration (version varchar)")
    refused(path, ProjectError)


def test_an_installations_file_is_no_project(tmp_path: Path) -> None:
    path = tmp_path / "studio.duckdb"
    open_database(path, "installation").close()
    assert "no project of the studio" in refused(path, ProjectForeign)


@pytest.mark.parametrize(
    "content",
    [
        b"Dear diary",
        b"\x00" * 4096,
        b"",
        b"SQLite format 3\x00" + b"\x00" * 4096,
        os.urandom(300_000),
        b"PK\x03\x04zip",
    ],
    ids=["text", "zeros", "empty", "sqlite", "noise", "zip"],
)
def test_a_file_that_is_no_database_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes.duckdb"
    path.write_bytes(content)
    assert "Restore a backup, or choose another file." in refused(path, ProjectDamaged)


def test_a_log_of_another_state_of_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "one.duckdb"
    with project_at(path):
        pass
    older = path.read_bytes()
    with project_at(path) as database:
        database.writer.append_now([audit("first")])
    with project_at(path) as database:
        database.writer.append_now([audit("second")])
        log = path.with_name("one.duckdb.wal").read_bytes()
    path.write_bytes(older)
    path.with_name("one.duckdb.wal").write_bytes(log)
    assert "move one.duckdb.wal away" in refused(path, ProjectDamaged)


@pytest.mark.parametrize("keep", [100, 5_000, 13_000, 300_000])
def test_a_project_that_was_cut_off_is_refused(keep: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.duckdb"
    with project_at(path) as database:
        database.writer.append_now([audit("x" * 1_000) for _ in range(500)])
    os.truncate(path, keep)
    refused(path, ProjectDamaged)


def test_a_project_with_a_spoiled_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spoiled.duckdb"
    with project_at(path):
        pass
    with path.open("r+b") as file:
        file.write(b"\xff" * 12_288)
    refused(path, ProjectDamaged)


def test_a_folder_under_a_projects_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.duckdb"
    path.mkdir()
    with pytest.raises(ProjectError, match="choose another file"):
        open_database(path, "project")


def test_a_project_that_another_process_has_open_is_refused_with_that_process(tmp_path: Path) -> None:
    path = tmp_path / "held.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "open\n"
        assert f"Process {holder.pid} has it open" in refused(path, ProjectLocked)
        holder.stdin.close()
    with project_at(path) as database:
        assert database.query("select min(number) as number from migration") == [{"number": 1}]


def as_somebody_else(path: Path, other: Path) -> str:
    for folder in (path.parent, *path.parent.parents):
        if folder.name.startswith(("pytest-", "popen-")):
            folder.chmod(0o711)
    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY_ELSE, str(path), str(other)], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_a_read_only_project_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fixed.duckdb"
    with project_at(path):
        pass
    tmp_path.chmod(0o755)
    path.chmod(0o444)
    before = digest(path)
    said = as_somebody_else(path, tmp_path / "other.duckdb")
    assert said.startswith("ProjectError")
    assert "read-only" in said
    assert "Make it writable, or copy it." in said
    assert digest(path) == before


def test_a_project_cannot_be_created_where_one_may_not_write(tmp_path: Path) -> None:
    folder = tmp_path / "fixed"
    folder.mkdir()
    tmp_path.chmod(0o755)
    folder.chmod(0o555)
    said = as_somebody_else(folder / "new.duckdb", tmp_path / "other.duckdb")
    assert said.startswith("ProjectError")
    assert str(folder) in said
    assert list(folder.iterdir()) == []


def test_memory_and_threads_are_bounded(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        row = database.query("select current_setting('threads') as threads, current_setting('memory_limit') as memory")
    assert int(row[0]["threads"]) == 1
    assert row[0]["memory"].endswith("MiB")


def test_readers_in_many_threads_do_not_disturb_each_other(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([audit(str(number)) for number in range(200)])
        found: list[int] = []

        def read() -> None:
            for number in range(20):
                row = database.query("select count(*) as n from audit where subject <> ?", [str(number)])
                found.append(row[0]["n"])

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [199] * 160


def test_the_memory_follows_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes must fit: at 2.5 million instructions they take more than the usual limit."""
    monkeypatch.setattr(memory, "LEAST_BYTES", 50_000_000)
    monkeypatch.setattr(memory, "_OF_FILE", 100.0)

    def limit(database: Database) -> float:
        number, unit = database.query("select current_setting('memory_limit') as now")[0]["now"].split()
        return float(number) * {"MiB": 1, "GiB": 1024}[unit]

    with project_at(tmp_path / "p.duckdb") as database:
        before = limit(database)
        database.writer.append_now([audit(os.urandom(1_500).hex()) for _ in range(4_000)])
        database.writer.run(lambda connection: connection.execute("force checkpoint"))
        database.writer.append_now([audit("one more")])
        assert limit(database) > 2 * before


def test_what_needs_too_much_memory_is_said_with_the_setting(tmp_path: Path) -> None:
    def far_too_much(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("set memory_limit = '10MB'")
        connection.execute("set temp_directory = ''")
        connection.execute(
            "create temp table much as select range as n, repeat('x', 500) || range as t from range(200000)"
        )

    with (
        project_at(tmp_path / "p.duckdb") as database,
        pytest.raises(ProjectError, match=r"more memory than it may take.*EVOL_STUDIO_DB_MEMORY"),
    ):
        database.writer.run(far_too_much)


def test_a_limit_that_cannot_be_set_ends_no_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        monkeypatch.setattr(memory, "LEAST_BYTES", 1)
        monkeypatch.setattr(memory, "limit_of", lambda _: "no size at all")
        monkeypatch.setattr(database._memory, "_enough_until", 0)
        database.writer.append_now([audit("one")])
        database.writer.append_now([audit("two")])
        assert database.query("select count(*) as n from audit")[0]["n"] == 2
