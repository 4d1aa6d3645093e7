"""All chance of a run follows from its seed and the place in its trees."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.operation import DATA_FORMATS, Operation
from core.domain.task import TaskKind
from core.evolution.chance import Place, draw, model_seed

EQUAL = dict.fromkeys(Operation, 1.0)
PLACES = st.builds(
    Place, position=st.integers(0, 10**6), epoch=st.integers(1, 20), child_number=st.integers(0, 64)
)  # fmt: skip


def place(position: int, epoch: int = 1, child_number: int = 0) -> Place:
    return Place(position=position, epoch=epoch, child_number=child_number)


@given(st.integers(), PLACES)
def test_the_same_place_draws_the_same(rng_seed: int, where: Place) -> None:
    assert draw(rng_seed, where, EQUAL) == draw(rng_seed, where, EQUAL)
    assert model_seed(rng_seed, TaskKind.EVOLVE, where, 0) == model_seed(rng_seed, TaskKind.EVOLVE, where, 0)


def test_six_operations_are_drawn_equally_often() -> None:
    found = Counter(draw(1, place(number), EQUAL).operation for number in range(6_000))
    assert set(found) == set(Operation)
    assert all(850 < n < 1150 for n in found.values())  # five standard deviations


def test_weights_steer_the_draw_and_zero_rules_out() -> None:
    weights = {Operation.DEEPEN: 3.0, Operation.MUTATE: 1.0}
    found = Counter(draw(1, place(number), weights).operation for number in range(4_000))
    assert set(found) == set(weights)
    assert 2.6 < found[Operation.DEEPEN] / found[Operation.MUTATE] < 3.4


def test_a_data_format_comes_with_complicated_input_only() -> None:
    drawn = [draw(5, place(number), EQUAL) for number in range(2_000)]
    for one in drawn:
        assert (one.data_format is not None) == (one.operation is Operation.COMPLICATE_INPUT)
    assert {one.data_format for one in drawn} == {None, *DATA_FORMATS}


@pytest.mark.parametrize("other", [place(2), place(1, epoch=2), place(1, child_number=1)])
def test_another_place_is_another_chance(other: Place) -> None:
    here = [model_seed(9, TaskKind.EVOLVE, place(1), attempt) for attempt in range(4)]
    there = [model_seed(9, TaskKind.EVOLVE, other, attempt) for attempt in range(4)]
    assert not set(here) & set(there)


def test_every_attempt_and_every_kind_asks_with_a_seed_of_its_own() -> None:
    seeds = {model_seed(9, kind, place(1), attempt) for kind in TaskKind for attempt in range(12)}
    assert len(seeds) == 12 * len(TaskKind)
    assert all(0 <= seed < 2**31 for seed in seeds)
