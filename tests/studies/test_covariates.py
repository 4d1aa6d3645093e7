"""Strengths at equal length and position: against a published table and plain statsmodels on every single vote."""

import numpy as np
import pytest

from core.studies.ballots import Ballots
from core.studies.bootstrap import clusters_of
from core.studies.covariates import CLUSTERED, adjusted
from core.studies.simulate import SimulatedRater
from core.studies.tally import votes
from tests.studies.baseball import HOME_ADVANTAGE, SHARES_AT_EQUAL_HOME, games
from tests.studies.voting import Box, Said, cast, relabelled, simulated


def some_study() -> Ballots:
    """Sixty prompts of twenty seeds, three systems of unequal length, four people with a bias and with ties."""
    words = np.random.default_rng(2).integers(20, 300, size=(60, 3))
    box = Box(contestants="abc", prompts=60, words=words, clusters=[f"s{at % 20}" for at in range(60)])
    people = [SimulatedRater(name=str(at), left_bias=0.3, tie_within=0.2) for at in range(4)]
    return simulated(box, people, np.array([0.6, 0.0, -0.4]), seed=3, worth_of_length=0.5)


def test_home_advantage_is_position_and_has_the_published_value() -> None:
    ballots = games()
    found = adjusted(ballots, clusters_of(ballots))
    assert found.position.value == pytest.approx(HOME_ADVANTAGE, abs=5e-4)
    worth = np.exp([one.value for one in found.strengths if one.value is not None])
    assert worth / worth.sum() == pytest.approx(SHARES_AT_EQUAL_HOME, abs=5e-4)
    assert found.length.value is None
    assert "cannot be told apart" in found.length.why


def test_votes_taken_together_give_what_every_single_vote_gives() -> None:
    """A second way: one row per vote, half wins as two half rows, no centring; the contrasts and their errors must agree."""
    import statsmodels.api as sm

    ballots = some_study()
    clusters, cast_votes = clusters_of(ballots), votes(ballots)
    first, second = cast_votes.first, cast_votes.second
    design = np.eye(3)[ballots.contestant[first]] - np.eye(3)[ballots.contestant[second]]
    longer = np.log((ballots.words[first] + 1) / (ballots.words[second] + 1))
    design = np.column_stack([design[:, 1:], longer, ballots.position[second] - ballots.position[first]])
    model = sm.GLM((cast_votes.outcome + 1) / 2, design, family=sm.families.Binomial())
    theirs = model.fit(cov_type="cluster", cov_kwds={"groups": clusters[ballots.prompt[first]]})
    found = adjusted(ballots, clusters)
    a, b, c = found.strengths
    assert a.value is not None
    assert b.value is not None
    assert c.value is not None
    assert (b.value - a.value, c.value - a.value) == pytest.approx(theirs.params[:2], abs=1e-6)
    for one, column in ((found.length, 2), (found.position, 3)):
        assert one.value == pytest.approx(theirs.params[column], abs=1e-6)
        assert (one.low, one.high) == pytest.approx(theirs.conf_int()[column], rel=2e-3)
        assert one.interval == CLUSTERED
        assert one.n == len(first)
    centred = np.array([[-1 / 3, -1 / 3], [2 / 3, -1 / 3], [-1 / 3, 2 / 3]])
    errors = np.sqrt(np.diag(centred @ theirs.cov_params()[:2, :2] @ centred.T))
    for one, error in zip(found.strengths, errors, strict=True):
        assert one.high is not None
        assert one.low is not None
        assert (one.high - one.low) / 2 == pytest.approx(1.96 * error, rel=2e-3)


def test_errors_are_clustered_so_copies_of_the_same_people_add_no_certainty() -> None:
    ballots = some_study()
    twice = Ballots(**{
        name: np.concatenate([getattr(ballots, name)] * 2) if isinstance(getattr(ballots, name), np.ndarray) else getattr(ballots, name)
        for name in Ballots.__slots__
    } | {"trial": np.concatenate([ballots.trial, ballots.trial + ballots.trial.max() + 1])})  # fmt: skip
    once, again = (adjusted(one, clusters_of(one)).length for one in (ballots, twice))
    assert again.value == pytest.approx(once.value)
    assert once.low == pytest.approx(again.low, rel=0.02)


