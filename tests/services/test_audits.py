"""The machine's rules against people, and thresholds tried on what is stored: on real runs, without a further call."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.check import Rule
from core.domain.decision import Act
from core.domain.instruction import Instruction
from core.domain.operation import Operation
from core.domain.trial import TrialOrigin
from core.errors import BadInput
from core.services.growing import presets
from core.services.reviewing.audits import audits
from core.services.reviewing.dry_run import dry_run
from core.store.instruction_rows import instruction_from
from tests.evolution.growing import only
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME
from tests.services.test_runs_live import House
from tests.store.reviewing import say, submit, trial

JUDGED = {
    "epochs": 2,
    "rules": (Rule.NO_INFORMATION_GAIN,),
    "thresholds": {Rule.NO_INFORMATION_GAIN: 0.5},
    "respond": False,
}


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server(p_equal=0.4) as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: OpenAIServer) -> Iterator[House]:
    house = House(tmp_path, server, n_seeds=12)
    yield house
    house.studio.close()


def those(house: House, status: str) -> list[Instruction]:
    rows = house.project.database.query(
        """select i.* exclude (seq) from instruction i join instruction_state s using (id)
        where s.run_status = ? order by i.seq""",
        [status],
    )
    return [instruction_from(row) for row in rows]


def test_audits_measure_precision_overrides_stand_apart_and_survivors_say_what_was_missed(house: House) -> None:
    run = house.start(**JUDGED)
    house.finish(run)
    dead, alive = those(house, "eliminated"), those(house, "survived")
    database = house.project.database
    for nth, one in enumerate(dead[:4]):
        audited = trial(database, one, origin=TrialOrigin.AUDIT)
        submit(database, audited, Act.ACCEPT if nth == 0 else Act.REJECT)
    say(database, dead[4], Act.ACCEPT)
    for nth, one in enumerate(alive[:5]):
        say(database, one, Act.REJECT if nth == 0 else Act.ACCEPT)
    (found,) = audits(ME, house.project, run)
    assert (found.rule, found.eliminated, found.passed) == (Rule.NO_INFORMATION_GAIN, len(dead), len(alive))
    assert (found.precision.k, found.precision.n) == (3, 4)
    assert (found.overrides.k, found.overrides.n) == (1, 1)
    assert (found.missed.k, found.missed.n) == (1, 5)
    caught, missed = len(dead) * 3 / 4, len(alive) * 1 / 5
    assert found.recall.value == pytest.approx(caught / (caught + missed))
    assert found.recall.low < found.recall.value < found.recall.high
    assert audits(ME, house.project) == (found,)


def test_the_thresholds_that_a_run_had_flip_nothing(house: House, server: OpenAIServer) -> None:
    run = house.start(epochs=2, rules=presets.ALL_RULES)
    house.finish(run)
    asked = server.stats()["chat"]
    for rule, threshold in presets.THRESHOLDS.items():
        found = dry_run(ME, house.project, run, rule, threshold.usual)
        assert found.looked_at == found.checked > 0
        assert (found.falls, found.rises, found.flips) == (0, 0, ()), rule
    assert server.stats()["chat"] == asked


def test_what_the_packs_own_cut_decided_no_threshold_moves(house: House) -> None:
    run = house.start(**JUDGED, weights=only(Operation.DEEPEN))
    house.finish(run)
    found = dry_run(ME, house.project, run, Rule.NO_INFORMATION_GAIN, 1.01)
    assert found.falls + found.own_cut >= len(those(house, "survived"))
    assert found.own_cut + found.falls + found.rises <= found.looked_at


def test_a_stricter_threshold_says_who_would_fall_and_whom_people_had_accepted(
    house: House, server: OpenAIServer
) -> None:
    run = house.start(**JUDGED, weights=only(Operation.MUTATE))  # its judge has no cut of its own
    house.finish(run)
    asked = server.stats()["chat"]
    alive, dead = those(house, "survived"), those(house, "eliminated")
    everything = dry_run(ME, house.project, run, Rule.NO_INFORMATION_GAIN, 1.01)
    assert (everything.falls, everything.rises) == (len(alive), 0)
    nothing = dry_run(ME, house.project, run, Rule.NO_INFORMATION_GAIN, 0.0)
    assert (nothing.falls, nothing.rises, nothing.kept) == (0, len(dead), len(alive))
    say(house.project.database, alive[0], Act.ACCEPT)
    say(house.project.database, alive[-1], Act.REJECT)
    say(house.project.database, dead[0], Act.REJECT)
    everything = dry_run(ME, house.project, run, Rule.NO_INFORMATION_GAIN, 1.01)
    assert (everything.against_people, everything.with_people) == (1, 1)
    assert (everything.flips[0].id, everything.flips[0].contradicts) == (alive[0].id, True)
    assert dry_run(ME, house.project, run, Rule.NO_INFORMATION_GAIN, 0.0).against_people == 1
    assert server.stats()["chat"] == asked
    assert those(house, "survived") == alive


def test_a_rule_without_a_threshold_cannot_be_tried(house: House) -> None:
    run = house.start(**JUDGED)
    house.finish(run)
    with pytest.raises(BadInput, match="no threshold"):
        dry_run(ME, house.project, run, Rule.IDENTICAL, 0.5)
