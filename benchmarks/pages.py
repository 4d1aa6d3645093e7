"""What a person waits for, in a real Chromium, beside a plain Streamlit app that does the same in the same minutes.

    python -m benchmarks.pages                 about four minutes; prints the table
    python -m benchmarks.pages --keep          also writes it into docs/benchmarks.md

Measured: from the start of the process to the first page drawn; from a click on a node to its detail; drawing a tree of 30
and of 2,000 nodes; memory and CPU of an idle app. "Plain" is benchmarks/plain_streamlit.py: one file of ordinary
Streamlit that lists the same nodes and shows the chosen one by a rerun, with Streamlit's own settings.
"""

import argparse
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.apps import FIND, FLAGS, FRAME, STUDIO, TWO_FRAMES, UNTIL, running, said, wait_for
from benchmarks.machine import described, table, write_section
from core.domain.run import SeedChoice
from core.services.growing import presets
from core.services.projects import FIRST
from tests.chrome import MISSING, find_chrome
from tests.e2e.furnish import FAKE, PLAIN, furnished
from tests.openai_server import openai_server

SIMPLE = "benchmarks/plain_streamlit.py"
# From the click as the browser gets it until the detail is in the page and the next frame begins.
CLICK_NODE = f"""async id => {{ {FIND} {UNTIL}
  const card = find(`.nd[data-id="${{id}}"]`);
  const began = performance.now();
  card.dispatchEvent(new MouseEvent('click', {{ bubbles: true, composed: true, detail: 1 }}));
  await until(() => performance.getEntriesByName('tree:detail')[0]?.detail === id);
  {FRAME}
  return performance.now() - began;
}}"""
_CLICK_PLAIN = f"""async index => {{ {UNTIL}
  const began = performance.now();
  document.querySelectorAll('[data-testid=stMain] button[data-testid^=stBaseButton]')[index].click();
  await until(() => document.querySelector('[data-testid=stMain] h3')?.textContent.startsWith(`Node ${{index}}.`));
  {FRAME}
  return performance.now() - began;
}}"""
# The open seed once more: its tree is asked for, drawn, and the next frame begins. Drawing alone is the tree's own measure.
_OPEN_SEED = f"""async () => {{ {FIND} {UNTIL}
  const began = performance.now();
  find('.sd.on').click();
  await until(() => performance.getEntriesByName('tree:draw')[0]?.startTime > began);
  {FRAME}
  return [performance.getEntriesByName('tree:draw')[0].duration, performance.now() - began];
}}"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One app. Times in ms, memory in MB of 1,000,000 bytes."""

    first_page: list[float]
    first_cpu: list[float]
    clicks: list[float]
    idle_mb: float
    idle_cpu_percent: float


CONNECT = "[...document.querySelectorAll('button')].some(one => one.innerText.startsWith('Connect'))"
HEADING = "document.querySelector('h3')"


def open_first_page(page: Page, address: str, ready: str) -> None:
    """Ask until the server listens, then wait for the page's last part: a condition in the page itself, since Playwright looks only now and then."""
    wait_for(address)
    page.goto(address)
    page.evaluate(f"async () => {{ {UNTIL} await until(() => {ready}); }}")
    page.evaluate(TWO_FRAMES)


def first_pages(browser: Browser, script: str, home: Path, ready: str, times: int) -> tuple[list[float], list[float]]:
    """Process start to first page drawn, in ms, and the app's CPU until then; the browser itself runs already."""
    taken, cpu = [], []
    for _ in range(times):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        with running(script, home) as (process, address, began):
            open_first_page(page, address, ready)
            taken.append(1000 * (time.monotonic() - began))
            cpu.append(1000 * sum(process.cpu_times()[:2]))
        page.close()
    return taken, cpu


def idle(process: psutil.Process, seconds: float = 10.0) -> tuple[float, float]:
    """Memory in MB and CPU in percent of one core while a page is open and nobody does anything."""
    before = sum(process.cpu_times()[:2])
    time.sleep(seconds)
    return process.memory_info().rss / 1e6, 100 * (sum(process.cpu_times()[:2]) - before) / seconds


def of_studio(browser: Browser, home: Path, times: int) -> tuple[Measured, dict[str, list[list[float]]]]:
    """Our app: clicks on nodes that were not opened before, and the two trees."""
    first, first_cpu = first_pages(browser, STUDIO, home / "second-start", CONNECT, times)
    with running(STUDIO, home) as (process, address, _):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        open_first_page(page, address, CONNECT)
        memory, cpu = idle(process)
        page.goto(f"{address}/trees?project=wide")
        page.locator(".dh").wait_for()
        clicks = [page.evaluate(CLICK_NODE, node) for seed in seeds_of(page) for node in nodes_of(page, seed)]
        trees = {"30": tree_times(page, address, "thirty"), "2,000": tree_times(page, address, "many")}
        page.close()
    return Measured(first_page=first, first_cpu=first_cpu, clicks=clicks, idle_mb=memory, idle_cpu_percent=cpu), trees


def seeds_of(page: Page) -> list[str]:
    return [str(one) for one in page.locator(".sd").evaluate_all("all => all.map(one => one.dataset.seed)")]


