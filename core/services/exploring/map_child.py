"""The child process `python -m core.services.exploring.map_child`: embeds texts, or lays out a map, niced, until done or the app is gone.

The app writes one line of JSON to its stdin (`ChildOrder`) and keeps that pipe open; the child says how far it is, a line of JSON
each (`ChildSaid`). When the pipe closes, by a stop, a crash or kill -9 of the app, the child ends at once.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict

from core.lifeline import end_with_the_app, keep_stdout_clean, read_line, wait_while_the_app_lives
from core.services.exploring.map_order import ChildOrder, ChildSaid, Errand

_NICE = 10
Say = Callable[[ChildSaid], None]


def main() -> int:
    """Take the order, do it, end. 0: done; 1: a problem, which was said."""
    # Ctrl+C reaches every process of a terminal; the app decides when its work stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = ChildOrder(**json.loads(read_line(0)))
    end_with_the_app()
    threading.Thread(target=wait_while_the_app_lives, daemon=True).start()
    answer = keep_stdout_clean()
    if hasattr(os, "nice"):
        os.nice(_NICE)

    def say(said: ChildSaid) -> None:
        os.write(answer, json.dumps(asdict(said)).encode() + b"\n")

    return _do(order, say)


def _do(order: ChildOrder, say: Say) -> int:
    """The libraries are loaded here: whoever only wants the app gone must not wait for them."""
    from core.errors import StudioError
    from core.services.exploring import map_work

    work = map_work.embed if Errand(order.errand) is Errand.EMBED else map_work.draw
    try:
        work(order, say)
    except StudioError as error:
        say(ChildSaid(problem=error.what, to_do=error.to_do))
        return 1
    except OSError as error:
        say(
            ChildSaid(
                problem=f"The map's files cannot be written ({error.strerror})",
                to_do="Free some space, then try again.",
            )
        )
        return 1
    except MemoryError:
        say(
            ChildSaid(
                problem="There is too little memory for so many texts", to_do="Close other programs, or draw fewer."
            )
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
