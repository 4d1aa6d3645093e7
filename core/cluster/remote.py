"""A model that is somewhere else: the run's engine asks it as it asks any other."""

from collections.abc import Sequence
from typing import Final

from core.cluster.link import Link
from core.cluster.wire import Question
from core.domain.call import CallFailure, ChatReply, ChatRequest
from core.domain.system import Endpoint

_GRACE_S: Final = 30.0  # beyond what an endpoint may take: longer than the crew needs to see that a worker hangs


class RemoteModel:
    """`core.ports.ChatModel`: an endpoint as workers ask it, each question the least busy of them that is there."""

    def __init__(self, link: Link, workers: Sequence[int], endpoint: Endpoint) -> None:
        """`workers`: one of them for a model that it has of its own; all for an endpoint that they share."""
        self._link, self._workers, self._endpoint = link, tuple(workers), endpoint.name
        self._within_s = endpoint.timeout_s + _GRACE_S

    @property
    def is_there(self) -> bool:
        """Whether it can be asked now."""
        return any(map(self._link.is_there, self._workers))

    @property
    def in_flight(self) -> int:
        return sum(map(self._link.busy, self._workers))

    async def chat(self, request: ChatRequest) -> ChatReply | CallFailure:
        """Ask once, from a worker's machine. A failure if none is there."""
        question = Question(endpoint=self._endpoint, request=request)
        return (await self._link.ask(self._workers, question, self._within_s)).outcome

    async def comes(self) -> None:
        """Wait for a worker, as long as there is hope."""
        await self._link.comes(self._workers)

    async def close(self) -> None:
        """Whoever hangs up first ends the link for all of the run."""
        await self._link.close()
