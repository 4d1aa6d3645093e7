"""The embedded model as pages and runs see it: fetch with progress, start when needed, restart if it dies."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind, Prices
from core.domain.reach import Reach
from core.domain.system import EMBEDDED, Endpoint
from core.errors import WeightsError
from core.models.embedded import EmbeddedServer, Progress, Weights, WeightsState, cache_folder
from core.models.endpoint import EndpointModel

__all__ = ["EMBEDDED_ENDPOINT", "Embedded", "EmbeddedChat", "Fetch", "Progress"]

SLOTS = 2  # more bring nothing on the machines that were measured (docs/benchmarks.md)
EMBEDDED_ENDPOINT = Endpoint(
    name=EMBEDDED,
    base_url="",
    model="Qwen2.5-Coder-1.5B-Instruct",
    prices=Prices(input_usd=0.0, output_usd=0.0),  # known: it runs on this computer
    in_flight=SLOTS,
    timeout_s=300.0,
    reach=Reach.ANYWHERE,  # it is a process of our own
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """How a fetch stands. `problem` says what happened and what to do, if it ended badly."""

    running: bool
    progress: Progress | None = None
    problem: str = ""


class Embedded:
    """One installation's embedded model. Its methods may be called from any thread."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._server: EmbeddedServer | None = None
        self._guard = threading.Lock()  # guards the fields below: pages, the fetch and the engine all touch them
        self._fetch = Fetch(running=False)
        self._cancel = threading.Event()
        self._thread: threading.Thread | None = None

    def state(self) -> WeightsState:
        return self._weights.state()

    def fetch(self) -> Fetch:
        """How the fetch stands now."""
        return self._fetch

    def start_fetch(self, then: Callable[[], None]) -> None:
        """Fetch in the background, unless it is going already; call `then` when the model is there."""
        with self._guard:
            if self._fetch.running:
                return
            self._cancel.clear()
            self._fetch = Fetch(running=True)
            self._thread = threading.Thread(target=self._work, args=(then,), name="weights", daemon=True)
            self._thread.start()

    def fetch_now(self, report: Callable[[Progress], None]) -> WeightsState:
        """Fetch here and now, for commands. Raises WeightsError."""
        return self._weights.fetch(report, self._cancel)

    def cancel_fetch(self) -> None:
        """Stop; what has come is kept, and the next start continues there."""
        self._cancel.set()

    def _work(self, then: Callable[[], None]) -> None:
        problem = ""
        try:
            state = self._weights.fetch(self._report, self._cancel)
            if state.kind == "ready":
                then()
        except WeightsError as error:
            problem = str(error)
        finally:
            self._fetch = Fetch(running=False, problem=problem)

    def _report(self, progress: Progress) -> None:
        self._fetch = replace(self._fetch, progress=progress)

    def require_ready(self) -> None:
        """WeightsError unless the weights are here."""
        if self.state().kind != "ready":
            raise WeightsError(
                "The embedded model is not on this computer yet",
                to_do="Choose “Try it now” on Home: it is fetched once, 1.1 GB.",
            )

    def endpoint(self) -> tuple[Endpoint, str]:
        """The running server as an endpoint, and its key; started if it does not run. Blocks while it loads."""
        self.require_ready()
        with self._guard:
            if self._server is None:
                self._server = EmbeddedServer(self.state().path, cache_folder() / "embedded-model.log")
            server = self._server
        address = server.ensure()
        return replace(EMBEDDED_ENDPOINT, base_url=address.base_url, model=address.model), address.api_key

    def stop(self) -> None:
        """End the fetch and the server's process."""
        self._cancel.set()
        if self._server is not None:
            self._server.stop()
        if self._thread is not None:
            self._thread.join(timeout=5)


class EmbeddedChat:
    """`core.ports.ChatModel` over the embedded server: the same HTTP as any endpoint, and a restart when it dies."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self._model: EndpointModel | None = None
        self._starting = asyncio.Lock()  # guards one start: the second caller finds the first one's server

    async def chat(self, request: ChatRequest) -> ChatReply | CallFailure:
        try:
            model = await self._running()
        except WeightsError as error:
            return CallFailure(kind=ErrorKind.UNREACHABLE, detail=str(error))
        outcome = await model.chat(request)
        if isinstance(outcome, CallFailure) and outcome.kind in (ErrorKind.UNREACHABLE, ErrorKind.WRONG_KEY):
            await self._forget(model)  # it died, or a new one took its port: ask for the living one next time
            return replace(outcome, kind=ErrorKind.UNREACHABLE)
        return outcome

    async def close(self) -> None:
        if self._model is not None:
            await self._model.close()

    async def _running(self) -> EndpointModel:
        async with self._starting:
            if self._model is None:
                endpoint, key = await asyncio.to_thread(self._embedded.endpoint)
                self._model = EndpointModel(endpoint, key, in_flight=SLOTS)
            return self._model

    async def _forget(self, model: EndpointModel) -> None:
        if self._model is model:
            self._model = None
            await model.close()
