"""A model judge: two orders make one verdict, disagreements are ties that are counted, and verdicts are set beside people's."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from core.studies.judge_agreement import against, both_orders
from core.studies.tally import tally, verdicts
from tests.studies.voting import Box, Said, cast, relabelled, seen_from_the_right


def test_the_same_in_both_orders_counts_and_anything_else_is_a_tie() -> None:
    orders = {  # what was said in the order a, b and in the order b, a, as places of left and right
        "a twice": ((1, 2), (2, 1)),
        "b twice": ((2, 1), (1, 2)),
        "always left": ((1, 2), (1, 2)),
        "always right": ((2, 1), (2, 1)),
        "a, then a tie": ((1, 2), (1, 1)),
        "a tie twice": ((1, 1), (1, 1)),
    }
    said = []
    for prompt, (there, back) in enumerate(orders.values()):
        said += [Said(prompt=prompt, shown=(0, 1), places=there), Said(prompt=prompt, shown=(1, 0), places=back)]
    said.append(Said(prompt=6, shown=(1, 0), places=(1, 2)))
    ballots = cast(Box(contestants="ab", prompts=7), said)
    found = both_orders(ballots)
    expected = [1, -1, 0, 0, 0, 0, np.nan]
    assert np.array_equal(verdicts(found.tally.pair(0, 1)), expected, equal_nan=True)
    assert (found.flips.k, found.flips.n) == (3, 6)
    assert found.one_order == 1
    turned = both_orders(seen_from_the_right(ballots))
    assert (turned.tally.wins == found.tally.wins).all()
    swapped = both_orders(relabelled(ballots, (1, 0)))
    assert (swapped.tally.pair(1, 0).wins == found.tally.pair(0, 1).wins).all()
    assert swapped.flips == found.flips


def test_a_judge_that_always_says_left_wins_nothing_for_anybody() -> None:
    said = [Said(prompt=at, shown=order, places=(1, 2)) for at in range(20) for order in ((0, 1), (1, 0))]
    found = both_orders(cast(Box(contestants="ab", prompts=20), said))
    assert found.flips.value == 1.0
    assert found.tally.wins.sum() == 0


def test_no_verdicts_are_no_flip_rate() -> None:
    found = both_orders(cast(Box(contestants="ab"), []))
    assert found.flips.value is None
    assert tally(cast(Box(contestants="ab"), [])).wins.sum() == found.tally.wins.sum() == 0


def test_kappa_and_confusion_are_what_another_library_says() -> None:
    rng = np.random.default_rng(4)
    people = rng.choice([1.0, 0.0, -1.0], size=200)
    judge = np.where(rng.random(200) < 0.6, people, rng.choice([1.0, 0.0, -1.0], size=200))
    people[:10], judge[5:15] = np.nan, np.nan
    both = ~np.isnan(people) & ~np.isnan(judge)
    found = against(judge, people)
    assert found.kappa.value == pytest.approx(cohen_kappa_score(people[both], judge[both]))
    assert found.kappa.n == found.same.n == 185
    theirs = confusion_matrix(people[both], judge[both], labels=[1, 0, -1])
    assert np.array(found.confusion).tolist() == theirs.tolist()
    assert found.same.k == int(np.trace(theirs))


def test_without_a_shared_verdict_agreement_is_undefined() -> None:
    nothing = against(np.array([1.0, np.nan]), np.array([np.nan, 1.0]))
    assert (nothing.kappa.value, nothing.same.value) == (None, None)
    assert nothing.kappa.why
    same = against(np.ones(5), np.ones(5))
    assert same.kappa.value is None
    assert same.same.value == 1.0


def test_two_texts_of_one_contestant_are_votes_of_their_own() -> None:
    """Two children of one parent by one operation, each against the child of another: nothing of one is taken for the other's."""
    said = [Said(shown=order, places=places) for order, places in (((0, 1), (1, 2)), ((1, 0), (2, 1)))]  # a twice
    said += [Said(shown=order, places=places) for order, places in (((0, 1), (2, 1)), ((1, 0), (1, 2)))]  # b twice
    ballots = cast(Box(contestants="ab"), said)
    text = np.where((ballots.contestant == 0) & (ballots.trial > 1), 2, ballots.contestant)
    found = both_orders(replace(ballots, text=text))
    assert (found.flips.k, found.flips.n, found.one_order) == (0, 2, 0)
    assert (found.tally.wins[0, 0, 1], found.tally.wins[0, 1, 0]) == (1, 1)
