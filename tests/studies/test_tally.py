"""Votes, verdicts and win rates: published counts, a file worked by hand, and what may not depend on how things are shown or numbered."""

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.study_numbers import Record
from core.studies.ballots import Ballots
from core.studies.tally import (
    all_votes,
    decisive,
    joined,
    pair_counts,
    place_sums,
    record,
    tally,
    verdict_tally,
    verdicts,
    votes,
    with_ties,
)
from tests.studies.voting import HARD, Box, Said, cast, relabelled, seen_from_the_right

# method.md, section 6: wins, losses, ties of WizardLM over one verdict per item.
OTHERS = ("Alpaca", "Vicuna", "ChatGPT")
SMALL_ALL = ((90, 52, 76), (90, 63, 65), (61, 89, 68))
SMALL_HARD = ((41, 16, 6), (30, 21, 12), (27, 22, 14))
LARGE_ALL = ((116, 50, 52), (90, 70, 58), (64, 88, 66))
OUR_RANK, THEIR_RANK = 3, {1: 4, -1: 2, 0: 3}  # a lower rank wins, equal ranks tie
DISSENTERS = 3  # of ten; they say the opposite, and on a tie one of them says "better", two "worse"

THREE = Box(contestants=("ash", "birch", "cedar"), prompts=3, raters=10)


def outcomes(won: int, lost: int, tied: int) -> list[int]:
    return [1] * won + [-1] * lost + [0] * tied


def ranks_that_imply(hard: tuple[tuple[int, int, int], ...], whole: tuple[tuple[int, int, int], ...]) -> Iterator[Said]:
    """Ten people's ranks of four responses to each item: the hard items first; most say what the verdict is to be."""
    columns = []
    for hard_counts, counts in zip(hard, whole, strict=True):
        rest = [all_of - of_hard for all_of, of_hard in zip(counts, hard_counts, strict=True)]
        columns.append(outcomes(*hard_counts) + outcomes(*rest))
    for prompt, item in enumerate(zip(*columns, strict=True)):
        for rater in range(10):
            said = [-one if one else (-1, 1, 1)[rater] for one in item] if rater < DISSENTERS else item
            shown = [(place + rater + prompt) % 4 for place in range(4)]
            places = (OUR_RANK, *(THEIR_RANK[one] for one in said))
            yield Said(prompt=prompt, rater=rater, shown=shown, places=[places[one] for one in shown])


def study(hard: tuple[tuple[int, int, int], ...], whole: tuple[tuple[int, int, int], ...]) -> Ballots:
    items = sum(whole[0])
    difficulty = {at: HARD if at < sum(hard[0]) else 4.0 for at in range(items)}
    box = Box(contestants=("WizardLM", *OTHERS), prompts=items, raters=10, difficulty=difficulty)
    return cast(box, list(ranks_that_imply(hard, whole)))


def three_winners() -> Ballots:
    lines = (Path(__file__).parent / "data" / "three_winners.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return cast(THREE, [
        Said(
            prompt=int(row["prompt"]) - 1, rater=int(row["person"]) - 1, shown=(0, 1, 2),
            places=[float(row[name]) for name in THREE.contestants],
        )
        for row in rows
    ])  # fmt: skip


@st.composite
def some_ballots(draw: st.DrawFn) -> Ballots:
    """Up to twelve trials of two to four of four contestants, with ties, in any order."""
    said = []
    for _ in range(draw(st.integers(1, 12))):
        shown = draw(st.lists(st.integers(0, 3), min_size=2, max_size=4, unique=True))
        places = draw(st.lists(st.integers(1, 5), min_size=len(shown), max_size=len(shown)))
        prompt, rater = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        said.append(Said(prompt=prompt, rater=rater, shown=shown, places=places))
    return cast(Box(contestants="wxyz", prompts=3, raters=3), said)


