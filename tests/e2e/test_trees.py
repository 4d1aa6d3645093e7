"""The lineage trees of a finished run, by mouse, by keys and by address."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.running import App
from tests.e2e.studio import Trees, Window
from tests.openai_server import OpenAIServer

pytestmark = pytest.mark.e2e
GROWN = "grown"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    """One finished run: three epochs, two children each."""
    folder = tmp_path_factory.mktemp("home")
    endpoint.change(latency_s=0.0, p_equal=0.25)
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        fresh.grow(fresh.project(GROWN, PLAIN))
        fresh.project("second", PLAIN[:1])
    return folder


@pytest.fixture
def trees(window: Window) -> Trees:
    return window.open_trees(GROWN)


def test_a_click_opens_a_node_and_the_address_names_it(trees: Trees) -> None:
    root = trees.selected()
    child = trees.that_are("survived")[0]
    trees.pick_node(child)
    expect(trees.page.locator(".db")).to_contain_text("Change to its parent")
    expect(trees.page.locator(".db ins").first).to_be_visible()
    expect(trees.page.locator(".db")).to_contain_text("No information gain")
    trees.pick_node(root)
    expect(trees.page.locator(".dh")).to_contain_text("Seed")


def test_arrows_walk_the_tree(trees: Trees) -> None:
    root = trees.selected()
    trees.keys("ArrowRight")
    child = trees.selected()
    assert child != root
    trees.keys("ArrowDown")
    sibling = trees.selected()
    assert sibling not in (root, child)
    trees.keys("ArrowUp")
    trees.expect_node(child)
    trees.keys("ArrowLeft")
    trees.expect_node(root)


def test_space_folds_and_opens_again(trees: Trees) -> None:
    before = trees.nodes()
    trees.keys(" ")
    expect(trees.page.locator(".nd")).to_have_count(1)
    expect(trees.page.locator(".nd .more")).to_have_text(f"+{len(before) - 1}")
    trees.keys(" ")
    expect(trees.page.locator(".nd")).to_have_count(len(before))


def test_zero_fits_the_whole_tree_into_the_pane(trees: Trees) -> None:
    trees.keys("0")
    pane = trees.page.locator(".cv").bounding_box()
    assert pane is not None
    for card in trees.page.locator(".nd").all():
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= pane["x"] - 1
        assert box["y"] + box["height"] <= pane["y"] + pane["height"] + 1


def test_q_shows_the_exact_request_and_l_the_path(trees: Trees) -> None:
    trees.pick_node(trees.nodes()[1])
    trees.keys("q")
    expect(trees.page.locator(".calls")).to_contain_text("fake (fake)")
    expect(trees.page.locator(".calls .msg").first).to_be_visible()
    trees.keys("l")
    expect(trees.page.locator(".path li")).to_have_count(2)
    trees.keys("q", "l")
    expect(trees.page.locator(".calls, .path")).to_have_count(0)


def test_keys_are_letters_while_somebody_types(trees: Trees) -> None:
    before = trees.selected()
    trees.keys("/")
    trees.page.keyboard.type("birds ql0 ")
    expect(trees.page.get_by_label("Find in the seeds")).to_have_value("birds ql0 ")
    expect(trees.page.locator(".calls, .path")).to_have_count(0)
    assert trees.selected() == before
    trees.keys("Escape")
    expect(trees.page.locator(".sd")).to_have_count(len(PLAIN))


def test_finding_a_seed_leads_to_its_tree(trees: Trees) -> None:
    trees.keys("/")
    trees.page.keyboard.type("tide")
    expect(trees.page.locator(".sd")).to_have_count(1)
    trees.pick_seed(trees.seeds()[0])
    expect(trees.page.locator(".nd").first).to_contain_text("Explain what a tide is.")


def test_eliminated_nodes_say_why_first(trees: Trees) -> None:
    for seed in trees.seeds():
        trees.pick_seed(seed)
        if dead := trees.that_are("eliminated"):
            trees.pick_node(dead[0])
            expect(trees.page.locator(".dh .why")).to_contain_text("Eliminated: ")
            expect(trees.page.locator(f"[data-id='{dead[0]}'].bad")).to_be_visible()
            return
    pytest.fail("this run should have eliminated something: the judge says Equal one time in four")


def test_only_survivors_or_only_eliminated_can_be_shown(window: Window) -> None:
    trees = window.open_trees(GROWN)
    assert window.page.locator(".nd.faint").count() == 0
    window.page.get_by_test_id("stMain").get_by_text("Eliminated", exact=True).click()
    expect(window.page.locator(".nd.faint").first).to_be_visible()
    assert not set(trees.that_are("eliminated")) & set(trees.faint())


def test_a_deep_link_as_the_first_visit_of_a_server_opens_that_node(browser: Browser, app: App, window: Window) -> None:
    trees = window.open_trees(GROWN)
    seed = trees.seeds()[3]
    trees.pick_seed(seed)
    last = trees.nodes()[-1]
    trees.pick_node(last)
    link = window.page.url.removeprefix(app.url)
    app.stop()
    app.start()
    visitor = Window(browser, app.url)
    visitor.page.goto(app.url + link)
    visitor.expect_title("Trees")
    expect(visitor.page.get_by_test_id("stSidebarNav").get_by_role("link", name="Runs")).to_be_visible()
    Trees(visitor).expect_node(last)
    assert visitor.asked()["project"] == GROWN
    visitor.close()


def test_back_leads_from_a_tree_to_the_run(window: Window) -> None:
    window.open("runs", "Run", project=GROWN)
    window.press("See its trees")
    window.expect_title("Trees")
    Trees(window)
    window.page.go_back()
    window.expect_title("Run")


def test_an_evolution_on_the_run_page_leads_to_its_node(window: Window) -> None:
    window.open("runs", "Run", project=GROWN)
    line = window.page.locator(".run a.l").first
    line.click()
    window.expect_title("Trees")
    trees = Trees(window)
    trees.expect_node(window.asked()["node"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_drawn_in_both_themes(browser: Browser, app: App, theme: str) -> None:
    window = Window(browser, app.url, theme=theme)
    window.open_home()
    dark = "rgb(18, 22, 20)"
    paper = window.page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    assert (paper == dark) == (theme == "dark")
    window.open_seeds(GROWN)
    window.open("runs", "Run", project=GROWN)
    window.expect_said("Eliminated, by operation and rule")
    window.open_trees(GROWN)
    card = window.page.locator(".nd").first.evaluate("one => getComputedStyle(one).color")
    red = int(card.removeprefix("rgb(").split(",")[0])
    assert red > 200 if theme == "dark" else red < 60, f"ink {card} cannot be read in the {theme} theme"
    assert window.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == theme
    window.close()


def test_an_unknown_project_run_or_node_says_so_and_what_to_do(window: Window) -> None:
    window.open("trees", "Trees", project=GROWN, run="no-such-run", node="no-such-node")
    window.page.goto(f"{window.address}/trees?project=nowhere")
    window.expect_said("There is no project “nowhere”", "The page Projects lists all of them.")
