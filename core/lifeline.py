"""What a child process of ours needs so that nothing is left of it when the app is gone, even by kill -9.

The app keeps the pipe to the child's stdin open; when that closes, the child ends at once.
"""

import os
import sys
import threading
import time

if sys.platform == "linux":
    import fcntl
    import select


def read_line(descriptor: int) -> bytes:
    """One line, byte by byte: a buffered reader would hold back the end of the pipe from the watcher."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            os._exit(0)
        line += byte
    return line


def end_with_the_app() -> None:
    """Leave as soon as the pipe from the app closes."""

    def watch() -> None:
        while os.read(0, 1):
            continue
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    if sys.platform == "linux":
        # A library may hold the interpreter for seconds, and then no thread of ours runs. So the kernel is asked for
        # SIGIO when the pipe closes; its default action ends the process.
        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
        poll = select.poll()
        poll.register(0, select.POLLIN)
        if poll.poll(0):
            os._exit(0)


def wait_while_the_app_lives() -> None:
    """The second net: a copy of the pipe's other end in some other process would keep it open after the app's death."""
    app = os.getppid()
    while os.getppid() == app:
        time.sleep(1.0)
    os._exit(0)


def keep_stdout_clean() -> int:
    """Send what libraries print to stderr, the log; return the descriptor that still leads to the app."""
    answer = os.dup(1)
    os.dup2(2, 1)
    return answer
