"""What the engine costs: calls a second, CPU and memory, side by side with three other ways to make the same calls.

    python -m benchmarks.engine                     20,000 calls, five repetitions: about half an hour
    python -m benchmarks.engine --calls 4000 --repeat 2 --keep

Every way asks one server (a process of its own, 200 ms a reply) with 256 calls in flight, in a process of its own that
does nothing else. Repetitions alternate, so that a busy moment hits all ways alike. All numbers are taken from outside,
from the server's count and from the operating system, after a warm-up and before the last calls trickle in.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import platformdirs
import psutil

from benchmarks.engine_ways import IN_FLIGHT
from benchmarks.machine import write_section

ROOT = Path(__file__).resolve().parents[1]
DISTILABEL = "distilabel[openai]==1.5.3"
_LATENCY_S, _WORDS = 0.2, 150
_WARM, _TAIL = 2_000, IN_FLIGHT
_SERIAL_CALLS, _DISTILABEL_SEEDS, _DISTILABEL_EPOCHS = 60, 500, 2
_BIG_SEEDS, _BIG_CALLS = 52_000, 6_000
_MB = 1e6


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One repetition of one way."""

    calls_per_s: float
    cpu_ms: float
    peak_mb: float


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to make calls: its command, how many it makes in all, and how many of them warm it up or end it."""

    name: str
    command: tuple[str, ...]
    calls: int
    warm: int
    tail: int


class Server:
    """The loopback server, asked how many calls it has had."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process, self.url = process, url
        self._root = url.removesuffix("/v1")

    def calls(self) -> int:
        return int(self._get("stats").get("chat", 0))

    def reset(self) -> None:
        self._get("reset")

    def _get(self, path: str) -> dict[str, int]:
        with urllib.request.urlopen(f"{self._root}/{path}", timeout=10) as reply:
            return dict(json.load(reply))


