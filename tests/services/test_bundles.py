"""Whole projects out and in: everything comes back, no secret goes along, and what is no whole project leaves nothing behind."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.errors import BadInput, StudioError
from core.services.exchanging import bundles, decision_import
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from core.store.database import Database
from tests.services.reviewed import furnish

ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from core.domain.person import LOCAL_OWNER as ME
from core.errors import StudioError
from core.services.exchanging import bundles
from core.services.studio import open_studio
from core.settings import Settings
from core.store import bundling

studio = open_studio(Settings(home=Path(sys.argv[1]), shipped=Path(sys.argv[2])))
project = studio.shelf.create(ME, "Mine")
whole, came = Path(sys.argv[3]), Path(sys.argv[4])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
for do in (
    lambda: bundles.write(ME, project, whole.with_name("full.studio.zip")),
    lambda: bundles.import_bundle(ME, studio.shelf, whole),
    lambda: bundling.take(came, came.with_name("fresh.duckdb")),
):
    try:
        do()
        print("done")
    except StudioError as error:
        print("said", " ".join(str(error).split()))
"""
SHIPPED = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path_factory.mktemp("home"), shipped=SHIPPED))
    furnish(opened.shelf.create(ME, "Furnished").database)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def project(studio: Studio) -> Project:
    return studio.open(ME, "furnished")


