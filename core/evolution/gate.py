"""A run that waits for people: what grows on is what they let through (docs/data-model.md, rules that follow)."""

from collections.abc import Sequence

from core.domain.instruction import HumanStatus, Instruction, RunStatus
from core.domain.run import Gate
from core.domain.work import Judged


def gated_frontier(tree: Sequence[Judged], gate: Gate, most: int) -> list[Instruction]:
    """The nodes of one seed that grow on: alive, and without a living child. `tree` is the seed and all that grew from it.

    So a rejection brings its parent back, and an accepted override joins, whenever it comes. Those of the newest epoch come
    first, in the order of their draws; `most` is `max_frontier_per_seed`.
    """
    alive: dict[str, Judged] = {}
    for node in sorted(tree, key=lambda one: one.instruction.depth):
        parent = node.instruction.parent_id
        if (parent is None or parent in alive) and _goes_through(node, gate):
            alive[node.instruction.id] = node
    outlived = {node.instruction.parent_id for node in alive.values()}
    leaves = [node.instruction for node in alive.values() if node.instruction.id not in outlived]
    return sorted(leaves, key=lambda leaf: _place(leaf, tree))[:most]


def _goes_through(node: Judged, gate: Gate) -> bool:
    """Seeds unless rejected; what people accepted, whatever the machine said; the undecided if the gate lets them."""
    if node.human is HumanStatus.REJECTED:
        return False
    if node.human is HumanStatus.ACCEPTED or node.status is None:
        return True
    return gate is Gate.NOT_REJECTED and node.status is RunStatus.SURVIVED


def _place(leaf: Instruction, tree: Sequence[Judged]) -> tuple[int, int, int]:
    """A node of the newest epoch stands at its own number, one that stays at its first child's there; then older ones."""
    newest = max(node.instruction.epoch for node in tree)
    numbers = [
        one.child_number
        for one in (node.instruction for node in tree)
        if one.epoch == newest and leaf.id in (one.id, one.parent_id)
    ]
    return (0, 0, min(numbers)) if numbers else (1, -leaf.epoch, leaf.child_number)
