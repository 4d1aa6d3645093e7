"""The five hottest paths, each beside the least that it could cost: what is asked for anyway, without the studio around it.

    python -m benchmarks.floors                   about eight minutes; prints the table
    python -m benchmarks.floors --keep            also writes it into docs/benchmarks.md

For what reads the log, the floor is the same statements on a bare DuckDB connection, their rows fetched and nothing else; for a
key in the deck it is a key that does nothing; for the engine the bare client; for the first page an ordinary Streamlit script.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from playwright.sync_api import Browser, sync_playwright

from benchmarks import review_deck, review_rows
from benchmarks.apps import FLAGS, STUDIO, p95, running, wait_for
from benchmarks.engine import measure, server, ways
from benchmarks.machine import described, table, write_section
from benchmarks.pages import CONNECT, HEADING, SIMPLE, first_pages
from core.domain.person import LOCAL_OWNER
from core.services.growing import overview, tree_nodes, trees
from core.services.projects import FIRST
from core.services.reviewing import queues
from core.store import run_reading
from core.store.database import Database
from tests.chrome import MISSING, find_chrome
from tests.e2e.furnish import PLAIN, furnished

PROJECT, EMPTY = "review", "benchmarks/empty_rerun.py"
_AIM, _WARM_UP, _EVERY_MS = 1.3, 3, 400
_CONFIG: Mapping[str, Any] = {"threads": 1}  # as the studio opens its files


@dataclass(frozen=True, kw_only=True)
class Hot:
    """One hot path and its floor; times in the unit that its name says."""

    name: str
    floor: str
    ours: list[float]
    least: list[float]

    @property
    def ratio(self) -> float:
        return median(self.ours) / median(self.least)


Statement = tuple[str, Any]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Every statement that is asked of a database meanwhile, with its parameters."""
    statements: list[Statement] = []
    kept = Database.query, Database.query_column

    def query(self: Database, sql: str, parameters: Any = ()) -> list[dict[str, Any]]:
        wanted = parameters if isinstance(parameters, dict) else list(parameters)
        statements.append((sql, wanted))
        return kept[0](self, sql, wanted)

    def query_column(self: Database, sql: str, parameters: Any) -> Sequence[int]:
        statements.append((sql, dict(parameters)))
        return kept[1](self, sql, parameters)

    Database.query, Database.query_column = query, query_column  # type: ignore[method-assign]
    try:
        yield statements
    finally:
        Database.query, Database.query_column = kept  # type: ignore[method-assign]


def ms(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - began)


def readings(actions: Sequence[Callable[[], object]]) -> tuple[list[float], list[list[Statement]]]:
    """How long each took, in ms, and what it asked of the log."""
    times, asked = [], []
    for action in actions:
        times.append(ms(action))
        with recorded() as statements:
            action()
        asked.append(statements)
    return times[_WARM_UP:], asked[_WARM_UP:]


def of_log(folder: Path, nodes: int, overviews: int) -> list[Hot]:
    """The paths that read the log; the floor is asked after the studio has let go of the file."""
    with furnished(folder) as home:
        project = home.project(PROJECT)
        run = run_reading.runs(project.database)[0].id
        seeds = trees.seeds(LOCAL_OWNER, project, run).seeds
        ids = [one.id for seed in seeds for one in trees.tree(LOCAL_OWNER, project, run, seed.id).nodes]
        look = [partial(tree_nodes.node, LOCAL_OWNER, project, id_, run) for id_ in ids[: nodes + _WARM_UP]]
        found = {
            "A click on a node: everything about it, ms": readings(look),
            "The overview of a run, ms": readings([partial(overview.overview, LOCAL_OWNER, project, run)] * (overviews + _WARM_UP)),
        }  # fmt: skip
    file = folder / "projects" / f"{PROJECT}.duckdb"
    with duckdb.connect(str(file), config=dict(_CONFIG)) as connection:
        return [
            Hot(name=name, floor="the same statements on a bare connection", ours=times, least=[bare_ms(connection, each) for each in asked])
            for name, (times, asked) in found.items()
        ]  # fmt: skip


