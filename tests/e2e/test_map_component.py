"""The map in a real browser, with made-up points (harness/map_answers.py)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.harness.map_answers import HOSTILE, WORDS, arrays
from tests.e2e.harness.served import served
from tests.e2e.map_verbs import OnMap, Place, inside

pytestmark = pytest.mark.e2e
FLAGS = ["--no-sandbox", "--disable-background-networking"]
N = 3000
WRONG: list[str] = []  # errors of the page


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture(scope="module")
def browser(chrome: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chrome), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
    page.on("pageerror", lambda error: WRONG.append(str(error)))
    return page


@pytest.fixture
def on_map(page: Page, address: str) -> OnMap:
    return opened(page, address)


def opened(page: Page, address: str, query: str = "", n: int = N) -> OnMap:
    page.goto(f"{address}/?page=map&n={n}{query}")
    return OnMap(page)


def places(n: int = N) -> list[Place]:
    made = arrays(n)
    return [(float(x), float(y)) for x, y in zip(made["x"], made["y"], strict=True)]


def test_a_lasso_picks_exactly_what_lies_inside_and_hands_it_over(on_map: OnMap) -> None:
    box = on_map.box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shape = ((-190, -120), (-40, -30), (120, -150), (60, 20), (200, 130), (-20, 60), (-160, 140))
    outline = [(middle[0] + x, middle[1] + y) for x, y in shape]
    on_map.press("l")
    on_map.draw(outline)
    expected = {i + 1 for i, place in enumerate(on_map.on_screen(places())) if inside(place, outline)}
    on_map.expect_picked(len(expected))
    assert 100 < len(expected) < N / 2
    on_map.deed("Open as a list")
    expect(on_map.page.get_by_text(f"go list kept-1 of {len(expected)}")).to_be_visible()
    handed = on_map.page.request.get(on_map.page.url.split("?")[0] + "api/map/kept").json()[-1]
    assert set(handed) == expected


def test_what_a_legend_fades_is_neither_picked_nor_counted(on_map: OnMap) -> None:
    seeds = on_map.n_in_legend("Seed")
    on_map.legend("Seed").click()
    on_map.draw_around_all()
    on_map.expect_picked(N - seeds)
    on_map.press("Escape")
    on_map.expect_nothing_picked()
    on_map.colour_by("People")
    accepted = on_map.n_in_legend("Accepted")
    on_map.page.get_by_role("button", name="Only Accepted").click()
    expect(on_map.page.locator("[data-part=count]")).to_have_text(f"{accepted:,} of {N:,} texts")
    on_map.page.get_by_role("button", name="Show all").click()
    expect(on_map.page.locator("[data-part=count]")).to_have_text(f"{N:,} texts")


def test_every_point_is_counted_once_in_every_legend(on_map: OnMap) -> None:
    made = arrays(N)
    for label in ("Operation", "Machine", "People", "Epoch", "Source", "Cluster"):
        on_map.colour_by(label)
        where = ".ct td:nth-child(2)" if label == "Cluster" else ".lg .num"
        counts = on_map.page.locator(where).all_inner_texts()
        assert sum(int(one.replace(",", "")) for one in counts) == N, label
        assert f"colour={({'Machine': 'status', 'People': 'human'}).get(label, label.lower())}" in on_map.page.url
    on_map.colour_by("Operation")
    for code, operation in enumerate(WORDS["operation"][1:], start=1):
        assert int((made["operation"] == code).sum()) in [
            int(one.replace(",", "")) for one in on_map.page.locator(".lg .num").all_inner_texts()
        ], operation


def test_a_cluster_alone_is_handed_over_by_its_number(on_map: OnMap) -> None:
    on_map.look_at_cluster(3)
    expect(on_map.page.locator(".sb b")).to_have_text("Cluster 3: 500 texts")
    on_map.deed("Take out")
    expect(on_map.page.get_by_text("go out 2 of 500")).to_be_visible()
    on_map.press("Escape")
    on_map.expect_nothing_picked()


def test_a_point_says_its_text_as_text_and_stays_open_after_a_click(on_map: OnMap) -> None:
    made = places()
    seq = 1 + made.index(max(made))  # the rightmost one has nothing beside it
    place = on_map.on_screen(made)[seq - 1]
    on_map.point_at(place)
    tip = on_map.page.locator(".tip")
    expect(tip).to_contain_text(f"Text {seq} {HOSTILE}")
    assert on_map.page.evaluate("window.hurt") is None
    on_map.page.mouse.click(*place)
    on_map.page.mouse.move(place[0] - 300, place[1])
    expect(tip.get_by_role("link", name="Open in its tree")).to_have_attribute("href", f"/trees?node=id-{seq}")
    on_map.press("Escape")
    expect(tip).to_be_hidden()


def test_keys_move_and_zoom_the_map_and_pick_what_is_in_view(on_map: OnMap) -> None:
    on_map.pane.focus()
    before = on_map.label_at(2)
    on_map.press("ArrowRight", "ArrowDown")
    after = on_map.label_at(2)
    assert (round(after[0] - before[0]), round(after[1] - before[1])) == (-80, -80)
    on_map.press("+", "+", "+", "v")
    assert 0 < on_map.picked() < N
    on_map.press("Escape", "0", "v")
    on_map.expect_picked(N)


def test_the_map_follows_the_hand_and_the_wheel(on_map: OnMap) -> None:
    box = on_map.box()
    start = (box["x"] + 60, box["y"] + 40)
    before = on_map.label_at(5)
    on_map.draw([start, (start[0] + 30, start[1] + 20), (start[0] + 90, start[1] + 50)])
    after = on_map.label_at(5)
    assert (round(after[0] - before[0]), round(after[1] - before[1])) == (90, 50)
    on_map.page.mouse.move(*after)
    on_map.page.mouse.wheel(0, -400)
    still = on_map.label_at(5)
    assert abs(still[0] - after[0]) < 2, "what lies under the pointer stays there"
    assert abs(still[1] - after[1]) < 2


def ground(page: Page) -> str:
    """The colour of a corner of the map."""
    return str(
        page.locator(".mv").evaluate("""pane => { const dot = new OffscreenCanvas(1, 1).getContext('2d');
        dot.drawImage(pane.querySelector('canvas'), 0, 0, 1, 1, 0, 0, 1, 1); return [...dot.getImageData(0, 0, 1, 1).data].join(); }""")
    )


def test_another_theme_paints_the_points_anew(page: Page, address: str) -> None:
    opened(page, address)
    assert ground(page) == "255,255,255,255"
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".mv")).to_have_css("background-color", "rgb(24, 29, 27)")
    try:
        page.wait_for_function("""() => { const roots = [...document.querySelectorAll('*')].flatMap(one => one.shadowRoot ?? []);
            const canvas = roots.map(root => root.querySelector('.mv canvas')).find(Boolean); const dot = new OffscreenCanvas(1, 1).getContext('2d');
            dot.drawImage(canvas, 0, 0, 1, 1, 0, 0, 1, 1); return dot.getImageData(0, 0, 1, 1).data[0] === 24; }""")
    finally:
        page.emulate_media(color_scheme="light")


def covered(page: Page) -> set[tuple[int, int]]:
    """Squares of 6 px of the map in which anything is painted."""
    found = page.locator(".mv").evaluate("""pane => { const canvas = pane.querySelector('canvas'); const [width, height] = [canvas.offsetWidth, canvas.offsetHeight];
        const field = new OffscreenCanvas(width, height).getContext('2d'); field.drawImage(canvas, 0, 0, width, height);
        const seen = field.getImageData(0, 0, width, height).data; const squares = new Set();
        for (let i = 0; i < width * height; i++) if (seen[4 * i] + seen[4 * i + 1] + seen[4 * i + 2] < 600) squares.add(`${Math.floor(i % width / 6)},${Math.floor(i / width / 6)}`);
        return [...squares]; }""")
    return {(int(x), int(y)) for x, y in (one.split(",") for one in found)}


def test_with_and_without_graphics_hardware_the_same_is_painted(page: Page, address: str) -> None:
    painted = {}
    for painter in ("canvas", "WebGL"):
        opened(page, address, f"&painter={painter}")
        assert page.locator(".es.map").get_attribute("data-painter") == painter
        painted[painter] = covered(page)
    shared = painted["canvas"] & painted["WebGL"]
    assert len(shared) > 1000
    assert len(shared) > 0.85 * len(painted["canvas"] | painted["WebGL"])


def test_the_points_can_be_taken_along_as_a_table_and_as_a_picture(on_map: OnMap) -> None:
    with on_map.page.expect_download() as table:
        on_map.page.get_by_role("button", name="Data", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(Path(table.value.path()).read_text(encoding="utf-8"))))
    made = arrays(N)
    assert {int(row["seq"]) for row in rows} == set(range(1, N + 1))
    by_seq = {int(row["seq"]): row for row in rows}
    for at in (0, 17, N - 1):
        row = by_seq[at + 1]
        assert float(row["x"]) == pytest.approx(float(made["x"][at]))
        assert float(row["y"]) == pytest.approx(float(made["y"][at]))
        assert (row["kind"], int(row["cluster"])) == (WORDS["kind"][int(made["kind"][at])], at % 6 + 1)
    with on_map.page.expect_download() as picture:
        on_map.page.get_by_role("button", name="Picture", exact=True).click()
    assert Path(picture.value.path()).read_bytes().startswith(b"\x89PNG")
    assert picture.value.suggested_filename.endswith(".png")


def test_a_map_that_is_not_there_says_so_and_what_to_do(page: Page, address: str) -> None:
    page.goto(f"{address}/?page=map&n=none")
    expect(page.locator(".mv .say")).to_contain_text("There is no such map.")
    expect(page.locator(".mv .say")).to_contain_text("Choose one from the list.")


@pytest.mark.parametrize("width", [800, 1280, 1920])
def test_the_map_fits_the_window(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    try:
        opened(page, address)
        box = page.locator(".mb").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800
        assert box["x"] + box["width"] <= width
    finally:
        page.set_viewport_size({"width": 1280, "height": 800})


def test_a_quarter_of_a_million_points_is_drawn_and_picked_from(page: Page, address: str) -> None:
    on_map = opened(page, address, n=250_000)
    took = page.evaluate("performance.getEntriesByName('map:loaded').at(-1).startTime")
    assert took < 15_000, "far above what it takes, so that a busy machine does not fail it"
    on_map.draw_around_all()
    on_map.expect_picked(250_000)


def test_nothing_went_wrong_on_the_page_meanwhile() -> None:
    assert not WRONG
