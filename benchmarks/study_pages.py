"""The page of results and the next trial of a large study in a real Chromium, and the script's page beside them."""

import time
from pathlib import Path
from random import Random

from playwright.sync_api import Browser, Page

from benchmarks import study_rows
from benchmarks.apps import FIND, STUDIO, TWO_FRAMES, running, wait_for

CLOSED, OPEN, SMALL = "closed", "open", "small"  # projects
PLAIN_SCRIPT = "benchmarks/plain_studies.py"
_READY_MS = 120_000
_FIGURES = 4  # outcomes, difficulty, pairs, skills
# Nothing is worked out any more, no script runs, and the dots have their intervals.
_ALL_THERE = """document.querySelector('[data-test-script-state]').dataset.testScriptState === 'notRunning'
  && ![...document.querySelectorAll('button')].some(one => one.textContent === 'Stop')
  && document.querySelectorAll('.js-plotly-plot .errorbar').length > 20"""
# From the press to the second frame at which another trial is there.
_PROBE = f"""(() => {{ {FIND}
  const shown = () => find('.jd')?.dataset.trial ?? '';
  window.presses = [];
  addEventListener('keydown', event => {{
    if (event.key !== 'Enter') return;
    const [at, before] = [event.timeStamp, shown()];
    let frames = 0;
    const frame = () => {{
      frames += 1;
      if (frames < 2 || (shown() === before && performance.now() - at < 20_000)) requestAnimationFrame(frame);
      else window.presses.push(performance.now() - at);
    }};
    requestAnimationFrame(frame);
  }}, true);
}})()"""


def open_results(page: Page, address: str, project: str) -> float:
    """From the press on the button of the project's one study until its figures are drawn, in ms."""
    page.goto(f"{address}/results?project={project}")
    name = page.get_by_role("button", name="Results", exact=True)
    name.wait_for(timeout=_READY_MS)
    page.wait_for_timeout(700)  # the page has come to rest
    began = time.perf_counter()
    name.click()
    _until_drawn(page, _FIGURES)
    return 1000 * (time.perf_counter() - began)


def _until_drawn(page: Page, figures: int) -> None:
    page.wait_for_function(
        f"document.querySelectorAll('.js-plotly-plot:has(.main-svg)').length >= {figures}",
        timeout=_READY_MS,
        polling="raf",
    )
    page.evaluate(TWO_FRAMES)


def open_votes(page: Page) -> float:
    """From the press on "All votes" until every vote has its interval, in ms."""
    page.get_by_text("Verdicts", exact=True).click()
    page.get_by_text("one verdict per prompt").wait_for(timeout=_READY_MS)
    page.wait_for_timeout(700)
    began = time.perf_counter()
    page.get_by_text("All votes", exact=True).click()
    page.get_by_text("every vote, 95 % intervals").wait_for(timeout=_READY_MS)
    page.wait_for_function(_ALL_THERE, timeout=_READY_MS)
    page.evaluate(TWO_FRAMES)
    return 1000 * (time.perf_counter() - began)


def of_studio(browser: Browser, folder: Path, times: int) -> tuple[float, list[float], list[float]]:
    """The first opening since the start (its figures' code is there, from another study), later ones, and all votes."""
    with running(STUDIO, folder) as (_, address, _began):
        wait_for(address)
        page = browser.new_page(
            viewport={"width": 1280, "height": 800}, bypass_csp=True
        )  # what is asked of it here is a script too
        open_results(page, address, SMALL)
        first = open_results(page, address, CLOSED)
        votes = [open_votes(page)]
        again = [open_results(page, address, CLOSED) for _ in range(times)]
        page.close()
    return first, again, votes


def of_plain(browser: Browser, folder: Path, times: int) -> tuple[float, list[float]]:
    """The script: its first drawing with the table read, then another opponent."""
    with running(PLAIN_SCRIPT, folder) as (_, address, _began):
        wait_for(address)
        page = browser.new_page(
            viewport={"width": 1280, "height": 800}, bypass_csp=True
        )  # what is asked of it here is a script too
        page.goto(f"{address}/_stcore/health")
        began = time.perf_counter()
        page.goto(address)
        _until_drawn(page, 3)
        first, again = 1000 * (time.perf_counter() - began), []
        for number in range(times):
            other = study_rows.SYSTEMS[2 + number % 2]
            page.get_by_role("combobox").nth(1).click()
            option = page.get_by_role("option", name=other)
            option.wait_for()
            began = time.perf_counter()
            option.click()
            page.get_by_role("heading", name=f"against {other}").wait_for(timeout=_READY_MS)
            page.wait_for_function(
                "document.querySelector('[data-test-script-state]')?.dataset.testScriptState === 'notRunning'",
                timeout=_READY_MS,
            )
            page.evaluate(TWO_FRAMES)
            again.append(1000 * (time.perf_counter() - began))
        page.close()
    return first, again


def of_judge(browser: Browser, folder: Path, study_id: str, presses: int) -> list[float]:
    """From Enter to the next trial's second frame."""
    with running(STUDIO, folder) as (_, address, _began):
        wait_for(address)
        page = browser.new_page(
            viewport={"width": 1280, "height": 800}, bypass_csp=True
        )  # what is asked of it here is a script too
        page.add_init_script(_PROBE)
        page.goto(f"{address}/judge?project={OPEN}&study={study_id}")
        page.get_by_role("button", name="Begin").first.click(timeout=_READY_MS)  # no key: presses are what is measured
        page.wait_for_timeout(2_000)
        rng = Random(1)
        for number in range(presses):
            for _ in study_rows.SYSTEMS:
                page.keyboard.press(rng.choice("1234"))
            page.wait_for_timeout(150 + 300 * rng.random())
            page.keyboard.press("Enter")
            page.wait_for_function(f"window.presses.length > {number}", timeout=_READY_MS)
        found: list[float] = page.evaluate("window.presses")
        page.close()
    return found
