"""A worker: takes questions, asks them all at once, hands back what is answered. Ray makes it an actor; it knows nothing of Ray.

It keeps nothing: what it had in hand when it dies is asked again by whoever sent it.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from core.cluster.wire import ANSWER, ORDER, QUESTION, Answer, Order, Question, failed
from core.domain.call import ErrorKind

_HEARTBEAT_S: Final = 2.0  # at least so often `take` returns, so that a worker that hangs is noticed
_GATHER_S: Final = 0.003  # what is answered within so long goes back together


class Hands(Protocol):
    """What a worker works with."""

    async def open(self) -> str:
        """Start what will be asked; "" or why it cannot be."""
        ...

    async def do(self, question: Question) -> Answer: ...


Build = Callable[[Order, int], Hands]


class Worker:
    """One of a run's crew. Its methods are called from afar, on one event loop."""

    def __init__(self, build: Build, order: bytes, number: int) -> None:
        self._hands = build(ORDER.validate_json(order), number)
        self._answered: list[bytes] = []
        self._something = asyncio.Event()
        self._asking: set[asyncio.Task[Answer]] = set()

    async def hello(self) -> tuple[str, int]:
        """Where it is: the machine's name, and its process there."""
        return socket.gethostname(), os.getpid()

    async def open(self) -> str:
        """Start what it will ask; "" or why it cannot."""
        return await self._hands.open()

    async def put(self, lines: bytes) -> None:
        """Begin with these questions, one a line, each behind its number."""
        for line in lines.splitlines():
            number, _, said = line.partition(b" ")
            task = asyncio.create_task(self._hands.do(QUESTION.validate_json(said)))
            self._asking.add(task)
            task.add_done_callback(partial(self._keep, number))

    async def take(self) -> bytes:
        """What is answered since last time, one a line; nothing if nothing is within two seconds."""
        try:
            await asyncio.wait_for(self._something.wait(), _HEARTBEAT_S)
        except TimeoutError:
            return b""
        await asyncio.sleep(_GATHER_S)
        answered, self._answered = self._answered, []
        self._something.clear()
        return b"".join(answered)

    def _keep(self, number: bytes, done: "asyncio.Task[Answer]") -> None:
        self._asking.discard(done)
        fault = None if done.cancelled() else done.exception()
        if fault is not None or done.cancelled():  # a bug of ours: it must not leave the question open
            answer = failed(ErrorKind.SERVER_ERROR, f"a fault in the worker ({type(fault).__name__})")
        else:
            answer = done.result()
        self._answered.append(number + b" " + ANSWER.dump_json(answer) + b"\n")
        self._something.set()
