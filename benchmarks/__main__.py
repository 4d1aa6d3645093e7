"""All measurements, one after the other; each puts its dated table into docs/benchmarks.md, and what stands around it stays.

    python -m benchmarks                     all: most of a working day, on a machine that does nothing else
    python -m benchmarks store pages         these
    python -m benchmarks --list              what there is, how long it takes, and when it was last measured

One that fails keeps no other from being measured; it is named in the end, and the exit status is then 1.
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import PAPER, table, write_section

ROOT = Path(__file__).parents[1]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One measurement: its section of the paper, what it asks in words, its command, and how long it takes."""

    section: str
    asks: str
    module: str
    arguments: tuple[str, ...] = ()
    minutes: int

    @property
    def command(self) -> str:
        return " ".join(("python -m", f"benchmarks.{self.module}", *self.arguments))


QUESTIONS = (
    Question(section="engine", asks="what a call costs, beside three other ways to make it", module="engine", arguments=("--keep",), minutes=40),
    Question(section="store", asks="writing and reading 250,000 instructions, beside SQLite", module="store", minutes=8),
    Question(section="store-big", asks="the same with 2.5 million", module="store", arguments=("--big",), minutes=45),
    Question(section="floors", asks="the five hottest paths beside their floors", module="floors", arguments=("--keep",), minutes=9),
    Question(section="pages", asks="the first page, clicks on nodes, an idle app", module="pages", arguments=("--keep",), minutes=5),
    Question(section="big", asks="every page of a project with 2.5 million instructions", module="big", arguments=("--keep",), minutes=30),
    Question(section="trees", asks="trees while a run is busy", module="trees", arguments=("--keep",), minutes=6),
    Question(section="imports", asks="taking in 250,000 rows, beside pandas", module="imports", minutes=6),
    Question(section="exports", asks="taking rows out, and a lineage back in", module="exports", minutes=20),
    Question(section="review", asks="from a key to the next item, beside plain Streamlit", module="review", arguments=("--keep",), minutes=12),
    Question(section="review-big", asks="the same with 2.5 million instructions", module="review", arguments=("--big", "--keep"), minutes=45),
    Question(section="review-load", asks="50 people who review while two runs grow", module="review_load", arguments=("--keep",), minutes=26),
    Question(section="soak", asks="what grows at ten times their pace", module="soak", arguments=("--keep",), minutes=90),
    Question(section="cluster", asks="growing on a Ray cluster of 1, 2 and 4 workers, beside the app alone", module="cluster", minutes=8),
    Question(section="studies", asks="results and judging of 10,000 prompts", module="studies", arguments=("--keep",), minutes=10),
    Question(section="explore", asks="numbers about 250,000 instructions, beside pandas", module="explore", minutes=5),
    Question(section="near", asks="near-duplicates of 250,000 instructions, beside the bare library", module="near", minutes=6),
    Question(section="maps", asks="drawing a map, beside the bare libraries", module="maps", minutes=12),
    Question(section="map-pan", asks="moving in a map, beside Streamlit's chart", module="map_pan", arguments=("--keep",), minutes=6),
)  # fmt: skip


def ask(question: Question) -> bool:
    """Whether it went well. What it says stands on the terminal."""
    command = [sys.executable, "-m", f"benchmarks.{question.module}", *question.arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def ask_all(questions: Sequence[Question], do: Callable[[Question], bool] = ask, paper: Path = PAPER) -> list[Question]:
    """One after the other; those that failed."""
    failed = []
    for number, question in enumerate(questions):
        began = time.monotonic()
        print(f"\n[{number + 1} of {len(questions)}] {question.section}: {question.asks}; about {question.minutes} minutes", flush=True)  # fmt: skip
        if not do(question):
            failed.append(question)
        minutes = (time.monotonic() - began) / 60
        print(f"{'failed' if question in failed else 'done'} after {minutes:.1f} minutes", flush=True)
        write_section("contents", "What is measured", contents(paper), paper)
    return failed


def contents(paper: Path = PAPER) -> str:
    """A table of all questions, with the day of each section's numbers."""
    text = paper.read_text(encoding="utf-8") if paper.exists() else ""
    rows = [
        (one.asks[0].upper() + one.asks[1:], f"`{one.command}`", _day(text, one.section), f"{one.minutes}")
        for one in QUESTIONS
    ]
    return table(("question", "command", "measured", "minutes"), rows)


def _day(text: str, section: str) -> str:
    """When what stands in a section was measured."""
    _, _, rest = text.partition(f"<!-- {section}:start -->")
    found = _DAY.search(rest.partition(f"<!-- {section}:end -->")[0])
    return found[0] if found else "not yet"


def main() -> int:
    """Exit status: 0 all went well, 1 some failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("names", nargs="*", metavar="NAME", help="a section; none: all of them")
    parser.add_argument("--list", action="store_true", help="what there is, and when it was last measured")
    asked = parser.parse_args()
    known = {one.section: one for one in QUESTIONS}
    if unknown := [name for name in asked.names if name not in known]:
        parser.error(f"there is no measurement {', '.join(unknown)}; there are {', '.join(known)}")
    if asked.list:
        print(contents())
        return 0
    failed = ask_all([known[name] for name in asked.names] if asked.names else QUESTIONS)
    if failed:
        print(f"\nFailed: {', '.join(one.section for one in failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
