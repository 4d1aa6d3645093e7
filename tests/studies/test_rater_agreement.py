"""Agreement against published worked examples, a second implementation, and at its limits."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.studies.rater_agreement import Level, Ratings, alpha, cohen, fleiss, kappa, on_pairs, on_places
from tests.studies.voting import Box, Said, cast

# Fleiss 1971, Psychological Bulletin 76:378-382: 30 patients, six psychiatrists, five diagnoses. Published: kappa = 0.430.
FLEISS = (
    "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445 "
    "333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555"
)
# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: four observers, twelve units, some missing.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
PUBLISHED_ALPHA = {Level.NOMINAL: 0.743, Level.ORDINAL: 0.815}


def ratings(said: Sequence[tuple[int, int, int]]) -> Ratings:
    """From (unit, rater, value) rows."""
    table = np.array(said, dtype=np.int64).reshape(len(said), 3)
    values, value = np.unique(table[:, 2], return_inverse=True)
    raters = tuple(f"r{at}" for at in range(int(table[:, 1].max(initial=-1)) + 1))
    return Ratings(
        raters=raters,
        unit=table[:, 0],
        rater=table[:, 1],
        value=value.astype(np.int64),
        values=values.astype(np.float64),
    )


def diagnoses() -> Ratings:
    patients = enumerate(FLEISS.split())
    return ratings([(patient, rater, int(one)) for patient, said in patients for rater, one in enumerate(said)])


def observed() -> Ratings:
    rows = enumerate(OBSERVERS)
    return ratings([(unit, rater, one) for rater, said in rows for unit, one in enumerate(said) if one is not None])


def ordinal_by_hand(said: Ratings) -> float:
    """Alpha by its definition (Krippendorff 2011, section C): observed over expected disagreement from coincidences."""
    many = len(said.values)
    coincidences = np.zeros((many, many))
    for unit in np.unique(said.unit):
        spoken = said.value[said.unit == unit]
        for one in range(len(spoken)):
            for other in range(len(spoken)):
                if one != other:
                    coincidences[spoken[one], spoken[other]] += 1 / (len(spoken) - 1)
    n = coincidences.sum(axis=0)
    apart = np.array(
        [[(n[min(c, k) : max(c, k) + 1].sum() - (n[c] + n[k]) / 2) ** 2 for k in range(many)] for c in range(many)]
    )
    return 1 - (n.sum() - 1) * (coincidences * apart).sum() / (np.outer(n, n) * apart).sum()


def test_fleiss_kappa_has_the_published_value() -> None:
    found = fleiss(diagnoses())
    assert found.agreement.value == pytest.approx(0.430, abs=5e-4)
    assert (found.agreement.n, found.raters, found.left_out) == (30, 6, 0)


@pytest.mark.parametrize("level", Level)
def test_krippendorffs_alpha_has_the_published_value(level: Level) -> None:
    found = alpha(observed(), level)
    assert found.value == pytest.approx(PUBLISHED_ALPHA[level], abs=5e-4)
    assert found.n == 11  # the twelfth unit has one word


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 4)), min_size=8, max_size=24))
@settings(max_examples=40, deadline=None)
def test_ordinal_alpha_is_what_its_definition_says(said: list[tuple[int, int, int]]) -> None:
    last = {(unit, rater): value for unit, rater, value in said}
    once = ratings([(unit, rater, value) for (unit, rater), value in last.items()])
    shared = np.isin(once.unit, np.flatnonzero(np.bincount(once.unit) > 1))
    found = alpha(once, Level.ORDINAL)
    if len(np.unique(once.value[shared])) < 2:
        assert found.value is None
        assert found.why
    else:
        assert found.value == pytest.approx(ordinal_by_hand(once))


@given(st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=4, max_size=12))
@settings(max_examples=40, deadline=None)
def test_with_many_units_nominal_alpha_and_fleiss_kappa_tell_the_same(units: list[list[int]]) -> None:
    """1 − alpha = (1 − kappa)(N − 1)/N … for N words in all (Krippendorff 2011): the two differ by the small-sample correction."""
    said = ratings([(unit, rater, one) for unit, spoken in enumerate(units) for rater, one in enumerate(spoken)])
    of_fleiss, of_alpha = fleiss(said).agreement, alpha(said, Level.NOMINAL)
    assert (of_fleiss.value is None) == (of_alpha.value is None)
    if of_fleiss.value is not None and of_alpha.value is not None:
        words = 3 * len(units)
        assert 1 - of_alpha.value == pytest.approx((1 - of_fleiss.value) * (words - 1) / words)


def test_cohens_kappa_has_the_published_value() -> None:
    """The two readers of 50 grant proposals: 20 both yes, 5 and 10 apart, 15 both no: 0.40."""
    first = np.repeat([0, 0, 1, 1], [20, 5, 10, 15])
    second = np.repeat([0, 1, 0, 1], [20, 5, 10, 15])
    assert kappa(first, second).value == pytest.approx(0.4)


def test_a_second_library_finds_the_same_kappa_of_every_two() -> None:
    from statsmodels.stats.inter_rater import cohens_kappa, to_table

    said = diagnoses()
    found = cohen(said)
    assert len(found) == 15
    for pair in found:
        one, other = said.raters.index(pair.first), said.raters.index(pair.second)
        table = to_table(np.stack([said.value[said.rater == one], said.value[said.rater == other]], axis=1))[0]
        assert pair.agreement.value == pytest.approx(cohens_kappa(table).kappa)
        assert pair.agreement.n == 30


def test_who_never_met_has_no_kappa_listed() -> None:
    said = ratings([(0, 0, 1), (0, 1, 2), (1, 2, 1), (2, 0, 1), (2, 1, 1)])
    assert [(pair.first, pair.second, pair.agreement.n) for pair in cohen(said)] == [("r0", "r1", 2)]


def test_undefined_is_none_with_why_and_never_nought_or_one() -> None:
    same = ratings([(unit, rater, 1) for unit in range(4) for rater in range(3)])
    alone = ratings([(unit, 0, unit % 2) for unit in range(4)])
    nobody = ratings([])
    for said, why in ((same, "all said the same"), (alone, "by two raters"), (nobody, "by two raters")):
        for found in (fleiss(said).agreement, alpha(said, Level.NOMINAL), alpha(said, Level.ORDINAL)):
            assert found.value is None
            assert why in found.why
    assert all(pair.agreement.value is None for pair in cohen(same))
    assert kappa(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).value is None


def test_units_with_another_number_of_raters_are_left_out_of_fleiss_kappa_and_counted() -> None:
    three = [(unit, rater, (unit + (rater == 2)) % 2) for unit in range(5) for rater in range(3)]
    two = [(unit, rater, unit % 2) for unit in range(5, 8) for rater in range(2)]
    found = fleiss(ratings([*three, *two, (8, 0, 1)]))
    assert (found.raters, found.agreement.n, found.left_out) == (3, 5, 4)
    assert alpha(ratings([*three, *two, (8, 0, 1)]), Level.NOMINAL).n == 8


def test_ballots_give_units_of_pairs_and_of_places() -> None:
    said = [
        Said(rater=rater, shown=(0, 1, 2), places=places)
        for rater, places in enumerate([(1, 2, 3), (1, 2, 3), (2, 1, 3)])
    ]
    ballots = cast(Box(contestants="abc", raters=3), said)
    pairs, places = on_pairs(ballots), on_places(ballots)
    assert pairs.raters == ("r0", "r1", "r2")
    assert len(pairs.unit) == len(places.unit) == 9
    assert list(pairs.values) == [-1.0, 1.0]
    assert list(places.values) == [1.0, 2.0, 3.0]
    agreement = {(pair.first, pair.second): pair.agreement.value for pair in cohen(places)}
    assert agreement[("r0", "r1")] == 1.0
    assert agreement[("r0", "r2")] == pytest.approx(0.0)


def test_nobody_agrees_with_themselves_when_a_pair_stood_in_two_sets() -> None:
    said = [Said(shown=(0, 1, 2), places=(1, 2, 3)), Said(shown=(0, 1), places=(1, 2)), Said(rater=1, places=(2, 1))]
    found = on_pairs(cast(Box(contestants="abc", raters=2), said))
    assert len(found.unit) == 4
    assert alpha(found, Level.NOMINAL).n == 1


def test_two_children_of_one_operation_are_never_taken_for_each_other() -> None:
    """Both see a child by b and two by a, in another order: who says the same must not depend on where they stood."""
    said = [
        Said(rater=0, shown=(0, 0, 1), places=(1, 3, 2)),
        Said(rater=1, shown=(0, 0, 1), places=(3, 1, 2)),
        Said(prompt=1, rater=0, shown=(0, 1), places=(1, 2)),
        Said(prompt=1, rater=1, shown=(1, 0), places=(2, 1)),
    ]
    ballots = cast(Box(contestants="ab", prompts=2, raters=2), said)
    assert len(on_pairs(ballots).unit) == 2
    assert len(on_places(ballots).unit) == 6
    assert cohen(on_places(ballots))[0].agreement.value == 1.0
