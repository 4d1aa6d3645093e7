"""Review beside the deck: queues with addresses, the list, many at once, near-duplicates, the page of plain buttons."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.domain.person import LOCAL_OWNER as ME
from core.services.reviewing import queues
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.review_verbs import Review
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer

WAITING: dict[str, int] = {}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    """Grown projects of their own for each journey, one of them grown twice alike, and an empty one. How many wait in each stands in WAITING."""
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        for slug in ("queues", "lists", "plain"):
            project = fresh.project(slug, PLAIN)
            fresh.grow(project)
            WAITING[slug] = queues.lines(ME, project)[0].waiting
        twice = fresh.project("twice", PLAIN[:2])
        for name in ("One", "The same again"):
            fresh.grow(twice, name=name)
        fresh.project("empty")
    return folder


def test_a_queue_is_made_with_a_live_count_found_by_its_address_and_put_away(window: Window) -> None:
    review, all_of_them = Review(window), WAITING["queues"]
    review.open("queues").press("New queue")
    window.expect_title("New queue")
    review.expect_matching(f"{all_of_them}items match")
    window.write("Words from", "900")
    review.expect_matching("0items match")
    window.write("Words from", "1")
    window.write("Words to", "899")
    review.expect_matching(f"{all_of_them}items match")
    window.write("Name", "![x](http://example.com/a.png) hard")
    review.press("Make the queue")
    window.expect_title("Review")
    review.expect_address(view="list")
    expect(window.page.locator(".view.of")).to_have_text("![x](http://example.com/a.png) hard")
    review.press("Queues")
    review.expect_queue("hard", f"{all_of_them}waiting", "words 1 to 899")
    review.expect_queue("Survivors", f"{all_of_them}waiting", "nothing decided yet")
    window.press("More", inside=window.page.get_by_test_id("stMain").locator("[class*=_card]").nth(1))
    window.press("Archive it")
    expect(window.page.locator(".view.queue")).to_have_count(1)
    window.open_home()


def test_chosen_rows_are_decided_and_undone_and_all_at_once_too(window: Window) -> None:
    review, all_of_them = Review(window), WAITING["lists"]
    review.open("lists", epoch="1", status="survived")
    expect(window.page.locator(".view.of")).to_have_text("Survivors, epoch 1")
    review.choose_rows(0, 2)
    review.press("Reject 2")
    window.expect_said("2 items rejected.")
    review.press("Undo")
    window.expect_said("2 items taken back.")
    review.open("lists", kind="evolved")
    review.press(f"All {all_of_them} …")
    dialog = window.dialog()
    expect(dialog).to_contain_text(f"Reject {all_of_them} items? One undo brings all of them back.")
    window.press(f"Reject {all_of_them}", inside=dialog)
    window.expect_said(f"{all_of_them} items rejected.")
    review.open("lists")
    review.expect_queue("Survivors", "0waiting")
    window.page.get_by_text("Decided at once").click()
    review.press("Undo")
    review.expect_queue("Survivors", f"{all_of_them}waiting")


def test_near_duplicates_are_searched_and_one_of_a_group_is_kept(window: Window) -> None:
    review = Review(window)
    review.open("twice", view="duplicates", epoch="1")
    review.press("Find near-duplicates")
    window.expect_said("word for word;")
    groups = window.page.locator(".view.alike")
    before = groups.count()
    window.press("Keep this, reject 1", inside=groups.first)
    window.expect_said("1 item rejected, duplicate.")
    expect(groups).to_have_count(before - 1)
    review.press("Undo")
    expect(groups).to_have_count(before)


def test_the_plain_page_decides_what_was_drawn_and_takes_it_back(window: Window) -> None:
    review = Review(window)
    review.open("plain")
    window.press("List", inside=review.main())
    review.expect_address(view="list")
    window.switch_to("Plain")
    review.expect_address(view="minimal")
    left = WAITING["plain"]
    window.expect_said(f"{left} left")
    first = window.page.get_by_test_id("stCode").first.inner_text()
    review.press("Accept")
    window.expect_said("Saved: accepted.", f"{left - 1} left")
    review.press("Undo")
    window.expect_said("Undone.", f"{left} left")
    review.press("Reject")
    window.expect_said("Saved: rejected.")
    review.press("Skip")
    window.expect_said("Saved: skipped.")
    assert window.page.get_by_test_id("stCode").first.inner_text() != first or left == 1
    review.open("plain")
    window.expect_said("1 decided today, 0% accepted")


def test_an_empty_project_says_what_to_do_next(window: Window) -> None:
    Review(window).open("empty")
    window.expect_said("Nothing waits yet.")
