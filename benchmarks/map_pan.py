"""How does a map of 250,000 points move, in a real Chromium, beside Streamlit's own chart of the same points?

    python -m benchmarks.map_pan                     250,000 points; prints the table
    python -m benchmarks.map_pan --keep              also writes it into docs/benchmarks.md
    python -m benchmarks.map_pan --rows 20000        another number of points
    python -m benchmarks.map_pan --folder FOLDER     keeps the project that it makes there, and takes it again
    python -m benchmarks.map_pan --gpu               lets Chromium use (or imitate) graphics hardware, and the map choose WebGL

The places are made up: 20 clusters. A real mouse drags and turns its wheel for some seconds; the page itself notes when each frame
begins. At 60 frames a second one lasts 17 ms; what takes more than twice as long is seen as a stutter.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, sin
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, FloatRect, Locator, Page, sync_playwright

from benchmarks.apps import FIND, FLAGS, STUDIO, TWO_FRAMES, UNTIL, p95, running, wait_for
from benchmarks.machine import described, table, write_section
from benchmarks.map_rows import MAP_ID, SLUG, build
from tests.chrome import MISSING, find_chrome

ROWS, PANNED_S, ZOOMS = 250_000, 5.0, 12
STUTTER_MS = 34.0
SIMPLE = "benchmarks/plain_map.py"
_WATCH = """() => { window.frames_ = []; let last = performance.now(); window.watching = true;
  const note = now => { window.frames_.push(now - last); last = now; if (window.watching) requestAnimationFrame(note); };
  requestAnimationFrame(note); }"""
_WATCHED = "() => { window.watching = false; return window.frames_.slice(2); }"
# From the key as the browser gets it until the points are painted in other colours and the next frame begins.
_RECOLOUR = f"""async key => {{ {FIND} {UNTIL}
  const root = find('.es.map');
  const drawn = Number(root.dataset.drawn);
  const began = performance.now();
  document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true, composed: true }}));
  await until(() => Number(root.dataset.drawn) > drawn && root.dataset.ready === 'true');
  return performance.now() - began;
}}"""
_PICK = f"""async () => {{ {FIND} {UNTIL}
  const pane = find('.mv');
  const box = pane.getBoundingClientRect();
  const fire = (type, x, y) => pane.dispatchEvent(new PointerEvent(type, {{ bubbles: true, composed: true, pointerId: 1, button: 0, shiftKey: true,
    clientX: box.left + box.width * x, clientY: box.top + box.height * y }}));
  pane.setPointerCapture = () => {{}};
  fire('pointerdown', .3, .2);
  for (let turn = 0; turn < 200; turn++) fire('pointermove', .5 - .25 * Math.cos(turn / 32), .5 - .35 * Math.sin(turn / 32));
  const began = performance.now();
  fire('pointerup', .3, .2);
  await until(() => /picked out/.test(find('.sb').textContent));
  const taken = performance.now() - began;
  find('[data-act=clear]').click();
  return taken;
}}"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One app. Times in ms; a list of how long each frame lasted."""

    opened: float
    panned: list[float]
    close: list[float]
    zoomed: list[float]


def frames_while(page: Page, doing: Callable[[], None]) -> list[float]:
    """How long each frame lasted meanwhile."""
    page.evaluate(_WATCH)
    doing()
    found: list[float] = page.evaluate(_WATCHED)
    return found


def drag_about(page: Page, box: FloatRect) -> None:
    """A hand that drags the map to and fro."""
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    began = time.monotonic()
    while (at := time.monotonic() - began) < PANNED_S:
        page.mouse.move(x + 0.3 * box["width"] * sin(2.2 * at), y + 0.25 * box["height"] * (1 - cos(1.7 * at)))
    page.mouse.up()


def turn_wheel(page: Page, box: FloatRect) -> None:
    """Closer, and back again."""
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for turn in [-120] * ZOOMS + [120] * ZOOMS:
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(60)


def measured(page: Page, pane: Locator, opened: float) -> Measured:
    box = pane.bounding_box()
    assert box is not None, "nothing is drawn"
    page.wait_for_timeout(1500)
    panned = frames_while(page, lambda: drag_about(page, box))
    zoomed = frames_while(page, lambda: turn_wheel(page, box))
    for _ in range(4):
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(300)
    return Measured(
        opened=opened, panned=panned, close=frames_while(page, lambda: drag_about(page, box)), zoomed=zoomed
    )


