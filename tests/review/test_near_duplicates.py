"""Near-duplicates: what is nearly the same is found, what is not is left alone, and every row is in one group at most."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from core.review.near_duplicates import groups, jaccard, signature, table

WORDS = [f"word{number}" for number in range(2_000)]


def shingles(text: list[str]) -> frozenset[bytes]:
    return frozenset(" ".join(text[at : at + 3]).encode() for at in range(len(text) - 2))


def grouped(rows: list[frozenset[bytes]]) -> list[list[int]]:
    signatures = table(len(rows))
    for number, row in enumerate(rows):
        signatures[number] = signature(row)
    return groups(signatures, 0.8)


def texts(n: int, length: int = 60) -> list[list[str]]:
    rng = Random(n)
    return [rng.choices(WORDS, k=length) for _ in range(n)]


def test_a_text_with_one_word_changed_is_found_with_the_one_it_came_from() -> None:
    every = texts(200)
    changed = [[*one[:30], "another", *one[31:]] for one in every[:50]]
    rows = [*every, *changed]
    found = grouped([shingles(one) for one in rows])
    assert found == [[number, 200 + number] for number in range(50)]
    assert all(jaccard(shingles(rows[one]), shingles(rows[other])) > 0.85 for one, other in found)


def test_the_same_text_many_times_is_one_group_around_the_first() -> None:
    one, other = texts(2)
    found = grouped([shingles(text) for text in (one, other, one, one)])
    assert found == [[0, 2, 3]]


def test_nothing_and_one_text_are_no_group() -> None:
    assert grouped([]) == []
    assert grouped([frozenset({b"one"})]) == []


@given(st.lists(st.integers(0, 4), max_size=30))
def test_groups_are_the_equal_ones_where_all_others_share_nothing(of: list[int]) -> None:
    kinds = [shingles(text) for text in texts(5)]
    found = grouped([kinds[one] for one in of])
    expected = [[row for row, one in enumerate(of) if one == kind] for kind in dict.fromkeys(of)]
    assert found == [rows for rows in expected if len(rows) > 1]


@given(st.frozensets(st.integers(0, 50)), st.frozensets(st.integers(0, 50)))
def test_jaccard_is_symmetric_and_one_for_the_same(one: frozenset[int], other: frozenset[int]) -> None:
    assert jaccard(one, other) == jaccard(other, one)
    assert jaccard(one, one) == 1.0
    assert 0 <= jaccard(one, other) <= 1
