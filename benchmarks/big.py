"""Every page of a project with 2.5 million instructions, in a real Chromium, beside the same pages of the demo.

    python -m benchmarks.big --keep                      builds the project (about 20 minutes, 5 GB), then opens every page
    python -m benchmarks.big --instructions 5000         a short look
    python -m benchmarks.big --folder FOLDER             keeps the project there, and takes it from there the next time

A page counts from the navigation until Streamlit says that its script has ended and two frames have passed, in a window that has the
studio's scripts in its cache. The first opening after the app's start stands apart: what is worked out once is worked out then.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import review_rows
from benchmarks.apps import FLAGS, STUDIO, TWO_FRAMES, running, wait_for
from benchmarks.machine import described, table, write_section
from core.domain.person import LOCAL_OWNER
from core.services.projects import DEMO, FIRST
from tests.chrome import MISSING, find_chrome
from tests.e2e.furnish import PLAIN, furnished

BIG = "big"
_SLOWEST_MS = 120_000
_LONG_EVERY, _DECIDED_EVERY = 12, 100
AIM_MS = 1_000
# The page, and what else stands in its address.
PAGES = (
    ("Home", "", ""), ("Seeds", "seeds", ""), ("Runs", "runs", ""), ("A run's overview", "runs", "view=overview"), ("Trees", "trees", ""),
    ("Review", "review", ""), ("History", "history", ""), ("Team", "team", ""), ("Rates", "rates", ""), ("Studies", "studies", ""),
    ("Explore, survival", "explore", ""), ("Explore, coverage", "explore", "view=coverage"), ("Explore, diversity", "explore", "view=diversity"),
    ("Explore, map", "explore", "view=map"), ("Data", "data", ""), ("Projects", "projects", ""), ("Settings", "settings", ""),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One page of one project, in ms."""

    first: float
    again: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Measured:
    big: dict[str, Opened]
    demo: dict[str, Opened]
    start_s: float
    idle_mb: float
    most_mb: float


def furnish(folder: Path, n: int) -> None:
    """The project, if it is not there yet."""
    with furnished(folder) as home:
        home.project(FIRST, PLAIN)
        home.studio.demo(LOCAL_OWNER)
        if not (folder / "projects" / f"{BIG}.duckdb").exists():
            began = time.monotonic()
            review_rows.fill(home.project(BIG).database, None, n, n // _DECIDED_EVERY, _LONG_EVERY)
            print(f"filled in {time.monotonic() - began:.0f} s", flush=True)


def measure(browser: Browser, folder: Path, times: int) -> Measured:
    with running(STUDIO, folder) as (process, address, began):
        wait_for(address)
        start_s = time.monotonic() - began
        with window(browser, address) as page:
            idle_mb = process.memory_info().rss / 1e6
            demo, big = (every_page(page, address, project, times) for project in (DEMO, BIG))
            most_mb = _peak_mb(process)
    return Measured(big=big, demo=demo, start_s=start_s, idle_mb=idle_mb, most_mb=most_mb)


def every_page(page: Page, address: str, project: str, times: int) -> dict[str, Opened]:
    found = {}
    for title, path, more in PAGES:
        found[title] = opened(page, f"{address}/{path}?project={project}&{more}", times)
        print(
            f"{project}: {title}: {found[title].first:,.0f} ms, then {median(found[title].again):,.0f} ms", flush=True
        )
    return found


@contextmanager
def window(browser: Browser, address: str) -> Iterator[Page]:
    """A window that has seen a page of the studio."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(_SLOWEST_MS)
    _open(page, address)
    yield page
    page.close()


def opened(page: Page, url: str, times: int) -> Opened:
    return Opened(first=_open(page, url), again=tuple(_open(page, url) for _ in range(times)))


def _open(page: Page, url: str) -> float:
    began = time.monotonic()
    page.goto(url, wait_until="commit")
    page.locator("[data-testid=stMain] h1").first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.evaluate(TWO_FRAMES)
    return 1000 * (time.monotonic() - began)


def _peak_mb(process: psutil.Process) -> float:
    """The most that the process ever had, where the system says so; else what it has now."""
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        peaks = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM")]
        return int(peaks[0].split()[1]) * 1024 / 1e6
    return process.memory_info().rss / 1e6


def report(found: Measured, n: int, times: int, file_mb: float) -> str:
    rows = [_row(title, found.big[title], found.demo[title]) for title, _, _ in PAGES]
    over = [title for title, _, _ in PAGES if median(found.big[title].again) > AIM_MS]
    verdict = f"Over the aim: {', '.join(over)}." if over else "All pages are within the aim."
    return f"""{n:,} instructions with responses and outcomes in one project of {file_mb:,.0f} MB, one in {_DECIDED_EVERY} decided; {times} openings of each page after its first.
{described("streamlit", "duckdb", "playwright")} The app listened {found.start_s:.1f} s after its start. Its memory: {found.idle_mb:,.0f} MB with one page open, at most
{found.most_mb:,.0f} MB. {verdict}

{table(("ms", "aim", f"{n:,}: first", "again, middle", "again, slowest", "the demo, middle"), rows)}

`python -m benchmarks.big --keep` measures again."""


def _row(title: str, big: Opened, demo: Opened) -> Sequence[str]:
    times = (big.first, median(big.again), max(big.again), median(demo.again))
    return (title, f"≤ {AIM_MS:,}", *(f"{ms:,.0f}" for ms in times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instructions", type=int, default=2_500_000)
    parser.add_argument("--times", type=int, default=5, help="openings of each page after its first")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", action="store_true", help="write the result into docs/benchmarks.md")
    asked = parser.parse_args()
    chrome = find_chrome()
    if chrome is None:
        sys.exit(MISSING)
    with TemporaryDirectory(prefix="big-") as name:
        folder = asked.folder or Path(name)
        furnish(folder, asked.instructions)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(chrome), args=FLAGS)
            found = measure(browser, folder, asked.times)
            browser.close()
        file_mb = (folder / "projects" / f"{BIG}.duckdb").stat().st_size / 1e6
    text = report(found, asked.instructions, asked.times, file_mb)
    print(text)
    if asked.keep:
        write_section("big", f"Every page of {asked.instructions:,} instructions", text)


if __name__ == "__main__":
    main()