def of_studio(browser: Browser, home: Path) -> tuple[Measured, str, list[float], list[float]]:
    """Our map: how it moves, which painter it chose, how long other colours and a lasso take."""
    with running(STUDIO, home) as (_, address, _):
        wait_for(address)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/explore?project={SLUG}&view=survival")
        page.get_by_role("heading", level=1).wait_for(timeout=60_000)
        page.wait_for_timeout(3000)
        began = time.monotonic()
        page.goto(f"{address}/explore?project={SLUG}&view=map&map={MAP_ID}")
        page.locator(".es.map[data-ready=true]").wait_for(timeout=60_000)
        page.evaluate(TWO_FRAMES)
        opened = 1000 * (time.monotonic() - began)
        found = measured(page, page.locator(".mv"), opened)
        page.keyboard.press("0")
        page.wait_for_timeout(800)
        colours = [page.evaluate(_RECOLOUR, key) for key in "23456123456"]
        lassos = [page.evaluate(_PICK) for _ in range(6)]
        painter = page.locator(".es.map").get_attribute("data-painter") or ""
        page.close()
    return found, painter, colours, lassos


def of_plain(browser: Browser, home: Path) -> Measured:
    """Streamlit's own chart."""
    with running(SIMPLE, home) as (_, address, _):
        wait_for(address)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(240_000)
        page.goto(address)
        page.get_by_text("points").wait_for()
        began = time.monotonic()
        page.reload()
        page.locator(".gl-canvas").first.wait_for()
        page.get_by_text("points").wait_for()
        page.evaluate(TWO_FRAMES)
        found = measured(page, page.locator(".nsewdrag").first, 1000 * (time.monotonic() - began))
        page.close()
    return found


def in_words(frames: list[float]) -> str:
    """Middle / 95th of a hundred / longest, and the share of the time that went in frames of more than two."""
    late = sum(one for one in frames if one > STUTTER_MS) / sum(frames)
    return f"{median(frames):,.0f} / {p95(frames):,.0f} / {max(frames):,.0f}; {100 * late:.0f} %"


def report(ours: tuple[Measured, str, list[float], list[float]], plain: Measured | None, n: int, gpu: bool) -> str:
    found, painter, colours, lassos = ours
    beside = (plain.panned, plain.close, plain.zoomed) if plain else None
    panned, close, zoomed = map(in_words, beside) if beside else ("–", "–", "–")
    rows = [
        ("The page asked for → its points painted", f"{found.opened:,.0f}", f"{plain.opened:,.0f}" if plain else "–"),
        ("Dragging the whole map", in_words(found.panned), panned),
        ("Dragging it close by", in_words(found.close), close),
        ("Turning the wheel", in_words(found.zoomed), zoomed),
        ("Other colours: key → painted", f"{median(colours):,.0f} / {max(colours):,.0f}", "–"),
        ("A lasso of 200 corners: let go → counted", f"{median(lassos):,.0f} / {max(lassos):,.0f}", "–"),
    ]
    hardware = (
        "Chromium was let use graphics hardware; where there is none it imitates it."
        if gpu
        else "Chromium without graphics hardware."
    )
    return f"""{described("streamlit", "playwright", "plotly")}

{n:,} points. {hardware} The map chose to paint by {painter}. Frames: middle / 95th of a hundred / longest in ms; the share of the time
that went in frames of more than {STUTTER_MS:.0f} ms, which are seen as a stutter. Others: middle / longest in ms.

{table(("", "the map", "Streamlit's chart (Plotly, WebGL)"), rows)}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--gpu", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without Streamlit's chart")
    asked = parser.parse_args()
    chrome = find_chrome()
    if chrome is None:
        sys.exit(MISSING)
    with TemporaryDirectory(prefix="map-pan-") as made, sync_playwright() as playwright:
        home = asked.folder or Path(made)
        if not (home / "points.parquet").exists():
            build(home, asked.rows)
        flags = [one for one in FLAGS if one != "--disable-gpu"] if asked.gpu else FLAGS
        browser = playwright.chromium.launch(executable_path=str(chrome), args=flags)
        ours = of_studio(browser, home)
        plain = None if asked.alone else of_plain(browser, home)
        browser.close()
    text = report(ours, plain, asked.rows, asked.gpu)
    print(text)
    if asked.keep:
        write_section("map-pan", f"A map of {asked.rows:,} points: how it moves", text)


if __name__ == "__main__":
    main()
