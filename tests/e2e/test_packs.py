"""Prompt packs as a person works with them: copy, edit, see what would be sent, compare two on the same seeds."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, expect

from core.domain.person import LOCAL_OWNER as ME
from core.services.growing.pack_files import read_zip
from core.services.projects import FIRST
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer

pytestmark = pytest.mark.e2e
LOST = "--- user ---\nRewrite this prompt."
HOSTILE = "--- user ---\n<img src=x onerror=alert(1)> ![x](http://example.org/x.png) Rewrite this: {{instruction}}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        fresh.project(FIRST, PLAIN)
        fresh.project("empty")
        for name in ("edited", "hostile", "exported"):
            fresh.studio.packs.copy(ME, "classic", name)
    return folder


class Packs:
    """What a person does on the page Prompt packs."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page

    def open(self, title: str, **query: str) -> None:
        self.window.open("packs", title, **query)

    def choose(self, label: str, option: str) -> None:
        """From a list: by how the option begins."""
        self.page.get_by_role("combobox", name=re.compile(f"{re.escape(label)}$")).click()
        self.page.get_by_role("option", name=re.compile(f"^{re.escape(option)}")).first.click()
        self.window.settle()

    def text(self, file: str) -> Locator:
        return self.page.get_by_role("textbox", name=file, exact=True)

    def write(self, file: str, text: str) -> None:
        """Over the prompt that is shown, and leave it. Once it is alone: the one before it goes a moment later."""
        expect(self.page.get_by_test_id("stTextArea")).to_have_count(1)
        self.text(file).fill(text)
        self.text(file).press("Control+Enter")
        self.window.settle()

    def expect_state(self, *words: str) -> None:
        """What stands under the prompt about whether the pack could be saved."""
        for text in words:
            expect(self.page.locator(".said", has_text=text)).to_be_visible()

    def messages(self) -> Locator:
        return self.page.locator(".packmsg .m")


@pytest.fixture
def packs(window: Window) -> Packs:
    return Packs(window)


def test_a_person_copies_edits_previews_and_compares(packs: Packs, window: Window, endpoint: OpenAIServer) -> None:
    packs.open("Prompt packs")
    packs.page.locator("a.l", has_text="classic").click()
    window.expect_title("classic")
    window.expect_said("Read only")
    window.press("Copy…")
    window.write("Name of the copy", "brief", inside=window.dialog())
    window.press("Make the copy", inside=window.dialog())
    window.expect_title("brief")

    packs.choose("Prompt", "deepen.md")
    packs.write("deepen.md", LOST)
    packs.expect_state("deepen.md", "The placeholder {{instruction}} is lost. Put it back in.")
    window.press("Save")
    window.expect_said("Not saved")
    packs.write("deepen.md", "--- user ---\nAsk something deeper than this:\n{{instruction}}")
    packs.expect_state("It can be saved", "1 prompt changed: deepen.md.")

    asked = endpoint.stats().get("chat", 0)
    expect(packs.messages()).to_have_count(1)
    expect(packs.messages()).to_contain_text(f"Ask something deeper than this:\n{PLAIN[0]}")
    assert endpoint.stats().get("chat", 0) == asked, "a preview asked the endpoint"
    window.press("Ask it once")
    window.expect_said("What came back", "kept nowhere")
    assert endpoint.stats()["chat"] == asked + 1
    window.press("Save")
    window.expect_said("Runs that start now ask with it.")

    window.press("All packs")
    window.expect_title("Prompt packs")
    window.press("Compare two packs")
    window.expect_title("Compare two packs")
    packs.choose("One pack", "brief")
    packs.choose("The other", "compact")
    window.expect_said("What both runs will take", "Nothing is spent yet")
    window.press("Start both runs")
    window.expect_title("Two packs on the same seeds")
    lines = packs.page.locator(".versus .pl")
    expect(lines).to_have_count(len(PLAIN))
    window.expect_said("Run 1 with brief: finished", "Run 2 with compact: finished", timeout_s=60)
    for place in range(len(PLAIN)):
        sides = lines.nth(place).locator(".c")
        expect(sides).to_have_count(2)
        for side in (sides.first, sides.last):
            expect(side.locator(".mk")).to_have_text(re.compile("Survived|Eliminated"))
            expect(side.get_by_role("link", name="In its tree")).to_be_visible()
    window.expect_said("Survived, by operation", "brief survived", "compact, a survivor")
    window.press("All packs")
    window.expect_said("Compared in this project", "brief and compact")


