"""Money of a scope: what its calls took, by operation, by what was asked and by who was asked; for a survivor, for an accepted one."""

from collections.abc import Callable, Sequence

from core.domain.explore import Scope
from core.domain.instruction import HumanStatus, RunStatus
from core.domain.operation import Operation
from core.domain.survival import Asked, Money, Price, Spent
from core.services.projects import Project
from core.store import list_reading, survival_reading
from core.store.survival_reading import CallCount, Cell

_KINDS = {
    "evolve": "Evolving", "judge": "Judging whether something was gained", "respond": "Answering",
    "score": "Scoring the difficulty", "embed": "Embedding",
}  # fmt: skip


def money(project: Project, scope: Scope, cells: Sequence[Cell]) -> Money:
    """Calls for everything in the scope, what failed and what was eliminated included; the seeds' own too, where they are known."""
    found = _calls(project, scope)
    systems = list_reading.systems(project.database)
    survived = [one for one in cells if one.kind == "evolved" and one.run_status == RunStatus.SURVIVED]
    operations = [
        _price(scope, operation, [one for one in found if one.operation == operation], survived)
        for operation in (*Operation, None)
    ]
    total = Price(
        operation=None,
        spent=_spent(found),
        survived=sum(one.n for one in survived),
        accepted=_accepted(survived),
        wanted=scope.narrowed(kinds=("evolved",), statuses=(str(RunStatus.SURVIVED),)),
    )
    return Money(
        total=total,
        operations=tuple(one for one in operations if one.spent.calls),
        kinds=_asked(found, lambda one: _KINDS.get(one.kind, one.kind)),
        models=_asked(found, lambda one: systems.get(one.system_id, "Unknown model")),
    )


def _calls(project: Project, scope: Scope) -> list[CallCount]:
    found = survival_reading.calls(project.database, scope.filter)
    if scope.seeds is not None and "seed" not in scope.filter.kinds:
        found += survival_reading.calls(project.database, scope.seeds, scope.filter.run_id)
    return found


def _price(scope: Scope, operation: Operation | None, calls: Sequence[CallCount], survived: Sequence[Cell]) -> Price:
    own = [one for one in survived if one.operation == operation]
    wanted = scope.narrowed(kinds=("evolved",), operations=(str(operation),)) if operation else scope.seeds
    return Price(
        operation=operation,
        spent=_spent(calls),
        survived=sum(one.n for one in own),
        accepted=_accepted(own),
        wanted=wanted,
    )


def _accepted(cells: Sequence[Cell]) -> int:
    return sum(one.n for one in cells if one.human_status == HumanStatus.ACCEPTED)


def _asked(calls: Sequence[CallCount], name: Callable[[CallCount], str]) -> tuple[Asked, ...]:
    """By what they are called, the most tokens first."""
    names = dict.fromkeys(map(name, calls))
    found = [Asked(name=each, spent=_spent([one for one in calls if name(one) == each])) for each in names]
    return tuple(sorted(found, key=lambda one: -one.spent.tokens))


def _spent(calls: Sequence[CallCount]) -> Spent:
    each = (
        Spent(calls=one.calls, tokens=one.tokens, usd=one.usd, unpriced=one.unpriced, free=one.free) for one in calls
    )
    return sum(each, Spent())
