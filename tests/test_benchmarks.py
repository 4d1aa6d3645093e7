"""The few sums that the benchmarks make themselves; all others are Python's."""

from random import Random

import pytest

from benchmarks import review_rows, store_rows
from benchmarks.annotator import Request
from benchmarks.review_load_report import growth_mb_per_h, worst_minute
from core.domain.instruction import Revision


def test_memory_that_grew_only_at_first_has_no_slope() -> None:
    warming = [(minute / 60, 300.0 + 40 * minute) for minute in range(5)]
    flat = [(minute / 60, 500.0) for minute in range(5, 21)]
    assert growth_mb_per_h([*warming, *flat]) == pytest.approx(0, abs=1e-9)


def test_memory_that_grows_by_six_mb_a_minute_grows_by_360_an_hour() -> None:
    assert growth_mb_per_h([(minute / 60, 300.0 + 6 * minute) for minute in range(21)]) == pytest.approx(360)


def test_one_slow_minute_is_not_hidden_by_the_others() -> None:
    quick = [Request(kind="decision", at_s=100.0 + second, ms=10.0) for second in range(600)]
    slow = [Request(kind="decision", at_s=700.0 + second, ms=400.0) for second in range(60)]
    assert worst_minute([*quick, *slow], began_s=100.0) == pytest.approx(400.0)


def test_long_texts_are_of_1_to_20_kb_and_no_two_are_the_same() -> None:
    trees = [review_rows.lengthened(tree) for tree in store_rows.trees(0, 40)]
    revisions = [fact for tree in trees for fact in review_rows.facts_of(tree) if isinstance(fact, Revision)]
    assert all(900 <= len(one.text) <= 21_000 for one in revisions)
    assert len({one.text for one in revisions}) == len(revisions)


def test_most_children_have_most_words_of_their_parents_in_their_places() -> None:
    rng = Random(1)
    text = review_rows.prose(rng)
    words = text.split(" ")
    children = [review_rows.evolved(text, rng).split(" ") for _ in range(50)]
    kept = [sum(one == other for one, other in zip(words, child, strict=False)) / len(words) for child in children]
    assert 30 <= sum(share > 0.7 for share in kept) <= 48


def test_the_plain_script_shows_the_survivors_of_the_studio_with_their_parents() -> None:
    tree = next(store_rows.trees(3, 1))
    facts = review_rows.facts_of(tree)
    items = list(review_rows.items_of(facts))
    assert [one.instruction for one in items] == [one.id for one in review_rows.survivors(facts)]
    assert all(one.text.startswith(one.parent.split(".")[0]) for one in items)