def bare_ms(connection: duckdb.DuckDBPyConnection, statements: Sequence[Statement]) -> float:
    return ms(lambda: [connection.execute(sql, parameters).fetchall() for sql, parameters in statements])


def of_keys(browser: Browser, folder: Path, presses: int) -> Hot:
    """From a key to the next item's second frame, and to the second frame of a rerun that shows a number."""
    with furnished(folder) as home:
        queue = queues.default(home.project(PROJECT)).id
    with running(EMPTY, folder, "--runner.postScriptGC", "false") as (_, address, _began):
        wait_for(address)
        least = review_deck.of_plain(browser, address, presses, _EVERY_MS).shown
    with running(STUDIO, folder) as (_, address, _began):
        wait_for(address)
        deck = f"{address}/review?project={PROJECT}&queue={queue}"
        ours = review_deck.of_studio(browser, deck, presses, _EVERY_MS).shown
    return Hot(
        name="A key in the deck → the next item's second frame, ms",
        floor="an empty rerun by a key",
        ours=ours,
        least=least,
    )


def of_engine(calls: int, repeat: int) -> Hot:
    """Processor time a call, in ms, with the log on; the client alone keeps nothing."""
    both = {way.name: way for way in ways(calls) if way.name in ("ours", "bare")}
    with server() as on:
        found = [{name: measure(way, on).cpu_ms for name, way in both.items()} for _ in range(repeat)]
    return Hot(
        name="The engine, a call: processor time, ms", floor="the bare client, nothing kept",
        ours=[one["ours"] for one in found], least=[one["bare"] for one in found],
    )  # fmt: skip


def of_start(browser: Browser, folder: Path, times: int) -> Hot:
    least, _ = first_pages(browser, SIMPLE, folder / "start", HEADING, times)
    ours, _ = first_pages(browser, STUDIO, folder / "start", CONNECT, times)
    return Hot(
        name="Process start → first page drawn, ms", floor="an ordinary Streamlit script", ours=ours, least=least
    )


def report(found: Sequence[Hot], n: int) -> str:
    """The section of docs/benchmarks.md."""
    rows = [(one.name, one.floor, _said(one.ours), _said(one.least), f"{one.ratio:.2f}") for one in found]
    return f"""{n:,} instructions in the project. p50 / p95. Aim: every ratio at most {_AIM}. {described("streamlit", "duckdb", "playwright")}

{table(("path", "its floor", "studio", "floor", "ratio"), rows)}

`python -m benchmarks.floors --keep` measures again."""


def _said(values: Sequence[float]) -> str:
    return f"{median(values):,.1f} / {p95(list(values)):,.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instructions", type=int, default=250_000)
    parser.add_argument("--times", type=int, default=60, help="keys and nodes")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--calls", type=int, default=8_000)
    parser.add_argument("--keep", action="store_true", help="write the result into docs/benchmarks.md")
    asked = parser.parse_args()
    chrome = find_chrome()
    if chrome is None:
        sys.exit(MISSING)
    with TemporaryDirectory(prefix="floors-") as name, sync_playwright() as playwright:
        folder = Path(name)
        with furnished(folder / "start") as home:
            home.project(FIRST, PLAIN)
        with furnished(folder) as home:
            review_rows.fill(home.project(PROJECT).database, None, asked.instructions, asked.instructions // 25)
        browser = playwright.chromium.launch(executable_path=str(chrome), args=FLAGS)
        found = [
            of_keys(browser, folder, asked.times),
            *of_log(folder, asked.times, 10),
            of_engine(asked.calls, 3),
            of_start(browser, folder, asked.starts),
        ]
        browser.close()
    text = report(found, asked.instructions)
    print(text)
    if asked.keep:
        write_section("floors", "The five hottest paths beside their floors", text)


if __name__ == "__main__":
    main()
