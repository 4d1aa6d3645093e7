"""Trees one can live in: watch them grow, filter, find, compare, evolve again, read, take along; by keys alone too."""

import re
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.domain.person import LOCAL_OWNER
from core.domain.run import SeedChoice
from core.services.growing import presets
from tests.e2e.furnish import FAKE, PLAIN, furnished
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.e2e.tree_verbs import FullTrees, new_page
from tests.openai_server import OpenAIServer

pytestmark = pytest.mark.e2e
GROWN, LIVE = "grown", "live"
FAR = "http://192.0.2.1"
HINT = f"<img src={FAR}/h.png onerror=window.hurt=1> ![x]({FAR}/h.png) \u202eabc"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer) -> Path:
    """Two finished runs on the same seeds, and a project whose run will be started."""
    folder = tmp_path_factory.mktemp("home")
    endpoint.change(latency_s=0.0, p_equal=0.25)
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        project = fresh.project(GROWN, PLAIN)
        fresh.grow(project, name="First")
        fresh.grow(project, name="Second")
        fresh.project(LIVE, PLAIN[:2])
        plan = presets.settings(presets.BRANCHING, name="Live", endpoint=FAKE, seeds=SeedChoice(), rng_seed=3)
        live = fresh.studio.projects.open(LOCAL_OWNER, LIVE)
        run = fresh.studio.runs.start(LOCAL_OWNER, live, replace(plan, epochs=8))
        fresh.studio.runs.pause(LOCAL_OWNER, live, run)
        assert fresh.studio.live.wait(run, timeout_s=30)
    return folder


@pytest.fixture
def trees(window: Window) -> FullTrees:
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.open_trees(GROWN)
    return FullTrees(window)


