"""What people accept, counted; a run whose draws follow it on request, and stop doing so; what they say of the machine's rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.decision import Act
from core.domain.operation import Operation
from core.domain.steering import SteerMode
from core.errors import RunRefused
from core.evolution.steering import FLOOR
from core.services import commands
from core.services.commands.rates import say_list
from core.services.reviewing import rates
from tests.builders import label
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME
from tests.services.test_gated_runs import undecided
from tests.services.test_runs_live import House
from tests.store.reviewing import say

FREE = {"rules": (), "respond": False, "epochs": 2}


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: OpenAIServer) -> Iterator[House]:
    house = House(tmp_path, server, n_seeds=12)
    yield house
    house.studio.close()


def test_shares_are_of_what_people_have_decided_and_every_one_says_its_n(house: House) -> None:
    run = house.start(**FREE)
    house.finish(run)
    items = undecided(house)
    seed = next(one.seed_id for one in items)
    house.project.database.writer.append_now(
        [label(items[0].__class__(id=seed, kind=items[0].kind, seed_id=seed), "Math")]
    )
    for one in items[:10]:
        say(house.project.database, one, Act.REJECT if one.operation is Operation.MUTATE else Act.ACCEPT)
    found = rates.accept_rates(ME, house.project, run)
    rejected = sum(one.operation is Operation.MUTATE for one in items[:10])
    assert (found.overall.k, found.overall.n) == (10 - rejected, 10)
    assert sum(one.share.n for one in found.operations) == 10
    assert next(one.share.k for one in found.operations if one.name == Operation.MUTATE) == 0
    assert sum(one.share.n for one in found.epochs) == 10
    assert [one.name for one in found.skills] == ["Math", ""]
    assert rates.accept_rates(ME, house.project) == found
    assert rates.accept_rates(ME, house.project, "0" * 8 + "-0000-5000-8000-" + "0" * 12).overall.n == 0


def test_a_run_follows_people_on_request_and_its_weights_can_be_frozen(house: House, server: OpenAIServer) -> None:
    server.change(latency_s=0.3)
    run = house.start(**FREE)
    house.pause(run)
    house.finish(run)
    assert rates.steered(ME, house.project, run).mode is SteerMode.OFF
    rates.steer(ME, house.project, run, SteerMode.FOLLOW)
    even = rates.steered(ME, house.project, run).shares
    assert sum(even.values()) == pytest.approx(1.0)
    assert house.progress(run).run.state == "paused"  # that its draws follow people says nothing of its state
    server.change(latency_s=0.0)
    rates.steer(ME, house.project, run, SteerMode.FROZEN)
    frozen = rates.steered(ME, house.project, run).shares
    for one in undecided(house):
        say(house.project.database, one, Act.REJECT)
    assert rates.steered(ME, house.project, run).shares == frozen
    rates.steer(ME, house.project, run, SteerMode.FOLLOW)
    assert min(rates.steered(ME, house.project, run).shares.values()) >= FLOOR * 0.99
    house.resume(run)
    house.finish(run)
    kept = house.project.database.query(
        "select epoch, count(weights) as n from instruction where run_id = ? group by epoch", [run]
    )
    assert {row["epoch"]: row["n"] for row in kept}[2] > 0
    with pytest.raises(RunRefused, match="finished"):
        rates.steer(ME, house.project, run, SteerMode.OFF)


def test_the_command_line_says_rates_steers_and_tries_thresholds(house: House) -> None:
    run = house.start(**FREE)
    house.finish(run)
    for one in undecided(house)[:4]:
        say(house.project.database, one, Act.ACCEPT)
    of = {"project": house.project.slug, "run": "1"}
    listed = commands.run(house.studio, ME, "rates list", of)
    assert (listed["overall"]["k"], listed["overall"]["n"]) == (4, 4)
    assert "100 %" in say_list(listed)
    assert commands.run(house.studio, ME, "rates steer", of)["mode"] == "off"
    with pytest.raises(RunRefused, match="finished"):
        commands.run(house.studio, ME, "rates steer", of | {"mode": "follow"})
    assert commands.run(house.studio, ME, "rates rules", of) == {"rules": []}  # the run checked nothing
    tried = commands.run(house.studio, ME, "rates try", of | {"rule": "near_duplicate", "threshold": 0.3})
    assert (tried["checked"], tried["would_be_eliminated"]) == (0, 0)
