"""The child process: `python -m core.models.embedded.child`. It serves one model on 127.0.0.1 until the app is gone.

The app writes one line of JSON to its stdin (`Order`) and keeps that pipe open; the child answers with one line of JSON
on stdout (`Ready`). When the pipe closes, by `stop`, a crash or kill -9 of the app, the child ends at once.
"""

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict

import psutil
import xllamacpp

from core.models.embedded.order import Order, Ready

if sys.platform == "linux":
    import fcntl
    import select

CONTEXT_TOKENS = 4096
SLOTS = 2
# llama-server's own default for the store of old prompts is 8 GB: more than the machines that this is for have.
_PROMPT_STORE_MIB = 256
_NICE = 5


def main() -> None:
    """Take the order, serve the model, end with the app."""
    # Ctrl+C reaches every process of a terminal; the app decides when its model stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = Order(**json.loads(_read_line(0)))
    _end_with_the_app()
    answer = _keep_stdout_clean()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    server = xllamacpp.Server(_parameters(order))
    port = int(server.listening_address.rpartition(":")[2])
    os.write(answer, json.dumps(asdict(Ready(port=port))).encode() + b"\n")
    os.close(answer)
    _wait_while_the_app_lives()


def _read_line(descriptor: int) -> bytes:
    """One line, byte by byte: a buffered reader would hold back the end of the pipe from the watcher."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            os._exit(0)
        line += byte
    return line


def _end_with_the_app() -> None:
    """Leave as soon as the pipe from the app closes."""

    def watch() -> None:
        while os.read(0, 1):
            continue
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    if sys.platform == "linux":
        # While the model loads (seconds) xllamacpp holds the interpreter and no thread of ours runs. So the kernel is
        # asked for SIGIO when the pipe closes; its default action ends the process.
        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
        poll = select.poll()
        poll.register(0, select.POLLIN)
        if poll.poll(0):
            os._exit(0)


def _keep_stdout_clean() -> int:
    """Send what the library prints to stderr, the log; return the descriptor that still leads to the app."""
    answer = os.dup(1)
    os.dup2(2, 1)
    return answer


def _parameters(order: Order) -> xllamacpp.CommonParams:
    wanted = xllamacpp.CommonParams()
    wanted.model.path = order.weights
    wanted.model_alias = {order.model}
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = 0
    wanted.api_keys = [order.api_key]
    # One origin that serves nothing, in place of "*": no web page may talk to the model.
    wanted.cors_origins = "http://127.0.0.1"
    wanted.cors_origins_explicit = True
    wanted.cors_credentials = False
    wanted.ui = False
    wanted.n_parallel = SLOTS
    wanted.n_ctx = CONTEXT_TOKENS * SLOTS
    wanted.cache_prompt = True
    wanted.cache_ram_mib = _PROMPT_STORE_MIB
    wanted.use_jinja = True
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = _threads()
    return wanted


def _threads() -> int:
    """The physical cores: a second thread on one core makes the arithmetic slower, and the app wants some too."""
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def _wait_while_the_app_lives() -> None:
    """The second net: a copy of the pipe's other end in some other process would keep it open after the app's death."""
    app = os.getppid()
    while os.getppid() == app:
        time.sleep(1.0)
    os._exit(0)


if __name__ == "__main__":
    main()
