"""The page Data, part Argilla, in a browser: a queue is sent, answered there, fetched, and its conflicts are shown as text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.argilla.annotating import Somebody
from tests.argilla.running import WORKSPACE, ArgillaServer, token
from tests.e2e.conftest import FLAGS
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.services.reviewed import HOSTILE, furnish, opened

pytestmark = [pytest.mark.argilla, pytest.mark.e2e]


@pytest.fixture
def window(chrome: Path, tmp_path: Path) -> Iterator[Window]:
    """The app with a project that has one survivor of a hostile parent, and the token's name in its environment."""
    (tmp_path / "projects").mkdir()
    with opened(tmp_path / "projects" / "furnished.duckdb") as project:
        furnish(project.database)
    with App(tmp_path, ARGILLA_API_KEY=token("owner")) as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chrome), args=list(FLAGS))
        window = Window(browser, app.url)
        yield window
        window.close()
        browser.close()


def test_a_queue_is_sent_and_what_was_said_there_comes_back(window: Window, argilla_server: ArgillaServer) -> None:
    window.open("data", "Data", project="furnished", part="argilla")
    window.expect_said("Nothing of this project stands in Argilla.")
    window.press("Send a queue or a study")
    window.write("Address of the server", argilla_server.url, inside=window.dialog())
    window.write("Workspace", WORKSPACE, inside=window.dialog())
    window.press("Try the connection", inside=window.dialog())
    expect(window.dialog()).to_contain_text("as owner (owner)")
    window.dialog().get_by_role("button", name="Send", exact=True).click()
    expect(window.page.get_by_role("button", name="Fetch answers")).to_be_visible()
    window.expect_said("Records there", "not fetched yet")
    said = window.page.locator(".way").filter(has_text="Queue: Survivors")
    name = said.inner_text().split(" in team")[0].split()[-1]
    owner, anna = Somebody(argilla_server, "owner"), Somebody(argilla_server, "anna")
    (dataset,) = (one["id"] for one in owner.call("GET", "me/datasets")["items"] if one["name"] == name)
    one, other, *_ = owner.records(dataset)
    assert HOSTILE.replace("\x00", "")[:20] in one["fields"]["parent"]
    anna.says(one, verdict="accept")
    changed = {"items": [{"id": other["id"], "fields": other["fields"] | {"instruction": HOSTILE.replace("\x00", "")}}]}
    owner.call("PUT", f"datasets/{dataset}/records/bulk", changed)
    anna.says(other, verdict="reject", reasons=["other"], note=HOSTILE.replace("\x00", ""))
    window.press("Fetch answers")
    window.expect_said("2 new → 1 decided, 1 conflict")
    window.page.get_by_text("Answers that count for nothing here: 1").click()
    window.expect_said("The record's texts were changed in Argilla")
    window.choose("Fetch by itself", "every 15 min")
    expect(window.page.get_by_text("every 15 min").first).to_be_visible()
    window.open("history", "History", project="furnished")
    window.expect_said("anna (Argilla)")
