"""Where and when a measurement was made, and how its table gets into docs/benchmarks.md."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

PAPER = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def described(*libraries: str) -> str:
    """One line: date, processor, memory, load, Python and the libraries that matter."""
    memory = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}; "
        f"load {os.getloadavg()[0]:.1f} when it began; Python {platform.python_version()}, {versions}."
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists() and (found := re.search(r"model name\s*:\s*(.+)", info.read_text())):
        return found[1].strip()
    return platform.processor() or platform.machine()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))


def write_section(name: str, title: str, text: str, into: Path = PAPER) -> None:
    """Replace what stands between `<!-- name:start -->` and `<!-- name:end -->`; a new section goes to the end."""
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    paper = into.read_text(encoding="utf-8") if into.exists() else "# Benchmarks\n"
    if start not in paper:
        paper = f"{paper.rstrip()}\n\n## {title}\n{start}\n{end}\n"
    before, _, rest = paper.partition(start)
    after = rest.partition(end)[2]
    into.write_text(f"{before}{start}\n{text.strip()}\n{end}{after}", encoding="utf-8")
