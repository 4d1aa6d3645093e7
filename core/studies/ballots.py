"""Ballots: what raters said under one criterion, as parallel arrays; the one form in which every statistic takes it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptFacts:
    """What is known of a prompt. `cluster` is the seed of an evolved prompt, else the prompt itself: what is resampled."""

    id: str
    key: str
    cluster: str
    skill: str | None = None
    author_difficulty: float | None = None
    model_difficulty: float | None = None
    epoch: int | None = None
    operation: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contestant:
    """What is compared: a system, or in a tournament of siblings an operation."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RaterFacts:
    """Who judged. `kind` is a RaterKind's value."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ballots:
    """One row for each text that was judged: n rows in every array.

    `prompt`, `rater` and `contestant` index the tuples of the same name; rows of one trial share `trial` (any number) and have
    different `position`s (0 is left or first). `place` orders the texts of a trial: lower is better (a rank as it was given, a
    score negated); equal places tie. `text` numbers what was read: a contestant may have several texts for a prompt (children of
    one parent by one operation). `words` is the length of each text. `both_bad` marks rows of pairs where neither was good.
    Only what counts is in here: fresh trials of the main phase, not excluded, the newest answer of each.
    """

    prompts: tuple[PromptFacts, ...]
    raters: tuple[RaterFacts, ...]
    contestants: tuple[Contestant, ...]
    trial: Ints
    prompt: Ints
    rater: Ints
    contestant: Ints
    text: Ints
    position: Ints
    place: Floats
    words: Ints
    both_bad: npt.NDArray[np.bool_]
