"""The page Data in the browser: what an export comes to, its download, those before it, and what is brought in: all kinds of files."""

import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Locator, expect

from tests.builders import RUN
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.services import datasets
from tests.services.reviewed import furnish, opened, tree


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ "furnished" has everything, "copy" and "again" nothing."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "projects").mkdir()
    with opened(folder / "projects" / "furnished.duckdb") as project:
        furnish(project.database)
    with opened(folder / "projects" / "datasets.duckdb", "Datasets") as project:
        datasets.fill(project.database)
    for slug in ("copy", "again"):
        with opened(folder / "projects" / f"{slug}.duckdb", slug.capitalize()):
            pass
    return folder


def open_data(window: Window, project: str, bring: str = "") -> None:
    """Take out; or, with what is to be brought in, that."""
    part = {"part": "in", "bring": bring} if bring else {"part": "out"}
    window.open("data", "Data", project=project, **part)


def download(window: Window, folder: Path) -> Path:
    with window.page.expect_download() as started:
        window.page.get_by_role("link", name="Download").click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def lineage_of(window: Window, project: str, folder: Path) -> Path:
    open_data(window, project)
    window.choose("What", "Everything")
    window.choose("Format", "Lineage, JSON lines")
    expect(window.page.locator(".take")).to_contain_text("15 rows")
    return download(window, folder)


def hashes(file: Path) -> list[str]:
    return [json.loads(line)["sha256"] for line in file.read_text(encoding="utf-8").splitlines()[1:-1]]


def test_what_is_left_out_is_said_before_and_the_file_is_remembered_after(window: Window, tmp_path: Path) -> None:
    open_data(window, "furnished")
    window.expect_said("Nothing was taken out of this project yet.", "0 rows")
    expect(window.page.get_by_role("link", name="Download")).to_have_count(0)
    window.choose("What", "Everything")
    window.choose("Format", "JSON lines")
    window.expect_said("2 rows", "Left out: 9", "each has a response to an earlier text")
    expect(window.page.get_by_role("link", name="Download")).to_have_attribute("href", re.compile("format=jsonl"))
    file = download(window, tmp_path)
    assert file.name.startswith("furnished-")
    assert len(file.read_text(encoding="utf-8").split("\n")) == 3
    window.expect_said("everything", "sha256")
    expect(window.page.locator(".exports")).to_contain_text("JSON lines")


def test_a_dataset_is_looked_at_taken_out_opened_and_taken_again(window: Window, tmp_path: Path) -> None:
    open_data(window, "datasets")
    window.choose("Format", "Dataset folder with a card")
    window.expect_said("12 rows", "under which licence")
    expect(window.page.get_by_role("link", name="Download")).to_have_count(0)
    window.write("Licence of this dataset", "cc-by-4.0")
    window.page.get_by_text("Shape it: repetitions").click()
    window.choose("Repetitions", "Leave out nearly the same texts")
    window.press("Count and preview")
    window.expect_said("10 rows", "the same text as an older row; 11 left", "train: 9 rows", "test: 1 row of 1 lineage")
    window.page.get_by_text("First rows").click()
    window.expect_said("Task 0: sort0", "<img src=x onerror=alert(1)>")
    taken = download(window, tmp_path)
    with zipfile.ZipFile(taken) as archive:
        archive.extractall(tmp_path / "dataset")
    rows = [pd.read_parquet(tmp_path / f"dataset/data/{name}-00000-of-00001.parquet") for name in ("train", "test")]
    assert [len(one) for one in rows] == [9, 1]
    assert not set(rows[0]["seed_id"]) & set(rows[1]["seed_id"])
    with window.page.expect_download() as started:
        window.page.get_by_role("link", name="Again").click()
    assert Path(started.value.path()).read_bytes() == taken.read_bytes()


