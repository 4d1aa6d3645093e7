"""What was decided is saved, whatever happens to the page, the connection or the studio meanwhile."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.services.reviewing import queues
from tests.e2e.deck_verbs import Deck
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import App
from tests.e2e.studio import HOME, Window
from tests.openai_server import OpenAIServer

pytestmark = pytest.mark.e2e
GROWN = "grown"


@pytest.fixture(scope="module")
def queue() -> list[str]:
    return []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer, queue: list[str]) -> Path:
    folder = tmp_path_factory.mktemp("home")
    endpoint.change(latency_s=0.0)
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        project = fresh.project(GROWN, PLAIN)
        fresh.grow(project)
        queue.append(queues.default(project).id)
    return folder


@pytest.fixture
def deck(window: Window, queue: list[str]) -> Deck:
    return Deck.opened(window, GROWN, queue[0])


def test_a_reload_while_nothing_is_saved_loses_nothing_and_shows_nothing_twice(deck: Deck, queue: list[str]) -> None:
    before = deck.decided_on_the_server(GROWN, queue[0])
    with deck.unreachable():
        decided = [deck.decide(key) for key in ("a", "2", "a")]
        deck.expect_unsaved(3)
        now = deck.item()
        with deck.warned() as asked:
            deck.page.reload()
        assert asked == ["beforeunload"]
        deck.expect_unsaved(3)
        assert deck.item() == now
        assert now not in decided
    deck.expect_saved()
    assert deck.decided_on_the_server(GROWN, queue[0]) == before + 3


def test_a_lost_connection_comes_back(deck: Deck, queue: list[str]) -> None:
    before = deck.decided_on_the_server(GROWN, queue[0])
    deck.page.context.set_offline(True)
    deck.decide("a")
    deck.decide("4")
    deck.expect_unsaved(2)
    deck.page.context.set_offline(False)
    deck.expect_saved()
    assert deck.decided_on_the_server(GROWN, queue[0]) == before + 2


def test_another_page_sends_what_the_deck_could_not(deck: Deck, queue: list[str]) -> None:
    before = deck.decided_on_the_server(GROWN, queue[0])
    foot = deck.page.get_by_test_id("stSidebar").locator("[class*=st-key-frame-saving]")
    with deck.unreachable():
        deck.decide("a")
        deck.decide("x")
        deck.expect_unsaved(2)
        deck.window.go_by_menu("Home", HOME)
        expect(foot).to_contain_text("2 not saved yet, kept in this browser")
    expect(foot).to_contain_text("All saved")
    assert deck.decided_on_the_server(GROWN, queue[0]) == before + 2


def test_two_tabs_decide_one_item_once(deck: Deck, queue: list[str]) -> None:
    before = deck.decided_on_the_server(GROWN, queue[0])
    other = Deck.opened(deck.window.second_tab(), GROWN, queue[0])
    assert other.item() == deck.item()
    item = deck.decide("a")
    expect(other.card).not_to_have_attribute("data-instruction", item)
    other.expect_item(deck.item())
    deck.decide("1")
    other.expect_saved()
    deck.expect_saved()
    other.window.close_tab()
    assert deck.decided_on_the_server(GROWN, queue[0]) == before + 2


def test_the_studio_is_started_anew_in_between(deck: Deck, app: App, queue: list[str]) -> None:
    before = deck.decided_on_the_server(GROWN, queue[0])
    app.kill()
    deck.decide("a")
    deck.decide("3")
    deck.expect_unsaved(2)
    app.start()
    deck.expect_saved()
    assert deck.decided_on_the_server(GROWN, queue[0]) == before + 2


def test_what_the_studio_cannot_write_now_is_tried_again_and_says_why(deck: Deck, queue: list[str]) -> None:
    before = deck.decided_on_the_server(GROWN, queue[0])
    full = {"what": "The disk is full.", "to_do": "Free some space."}
    deck.page.route("**/api/decisions", lambda route: route.fulfill(status=409, json=full), times=3)
    deck.decide("a")
    deck.expect_unsaved(1)
    expect(deck.page.get_by_test_id("stSidebar")).to_contain_text("The disk is full.")
    deck.expect_saved()
    assert deck.decided_on_the_server(GROWN, queue[0]) == before + 1