@contextmanager
def server() -> Iterator[Server]:
    command = [
        sys.executable,
        "tests/openai_server.py",
        "--port",
        "0",
        "--latency",
        str(_LATENCY_S),
        "--words",
        str(_WORDS),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(process, process.stdout.readline().strip())
        finally:
            process.kill()


def measure(way: Way, on: Server) -> Measured:
    """Run one way to its end. SystemExit if it fails or makes another number of calls."""
    on.reset()
    process = psutil.Popen([*way.command, on.url, *_arguments(way)], cwd=ROOT, stdout=subprocess.DEVNULL)
    marks: list[tuple[float, int, float]] = []
    peak = 0.0
    while process.poll() is None:
        calls, now = on.calls(), time.perf_counter()
        cpu_s, memory = _used_by(process)
        peak = max(peak, memory)
        if way.warm <= calls <= way.calls - way.tail:
            marks.append((now, calls, cpu_s))
        time.sleep(0.1)
    if process.returncode or on.calls() < way.calls or len(marks) < 2:
        sys.exit(f"{way.name}: status {process.returncode}, {on.calls()} of {way.calls} calls")
    (began, first, cpu_before), (ended, last, cpu_after) = marks[0], marks[-1]
    return Measured(
        calls_per_s=(last - first) / (ended - began),
        cpu_ms=1000 * (cpu_after - cpu_before) / (last - first),
        peak_mb=peak / _MB,
    )


def _arguments(way: Way) -> tuple[str, ...]:
    if way.name == "distilabel":
        return str(_DISTILABEL_SEEDS), str(_DISTILABEL_EPOCHS)
    return (str(way.calls),)


def _used_by(process: psutil.Process) -> tuple[float, float]:
    """CPU seconds so far and bytes now, of a process and all its children (distilabel has several)."""
    cpu_s = memory = 0.0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0, 0.0
    for one in family:
        try:
            used = one.cpu_times()
            cpu_s += used.user + used.system
            memory += one.memory_info().rss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return cpu_s, memory


def ways(calls: int) -> list[Way]:
    """In the order of a repetition."""
    ask = (sys.executable, "-m", "benchmarks.engine_ways")
    distilabel = _DISTILABEL_SEEDS * (_DISTILABEL_EPOCHS + 1)  # each seed's last instruction is answered
    return [
        Way(name="ours", command=(*ask, "ours"), calls=calls + _WARM, warm=_WARM, tail=_TAIL),
        Way(name="bare", command=(*ask, "bare"), calls=calls + _WARM, warm=_WARM, tail=_TAIL),
        Way(name="distilabel", command=(distilabel_python(), "benchmarks/distilabel_way.py"), calls=distilabel, warm=100, tail=100),
        Way(name="serial", command=(*ask, "serial"), calls=_SERIAL_CALLS, warm=5, tail=2),
    ]  # fmt: skip


def distilabel_python() -> str:
    """The Python of distilabel's own environment, made when first needed."""
    home = platformdirs.user_cache_path("evol-instruct-studio") / "benchmarks" / "distilabel-1.5.3"
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (home / "ready").exists():
        print(f"Installing {DISTILABEL} into {home} …", flush=True)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", DISTILABEL, "requests"], check=True)
        (home / "ready").touch()
    return str(python)


def big_run(on: Server) -> tuple[float, float, float]:
    """Memory in MB of a process with the studio open and idle, after import, and at most while it grows 52,000 seeds."""
    on.reset()
    command = [sys.executable, "-m", "benchmarks.engine_ways", "ours", on.url, str(_BIG_CALLS), str(_BIG_SEEDS)]
    process = psutil.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    idle = imported = peak = 0.0
    for said in process.stdout:
        if said.strip() == "idle":
            idle = process.memory_info().rss
        elif said.strip() == "imported":
            imported = process.memory_info().rss
        else:
            break
    while process.poll() is None:
        peak = max(peak, _used_by(process)[1])
        time.sleep(0.05)
    if process.returncode:
        sys.exit("the big run failed")
    return idle / _MB, imported / _MB, peak / _MB


def table(runs: dict[str, list[Measured]], calls: dict[str, int], memory: tuple[float, float, float]) -> str:
    """The section of docs/benchmarks.md, in Markdown."""
    words = {
        "ours": "this engine, its log on",
        "bare": "bare `AsyncOpenAI` loop (aiohttp, raw response), nothing kept",
        "distilabel": "distilabel 1.5.3 `EvolInstruct`, `input_batch_size=256`",
        "serial": "one call after another, as the released scripts do",
    }
    middle = {name: median(one.calls_per_s for one in found) for name, found in runs.items()}
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}. Medians of {len(runs['ours'])} alternating repetitions; in brackets the"
        " lowest and highest.",
        f"Server: a process of its own on the same machine, {_LATENCY_S * 1000:.0f} ms a reply; {IN_FLIGHT} calls in flight.",
        "",
        "| way | calls | calls/s | CPU ms a call | peak memory | calls/s, ours to it |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, found in runs.items():
        rates = sorted(one.calls_per_s for one in found)
        lines.append(
            f"| {words[name]} | {calls[name]:,} | {middle[name]:,.0f} ({rates[0]:,.0f}–{rates[-1]:,.0f}) |"
            f" {median(one.cpu_ms for one in found):.2f} | {median(one.peak_mb for one in found):,.0f} MB |"
            f" {middle['ours'] / middle[name]:.2f} × |"
        )
    idle, imported, peak = memory
    lines += [
        "",
        f"Memory for {_BIG_SEEDS:,} seeds ({_BIG_CALLS:,} calls of their run): idle {idle:,.0f} MB, after import"
        f" {imported:,.0f} MB, at most {peak:,.0f} MB: **{peak - idle:,.0f} MB over idle**.",
    ]
    return "\n".join(lines)


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the engine beside other ways to make the same calls.")
    parser.add_argument("--calls", type=int, default=20_000, help="calls a repetition, after the warm-up")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", default="", help="these ways, separated by commas")
    parser.add_argument("--keep", action="store_true", help="write the result into docs/benchmarks.md")
    asked = parser.parse_args()
    chosen = [way for way in ways(asked.calls) if not asked.only or way.name in asked.only.split(",")]
    runs: dict[str, list[Measured]] = {way.name: [] for way in chosen}
    with server() as on:
        for number in range(asked.repeat):
            for way in chosen:
                found = measure(way, on)
                runs[way.name].append(found)
                print(f"{number + 1} {way.name}: {found}", flush=True)
        section = table(runs, {way.name: way.calls for way in chosen}, big_run(on))
    print(section)
    if asked.keep:
        write_section("engine", "The engine", section)


if __name__ == "__main__":
    main()
