"""What follows from the answers of a batch: the same facts as from calls that were made one by one, committed together."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from core.domain import ids
from core.domain.batch import BatchItem, BatchNow
from core.domain.call import CallFailure, ChatReply
from core.domain.task import Task, TaskState
from core.domain.work import Work
from core.evolution.budget import Budget, Worst
from core.evolution.method import Method
from core.evolution.record import Asked, call_of, spent
from core.evolution.supply import Supply
from core.ports import BatchLog, Clock

Backoff = Callable[[CallFailure, int, Random], float | None]
Answered = tuple[BatchItem, ChatReply | CallFailure]


class Returns:
    """Takes answers in, in the run's name."""

    def __init__(
        self, method: Method, *, log: BatchLog, supply: Supply, budget: Budget, clock: Clock, backoff: Backoff
    ) -> None:
        self._method, self._log, self._supply = method, log, supply
        self._budget, self._clock, self._backoff = budget, clock, backoff

    async def take(self, batch: BatchNow, answered: Sequence[Answered]) -> list[CallFailure]:
        """Commit what follows from these answers. → why those failed that brought nothing."""
        works = {work.task.id: work for work in await self._log.works([item.task_id for item, _ in answered])}
        facts: list[object] = []
        failures: list[CallFailure] = []
        for item, outcome in answered:
            work = await self._as_asked(item, works[item.task_id])
            failure = self._method.refuse(work, outcome) if isinstance(outcome, ChatReply) else outcome
            facts += await self._follow(batch, item, work, outcome, failure)
            failures += [failure] if failure else []
        await self._log.append(facts)
        return failures

    async def _as_asked(self, item: BatchItem, work: Work) -> Work:
        """The work as it was when it went out: somebody may have edited the text since."""
        work = replace(work, task=replace(work.task, tries=item.attempt))
        if ids.text_hash(work.text) != item.text_hash:
            text = await self._log.text_of(work.instruction.id, item.text_hash)
            work = replace(work, text=work.text if text is None else text)
        return work

    async def _follow(
        self,
        batch: BatchNow,
        item: BatchItem,
        work: Work,
        outcome: ChatReply | CallFailure,
        failure: CallFailure | None,
    ) -> list[object]:
        now = self._clock.now()
        begun = batch.asked_at or batch.made_at
        worst = Worst(tokens=item.worst_tokens, usd=item.worst_usd)
        asked = Asked(
            task=work.task,
            request=self._method.request(work, item.attempt),
            attempt=item.attempt,
            worst=worst,
            started_at=begun,
        )
        outcome = replace(outcome, latency_ms=max(0.0, (now - begun).total_seconds() * 1000))
        call = call_of(asked, outcome, failure, system_id=item.system_id, prices=batch.prices)
        tokens, usd = spent(call)
        self._budget.settle(worst, tokens=tokens, usd=usd)
        if failure is not None and self._is_asked_again(failure, item):
            return [call, replace(work.task, state=TaskState.WAITING, tries=item.attempt + 1)]
        return [call, *await self._concluded(work, outcome, failure, call.id, call.system_id, now)]

    def _is_asked_again(self, failure: CallFailure, item: BatchItem) -> bool:
        """As for calls one by one: what an endpoint is to blame for is no fault of the item, and stops the run."""
        if failure.kind.stops_run and not failure.kind.heals:
            return True
        return self._backoff(failure, item.attempt + 1, Random(item.call_id)) is not None

    async def _concluded(
        self,
        work: Work,
        outcome: ChatReply | CallFailure,
        failure: CallFailure | None,
        call_id: str,
        system_id: str,
        now: datetime,
    ) -> list[object]:
        """What goes on from it waits in the log like anything else, whoever takes it up."""
        if isinstance(outcome, ChatReply) and failure is None:
            step = self._method.conclude(work, outcome, call_id, now, by=system_id)
        else:
            assert failure is not None
            step = self._method.give_up(work, failure, now)
        facts = [_waiting(fact) for fact in step.facts]
        if step.decided is not None:
            facts += await self._supply.decided(work.instruction, step.decided)
        return facts


def _waiting(fact: object) -> object:
    is_claimed = isinstance(fact, Task) and fact.state is TaskState.CLAIMED
    return replace(fact, state=TaskState.WAITING) if is_claimed else fact  # type: ignore[type-var]
