"""kill -9 of the real app in the middle of a run, again and again: what was acknowledged stays, once, and nobody is left.

The endpoint is a process of its own that outlives the app and counts what it was asked. Three rounds in `make test`;
`make torture` plays twenty and writes docs/torture.md.
"""

import json
import os
import platform
import shutil
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import duckdb
import psutil
import pytest

from core.domain.system import EMBEDDED
from core.services.bridge import door_of
from core.services.projects import FIRST
from tests.e2e.furnish import FAKE, furnished
from tests.e2e.running import App
from tests.models.smoke import smoke_weights
from tests.openai_server import OpenAIServer, openai_server
from tests.torture_report import write_runs

LATENCY_S, IN_FLIGHT = 0.2, 32
THINGS = ("a lighthouse", "an anthill", "a loom", "a glacier", "a violin", "a market", "an atlas", "a kite")
# Every row that a run appends, by what it stands for: a second row for one of these would be a doubled one.
ONCE = {
    "outcome": "select instruction_id::varchar from outcome",
    "response": "select instruction_id::varchar || instruction_revision_id::varchar from response",
    "revision": 'select of_id::varchar || "number"::varchar from revision',
    "call": "select id::varchar from call",
    "check": "select instruction_id::varchar || rule from rule_check",
    "score": "select subject_id::varchar || kind from score",
    "child": "select parent_id::varchar || epoch::varchar || child_number::varchar from instruction where kind = 'evolved'",
    "event": "select seq::varchar from run_event",
}


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one kill did. `acknowledged` are rows in the log that must never go; `in_flight` is the endpoint's own count."""

    round: int
    after_s: float
    acknowledged: int
    lost: int
    double: int
    repeated: int
    in_flight: int
    orphans: int


def seeds(n: int) -> list[str]:
    return [
        f"Describe {THINGS[i % 8]} to a visitor in {2 + i // 8} sentences, and say what it is needed for."
        for i in range(n)
    ]


