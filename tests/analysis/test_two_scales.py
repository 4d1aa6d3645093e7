"""People against a model on one scale: against sklearn and scipy, in the limits, and with what cannot be told."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score

from core.analysis.two_scales import spearman, two_scales, weighted_kappa
from core.domain.survival import Scored


def pairs(people: list[float], judge: list[float]) -> list[Scored]:
    return [
        Scored(id=str(at), seed_id=f"seed {at // 2}", epoch=1, kind="evolved", judge=one, people=other, n=1)
        for at, (other, one) in enumerate(zip(people, judge, strict=True))
    ]


def drawn(n: int, noise: float) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(5)
    judge = rng.uniform(1, 10, n)
    return np.clip(judge + rng.normal(0.5, noise, n), 1, 10).tolist(), judge.tolist()


def test_kappa_is_sklearns_and_spearman_scipys() -> None:
    people, judge = drawn(80, 1.5)
    graded = [np.clip(np.floor(np.array(one) + 0.5), 1, 10).astype(int) for one in (people, judge)]
    found = two_scales(pairs(people, judge))
    assert found.kappa.value == pytest.approx(cohen_kappa_score(*graded, labels=range(1, 11), weights="quadratic"))
    assert found.spearman.value == pytest.approx(spearmanr(people, judge).statistic)


def test_each_interval_holds_its_value_and_narrows_with_n() -> None:
    wide, narrow = (two_scales(pairs(*drawn(n, 2.0))) for n in (30, 600))
    for few, many in ((wide.kappa, narrow.kappa), (wide.spearman, narrow.spearman), (wide.more, narrow.more)):
        assert few.low is not None
        assert few.high is not None
        assert few.value is not None
        assert many.low is not None
        assert many.high is not None
        assert few.low < few.value < few.high
        assert many.high - many.low < few.high - few.low


def test_those_who_always_agree_have_one_and_a_shift_is_found() -> None:
    judge = [float(one) for one in range(1, 10)] * 2
    same = two_scales(pairs(judge, judge))
    assert (same.kappa.value, same.more.value) == (1.0, 0.0)
    assert same.spearman.value == pytest.approx(1.0)
    shifted = two_scales(pairs([one + 1 for one in judge], judge))
    assert shifted.more.value == pytest.approx(1.0)
    assert shifted.spearman.value == pytest.approx(1.0)
    assert shifted.kappa.value is not None
    assert shifted.kappa.value < 1


def test_what_cannot_be_told_says_why_and_is_no_number() -> None:
    assert two_scales([]).kappa.why == "fewer than three texts were scored by both"
    constant = two_scales(pairs([5.0] * 6, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    assert (constant.kappa.value, constant.spearman.value) == (None, None)
    assert "same score" in constant.kappa.why
    assert spearman([1.0, 3.0, 2.0], [1.0, 2.0, 3.0]).why == "too few texts for an interval"
    assert "seeds" in weighted_kappa([1.0, 3.0, 2.0], [1.0, 2.0, 3.0], ["a", "a", "b"]).why
