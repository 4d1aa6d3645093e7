"""Bad days from the page: a backup made and restored as a new project, a plan, and what the doctor finds and puts right."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.services.projects import FIRST
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import App
from tests.e2e.studio import Window

pytestmark = pytest.mark.e2e
LEFT = ".evol-studio-999999999-0123abcd-incoming-left"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.project(FIRST, PLAIN[:2])
    return folder


def test_a_backup_is_made_by_one_button_and_restored_as_a_new_project(window: Window, home: Path) -> None:
    window.open("projects", "Projects")
    window.expect_said("No backups yet.")
    window.press("Back up now")
    window.expect_said("Backed up, and compared row by row: My project")
    (file,) = (home / "backups" / FIRST).glob("*.duckdb")
    card = window.page.locator(f".st-key-projects_{file.stem}_card")
    expect(card).to_contain_text("as of")
    window.press("Restore", inside=card)
    window.write("Name of the new project", "As it was", inside=window.dialog())
    window.press("Restore it", inside=window.dialog())
    window.expect_said("“As it was” holds every row of")
    expect(window.page.locator(".st-key-projects_as-it-was_card")).to_contain_text("2 seeds")

    window.press("By itself")
    window.write("Every so many hours (0: not by itself)", "6", inside=window.dialog())
    window.press("Keep to it", inside=window.dialog())
    window.expect_said("Every 6 hours whatever changed is backed up by itself")
    window.press("Remove", inside=card)
    window.press("Remove it", inside=window.dialog())
    expect(card).to_have_count(0)
    assert not file.exists()


def test_the_doctor_says_what_is_wrong_and_takes_away_what_was_left(window: Window, home: Path) -> None:
    left = home / "projects" / LEFT
    left.mkdir()
    window.open("doctor", "Health")
    window.expect_said("Nobody has looked since the studio was started.")
    window.page.get_by_text("Read every row of every table").click()
    window.settle()
    window.press("Look")
    window.expect_said("rows can be read")
    window.expect_said("Left by processes that were killed, 0 MB: .evol-studio")
    window.press("Take them away")
    window.expect_said("Nothing was left by processes that were killed")
    assert not left.exists()


def test_an_app_that_starts_takes_away_what_a_killed_one_left(home: Path, app: App) -> None:
    left = home / "projects" / LEFT
    left.mkdir()
    app.kill()
    app.start()
    assert not left.exists()
