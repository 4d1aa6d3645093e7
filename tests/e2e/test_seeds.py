"""Seeds in the browser: any file is looked at, mapped, taken and reported; nothing half-taken, nothing left behind."""

import http.client
import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.services.projects import FIRST
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import App, http_status
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer

ODD = (
    "No;Aufgabe;Gebiet;Notiz\n1;Explain what a tide is to a child.;Physics;a\n2;Name three birds that stay in winter.;Biology;b\n"
    "3;\n4;Explain what a tide is to a child.;Physics;c\n5;Write a line about <img src=x onerror=alert(1)> rain.;Writting;d\n"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    """The first project is empty, "bare" has seeds without survivors, "grown" a finished run."""
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        for slug in ("empty", "imports", "paths", "labels", "hostile"):
            fresh.project(slug)
        fresh.project("bare", PLAIN)
        fresh.grow(fresh.project("grown", PLAIN))
        fresh.project(FIRST)
    return folder


def uploads(app: App) -> list[Path]:
    return list((app.home / "uploads").glob("*"))


def test_a_csv_with_odd_columns_is_mapped_taken_and_counted(window: Window, app: App, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text(ODD, encoding="utf-8")
    window.open_seeds()
    window.choose_file(file)
    window.expect_said("odd.csv", "Rows with columns, CSV", "Refused: has 2 cells where the header has 4")
    preview = window.page.locator(".preview")
    expect(preview).to_contain_text("no skill")
    window.choose("Skill", "Gebiet")
    expect(preview).to_contain_text("Physics")
    window.choose("Instruction", "Notiz")
    expect(preview).not_to_contain_text("tide")
    window.choose("Instruction", "Aufgabe")
    expect(preview).to_contain_text("Write a line about <img src=x onerror=alert(1)> rain.")
    window.write("Licence of these texts", "own work")
    window.press("Import this file")
    window.expect_said("odd.csv: 3 seeds taken, 1 merged as exact duplicates, 1 refused.", "Row 4 has 2 cells")
    shares = window.page.locator(".skills")
    for words in ("Physics", "Biology", "Writing", "33%"):
        expect(shares).to_contain_text(words)
    expect(window.page.locator(".imports")).to_contain_text("licence: own work")
    assert uploads(app) == []
    window.press("Close the report")
    expect(window.page.locator(".report")).to_have_count(0)


def test_a_bad_file_is_refused_row_by_row(window: Window, tmp_path: Path) -> None:
    file = tmp_path / "seeds.jsonl"
    rows = [
        b'\xef\xbb\xbf{"instruction": "Name a fish."}',
        b"not json",
        b'{"text": "no instruction"}',
        b'["a"]',
        b"\xff\xfe\xfa",
    ]
    file.write_bytes(
        b"\n".join([*rows, b'{"instruction": "Name a fish."}', b'{"instruction": "\\u0000 Name a bird."}'])
    )
    window.open_seeds("imports")
    window.import_file(file)
    window.expect_said("seeds.jsonl: 1 seed taken, 1 merged as exact duplicates")
    report = window.page.locator(".report")
    for words in (
        "Row 2 is not JSON.",
        "Row 3 has no",
        "Row 4 is no JSON object.",
        "Row 5 is not UTF-8.",
        "Row 7 holds a NUL",
    ):
        expect(report).to_contain_text(words)


def test_a_useless_file_is_refused_with_its_name_and_what_to_do(window: Window, app: App, tmp_path: Path) -> None:
    window.open_seeds("empty")
    for name, content, words in (
        ("none.jsonl", b"", "The file is empty"),
        ("wide.jsonl", "{}".encode("utf-16"), "The file is UTF-16"),
        ("packed.csv", b"PK\x03\x04 and so on", "Unpack it"),
        ("half.parquet", b"PAR1 and no more", "The Parquet file cannot be read"),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        window.choose_file(file)
        window.expect_said(words, name)
        window.press("Choose another file")
        expect(window.page.locator("input[type=file]")).to_be_attached()
    assert uploads(app) == []
    window.expect_said("No seeds yet.")


def test_a_file_is_imported_by_its_path(window: Window, tmp_path: Path) -> None:
    file = tmp_path / "share.json"
    turns = [{"from": "human", "value": "Name a fish."}, {"from": "gpt", "value": "Cod."}]
    file.write_text(json.dumps([{"id": "1", "conversations": turns}], indent=1), encoding="utf-8")
    window.open_seeds("paths")
    window.write("Or its path on the studio's computer", str(file))
    window.press("Look at it")
    window.expect_said("ShareGPT conversations, JSON list", "Name a fish.")
    window.press("Import this file")
    window.expect_said("share.json: 1 seed taken")
    assert file.exists()


def test_survivors_stand_beside_the_seeds(window: Window) -> None:
    window.open_seeds("bare")
    expect(window.page.locator(".skills")).not_to_contain_text("survivors")
    window.open_seeds("grown")
    expect(window.page.locator(".skills")).to_contain_text("survivors")


def test_a_skill_from_a_file_is_never_markup(window: Window, tmp_path: Path) -> None:
    file = tmp_path / "hostile.csv"
    rows = [
        "instruction,skill",
        "Name a fish.,![x](http://192.0.2.1/f.png)",
        "Name a bird.,:red[<img src=http://192.0.2.1/i>]",
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    window.open_seeds("hostile")
    window.import_file(file)
    window.expect_said("2 seeds taken")
    window.open_new_run("hostile")
    window.page.get_by_text("A mix by skill").click()
    window.expect_said("2 seeds:")
    assert window.page.get_by_test_id("stMain").locator("img, a[href*='192']").count() == 0


def test_a_model_names_the_skills_that_are_missing(window: Window, tmp_path: Path) -> None:
    file = tmp_path / "plain.csv"
    file.write_text("instruction\n" + "\n".join(f"Add {number} and 2." for number in range(30)), encoding="utf-8")
    window.open_seeds("labels")
    window.import_file(file)
    window.expect_said("30 seeds taken")
    window.press("Let a model name the skills")
    window.page.get_by_role("dialog").get_by_role("combobox", name="Endpoint").click()
    window.page.get_by_role("option", name="fake").click()
    expect(window.dialog()).to_contain_text("about 30 calls")
    window.press("Begin", inside=window.dialog())
    window.expect_said("30 named, 0 unclear, 0 failed", timeout_s=40)
    expect(window.page.locator(".skills")).not_to_contain_text("no skill")


def test_only_our_own_pages_may_send_files_and_none_that_are_too_large(window: Window, app: App) -> None:
    address = f"{app.url}/api/upload"
    assert http_status(address, body=b"instruction\nDo it.") == 403
    assert http_status(address, body=b"x", Origin="http://example.org", Cookie="studio_visit=guess") == 403
    window.open_seeds("bare")
    (cookie,) = [one for one in window.page.context.cookies() if one["name"] == "studio_visit"]
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=10)
    connection.putrequest("POST", "/api/upload")
    connection.putheader("Cookie", f"studio_visit={cookie['value']}")
    connection.putheader("X-File-Name", "..%2F..%2Fetc%2Fpasswd")
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()
    reply = connection.getresponse()
    assert reply.status == 422
    assert "larger than 2,000 MB" in reply.read().decode()
    connection.close()
    assert uploads(app) == []