def test_a_lineage_goes_into_another_project_and_its_trees_stand_there(
    window: Window, app: App, tmp_path: Path
) -> None:
    file = lineage_of(window, "furnished", tmp_path)
    open_data(window, "copy", "lineage")
    window.choose_file(file)
    window.expect_said("15 rows taken, 0 here already, 0 refused; 2 new runs.")
    window.press("Close the report")
    expect(window.page.locator(".report")).to_have_count(0)
    assert list((app.home / "uploads").glob("*")) == []
    (tmp_path / "back").mkdir()
    assert hashes(lineage_of(window, "copy", tmp_path / "back")) == hashes(file)
    assert len(window.open_trees("copy", run=RUN).nodes()) == 5


def test_a_damaged_lineage_is_refused_by_its_row_and_one_that_is_here_is_skipped(
    window: Window, tmp_path: Path
) -> None:
    file = lineage_of(window, "furnished", tmp_path)
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:9]))
    open_data(window, "again", "lineage")
    window.write("Or its path on the studio's computer", str(cut))
    window.press("Import it")
    window.expect_said("Row 10 is missing: the file ends after 8 of 15 rows")
    open_data(window, "furnished", "lineage")
    window.write("Or its path on the studio's computer", str(file))
    window.press("Import it")
    window.expect_said("0 rows taken, 15 here already, 0 refused")


def came_in(window: Window, name: str) -> Locator:
    return window.page.locator(".exports .i", has_text=name)


def take_back_what_came_in(window: Window) -> None:
    """The reference set goes and comes again; the decisions go for good."""
    window.press("Remove")
    window.expect_said("nothing is compared with it any more")
    expect(came_in(window, "alpaca")).to_contain_text("removed")
    window.press("Bring back")
    window.expect_said("is compared with again")
    window.press("Take back")
    expect(window.dialog()).to_contain_text("Take a whole import back")
    expect(window.dialog().get_by_text("1 decision on 1 instruction still stand")).to_be_visible()
    window.press("Take them back", inside=window.dialog())
    window.expect_said("1 decision on 1 instruction taken back")
    expect(came_in(window, "said.csv")).to_contain_text("taken back")
    expect(window.page.get_by_role("button", name="Take back")).to_have_count(0)


def test_files_from_elsewhere_are_looked_at_taken_and_listed_and_the_whole_project_becomes_another(
    window: Window, app: App, tmp_path: Path
) -> None:
    sets, said = tmp_path / "alpaca.json", tmp_path / "said.csv"
    sets.write_text(json.dumps([{"instruction": "Name a fruit."}, {"instruction": 7}]), encoding="utf-8")
    said.write_text(f"id,verdict,person\n{tree(2)[0].id},accept,Ann\n{tree(2)[0].id},maybe,Bo\n", encoding="utf-8")
    open_data(window, "furnished", "texts")
    window.choose_file(sets)
    window.expect_said("Refused: its `instruction` is not text")
    window.press("Take it in")
    window.expect_said("1 text taken, 0 merged as exact duplicates, 1 refused", "Row 2 its `instruction` is not text")
    window.switch_to("Decisions")
    window.expect_said("A table with one verdict a row")
    window.choose_file(said)
    window.expect_said("1 decision and 0 skills are new", "Row 3 its `verdict` is none of accept, reject, flag, note")
    window.press("Take the others: 1")
    window.expect_said("1 decision and 0 skills taken")
    expect(came_in(window, "alpaca")).to_be_visible()
    expect(came_in(window, "said.csv")).to_be_visible()
    take_back_what_came_in(window)
    window.switch_to("Take out")
    window.expect_said("The whole project")
    with window.page.expect_download() as started:
        window.page.get_by_role("link", name="Take all of it out").click()
    whole = tmp_path / started.value.suggested_filename
    started.value.save_as(whole)
    open_data(window, "furnished", "project")
    window.choose_file(whole)
    window.expect_said("reference texts")
    window.write("Call it", "Its twin")
    window.press("Make the project")
    window.expect_said("is the project “Its twin” now")
    assert window.asked()["project"] == "its-twin"
    expect(came_in(window, "alpaca")).to_be_visible()
    assert list((app.home / "uploads").glob("*")) == []
