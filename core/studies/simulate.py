"""Simulated raters of known skill and bias: what a demo shows (labelled as such) and what tests must find again.

Each text gets a utility: skill × its strength − bias × its position, plus standard Gumbel noise; the highest is ranked first. Two such
utilities differ by a logistic variable (Luce 1959; Yellott 1977), so a rater's votes follow the Bradley–Terry model exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.studies.ballots import Floats, Ints


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedRater:
    """`skill` scales what they see of the strengths (0: they guess). `left_bias`: log-odds that each place further left is worth.

    Texts whose utilities lie closer than `tie_within` get the same rank.
    """

    name: str
    skill: float = 1.0
    left_bias: float = 0.0
    tie_within: float = 0.0


def utilities(rater: SimulatedRater, strengths: Floats, positions: Ints, rng: np.random.Generator) -> Floats:
    """What they make of texts of these strengths at these positions: last axis the texts of a trial, any number of trials before it."""
    noise = rng.gumbel(size=np.shape(strengths))
    seen: Floats = rater.skill * np.asarray(strengths) - rater.left_bias * np.asarray(positions) + noise
    return seen


def ranks(rater: SimulatedRater, seen: Floats) -> Ints:
    """Ranks from 1 (best) of utilities, last axis the texts of a trial; equal ones stand together and the next rank follows."""
    order = np.argsort(-seen, axis=-1, kind="stable")
    fallen = -np.diff(np.take_along_axis(seen, order, axis=-1), axis=-1)
    steps = np.concatenate([np.ones((*seen.shape[:-1], 1)), fallen > rater.tie_within], axis=-1).astype(np.int64)
    placed = np.empty_like(steps)
    np.put_along_axis(placed, order, np.cumsum(steps, axis=-1), axis=-1)
    return placed


def ranked(rater: SimulatedRater, strengths: Sequence[float], rng: np.random.Generator) -> tuple[int, ...]:
    """How they rank one trial: `strengths` of its texts by position, from the left."""
    told = np.asarray(strengths, dtype=np.float64)
    return tuple(int(rank) for rank in ranks(rater, utilities(rater, told, np.arange(len(told)), rng)))


def wins_over(rater: SimulatedRater, strengths: Floats, positions: Ints) -> Floats:
    """How likely the first of two texts (last axis) beats the second, where nothing ties: what a test expects."""
    pull = rater.skill * strengths - rater.left_bias * positions
    likely: Floats = 1 / (1 + np.exp(pull[..., 1] - pull[..., 0]))
    return likely
