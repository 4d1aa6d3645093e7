"""What a worker of a cluster works with, on its own machine: the run's endpoints as they are reached from there, or models of its own.

Keys are read from the worker's own environment; the app sends their names. An endpoint at a loopback address is on the worker's machine:
either somebody started it there, or the worker does, by EVOL_STUDIO_WORKER_SERVE (docs/cluster.md).
"""

import asyncio
import base64
import os
import time
from dataclasses import replace
from typing import Final

from core.cluster.wire import Answer, Order, Question, failed
from core.domain.call import CallFailure, ErrorKind
from core.domain.reach import Reach
from core.domain.system import EMBEDDED, Endpoint
from core.errors import StudioError, WeightsError
from core.models.address import is_loopback
from core.models.embedded import default_weights
from core.models.endpoint import NOT_CHECKED, EndpointModel, probe
from core.ports import ChatModel
from core.services.embedded import Embedded, EmbeddedChat
from core.services.growing.cluster_server import OwnServer
from core.services.keys import read_key, secrets_files

_LOOK_S: Final = 0.5
_START_S: Final = 840.0  # a model on its GPU may take minutes to load


def is_own(endpoint: Endpoint) -> bool:
    """Whether each worker has one of its own of this: on its machine, not in the network."""
    return endpoint.name == EMBEDDED or is_loopback(endpoint.base_url)


def build(order: Order, number: int) -> "EndpointHands":
    """A worker's hands; `number` tells workers apart in what they say."""
    return EndpointHands(order, number)


class EndpointHands:
    """`core.cluster.worker.Hands`. Belongs to one event loop."""

    def __init__(self, order: Order, number: int) -> None:
        self._endpoints = {endpoint.name: endpoint for endpoint in order.endpoints}
        self._number = number
        self._models: dict[str, ChatModel] = {}
        self._own: OwnServer | None = None
        self._embedding = (
            asyncio.Lock()
        )  # guards the loading of the packaged model, and its threads: one hand of texts at a time

    async def open(self) -> str:
        """Start what is started here, and see that it answers. "" or why a worker here is of no use to anybody."""
        command = os.environ.get("EVOL_STUDIO_WORKER_SERVE", "").strip()
        own = [one for one in self._endpoints.values() if one.name != EMBEDDED and is_own(one)]
        try:
            if command and own:
                self._own = await asyncio.to_thread(OwnServer, command)
            for endpoint in own:
                if problem := await self._answers(endpoint):
                    return problem
            if EMBEDDED in self._endpoints:
                embedded = Embedded(default_weights())
                embedded.require_ready()
                self._models[EMBEDDED] = EmbeddedChat(embedded)
                await asyncio.to_thread(embedded.endpoint)
        except StudioError as error:
            return str(error)
        return ""

    async def do(self, question: Question) -> Answer:
        """The answer, or the failure that it became."""
        if question.request is None:
            return await self._embed(question.texts)
        try:
            model = self._model(question.endpoint)
        except StudioError as error:  # its key is not set on this machine
            return failed(ErrorKind.WRONG_KEY, f"on worker {self._number}: {error}")
        outcome = await model.chat(question.request)
        if isinstance(outcome, CallFailure) and self._own is not None and self._own.ended():
            os._exit(1)  # without its server it is of no use; whoever comes in its place starts another one
        return Answer(failure=outcome) if isinstance(outcome, CallFailure) else Answer(reply=outcome)

    def _model(self, name: str) -> ChatModel:
        if name not in self._models:
            endpoint = self._here(self._endpoints[name])
            self._models[name] = EndpointModel(
                endpoint, read_key(endpoint, secrets_files()), in_flight=endpoint.in_flight
            )
        return self._models[name]

    def _here(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint as it is reached from here."""
        if self._own is None or not is_own(endpoint):
            return endpoint
        return replace(endpoint, base_url=self._own.base_url, key_env=None, key_secret=None, reach=Reach.ANYWHERE)

    async def _answers(self, endpoint: Endpoint) -> str:
        """Wait until this machine's own server has the model; "" or why it has not."""
        here, until = self._here(endpoint), time.monotonic() + (_START_S if self._own else 0.0)
        while True:
            found = await probe(here, read_key(here, secrets_files()))
            if found is None or found.detail == NOT_CHECKED:
                return ""
            if self._own is not None and (words := self._own.ended()):
                return words
            if time.monotonic() >= until or not found.kind.heals:
                return f"{found.kind.cause} ({endpoint.name}: {found.detail})"
            await asyncio.sleep(_LOOK_S)

    async def _embed(self, texts: tuple[str, ...]) -> Answer:
        from core.services.growing.cluster_embedding import vectors_of

        async with self._embedding:
            try:
                found = await asyncio.to_thread(vectors_of, texts)
            except WeightsError as error:
                return failed(ErrorKind.NO_SUCH_MODEL, f"on worker {self._number}: {error}")
        return Answer(vectors=base64.b64encode(found).decode())
