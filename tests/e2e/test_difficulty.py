"""Saying how difficult instructions are, by keys: the text alone, one word a trial, nothing lost."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.domain.person import LOCAL_OWNER
from core.domain.queue import Asks, Queue
from core.services.reviewing import queues
from tests.e2e.deck_verbs import Deck
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.review_verbs import Review
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer

pytestmark = pytest.mark.e2e
PROJECT, SHORT = "grown", "short"


@pytest.fixture(scope="module")
def queue_of() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer, queue_of: dict[str, str]) -> Path:
    """Two projects with a finished run, and in each a queue that asks how difficult its survivors are."""
    folder = tmp_path_factory.mktemp("home")
    endpoint.change(latency_s=0.0)
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        for slug, texts in ((PROJECT, PLAIN), (SHORT, PLAIN[:1])):
            project = fresh.project(slug, texts)
            fresh.grow(project)
            wanted = Queue(id="", name="How hard", asks=Asks.DIFFICULTY)
            queue_of[slug] = queues.save(LOCAL_OWNER, project, wanted).id
    return folder


@pytest.fixture
def deck(window: Window, queue_of: dict[str, str]) -> Iterator[Deck]:
    opened = Deck.opened(window, PROJECT, queue_of[PROJECT])
    yield opened
    opened.expect_saved()


def test_digits_say_it_and_keys_of_a_verdict_do_nothing(deck: Deck) -> None:
    before, item = deck.done(), deck.item()
    deck.keys("a", "x", "e", "f", "d", "r", "g", "l")
    deck.expect_item(item)
    for button in ("Accept", "Reject", "Edit", "Flag"):
        expect(deck.button(button)).to_have_count(0)
    deck.decide("7")
    deck.expect_said("7 of 10.")
    deck.decide("0")
    deck.expect_said("10 of 10.")
    deck.expect_done(before + 2)
    expect(deck.side.get_by_role("img", name="10 of 10: saved")).to_have_text("10")


def test_nothing_but_the_text_reaches_the_browser(deck: Deck, queue_of: dict[str, str]) -> None:
    reply = deck.page.request.get(
        f"{deck.window.address}/api/trials?project={PROJECT}&queue={queue_of[PROJECT]}&most=6"
    )
    cards = reply.json()["cards"]
    assert cards
    for card in cards:
        told = {name for name, value in card.items() if value not in (None, "", [], False)}
        assert told <= {"trial", "instruction", "revision", "text", "words", "note"}
    for part in (".rs", ".op", ".ck", ".pt", ".sd .big"):
        expect(deck.page.locator(f".deck {part}:visible")).to_have_count(0)


def test_a_click_skip_note_and_undo(deck: Deck) -> None:
    skipped = deck.decide("s")
    deck.keys("n")
    deck.page.keyboard.type("who would ask this?")
    deck.keys("Enter")
    expect(deck.side).to_contain_text("who would ask this?")
    said = deck.item()
    deck.button("3 of 10").click()
    expect(deck.card).not_to_have_attribute("data-instruction", said)
    deck.keys("u")
    deck.expect_item(said)
    expect(deck.side).to_contain_text("Undone: 3 of 10.")
    deck.expect_saved()
    expect(deck.button("5 of 10")).to_be_enabled()
    deck.page.reload()
    deck.expect_item(said)
    deck.decide("4")
    deck.keys("ArrowLeft")
    expect(deck.page.locator(".deck .rz")).to_contain_text("4 of 10")
    deck.keys("Escape")
    assert skipped != deck.item()


def test_what_is_said_without_a_connection_is_sent_later(deck: Deck) -> None:
    with deck.unreachable():
        before = deck.done()
        deck.decide("2")
        deck.decide("6")
        deck.expect_unsaved(2)
    deck.expect_saved()
    deck.expect_done(before + 2)


def test_a_held_key_and_a_double_click_say_one_thing(deck: Deck) -> None:
    before = deck.done()
    deck.item()
    deck.page.keyboard.down("5")
    for _ in range(4):
        deck.page.keyboard.down("5")
    deck.page.keyboard.up("5")
    deck.expect_done(before + 1)
    deck.button("8 of 10").dblclick()
    deck.expect_done(before + 2)


def test_it_is_made_on_the_page_and_people_stand_beside_the_model(window: Window, queue_of: dict[str, str]) -> None:
    review = Review(window)
    window.open("review", "New queue", project=SHORT, new="1")
    window.settle()
    review.main().get_by_label("Name", exact=True).fill("Another look")
    window.page.keyboard.press("Enter")
    window.page.get_by_role("radio", name="Difficulty").click()
    window.settle()
    review.press("Make the queue")
    deck = Deck(window)
    deck.expect_a_card()
    left = deck.page.request.get(f"{window.address}/api/trials", params=window.asked() | {"most": "0"}).json()[
        "sitting"
    ]["left"]
    for _ in range(left - 1):
        deck.decide("6")
    deck.keys("6")
    expect(deck.page.locator(".deck .blank")).to_be_visible()
    deck.expect_saved()
    window.open("rates", "Rates", project=SHORT)
    table = window.page.locator("table", has_text="People minus model")
    expect(table.get_by_role("row", name=re.compile("^All"))).to_contain_text("6.0")
    review.open(SHORT)
    review.expect_queue("Another look", "scored", "difficulty, by the text alone")


def test_the_plain_page_asks_the_same(window: Window, queue_of: dict[str, str]) -> None:
    review = Review(window).open(PROJECT, queue=queue_of[PROJECT], view="minimal")
    review.press("9")
    expect(review.main()).to_contain_text("Saved.")
    review.press("Undo")
    expect(review.main()).to_contain_text("Undone.")


def test_what_was_said_survives_kill_9(deck: Deck, app: App, queue_of: dict[str, str]) -> None:
    before = deck.decided_on_the_server(PROJECT, queue_of[PROJECT])
    deck.decide("3")
    deck.expect_saved()
    app.kill()
    deck.decide("5")
    deck.expect_unsaved(1)
    app.start()
    deck.expect_saved()
    assert deck.decided_on_the_server(PROJECT, queue_of[PROJECT]) == before + 2
