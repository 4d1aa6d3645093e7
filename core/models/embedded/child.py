"""The child process: `python -m core.models.embedded.child`. It serves one model on 127.0.0.1 until the app is gone.

The app writes one line of JSON to its stdin (`Order`) and keeps that pipe open; the child answers with one line of JSON
on stdout (`Ready`). When the pipe closes, by `stop`, a crash or kill -9 of the app, the child ends at once.
"""

import json
import os
import signal
from dataclasses import asdict

import psutil
import xllamacpp

from core.lifeline import end_with_the_app, keep_stdout_clean, read_line, wait_while_the_app_lives
from core.models.embedded.order import Order, Ready

CONTEXT_TOKENS = 4096
SLOTS = 2
# llama-server's own default for the store of old prompts is 8 GB: more than the machines that this is for have.
_PROMPT_STORE_MIB = 256
_NICE = 5


def main() -> None:
    """Take the order, serve the model, end with the app."""
    # Ctrl+C reaches every process of a terminal; the app decides when its model stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = Order(**json.loads(read_line(0)))
    end_with_the_app()
    answer = keep_stdout_clean()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    server = xllamacpp.Server(_parameters(order))
    port = int(server.listening_address.rpartition(":")[2])
    os.write(answer, json.dumps(asdict(Ready(port=port))).encode() + b"\n")
    os.close(answer)
    wait_while_the_app_lives()


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


if __name__ == "__main__":
    main()
