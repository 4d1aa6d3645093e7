"""The components in a real browser, with made-up answers (harness/)."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from pages.ui.modules import module_url
from tests.e2e.harness.served import served

pytestmark = pytest.mark.e2e
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture(scope="module")
def browser_page(chrome: Path) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chrome), args=FLAGS)
        yield browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        browser.close()


class Trees:
    """What a person does on the tree."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def open(self, query: str = "", width: int = 1280) -> "Trees":
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.goto(f"{self.address}/?{query}")
        expect(self.page.locator(".dh")).to_be_visible(timeout=20_000)
        return self

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def expect_selected(self, node: str) -> None:
        expect(self.page.locator(".nd.sel")).to_have_attribute("data-id", node)
        assert f"node={node}" in self.page.url.split("?")[1].split("&")


@pytest.fixture
def trees(browser_page: Page, address: str) -> Trees:
    return Trees(browser_page, address)


def test_arrows_lead_to_child_sibling_and_parent(trees: Trees) -> None:
    trees.open("seed=bees")
    trees.press("ArrowRight")
    trees.expect_selected("bees-a")
    trees.press("ArrowDown")
    trees.expect_selected("bees-b")
    trees.press("ArrowLeft")
    trees.expect_selected("bees")


def test_every_node_has_an_address_that_opens_it(trees: Trees) -> None:
    trees.open("node=bees-d")
    trees.expect_selected("bees-d")
    expect(trees.page.locator(".dh")).to_contain_text("Eliminated: no information gain")


def test_a_click_shows_the_node_and_changes_the_address_without_a_rerun(trees: Trees) -> None:
    trees.open("seed=bees")
    trees.page.locator("[data-id=bees-c]").click()
    trees.expect_selected("bees-c")
    expect(trees.page.locator(".db")).to_contain_text("Describe oldnew")
    assert trees.page.locator(".db ins").inner_text() == "new"


def test_space_folds_and_says_how_many_are_hidden(trees: Trees) -> None:
    trees.open("seed=bees&node=bees-b")
    trees.press(" ")
    expect(trees.page.locator("[data-id=bees-b]")).to_have_attribute("aria-expanded", "false")
    expect(trees.page.locator("[data-id=bees-b] .more")).to_have_text("+2")
    trees.press(" ")
    expect(trees.page.locator("[data-id=bees-d]")).to_be_visible()


def test_keys_do_nothing_while_somebody_types(trees: Trees) -> None:
    trees.open("seed=bees&node=bees-b")
    trees.press("/")
    trees.page.keyboard.type("zebra q l0 ")
    expect(trees.page.locator(".none")).to_contain_text("No seed contains “zebra q l0”.")
    expect(trees.page.locator(".calls, .path")).to_have_count(0)
    trees.expect_selected("bees-b")
    trees.page.get_by_role("button", name="Clear the search").click()
    expect(trees.page.locator(".sd")).to_have_count(100)


def test_the_exact_request_and_reply_open_with_q(trees: Trees) -> None:
    trees.open("seed=bees&node=bees-c")
    trees.press("q")
    expect(trees.page.locator(".calls")).to_contain_text("exact <b>request</b>")
    expect(trees.page.locator(".calls")).to_contain_text("raw reply")


def test_the_list_of_seeds_goes_on_when_it_is_scrolled(trees: Trees) -> None:
    trees.open("seed=bees")
    expect(trees.page.locator(".sd")).to_have_count(100)
    trees.page.locator(".sds").evaluate("list => { list.scrollTop = list.scrollHeight }")
    expect(trees.page.locator(".sd")).to_have_count(200)


def test_a_live_tree_grows_and_keeps_what_is_selected(trees: Trees) -> None:
    trees.open("seed=bees&node=bees-b&live=1")
    cards = trees.page.locator(".nd").count()
    trees.page.request.get(f"{trees.address}/api/grow")
    expect(trees.page.locator(".nd")).to_have_count(cards + 1)
    trees.expect_selected("bees-b")


