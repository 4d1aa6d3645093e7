"""Runs as people start, watch, pause, stop and resume them: the whole studio, a real server, no browser."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind, Prices
from core.domain.operation import Operation
from core.domain.progress import RunProgress
from core.domain.run import Caps, RunSettings, StepOrder
from core.domain.system import Endpoint, Member, Pool
from core.errors import EndpointError, NotFound, RunRefused
from core.evolution.method import Method
from core.services.growing.casting import casting_of
from core.services.growing.live import Start
from core.services.projects import Project
from core.services.studio import Studio
from core.store import run_reading
from tests.evolution.growing import PACK
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME, furnish, settings, studio_at

ROOT = Path(__file__).parents[2]
TREE = """select i.seed_id, i.epoch, i.child_number, i.operation, o.status, o.rule, r.text
from instruction i join outcome o on o.instruction_id = i.id left join revision r on r.of_id = i.id
where i.run_id = ? order by all"""


class House:
    """A studio with one project, one endpoint and a few seeds."""

    def __init__(self, home: Path, server: OpenAIServer, **more: Any) -> None:
        self.home = home
        self.studio, self.project = studio_at(home)
        furnish(self.studio, self.project, server.base_url, **more)

    def start(self, **more: Any) -> str:
        return self.studio.runs.start(ME, self.project, settings(**more))

    def resume(self, run: str) -> None:
        self.studio.runs.resume(ME, self.project, run)

    def pause(self, run: str) -> None:
        self.studio.runs.pause(ME, self.project, run)

    def stop(self, run: str) -> None:
        self.studio.runs.stop(ME, self.project, run)

    def finish(self, run: str, timeout_s: float = 60) -> RunProgress:
        assert self.studio.live.wait(run, timeout_s=timeout_s)
        return self.progress(run)

    def progress(self, run: str) -> RunProgress:
        return self.studio.runs.progress(ME, self.project, run)

    def events(self, run: str) -> list[str]:
        rows = self.project.database.query("select kind from run_event where run_id = ? order by seq", [run])
        return [row["kind"] for row in rows]

    def wait_for_calls(self, run: str, n: int) -> None:
        while self.progress(run).spending.calls < n:
            time.sleep(0.02)

    def reopen(self) -> None:
        self.studio.close()
        self.studio, self.project = studio_at(self.home)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server(latency_s=0.03) as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: OpenAIServer) -> Iterator[House]:
    house = House(tmp_path, server)
    yield house
    house.studio.close()


def test_a_run_goes_from_start_to_finish_and_says_so(house: House, server: OpenAIServer) -> None:
    run = house.start()
    now = house.finish(run)
    assert house.events(run) == ["started", "finished"]
    assert (now.run.state, now.live, now.decided, now.expected) == ("finished", False, 24, 24)
    assert now.spending.calls == server.stats()["chat"]
    assert now.spending.usd is None  # no price is known, and unknown is not 0
    assert now.problem == ""
    assert house.project.database.projection_is_right()


def test_two_runs_with_one_seed_of_chance_grow_the_same_trees(house: House) -> None:
    first, second = house.start(), ""
    house.finish(first)
    second = house.start()
    house.finish(second)
    trees = [house.project.database.query(TREE, [run]) for run in (first, second)]
    assert trees[0] == trees[1]
    other = house.start(rng_seed=4)
    house.finish(other)
    assert house.project.database.query(TREE, [other]) != trees[0]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "weights of zero": ({"weights": dict.fromkeys(Operation, 0.0)}, "weights"),
    "a weight below zero": ({"weights": {**dict.fromkeys(Operation, 1.0), Operation.DEEPEN: -1.0}}, "weights"),
    "no epoch": ({"epochs": 0}, "Epochs"),
    "no child": ({"children": 0}, "children"),
    "no frontier": ({"max_frontier_per_seed": 0}, "frontier"),
    "no call": ({"caps": Caps(calls=0)}, "cap"),
    "no token": ({"caps": Caps(tokens=0)}, "cap"),
    "no money": ({"caps": Caps(usd=0.0)}, "cap"),
    "a money cap without prices": ({"caps": Caps(usd=5.0)}, "prices"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_could_only_fail_is_refused_before_anything_is_spent(
    house: House, server: OpenAIServer, what: str
) -> None:
    wrong, word = REFUSED[what]
    with pytest.raises(RunRefused, match=word) as refused:
        house.start(**wrong)
    assert refused.value.to_do
    assert server.stats().get("chat", 0) == 0
    assert house.studio.runs.list(ME, house.project) == []


def test_a_cap_below_one_call_is_refused_by_the_first_call_and_nothing_is_spent(
    house: House, server: OpenAIServer
) -> None:
    run = house.start(caps=Caps(tokens=50))
    now = house.finish(run)
    assert now.run.state == "blocked"
    assert "the cap of 50 tokens" in now.run.reason
    assert server.stats().get("chat", 0) == 0


def test_a_run_without_seeds_is_refused(tmp_path: Path, server: OpenAIServer) -> None:
    house = House(tmp_path, server, n_seeds=0)
    with pytest.raises(RunRefused, match="no seeds"):
        house.start()
    house.studio.close()


def test_a_dead_endpoint_and_an_unknown_one_are_refused(tmp_path: Path, house: House, server: OpenAIServer) -> None:
    with pytest.raises(NotFound):
        house.start(endpoint="nobody")
    server.change(models=("another",))
    with pytest.raises(EndpointError, match="no such model"):
        house.start()
    with openai_server() as gone:
        dead = Endpoint(name="dead", base_url=gone.base_url, model="fake")
    house.studio.endpoints.save(ME, dead)
    with pytest.raises(EndpointError, match="cannot be reached"):
        house.start(endpoint="dead")
    assert house.studio.runs.list(ME, house.project) == []


def test_a_wrong_key_is_refused_and_a_right_one_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with openai_server(key="sk-right") as server:
        monkeypatch.setenv("A_KEY", "sk-wrong")
        house = House(tmp_path, server, key_env="A_KEY")
        with pytest.raises(EndpointError, match="refused the key"):
            house.start()
        monkeypatch.delenv("A_KEY")
        with pytest.raises(EndpointError, match="A_KEY is not set"):
            house.start()
        assert server.stats().get("chat", 0) == 0
        monkeypatch.setenv("A_KEY", "sk-right")
        assert house.finish(house.start()).run.state == "finished"
        house.studio.close()


@pytest.mark.parametrize("fault", ["wrong_key", "no_such_model", "no_money", "bad_request"])
def test_what_stops_a_run_is_said_with_its_remedy_and_resumes_when_healed(
    house: House, server: OpenAIServer, fault: str
) -> None:
    run = house.start()
    house.wait_for_calls(run, 3)
    server.change(always=fault)
    now = house.finish(run)
    assert now.run.state == "blocked"
    kind = ErrorKind(fault)
    assert kind.cause in now.run.reason
    assert kind.remedy in now.run.reason
    assert [one.kind for one in now.failures] == [fault]
    assert run_reading.owed(house.project.database, run) > 0
    assert house.project.database.query("select 1 as one from task where state = 'claimed'") == []
    server.change(always="")
    house.resume(run)
    assert house.finish(run).run.state == "finished"
    assert house.events(run) == ["started", "blocked", "resumed", "finished"]


def test_a_money_cap_with_prices_is_kept(tmp_path: Path, server: OpenAIServer) -> None:
    house = House(tmp_path, server, prices=Prices(input_usd=1.0, output_usd=10.0))
    run = house.start(caps=Caps(usd=0.06))
    now = house.finish(run)
    assert now.run.state == "blocked"
    assert "the cap of $0.06" in now.run.reason
    assert now.spending.usd is not None
    assert 0 < now.spending.usd <= 0.06
    house.studio.close()


def test_a_pause_keeps_calls_in_flight_and_a_resume_repeats_nothing(house: House, server: OpenAIServer) -> None:
    run = house.start(order=StepOrder.PAPER)
    for _ in range(3):
        house.wait_for_calls(run, house.progress(run).spending.calls + 5)
        house.pause(run)
        now = house.finish(run)
        assert now.run.state == "paused"
        assert now.spending.calls == server.stats()["chat"]
        house.resume(run)
    assert house.finish(run).run.state == "finished"
    assert house.events(run) == ["started", *["paused", "resumed"] * 3, "finished"]
    bodies = [json.dumps(one["body"], sort_keys=True) for one in server.requests]
    assert len(bodies) == len(set(bodies)) == house.progress(run).spending.calls


def test_whenever_a_pause_comes_the_last_word_is_the_true_one(house: House, server: OpenAIServer) -> None:
    """A pause that comes as the run ends must not hide that it has ended."""
    server.change(latency_s=0.0)
    for number in range(12):
        run = house.start(rng_seed=number, epochs=1, rules=(), respond=False)
        time.sleep(0.02 * number)
        house.pause(run)
        now = house.finish(run)
        events = house.events(run)
        assert events in (["started", "finished"], ["started", "paused"], ["started", "paused", "finished"]), events
        if now.run.state == "paused":
            house.resume(run)
            assert house.finish(run).run.state == "finished"


def test_a_stopped_run_can_be_resumed_and_a_finished_one_cannot_be_stopped(house: House) -> None:
    run = house.start()
    house.wait_for_calls(run, 3)
    house.stop(run)
    assert house.finish(run).run.state == "stopped"
    house.pause(run)
    assert house.progress(run).run.state == "stopped"  # to pause what stands would only hide why it stands
    house.resume(run)
    house.finish(run)
    house.stop(run)
    house.pause(run)
    house.resume(run)
    assert house.events(run) == ["started", "stopped", "resumed", "finished"]


def test_a_blocked_run_keeps_its_reason_when_somebody_pauses_it(house: House) -> None:
    run = house.start(caps=Caps(calls=5))
    house.finish(run)
    house.pause(run)
    assert "the cap of 5 calls" in house.progress(run).run.reason
    house.stop(run)
    assert house.progress(run).run.state == "stopped"


def test_a_second_click_on_resume_returns_at_once(house: House, server: OpenAIServer) -> None:
    server.change(latency_s=0.3)
    run = house.start()
    began = time.monotonic()
    house.resume(run)
    assert time.monotonic() - began < 2
    assert house.finish(run).run.state == "finished"


def test_two_tabs_that_resume_at_once_put_one_engine_to_work(house: House, server: OpenAIServer) -> None:
    server.change(latency_s=0.1)
    run = house.start(epochs=4)
    house.wait_for_calls(run, 5)
    for _ in range(3):
        house.pause(run)
        tabs = [threading.Thread(target=house.resume, args=(run,)) for _ in range(4)]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
        assert house.progress(run).live
    now = house.finish(run)
    assert now.run.state == "finished"
    assert now.spending.calls == server.stats()["chat"]  # two engines would ask twice and keep once


def test_a_resume_right_after_a_pause_always_has_an_engine(house: House, server: OpenAIServer) -> None:
    server.change(latency_s=0.0)
    run = house.start(epochs=8)
    for _ in range(25):
        house.pause(run)
        house.resume(run)
        assert house.progress(run).run.state in ("resumed", "finished")
    assert house.finish(run).run.state == "finished"


def test_two_runs_at_one_endpoint_share_its_limit_in_turn(house: House, server: OpenAIServer) -> None:
    server.change(latency_s=0.05)
    runs = [house.start(rng_seed=number, epochs=3) for number in (1, 2)]
    before = [house.progress(run).spending.calls for run in runs]
    house.wait_for_calls(runs[0], before[0] + 40)
    made = [house.progress(run).spending.calls - n for run, n in zip(runs, before, strict=True)]
    assert min(made) > 0.4 * max(made), made
    for run in runs:
        assert house.finish(run).run.state == "finished"
    assert server.stats()["peak"] <= 8 + 1  # and the look at the list of models when the second began


def test_a_raised_limit_holds_for_the_next_run(house: House, server: OpenAIServer) -> None:
    server.change(latency_s=0.2)
    house.finish(house.start(epochs=1))
    endpoint = house.studio.endpoints.get(ME, "test")
    furnish(house.studio, house.project, endpoint.base_url, n_seeds=0, in_flight=12)
    house.finish(house.start(epochs=1, rng_seed=9))
    assert server.stats()["peak"] == 12


def test_a_studio_that_closes_leaves_an_interrupted_run_that_resumes(house: House, server: OpenAIServer) -> None:
    server.change(latency_s=0.2)
    run = house.start()
    house.wait_for_calls(run, 5)
    house.reopen()
    now = house.progress(run)
    assert now.run.state == "interrupted"
    assert now.spending.calls == server.stats()["chat"]
    house.resume(run)
    assert house.finish(run).run.state == "finished"


def test_a_run_that_was_told_to_resumes_by_itself(house: House) -> None:
    by_itself, by_hand = house.start(resume_by_itself=True), house.start(rng_seed=8)
    house.reopen()
    house.studio.runs.resume_by_themselves(ME, house.project)
    assert house.finish(by_itself).run.state == "finished"
    assert house.progress(by_hand).run.state == "interrupted"


class Broken:
    """A model with a bug in it: it raises, which no model may."""

    def __init__(self) -> None:
        self.is_closed = False

    async def chat(self, request: ChatRequest) -> ChatReply | CallFailure:
        raise ZeroDivisionError(len(request.messages))

    async def close(self) -> None:
        self.is_closed = True


def test_a_bug_ends_the_run_with_a_word_and_not_in_silence(house: House, caplog: pytest.LogCaptureFixture) -> None:
    run = house.start(caps=Caps(calls=1))
    house.finish(run)
    broken = Broken()
    start = Start(
        run_id=run,
        method=Method(run, settings(), PACK, "0" * 8),
        casting=casting_of(house.studio.endpoints.cast(ME, settings()), settings(), PACK),
        models={"test": broken},
        spending=house.progress(run).spending,
    )
    house.studio.live.begin(start, house.project.database)
    now = house.finish(run)
    assert now.run.state == "blocked"
    assert "ZeroDivisionError" in now.problem == now.run.reason
    assert broken.is_closed
    assert "ended by a fault" in caplog.text
    house.resume(run)  # under its cap of one call, but with a sound model
    assert "the cap of 1 calls" in house.finish(run).run.reason


@pytest.mark.parametrize("round_", range(3))
def test_after_kill_9_nothing_acknowledged_is_lost_or_double(tmp_path: Path, round_: int) -> None:
    with openai_server(latency_s=0.05) as server:
        kills = 0
        for wait_s in (0.8, 1.1, 1.4):
            with grown_alone(tmp_path, server) as process:
                assert process.stdout is not None
                assert json.loads(process.stdout.readline()) == {"state": "going"}
                time.sleep(wait_s + 0.13 * round_)
                process.send_signal(signal.SIGKILL)
                kills += process.wait() == -signal.SIGKILL
        studio, project = studio_at(tmp_path)
        (run,) = studio.runs.list(ME, project)
        assert run.state == "interrupted"
        studio.runs.resume(ME, project, run.id)
        assert studio.live.wait(run.id, timeout_s=60)
        check_whole(studio, project, run.id, server, kills)
        studio.close()


def grown_alone(home: Path, server: OpenAIServer) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.services.alone", "grow", str(home), server.base_url]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


def check_whole(studio: Studio, project: Project, run_id: str, server: OpenAIServer, kills: int) -> None:
    """The finished run has every child once, and asked again at most what was in flight at a kill."""
    now = studio.runs.progress(ME, project, run_id)
    assert (now.run.state, now.decided) == ("finished", 40 * 4)
    assert kills > 0
    query = project.database.query
    assert query("select count(*) as n, count(distinct instruction_id) as ids from outcome")[0] == {
        "n": 160,
        "ids": 160,
    }
    assert (
        query("select seed_id, epoch from instruction where kind = 'evolved' group by all having count(*) <> 1") == []
    )
    assert query("select of_id from revision group by all having count(*) > 1") == []
    assert query("select 1 as one from task where state in ('waiting', 'claimed')") == []
    assert server.stats()["chat"] - now.spending.calls <= 8 * kills
    assert project.database.projection_is_right()


def test_a_full_disk_pauses_says_so_and_resumes(tmp_path: Path) -> None:
    with openai_server() as server:
        command = [sys.executable, "-m", "tests.services.alone", "starve", str(tmp_path), server.base_url]
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        starved, fed = map(json.loads, done.stdout.splitlines())
        assert "disk is full" in starved["said"]
        assert 0 < starved["calls"] < fed["calls"]
        assert (fed["state"], fed["decided"], fed["said"]) == ("finished", 400, "")
        assert server.stats()["chat"] - fed["calls"] <= 8


def test_settings_are_kept_as_they_were_given(house: House) -> None:
    asked: RunSettings = settings(children=2, caps=Caps(calls=4), weights={Operation.MUTATE: 2.0}, rules=())
    run = house.studio.runs.start(ME, house.project, asked)
    house.finish(run)
    assert house.studio.runs.get(ME, house.project, run).settings == asked


def test_what_every_member_of_a_pool_refuses_is_not_passed_round_for_ever(tmp_path: Path) -> None:
    with openai_server(always="bad_request") as server:
        house = House(tmp_path, server, n_seeds=1)
        for name in ("one", "two"):
            house.studio.endpoints.save(ME, Endpoint(name=name, base_url=server.base_url, model="fake"))
        house.studio.endpoints.save_pool(
            ME, Pool(name="both", members=(Member(endpoint="one"), Member(endpoint="two")))
        )
        run = house.start(endpoint="both")
        now = house.finish(run, timeout_s=20)
        assert now.run.state == "blocked"
        assert "refused the request" in now.run.reason
        assert server.stats()["chat"] < 40
        house.studio.close()
