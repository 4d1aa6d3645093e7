"""What Explore can be asked about: everything, a run, or a saved queue."""

from core.domain.explore import EVOLVED, SEEDS, Scope, narrowed
from core.domain.person import Actor
from core.services.access import may_read
from core.services.projects import Project
from core.services.reviewing import queues
from core.store import explore_reading, run_reading

_RUN, _QUEUE = "run:", "queue:"


def every(actor: Actor, project: Project) -> dict[str, Scope]:
    """Every scope of a project by its key, everything first, then runs, then queues."""
    may_read(actor)
    found = [Scope()]
    found += [
        Scope(
            key=_RUN + run.id,
            title=f"Run {run.number} · {run.name}",
            wanted=narrowed(EVOLVED, run_id=run.id),
            seeds=narrowed(SEEDS, grown_in=run.id),
        )
        for run in run_reading.runs(project.database)
    ]
    found += [
        Scope(key=_QUEUE + queue.id, title=f"Queue · {queue.name}", wanted=queue.filter, seeds=None)
        for queue in queues.every(actor, project)
        if not queue.archived
    ]
    return {one.key: one for one in found}


def has_evolutions(actor: Actor, project: Project) -> bool:
    """Whether there is anything to explore."""
    may_read(actor)
    return explore_reading.has_evolutions(project.database)
