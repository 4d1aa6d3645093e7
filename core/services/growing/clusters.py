"""The installation's cluster: whether it can be used, what machines it has, and a run's casting played by its workers.

Its address comes from whoever runs the studio (EVOL_STUDIO_CLUSTER) or from an owner, never from a project: who drives a Ray cluster,
and whom it drives, can run code on each other's machines.
"""

import asyncio
import os
import re
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from core.cluster.link import Link
from core.cluster.remote import RemoteModel
from core.cluster.wire import News, Order
from core.domain.cluster import MOST_WORKERS, Node, WorkerNow
from core.domain.person import Actor, Role
from core.domain.system import Endpoint
from core.errors import BadInput, ClusterError
from core.ports import ChatModel
from core.services.access import may_grow, may_read, require
from core.services.growing.casting import Casting, Seat
from core.services.growing.cluster_hands import is_own
from core.settings import ROOT

_COMMAND: Final = (sys.executable, "-m", "core.services.growing.cluster_child")
_ADDRESS: Final = re.compile(r"([\w.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})")
_ALWAYS: Final = {
    "RAY_AUTH_MODE": "token",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "20",  # a head that is gone for so long ends the driver, and the run can say so
}
_REACH_S, _LOOK_S = 3.0, 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Crewed:
    """A casting that workers play: its seats, their models, and how the workers stand."""

    casting: Casting
    models: dict[str, ChatModel]
    crew: Callable[[], tuple[WorkerNow, ...]]


class Clusters:
    """One address at most. Nothing of it is kept: a restart knows what the environment says."""

    def __init__(self, address: str = "", gpus: float = 0.0, environment: Mapping[str, str] = os.environ) -> None:
        """`gpus`: of each worker."""
        self._address, self._gpus, self._environment = address.strip(), gpus, environment

    def address(self, actor: Actor) -> str:
        """HOST:PORT of the cluster's head; "" if this installation has none."""
        may_read(actor)
        return self._address

    def use(self, actor: Actor, address: str) -> None:
        """Take this cluster from now on, until the studio ends."""
        require(actor, Role.OWNER)
        if not _ADDRESS.fullmatch(address):
            raise BadInput(
                "That is no address of a cluster", to_do="Give HOST:PORT of Ray's head, such as 10.0.0.5:6379."
            )
        self._address = address

    def check(self, actor: Actor, workers: int) -> None:
        """ClusterError if a run could not begin there: nothing is started."""
        may_grow(actor)
        if not 1 <= workers <= MOST_WORKERS:
            raise BadInput(f"A run has 1 to {MOST_WORKERS} workers", to_do="Change their number.")
        self._require_usable()

    def nodes(self, actor: Actor) -> tuple[Node, ...]:
        """The cluster's machines now. Takes ten seconds: Ray is loaded and asked. ClusterError if they cannot be told."""
        may_read(actor)
        self._require_usable()
        return self._seen().nodes

    def _seen(self) -> News:
        news = asyncio.run(self._looked())
        if news.problem:
            raise ClusterError(news.problem, to_do="See docs/cluster.md.")
        return news

    def fitting(self, actor: Actor) -> int:
        """How many workers suit it: one a GPU if they are to have one, else one a machine."""
        return _fitting(self.nodes(actor), self._gpus)

    async def _looked(self) -> News:
        link = self._link(Order(address=self._address, look=True))
        try:
            return await link.news(_LOOK_S)
        finally:
            await link.close()

    def linked(self) -> Link:
        """A crew that asks no endpoint, for texts to embed: a worker for each machine. Takes ten seconds; ClusterError if it cannot be."""
        self._require_usable()
        workers = _fitting(self._seen().nodes, 0.0)
        return self._link(Order(address=self._address, workers=workers))

    def opened(self, casting: Casting, workers: int) -> Crewed:
        """The same seats, but asked from workers' machines. What runs on a worker's own machine is one seat a worker."""
        endpoints = tuple(casting.endpoints.values())
        link = self._link(Order(address=self._address, workers=workers, gpus=self._gpus, endpoints=endpoints))
        crew = tuple(range(1, workers + 1))
        models: dict[str, ChatModel] = {}
        for endpoint in endpoints:
            if is_own(endpoint):
                models |= {_of(endpoint, one).name: RemoteModel(link, (one,), endpoint) for one in crew}
            else:
                models[endpoint.name] = RemoteModel(link, crew, endpoint)
        seats = {
            kind: tuple(one for seat in role for one in _spread(seat, crew)) for kind, role in casting.seats.items()
        }
        return Crewed(casting=replace(casting, seats=seats), models=models, crew=lambda: link.crew)

    def _link(self, order: Order) -> Link:
        return Link(_COMMAND, ROOT, dict(self._environment) | _ALWAYS, order)

    def _require_usable(self) -> None:
        if not self._address:
            raise ClusterError(
                "This installation has no cluster",
                to_do="Start the studio with EVOL_STUDIO_CLUSTER=HOST:PORT, or grow with --cluster HOST:PORT.",
            )
        if find_spec("ray") is None:
            raise ClusterError("Ray is not installed here", to_do="Install it with `sh tools/setup.sh cluster`.")
        if not self._has_token():
            raise ClusterError(
                "There is no token for the cluster",
                to_do="Put the cluster's token into ~/.ray/auth_token, or its file's name into RAY_AUTH_TOKEN_PATH.",
            )
        self._require_reachable()

    def _has_token(self) -> bool:
        """Whether Ray will find one. What it is, is not looked at."""
        if self._environment.get("RAY_AUTH_TOKEN"):
            return True
        named = self._environment.get("RAY_AUTH_TOKEN_PATH")
        return (Path(named).expanduser() if named else Path.home() / ".ray" / "auth_token").is_file()

    def _require_reachable(self) -> None:
        host, _, port = self._address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_REACH_S).close()
        except (OSError, ValueError) as error:
            why = (error.strerror or str(error)) if isinstance(error, OSError) else "that is no address"
            raise ClusterError(
                f"Nothing answers at {self._address} ({why})",
                to_do="Start Ray's head there (docs/cluster.md), or check the address.",
            ) from None


def _fitting(nodes: tuple[Node, ...], gpus: float) -> int:
    """Workers: as many as have their GPUs, or one a machine that has processors."""
    found = sum(int(node.free_gpus // gpus) for node in nodes) if gpus else sum(node.cpus > 0 for node in nodes)
    return min(MOST_WORKERS, max(1, found))


def _spread(seat: Seat, crew: tuple[int, ...]) -> tuple[Seat, ...]:
    """The seat of an endpoint that all share; or one for each worker's own."""
    if not is_own(seat.endpoint):
        return (seat,)
    return tuple(replace(seat, endpoint=_of(seat.endpoint, worker)) for worker in crew)


def _of(endpoint: Endpoint, worker: int) -> Endpoint:
    """One worker's own endpoint: another name, and another address, for each has a gate of its own."""
    return replace(
        endpoint, name=f"{endpoint.name} of worker {worker}", base_url=f"{endpoint.base_url}#worker-{worker}"
    )