@pytest.mark.parametrize(("hard", "whole"), [(SMALL_HARD, SMALL_ALL), (((0, 0, 0),) * 3, LARGE_ALL)], ids=["7B", "13B"])
def test_ranks_that_imply_the_published_verdicts_give_the_published_counts(
    hard: tuple[tuple[int, int, int], ...], whole: tuple[tuple[int, int, int], ...]
) -> None:
    ballots = study(hard, whole)
    is_hard = np.array([prompt.author_difficulty == HARD for prompt in ballots.prompts])
    for other, of_all, of_hard in zip((1, 2, 3), whole, hard, strict=True):
        said = verdicts(pair_counts(ballots, 0, other))
        assert record(said) == Record(wins=of_all[0], losses=of_all[1], ties=of_all[2])
        assert record(said, is_hard) == Record(wins=of_hard[0], losses=of_hard[1], ties=of_hard[2])
        assert record(said).n == 218


def test_most_votes_all_votes_and_mean_rank_can_have_three_winners() -> None:
    ballots = three_winners()
    counts = tally(ballots)
    ash, birch, cedar = 0, 1, 2

    def by_verdicts(a: int, b: int) -> Record:
        return record(verdicts(counts.pair(a, b)))

    assert by_verdicts(ash, birch) == by_verdicts(ash, cedar) == Record(wins=2, ties=0, losses=1)
    assert by_verdicts(birch, cedar) == Record(wins=1, ties=0, losses=2)
    assert (
        all_votes(counts.pair(birch, ash)) == all_votes(counts.pair(birch, cedar)) == Record(wins=18, ties=0, losses=12)
    )
    assert all_votes(counts.pair(ash, cedar)) == Record(wins=12, ties=0, losses=18)
    places = place_sums(ballots)
    assert list(places.total.sum(axis=0) / places.n.sum(axis=0)) == pytest.approx([3.4, 2.6, 2.0])


@given(some_ballots())
@settings(max_examples=80, deadline=None)
def test_every_count_is_what_going_through_the_trials_one_by_one_finds(ballots: Ballots) -> None:
    found = tally(ballots)
    wins, ties = np.zeros_like(found.wins), np.zeros_like(found.ties)
    for one, other in itertools.permutations(range(len(ballots.trial)), 2):
        if ballots.trial[one] == ballots.trial[other]:
            a, b, prompt = ballots.contestant[one], ballots.contestant[other], ballots.prompt[one]
            wins[prompt, a, b] += ballots.place[one] < ballots.place[other]
            ties[prompt, a, b] += ballots.place[one] == ballots.place[other]
    assert (found.wins == wins).all()
    assert (found.ties == ties).all()


@given(some_ballots(), st.permutations(range(4)))
@settings(max_examples=80, deadline=None)
def test_swapping_who_is_called_first_flips_each_vote_and_nothing_else(ballots: Ballots, order: list[int]) -> None:
    before, after = tally(ballots), tally(relabelled(ballots, order))
    for a, b in itertools.permutations(range(4), 2):
        here, there = before.pair(a, b), after.pair(order[a], order[b])
        assert (here.wins == there.wins).all()
        assert (here.ties == there.ties).all()
        assert (here.swapped.wins == before.pair(b, a).wins).all()
        said = verdicts(here)
        assert np.array_equal(-said, verdicts(here.swapped), equal_nan=True)
        assert record(said).swapped == record(verdicts(here.swapped))
        assert all_votes(here).swapped == all_votes(here.swapped)
        assert decisive(record(said)).n == decisive(record(said).swapped).n


@given(some_ballots())
@settings(max_examples=80, deadline=None)
def test_swapping_the_sides_that_texts_stood_on_changes_no_vote(ballots: Ballots) -> None:
    turned = seen_from_the_right(ballots)
    assert (tally(turned).wins == tally(ballots).wins).all()
    assert (tally(turned).ties == tally(ballots).ties).all()
    assert (turned.position != ballots.position).any()


