"""Survival and cost: what became of a scope, at which rates, for how much; and how difficult and how long it is."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from core.analysis.intervals import wilson
from core.domain.check import Rule, Verdict
from core.domain.explore import Scope, narrowed
from core.domain.instruction import HumanStatus, RunStatus
from core.domain.operation import Operation
from core.domain.person import Actor
from core.domain.queue import QueueFilter
from core.domain.survival import Funnel, Hardness, Length, Money, Part, Rates, Step, Told
from core.services.access import may_read
from core.services.exploring import survival_measures, survival_money
from core.services.exploring.kept import Kept
from core.services.projects import Project
from core.store import list_reading, survival_reading
from core.store.survival_reading import Cell

CONCLUDED = (RunStatus.SURVIVED, RunStatus.ELIMINATED)
DECIDED = (HumanStatus.ACCEPTED, HumanStatus.REJECTED)
REVIEWED = (*DECIDED, HumanStatus.DISPUTED)
_Names = dict[Part, Callable[[str], str]]


class Survival:
    """The view's numbers, each kept until something happens in the project."""

    def __init__(self) -> None:
        self._kept = Kept()

    def funnel(self, actor: Actor, project: Project, scope: Scope) -> Funnel:
        """Seeds, what was evolved from them, what survived, what of it was reviewed, what of that was accepted."""
        may_read(actor)
        return self._kept.once(project, ("funnel", scope), lambda: _funnel(project, scope, self._cells(project, scope)))

    def rates(self, actor: Actor, project: Project, scope: Scope) -> Rates:
        """By operation, epoch, rule, skill, model and version of prompts, with Wilson's intervals."""
        may_read(actor)
        return self._kept.once(project, ("rates", scope), lambda: _rates(project, scope, self._cells(project, scope)))

    def money(self, actor: Actor, project: Project, scope: Scope) -> Money:
        """What was spent for a survivor and for an accepted one. What has no price stays unknown."""
        may_read(actor)
        return self._kept.once(
            project, ("money", scope), lambda: survival_money.money(project, scope, self._cells(project, scope))
        )

    def hardness(self, actor: Actor, project: Project, scope: Scope) -> Hardness:
        """Difficulty by epoch beside the paper's, and people against the model."""
        may_read(actor)
        return self._kept.once(project, ("hardness", scope), lambda: survival_measures.hardness(project, scope))

    def length(self, actor: Actor, project: Project, scope: Scope) -> Length:
        """Words by epoch, and words added."""
        may_read(actor)
        return self._kept.once(project, ("length", scope), lambda: survival_measures.length(project, scope))

    def _cells(self, project: Project, scope: Scope) -> tuple[Cell, ...]:
        """One reading serves the funnel, rates and money."""
        return self._kept.once(
            project, ("cells", scope.filter), lambda: tuple(survival_reading.cells(project.database, scope.filter))
        )


def _funnel(project: Project, scope: Scope, cells: Sequence[Cell]) -> Funnel:
    told = [one for one in cells if one.kind == "evolved" and one.has_text]
    survived = [one for one in told if one.run_status == RunStatus.SURVIVED]
    evolved, survivors = scope.narrowed(kinds=("evolved",)), _survivors(scope)
    overridden = narrowed(evolved, statuses=(str(RunStatus.ELIMINATED),), people=(str(HumanStatus.ACCEPTED),))
    eliminated = [one for one in told if one.run_status == RunStatus.ELIMINATED]
    return Funnel(
        steps=(
            Step(name="Seeds", n=_seeds(project, scope, cells), wanted=scope.seeds),
            Step(name="Evolved", n=_sum(told), wanted=evolved),
            Step(name="Survived", n=_sum(survived), wanted=survivors),
            Step(name="Reviewed", n=_sum(survived, REVIEWED), wanted=narrowed(survivors, people=_words(REVIEWED))),
            Step(
                name="Accepted",
                n=_sum(survived, (HumanStatus.ACCEPTED,)),
                wanted=narrowed(survivors, people=(str(HumanStatus.ACCEPTED),)),
            ),
        ),
        failed=sum(one.n for one in cells if one.run_status == RunStatus.ERROR),
        waiting=sum(one.n for one in cells if one.run_status == RunStatus.WAITING),
        overridden=Step(name="Accepted all the same", n=_sum(eliminated, (HumanStatus.ACCEPTED,)), wanted=overridden),
    )


def _seeds(project: Project, scope: Scope, cells: Sequence[Cell]) -> int:
    if scope.wanted is None:
        return sum(one.n for one in cells if one.kind == "seed" and one.has_text)
    return survival_reading.seeds_of(project.database, scope.seeds or scope.filter)


