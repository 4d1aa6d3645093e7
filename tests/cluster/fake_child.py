"""A child process that speaks to the app as core/services/growing/cluster_child.py does, and does to order what goes wrong.

usage: python -m tests.cluster.fake_child WHAT
"""

import os
import signal
import sys
import time

from core.cluster.wire import ANSWER, NEWS, ORDER, QUESTION, Answer, News
from core.domain.call import ChatReply
from core.domain.cluster import WorkerNow, WorkerState
from core.lifeline import read_line


def say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def tell(*workers: WorkerNow) -> None:
    say(b"0 " + NEWS.dump_json(News(workers=workers)))


def now(number: int, state: WorkerState, words: str = "") -> WorkerNow:
    return WorkerNow(number=number, state=state, node="here", pid=os.getpid(), words=words)


def answered(said: bytes, worker: bytes) -> bytes:
    asked = QUESTION.validate_json(said)
    assert asked.request is not None
    text = f"{asked.endpoint} of {worker.decode()}: {asked.request.messages[-1].content}"
    reply = ChatReply(text=text, finish_reason="stop", tokens_in=1, tokens_out=1, raw="{}", latency_ms=1.0)
    return ANSWER.dump_json(Answer(reply=reply))


def main(what: str) -> None:
    order = ORDER.validate_json(read_line(0))
    if what == "refused":
        say(b"0 " + NEWS.dump_json(News(problem="The token was refused.")))
        return
    if what == "dies":
        sys.stderr.write("The head is gone\n")
        return
    if what == "nobody":
        tell(*(now(number, WorkerState.COMING) for number in range(1, order.workers + 1)))
    else:
        tell(*(now(number, WorkerState.READY) for number in range(1, order.workers + 1)))
    for line in sys.stdin.buffer:
        number, worker, said = line.split(b" ", 2)
        if what == "garbage":
            say(b"no line of ours")
            say(b"999999 {}")
            say(b'0 {"workers": "none"}')
            say(number + b' {"reply": {"text": 7}}')
        elif what == "lost" and worker == b"1":
            tell(now(1, WorkerState.LOST, "worker 1 was lost"))
            say(number + b" " + answered(said, b"too late"))
        elif what == "ends":
            os.kill(os.getpid(), signal.SIGKILL)
        elif what == "slow":
            time.sleep(5)
        else:
            say(number + b" " + answered(said, worker))


if __name__ == "__main__":
    main(sys.argv[1])
