"""Preferences between texts of one prompt, and which operation makes the better child of one parent."""

import numpy as np
import pytest

from core.domain.study_numbers import OperationStrength, Preference
from core.studies.bootstrap import Bootstrap
from core.studies.siblings import operation_strengths, preferences
from core.studies.simulate import SimulatedRater, ranks, utilities
from tests.studies.voting import Box, Said, cast

HOW = Bootstrap(rounds=200, seed=5)
OPERATIONS = {"deepen": 0.7, "concretize": 0.0, "mutate": -0.7}


def test_a_preference_has_votes_for_and_against_and_a_margin() -> None:
    places = [(1, 2), (1, 2), (2, 1), (1, 1), (1, 2)]
    said = [Said(prompt=1, rater=at, shown=(1, 0), places=one) for at, one in enumerate(places)]
    said += [Said(prompt=0, rater=at, places=one) for at, one in enumerate([(1, 2), (2, 1)])]
    found = preferences(cast(Box(contestants="ab", prompts=2, raters=5), said))
    assert found == (
        Preference(prompt="p1", chosen="b", rejected="a", votes_for=3, votes_against=1, ties=1, margin=0.4),
    )


def test_everybody_tying_makes_no_preference() -> None:
    said = [Said(rater=at, shown=(0, 1, 2), places=(1, 1, 1)) for at in range(3)]
    assert preferences(cast(Box(contestants="abc", raters=3), said)) == ()
    assert preferences(cast(Box(contestants="abc"), [])) == ()


def test_children_are_contestants_of_their_own_so_siblings_of_one_operation_are_kept_apart() -> None:
    said = [Said(shown=(0, 1, 2), places=(1, 2, 3))]
    found = preferences(cast(Box(contestants=("child 1", "child 2", "child 3")), said))
    assert {(one.chosen, one.rejected) for one in found} == {
        ("child 1", "child 2"), ("child 1", "child 3"), ("child 2", "child 3"),
    }  # fmt: skip


def tournament(seed: int, parents: int = 150) -> tuple[OperationStrength, ...]:
    """Four children each of parents that differ in what they allow: a good parent lifts all of its children."""
    rng, person = np.random.default_rng(seed), SimulatedRater(name="one")
    said: list[Said] = []
    operation_of: list[str] = []
    for parent in range(parents):
        made_by = [str(one) for one in rng.choice(list(OPERATIONS), size=4)]
        children = range(len(operation_of), len(operation_of) + 4)
        operation_of += made_by
        pull = np.array([OPERATIONS[one] for one in made_by]) + rng.normal(0, 5)
        for rater in range(3):
            placed = ranks(person, utilities(person, pull, np.zeros(4, dtype=np.int64), rng))
            said.append(Said(prompt=parent, rater=rater, shown=children, places=placed.tolist()))
    box = Box(contestants=[f"child {at}" for at in range(4 * parents)], prompts=parents, raters=3)
    return operation_strengths(cast(box, said), operation_of, HOW)


def test_strengths_of_operations_are_recovered_although_parents_differ_in_what_they_allow() -> None:
    within = 0
    for seed in range(5):
        found = tournament(seed)
        assert [one.operation for one in found] == sorted(OPERATIONS)
        for one in found:
            assert one.strength.low is not None
            assert one.strength.high is not None
            assert one.strength.high - one.strength.low < 0.5
            within += one.strength.low <= OPERATIONS[one.operation] <= one.strength.high
    assert within >= 13  # of fifteen intervals of 95 %


def test_siblings_of_one_operation_say_nothing_about_operations() -> None:
    said = [Said(prompt=at, shown=(2 * at, 2 * at + 1), places=(1, 2)) for at in range(4)]
    box = Box(contestants=[f"child {at}" for at in range(8)], prompts=4)
    found = operation_strengths(cast(box, said), ["deepen"] * 8, HOW)
    assert [(one.strength.value, one.strength.n) for one in found] == [(None, 0)]
    assert found[0].strength.why == "was compared with no other"
    assert pytest.approx(1.0) == preferences(cast(box, said))[0].margin
