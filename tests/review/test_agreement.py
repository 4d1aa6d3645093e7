"""Agreement against published worked examples, at its limits, and by two ways that must agree."""

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.agreement import Scored, Split, TwoVerdicts
from core.review.agreement import alpha, alpha_of_scores, kappa, near, of_two

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section A: two observers, ten articles, nominal data 0/1.
MEG, OWEN = (0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0)
# Cohen's kappa of 50 grant proposals by two readers (20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no): 0.40.
PROPOSALS = TwoVerdicts(both_accept=20, first_accepts=5, second_accepts=10, both_reject=15)

# The same text, section C: four observers, twelve units, ordinal alpha 0.815. A dot: did not look at it.
FOUR = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

ITEMS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12)
COUNTS = st.builds(TwoVerdicts, **dict.fromkeys(
    ("both_accept", "first_accepts", "second_accepts", "both_reject"), st.integers(0, 9)
))  # fmt: skip


def splits(items: list[tuple[int, int]]) -> list[Split]:
    return [Split(accepts=a, rejects=r, items=n) for (a, r), n in Counter(items).items()]


def test_alpha_has_the_published_value() -> None:
    found = alpha(splits([(a + b, 2 - a - b) for a, b in zip(MEG, OWEN, strict=True)]))
    assert found.value == pytest.approx(0.095, abs=5e-4)
    assert (found.n, found.why) == (10, "")


def test_kappa_has_the_published_value() -> None:
    found = kappa(PROPOSALS)
    assert found.value == pytest.approx(0.40, abs=1e-9)
    assert found.n == 50


def test_people_who_always_say_the_same_agree_wholly_and_opposite_ones_less_than_by_chance() -> None:
    assert alpha(splits([(3, 0), (0, 2)])).value == pytest.approx(1)
    assert kappa(TwoVerdicts(both_accept=4, both_reject=1)).value == pytest.approx(1)
    assert kappa(TwoVerdicts(first_accepts=5, second_accepts=5)).value == pytest.approx(-1)
    whoever = kappa(TwoVerdicts(both_accept=6, first_accepts=3))
    assert (whoever.value, whoever.n) == (pytest.approx(0), 9)  # one accepts all: as by chance, yet defined


@pytest.mark.parametrize(
    ("items", "n", "why"),
    [
        ([], 0, "no item was decided by two people"),
        ([(1, 0), (0, 1)], 0, "no item was decided by two people"),
        ([(2, 0), (3, 0), (0, 1)], 2, "everybody said accept"),
        ([(0, 2)], 1, "everybody said reject"),
    ],
)
def test_an_undefined_alpha_says_why(items: list[tuple[int, int]], n: int, why: str) -> None:
    found = alpha(splits(items))
    assert (found.value, found.n) == (None, n)
    assert found.why.startswith(why)


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (TwoVerdicts(), "no item was decided by both"),
        (TwoVerdicts(both_accept=7), "both said accept"),
        (TwoVerdicts(both_reject=1), "both said reject"),
    ],
)
def test_an_undefined_kappa_says_why(pair: TwoVerdicts, why: str) -> None:
    found = kappa(pair)
    assert (found.value, found.n) == (None, pair.n)
    assert found.why.startswith(why)


def by_pairs(items: list[tuple[int, int]]) -> float:
    """Alpha as its words say: of all pairs within items, how many differ, against all pairs of any two verdicts."""
    shared = [(a, r) for a, r in items if a + r > 1]
    verdicts = [verdict for a, r in shared for verdict in "a" * a + "r" * r]
    within = sum(2 * a * r / (a + r - 1) for a, r in shared)
    of_any_two = sum(one != other for one, other in itertools.permutations(verdicts, 2)) / (len(verdicts) - 1)
    return 1 - within / of_any_two


@settings(max_examples=60, deadline=None)
@given(ITEMS)
def test_alpha_is_what_counting_all_pairs_says(items: list[tuple[int, int]]) -> None:
    found = alpha(splits(items))
    if found.value is not None:
        assert found.value == pytest.approx(by_pairs(items))
    else:
        shared = [one for one in items if sum(one) > 1]
        assert not shared or 0 in (sum(a for a, _ in shared), sum(r for _, r in shared))


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_kappa_is_what_its_formula_says(pair: TwoVerdicts) -> None:
    found = kappa(pair)
    if found.value is None:
        assert pair.n in (0, pair.both_accept, pair.both_reject)
        return
    first, second = (pair.both_accept + pair.first_accepts) / pair.n, (pair.both_accept + pair.second_accepts) / pair.n
    by_chance = first * second + (1 - first) * (1 - second)
    assert found.value == pytest.approx((pair.same / pair.n - by_chance) / (1 - by_chance))


def scores(*people: str) -> list[Scored]:
    return [
        Scored(text=str(unit), person=str(person), score=float(said))
        for person, row in enumerate(people)
        for unit, said in enumerate(row)
        if said != "."
    ]


def test_alpha_of_scores_has_the_published_value() -> None:
    found = alpha_of_scores(scores(*FOUR))
    assert (found.value, found.n) == (pytest.approx(0.815, abs=5e-4), 11)


def test_an_undefined_alpha_of_scores_says_why() -> None:
    assert alpha_of_scores(scores("7")).why == "no text was scored by two people"
    assert alpha_of_scores([]).n == 0
    assert alpha_of_scores(scores("77", "77")).why.startswith("everybody said 7")


def test_two_people_are_held_against_each_other_on_what_both_scored() -> None:
    found = of_two(scores("159.", "262.", "..55"))
    assert {two: near(said) for two, said in found.items()} == {
        ("0", "1"): (2, 3),
        ("0", "2"): (0, 1),
        ("1", "2"): (0, 1),
    }
