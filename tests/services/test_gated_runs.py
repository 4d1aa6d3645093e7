"""Runs that wait for people, as people start, watch, stop and resume them; and what rejections spare."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.decision import Act, Submission
from core.domain.instruction import Instruction
from core.domain.run import Difficulty, Gate, SeedChoice
from core.errors import RunRefused
from core.services.growing import savings, seeds
from core.services.growing.estimate import estimate
from core.services.reviewing import decisions
from core.store.instruction_rows import instruction_from
from tests.builders import revision
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME, settings
from tests.services.test_runs_live import House
from tests.store.reviewing import say, submit

GATED = {"gate": Gate.ACCEPTED, "buffer": 3, "rules": (), "respond": False}


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server(latency_s=0.02) as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: OpenAIServer) -> Iterator[House]:
    house = House(tmp_path, server, n_seeds=4)
    yield house
    house.studio.close()


def undecided(house: House) -> list[Instruction]:
    rows = house.project.database.query("""select i.* exclude (seq) from instruction i join instruction_state s using (id)
        where s.run_status = 'survived' and s.human_status = 'undecided' and not s.set_aside order by i.seq""")
    return [instruction_from(row) for row in rows]


def wait_asleep(house: House, run: str) -> str:
    ends = time.monotonic() + 20
    while not (waits := house.progress(run).waits):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return waits


def test_it_sleeps_for_people_says_so_and_wakes_on_their_decisions(house: House) -> None:
    run = house.start(**GATED)
    assert wait_asleep(house, run) == "waits for people: 3 survivors undecided"
    for _ in range(20):
        for one in undecided(house):
            say(house.project.database, one, Act.ACCEPT)
        if house.studio.live.wait(run, timeout_s=0.4):
            break
    assert house.events(run) == ["started", "finished"]
    assert house.progress(run).decided == 4 * 2


def test_a_sleeping_run_can_be_paused_and_a_restart_finds_it_as_it_was(house: House) -> None:
    run = house.start(**GATED)
    wait_asleep(house, run)
    house.pause(run)
    assert house.studio.live.wait(run, timeout_s=5)
    assert house.progress(run).run.state == "paused"
    house.resume(run)
    wait_asleep(house, run)
    house.reopen()
    assert house.progress(run).run.state == "interrupted"
    calls = house.progress(run).spending.calls
    house.resume(run)
    assert wait_asleep(house, run) == "waits for people: 3 survivors undecided"
    assert house.progress(run).spending.calls == calls == 3
    house.stop(run)
    assert house.studio.live.wait(run, timeout_s=5)


def test_no_room_for_a_survivor_is_refused_and_the_estimate_counts_peoples_decisions(house: House) -> None:
    with pytest.raises(RunRefused, match="no survivor"):
        house.start(**{**GATED, "buffer": 0})
    gated = settings(**GATED)
    cast = house.studio.endpoints.cast(ME, gated)
    assert estimate(ME, house.project, gated, cast, 100).decisions == round(200 * 0.85 - 3)
    assert estimate(ME, house.project, replace(gated, gate=Gate.NONE), cast, 100).decisions == 0


def test_what_a_rejection_spares_is_said_and_its_undo_can_be_resumed(house: House, server: OpenAIServer) -> None:
    server.change(latency_s=0.4)
    run = house.start(rules=(), respond=False, epochs=3)
    seed = next(iter(seeds.chosen(house.project, SeedChoice(), 0)))
    house.pause(run)
    rejected = say(house.project.database, seed, Act.REJECT)
    house.resume(run)
    now = house.finish(run)
    assert now.saved.children == 1
    assert 2 <= now.saved.calls <= 3  # what was in flight when it was rejected is made
    assert savings.below(house.project, seed.id) == now.saved
    submit(house.project.database, rejected, Act.UNDO)
    assert house.progress(run).saved.words == ""
    assert house.progress(run).owed == 1
    server.change(latency_s=0.0)
    house.resume(run)
    assert house.finish(run).decided == 4 * 3


def test_a_rejected_seed_is_chosen_for_no_further_run(house: House) -> None:
    first, *others = seeds.chosen(house.project, SeedChoice(), 0)
    trial = say(house.project.database, first, Act.REJECT)
    for choice in (SeedChoice(), SeedChoice(limit=9), SeedChoice(find="number")):
        assert [one.id for one in seeds.chosen(house.project, choice, 0)] == [one.id for one in others]
        assert seeds.count_of(ME, house.project, choice) == 3
    submit(house.project.database, trial, Act.UNDO)
    assert len(seeds.chosen(house.project, SeedChoice(), 0)) == 4


def test_whoever_rejects_is_told_which_calls_that_spares(house: House, server: OpenAIServer) -> None:
    server.change(latency_s=0.3)
    run = house.start(rules=(), respond=False, epochs=3)
    house.wait_for_calls(run, 1)
    house.pause(run)
    house.finish(run)
    seed = seeds.chosen(house.project, SeedChoice(), 0)[-1]
    card = house.studio.desk.trial_for(ME, house.project, seed.id)
    rejection = Submission(trial_id=card.trial, act=Act.REJECT, revision_id=card.revision)
    (receipt,) = decisions.decide(house.studio, ME, house.project, [rejection]).receipts
    assert receipt.answer == "saved"
    assert receipt.below >= 1
    assert receipt.spared.startswith("about ")


def test_a_run_grows_and_scores_a_seed_as_people_left_it(house: House, server: OpenAIServer) -> None:
    first = seeds.chosen(house.project, SeedChoice(), 0)[0]
    edited = revision(first, "Weigh the moon with a ruler and a candle.", 1)
    house.project.database.writer.append_now([edited])
    run = house.start(rules=(), respond=False, epochs=1, difficulty=Difficulty.ALL)
    house.finish(run)
    asked = [one for one in server.requests if "Weigh the moon" in str(one["body"]["messages"])]
    assert len(asked) >= 3  # evolved, scored, and its child scored
    assert not [one for one in server.requests if "number 0 " in str(one["body"]["messages"])]
    grown = "select parent_revision_id as of from instruction where run_id = ? and seed_id = ?"
    assert house.project.database.query(grown, [run, first.id]) == [{"of": edited.id}]


def test_a_gated_run_that_ended_without_a_rejected_seed_goes_on_after_the_undo(house: House) -> None:
    first = seeds.chosen(house.project, SeedChoice(), 0)[0]
    run = house.start(**GATED | {"gate": Gate.NOT_REJECTED, "buffer": 99, "epochs": 2})
    rejected = say(house.project.database, first, Act.REJECT)
    house.finish(run)
    submit(house.project.database, rejected, Act.UNDO)
    for _ in range(3):  # its calls were in flight, waiting, or not drawn when it was rejected
        if house.studio.runs.can_resume(ME, house.project, run):
            house.resume(run)
            house.finish(run)
    assert house.progress(run).decided == 4 * 2
    assert not house.studio.runs.can_resume(ME, house.project, run)