@given(some_ballots(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_rows_are_read_changes_nothing(ballots: Ballots, chance: object) -> None:
    rows = list(range(len(ballots.trial)))
    chance.shuffle(rows)  # type: ignore[attr-defined]
    mixed = Ballots(**{
        name: getattr(ballots, name)[rows] if isinstance(getattr(ballots, name), np.ndarray) else getattr(ballots, name)
        for name in Ballots.__slots__
    })  # fmt: skip
    assert (tally(mixed).wins == tally(ballots).wins).all()
    assert (tally(mixed).ties == tally(ballots).ties).all()


def test_equal_top_counts_are_a_tie_and_no_votes_are_no_verdict() -> None:
    cases = {(5, 4, 1): 1, (1, 4, 5): -1, (2, 5, 3): 0, (5, 0, 5): 0, (4, 4, 2): 0, (2, 4, 4): 0, (3, 3, 3): 0}
    said = []
    for prompt, (won, tied, lost) in enumerate(cases):
        places = [(1, 2)] * won + [(1, 1)] * tied + [(2, 1)] * lost
        said += [Said(prompt=prompt, rater=rater, places=one) for rater, one in enumerate(places)]
    found = verdicts(pair_counts(cast(Box(contestants="ab", prompts=len(cases) + 1, raters=10), said), 0, 1))
    assert list(found[:-1]) == list(cases.values())
    assert np.isnan(found[-1])
    assert record(found) == Record(wins=1, ties=5, losses=1)


def test_verdicts_as_a_tally_have_one_vote_for_each_prompt_and_pair() -> None:
    counts = verdict_tally(tally(three_winners()))
    assert counts.wins[:, 0, 1].tolist() == [1, 1, 0]
    assert counts.wins[:, 1, 2].tolist() == [0, 0, 1]
    assert ((counts.wins + counts.wins.swapaxes(1, 2) + counts.ties) == 1 - np.eye(3)).all()


def test_win_rates_are_named_for_what_they_are() -> None:
    outcome = Record(wins=90, losses=52, ties=76)
    assert decisive(outcome).value == pytest.approx(90 / 142)
    assert decisive(outcome).n == 142
    assert with_ties(outcome).value == pytest.approx((90 + 38) / 218)
    assert decisive(outcome.swapped).value == pytest.approx(52 / 142)


def test_a_win_rate_has_wilsons_published_interval() -> None:
    """Newcombe 1998, Statistics in Medicine 17:857-872, table I: 81 of 263 and 0 of 20."""
    many, none = decisive(Record(wins=81, losses=182, ties=40)), with_ties(Record(wins=0, losses=20, ties=0))
    assert (many.low, many.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert (none.low, none.high) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_a_second_library_finds_the_same_interval_with_half_wins() -> None:
    from statsmodels.stats.proportion import proportion_confint

    found = with_ties(Record(wins=61, losses=89, ties=67))
    assert (found.low, found.high) == pytest.approx(proportion_confint(61 + 67 / 2, 217, method="wilson"), abs=1e-12)


def test_a_rate_of_nothing_says_why_and_is_no_number() -> None:
    nothing, ties = decisive(Record(wins=0, losses=0, ties=0)), decisive(Record(wins=0, losses=0, ties=7))
    assert (nothing.value, nothing.low, nothing.why) == (None, None, "no verdict")
    assert (ties.value, ties.high, ties.why) == (None, None, "nothing but ties")
    assert with_ties(Record(wins=0, losses=0, ties=0)).value is None
    assert with_ties(Record(wins=0, losses=0, ties=7)).value == 0.5


def test_texts_of_one_contestant_make_no_vote_against_each_other() -> None:
    ballots = cast(Box(contestants="ab"), [Said(shown=(0, 0, 1), places=(1, 3, 2))])
    assert len(votes(ballots).outcome) == 2
    assert all_votes(pair_counts(ballots, 0, 1)) == Record(wins=1, ties=0, losses=1)


def test_texts_that_were_scored_one_by_one_are_compared_within_a_rater_and_a_prompt() -> None:
    alone = cast(Box(contestants="ab", prompts=2, raters=2), [
        Said(shown=(0,), places=(-5,)), Said(shown=(1,), places=(-3,)),
        Said(rater=1, shown=(0,), places=(-2,)), Said(rater=1, shown=(1,), places=(-2,)),
        Said(prompt=1, shown=(1,), places=(-4,)),
    ])  # fmt: skip
    assert len(votes(alone).outcome) == 0
    assert all_votes(pair_counts(joined(alone), 0, 1)) == Record(wins=1, ties=1, losses=0)
