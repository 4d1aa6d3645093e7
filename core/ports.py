"""What the core needs from the world. Adapters implement these; nobody else knows their libraries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.domain.call import CallFailure, ChatReply, ChatRequest


class ChatModel(Protocol):
    """A model that chats. One call, one value: failures come back as `CallFailure`, never as exceptions."""

    async def chat(self, request: ChatRequest) -> ChatReply | CallFailure: ...

    async def close(self) -> None: ...


class Clock(Protocol):
    """Wall time, shown to people and never used to order events."""

    def now(self) -> datetime: ...


class Log(Protocol):
    """The append-only log. Facts handed over together are committed together, or not at all."""

    async def append(self, facts: Sequence[object]) -> None: ...
