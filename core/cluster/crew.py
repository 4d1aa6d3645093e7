"""The crew of one run on a Ray cluster: as many actors as were asked for, each made anew when it dies. The only importer of ray.

Runs in a child process of the app: a Ray driver ends its whole process when the cluster's head is gone for a minute, and the app
must not end with it. What is sent are bytes, so that Ray has nothing of ours to pickle but the actor itself.
"""

import asyncio
import ipaddress
import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import ray
from ray.exceptions import RayActorError, RayError, RaySystemError

from core.cluster.wire import ANSWER, NEWS, ORDER, News, Order, failed
from core.cluster.worker import Build, Worker
from core.domain.call import ErrorKind
from core.domain.cluster import Node, WorkerNow, WorkerState
from core.errors import ClusterError

_SILENCE_S: Final = 20.0  # ten heartbeats: a worker that says nothing for so long hangs, and is replaced
_OPENING_S: Final = 900.0  # a large model takes minutes to load
_PAUSE_S: Final = 1.0  # before a lost worker is made again
_ROOT: Final = Path(__file__).parents[2]
_SHIPPED: Final = ("core", "data/embedding")
Say = Callable[[bytes], None]


def join(address: str) -> None:
    """Become a driver of the cluster. ClusterError says why it cannot be."""
    host = address.rpartition(":")[0].strip("[]")
    place: dict[str, Any] = {"_node_ip_address": host} if _is_loopback(host) else {}
    with tempfile.TemporaryDirectory(prefix="evol-studio-") as folder:
        _ship(Path(folder))
        try:
            ray.init(
                address=address, log_to_driver=False, logging_level=logging.ERROR, runtime_env={"working_dir": folder}, **place
            )  # fmt: skip
        except (RayError, ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise ClusterError(
                f"The cluster at {address} does not take us ({_first_line(error)})",
                to_do="Start Ray on this machine too (docs/cluster.md), with the same token and version.",
            ) from error


def _ship(folder: Path) -> None:
    """The code that workers run, wherever they are: this very version. Only its libraries need be installed there."""
    for part in _SHIPPED:
        shutil.copytree(_ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:300]


def nodes() -> tuple[Node, ...]:
    """The machines that are there."""
    free: dict[str, dict[str, float]] = ray._private.state.available_resources_per_node()
    return tuple(
        Node(
            name=str(node["NodeManagerHostname"]),
            address=str(node["NodeManagerAddress"]),
            cpus=node["Resources"].get("CPU", 0.0),
            free_cpus=free.get(node["NodeID"], {}).get("CPU", 0.0),
            gpus=node["Resources"].get("GPU", 0.0),
            free_gpus=free.get(node["NodeID"], {}).get("GPU", 0.0),
        )
        for node in ray.nodes()
        if node["Alive"]
    )


class Crew:
    """The workers of one run. Belongs to the child's event loop; `say` takes whole lines for the app."""

    def __init__(self, order: Order, build: Build, say: Say) -> None:
        self._order, self._build, self._say = order, build, say
        self._actors: dict[int, Any] = {}
        self._now = {number: WorkerNow(number=number) for number in range(1, order.workers + 1)}

    async def work(self) -> None:
        """Keep every worker there, until cancelled."""
        self._tell()
        async with asyncio.TaskGroup() as group:
            for number in self._now:
                group.create_task(self._keep_there(number))

    def send(self, lines: Sequence[bytes]) -> None:
        """Questions to whom they are for; one that is not there says so at once."""
        hands: dict[int, list[bytes]] = {}
        for line in lines:
            number, worker, said = line.split(b" ", 2)
            hands.setdefault(int(worker), []).append(number + b" " + said)
        for to, hand in hands.items():
            if self._now[to].state is WorkerState.READY:
                self._actors[to].put.remote(b"\n".join(hand))
            else:
                absent = ANSWER.dump_json(failed(ErrorKind.UNREACHABLE, f"worker {to} is not there"))
                self._say(b"".join(line.partition(b" ")[0] + b" " + absent + b"\n" for line in hand))

    async def _keep_there(self, number: int) -> None:
        """One worker after another under this number: whoever dies, hangs or cannot open is replaced."""
        while True:
            actor = self._actors[number] = self._placed(number)
            try:
                why = await self._serve(number, actor)
            except TimeoutError:
                why = f"worker {number} said nothing for {_SILENCE_S:g} s"
            except RayActorError:
                why = f"worker {number} was lost: its process or its machine ended"
            except (RayError, RaySystemError) as error:
                why = f"worker {number} could not work ({_first_line(error)})"
            ray.kill(actor)  # what hangs, or is cut off, must not come back and work beside the next one
            self._is(number, WorkerState.LOST, words=why)
            await asyncio.sleep(_PAUSE_S)

    def _placed(self, number: int) -> Any:
        order = self._order
        options = {"num_cpus": 1, "num_gpus": order.gpus, "scheduling_strategy": "SPREAD", "max_restarts": 0}
        return ray.remote(Worker).options(**options).remote(self._build, ORDER.dump_json(order), number)

    async def _serve(self, number: int, actor: Any) -> str:
        """From its first word to its last; why it ended, if it did not die."""
        node, pid = await actor.hello.remote()
        self._is(number, WorkerState.OPENING, node=node, pid=pid)
        async with asyncio.timeout(_OPENING_S):
            problem: str = await actor.open.remote()
        if problem:
            return f"worker {number} on {node} cannot begin: {problem}"
        self._is(number, WorkerState.READY)
        while True:
            async with asyncio.timeout(_SILENCE_S):
                answered: bytes = await actor.take.remote()
            if answered:
                self._say(answered)

    def _is(self, number: int, state: WorkerState, *, node: str = "", pid: int = 0, words: str = "") -> None:
        before = self._now[number]
        self._now[number] = replace(
            before, state=state, node=node or before.node, pid=pid or before.pid, words=words or before.words
        )
        if state is WorkerState.READY:
            self._now[number] = replace(self._now[number], words="")
        self._tell()

    def _tell(self) -> None:
        self._say(b"0 " + NEWS.dump_json(News(workers=tuple(self._now.values()))) + b"\n")
