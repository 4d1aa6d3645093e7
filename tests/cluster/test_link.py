"""The app's end of the line to a cluster, against a child process that does what goes wrong: every question gets one value."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import psutil

from core.cluster.link import Link
from core.cluster.remote import RemoteModel
from core.cluster.wire import ORDER, Order, Question
from core.domain.call import CallFailure, ChatReply, ErrorKind
from core.domain.cluster import WorkerState
from core.domain.system import Endpoint
from tests.models.questions import question

ROOT = Path(__file__).parents[2]
T = TypeVar("T")


def with_link(what: str, use: Callable[[Link], Awaitable[T]], workers: int = 2) -> T:
    """A link to the child that does this, hung up at the end."""
    order = Order(address="127.0.0.1:1", workers=workers, endpoints=(Endpoint(name="gpu", base_url="", model="m"),))

    async def once() -> T:
        link = Link((sys.executable, "-m", "tests.cluster.fake_child", what), ROOT, os.environ, order)
        try:
            return await use(link)
        finally:
            await link.close()

    return asyncio.run(once())


def asked(text: str) -> Question:
    return Question(endpoint="gpu", request=question(text, seed=1))


async def outcome(
    link: Link, text: str, workers: tuple[int, ...] = (1, 2), within_s: float = 3.0
) -> ChatReply | CallFailure:
    await link.comes(workers)
    return (await link.ask(workers, asked(text), within_s)).outcome


def test_a_question_comes_back_with_its_own_answer_whatever_else_is_out_there() -> None:
    async def use(link: Link) -> list[str]:
        replies = await asyncio.gather(*(outcome(link, f"Task {n} “ü”\n") for n in range(40)))
        return [reply.text.partition(": ")[2] for reply in replies if isinstance(reply, ChatReply)]

    assert with_link("answers", use) == [f"Task {n} “ü”\n" for n in range(40)]


def test_the_least_busy_worker_is_asked() -> None:
    async def use(link: Link) -> list[str]:
        replies = await asyncio.gather(*(outcome(link, "x") for _ in range(40)))
        return [reply.text.partition(": ")[0] for reply in replies if isinstance(reply, ChatReply)]

    who = with_link("answers", use)
    assert who.count("gpu of 1") == who.count("gpu of 2") == 20


def test_what_a_lost_worker_had_in_hand_fails_at_once_as_what_may_have_been_paid_for() -> None:
    async def use(link: Link) -> tuple[ChatReply | CallFailure, ChatReply | CallFailure]:
        lost = await outcome(link, "x", (1,))
        assert [one.state for one in link.crew] == [WorkerState.LOST, WorkerState.READY]
        return lost, await outcome(link, "x", (1, 2))

    lost, other = with_link("lost", use)
    assert isinstance(lost, CallFailure)
    assert lost.latency_ms > 0, "whoever counts failures would take each of them for a new one"
    assert (lost.kind, lost.detail) == (ErrorKind.TIME_OUT, "worker 1 was lost")
    assert isinstance(other, ChatReply), "the other worker was not asked instead"


def test_words_that_are_no_answer_become_a_failure_and_break_nothing() -> None:
    async def use(link: Link) -> ChatReply | CallFailure:
        return await outcome(link, "x")

    failure = with_link("garbage", use)
    assert isinstance(failure, CallFailure)
    assert failure.kind is ErrorKind.MALFORMED_REPLY


def test_a_child_that_is_killed_fails_its_questions_and_the_next_one_starts_another() -> None:
    async def use(link: Link) -> tuple[ChatReply | CallFailure, set[int]]:
        failure = await outcome(link, "x")
        pids = {one.pid for one in link.crew}
        await outcome(link, "y")
        return failure, pids

    failure, pids = with_link("ends", use)
    assert isinstance(failure, CallFailure)
    assert failure.kind is ErrorKind.TIME_OUT
    assert not [pid for pid in pids if pid and psutil.pid_exists(pid)]


def test_why_the_cluster_does_not_take_us_is_said_with_every_question() -> None:
    async def use(link: Link) -> ChatReply | CallFailure:
        return await outcome(link, "x")

    for what, words in (("refused", "The token was refused."), ("dies", "The head is gone")):
        failure = with_link(what, use)
        assert isinstance(failure, CallFailure)
        assert failure.kind is ErrorKind.UNREACHABLE, "nothing was asked, so nothing can have been paid for"
        assert words in failure.detail


def test_a_worker_that_says_nothing_is_given_up() -> None:
    async def use(link: Link) -> ChatReply | CallFailure:
        await link.comes((2,))
        began = time.monotonic()
        late = await outcome(link, "x", within_s=0.3)
        assert time.monotonic() - began < 2
        return late

    failure = with_link("slow", use)
    assert isinstance(failure, CallFailure)
    assert failure.kind is ErrorKind.TIME_OUT
    assert "gave no answer within 0.3 s" in failure.detail


def test_when_the_link_is_hung_up_its_child_is_gone_and_what_waits_for_a_worker_ends() -> None:
    async def use(link: Link) -> tuple[object, object]:
        model = RemoteModel(link, (1, 2), Endpoint(name="gpu", base_url="", model="m"))
        waits = asyncio.create_task(model.comes())
        await asyncio.sleep(1.0)
        assert not waits.done(), "nobody is there yet"
        children = psutil.Process().children(recursive=True)
        await model.close()
        await asyncio.wait_for(waits, 5)
        return await model.chat(question("x", seed=1)), [one for one in children if one.is_running()]

    failure, left = with_link("nobody", use)
    assert isinstance(failure, CallFailure)
    assert failure.kind is ErrorKind.UNREACHABLE
    assert left == []


def test_what_goes_to_a_cluster_names_keys_and_holds_none() -> None:
    endpoint = Endpoint(name="gpu", base_url="https://example.org/v1", model="m", key_env="MY_KEY")
    said = ORDER.dump_json(Order(address="127.0.0.1:1", workers=1, endpoints=(endpoint,)))
    assert b"MY_KEY" in said
    assert ORDER.validate_json(said).endpoints == (endpoint,)
