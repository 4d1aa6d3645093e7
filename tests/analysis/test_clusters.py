"""Clusters of vectors: planted ones are found, numbered by size, told apart by their words; hostile texts have words or none."""

import numpy as np
import pytest

from core.analysis import clusters
from tests.analysis.test_projection import blobs


def test_planted_groups_are_the_clusters_and_the_largest_is_the_first() -> None:
    points, group = blobs(3, 40)
    kept = np.concatenate(
        [np.flatnonzero(group == 2), np.flatnonzero(group == 0)[:20], np.flatnonzero(group == 1)[:30]]
    )
    found = clusters.found(points[kept], points[kept], 3, 7)
    assert np.bincount(found.of).tolist() == [40, 30, 20]
    for number, planted in enumerate((2, 1, 0)):
        assert set(group[kept][found.of == number]) == {planted}


def test_what_was_not_fitted_belongs_to_the_nearest_middle() -> None:
    points, group = blobs(4, 50)
    found = clusters.found(points, points[::5], 4, 7)
    assert all(len(set(found.of[group == one])) == 1 for one in range(4))
    again = clusters.found(points, points[::5], 4, 7)
    np.testing.assert_array_equal(found.of, again.of)


def test_there_are_no_more_clusters_than_different_points() -> None:
    points = np.repeat(np.eye(3, dtype=np.float32), 10, axis=0)
    found = clusters.found(points, points, 20, 7)
    assert len(found.middles) == 3
    assert np.bincount(found.of).tolist() == [10, 10, 10]


def test_the_most_typical_of_a_cluster_lies_nearest_to_its_middle() -> None:
    points, _ = blobs(3, 30)
    found = clusters.found(points, points, 3, 7)
    for number, rows in enumerate(clusters.typical(points, found, 4)):
        apart = np.linalg.norm(points - found.middles[number], axis=1)
        apart[found.of != number] = np.inf
        assert rows == np.argsort(apart, kind="stable")[:4].tolist()


def test_words_tell_a_cluster_from_the_others_and_plain_ones_do_not() -> None:
    texts = [
        (0, "Write the code of a sorting function in Python"),
        (0, "The Python function returns a sorted list; write code"),
        (0, "Which Python functions sort? Write them"),
        (0, "Explain this code of the Python function"),
        (1, "Write a recipe for bread with yeast"),
        (1, "The bread is too salty: write what the baker did"),
        (1, "A baker's bread and the yeast"),
        (1, "Which bread needs no yeast? Write it"),
    ]
    code, bread = clusters.telling_words(texts, 2)
    assert set(code[:3]) == {"python", "code", "function"}
    assert set(bread[:2]) == {"bread", "yeast"}
    assert not {"the", "which", "a"} & {*code, *bread}
    assert not {"function", "functions"} <= {*code}


def test_a_word_that_only_one_text_has_comes_last_and_one_that_all_have_not_at_all() -> None:
    texts = [(0, f"shared basic unique{chr(97 + n)}") for n in range(6)] + [(1, "lonely basic") for _ in range(6)]
    first, second = clusters.telling_words(texts, 2, most=4)
    assert first == ("shared", "uniquea", "uniqueb", "uniquec")
    assert second == ("lonely",)


def test_the_weight_of_a_word_is_its_share_here_times_how_rare_it_is() -> None:
    texts = [
        (0, "common rare"),
        (0, "common rare"),
        (0, "common"),
        (0, "common"),
        *[(1, "common")] * 2,
        *[(1, "other")] * 18,
    ]
    (first, _) = clusters.telling_words(texts, 2)
    assert first == ("common", "rare")  # 1 · log(25/6) = 1.43 beats 1/2 · log(25/2) = 1.26
    assert clusters.telling_words([*texts, *[(1, "common")] * 3], 2)[0] == (
        "rare",
        "common",
    )  # 1 · log(28/9) = 1.13 < 1.32


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", set()), ("1 22 _ __ 3.4 -- ''", set()), ("a b c", set()), ("x" * 1_000_000, set()), ("ß Straße STRASSE", {"strasse"}),
        ("don't well-known rock'n'roll", {"don't", "well-known", "rock'n'roll"}), ("Привет мир", {"привет", "мир"}),
        ("<b>bold</b>\0\u202eevil", {"bold", "evil"}), ("data_set2", {"data_set2"}),
    ],
)  # fmt: skip
def test_any_text_has_words_or_none(text: str, words: set[str]) -> None:
    assert clusters.in_words(text) == words


def test_a_text_that_is_a_book_ends_at_its_first_words() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    book = " ".join(a + b + c + d for a in letters for b in letters for c in letters for d in letters[:2])
    assert len(clusters.in_words(book)) == 5_000