def ask(app: App, command: str, **arguments: object) -> dict[str, object]:
    """One command through the bridge, as `python -m core` sends it."""
    door = door_of(app.home / "studio.duckdb")
    assert door is not None, "the app has no door"
    body = json.dumps({"token": door.token, "command": command, "arguments": {"project": FIRST, **arguments}}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{app.url}/api/command", data=body), timeout=60) as reply:
        return dict(json.load(reply))


def rows(home: Path) -> dict[str, Counter[str]]:
    """What is in the log. Read from a copy: opening the file itself would put its journal in order for the app."""
    with TemporaryDirectory() as folder:
        for file in (home / "projects").glob(f"{FIRST}.duckdb*"):
            if not file.name.endswith(".bridge"):
                shutil.copy(file, folder)
        with duckdb.connect(str(Path(folder) / f"{FIRST}.duckdb")) as log:
            return {name: Counter(str(row[0]) for row in log.execute(sql).fetchall()) for name, sql in ONCE.items()}


def wait_until(is_so: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


def left_over(processes: list[psutil.Process]) -> int:
    """How many of these still run some seconds later (a zombie has ended)."""
    _, alive = psutil.wait_procs(processes, timeout=10)
    return sum(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in alive)


class Torture:
    """One home and one run, killed as often as asked."""

    def __init__(
        self, home: Path, endpoint: str, n_seeds: int, server: OpenAIServer | None, **environment: str
    ) -> None:
        self.server, self.endpoint = server, endpoint
        with furnished(home) as fresh:
            if server is not None:
                fresh.endpoint(server.base_url, in_flight=IN_FLIGHT)
            fresh.project(FIRST, seeds(n_seeds))
        self.app = App(home, **environment).start()
        self.known: dict[str, Counter[str]] = {name: Counter() for name in ONCE}
        self.wasted = 0
        asked = {"seeds": None, "endpoint": endpoint, "epochs": 2, "limit": None, "preset": "quick look", "rng_seed": 5}
        self.run = str(ask(self.app, "grow", **asked)["run"])

    def kill_after(self, seconds: float, number: int) -> Round:
        """Let it work, note what it says is decided, kill it, look at what is in the log."""
        calls = self._calls()
        wait_until(lambda: self._calls() > calls, 150, "the run goes on")
        time.sleep(seconds)  # the moment itself, drawn at random
        said = ask(self.app, "progress", run=self.run)
        assert said["going"], "the run was over before the kill: nothing was tried"
        family = psutil.Process(self.app.pid).children(recursive=True)
        in_flight = self._stats().get("in_flight", 0)
        self.app.kill()
        orphans = left_over(family)
        wait_until(lambda: not self._stats().get("in_flight", 0), 20, "the endpoint is quiet")
        now = rows(self.app.home)
        lost = sum((before - now[name]).total() for name, before in self.known.items())
        lost += max(0, int(str(said["decided"])) - now["outcome"].total())
        wasted = self._stats().get("chat", now["call"].total()) - now["call"].total()
        repeated, self.wasted, self.known = wasted - self.wasted, wasted, now
        return Round(
            round=number, after_s=round(seconds, 2), acknowledged=sum(kind.total() for kind in now.values()), lost=lost,
            double=self._double(now), repeated=repeated, in_flight=in_flight, orphans=orphans,
        )  # fmt: skip

    def resume(self) -> None:
        """Start again. A run on an endpoint waits for a person; one on the embedded model goes on by itself."""
        self.app.start()
        if self.server is not None:
            assert ask(self.app, "progress", run=self.run)["state"] == "interrupted"
            ask(self.app, "resume", run=self.run)

    def finish(self) -> None:
        """Let the run end, and hold everything against the log and the endpoint's own count."""
        if self.server is not None:
            self.server.change(latency_s=0.005)
        over = ("finished", "blocked")  # not "interrupted": a run that goes on by itself begins so
        wait_until(lambda: ask(self.app, "progress", run=self.run)["state"] in over, 400, "the run finishes")
        said = ask(self.app, "progress", run=self.run)
        self.app.stop()
        now = rows(self.app.home)
        assert said["state"] == "finished", said
        assert said["decided"] == said["expected"] == now["outcome"].total()
        assert not self._double(now)
        assert not sum((before - now[name]).total() for name, before in self.known.items())
        if self.server is not None:
            assert self.server.stats()["chat"] - now["call"].total() == self.wasted, (
                "calls were repeated without a kill"
            )

    def _stats(self) -> dict[str, int]:
        return self.server.stats() if self.server is not None else {}

    def _calls(self) -> int:
        if self.server is not None:
            return self.server.stats().get("chat", 0)
        return int(str(ask(self.app, "progress", run=self.run)["calls"]))

    def _double(self, now: dict[str, Counter[str]]) -> int:
        return sum(count - 1 for kind in now.values() for count in kind.values())


def play(torture: Torture, rounds: int, longest_s: float) -> list[Round]:
    chance = Random()
    played = []
    try:
        for number in range(1, rounds + 1):
            played.append(torture.kill_after(chance.uniform(0.0, longest_s), number))
            torture.resume()
        torture.finish()
    finally:
        torture.app.kill()
    return played


def expect_nothing_lost(played: list[Round]) -> None:
    for one in played:
        assert (one.lost, one.double, one.orphans) == (0, 0, 0), one
        assert 0 <= one.repeated <= IN_FLIGHT, one


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server(latency_s=LATENCY_S, keep_requests=False) as server:
        yield server


@pytest.mark.timeout(600)
def test_three_kills_lose_nothing_double_nothing_and_leave_nobody(tmp_path: Path, server: OpenAIServer) -> None:
    expect_nothing_lost(play(Torture(tmp_path / "home", FAKE, 96, server), rounds=3, longest_s=0.8))


@pytest.mark.timeout(600)
def test_the_embedded_model_ends_with_a_killed_app_and_its_run_goes_on_by_itself(tmp_path: Path) -> None:
    torture = Torture(tmp_path / "home", EMBEDDED, 3, None, EVOL_STUDIO_WEIGHTS=str(smoke_weights()))
    expect_nothing_lost(play(torture, rounds=1, longest_s=0.5))


@pytest.mark.torture
@pytest.mark.timeout(1800)
def test_twenty_kills_lose_nothing_and_the_table_is_written(tmp_path: Path, server: OpenAIServer) -> None:
    plain = play(Torture(tmp_path / "plain", FAKE, 1_500, server), rounds=20, longest_s=2.0)
    write_report(plain, [])  # whatever the table says, it is written
    expect_nothing_lost(plain)
    embedded = Torture(tmp_path / "embedded", EMBEDDED, 6, None, EVOL_STUDIO_WEIGHTS=str(smoke_weights()))
    small = play(embedded, rounds=5, longest_s=2.0)
    expect_nothing_lost(small)
    write_report(plain, small)


def write_report(plain: list[Round], embedded: list[Round]) -> None:
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    write_runs(
        f"""# Torture: kill -9 of the running studio

Written by `make torture` on {datetime.now(UTC):%d %B %Y} ({machine}).

The real app, started as `make run` starts it, grows 1,500 seeds for two epochs on an endpoint that answers after
{1000 * LATENCY_S:.0f} ms, at most {IN_FLIGHT} calls in flight. At a moment drawn at random it is killed, started again and resumed.

*acknowledged*: rows of the run in the log so far. *lost*: rows that were there before and are gone, or children that
the app had said are decided and the log does not have. *double*: rows that stand for the same thing twice. *repeated*: calls that the
endpoint counted and the log did not keep; they are asked again, and each was in flight. *in flight*: the endpoint's own count a
moment before the kill. *orphans*: processes of the app that still ran ten seconds later.

{_table(plain)}
{_total(plain)} After the last
round the run was let finish: every child was decided once, and no call was repeated without a kill.

## With the embedded model

The same with a very small model (135 million parameters) in the place of the default one, in the app's child process. Its run
goes on by itself after a start. Nobody counts its calls from outside, so none are shown.

{_table(embedded)}"""
    )


def _total(played: list[Round]) -> str:
    lost, double = sum(one.lost for one in played), sum(one.double for one in played)
    repeated, orphans = sum(one.repeated for one in played), sum(one.orphans for one in played)
    return f"In all: {lost} lost, {double} double, {repeated} calls repeated, {orphans} orphans."


def _table(played: list[Round]) -> str:
    names = [field.name for field in fields(Round)]
    head = "| " + " | ".join(name.replace("_", " ").replace("after s", "killed after, s") for name in names) + " |"
    lines = [head, "|" + "---:|" * len(names)]
    lines += ["| " + " | ".join(f"{value:,}" for value in asdict(one).values()) + " |" for one in played]
    return "\n".join(lines) + "\n"
