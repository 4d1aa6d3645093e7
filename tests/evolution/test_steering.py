"""Draws that follow what people accept: floors, the same weights for the same decisions, and trees that no reply's order changes."""

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.decision import Act
from core.domain.operation import Operation
from core.domain.run import Gate, RunEventKind
from core.domain.steering import Steering, SteerMode, Tally
from core.evolution.steering import FLOOR, followed, weights_of
from core.store import rate_reading
from tests import builders
from tests.evolution.growing import SEEDS, Field, field_at
from tests.evolution.test_set_aside import nodes
from tests.openai_server import openai_server
from tests.store.reviewing import say

EVEN = dict.fromkeys(Operation, 1.0)
TALLIES = st.dictionaries(
    st.sampled_from(Operation), st.builds(Tally, accepted=st.integers(0, 40), rejected=st.integers(0, 40))
)


@given(TALLIES, st.sets(st.sampled_from(Operation), min_size=1), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_every_operation_that_is_drawn_keeps_its_floor_and_the_others_nothing(
    tallies: dict[Operation, Tally], drawn: set[Operation], seed: int
) -> None:
    weights = followed(tallies, {one: float(one in drawn) for one in Operation}, seed)
    assert sum(weights.values()) == pytest.approx(1.0, abs=0.001)
    for operation, weight in weights.items():
        assert weight >= FLOOR if operation in drawn else weight == 0
    assert weights == followed(tallies, {one: float(one in drawn) for one in Operation}, seed)


def test_without_decisions_all_are_drawn_alike_and_with_them_the_best_most() -> None:
    even = followed({}, EVEN, 1)
    assert all(weight == pytest.approx(1 / 6, abs=0.06) for weight in even.values())
    known = {one: Tally(accepted=2, rejected=18) for one in Operation}
    known[Operation.DEEPEN] = Tally(accepted=18, rejected=2)
    clear = followed(known, EVEN, 1)
    assert clear[Operation.DEEPEN] == pytest.approx(1 - 5 * FLOOR, abs=0.001)
    known[Operation.DEEPEN] = Tally(accepted=3, rejected=17)
    assert followed(known, EVEN, 1)[Operation.DEEPEN] < 0.5


def test_frozen_weights_hold_whatever_people_say() -> None:
    frozen = Steering(
        mode=SteerMode.FROZEN, weights={Operation.MUTATE: 1.0}, tallies={Operation.DEEPEN: Tally(accepted=9)}
    )
    assert weights_of(frozen, EVEN, 1) == {Operation.MUTATE: 1.0}
    assert weights_of(Steering(), EVEN, 1) is None


def steered(field: Field, said: Steering) -> None:
    event = replace(builders.event(RunEventKind.STEERING), reason=rate_reading.steering_as_json(said))
    field.database.writer.append_now([event], by_person=True)


def grown(path: Path, workers: int, script: dict[str, Any]) -> list[dict[str, Any]]:
    """An epoch, decisions on it, and two epochs that follow them."""
    shape: dict[str, Any] = {"rules": (), "respond": False}
    with ExitStack() as open_:
        server = open_.enter_context(openai_server(**script))
        with field_at(path, SEEDS, epochs=1, **shape) as field:
            assert field.grow(server, workers=workers)
            for one in nodes(field, "epoch = 1"):
                say(field.database, one, Act.ACCEPT if one.operation is Operation.DEEPEN else Act.REJECT)
            steered(field, Steering(mode=SteerMode.FOLLOW))
        with field_at(path, SEEDS, epochs=3, gate=Gate.NOT_REJECTED, **shape) as field:
            assert field.grow(server, workers=workers)
            return field.rows("select * exclude (seq, ancestors) from instruction where epoch > 1 order by id")


def test_the_order_of_replies_changes_no_draw_that_follows_people_and_its_weights_are_kept(tmp_path: Path) -> None:
    plain = grown(tmp_path / "plain.duckdb", 1, {})
    late = grown(tmp_path / "late.duckdb", 16, {"latency_s": 0.01, "last_first": 4})
    assert plain == late
    assert len(plain) == 2 * len(SEEDS)
    for row in plain:
        weights = json.loads(row["weights"])
        assert set(weights) == set(Operation)
        assert min(weights.values()) >= FLOOR
    drawn = Counter(row["operation"] for row in plain)
    assert drawn["deepen"] == max(drawn.values())


def test_without_steering_children_say_nothing_of_weights(tmp_path: Path) -> None:
    with openai_server() as server, field_at(tmp_path / "p.duckdb", SEEDS[:1], rules=(), respond=False) as field:
        assert field.grow(server)
        assert field.count("instruction where weights is not null") == 0
