"""Clusters of vectors, the words that tell each from the others, and what lies in its middle. scikit-learn is loaded when used."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_WORD = re.compile(r"[^\W\d_][\w'’-]*[^\W_]")  # two letters at least; hyphens and apostrophes inside
_LONGEST_WORD = 24
_MOST_WORDS = 5_000  # of one text: a megabyte of them says no more
_BLOCK = 8_192
_MOST_THREADS = 2  # two sums are the same in either order; of more, whoever is first would decide the last digits
_MORE = 1.5  # so many times as frequent as among all texts: else a word tells nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Clusters:
    """The middle of each cluster, the largest first; `of` says in which one each row is, by number."""

    middles: Floats
    of: Ints


def found(matrix: Floats, fitted_to: Floats, k: int, rng_seed: int, threads: int = 1) -> Clusters:
    """k-means of some of the rows, from one beginning by k-means++; every row belongs to the nearest middle.

    No cluster is empty: there are fewer than k if there are fewer different rows.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(min(threads, _MOST_THREADS), "openmp"):
        means = KMeans(n_clusters=min(k, _different(fitted_to, k)), n_init=1, random_state=rng_seed).fit(fitted_to)
    middles = np.asarray(means.cluster_centers_, np.float32)
    of = _nearest(matrix, middles)
    sizes = np.bincount(of, minlength=len(middles))
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]
    number = np.zeros(len(middles), np.int64)
    number[order] = np.arange(len(order))
    return Clusters(middles=middles[order], of=number[of])


def _different(matrix: Floats, most: int) -> int:
    """How many different rows there are, as far as it matters."""
    seen: set[bytes] = set()
    for row in matrix:
        seen.add(row.tobytes())
        if len(seen) >= most:
            break
    return len(seen)


def _nearest(matrix: Floats, middles: Floats) -> Ints:
    squares = np.einsum("ij,ij->i", middles, middles)
    blocks = (matrix[first : first + _BLOCK] for first in range(0, len(matrix), _BLOCK))
    return np.concatenate([np.argmin(squares - 2 * (block @ middles.T), axis=1) for block in blocks])


def typical(matrix: Floats, clusters: Clusters, most: int) -> list[list[int]]:
    """The rows nearest to the middle of each cluster, the nearest first."""
    apart = np.empty(len(matrix), np.float32)
    for first in range(0, len(matrix), _BLOCK):
        rows = slice(first, first + _BLOCK)
        apart[rows] = np.linalg.norm(matrix[rows] - clusters.middles[clusters.of[rows]], axis=1)
    order = np.lexsort((np.arange(len(matrix)), apart, clusters.of))
    starts = np.searchsorted(clusters.of[order], np.arange(len(clusters.middles) + 1))
    return [order[start : min(end, start + most)].tolist() for start, end in pairwise(starts)]


def in_words(text: str) -> set[str]:
    """The different words of a text, in small letters."""
    words = set()
    for match in _WORD.finditer(text):
        word = match[0].casefold()
        if len(word) <= _LONGEST_WORD:
            words.add(word)
        if len(words) >= _MOST_WORDS:
            break
    return words


def telling_words(texts: Iterable[tuple[int, str]], k: int, most: int = 10) -> list[tuple[str, ...]]:
    """The words that tell each cluster from the others, by TF-IDF. `texts`: cluster and text, one by one.

    How many texts of the cluster have the word, as a share, times log(all texts / those that have it); of words that are more
    frequent here than elsewhere. What a single text has comes last.
    """
    counts: list[Counter[str]] = [Counter() for _ in range(k)]
    sizes = [0] * k
    for cluster, text in texts:
        counts[cluster].update(in_words(text))
        sizes[cluster] += 1
    everywhere = sum(counts, Counter[str]())
    plain = _plain_words()
    return [
        _telling(count, size, everywhere, sum(sizes), plain, most) for count, size in zip(counts, sizes, strict=True)
    ]


def _telling(
    count: Counter[str], size: int, everywhere: Counter[str], texts: int, plain: frozenset[str], most: int
) -> tuple[str, ...]:
    """At most so many, the most telling first; of equals the first by letter."""
    scored = []
    for word, n in count.items():
        usual = everywhere[word] / texts
        if word not in plain and (n / size >= _MORE * usual or size == texts):
            scored.append((n == 1, -(n / size) * math.log((1 + texts) / everywhere[word]), word))
    return _without_forms([word for _, _, word in sorted(scored)], most)


def _without_forms(words: Sequence[str], most: int) -> tuple[str, ...]:
    """The first ones, without a second form of a word that is there: its plural, or its singular."""
    kept: list[str] = []
    for word in words:
        if not any(word == f"{one}s" or one == f"{word}s" for one in kept):
            kept.append(word)
        if len(kept) == most:
            break
    return tuple(kept)


def _plain_words() -> frozenset[str]:
    """Words that say nothing of what an English text is about."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    contracted = {
        "don't",
        "doesn't",
        "isn't",
        "it's",
        "that's",
        "you're",
        "i'm",
        "can't",
        "won't",
        "let's",
        "following",
    }
    return frozenset(ENGLISH_STOP_WORDS) | contracted
