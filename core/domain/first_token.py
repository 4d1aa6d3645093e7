"""What the candidates for a reply's first token say: how sure a model is of a word, and which grade it means on average.

Log-probabilities are natural; a token counts for every word that it begins.
"""

import math
from collections.abc import Mapping, Sequence

_LEAST_MASS = 0.05  # below this the candidates for the first token are not answers at all
_GRADES = frozenset(str(grade) for grade in range(1, 11))


def shares(logprobs: Mapping[str, float], words: Sequence[str]) -> tuple[float, ...] | None:
    """The share of each word in all of them together; None when they hold next to nothing together."""
    masses = [0.0] * len(words)
    for token, logprob in logprobs.items():
        start = token.strip(" \n\"'*").casefold()
        for at, word in enumerate(words):
            masses[at] += math.exp(logprob) if start and word.casefold().startswith(start) else 0.0
    total = sum(masses)
    return tuple(mass / total for mass in masses) if total >= _LEAST_MASS else None


def mean_grade(logprobs: Mapping[str, float], said: str) -> float | None:
    """The expected grade of 1 to 10; None when no grades are there. `said` is the grade in the reply's own text, if any."""
    mass: dict[int, float] = {}
    for token, logprob in logprobs.items():
        if token.strip() in _GRADES:
            grade = int(token.strip())
            mass[grade] = mass.get(grade, 0.0) + math.exp(logprob)
    if sum(mass.values()) < _LEAST_MASS:
        return None
    others = {grade: p for grade, p in mass.items() if grade > 1}
    if 1 in mass and 10 not in mass and _one_means_ten(said, others):
        mass[10] = mass.pop(1)
    return sum(grade * p for grade, p in mass.items()) / sum(mass.values())


def _one_means_ten(said: str, others: Mapping[int, float]) -> bool:
    """Many tokenizers write "10" as "1" and "0", so the first token alone cannot tell 1 from 10.

    The reply's own text decides if it says either; else the other digits do: beside 8 and 9, a "1" begins a 10.
    """
    if said in ("1", "10"):
        return said == "10"
    total = sum(others.values())
    return total > 0 and sum(grade * p for grade, p in others.items()) / total > 5.5