@pytest.fixture(scope="module")
def whole(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("out") / "furnished.studio.zip"
    bundles.write(ME, project, path)
    return path


def rows(database: Database) -> dict[str, list[str]]:
    """Everything but what the studio writes of itself when a project comes and is named."""
    names = [row["name"] for row in database.query("select table_name as name from duckdb_tables() where not internal")]
    found = {name: database.query(f'select * from "{name}"') for name in names}  # noqa: S608
    own = ("audit", "migration", "project", "person")
    kept = {
        name: [row for row in found[name] if row.get("kind") not in ("interrupted", "paused")]
        for name in names
        if name not in own
    }
    return {name: sorted(map(str, rows_)) for name, rows_ in kept.items()}


def left_behind(studio: Studio) -> list[str]:
    return sorted(path.name for path in studio.shelf.folder.iterdir() if path.name.startswith("."))


def repacked(whole: Path, folder: Path, database: bytes = b"", **changes: object) -> Path:
    """The same with other words in its manifest, or (`database=`) with another database under a manifest that is true of it."""
    with zipfile.ZipFile(whole) as old:
        said, own = json.loads(old.read("manifest.json")), old.read("project.duckdb")
    if database:
        said |= {"n_bytes": len(database), "sha256": hashlib.sha256(database).hexdigest()}
    path = folder / "changed.studio.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("project.duckdb", database or own)
        new.writestr("manifest.json", json.dumps(said | changes))
    return path


def test_a_project_comes_back_whole_under_a_name_that_is_free(studio: Studio, project: Project, whole: Path) -> None:
    about = bundles.look(ME, whole)
    assert (about.name, about.counts["runs"], about.n_bytes > 0) == ("Furnished", 2, True)
    copy = bundles.import_bundle(ME, studio.shelf, whole)
    assert (copy.slug, copy.name) == ("furnished-2", "Furnished 2")
    assert rows(copy.database) == rows(project.database)
    assert copy.database.projection_is_right()
    assert [(run.number, run.state) for run in studio.runs.list(ME, copy)] == [
        (2, "paused"),
        (1, "finished"),
    ]


def test_a_run_that_came_along_grows_nothing_by_itself(studio: Studio, project: Project, whole: Path) -> None:
    """Whoever made the file may have left one that goes on after every start, and a link that fetches with a key of ours."""
    copy = bundles.import_bundle(ME, studio.shelf, whole)
    (run, *_) = [one for one in studio.runs.list(ME, copy) if one.state != "finished"]
    said = copy.database.query(
        "select kind, reason from run_event where run_id = ? order by seq desc limit 1", [run.id]
    )
    assert said == [{"kind": "paused", "reason": "It came with a project that was imported."}]
    again = bundles.import_bundle(ME, studio.shelf, whole, project_name="By another name")
    assert again.slug == "by-another-name"
    assert left_behind(studio) == []


def test_the_copy_lives_on_by_itself_and_can_be_taken_out_again(studio: Studio, whole: Path, tmp_path: Path) -> None:
    copy = bundles.import_bundle(ME, studio.shelf, whole)
    before = copy.database.query("select count(*) as n from decision")[0]["n"]
    (undecided,) = copy.database.query("select id from instruction where kind = 'seed' order by position limit 1")
    file = tmp_path / "said.jsonl"
    file.write_text(json.dumps({"id": undecided["id"], "verdict": "accept", "person": "Ann"}), encoding="utf-8")
    decision_import.import_file(ME, copy, file)
    assert copy.database.query("select count(*) as n from decision")[0]["n"] == before + 1
    bundles.write(ME, copy, tmp_path / "again.studio.zip")
    third = bundles.import_bundle(ME, studio.shelf, tmp_path / "again.studio.zip")
    assert rows(third.database) == rows(copy.database)


def test_no_key_and_no_token_goes_along(
    studio: Studio, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWN_API_KEY", "sk-neverleavesthismachine")
    monkeypatch.setenv("HF_TOKEN", "hf_neverleavesthismachine")
    path = tmp_path / "whole.studio.zip"
    bundles.write(ME, project, path)
    with zipfile.ZipFile(path) as zipped:
        assert sorted(zipped.namelist()) == ["manifest.json", "project.duckdb"]
        for name in zipped.namelist():
            assert b"neverleavesthismachine" not in zipped.read(name)


def test_an_older_project_comes_in_as_it_would_be_opened(studio: Studio, tmp_path: Path) -> None:
    fake = tmp_path / "older.studio.zip"
    data = gzip.decompress((Path(__file__).parents[1] / "store" / "kept" / "project-001.duckdb.gz").read_bytes())
    said = {
        "format": "Evol-Instruct Studio, whole project", "version": 1, "project_id": "p", "name": "Older", "as_of_seq": 1,
        "migrations": [1], "n_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
        "made_at": "2026-01-01T00:00:00+00:00", "studio": "", "counts": {},
    }  # fmt: skip
    with zipfile.ZipFile(fake, "w") as zipped:
        zipped.writestr("project.duckdb", data)
        zipped.writestr("manifest.json", json.dumps(said))
    older = bundles.import_bundle(ME, studio.shelf, fake)
    assert older.name == "Older"
    assert older.database.projection_is_right()


def test_views_of_a_file_that_somebody_else_made_are_never_used(studio: Studio, whole: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil.duckdb"
    with zipfile.ZipFile(whole) as zipped:
        evil.write_bytes(zipped.read("project.duckdb"))
    with duckdb.connect(str(evil)) as connection:
        connection.execute(
            "create or replace view last_seq as select 9 as seq, content from read_text('/etc/hostname')"
        )
        connection.execute("create or replace macro people_needed(item, overlap, overlap_share) as 99")
    copy = bundles.import_bundle(ME, studio.shelf, repacked(whole, tmp_path, database=evil.read_bytes()))
    assert set(copy.database.query("select * from last_seq")[0]) == {"seq"}
    assert copy.database.query("select people_needed(uuid(), 1, 1.0) as n")[0]["n"] == 1


def a_text(_: Path, folder: Path) -> Path:
    (folder / "text.zip").write_text("No zip at all.")
    return folder / "text.zip"


def a_manifest_alone(whole: Path, folder: Path) -> Path:
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(folder / "alone.zip", "w") as new:
        new.writestr("manifest.json", old.read("manifest.json"))
    return folder / "alone.zip"


def a_bomb(whole: Path, folder: Path) -> Path:
    return repacked(whole, folder, database=b"\0" * 8 + b"DUCK" + b"\0" * (80 * 2**20))


def of_zeros(whole: Path, folder: Path) -> Path:
    return repacked(whole, folder, database=b"\0" * 2**20)


def with_another_file(whole: Path, folder: Path) -> Path:
    path = folder / "more.zip"
    path.write_bytes(whole.read_bytes())
    with zipfile.ZipFile(path, "a") as more:
        more.writestr("../../outside.txt", "x")
    return path


def cut(whole: Path, folder: Path) -> Path:
    path = folder / "cut.zip"
    path.write_bytes(whole.read_bytes()[:-2_000])
    return path


def flipped(whole: Path, folder: Path) -> Path:
    path, data = folder / "flipped.zip", bytearray(whole.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    return path


def another_database(whole: Path, folder: Path) -> Path:
    with duckdb.connect(str(folder / "other.duckdb")) as connection:
        connection.execute("create table migration as select 1 as number, 'project' as kind, now() as applied_at")
    data = (folder / "other.duckdb").read_bytes()
    return repacked(whole, folder, database=data)


def damaged_pages(whole: Path, folder: Path) -> Path:
    with zipfile.ZipFile(whole) as old:
        data = bytearray(old.read("project.duckdb"))
    data[12_288:-4_096:97] = b"\x5a" * len(data[12_288:-4_096:97])
    return repacked(whole, folder, database=bytes(data))


BAD = {
    "no zip file": a_text,
    "It holds “../../outside.txt”": with_another_file,
    "does not hold one project.duckdb": a_manifest_alone,
    "or a damaged one": cut,
    "which no project does": a_bomb,
    "Its database is none": of_zeros,
    "is damaged": flipped,
    "manifest cannot be read": lambda whole, folder: repacked(whole, folder, format="something"),
    "A newer studio made this file": lambda whole, folder: repacked(whole, folder, version=2),
    "not the one that its manifest describes": lambda whole, folder: repacked(whole, folder, sha256="0" * 64),
    "not as large as its manifest says": lambda whole, folder: repacked(whole, folder, n_bytes=5),
    "its tables are not those of a project": another_database,
    "Its database cannot be used": damaged_pages,
}


@pytest.mark.parametrize("why", BAD)
def test_what_is_no_whole_project_is_refused_in_words_and_leaves_nothing_behind(
    studio: Studio, whole: Path, tmp_path: Path, why: str
) -> None:
    before = studio.projects.slugs()
    with pytest.raises(StudioError) as refused:
        bundles.import_bundle(ME, studio.shelf, BAD[why](whole, tmp_path), name="It")
    assert why in refused.value.what
    assert studio.projects.slugs() == before
    assert left_behind(studio) == []


def test_an_import_that_is_stopped_leaves_nothing(studio: Studio, whole: Path) -> None:
    class Stopped(Exception): ...

    def stop(words: str, _: float) -> None:
        if words.startswith("Opening"):
            raise Stopped

    before = studio.projects.slugs()
    with pytest.raises(Stopped):
        bundles.import_bundle(ME, studio.shelf, whole, tell=stop)
    assert studio.projects.slugs() == before
    assert left_behind(studio) == []


def test_what_a_killed_process_left_is_swept_away_and_nothing_else(
    studio: Studio, project: Project, tmp_path: Path
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    dead, alive, foreign = (
        studio.shelf.folder / name
        for name in (
            f".evol-studio-{ended.pid}-0123abcd-incoming-x1",
            f".evol-studio-{os.getppid()}-0123abcd-incoming-x2",
            ".incoming-of-somebody-else",
        )
    )
    for left in (dead, alive, foreign):
        left.mkdir()
    bundles.write(ME, project, tmp_path / "whole.studio.zip")
    assert left_behind(studio) == sorted([alive.name, foreign.name])
    alive.rmdir()
    foreign.rmdir()


def test_a_name_that_is_taken_is_refused_before_anything_stands(studio: Studio, whole: Path) -> None:
    with pytest.raises(BadInput, match="Another project is called"):
        bundles.import_bundle(ME, studio.shelf, whole, project_name="Furnished")
    assert left_behind(studio) == []


def test_a_file_is_not_written_over_and_a_half_written_one_never_stands(
    project: Project, whole: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="of this name already"):
        bundles.write(ME, project, whole)
    with pytest.raises(BadInput, match="cannot be written"):
        bundles.write(ME, project, tmp_path / "no folder" / "x.studio.zip")
    name, pieces = bundles.download(ME, project)
    next(pieces)
    pieces.close()
    assert name.startswith("furnished-")
    assert [path.name for path in project.path.parent.iterdir() if path.name.startswith(".")] == []


def test_a_disk_that_fills_up_half_way_is_said_and_leaves_nothing(whole: Path, tmp_path: Path) -> None:
    """A limit on the size of files makes the system refuse further bytes as a full disk does."""
    home, came = tmp_path / "home", tmp_path / "came.duckdb"
    with zipfile.ZipFile(whole) as old:
        came.write_bytes(old.read("project.duckdb"))
    command = [sys.executable, "-c", ON_A_FULL_DISK, str(home), str(SHIPPED), str(whole), str(came)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    out, unpacking, reading = ended.stdout.splitlines()
    assert "The backup cannot be written" in out
    assert "It cannot be unpacked (File too large). Free some space" in unpacking
    assert "The disk is full. Free some space" in reading
    assert not list(whole.parent.glob("full*"))
    assert [path.name for path in (home / "projects").iterdir() if path.suffix not in (".duckdb", ".wal")] == []
    assert not (home / "projects" / "furnished.duckdb").exists()
