"""Which nodes of a seed grow on in the next epoch (docs/method.md, section 1)."""

from core.domain.instruction import Instruction, InstructionKind, RunStatus
from core.domain.work import Family


def next_frontier(family: Family, most: int) -> list[Instruction]:
    """Survivors in the order they were drawn; a parent none of whose children survived stays, in their place.

    For one child an epoch this is the paper's rule. `most` is `max_frontier_per_seed`.
    """
    places: list[tuple[int, Instruction]] = []
    for parent_id in dict.fromkeys(child.parent_id for child in family.children.values()):
        own = [child for child in family.children.values() if child.parent_id == parent_id]
        survivors = [child for child in own if family.outcomes.get(child.id) is RunStatus.SURVIVED]
        places += [(child.child_number, child) for child in survivors or ()]
        if not survivors:
            places.append((own[0].child_number, parent_of(own[0])))
    return [node for _, node in sorted(places, key=lambda place: place[0])][:most]


def parent_of(child: Instruction) -> Instruction:
    """The parent's place in the lineage, as far as growing on needs it: it follows from the child's own."""
    assert child.parent_id is not None
    return Instruction(
        id=child.parent_id,
        kind=InstructionKind.EVOLVED if child.depth > 1 else InstructionKind.SEED,
        seed_id=child.seed_id,
        ancestors=child.ancestors[:-1],
        depth=child.depth - 1,
        position=child.position,
    )
