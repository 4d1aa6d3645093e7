"""What a run asks by batch: whether it can, what is under way, and giving up what cannot be fetched (docs/batches.md)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from core.domain.batch import BatchEvent, BatchEventKind, BatchNow
from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.run import RunSettings
from core.domain.system import Endpoint, Player
from core.domain.task import TaskKind
from core.errors import NotFound, RunRefused
from core.ports import ByBatch
from core.services.access import may_grow, may_read
from core.services.endpoints import Endpoints
from core.services.growing.live import LiveRuns
from core.services.projects import Project
from core.store import batch_reading


def of_run(actor: Actor, project: Project, run_id: str) -> tuple[BatchNow, ...]:
    """In the order they were made."""
    may_read(actor)
    return tuple(batch_reading.batches(project.database, run_id))


def forget(actor: Actor, project: Project, live: LiveRuns, batch_id: str) -> None:
    """Give a batch up that cannot be fetched any more: nothing is asked of the endpoint.

    When the run goes on, its calls count at worst case (they may have run there) and are asked again.
    """
    may_grow(actor)
    batch = batch_reading.batch(project.database, batch_id)
    if batch is None:
        raise NotFound("There is no such batch", to_do="Choose one from the list.")
    if live.is_live(batch.run_id):
        raise RunRefused("The run is going", to_do="Pause it, then give the batch up.")
    if batch.is_closed or batch.is_forgotten:
        return
    now = datetime.now(UTC)
    event = BatchEvent(batch_id=batch_id, kind=BatchEventKind.FORGOTTEN, received_at=now, detail="Somebody gave it up.")
    said = Audit(
        person_id=actor.person_id, act="batch given up", subject=batch_id, origin=batch.endpoint, received_at=now
    )
    project.database.writer.append_now([event, said], by_person=True)


def can_batch(cast: Mapping[TaskKind, Player]) -> tuple[Endpoint, ...]:
    """The endpoints of these players that can be asked by batch, each once."""
    found = {endpoint.name: endpoint for player in cast.values() for endpoint in player.endpoints}
    return tuple(endpoint for endpoint in found.values() if endpoint.batch_share is not None)


def require_batches(settings: RunSettings, cast: Mapping[TaskKind, Player]) -> None:
    """RunRefused if an endpoint is to be asked by batch that cannot, or that nobody asks; or if workers are to ask it."""
    if settings.workers and settings.by_batch:
        raise RunRefused("A run is asked by workers or by batch, not by both", to_do="Choose one of them.")
    able = {endpoint.name for endpoint in can_batch(cast)}
    for name in settings.by_batch:
        if name not in able:
            raise RunRefused(
                f"{name} cannot be asked by batch in this run",
                to_do="Give its price by batch under Settings, or ask it now.",
            )


def opened_by_batch(
    endpoints: Endpoints, settings: RunSettings, present: Mapping[str, Endpoint]
) -> dict[str, ByBatch] | None:
    """The endpoints that are asked by batch, ready to be; None if the run asks nobody so."""
    if not settings.by_batch:
        return None
    named = (present[name] for name in settings.by_batch if name in present)
    return {one.name: endpoints.open_batches(one) for one in named}


def state_of(batch: BatchNow) -> str:
    """How a batch stands, in one or two words."""
    if batch.is_closed:
        return "not begun" if batch.is_dropped else batch.status
    if batch.is_ended:
        return "being fetched"
    if batch.is_forgotten:
        return "given up"
    if batch.is_cancelling:
        return "being cancelled"
    return batch.status.replace("_", " ") if batch.remote_id else "being handed over"
