"""What people accept, by operation, epoch and skill; and whether a run's next draws follow it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from core.domain.operation import Operation
from core.domain.overview import Pick, Rate, Share
from core.domain.person import Actor
from core.domain.run import RunEvent, RunEventKind
from core.domain.steering import Steering, SteerMode
from core.errors import NotFound, RunRefused
from core.evolution.steering import weights_of
from core.review.rates import credible
from core.services.access import may_grow, may_read
from core.services.projects import Project
from core.store import rate_reading, run_reading
from core.store.rate_reading import DecidedCount


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptRates:
    """Shares accepted of the survivors that people have decided."""

    overall: Share
    operations: tuple[Rate, ...]
    epochs: tuple[Rate, ...]
    skills: tuple[Rate, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Steered:
    """How a run is steered, and the share with which each operation is drawn next."""

    mode: SteerMode
    shares: dict[Operation, float]


def accept_rates(actor: Actor, project: Project, run_id: str | None = None) -> AcceptRates:
    """Of one run, or of everything in the project."""
    may_read(actor)
    counts = rate_reading.decided(project.database, run_id)
    return AcceptRates(
        overall=_share(counts),
        operations=tuple(
            _rate(operation, [one for one in counts if one.operation is operation], Pick(operation=operation))
            for operation in Operation
        ),
        epochs=tuple(
            _rate(str(epoch), [one for one in counts if one.epoch == epoch], Pick(epoch=epoch))
            for epoch in sorted({one.epoch for one in counts})
        ),
        skills=tuple(_rate(skill, [one for one in counts if one.skill == skill], Pick()) for skill in _by_size(counts)),
    )


def _by_size(counts: Iterable[DecidedCount]) -> list[str]:
    """Skills, the most decided first; without one, last."""
    sizes: Counter[str] = Counter()
    for one in counts:
        sizes[one.skill] += one.n
    return sorted(sizes, key=lambda skill: (skill == "", -sizes[skill], skill))


def _rate(name: str, counts: Iterable[DecidedCount], pick: Pick) -> Rate:
    return Rate(name=name, share=_share(counts), pick=pick)


def _share(counts: Iterable[DecidedCount]) -> Share:
    accepted = decided = 0
    for one in counts:
        decided += one.n
        accepted += one.n if one.is_accepted else 0
    return credible(accepted, decided)


def steered(actor: Actor, project: Project, run_id: str) -> Steered:
    """How the next draws of a run are weighed."""
    may_read(actor)
    settings = run_reading.settings_of(project.database, run_id)
    if settings is None:
        raise NotFound("There is no such run in this project", to_do="Choose one from the list.")
    now = rate_reading.steering(project.database, run_id)
    weights = weights_of(now, settings.weights, settings.rng_seed) or settings.weights
    total = sum(weights.values())
    return Steered(mode=now.mode, shares={one: weights.get(one, 0.0) / total for one in Operation})


def steer(actor: Actor, project: Project, run_id: str, mode: SteerMode) -> None:
    """From the next draw on. To freeze keeps the weights as they are now; children that were drawn stay as they are."""
    may_grow(actor)
    now = steered(actor, project, run_id)
    run = run_reading.run(project.database, run_id)
    if run is not None and run.state == RunEventKind.FINISHED:
        raise RunRefused("The run is finished: it draws nothing more", to_do="Set up another one like it.")
    if now.mode is mode:
        return
    weights = {one: round(share, 4) for one, share in now.shares.items()} if mode is SteerMode.FROZEN else {}
    event = RunEvent(
        run_id=run_id,
        kind=RunEventKind.STEERING,
        by=actor.person_id,
        reason=rate_reading.steering_as_json(Steering(mode=mode, weights=weights)),
        received_at=datetime.now(UTC),
    )
    project.database.writer.append_now([event], by_person=True)
