"""Resampling whole clusters: against another library, wider where votes hang together, and the same again from one seed."""

import numpy as np
import pytest
from scipy import stats

from core.studies.ballots import Floats, Ints
from core.studies.bootstrap import BOOTSTRAP, Bootstrap, clusters_of, ratios, resampled
from tests.studies.voting import Box, cast

HOW = Bootstrap(rounds=2000, seed=3)


def some_counts(prompts: int, seed: int) -> tuple[Floats, Floats, Ints]:
    """Wins and votes of two pairs; half the prompts have five votes, half have three."""
    rng = np.random.default_rng(seed)
    below = np.where(np.arange(prompts)[:, None] % 2 == 0, 5, 3) * np.ones((1, 2))
    above = rng.binomial(below.astype(np.int64), rng.beta(3, 2, size=(prompts, 2))).astype(np.float64)
    return above, below, np.arange(prompts)


def width(low: float | None, high: float | None) -> float:
    assert low is not None
    assert high is not None
    return high - low


def test_another_library_draws_the_same_interval() -> None:
    above, below, clusters = some_counts(120, seed=1)
    for column, found in enumerate(ratios(above, below, clusters, HOW)):
        theirs = stats.bootstrap(
            (above[:, column], below[:, column]),
            lambda won, of, axis: won.sum(axis=axis) / of.sum(axis=axis),
            paired=True, n_resamples=2000, method="percentile", rng=np.random.default_rng(5),
        ).confidence_interval  # fmt: skip
        assert found.value == pytest.approx(above[:, column].sum() / below[:, column].sum())
        assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)
        assert found.interval == BOOTSTRAP
        assert found.n == 480


def test_the_interval_of_a_mean_is_the_one_that_theory_expects() -> None:
    scores = np.random.default_rng(2).normal(3, 1, size=(400, 1))
    found = ratios(scores, np.ones_like(scores), np.arange(400), HOW)[0]
    assert width(found.low, found.high) == pytest.approx(2 * 1.96 * scores.std() / 20, rel=0.08)


def test_prompts_of_one_seed_are_drawn_together_so_copies_of_a_prompt_add_no_certainty() -> None:
    above, below, clusters = some_counts(60, seed=4)
    one = ratios(above, below, clusters, HOW)[0]
    copies = ratios(np.repeat(above, 4, axis=0), np.repeat(below, 4, axis=0), np.repeat(clusters, 4), HOW)[0]
    apart = ratios(np.repeat(above, 4, axis=0), np.repeat(below, 4, axis=0), np.arange(240), HOW)[0]
    assert (copies.value, copies.low, copies.high) == pytest.approx((one.value, one.low, one.high))
    assert copies.n == 4 * one.n
    assert width(apart.low, apart.high) == pytest.approx(width(one.low, one.high) / 2, rel=0.15)


def test_clusters_are_seeds_of_evolved_prompts_else_prompts() -> None:
    box = Box(contestants="ab", prompts=5, clusters=("s1", "s2", "s1", "p3", "s2"))
    assert clusters_of(cast(box, [])).tolist() == [1, 2, 1, 0, 2]


def test_every_round_draws_as_many_clusters_as_there_are_and_skips_those_without_a_count() -> None:
    counts = np.array([[1.0, 2.0], [1.0, 5.0], [0.0, 0.0], [1.0, 7.0]])
    drawn = resampled(counts, np.arange(4), Bootstrap(rounds=250, seed=1))
    assert drawn.shape == (250, 2)
    assert set(drawn[:, 0]) == {3.0}
    assert drawn[:, 1].min() >= 6
    assert drawn[:, 1].max() <= 21


def test_the_same_seed_gives_the_same_rounds_another_seed_gives_others() -> None:
    above, below, clusters = some_counts(30, seed=6)
    first, again = (ratios(above, below, clusters, Bootstrap(rounds=150, seed=7)) for _ in range(2))
    assert first == again
    assert ratios(above, below, clusters, Bootstrap(rounds=150, seed=8)) != first


def test_progress_is_told_and_what_it_raises_stops_the_work() -> None:
    above, below, clusters = some_counts(30, seed=6)
    heard: list[tuple[int, int]] = []
    ratios(above, below, clusters, Bootstrap(rounds=250, progress=lambda done, of: heard.append((done, of))))
    assert heard == [(100, 250), (200, 250), (250, 250)]

    def stop(done: int, of: int) -> None:
        raise InterruptedError(f"{done} of {of}")

    with pytest.raises(InterruptedError, match="100 of 250"):
        ratios(above, below, clusters, Bootstrap(rounds=250, progress=stop))


def test_what_cannot_be_known_is_none_and_says_why() -> None:
    nothing = np.zeros((6, 1))
    every = np.ones((6, 1))
    rare = np.array([[1.0]] + [[0.0]] * 5)
    clusters = np.arange(6)
    unknown = ratios(nothing, nothing, clusters, HOW)[0]
    assert (unknown.value, unknown.low, unknown.n, unknown.why) == (None, None, 0, "nothing was judged")
    for above, below, numbers, why in (
        (every, every, clusters, "every resample says the same"),
        (every, every, np.zeros(6, dtype=np.int64), "cannot be resampled"),
        (rare, rare, clusters, "cannot be resampled"),
        (every[:0], every[:0], clusters[:0], "nothing was judged"),
    ):
        found = ratios(above, below, numbers, HOW)[0]
        assert (found.low, found.high) == (None, None)
        assert why in found.why


def test_where_many_rounds_are_undefined_there_is_no_interval() -> None:
    """Two of forty prompts decided anything: one resample in eight draws neither."""
    below = np.zeros((40, 2))
    below[:2, 0], below[:, 1] = 1, 1
    above = below.copy()
    above[0, 0] = 0
    found = ratios(above, below, np.arange(40), HOW)[0]
    assert found.value == 0.5
    assert found.low is None
    assert "of 2,000 resamples" in found.why
