"""Trees while a run is busy, in a real Chromium: clicks, searches and live updates.

    python -m benchmarks.trees                 about four minutes; prints the table
    python -m benchmarks.trees --keep          also writes it into docs/benchmarks.md
    python -m benchmarks.trees --seeds 40 --clicks 10        a short look

Everything shares one machine: the app with its engine, the loopback server that answers after 200 ms, and the browser. The run
is told to keep so many calls in flight that about 100 come back a second; what it really made is in the table.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.apps import FIND, FLAGS, FRAME, STUDIO, UNTIL, running, said, wait_for
from benchmarks.machine import described, table, write_section
from benchmarks.pages import CLICK_NODE, nodes_of, seeds_of
from core.domain.person import LOCAL_OWNER
from core.domain.run import RunSettings, SeedChoice
from core.services.growing import presets
from core.services.projects import FIRST, Project
from tests.chrome import MISSING, find_chrome
from tests.e2e.furnish import FAKE, PLAIN, Home, furnished
from tests.openai_server import OpenAIServer, openai_server

BUSY, MANY, GROWING = "busy", "many", "growing"
_LATENCY_S, _IN_FLIGHT = 0.2, 22
_UPDATES, _WATCHED_S = 8, 60
# From the last letter until both are drawn: the list of the run's trees that have it, and the marks in the open one.
_SEARCH = f"""async text => {{ {FIND} {UNTIL}
  const field = find('.fi input');
  const ask = async words => {{ field.value = words; field.dispatchEvent(new Event('input')); }};
  const began = performance.now();
  ask(text);
  await until(() => performance.getEntriesByName('tree:found')[0]?.detail === text);
  {FRAME}
  const marked = performance.now() - began;
  await until(() => find('.hm')?.textContent.toLowerCase() === text || find('.none button'));
  {FRAME}
  return [marked, performance.now() - began];
}}"""
_CLEAR = f"""async () => {{ {FIND} {UNTIL}
  const field = find('.fi input');
  field.value = '';
  field.dispatchEvent(new Event('input'));
  await until(() => !find('.hm'));
}}"""
# The tree keeps only its last measure; every one is wanted.
_WATCH = """() => { window.news = [];
  new PerformanceObserver(list => { for (const one of list.getEntries()) if (one.name === 'tree:news') window.news.push(one.duration); })
    .observe({ type: 'measure' });
}"""
WORDS = ("countries", "design", "sea", "the", "answer", "method", "rain", "explain")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Times in ms. `searches`: marks in the open tree, then the list of all trees. `nodes`: of the tree that was watched."""

    clicks: list[float]
    searches: list[list[float]]
    news: list[float]
    nodes: int
    calls_per_s: float


