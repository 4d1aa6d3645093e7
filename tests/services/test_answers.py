"""Answers that people ask for: one call within the run's caps, kept whole; and all that are owed, one after the other."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.domain.check import Rule
from core.domain.decision import Act
from core.domain.instruction import Instruction
from core.domain.run import Caps, RunEventKind
from core.errors import BadInput, RunRefused
from core.services.reviewing import answers
from core.store.instruction_rows import instruction_from
from core.store.run_reading import caps_as_json
from tests import builders
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME
from tests.services.test_runs_live import House
from tests.store.reviewing import say, state

DEAD = {"epochs": 1, "rules": (Rule.NO_INFORMATION_GAIN,), "thresholds": {Rule.NO_INFORMATION_GAIN: 0.5}}


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server(p_equal=1.0) as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: OpenAIServer) -> Iterator[House]:
    """Four seeds, each with an eliminated child that nobody has answered."""
    house = House(tmp_path, server, n_seeds=4)
    house.finish(house.start(**DEAD))
    yield house
    house.studio.close()


def eliminated(house: House) -> list[Instruction]:
    rows = house.project.database.query("""select i.* exclude (seq) from instruction i join instruction_state s using (id)
        where s.run_status = 'eliminated' order by i.position""")
    return [instruction_from(row) for row in rows]


def response(house: House, of: Instruction) -> dict[str, Any]:
    return house.project.database.query(
        """select r.instruction_revision_id as of, r.call_id, t.text from response r join revision t on t.of_id = r.id
        where r.id = ?""",
        [state(house.project.database, of)["response_id"]],
    )[0]


def wait(house: House) -> Any:
    ends = time.monotonic() + 30
    while (now := house.studio.answer_lists.progress(ME, house.project)) is None or now.is_going:
        assert time.monotonic() < ends
        time.sleep(0.02)
    return now


def test_an_accepted_override_is_listed_until_it_is_answered_by_whoever_answers_in_its_run(
    house: House, server: OpenAIServer
) -> None:
    of = eliminated(house)[0]
    assert answers.waiting(ME, house.project) == ()
    say(house.project.database, of, Act.ACCEPT)
    (owed,) = answers.waiting(ME, house.project)
    assert (owed.id, owed.status, owed.stale) == (of.id, "eliminated", False)
    offer = house.studio.answers.offer(ME, house.project, of.id)
    assert (offer.endpoint, offer.refusal) == ("test", "")
    before = server.stats()["chat"]
    answered = house.studio.answers.answer(ME, house.project, of.id)
    assert server.stats()["chat"] == before + 1
    assert answered.text == response(house, of)["text"] != ""
    assert (answered.problem, answered.stale) == ("", False)
    assert answers.count_waiting(ME, house.project) == 0
    assert house.project.database.query("select kind, error_kind from call order by seq desc limit 1") == [
        {"kind": "respond", "error_kind": None}
    ]
    assert house.progress(str(of.run_id)).spending.calls == before  # beside the run
    assert house.project.database.projection_is_right()


def test_an_edit_makes_the_answer_stale_and_answering_again_makes_it_fit(house: House) -> None:
    of = eliminated(house)[0]
    say(house.project.database, of, Act.ACCEPT)
    house.studio.answers.answer(ME, house.project, of.id)
    with pytest.raises(BadInput, match="this very text"):
        house.studio.answers.answer(ME, house.project, of.id)
    newer = builders.revision(of, "Explain it to a grandmother.", 1)
    house.project.database.writer.append_now([newer])
    assert state(house.project.database, of)["response_stale"]
    assert [one.stale for one in answers.waiting(ME, house.project)] == [True]
    house.studio.answers.answer(ME, house.project, of.id)
    assert response(house, of)["of"] == newer.id
    assert not state(house.project.database, of)["response_stale"]
    assert house.project.database.projection_is_right()


def test_a_failed_call_is_kept_and_said_and_the_item_waits_on(house: House, server: OpenAIServer) -> None:
    of = eliminated(house)[0]
    say(house.project.database, of, Act.ACCEPT)
    server.change(always="no_money")
    answered = house.studio.answers.answer(ME, house.project, of.id)
    assert "no money" in answered.problem
    assert (answered.revision, answered.stops) == (None, True)
    assert house.project.database.query("select error_kind from call order by seq desc limit 1") == [
        {"error_kind": "no_money"}
    ]
    assert answers.count_waiting(ME, house.project) == 1


def test_the_runs_caps_hold(house: House, server: OpenAIServer) -> None:
    of = eliminated(house)[0]
    calls = server.stats()["chat"]
    say(house.project.database, of, Act.ACCEPT)
    capped = replace(builders.event(RunEventKind.CAPS, str(of.run_id)), reason=caps_as_json(Caps(calls=1)))
    house.project.database.writer.append_now([capped])
    assert "cap" in house.studio.answers.offer(ME, house.project, of.id).refusal
    with pytest.raises(RunRefused, match="cap of 1 calls"):
        house.studio.answers.answer(ME, house.project, of.id)
    assert server.stats()["chat"] == calls


def test_all_that_are_owed_are_answered_and_each_failure_is_counted_once(house: House, server: OpenAIServer) -> None:
    for of in eliminated(house):
        say(house.project.database, of, Act.ACCEPT)
    server.change(always="content_policy")
    house.studio.answer_lists.start(ME, house.project)
    assert (wait(house).kept, wait(house).failed) == (0, 4)
    server.change(always="")
    house.studio.answer_lists.start(ME, house.project)
    assert (wait(house).kept, wait(house).failed, wait(house).reason) == (4, 0, "")
    assert answers.count_waiting(ME, house.project) == 0


def test_a_list_can_be_stopped_and_what_is_in_flight_is_kept(house: House, server: OpenAIServer) -> None:
    run = house.start(**DEAD)
    house.finish(run)
    house.finish(house.start(**DEAD, rng_seed=9))
    for of in eliminated(house):
        say(house.project.database, of, Act.ACCEPT)
    server.change(latency_s=0.5)
    house.studio.answer_lists.start(ME, house.project)
    time.sleep(0.2)
    house.studio.answer_lists.stop(ME, house.project)
    now = wait(house)
    assert now.reason == "Stopped"
    assert now.kept <= 8
    assert answers.count_waiting(ME, house.project) == 12 - now.kept