def _survivors(scope: Scope) -> QueueFilter:
    return scope.narrowed(kinds=("evolved",), statuses=(str(RunStatus.SURVIVED),))


def _words(statuses: Sequence[HumanStatus]) -> tuple[str, ...]:
    return tuple(map(str, statuses))


def _sum(cells: Sequence[Cell], people: Sequence[HumanStatus] = tuple(HumanStatus)) -> int:
    return sum(one.n for one in cells if one.human_status in people)


def _rates(project: Project, scope: Scope, cells: Sequence[Cell]) -> Rates:
    told = [one for one in cells if one.kind == "evolved" and one.has_text and one.run_status in CONCLUDED]
    systems, packs = list_reading.systems(project.database), list_reading.packs(project.database)
    names: _Names = {
        Part.OPERATION: lambda name: Operation(name).label if name else "Unknown operation",
        Part.EPOCH: lambda name: f"Epoch {name}",
        Part.SKILL: lambda name: name or "Without a skill",
        Part.MODEL: lambda name: systems.get(name, "Unknown model"),
        Part.PROMPTS: lambda name: packs.get(name, "Unknown prompts"),
    }
    machine = scope.narrowed(kinds=("evolved",), statuses=tuple(map(str, CONCLUDED)))
    people = narrowed(_survivors(scope), people=_words(DECIDED))
    kept = [one for one in told if one.run_status == RunStatus.SURVIVED]
    accepted = [one for one in kept if one.human_status in DECIDED]
    return Rates(
        survived=tuple(_told(told, lambda one: one.run_status == RunStatus.SURVIVED, names, machine)),
        accepted=tuple(_told(accepted, lambda one: one.human_status == HumanStatus.ACCEPTED, names, people)),
        rules=tuple(_rules(project, scope)),
    )


def _told(cells: Sequence[Cell], counts: Callable[[Cell], bool], names: _Names, wanted: QueueFilter) -> Iterator[Told]:
    """The share that `counts` of every value of every part, in the order of the method or the largest first."""
    for part, label in names.items():
        n, k = Counter[str](), Counter[str]()
        for one in cells:
            name = _name(one, part)
            n[name] += one.n
            k[name] += one.n if counts(one) else 0
        for _, name in sorted((_place(part, name, n[name]), name) for name in n):
            yield Told(
                part=part,
                name=name,
                label=label(name),
                share=wilson(k[name], n[name]),
                wanted=_only(wanted, part, name),
            )


def _name(cell: Cell, part: Part) -> str:
    of: dict[Part, str | int | None] = {
        Part.OPERATION: cell.operation, Part.EPOCH: cell.epoch, Part.SKILL: cell.skill, Part.MODEL: cell.made_by,
        Part.PROMPTS: cell.pack_hash,
    }  # fmt: skip
    return str("" if of[part] is None else of[part])


def _place(part: Part, name: str, n: int) -> tuple[bool, int, str]:
    """What is not known comes last; operations and epochs have an order of their own, of the rest the largest comes first."""
    known = {Part.OPERATION: lambda: list(Operation).index(Operation(name)), Part.EPOCH: lambda: int(name)}
    return (not name, known[part]() if part in known and name else -n, name)


def _only(wanted: QueueFilter, part: Part, name: str) -> QueueFilter | None:
    """What of a filter has this value; None where no filter can say it."""
    if not name and part is not Part.SKILL:
        return None
    said: dict[Part, dict[str, object]] = {
        Part.OPERATION: {"operations": (name,)}, Part.EPOCH: {"epochs": (int(name),) if part is Part.EPOCH else ()},
        Part.SKILL: {"skills": (name,)}, Part.MODEL: {"made_by": (name,)}, Part.PROMPTS: {"packs": (name,)},
    }  # fmt: skip
    return narrowed(wanted, **said[part])


def _rules(project: Project, scope: Scope) -> Iterator[Told]:
    """How many of those that a rule checked passed it: what was not checked is neither. What opens is what failed it."""
    evolved = scope.narrowed(kinds=("evolved",))
    counts: Counter[tuple[str, str]] = Counter()
    for row in survival_reading.checks(project.database, None if scope.wanted is None else evolved):
        counts[row["rule"], row["verdict"]] += row["n"]
    for rule in Rule:
        passed, failed, unclear = (counts[rule, one] for one in (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN))
        if passed + failed + unclear:
            yield Told(
                part=Part.RULE, name=rule, label=rule.label, share=wilson(passed, passed + failed),
                wanted=narrowed(evolved, failed=str(rule)), unclear=unclear,
            )  # fmt: skip