def furnish(home: Home, seeds: int) -> None:
    """Two runs that stand at their beginning, of many trees and of one; and a finished one with one tree of about 2,000 nodes."""
    home.project(FIRST, PLAIN)
    texts = [f"{text} Use at most {number} words." for number in range(seeds // 5) for text in PLAIN]
    plan = presets.settings(presets.BRANCHING, name=BUSY, endpoint=FAKE, seeds=SeedChoice(), rng_seed=4)
    begin(home, home.project(BUSY, texts), replace(plan, epochs=4))
    tree = presets.settings(presets.QUICK, name=MANY, endpoint=FAKE, seeds=SeedChoice(), rng_seed=4)
    tree = replace(tree, rules=(), epochs=7, children=6, max_frontier_per_seed=75)
    begin(home, home.project(GROWING, PLAIN[:1]), tree)
    home.grow(home.project(MANY, PLAIN[:1]), settings=tree)


def begin(home: Home, project: Project, settings: RunSettings) -> None:
    """A run that was started and paused, for the app to resume."""
    run = home.studio.runs.start(LOCAL_OWNER, project, settings)
    home.studio.runs.pause(LOCAL_OWNER, project, run)
    assert home.studio.live.wait(run, timeout_s=60)


@contextmanager
def page_at(browser: Browser, address: str, project: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{address}/trees?project={project}")
    page.locator(".dh").wait_for(timeout=60_000)
    try:
        yield page
    finally:
        page.close()


def resume(browser: Browser, address: str, project: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{address}/runs?project={project}")
    page.get_by_role("button", name="Resume").click(timeout=60_000)
    page.get_by_role("button", name="Pause").wait_for(timeout=60_000)
    page.close()


def while_busy(browser: Browser, address: str, server: OpenAIServer, clicks: int) -> Measured:
    """Click through the trees of the growing run and search in it; then stay on one tree while it grows."""
    resume(browser, address, BUSY)
    time.sleep(3)
    with page_at(browser, address, BUSY) as page:
        before, began = server.stats()["chat"], time.monotonic()
        taken: list[float] = []
        for seed in seeds_of(page):
            for node in nodes_of(page, seed):
                taken.append(page.evaluate(CLICK_NODE, node))
                page.wait_for_timeout(250)  # a person looks; the page goes on asking for news
            if len(taken) >= clicks:
                break
        searches = [search(page, word) for word in WORDS]
    news, nodes = live_updates(browser, address)
    rate = (server.stats()["chat"] - before) / (time.monotonic() - began)
    return Measured(clicks=taken, searches=searches, news=news, nodes=nodes, calls_per_s=rate)


def live_updates(browser: Browser, address: str) -> tuple[list[float], int]:
    """How long each update of one growing tree took, and how many nodes it had at last."""
    resume(browser, address, GROWING)
    with page_at(browser, address, GROWING) as page:
        page.evaluate(_WATCH)
        until = time.monotonic() + _WATCHED_S
        while len(news := page.evaluate("window.news")) < _UPDATES and time.monotonic() < until:
            page.wait_for_timeout(500)
        return news, len(nodes_of(page, seeds_of(page)[0])) + 1


def search(page: Page, word: str) -> list[float]:
    found: list[float] = page.evaluate(_SEARCH, word)
    page.evaluate(_CLEAR)
    return found


def at_rest(browser: Browser, address: str) -> list[list[float]]:
    """Searches in the tree of 2,000 nodes, while nothing else goes on."""
    with page_at(browser, address, MANY) as page:
        return [search(page, word) for word in WORDS]


def report(busy: Measured, rest: list[list[float]], seeds: int) -> str:
    rows = [
        ("Click on a node → its detail drawn", "≤ 200", said(busy.clicks), str(len(busy.clicks))),
        (
            f"Live update of a tree that grew to {busy.nodes} shown nodes: asked → drawn",
            "–",
            said(busy.news) if len(busy.news) > 1 else "none seen",
            str(len(busy.news)),
        ),
        (
            "Search: last letter → marks in the open tree",
            "–",
            said([one for one, _ in busy.searches]),
            str(len(busy.searches)),
        ),
        (
            "Search: last letter → list of the run's trees",
            "–",
            said([one for _, one in busy.searches]),
            str(len(busy.searches)),
        ),
        ("At rest, tree of 2,000: last letter → marks", "–", said([one for one, _ in rest]), str(len(rest))),
        ("At rest, tree of 2,000: last letter → list", "–", said([one for _, one in rest]), str(len(rest))),
    ]
    return f"""{described("streamlit", "playwright")}

p50 / p95 in ms. The run on {seeds} seeds made {busy.calls_per_s:.0f} calls a second meanwhile (the server answers after {1000 * _LATENCY_S:.0f} ms, {_IN_FLIGHT} in
flight). Searches wait 180 ms for a further letter first; that is in the numbers. No node was opened before it was clicked.

{table(("", "aim", "p50 / p95", "n"), rows)}

`python -m benchmarks.trees --keep` measures again."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seeds", type=int, default=900, help="of the growing run; it must not end before the clicks do"
    )
    parser.add_argument("--clicks", type=int, default=120)
    parser.add_argument("--keep", action="store_true", help="write the result into docs/benchmarks.md")
    asked = parser.parse_args()
    chrome = find_chrome()
    if chrome is None:
        sys.exit(MISSING)
    with TemporaryDirectory() as folder, openai_server(p_equal=0.1, keep_requests=False) as server:
        with furnished(Path(folder)) as home:
            home.endpoint(server.base_url, in_flight=_IN_FLIGHT)
            furnish(home, asked.seeds)
        server.change(latency_s=_LATENCY_S)
        with sync_playwright() as playwright, running(STUDIO, Path(folder)) as (_, address, _began):
            browser = playwright.chromium.launch(executable_path=str(chrome), args=FLAGS)
            wait_for(address)
            rest = at_rest(browser, address)
            busy = while_busy(browser, address, server, asked.clicks)
            browser.close()
    text = report(busy, rest, asked.seeds)
    print(text)
    if asked.keep:
        write_section("trees", "Trees while a run is busy", text)


if __name__ == "__main__":
    main()