def test_what_was_typed_stays_while_other_prompts_are_looked_at(packs: Packs, window: Window) -> None:
    packs.open("edited", pack="edited")
    packs.choose("Prompt", "mutate.md")
    packs.write("mutate.md", "--- user ---\nUnheard-of tasks, please! {{instruction}}")
    packs.choose("Prompt", "judge.md")
    window.page.get_by_role("radio", name="Versions").or_(window.page.get_by_text("Versions", exact=True)).first.click()
    window.expect_said("made nothing in this project")
    window.page.get_by_text("Prompts", exact=True).first.click()
    packs.choose("Prompt", "mutate.md · changed")
    expect(packs.text("mutate.md")).to_have_value(re.compile("Unheard-of tasks, please!"))
    window.press("Save")
    window.expect_said("Saved")
    window.page.get_by_text("Versions", exact=True).first.click()
    expect(packs.page.locator(".packs .l")).to_have_count(2)
    expect(packs.page.locator(".packdiff")).to_contain_text("Unheard-of tasks")
    window.press("Go back to")
    window.expect_said("Runs that start now ask with it.")
    expect(packs.page.locator(".packs .l").first).to_contain_text("the newest")


def test_a_hostile_prompt_is_only_text(packs: Packs, window: Window) -> None:
    packs.open("hostile", pack="hostile")
    packs.choose("Prompt", "deepen.md")
    packs.write("deepen.md", HOSTILE)
    expect(packs.messages()).to_have_count(1)
    expect(packs.messages()).to_contain_text("<img src=x onerror=alert(1)>")
    window.press("Save")
    window.expect_said("Runs that start now ask with it.")
    window.page.get_by_text("Versions", exact=True).first.click()
    expect(packs.page.locator(".packdiff")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(packs.page.locator("img[src=x]")).to_have_count(0)


def test_a_pack_goes_out_as_a_zip_and_comes_in_again(packs: Packs, window: Window, tmp_path: Path) -> None:
    packs.open("exported", pack="exported")
    with packs.page.expect_download() as waiting:
        window.press("Export")
    got: Download = waiting.value
    zipped = tmp_path / "Brought Back.zip"
    got.save_as(zipped)
    assert "deepen.md" in read_zip(zipped.read_bytes())
    window.press("All packs")
    window.expect_title("Prompt packs")
    window.press("Import…")
    packs.page.locator("input[type=file]").set_input_files(zipped)
    window.press("Import it", inside=window.dialog())
    window.expect_title("brought-back")
    window.press("Remove…")
    window.press("Remove it", inside=window.dialog())
    window.expect_title("Prompt packs")
    expect(packs.page.locator("a.l", has_text="brought-back")).to_have_count(0)


def test_a_broken_pack_is_refused_by_name_in_the_dialog(packs: Packs, window: Window, tmp_path: Path) -> None:
    (tmp_path / "deepen.md").write_text("x" * 1_000_000, encoding="utf-8")
    packs.open("Prompt packs")
    window.press("Import…")
    packs.page.locator("input[type=file]").set_input_files(tmp_path / "deepen.md")
    window.write("Name", "broken", inside=window.dialog())
    window.press("Import it", inside=window.dialog())
    expect(window.dialog()).to_contain_text("It has more than")
    expect(window.dialog()).to_contain_text("deepen.md")


def test_what_is_not_there_is_said(packs: Packs, window: Window) -> None:
    for query, words in (
        ({"pack": "nothing"}, "There is no prompt pack"),
        ({"pack": "../compact"}, "There is no prompt pack"),
        ({"first": "x", "second": "'; drop table run"}, "There is no such run in this project"),
    ):
        packs.page.goto(f"{window.address}/packs?{'&'.join(f'{name}={value}' for name, value in query.items())}")
        window.expect_said(words)
    packs.open("Compare two packs", compare="1", project="empty")
    window.expect_said("There are no seeds to compare on yet.")
