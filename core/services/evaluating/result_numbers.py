"""What takes all votes together: strengths, mean ranks, what length is worth, and how far raters agree. Each may take seconds."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.domain.agreement import Agreement
from core.domain.overview import Share
from core.domain.study import StudyTask
from core.domain.study_numbers import Adjusted, Estimate, FleissKappa, JudgeAgreement, TwoRaters
from core.domain.study_results import Level
from core.services.evaluating.result_views import ROUNDS, View, is_kept, verdicts
from core.services.evaluating.results import Opened
from core.studies import judge_agreement, rater_agreement, raters, strength, tally
from core.studies.ballots import Ballots, Ints
from core.studies.bootstrap import Bootstrap, ratios
from core.studies.covariates import adjusted

Told = Callable[[int, int], None]
_PARTS = 4  # of the work on strengths, as its progress tells them


@dataclass(frozen=True, kw_only=True, slots=True)
class Strengths:
    """Who stands where, best first. `places`: mean ranks, or mean scores (`is_score`), in the order of the strengths."""

    strengths: tuple[Level, ...]
    places: tuple[Level, ...]
    is_score: bool
    adjusted: tuple[Level, ...]
    length: Estimate
    position: Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreements:
    """How far raters say the same, on who wins a pair and on places (ranks or scores)."""

    raters: int
    fleiss: FleissKappa
    alpha_pairs: Agreement
    alpha_places: Agreement
    two: tuple[TwoRaters, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeBeside:
    """One model judge beside people, on the verdicts of all pairs. None where it, or they, said nothing."""

    id: str
    name: str
    beside: JudgeAgreement
    flips: Share | None
    one_order: int
    unparseable: int
    position: Estimate
    length: Estimate
    people_length: Estimate


def strengths(opened: Opened, view: View, told: Told) -> Strengths:
    """Bradley–Terry on all votes, with intervals from resampled prompts; mean ranks; strengths at equal length."""
    ballots, kept, clusters = _ballots(opened, view), is_kept(opened, view.hard), opened.clusters()
    how = Bootstrap(
        rounds=ROUNDS, seed=view.seed, progress=lambda done, total: told(done, total * _PARTS // (_PARTS - 1))
    )
    found = strength.strengths(opened.tally(view.judged), clusters, how, kept)
    levels = _levels(opened, found)
    sums = tally.place_sums(ballots)
    places = ratios(
        sums.total[kept], sums.n[kept].astype(np.float64), clusters[kept], Bootstrap(rounds=ROUNDS, seed=view.seed)
    )
    is_score = opened.study.design.task is StudyTask.LIKERT or bool((ballots.place < 0).any())
    equal: Adjusted = adjusted(ballots, clusters)
    told(ROUNDS, ROUNDS)
    order = {level.id: at for at, level in enumerate(levels)}

    def by_strength(some: tuple[Level, ...]) -> tuple[Level, ...]:
        return tuple(sorted(some, key=lambda level: order[level.id]))

    return Strengths(
        strengths=levels,
        places=by_strength(_levels(opened, tuple(_upright(one) for one in places) if is_score else places)),
        is_score=is_score,
        adjusted=by_strength(_levels(opened, equal.strengths)),
        length=equal.length,
        position=equal.position,
    )


def _ballots(opened: Opened, view: View) -> Ballots:
    """Of the prompts that are looked at."""
    ballots = opened.ballots(view.judged)
    return tally.of_rows(ballots, is_kept(opened, view.hard)[ballots.prompt])


def _levels(opened: Opened, found: tuple[Estimate, ...]) -> tuple[Level, ...]:
    """Best first; who has none comes last."""
    levels = [
        Level(id=one.id, name=one.name, estimate=estimate)
        for one, estimate in zip(opened.contestants, found, strict=True)
    ]
    return tuple(
        sorted(
            levels, key=lambda level: -np.inf if level.estimate.value is None else level.estimate.value, reverse=True
        )
    )


def _upright(place: Estimate) -> Estimate:
    """A mean of negated scores as the mean score that it is."""
    if place.value is None:
        return place
    low, high = (None if place.high is None else -place.high), (None if place.low is None else -place.low)
    return Estimate(value=-place.value, n=place.n, low=low, high=high, interval=place.interval, why=place.why)


def agreements(opened: Opened, view: View, told: Told) -> Agreements:
    """Fleiss' kappa, Krippendorff's alphas and Cohen's kappa of every two."""
    ballots = _ballots(opened, view)
    pairs = rater_agreement.on_pairs(ballots)
    fleiss = rater_agreement.fleiss(pairs)
    told(1, 4)
    nominal = rater_agreement.alpha(pairs, rater_agreement.Level.NOMINAL)
    told(2, 4)
    ordinal = rater_agreement.alpha(rater_agreement.on_places(ballots), rater_agreement.Level.ORDINAL)
    told(3, 4)
    return Agreements(
        raters=len(np.unique(ballots.rater)), fleiss=fleiss, alpha_pairs=nominal, alpha_places=ordinal, two=rater_agreement.cohen(pairs),
    )  # fmt: skip


def judges_beside(opened: Opened, view: View, people: str, told: Told) -> tuple[JudgeBeside, ...]:
    """Every model judge beside these raters (a kind)."""
    judges = [rater for rater in opened.raters if rater.kind == "model"]
    found = []
    for number, judge in enumerate(judges):
        found.append(_beside(opened, view, judge.id, judge.name, people))
        told(number + 1, len(judges))
    return tuple(found)


def _beside(opened: Opened, view: View, judge: str, name: str, people: str) -> JudgeBeside:
    kept = is_kept(opened, view.hard)
    mine, theirs = replace(view.judged, by=judge), replace(view.judged, by=people)
    ballots, their_ballots = opened.ballots(mine), opened.ballots(theirs)
    both = judge_agreement.both_orders(ballots) if opened.judged_in_both_orders(judge) else None
    how, clusters = Bootstrap(rounds=ROUNDS, seed=view.seed), opened.clusters()
    at = next(at for at, rater in enumerate(opened.raters) if rater.id == judge)
    rows = opened.rows
    return JudgeBeside(
        id=judge,
        name=name,
        beside=judge_agreement.against(
            verdicts(opened, mine)[:, kept].ravel(), verdicts(opened, theirs)[:, kept].ravel()
        ),
        flips=None if both is None else both.flips,
        one_order=0 if both is None else both.one_order,
        unparseable=int((rows.trial_unparseable & (rows.trial_rater == at)).sum()),
        position=raters.position_bias(ballots, clusters, how)[at],
        length=raters.length_bias(ballots, clusters, how)[at],
        people_length=_of_all(their_ballots, clusters, how),
    )


def _of_all(ballots: Ballots, clusters: Ints, how: Bootstrap) -> Estimate:
    """Length bias of all raters as if they were one."""
    as_one = replace(ballots, raters=ballots.raters[:1], rater=np.zeros_like(ballots.rater))
    return raters.length_bias(as_one, clusters, how)[0]