def nodes_of(page: Page, seed: str) -> list[str]:
    """Open the seed's tree; its nodes but the root, which is open already."""
    page.locator(f"[data-seed='{seed}']").click()
    page.locator(f".nd[data-id='{seed}']").wait_for()
    found = page.locator(".nd").evaluate_all("all => all.map(one => one.dataset.id)")
    return [str(one) for one in found if one != seed]


def tree_times(page: Page, address: str, project: str, times: int = 15) -> list[list[float]]:
    """Drawing alone, and from the click on a seed to its tree drawn, in ms."""
    page.goto(f"{address}/trees?project={project}")
    page.locator(".dh").wait_for()
    return [page.evaluate(_OPEN_SEED) for _ in range(times)]


def of_plain(browser: Browser, home: Path, times: int) -> Measured:
    """The ordinary Streamlit app: the same words, a button a node, a rerun a click."""
    first, first_cpu = first_pages(browser, SIMPLE, home, HEADING, times)
    with running(SIMPLE, home) as (process, address, _):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        open_first_page(page, address, HEADING)
        memory, cpu = idle(process)
        clicks = [page.evaluate(_CLICK_PLAIN, index) for index in (*range(1, 30), *range(29), *range(1, 16))]
        page.close()
    return Measured(first_page=first, first_cpu=first_cpu, clicks=clicks, idle_mb=memory, idle_cpu_percent=cpu)


def furnish(folder: Path) -> None:
    """A person's second start, and three projects: five trees of 15 nodes, one of 31, one of about 2,000."""
    with furnished(folder / "second-start") as home:
        home.project(FIRST, PLAIN)
    with openai_server(p_equal=0.0) as server, furnished(folder) as home:
        home.endpoint(server.base_url, in_flight=64)
        home.project(FIRST, PLAIN)
        shapes = (("wide", 5, 3, 2, 8), ("thirty", 1, 4, 2, 8), ("many", 1, 7, 6, 75))
        for slug, seeds, epochs, children, frontier in shapes:
            plan = presets.settings(presets.QUICK, name=slug, endpoint=FAKE, seeds=SeedChoice(), rng_seed=4)
            shape = {"epochs": epochs, "children": children, "max_frontier_per_seed": frontier}
            home.grow(home.project(slug, PLAIN[:seeds]), settings=replace(plan, rules=(), **shape))


def ratio(ours: list[float], plain: list[float]) -> str:
    return f"{median(ours) / median(plain):.2f}"


def report(ours: Measured, plain: Measured, trees: dict[str, list[list[float]]]) -> str:
    """The section of docs/benchmarks.md."""
    rows = [
        ("Process start → first page drawn, ms", "≤ 3,000", said(ours.first_page), said(plain.first_page), ratio(ours.first_page, plain.first_page)),
        ("CPU of the app until then, ms", "–", said(ours.first_cpu), said(plain.first_cpu), ratio(ours.first_cpu, plain.first_cpu)),
        ("Click on a node → its detail drawn, ms", "≤ 150", said(ours.clicks), said(plain.clicks), ratio(ours.clicks, plain.clicks)),
        *(
            (f"Tree of {size} nodes: drawing alone, ms", "≤ 100", said([draw for draw, _ in times]), "–", "–")
            for size, times in trees.items()
        ),
        *(
            (f"Tree of {size} nodes: click on its seed → drawn, ms", "–", said([whole for _, whole in times]), "–", "–")
            for size, times in trees.items()
        ),
        ("Memory of the idle app, one page open, MB", "≤ 350", f"{ours.idle_mb:.0f}", f"{plain.idle_mb:.0f}", f"{ours.idle_mb / plain.idle_mb:.2f}"),
        ("CPU of the idle app, % of one core", "–", f"{ours.idle_cpu_percent:.1f}", f"{plain.idle_cpu_percent:.1f}", "–"),
    ]  # fmt: skip
    return f"""{described("streamlit", "playwright")}

p50 / p95 where there are two numbers. {len(ours.first_page)} starts, {len(ours.clicks)} and {len(plain.clicks)} clicks, 15 drawings. Chromium runs already; the first
page counts from the start of the process, with one project of five seeds, until two frames after its last button is there. A click counts from the event in the
browser until the frame after the detail is in the page; no node was opened before. "Plain" is `benchmarks/plain_streamlit.py`, an
ordinary Streamlit script with Streamlit's own settings that shows as much by a rerun. A tree of 2,000 starts folded at depth 3.

{table(("", "aim", "studio", "plain Streamlit", "ratio"), rows)}

`python -m benchmarks.pages --keep` measures again."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="how often each app is started")
    parser.add_argument("--keep", action="store_true", help="write the result into docs/benchmarks.md")
    asked = parser.parse_args()
    chrome = find_chrome()
    if chrome is None:
        sys.exit(MISSING)
    with TemporaryDirectory() as folder:
        furnish(Path(folder))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(chrome), args=FLAGS)
            plain = of_plain(browser, Path(folder), asked.starts)
            ours, trees = of_studio(browser, Path(folder), asked.starts)
            browser.close()
    text = report(ours, plain, trees)
    print(text)
    if asked.keep:
        write_section("pages", "The pages", text)


if __name__ == "__main__":
    main()
