"""Which nodes of a seed grow on in the next epoch (docs/method.md, section 1)."""

from collections.abc import Mapping, Sequence

from core.domain.instruction import Instruction, InstructionKind, RunStatus
from core.domain.operation import Operation
from core.domain.run import Gate
from core.domain.steering import Steering
from core.domain.work import Family
from core.evolution.method import Method
from core.evolution.steering import weights_of
from core.ports import RunLog


class Families:
    """The children of seeds whose present epoch is not decided yet. One event loop; no locks."""

    def __init__(self, method: Method, log: RunLog) -> None:
        self._method, self._log = method, log
        self._open: dict[tuple[str, int], Family] = {}
        self._steered: tuple[Steering, Mapping[Operation, float] | None] | None = None
        self._passed: dict[tuple[str, int], tuple[int, frozenset[str]]] = {}

    async def decided(self, child: Instruction, status: RunStatus) -> Sequence[object]:
        """When the last child of a seed's epoch is decided, draw the next epoch; it commits with that outcome."""
        key = (child.seed_id, child.epoch)
        if key not in self._open:
            alone = self._method.settings.children == 1
            found = Family(children={child.id: child}) if alone else await self._log.family(*key)
            self._open.setdefault(key, found)
        family = self._open[key]
        family.outcomes[child.id] = status
        if not family.is_complete:
            return ()
        return self._next_epoch(family, await self.weights())

    async def halted(self) -> Sequence[object]:
        """Epochs of which all that is not decided was set aside: the rest of the seed grows on without it.

        What was set aside keeps its place. If it comes back, its own line goes on from there.
        """
        if self._method.settings.children == 1:
            return ()  # its only line stands still
        facts: list[object] = []
        weights = await self.weights()
        for family in await self._log.halted():
            now = len(family.outcomes), family.set_aside
            if self._passed.get(family.key) != now:
                self._passed[family.key] = now
                facts += self._next_epoch(family, weights)
        return facts

    async def weights(self) -> Mapping[Operation, float] | None:
        """Those of the next draw, if they are not the run's own."""
        settings, now = self._method.settings, await self._log.steering()
        if self._steered is None or self._steered[0] != now:
            self._steered = (now, weights_of(now, settings.weights, settings.rng_seed))
        return self._steered[1]

    def _next_epoch(self, family: Family, weights: Mapping[Operation, float] | None) -> Sequence[object]:
        self._open.pop(family.key, None)
        scores = self._method.sibling_scores(family)
        epoch = family.key[1]
        settings = self._method.settings
        if epoch >= settings.epochs or settings.gate is not Gate.NONE:
            return scores
        parents = next_frontier(family, settings.max_frontier_per_seed)
        as_before = {str(one.parent_id): one.parent_revision_id or "" for one in family.children.values()}
        drawn = self._method.children(parents, epoch + 1, first=family.next_number, weights=weights, texts=as_before)
        return [*scores, *drawn]


def next_frontier(family: Family, most: int) -> list[Instruction]:
    """Survivors in the order they were drawn; a parent none of whose children survived stays, in their place.

    For one child an epoch this is the paper's rule. `most` is `max_frontier_per_seed`. Where children stand still it is not
    decided what becomes of their parent; what has grown on already does not do so twice.
    """
    places: list[tuple[int, Instruction]] = []
    for parent_id in dict.fromkeys(child.parent_id for child in family.children.values()):
        own = [child for child in family.children.values() if child.parent_id == parent_id]
        survivors = [child for child in own if family.outcomes.get(child.id) is RunStatus.SURVIVED]
        places += [(child.child_number, child) for child in survivors]
        if not survivors and not any(map(family.stands_still, own)):
            places.append((own[0].child_number, parent_of(own[0])))
    ordered = [node for _, node in sorted(places, key=lambda place: place[0]) if node.id not in family.grown]
    return ordered[: max(0, most - len(family.grown))]


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
