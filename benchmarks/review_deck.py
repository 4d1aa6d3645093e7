"""Key presses in a real Chromium: from the key to the next item's second frame, and to the answer that it is saved."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from playwright.sync_api import Browser, Page

from benchmarks.apps import FIND

_READY_MS = 60_000
_FILLED_MS = 2_000  # after the first card: by then the rest of the hand is here
_LEAST_GAP_MS = 120  # a person does not decide faster, and two presses must not be taken for one
_REASONS = "123456789"  # 0 asks for a note
IDLE_KEY = "z"  # no key of either app: what a press costs of which nothing follows

# Runs before anything else of the page. The frames are counted from the key; an item that is not there at the second one is
# waited for, and its time is the time of the frame at which it was. Reading what is shown is part of what is measured.
_PROBE = """(() => {
  %(find)s
  let part = null;
  const shown = () => { part = part?.isConnected ? part : (document.querySelector(`%(where)s`) ?? find(`%(where)s`)); return part?.textContent ?? ''; };
  window.presses = [];
  window.saved = [];
  window.drawn = [];
  const kept = { 'deck:saved': window.saved, 'deck:next': window.drawn };
  new PerformanceObserver(list => { for (const one of list.getEntries()) kept[one.name]?.push(one.duration); })
    .observe({ type: 'measure' });
  addEventListener('keydown', event => {
    const [at, before, isIdle] = [event.timeStamp, shown(), event.key === '%(idle)s'];
    let frames = 0;
    const frame = () => {
      frames += 1;
      if (frames < 2 || (!isIdle && shown() === before && performance.now() - at < 20_000)) requestAnimationFrame(frame);
      else window.presses.push([performance.now() - at, frames]);
    };
    requestAnimationFrame(frame);
  }, true);
})()"""


@dataclass(frozen=True, kw_only=True)
class Presses:
    """Times in ms. `drawn`: until the item is in the page, which then has to be painted; by the deck's own clock.

    `late`: how many items were not there at the second frame. `idle`: presses that do nothing.
    """

    shown: list[float]
    drawn: list[float]
    late: int
    saved: list[float]
    idle: list[float]


def of_studio(browser: Browser, deck: str, n: int, every_ms: int) -> Presses:
    """The deck at this address: most are accepted, some rejected with a reason's digit."""
    page = _page(browser, "[data-at=tx]")
    page.goto(deck)
    page.locator("[data-at=tx] .read, [data-at=tx] .sides").first.wait_for(timeout=_READY_MS)
    page.wait_for_timeout(_FILLED_MS)
    rng = Random(3)
    found = _press(page, n, every_ms, lambda: rng.choice(_REASONS) if rng.random() < 0.2 else "a")
    page.wait_for_function(f"window.saved.length >= {n}", timeout=_READY_MS)
    drawn, saved = page.evaluate("[window.drawn, window.saved]")
    page.close()
    return replace(found, drawn=drawn, saved=saved)


def of_plain(browser: Browser, address: str, n: int, every_ms: int) -> Presses:
    """The plain script. It has written the verdict before it shows the next item, so that is saved when it is shown."""
    page = _page(browser, "[data-testid=stMain] h3")
    page.goto(address)
    page.locator("[data-testid=stMain] h3").wait_for(timeout=_READY_MS)
    page.wait_for_timeout(_FILLED_MS)
    found = _press(page, n, every_ms, lambda: "a")
    page.close()
    return found


def _page(browser: Browser, where: str) -> Page:
    page = browser.new_page(
        viewport={"width": 1280, "height": 800}, bypass_csp=True
    )  # what is asked of it here is a script too
    page.add_init_script(_PROBE % {"find": FIND, "where": where, "idle": IDLE_KEY})
    return page


def _press(page: Page, n: int, every_ms: int, key: Callable[[], str]) -> Presses:
    """Press, wait until the next item is there, look at it for a while; never in step with the frames."""
    rng = Random(5)
    counts = {}
    for what, times, choose in (("idle", max(20, n // 5), lambda: IDLE_KEY), ("item", n, key)):
        page.evaluate("window.presses.length = 0")
        for number in range(times):
            page.keyboard.press(choose())
            page.wait_for_function(f"window.presses.length > {number}", timeout=_READY_MS)
            page.wait_for_timeout(_LEAST_GAP_MS + 2 * rng.random() * max(0, every_ms - _LEAST_GAP_MS))
        counts[what] = page.evaluate("window.presses")
    shown = [ms for ms, _ in counts["item"]]
    late = sum(frames > 2 for _, frames in counts["item"])
    return Presses(shown=shown, drawn=[], late=late, saved=shown, idle=[ms for ms, _ in counts["idle"]])