def test_a_person_goes_through_the_epochs_and_watches_the_tree_grow(trees: FullTrees) -> None:
    whole = len(trees.nodes())
    trees.keys("[")
    trees.expect_epoch("Epoch 2 of 3")
    fewer = len(trees.nodes())
    assert fewer < whole
    trees.keys("[", "[")
    expect(trees.page.locator(".nd")).to_have_count(1)
    trees.expect_epoch(f"Epoch 0 of 3 · 1 of {whole} nodes")
    trees.keys("p")
    expect(trees.page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    trees.expect_epoch("Epoch 3 of 3")
    expect(trees.page.locator(".nd")).to_have_count(whole)
    expect(trees.page.get_by_role("button", name="Watch it grow")).to_be_visible()


def test_the_slider_is_moved_by_its_own_keys(trees: FullTrees) -> None:
    node = trees.selected()
    trees.slider().focus()
    trees.keys("ArrowLeft")
    trees.expect_epoch("Epoch 2 of 3")
    trees.expect_node(node)


def test_whoever_wants_less_motion_gets_none(browser: Browser, app: App) -> None:
    with Window(browser, app.url) as window:
        window.page.emulate_media(reduced_motion="reduce")
        window.open_trees(GROWN)
        trees = FullTrees(window)
        trees.keys("[", "]", "[")
        fresh = trees.page.locator(".nd.fresh").first
        expect(fresh).to_be_visible()
        assert fresh.evaluate("one => getComputedStyle(one).animationName") == "none"


def test_chips_dim_what_is_not_wanted_and_count_it(trees: FullTrees) -> None:
    whole = len(trees.nodes())
    trees.keys("f")
    first = trees.chips("Operation").first
    said = first.get_attribute("aria-label") or ""
    count = int(said.rpartition(", ")[2])
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(trees.page.get_by_role("button", name=f"Filter {count} of {whole}")).to_be_visible()
    assert len(trees.nodes()) == whole
    assert len(trees.faint()) == whole - count - 1  # the selected seed itself is never dimmed
    trees.chips("Epoch").last.click()
    trees.page.get_by_role("button", name="Show all").click()
    assert trees.faint() == []


def test_words_are_found_in_all_trees_and_a_click_leads_to_the_node(trees: FullTrees) -> None:
    trees.find("the order is right")
    result = trees.page.locator(".ht")
    expect(result.first).to_contain_text("the order is right")
    expect(trees.page.locator(".sd")).to_have_count(1)
    result.last.click()
    trees.expect_node(str(result.last.get_attribute("data-node")))
    expect(trees.page.locator(".nd.sel.hit")).to_be_visible()
    marked = trees.page.evaluate("[...CSS.highlights.get('studio-find')].map(range => range.toString().toLowerCase())")
    assert marked
    assert set(marked) == {"the order is right"}


def test_n_leads_from_one_found_node_to_the_next_and_back(trees: FullTrees) -> None:
    trees.find("countries")
    expect(trees.page.locator(".nd.hit").first).to_be_visible()
    hits = trees.hits()
    assert len(hits) > 2
    trees.leave_the_field()
    assert trees.selected() == hits[0]
    trees.keys("n")
    trees.expect_node(hits[1])
    expect(trees.page.locator(".fd")).to_contain_text(f"2 of {len(hits)}")
    trees.keys("Shift+N")
    trees.expect_node(hits[0])
    trees.keys("Shift+N")
    trees.expect_node(hits[-1])


def test_j_and_k_lead_from_seed_to_seed(trees: FullTrees) -> None:
    seeds = trees.seeds()
    trees.keys("j")
    trees.expect_drawn(seeds[1])
    trees.keys("j")
    trees.expect_drawn(seeds[2])
    trees.keys("k")
    trees.expect_drawn(seeds[1])
    assert trees.window.asked()["seed"] == seeds[1]


def test_two_siblings_stand_side_by_side_and_the_address_keeps_it(trees: FullTrees) -> None:
    trees.keys("ArrowRight", "s")
    sheet = trees.sheet("Two siblings side by side")
    expect(sheet.locator(".pair").nth(1).locator(".read")).to_have_count(2)
    expect(sheet).to_contain_text("Leaked prompt words")
    expect(sheet).to_contain_text("Response")
    assert "[object" not in sheet.inner_text()
    sheet.get_by_role("button", name="Between the two").click()
    expect(sheet.locator(".pair").nth(1).locator("ins, del").first).to_be_visible()
    beside = trees.window.asked()["beside"]
    trees.page.reload()
    expect(trees.sheet("Two siblings side by side")).to_be_visible()
    assert trees.window.asked()["beside"] == beside
    trees.keys("Escape")
    expect(trees.sheet("Two siblings side by side")).to_have_count(0)
    assert "beside" not in trees.window.asked()


def test_a_node_is_evolved_again_with_a_hint_that_does_nothing_else(trees: FullTrees, endpoint: OpenAIServer) -> None:
    trees.keys("ArrowRight")
    parent = trees.selected()
    asked = endpoint.stats()["chat"]
    trees.evolve_again("Concretize", HINT)
    sheet = trees.sheet("Evolve again from here")
    expect(sheet.locator(".made")).to_contain_text(re.compile(r"Took \d+ \+ \d+ tokens, not priced"))
    assert endpoint.stats()["chat"] == asked + 1
    sheet.get_by_role("button", name="See it in the tree").click()
    expect(trees.page.locator(".dh")).to_contain_text("Asked for by You, with the hint “<img src=")
    child = trees.selected()
    assert child != parent
    expect(trees.page.locator(f"[data-id='{child}']")).to_contain_text("by hand")
    expect(trees.page.locator(f"[data-id='{child}']")).to_have_attribute("aria-label", re.compile("asked for by hand"))
    assert trees.page.evaluate("window.hurt") is None
    trees.page.reload()
    trees.expect_node(child)


def test_what_goes_wrong_with_the_call_is_said_in_words(trees: FullTrees, endpoint: OpenAIServer) -> None:
    endpoint.change(always="server_error")
    try:
        trees.evolve_again("Deepen")
        made = trees.sheet("Evolve again from here").locator(".made")
        expect(made).to_contain_text("The endpoint failed")
        expect(made).to_contain_text("Error")
    finally:
        endpoint.change(always=None)


def test_keys_are_letters_in_the_hint(trees: FullTrees) -> None:
    before = trees.page.url
    trees.keys("e")
    trees.page.get_by_role("textbox").press_sequentially("vejnf?[]p 0/")
    expect(trees.page.get_by_role("textbox")).to_have_value("vejnf?[]p 0/")
    trees.keys("Escape")
    expect(trees.page.get_by_role("dialog")).to_have_count(0)
    assert trees.page.url == before
    expect(trees.page.locator(".fl")).to_be_hidden()


def test_the_same_seed_is_seen_in_another_run(trees: FullTrees) -> None:
    seed = trees.seeds()[1]
    run = trees.window.asked()["run"]
    trees.keys("j")
    trees.expect_drawn(seed)
    trees.keys("o")
    other = trees.page.get_by_role("menuitem")
    expect(other).to_contain_text("First")
    other.click()
    trees.page.wait_for_url(lambda url: run not in url and f"seed={seed}" in url)
    trees.expect_drawn(seed)
    expect(trees.page.get_by_role("combobox", name="Run", exact=True)).to_have_value(re.compile("First"))


def test_id_link_and_json_go_into_the_clipboard_and_it_is_said(trees: FullTrees) -> None:
    node = trees.selected()
    trees.keys("i")
    expect(trees.page.locator("[data-copy=id]")).to_contain_text("Copied")
    expect(trees.page.locator(".sr")).to_have_text("The id is copied")
    assert trees.clipboard() == node
    trees.keys("w")
    expect(trees.page.locator(".sr")).to_have_text("The node is copied as JSON")
    assert trees.node_as_json()["id"] == node
    trees.keys("y")
    expect(trees.page.locator(".sr")).to_have_text("The link is copied")
    link = trees.clipboard()
    trees.page.goto(link)
    FullTrees(trees.window).expect_node(node)


def test_the_path_is_read_as_a_page_and_fits_paper(trees: FullTrees, tmp_path: Path) -> None:
    trees.keys("ArrowRight", "ArrowRight")
    node = trees.selected()
    trees.keys("v")
    trees.window.expect_title("Reading")
    page = trees.page
    expect(page.locator(".reading .step")).to_have_count(3)
    expect(page.locator(".reading ins").first).to_be_visible()
    assert trees.window.asked()["node"] == node
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    ink = page.locator(".reading .read").first.evaluate("one => getComputedStyle(one).color")
    assert ink == "rgb(27, 31, 33)" or ink == "rgb(27, 33, 31)", f"{ink} on white paper"
    page.pdf(path=tmp_path / "reading.pdf")
    assert (tmp_path / "reading.pdf").stat().st_size > 5_000
    page.emulate_media(media="screen")
    page.get_by_text("Texts", exact=True).click()
    trees.window.settle()
    expect(page.locator(".reading ins, .reading del")).to_have_count(0)
    trees.window.press("See it in the tree")
    trees.window.expect_title("Trees")
    FullTrees(trees.window).expect_node(node)


@pytest.mark.parametrize("kind", ["html", "svg"])
def test_a_saved_tree_stands_alone(trees: FullTrees, kind: str, tmp_path: Path) -> None:
    whole = len(trees.nodes())
    trees.keys("d")
    with trees.page.expect_download() as saved:
        trees.page.locator(f"[data-file={kind}]").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    with new_page(trees.window) as page:
        outside: list[str] = []
        page.on("request", lambda request: outside.append(request.url))
        page.goto(file.as_uri())
        assert outside == [file.as_uri()]
        if kind == "html":
            expect(page.locator("article")).to_have_count(whole)
            page.locator("figure a").last.click()
            expect(page.locator("article:target")).to_be_visible()
        else:
            assert page.locator("svg > g").count() == whole


def test_the_sheet_of_keys_opens_keeps_the_focus_and_gives_it_back(trees: FullTrees) -> None:
    trees.page.locator(".nd.sel").focus()
    trees.keys("?")
    sheet = trees.sheet("Keys")
    for words in ("evolve again from here", "next, previous seed", "copy the link"):
        expect(sheet).to_contain_text(words)
    trees.keys("Tab", "Tab", "Tab", "j", "e")
    expect(sheet).to_be_visible()
    assert sheet.evaluate("one => one.contains(one.getRootNode().activeElement)")
    trees.keys("Escape")
    expect(sheet).to_have_count(0)
    assert trees.page.locator(".nd.sel").evaluate("one => one === one.getRootNode().activeElement")


def test_a_growing_tree_keeps_selection_zoom_and_folds(window: Window, endpoint: OpenAIServer) -> None:
    endpoint.change(latency_s=0.6)
    window.open("runs", "Run", project=LIVE)
    window.press("Resume")
    expect(window.page.get_by_role("button", name="Pause")).to_be_visible()
    window.open_trees(LIVE)
    trees = FullTrees(window)
    expect(trees.page.locator(".nd")).not_to_have_count(1, timeout=30_000)
    trees.keys("ArrowRight")
    chosen = trees.selected()
    trees.keys("+")
    scale = trees.page.locator(".layer").evaluate("one => one.style.transform.match(/scale\\(([^)]*)/)[1]")
    before = len(trees.nodes())
    expect(trees.page.locator(f".nd:nth-child({before + 1})")).to_be_visible(timeout=60_000)
    trees.expect_node(chosen)
    assert trees.page.locator(".layer").evaluate("one => one.style.transform.match(/scale\\(([^)]*)/)[1]") == scale
    root = trees.page.locator(".nd").first
    trees.keys("ArrowLeft", " ")
    expect(trees.page.locator(".nd")).to_have_count(1)
    hidden = root.locator(".more").inner_text()
    expect(root.locator(".more")).not_to_have_text(hidden, timeout=60_000)
    expect(trees.page.locator(".nd")).to_have_count(1)
    endpoint.change(latency_s=0.0)


def test_reading_without_a_node_or_with_a_strange_one_says_what_to_do(window: Window) -> None:
    window.open("reading", "Reading", project=GROWN)
    window.expect_said("Choose a node of a tree")
    window.page.goto(f"{window.address}/reading?project={GROWN}&node=<img src=x onerror=alert(1)>")
    window.expect_said("There is no such node in this project", "Choose one from a tree.")


def test_only_our_own_pages_may_ask_for_an_evolution(trees: FullTrees, endpoint: OpenAIServer) -> None:
    asked = endpoint.stats()["chat"]
    where = {"project": GROWN, "run": trees.window.asked()["run"], "parent": trees.selected()}
    wish = '{"operation": "deepen"}'

    def ask(body: str, origin: str) -> tuple[int, str]:
        reply = trees.page.request.post(
            f"{trees.window.address}/api/node/evolve", params=where, data=body, headers={"Origin": origin}
        )
        return reply.status, reply.text()

    assert ask(wish, "http://192.0.2.1")[0] == HTTPStatus.FORBIDDEN
    assert ask('{"operation": "<script>"}', trees.window.address)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    status, said = ask(wish[:-1] + f', "hint": "{"x" * 20_000}"' + "}", trees.window.address)
    assert (status, "Shorten it." in said) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    assert endpoint.stats()["chat"] == asked


def test_keys_work_from_the_list_of_what_was_found(trees: FullTrees) -> None:
    trees.find("countries")
    trees.page.locator(".ht").first.click()
    trees.expect_node(trees.hits()[0])
    trees.keys("n")
    trees.expect_node(trees.hits()[1])