def test_who_is_called_first_changes_no_number() -> None:
    ballots = some_study()
    here = adjusted(ballots, clusters_of(ballots))
    there = adjusted(relabelled(ballots, (2, 0, 1)), clusters_of(ballots))
    assert there.length.value == pytest.approx(here.length.value)
    assert there.position.low == pytest.approx(here.position.low)
    for at, moved in enumerate((2, 0, 1)):
        assert there.strengths[moved].value == pytest.approx(here.strengths[at].value)
        assert there.strengths[moved].high == pytest.approx(here.strengths[at].high)


def test_what_the_votes_cannot_tell_is_none_and_says_why() -> None:
    box = Box(contestants="ab", prompts=9)
    nothing = cast(box, [])
    one_sided = cast(
        box, [Said(prompt=at, shown=(at % 2, 1 - at % 2), places=(1 + at % 2, 2 - at % 2)) for at in range(9)]
    )
    few = cast(
        Box(contestants="ab", prompts=1, raters=9), [Said(rater=at, places=(1 + at % 2, 2 - at % 2)) for at in range(9)]
    )
    for ballots, why in ((nothing, "nothing was compared"), (one_sided, "no finite strength"), (few, "too few")):
        found = adjusted(ballots, clusters_of(ballots))
        for one in (*found.strengths, found.length, found.position):
            assert (one.value, one.low, one.high) == (None, None, None)
            assert why in one.why


def test_who_never_lost_or_never_met_anybody_is_left_out_and_the_others_are_fitted_among_themselves() -> None:
    """Of a always wins and nobody met d: b against c is what it would be without them."""
    shown = [(0, 1, 2), (2, 1, 0), (1, 0, 2)]
    said = [
        Said(prompt=at, shown=shown[at % 3], places=[1 if one == 0 else 2 + ((one == 1) == (at % 4 == 0)) for one in shown[at % 3]])
        for at in range(48)
    ]  # fmt: skip
    found = adjusted(ballots := cast(Box(contestants="abcd", prompts=48), said), clusters_of(ballots))
    a, b, c, d = found.strengths
    assert (a.value, d.value) == (None, None)
    assert "no finite strength" in a.why
    assert (a.n, d.n, d.why) == (96, 0, "was compared with no other")
    assert b.value is not None
    assert c.value is not None
    only = Box(contestants="bc", prompts=48)
    alone = adjusted(
        cast(only, [
            Said(
                prompt=one.prompt, shown=[text - 1 for text in one.shown if text],
                places=[place for text, place in zip(one.shown, one.places, strict=True) if text],
            )
            for one in said
        ]),
        np.arange(48),
    )  # fmt: skip
    assert (b.value, c.value) == pytest.approx([one.value for one in alone.strengths], abs=0.05)


def test_where_position_alone_tells_who_wins_there_is_no_fit() -> None:
    said = [Said(prompt=at, shown=(at % 2, 1 - at % 2), places=(1, 2)) for at in range(40)]
    ballots = cast(Box(contestants="ab", prompts=40), said)
    found = adjusted(ballots, clusters_of(ballots))
    assert found.position.value is None
    assert "alone tells who wins" in found.position.why


def test_a_position_that_never_changes_is_not_told_apart_from_who_stood_there() -> None:
    said = [Said(prompt=at, places=(1, 2) if at % 3 else (2, 1)) for at in range(30)]
    ballots = cast(Box(contestants="ab", prompts=30), said)
    found = adjusted(ballots, clusters_of(ballots))
    assert found.position.value is None
    assert "cannot be told apart" in found.position.why
    assert found.strengths[0].value == pytest.approx(np.log(2) / 2)
