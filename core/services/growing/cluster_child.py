"""The child process `python -m core.services.growing.cluster_child`: the app's driver on a Ray cluster, until the app is gone.

The app writes one line of JSON to its stdin (`core.cluster.wire.Order`), then questions, a line each; answers and news come back on
stdout. When the pipe closes, by the run's end, a crash or kill -9 of the app, the child ends, and the cluster ends its workers.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable

from core.cluster.wire import NEWS, ORDER, News, Order
from core.errors import ClusterError
from core.lifeline import keep_stdout_clean, read_line, wait_while_the_app_lives

_CHUNK = 2**20
Say = Callable[[bytes], None]


def main() -> int:
    """Take the order, do it, end. 0: done; 1: a problem, which was said."""
    # Ctrl+C reaches every process of a terminal; the app decides when its workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = ORDER.validate_json(read_line(0))
    threading.Thread(target=wait_while_the_app_lives, daemon=True).start()
    questions = _Questions()
    threading.Thread(target=questions.read, daemon=True).start()
    answer = keep_stdout_clean()

    def say(lines: bytes) -> None:
        while lines:
            lines = lines[os.write(answer, lines) :]

    return _do(order, questions, say)


class _Questions:
    """What comes from the app, as whole lines; the process ends with the pipe, even while it still joins the cluster."""

    def __init__(self) -> None:
        self._take: Callable[[list[bytes]], None] | None = None
        self._early: list[bytes] = []
        self._guard = threading.Lock()  # guards both: questions may come before there is a crew

    def read(self) -> None:
        """Until the pipe closes."""
        rest = b""
        while chunk := os.read(0, _CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            with self._guard:
                if self._take is None:
                    self._early += lines
                elif lines:
                    self._take(lines)
        os._exit(0)

    def give_to(self, take: Callable[[list[bytes]], None]) -> None:
        """Hand over what has come, and whatever comes."""
        with self._guard:
            self._take = take
            if self._early:
                take(self._early)


def _do(order: Order, questions: _Questions, say: Say) -> int:
    """Ray is loaded here: whoever only wants the child gone must not wait for it."""
    from core.cluster import crew

    try:
        crew.join(order.address)
    except ClusterError as error:
        say(b"0 " + NEWS.dump_json(News(problem=str(error))) + b"\n")
        return 1
    if order.look:
        say(b"0 " + NEWS.dump_json(News(nodes=crew.nodes())) + b"\n")
        return 0
    asyncio.run(_work(order, questions, say))
    return 0


async def _work(order: Order, questions: _Questions, say: Say) -> None:
    from core.cluster.crew import Crew
    from core.services.growing.cluster_hands import build

    loop = asyncio.get_running_loop()
    crew = Crew(order, build, say)

    def take(lines: list[bytes]) -> None:
        loop.call_soon_threadsafe(crew.send, lines)

    questions.give_to(take)
    await crew.work()


if __name__ == "__main__":
    sys.exit(main())
