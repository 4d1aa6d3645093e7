"""How long does it take to find what says nearly the same among 250,000 instructions? Beside it, the bare library on the same texts.

    python -m benchmarks.near                     250,000 texts; writes docs/benchmarks.md
    python -m benchmarks.near --rows 20000        another number, which is only printed

Seeds as long as Alpaca's instructions; one in fifty is an earlier one with a word changed. The studio's search is the one of Review and of
`export --repeats near`: signatures, groups, then every group compared word for word. The script beside it reads the texts from a list
and puts datasketch's MinHash into its MinHashLSH, as its documentation shows; nothing is compared afterwards. Each in a process of its
own: time by the clock, memory over the process before it began.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.imports import _peak as peak_of
from benchmarks.imports import _text
from benchmarks.machine import described, table, write_section

ROOT = Path(__file__).parents[1]
ROWS, EVERY = 250_000, 50
SHORTEST, LONGEST = 15, 80  # words
STUDIO, LIBRARY = "the studio", "datasketch, MinHashLSH"


def texts(n: int) -> list[str]:
    """The same ones for the same number."""
    rng = Random(11)
    made: list[str] = []
    for number in range(n):
        if number and number % EVERY == 0:
            made.append(_changed(rng, rng.choice(made[-5_000:])))
        else:
            made.append(f"{_text(rng, rng.randint(SHORTEST, LONGEST))} {number}.")
    return made


def _changed(rng: Random, text: str) -> str:
    words = text.split()
    words[rng.randrange(len(words))] = "otherwise"
    return " ".join(words)


def ours(path: Path) -> dict[str, float]:
    """Find them in a project, as Review does."""
    from core.domain.explore import SEEDS
    from core.domain.person import LOCAL_OWNER
    from core.services.projects import Projects
    from core.services.reviewing.duplicates import Duplicates

    projects = Projects(path.parent)
    project = projects.open_file(LOCAL_OWNER, path)
    duplicates = Duplicates()
    with peak_of() as peak:
        began, cpu = time.perf_counter(), time.process_time()
        duplicates.start(LOCAL_OWNER, project, SEEDS)
        while (now := duplicates.progress(LOCAL_OWNER, project, SEEDS)) is None or now.is_going:
            time.sleep(0.05)
        found = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "mb": peak()}
    assert not now.problem, now.problem
    projects.close()
    return found | {"groups": len(now.groups), "texts": sum(len(one.ids) for one in now.groups)}


def library(path: Path) -> dict[str, float]:
    """The same by the library's own index, as its documentation shows."""
    from datasketch import MinHash, MinHashLSH

    from core.evolution.text import shingles
    from core.services.reviewing.duplicates import ALIKE

    every = json.loads(path.read_text(encoding="utf-8"))
    with peak_of() as peak:
        began, cpu = time.perf_counter(), time.process_time()
        index, found = MinHashLSH(threshold=ALIKE, num_perm=96), 0
        for number, text in enumerate(every):
            made = MinHash(num_perm=96)
            made.update_batch(" ".join(run).encode() for run in shingles(text))
            found += bool(index.query(made))
            index.insert(number, made)
        return {
            "seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "mb": peak(), "groups": 0, "texts": found
        }  # fmt: skip


def build(path: Path, file: Path, every: list[str]) -> None:
    """A project that has these texts as its seeds, and a file of them."""
    from core.domain.person import LOCAL_OWNER
    from core.services.growing import seeds
    from core.services.projects import Projects

    file.write_text(json.dumps(every), encoding="utf-8")
    rows = file.with_suffix(".jsonl")
    rows.write_text("".join(f"{json.dumps({'instruction': one})}\n" for one in every), encoding="utf-8")
    projects = Projects(path.parent)
    project = projects.open_file(LOCAL_OWNER, path)
    seeds.import_file(LOCAL_OWNER, project, rows, name="made up", licence="CC0-1.0")
    projects.close()


def in_a_process(way: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.near", "--one", way, str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def measure(n: int, folder: Path) -> list[tuple[str, ...]]:
    """A line each."""
    build(folder / "near.duckdb", folder / "texts.json", texts(n))
    lines: list[tuple[str, ...]] = []
    for way, path in ((STUDIO, folder / "near.duckdb"), (LIBRARY, folder / "texts.json")):
        found = in_a_process(way, path)
        groups = f"{found['groups']:,.0f}" if way == STUDIO else "–"
        lines.append((
            way, f"{found['seconds']:.1f} s", f"{found['cpu']:.1f} s", f"{n / found['seconds']:,.0f}", f"{found['mb']:,.0f} MB", groups,
            f"{found['texts']:,.0f}",
        ))  # fmt: skip
        print(" | ".join(lines[-1]), flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--one", nargs=2, metavar=("WAY", "PATH"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        way, path = asked.one
        print(json.dumps((ours if way == STUDIO else library)(Path(path))))
        return
    where = described("duckdb", "datasketch", "numpy")
    with TemporaryDirectory(prefix="near-") as folder:
        lines = measure(asked.rows, Path(folder))
    head = ("way", "time (aim ≤ 60 s)", "processor", "texts/s", "over the process before", "groups", "texts in them")
    said = (
        f"{asked.rows:,} texts of {SHORTEST} to {LONGEST} words, one in {EVERY} an earlier one with a word changed."
        f" The studio reads them from the project and compares every group word for word; the library counts every text that its index calls"
        f" alike to an earlier one, right or wrong. {where}\n\n{table(head, lines)}"
    )
    print(said)
    if asked.rows == ROWS:
        write_section("near", f"Near-duplicates of {ROWS:,} instructions", said)


if __name__ == "__main__":
    main()
