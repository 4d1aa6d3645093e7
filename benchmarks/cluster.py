"""Growing on a Ray cluster of several node processes on this machine, beside the engine in the app's own process.

python -m benchmarks.cluster              needs Ray (sh tools/setup.sh cluster); writes its section of docs/benchmarks.md
python -m benchmarks.cluster --seconds 3 --repeat 1 --print

Two questions. With a model on each worker's machine, what does each worker add? And with all that one machine can do, what does a call
cost, and whom? The cluster starts on 127.0.0.1 with a token, as in tests/cluster; servers and clients share the machine's processors.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from benchmarks import machine
from core.domain.cluster import WorkerState
from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import Difficulty, RunSettings, SeedChoice
from core.domain.system import Endpoint
from core.services.growing import seeds as seed_service
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.cluster.running import MISSING, RayCluster, is_missing

ROOT = Path(__file__).parents[1]
WAYS = (0, 1, 2, 4)  # workers; 0: the engine in the app's process
_WARM, _SEEDS, _WORDS = 40, 6_000, 60


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question: how a model is reached, and the most that so many of them can do."""

    name: str
    latency_s: float
    in_flight: int
    is_each: bool  # in_flight is each worker's own; else it is shared out among them

    def places(self, workers: int) -> int:
        """Of one worker's endpoint."""
        return self.in_flight if self.is_each else max(1, self.in_flight // max(1, workers))

    def most(self, workers: int) -> float:
        """Calls a second if nothing but the model took time."""
        return self.places(workers) * max(1, workers) / self.latency_s


CASES = (
    Case(name="a model a worker", latency_s=0.4, in_flight=8, is_each=True),
    Case(name="all that this machine can do", latency_s=0.2, in_flight=256, is_each=False),
)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Of one way: calls a second, and CPU ms a call of the app, of the child that drives Ray, and of the workers."""

    calls_per_s: float
    app_ms: float
    child_ms: float
    workers_ms: float


@dataclass(frozen=True, kw_only=True)
class Server:
    """The OpenAI-like server of the tests, in a process of its own."""

    url: str

    def calls(self) -> int:
        with urllib.request.urlopen(self.url.removesuffix("/v1") + "/stats", timeout=10) as reply:
            return int(json.load(reply).get("chat", 0))


@contextmanager
def server(latency_s: float) -> Iterator[Server]:
    command = [
        sys.executable,
        "tests/openai_server.py",
        "--port",
        "0",
        "--latency",
        str(latency_s),
        "--words",
        str(_WORDS),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(url=process.stdout.readline().strip())
        finally:
            process.kill()


def furnished(home: Path, ray: RayCluster) -> tuple[Studio, Project]:
    """A studio with more seeds than any way can grow in its time."""
    studio = open_studio(Settings(home=home, cluster=ray.address))
    project = studio.projects.open(ME, "my-project")
    file = home / "seeds.jsonl"
    lines = (json.dumps({"instruction": f"Explain number {n} to a child, with an example."}) for n in range(_SEEDS))
    file.write_text("\n".join(lines), encoding="utf-8")
    seed_service.import_file(ME, project, file, name="seeds", licence="CC0-1.0")
    return studio, project


def measure(studio: Studio, project: Project, on: Server, case: Case, workers: int, seconds: float) -> Measured:
    """Grow this way for so long, once everybody is there and warm. SystemExit if a call failed."""
    endpoint = Endpoint(name="bench", base_url=on.url, model="fake", in_flight=case.places(workers))
    studio.endpoints.save(ME, endpoint)
    n_seeds = min(_SEEDS, int(case.most(workers) * (seconds + 20) / 4))  # five calls each, two epochs long
    asked = RunSettings(
        name=f"{workers} workers", endpoint="bench", epochs=2, difficulty=Difficulty.NONE,
        seeds=SeedChoice(limit=n_seeds), workers=workers,
    )  # fmt: skip
    first = on.calls()
    run = studio.runs.start(ME, project, asked)
    while not _is_warm(studio, run, on.calls() - first, workers):
        time.sleep(0.1)
    pids = [one.pid for one in studio.live.crew(run)]
    before, began, calls = _used(pids), time.perf_counter(), on.calls()
    time.sleep(seconds)
    after, took, done = _used(pids), time.perf_counter() - began, on.calls() - calls
    studio.runs.stop(ME, project, run)
    studio.live.wait(run)
    if (failed := studio.runs.progress(ME, project, run).spending.failed) or not done:
        sys.exit(f"{case.name}, {workers} workers: {done} calls, {failed} failed")
    app, child, crew = (1000 * (late - early) / done for early, late in zip(before, after, strict=True))
    return Measured(calls_per_s=done / took, app_ms=app, child_ms=child, workers_ms=crew)


def _is_warm(studio: Studio, run: str, calls: int, workers: int) -> bool:
    crew = studio.live.crew(run)
    return calls >= _WARM and len(crew) == workers and all(one.state is WorkerState.READY for one in crew)


def _used(workers: Sequence[int]) -> tuple[float, float, float]:
    """CPU seconds so far of this process, of its child that drives Ray, and of the workers."""
    me = psutil.Process()
    child = [one for one in me.children() if "cluster_child" in " ".join(one.cmdline())]
    return tuple(
        sum(times.user + times.system for times in (one.cpu_times() for one in some))
        for some in ([me], child, [psutil.Process(pid) for pid in workers])
    )  # type: ignore[return-value]


def rows(case: Case, found: dict[int, list[Measured]]) -> Iterator[list[str]]:
    """One line a way of the table."""
    alone = median(one.calls_per_s for one in found[0])
    for workers, measured in found.items():
        rates = sorted(one.calls_per_s for one in measured)
        middle = median(rates)
        parts = [
            median(part) for part in zip(*((one.app_ms, one.child_ms, one.workers_ms) for one in measured), strict=True)
        ]
        yield [
            f"{case.name}: {_way(workers)}",
            f"{middle:,.0f} ({rates[0]:,.0f}–{rates[-1]:,.0f})",
            f"{100 * middle / case.most(workers):.0f} % of {case.most(workers):,.0f}",
            f"{middle / alone:.2f} ×",
            *(f"{ms:.2f}" if workers or not at else "–" for at, ms in enumerate(parts)),
        ]


def _way(workers: int) -> str:
    return "the app alone" if not workers else f"{workers} worker" if workers == 1 else f"{workers} workers"


def section(found: dict[str, dict[int, list[Measured]]], seconds: float, repeat: int) -> str:
    head = (
        "way", "calls/s", "of what the models could do", "to the app alone", "app, CPU ms a call", "its driver of Ray", "workers",
    )  # fmt: skip
    lines = [line for case in CASES for line in rows(case, found[case.name])]
    return (
        f"{machine.described('ray')} Medians of {repeat} runs of {seconds:g} s each, in turn; in brackets the lowest and the highest."
        f"\nA head and two nodes on 127.0.0.1; `python -m benchmarks.cluster`. A model a worker: {CASES[0].in_flight} calls in flight,"
        f" {CASES[0].latency_s * 1000:.0f} ms each, as one GPU would serve them. All that this machine can do:"
        f" {CASES[1].in_flight} calls in flight in all, {CASES[1].latency_s * 1000:.0f} ms each.\n\n"
        f"{machine.table(head, lines)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure growing on a cluster beside the engine alone.")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--print", action="store_true", help="do not write docs/benchmarks.md")
    asked = parser.parse_args()
    if is_missing():
        sys.exit(MISSING)
    found: dict[str, dict[int, list[Measured]]] = {case.name: {way: [] for way in WAYS} for case in CASES}
    ray = RayCluster().start(nodes=2, cpus=4)
    try:
        os.environ.update(ray.token)
        with tempfile.TemporaryDirectory() as folder:
            studio, project = furnished(Path(folder), ray)
            for _ in range(asked.repeat):
                for case in CASES:
                    with server(case.latency_s) as on:
                        for way in WAYS:
                            one = measure(studio, project, on, case, way, asked.seconds)
                            found[case.name][way].append(one)
                            print(f"{case.name}, {_way(way)}: {one}", flush=True)
            studio.close()
    finally:
        ray.stop()
    text = section(found, asked.seconds, asked.repeat)
    print(text)
    if not asked.print:
        machine.write_section("cluster", "Many machines", text)


if __name__ == "__main__":
    main()
