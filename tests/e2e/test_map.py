"""A map of the demo, from the page that offers it to a queue of what was picked out on it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.map_verbs import OnMap
from tests.e2e.review_verbs import Review
from tests.e2e.running import App, http_status
from tests.e2e.studio import Window

pytestmark = pytest.mark.e2e


def opened(window: Window) -> OnMap:
    """The demo's map; whoever comes first draws it."""
    window.open("explore", "Explore", project="demo", view="map")
    draw, canvas = window.page.get_by_role("button", name="Draw the map"), window.page.locator(".es.map")
    expect(draw.or_(canvas).first).to_be_visible(timeout=60_000)
    if draw.is_visible():
        window.expect_said("not embedded yet: about", "Nothing leaves it, and it costs nothing.")
        draw.click()
        expect(canvas).to_be_visible(timeout=120_000)
    return OnMap(window.page)


def test_what_is_picked_out_on_the_map_becomes_a_queue(window: Window) -> None:
    on_map = opened(window)
    assert "map=" in window.page.url, "a map has an address"
    wanted = on_map.n_in_legend("Deepen")
    window.page.get_by_role("button", name="Only Deepen").click()
    on_map.draw_around_all()
    on_map.expect_picked(wanted)
    on_map.deed("New queue")
    window.expect_title("New queue")
    review = Review(window)
    review.expect_address(new="1")
    expect(window.page).to_have_url(re.compile("selection="))
    review.expect_matching(f"{wanted}items match")


def test_a_cluster_opens_its_instructions_and_takes_a_name(window: Window) -> None:
    on_map = opened(window)
    on_map.look_at_cluster(1)
    n = int(window.page.locator(".sb b").inner_text().split(": ")[1].split()[0])
    on_map.deed("See them")
    expect(window.dialog()).to_contain_text(f"{n} instructions")
    window.page.keyboard.press("Escape")
    expect(window.dialog()).to_be_hidden()
    window.press("Name clusters")
    window.write("Its name", "<b>What it costs</b>", inside=window.dialog())
    window.press("Keep the name", inside=window.dialog())
    expect(window.dialog()).to_contain_text("<b>What it costs</b>")
    window.page.keyboard.press("Escape")
    expect(window.page.locator(".ct")).to_contain_text("<b>What it costs</b>")
    assert window.page.locator(".ct b", has_text="What").count() == 0


def test_a_model_is_asked_for_names_only_after_what_it_takes_was_said(window: Window) -> None:
    opened(window)
    window.press("Name clusters")
    window.open_options("Let a model name those without a name")
    window.choose("Endpoint", "fake")
    expect(window.dialog()).to_contain_text(
        re.compile(r"One call a cluster, about its words and typical texts: \d+ calls, about [\d,]+ tokens")
    )
    window.press("Name them", inside=window.dialog())
    expect(window.page.get_by_text(re.compile(r"^\d+ named, \d+ unclear, \d+ failed"))).to_be_visible(timeout=60_000)


def test_a_point_leads_into_its_tree(window: Window) -> None:
    on_map = opened(window)
    window.page.get_by_role("button", name="Only Mutate").click()
    place = next(place for place in on_map.scan() if on_map.is_over_point(place))
    window.page.mouse.click(*place)
    window.page.get_by_role("link", name="Open in its tree").click()
    window.expect_title("Trees")
    expect(window.page.locator(".nd.sel")).to_be_visible()


def test_whoever_has_not_visited_the_studio_gets_no_points(window: Window, app: App) -> None:
    on_map = opened(window)
    shown = on_map.page.evaluate(
        "performance.getEntriesByType('resource').map(one => one.name).find(one => one.includes('/api/map?'))"
    )
    assert http_status(shown) == 403
    assert http_status(f"{app.url}/api/map/selection?project=demo", body=b"\1\0\0\0") == 403
