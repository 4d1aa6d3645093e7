"""Difficulty of siblings in one call: for whom it is asked, and in which order they are put (docs/method.md, section 3)."""

from collections.abc import Iterable
from random import Random

from core.domain.instruction import Instruction, RunStatus
from core.domain.run import Difficulty, RunSettings
from core.domain.work import Family, Sibling, Work

_SCORED: dict[Difficulty, tuple[RunStatus, ...]] = {
    Difficulty.NONE: (),
    Difficulty.SURVIVORS: (RunStatus.SURVIVED,),
    Difficulty.ALL: (RunStatus.SURVIVED, RunStatus.ELIMINATED),
}


def first_of_siblings(family: Family, difficulty: Difficulty) -> Iterable[Instruction]:
    """Of each parent's children that are to be scored, the one that was drawn first: the task is named after it.

    A brood of which some stand still waits until all are decided.
    """
    firsts: dict[str | None, Instruction] = {}
    halted = {child.parent_id for child in family.children.values() if family.stands_still(child)}
    for child in family.children.values():
        if child.parent_id not in halted and family.outcomes.get(child.id) in _SCORED[difficulty]:
            firsts.setdefault(child.parent_id, child)
    return firsts.values()


def scored_together(work: Work, settings: RunSettings) -> list[Sibling]:
    """Who is put to the judge, in an order that was drawn from the run's chance: no place is always the first one's.

    A seed has no siblings: it is asked about by itself.
    """
    asked = [one for one in work.siblings if one.status in _SCORED[settings.difficulty] and one.text]
    if not asked:
        return [Sibling(instruction=work.instruction, text=work.text)]
    asked.sort(key=lambda one: one.instruction.child_number)
    of = work.instruction
    Random(f"{settings.rng_seed}:{of.position}:{of.epoch}:{of.child_number}:siblings").shuffle(asked)
    return asked
