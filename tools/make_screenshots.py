"""Take the README's pictures of the demo project: python tools/make_screenshots.py (needs requirements-dev.txt and a Chromium)."""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from tests.chrome import find_chrome  # noqa: E402
from tests.e2e.running import App  # noqa: E402

PICTURES = ROOT / "docs" / "screenshots"
TREE_KEYS = {
    "whole": ["0"],
    "epoch": ["["],
    "filter": ["]", "f"],
    "beside": ["f", "s"],
    "again": ["e"],
    "runs": ["o"],
    "keys": ["?"],
}


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        app = App(Path(home)).start()
        browser = playwright.chromium.launch(executable_path=find_chrome(), args=["--no-sandbox", "--disable-gpu"])
        try:
            for theme in ("light", "dark"):
                page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=theme)  # type: ignore[arg-type]
                take(page, app.url, theme)
                take_explore(page, app.url, theme)
                page.close()
            page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
            take_trees(page, app.url)
            page.close()
        finally:
            browser.close()
            app.stop()


def take(page: Page, url: str, theme: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Open the demo").wait_for()
    page.get_by_text("How a seed grows").wait_for()
    settle_and_shoot(page, f"home-{theme}")
    page.goto(f"{url}/runs?project=demo")
    page.get_by_text("Eliminated, by operation and rule").wait_for()
    settle_and_shoot(page, f"runs-{theme}")
    page.goto(f"{url}/trees?project=demo")
    page.locator(".dh").wait_for()
    page.keyboard.press("ArrowRight")
    settle_and_shoot(page, f"trees-{theme}")
    page.goto(f"{url}/seeds?project=demo")
    page.get_by_text("By skill").wait_for()
    settle_and_shoot(page, f"seeds-{theme}")
    page.goto(f"{url}/review?project=demo")
    page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_text("Last five").wait_for()
    settle_and_shoot(page, f"review-{theme}")
    page.goto(f"{url}/judge?project=demo")
    page.get_by_role("button", name="Begin").click()
    for key in ("1", "2"):
        page.keyboard.press(key)
    settle_and_shoot(page, f"judge-{theme}")
    page.goto(f"{url}/results?project=demo")
    page.get_by_role("button", name="Results", exact=True).click()
    page.get_by_text("Win rate by skill").wait_for()
    settle_and_shoot(page, f"results-{theme}")


def take_explore(page: Page, url: str, theme: str) -> None:
    """Its views, on a map that is drawn when there is none yet; that embeds the texts which the other views need."""
    explore = f"{url}/explore?project=demo"
    page.goto(f"{explore}&view=map")
    drawn = page.locator(".es.map[data-ready=true]")
    button = page.get_by_role("button", name="Draw the map")
    drawn.or_(button).first.wait_for()
    if button.is_visible():
        button.click()
    drawn.wait_for(timeout=120_000)
    settle_and_shoot(page, f"explore-map-{theme}")
    for view, words in (
        ("survival", "Survived, by operation"), ("diversity", "Vendi score"), ("coverage&cell=8:Math", "A run that aims here"),
        ("compare", "Measure by measure"),
    ):  # fmt: skip
        page.goto(f"{explore}&view={view}")
        page.get_by_text(words).first.wait_for(timeout=120_000)
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
        settle_and_shoot(page, f"explore-{view.partition('&')[0]}-{theme}")


def take_trees(page: Page, url: str) -> None:
    """Every feature of docs/trees.md, in the demo's run with two children a node."""
    page.goto(f"{url}/trees?project=demo")
    page.locator(".dh").wait_for()
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name="Run 1").click()
    page.locator(".nd").nth(10).wait_for()
    page.locator(".nd").nth(2).click()
    for name, keys in TREE_KEYS.items():
        for key in keys:
            page.keyboard.press(key)
        settle_and_shoot(page, f"tree-{name}")
        page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("setting")
    settle_and_shoot(page, "tree-find")
    page.get_by_label("Find in the seeds").fill("")
    page.locator(".nd").nth(3).click()
    page.keyboard.press("v")
    page.get_by_role("heading", name="Reading").wait_for()
    settle_and_shoot(page, "tree-reading")


def settle_and_shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(1_200)  # fonts and the last redraw
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
