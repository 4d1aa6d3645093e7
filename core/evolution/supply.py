"""What an engine can still do: what it claims, what is drawn without a reply, and whether people are waited for."""

from collections import deque
from collections.abc import Sequence

from core.domain.instruction import Instruction, RunStatus
from core.domain.run import Gate
from core.domain.work import Judged, Work
from core.evolution.frontier import Families
from core.evolution.gate import gated_frontier
from core.evolution.method import Method
from core.ports import RunLog

_CLAIM = 512  # tasks at a time: one query's worth, a few hundred kB of text


class Supply:
    """The work of one run. One event loop; no locks."""

    def __init__(self, method: Method, log: RunLog) -> None:
        self._method, self._log = method, log
        self._families = Families(method, log)
        self.ready: deque[Work] = deque()
        self.news = log.news()  # when the work at hand was claimed
        self.waits = ""  # for whom nothing goes on just now, in words
        self._commits = 0
        self._dry_at: tuple[int, int] | None = None

    @property
    def is_gated(self) -> bool:
        return self._method.settings.gate is not Gate.NONE

    @property
    def is_dry(self) -> bool:
        """The log had nothing, and nothing has happened since that could have changed it."""
        return not self.ready and self._dry_at == self._now()

    def _now(self) -> tuple[int, int]:
        """What the log can have for us follows from what was committed, and from what people did."""
        return self._commits, self._log.news()

    def note_commit(self) -> None:
        self._commits += 1

    async def take(self) -> Work | None:
        """The next piece of work, if there is any; filled up from the log."""
        if not self.ready and not self.is_dry:
            now = self._now()
            self.ready.extend(await self._log.claim(_CLAIM, await self._most_new()))
            self.news = now[1]
            self._dry_at = None if self.ready else now
        return self.ready.popleft() if self.ready else None

    async def _most_new(self) -> int | None:
        """How many new children may be begun before people have decided enough; None for any number."""
        if not self.is_gated:
            return None
        pending = await self._log.pending(self._method.settings.epochs)
        return max(0, self._method.settings.buffer - pending.undecided - pending.under_way)

    async def decided(self, child: Instruction, status: RunStatus) -> Sequence[object]:
        """What follows for a seed from the outcome of one of its children; it commits with that outcome."""
        return await self._families.decided(child, status)

    async def draw(self) -> bool:
        """Draw what no reply brings about: past lines that stand still, and where people have opened the gate."""
        facts = await self._gated() if self.is_gated else await self._families.halted()
        if facts:
            await self._log.append(facts)
            self.note_commit()
        return bool(facts)

    async def _gated(self) -> list[object]:
        settings = self._method.settings
        facts: list[object] = []
        weights = await self._families.weights()
        for tree in await self._log.opened(settings.gate, settings.epochs):
            parents = gated_frontier(tree, settings.gate, settings.max_frontier_per_seed)
            epoch = max(node.instruction.epoch for node in tree) + 1
            facts += self._method.children(parents, epoch, weights=weights, texts=_texts(tree))
        return facts

    async def awaits_people(self) -> bool:
        """Whether something would go on if people decided; `waits` then says so."""
        self.waits = ""
        if self.is_gated:
            settings = self._method.settings
            pending = await self._log.pending(settings.epochs)
            blocked = pending.seeds if settings.gate is Gate.ACCEPTED else 0
            if pending.undecided and (pending.planned or blocked):
                survivors = "survivor" if pending.undecided == 1 else "survivors"
                self.waits = f"waits for people: {pending.undecided:,} {survivors} undecided"
        return bool(self.waits)

    def goes_on(self) -> None:
        """People did something: look again."""
        self.waits = ""


def _texts(tree: Sequence[Judged]) -> dict[str, str]:
    """What people edited grows on as they left it."""
    return {node.instruction.id: node.revision_id for node in tree if node.revision_id is not None}
