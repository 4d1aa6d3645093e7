"""Reviewing by keys alone: what every key does, and that nothing is decided by accident."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.services.reviewing import queues
from tests.e2e.deck_verbs import Deck
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer

pytestmark = pytest.mark.e2e
GROWN, HOSTILE, SHORT = "grown", "hostile", "short"
FAR = "http://192.0.2.1"
# The browser's database takes this long for what it is told to keep, as a busy machine's does.
_SLOW_WRITING = """() => {
    IDBTransaction.prototype.commit = undefined;
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...what) {
        const end = performance.now() + 300;
        const wait = () => { if (performance.now() < end) this.get("-").onsuccess = wait; };
        wait();
        return put.apply(this, what);
    };
}"""
SPITEFUL = (
    f"<img src={FAR}/a.png onerror=window.hurt=1> Say what <script>window.hurt=1</script> this shows.",
    f"![pixel]({FAR}/b.png) [link](javascript:window.hurt=1) $\\href{{{FAR}}}{{x^2}}$ Describe it.",
)


@pytest.fixture(scope="module")
def queue_of() -> dict[str, str]:
    """The id of the queue that every project has: its survivors."""
    return {}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer, queue_of: dict[str, str]) -> Path:
    """Projects with a finished run each: many items, hostile ones, and very few."""
    folder = tmp_path_factory.mktemp("home")
    endpoint.change(latency_s=0.0)
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        for slug, texts in ((GROWN, PLAIN), (HOSTILE, SPITEFUL), (SHORT, PLAIN[:1])):
            project = fresh.project(slug, texts)
            fresh.grow(project)
            queue_of[slug] = queues.default(project).id
    return folder


@pytest.fixture
def deck(window: Window, queue_of: dict[str, str]) -> Iterator[Deck]:
    """The deck of the project with many items; afterwards everything that was decided in it is saved."""
    opened = Deck.opened(window, GROWN, queue_of[GROWN])
    yield opened
    opened.expect_saved()


def test_a_key_decides_and_the_next_card_is_there(deck: Deck) -> None:
    before = deck.done()
    deck.decide("a")
    deck.expect_said("Accepted.")
    deck.decide("x")
    deck.expect_said("Rejected.")
    deck.decide("3")
    deck.expect_said("Rejected, unanswerable.")
    deck.expect_done(before + 3)
    expect(deck.side.get_by_role("img", name="Rejected, unanswerable: saved")).to_be_visible()


def test_undo_brings_the_newest_back_also_after_a_reload(deck: Deck) -> None:
    deck.page.evaluate(_SLOW_WRITING)
    hasty = deck.decide("x")
    deck.keys("u")  # while it is still being written in this browser
    deck.expect_item(hasty)
    expect(deck.button("Accept")).to_be_enabled()
    first, second = deck.decide("a"), deck.decide("1")
    assert first == hasty
    deck.expect_saved()
    deck.keys("u")
    deck.expect_item(second)
    expect(deck.side).to_contain_text("Undone: rejected, no gain.")
    expect(deck.button("Accept")).to_be_enabled()
    deck.page.reload()
    deck.expect_item(second)
    deck.keys("u")
    deck.expect_item(first)
    expect(deck.button("Accept")).to_be_enabled()
    assert deck.decide("a") == first
    assert deck.decide("a") == second


def test_other_is_a_rejection_with_a_note_and_keys_are_letters_while_it_is_written(deck: Deck) -> None:
    item = deck.item()
    deck.keys("0")
    field = deck.page.get_by_label("Why is it rejected?")
    expect(field).to_be_focused()
    deck.page.keyboard.type("axs 123 uh")
    expect(field).to_have_value("axs 123 uh")
    deck.expect_item(item)
    deck.keys("Escape")
    expect(field).to_be_hidden()
    deck.expect_item(item)
    deck.keys("0")
    deck.page.keyboard.type("A riddle")
    deck.decide("Enter")
    deck.expect_said("Rejected, other")


def test_flag_note_and_rating_stay_with_the_item(deck: Deck) -> None:
    deck.keys("f")
    expect(deck.card.locator(".mh")).to_contain_text("Flagged")
    deck.keys("n")
    deck.page.keyboard.type("Look at this again")
    deck.keys("Enter")
    expect(deck.side).to_contain_text("Look at this again")
    deck.keys("r")
    expect(deck.page.locator(".deck .ac")).to_contain_text("How good is the response?")
    deck.keys("4")
    expect(deck.card).to_contain_text("rated 4 of 5")
    item = deck.item()
    deck.expect_saved()
    deck.page.reload()
    deck.expect_item(item)
    expect(deck.card.locator(".mh")).to_contain_text("Flagged")
    expect(deck.side).to_contain_text("Look at this again")
    expect(deck.card).to_contain_text("rated 4 of 5")


def test_skip_goes_on_and_decides_nothing(deck: Deck) -> None:
    before = deck.done()
    deck.decide("s")
    deck.expect_said("Skipped.")
    deck.expect_done(before)


def test_help_lineage_and_views_have_keys(deck: Deck) -> None:
    deck.keys("h")
    expect(deck.sheet("Keys")).to_contain_text("nothing while they are held down")
    item = deck.item()
    deck.keys("a")  # what lies over the deck hears the keys
    deck.keys("Escape")
    expect(deck.sheet("Keys")).to_be_hidden()
    deck.expect_item(item)
    deck.keys("l")
    expect(deck.sheet("Lineage").get_by_role("listitem").first).to_contain_text("Seed")
    deck.keys("l")
    expect(deck.text.locator("ins, .sides").first).to_be_visible()
    deck.keys("t")
    expect(deck.text.locator("ins, .sides")).to_have_count(0)
    deck.keys("m")
    expect(deck.card.locator(".rb .md")).to_be_visible()
    deck.keys("m", "d")
    expect(deck.text.locator("ins, .sides").first).to_be_visible()


def test_arrows_look_back_without_deciding(deck: Deck) -> None:
    first, second = deck.decide("a"), deck.decide("2")
    now = deck.item()
    deck.keys("ArrowLeft")
    deck.expect_item(second)
    expect(deck.page.locator(".deck .ac")).to_contain_text("Rejected, prompt leak")
    deck.keys("a", "x", "ArrowLeft")
    deck.expect_item(first)
    deck.keys("ArrowRight", "ArrowRight")
    deck.expect_item(now)
    expect(deck.button("Accept")).to_be_enabled()


def test_a_held_key_and_a_double_click_decide_once(deck: Deck) -> None:
    before = deck.done()
    item = deck.item()
    deck.page.keyboard.down("a")
    for _ in range(5):
        deck.page.keyboard.down("a")  # what a keyboard sends while it is held
    deck.page.keyboard.up("a")
    expect(deck.card).not_to_have_attribute("data-instruction", item)
    deck.expect_done(before + 1)
    deck.button("Accept").dblclick()
    deck.expect_done(before + 2)
    deck.page.keyboard.press("Control+a")
    deck.page.keyboard.press("Alt+x")
    deck.decide("x")
    deck.expect_done(before + 3)


def test_an_edit_makes_a_new_text_and_its_draft_survives(deck: Deck) -> None:
    item = deck.item()
    deck.keys("e")
    field = deck.page.get_by_label("Text of the instruction")
    expect(field).to_be_focused()
    deck.page.keyboard.type(" Say it in verse.")
    expect(deck.card.locator(".ed ins")).to_contain_text("Say it in verse.")
    deck.page.reload()
    deck.expect_item(item)
    deck.keys("e")
    expect(field).to_have_value(re.compile(r"Say it in verse\.$"))
    deck.keys("Control+Enter")
    expect(field).to_be_hidden()
    deck.expect_item(item)
    expect(deck.text).to_contain_text("Say it in verse.")
    expect(deck.card.locator(".rh")).to_contain_text("Answers the text before")
    deck.keys("e")
    expect(field).to_have_value(re.compile(r"Say it in verse\.$"))
    field.fill(" ")
    deck.keys("Control+Enter")
    expect(deck.card).to_contain_text("An instruction cannot be empty.")
    deck.keys("Escape")
    deck.decide("a")


def test_the_end_says_what_was_done_and_what_to_do_next(window: Window, queue_of: dict[str, str]) -> None:
    deck = Deck.opened(window, SHORT, queue_of[SHORT])
    end = deck.page.locator(".deck .blank")
    total = int(re.findall(r"of ([\d,]+)", deck.page.locator(".deck .far").inner_text())[0])
    for number in range(1, total + 1):
        deck.keys("a")
        deck.expect_done(number)
    expect(end).to_contain_text("That was the last one.")
    expect(end).to_contain_text(f"{total} decided today")
    expect(end.get_by_role("link", name="Look at the trees")).to_be_visible()
    deck.keys("u")
    deck.expect_a_card()
    deck.decide_last("a")
    deck.expect_saved()
    deck.page.reload()
    expect(end).to_contain_text("You are through.")


def test_hostile_texts_are_only_text_also_as_markdown(window: Window, queue_of: dict[str, str]) -> None:
    deck = Deck.opened(window, HOSTILE, queue_of[HOSTILE])
    for _ in range(4):
        for view in ("d", "t", "m", "m"):
            deck.keys(view)
            deck.expect_a_card()
            assert (
                deck.page.locator(".deck :is(img, script, iframe, style, [onerror], [href^='javascript'])").count() == 0
            )
        deck.keys("l")
        expect(deck.sheet("Lineage")).to_contain_text("192.0.2.1")
        deck.keys("Escape")
        deck.decide("a")
    assert deck.page.evaluate("window.hurt") is None
    deck.expect_saved()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_decision_never_leaves_the_window(browser: Browser, app: App, queue_of: dict[str, str], theme: str) -> None:
    with Window(browser, app.url, theme=theme) as window:
        deck = Deck.opened(window, GROWN, queue_of[GROWN])
        deck.decide("s")
        window.page.set_viewport_size({"width": 1280, "height": 640})
        expect(deck.button("Accept")).to_be_in_viewport(ratio=1)
        expect(deck.button("Help")).to_be_in_viewport(ratio=1)
        window.page.set_viewport_size({"width": 1920, "height": 1080})
        expect(deck.button("Accept")).to_be_in_viewport(ratio=1)
        expect(deck.page.locator(".deck .rs")).to_be_in_viewport(ratio=1)
        deck.expect_saved()