def test_a_tree_of_two_thousand_starts_folded_and_draws_in_time(trees: Trees) -> None:
    trees.open("seed=big", width=1920)
    expect(trees.page.locator(".more").first).to_be_visible()
    assert trees.page.locator(".nd").count() == 1 + 6 + 36 + 216
    drawn = trees.page.evaluate("performance.getEntriesByName('tree:draw')[0].duration")
    assert drawn < 1000, "far above the aim of 100 ms, so that a busy machine does not fail it"


def test_a_refusal_is_said_with_what_to_do(trees: Trees) -> None:
    trees.page.goto(f"{trees.address}/?seed=nothing")
    expect(trees.page.locator(".say")).to_contain_text("This run has no such seed.")
    expect(trees.page.locator(".say")).to_contain_text("Choose one from the list.")


@pytest.mark.parametrize("width", [1280, 1920])
def test_the_trees_fit_the_window(trees: Trees, width: int) -> None:
    trees.open("seed=bees", width=width)
    box = trees.page.locator(".b").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 800
    assert trees.page.locator("[data-testid=stMain]").evaluate("main => main.scrollHeight - main.clientHeight") <= 1


def test_hostile_text_and_attributes_do_nothing(browser_page: Page, address: str) -> None:
    outside: list[str] = []
    browser_page.on("request", lambda request: outside.append(request.url))
    browser_page.goto(f"{address}/?page=view")
    expect(browser_page.locator(".hostile .read")).to_have_text(
        "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>"
    )
    assert browser_page.evaluate("window.hurt") is None
    assert browser_page.locator(".hostile :is(img, script, [onclick], [src])").count() == 0
    links = browser_page.locator(".hostile a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == [None, None, "?page=view"]
    assert browser_page.get_by_text("styled").get_attribute("style") == "width: 50%;"
    assert not [url for url in outside if "192.0.2.1" in url]


def test_a_formula_is_drawn_as_mathml_and_leads_nowhere(browser_page: Page, address: str) -> None:
    browser_page.goto(f"{address}/?page=view")
    expect(browser_page.locator(".hostile math msup")).to_be_visible()
    formula = browser_page.locator(".hostile math, .hostile math *")
    assert set(formula.evaluate_all("all => all.map(one => one.namespaceURI)")) == {
        "http://www.w3.org/1998/Math/MathML"
    }
    assert formula.evaluate_all("all => all.filter(one => one.hasAttribute('href')).length") == 0


def test_a_click_in_a_view_reaches_python(browser_page: Page, address: str) -> None:
    browser_page.goto(f"{address}/?page=view")
    browser_page.get_by_role("button", name="Count 0").click()
    expect(browser_page.get_by_role("button", name="Count 1")).to_be_visible()


def test_a_switch_to_dark_reaches_python_and_the_whole_document(browser_page: Page, address: str) -> None:
    browser_page.goto(f"{address}/?page=view")
    expect(browser_page.get_by_text("theme light")).to_be_visible()
    browser_page.emulate_media(color_scheme="dark")
    expect(browser_page.get_by_text("theme dark")).to_be_visible()
    assert browser_page.evaluate("document.documentElement.style.colorScheme") == "dark"
    browser_page.emulate_media(color_scheme="light")


def test_modules_are_named_by_content_and_nothing_else_is_served(address: str) -> None:
    with urllib.request.urlopen(address + module_url("view")) as served:
        assert served.headers["Content-Type"].startswith("text/javascript")
        assert "immutable" in served.headers["Cache-Control"]
    folder = module_url("view").removesuffix("view/index.js")
    for path in (
        f"{folder}../kit.py",
        f"{folder}%2e%2e/kit.py",
        f"{folder}view/",
        module_url("view").replace("view/index", "view/none"),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address + path)
        with refused.value as reply:
            assert reply.code in {400, 404}
