"""Calls and money that rejections have spared, estimated by what the run's own calls took."""

from collections.abc import Iterable, Sequence

from core.domain.instruction import RunStatus
from core.domain.person import Actor
from core.domain.run import RunSettings
from core.domain.savings import Savings
from core.services.access import may_read
from core.services.growing.estimate import growth
from core.services.projects import Project
from core.store import run_reading, savings_reading
from core.store.database import Database
from core.store.savings_reading import Cancelled


def of_run(actor: Actor, project: Project, run_id: str) -> Savings:
    """What all rejections in a run's trees spare just now."""
    may_read(actor)
    return _of_one_run(project.database, run_id, savings_reading.of_run(project.database, run_id))


def below(project: Project, instruction_id: str) -> Savings:
    """What the rejection of this instruction spares, in whatever runs it stands. Whoever decides may know."""
    found = savings_reading.below(project.database, instruction_id)
    runs = sorted({one.run_id for one in found})
    return _sum(_of_one_run(project.database, run, [one for one in found if one.run_id == run]) for run in runs)


def _of_one_run(database: Database, run_id: str, cancelled: Sequence[Cancelled]) -> Savings:
    settings = run_reading.settings_of(database, run_id)
    if not cancelled or settings is None:
        return Savings()
    outcomes = run_reading.outcomes(database, run_id)
    decided = sum(one.n for one in outcomes)
    survived = sum(one.n for one in outcomes if one.status is RunStatus.SURVIVED)
    spent = run_reading.spending(database, run_id)
    each = spent.calls / decided if decided else 1.0
    children = sum(
        one.children * _descent(settings, one.epoch, survived / decided if decided else 1.0) for one in cancelled
    )
    calls = children * each + sum(one.scores for one in cancelled)
    usd = calls * spent.usd / spent.calls if spent.usd is not None and spent.calls and not spent.unpriced else None
    return Savings(children=sum(one.children for one in cancelled), calls=round(calls), usd=usd)


def _descent(settings: RunSettings, epoch: int, survival: float) -> float:
    """Children that one drawn in this epoch leads to by the last one, itself counted."""
    each = growth(settings, survival)
    most = float(settings.max_frontier_per_seed)
    return sum(min(most, each**later) for later in range(settings.epochs - epoch + 1))


def _sum(parts: Iterable[Savings]) -> Savings:
    every = list(parts)
    usd = [one.usd for one in every]
    return Savings(
        children=sum(one.children for one in every),
        calls=sum(one.calls for one in every),
        usd=None if None in usd or not usd else sum(one for one in usd if one is not None),
    )
