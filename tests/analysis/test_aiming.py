"""How often each operation is drawn at a cell: against closed forms, at the limits, and by a second method that must agree."""

import pytest

from core.analysis import aiming
from core.analysis.aiming import FLOOR, best_shares, counted, epochs, posteriors, weights
from core.domain.coverage import BORROWED, Landings
from core.domain.operation import Operation
from core.domain.steering import Tally
from core.evolution import steering


def tries(*counts: tuple[int, int], elsewhere: tuple[int, int] = (0, 0)) -> list[Landings]:
    """(landed, tried) of the first operations; the others were never tried."""
    said = [*counts, *[(0, 0)] * (len(Operation) - len(counts))]
    landed, tried = elsewhere
    return [
        Landings(operation=one, landed=k, tried=n, landed_elsewhere=landed, tried_elsewhere=tried)
        for one, (k, n) in zip(Operation, said, strict=True)
    ]


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 1), (5, 3), (40, 60), (0.3, 0.2)])
def test_of_two_the_chance_to_be_best_is_the_closed_form(a: float, b: float) -> None:
    """A draw of Beta(a, 1) is u^(1/a): it beats one of Beta(b, 1) with a / (a + b)."""
    assert best_shares([(a, 1), (b, 1)]) == pytest.approx([a / (a + b), b / (a + b)], abs=1e-3)


def test_alike_ones_are_drawn_alike_and_a_certain_best_takes_all() -> None:
    assert best_shares([(3, 4)] * 6) == pytest.approx([1 / 6] * 6)
    assert best_shares([(900, 100), (100, 900), (1, 1)])[1] < 1e-6


def test_integration_agrees_with_thompsons_draws() -> None:
    counts = [(9, 12), (3, 12), (6, 12), (0, 0), (1, 2), (5, 20)]
    ours = [FLOOR + (1 - 6 * FLOOR) * share for share in best_shares([(1 + k, 1 + n - k) for k, n in counts])]
    tallies = {one: Tally(accepted=k, rejected=n - k) for one, (k, n) in zip(Operation, counts, strict=True)}
    drawn = steering.followed(tallies, dict.fromkeys(Operation, 1.0), 7)
    assert ours == pytest.approx([drawn[one] for one in Operation], abs=0.06)


def test_shares_add_up_and_none_falls_below_the_floor() -> None:
    found = weights(tries((50, 50), (0, 50), (0, 50), (0, 50), (0, 50), (0, 50)))
    assert found is not None
    assert sum(found.values()) == pytest.approx(1, abs=1e-3)
    assert min(found.values()) == pytest.approx(FLOOR)
    assert found[Operation.ADD_CONSTRAINTS] == pytest.approx(1 - 5 * FLOOR)


def test_where_nothing_was_tried_nothing_is_said() -> None:
    assert weights(tries()) is None


def test_what_was_never_tried_is_expected_to_do_as_the_others() -> None:
    found = posteriors(tries((1, 10), (1, 10), (1, 10), (1, 10), (0, 0), (0, 0)))
    assert found[0] == pytest.approx((1 + 10 / 42, 9 + 74 / 42))
    assert found[4][0] / sum(found[4]) == pytest.approx(5 / 42)
    shares = weights(tries((12, 20), (1, 20), (1, 20), (1, 20)))
    assert shares is not None
    assert max(shares, key=lambda one: shares[one]) is Operation.ADD_CONSTRAINTS
    assert shares[Operation.MUTATE] > shares[Operation.DEEPEN], "but it may surprise"


def test_other_skills_count_but_never_for_more_than_a_few_tries() -> None:
    (one, *_) = tries((0, 0), elsewhere=(300, 1000))
    assert counted(one) == pytest.approx((0.3 * BORROWED, BORROWED))
    (few, *_) = tries((2, 3), elsewhere=(1, 4))
    assert counted(few) == (3, 7)
    own = weights(tries((0, 40), (30, 40), elsewhere=(1, 1000)))
    assert own is not None
    assert max(own, key=lambda operation: own[operation]) is Operation.DEEPEN


def test_epochs_follow_from_the_gain_and_stay_within_reason() -> None:
    assert epochs(3.0, 8, 1.0) == 5
    assert epochs(3.0, 8, 2.4) == 3
    assert epochs(7.9, 8, 1.0) == 1
    assert epochs(1.0, 10, 0.1) == aiming.MOST_EPOCHS
    assert epochs(None, 8, 1.0) is epochs(3.0, 8, None) is epochs(3.0, 8, -0.2) is epochs(3.0, 8, 0) is None
