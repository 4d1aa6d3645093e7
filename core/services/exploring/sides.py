"""What may stand on a side of a comparison: a run, an epoch, an operation, prompts, a model, a saved queue, a reference set, any filter."""

from collections.abc import Mapping

from core.domain.diversity import Side
from core.domain.explore import EVOLVED, Scope, narrowed
from core.domain.operation import Operation
from core.domain.person import Actor
from core.domain.queue import QueueFilter
from core.services.access import may_read
from core.services.exploring.pools import of_reference
from core.services.projects import Project
from core.services.reviewing import queue_address, queues
from core.store import diversity_reading, list_reading

FILTER = "filter:"


def every(actor: Actor, project: Project, scope: Scope) -> dict[str, Side]:
    """Every side by its key in an address. Epochs, operations, prompts and models are those of the scope."""
    may_read(actor)
    database = project.database
    found = {
        f"run:{id_}": Side(title=title, wanted=narrowed(EVOLVED, run_id=id_))
        for id_, title in diversity_reading.runs(database).items()
    }
    for epoch in list_reading.epochs(database):
        found[f"epoch:{epoch}"] = _within(scope, f"Epoch {epoch}", epochs=(epoch,))
    for operation in Operation:
        found[f"operation:{operation}"] = _within(scope, operation.label, operations=(str(operation),))
    for hash_, name in list_reading.packs(database).items():
        found[f"pack:{hash_}"] = _within(scope, f"Prompts · {name}", packs=(hash_,))
    for id_, name in list_reading.systems(database).items():
        found[f"model:{id_}"] = _within(scope, f"Model · {name}", made_by=(id_,))
    for queue in queues.every(actor, project):
        if not queue.archived:
            found[f"queue:{queue.id}"] = Side(title=f"Queue · {queue.name}", wanted=queue.filter)
    for id_, name in diversity_reading.references(database).items():
        found[f"reference:{id_}"] = Side(title=f"Reference · {name}", wanted=of_reference(id_))
    return found


def _within(scope: Scope, title: str, **said: object) -> Side:
    within = "" if not scope.key else f" · {scope.title}"
    return Side(title=title + within, wanted=narrowed(scope.filter, kinds=("evolved",), **said))


def named(actor: Actor, known: Mapping[str, Side], key: str) -> Side | None:
    """The side of this key; `filter:` and a filter as it stands in Review's address is one too. BadInput for a filter that cannot be."""
    may_read(actor)
    if key.startswith(FILTER):
        return of_filter(queue_address.from_text(key.removeprefix(FILTER)))
    return known.get(key)


def of_filter(wanted: QueueFilter) -> Side:
    """A side that has no other name than its filter."""
    return Side(title="A filter", wanted=wanted)


def usual(known: Mapping[str, Side]) -> tuple[str, str] | None:
    """What is compared first: the first epoch with the last, else two runs; None if there are no two."""
    for kind in ("epoch:", "run:"):
        keys = [key for key in known if key.startswith(kind)]
        if len(keys) > 1:
            return keys[0], keys[-1]
    return None
