"""The limit shrinks, pauses and grows back; the retry rule gives up in time."""

import asyncio
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.call import CallFailure, ChatReply, ErrorKind
from core.models.endpoint import EndpointModel
from core.models.limits import AdaptiveLimit, Allowance
from core.models.retry import MOST_TRIES, wait_before_retry
from tests.models.questions import KEY, endpoint_of, question
from tests.openai_server import openai_server


def good(**more: float) -> ChatReply:
    return ChatReply(text="x", finish_reason="stop", tokens_in=1, tokens_out=1, raw="", latency_ms=0.0, **more)  # type: ignore[arg-type]


def bad(kind: ErrorKind, *, latency_ms: float = 0.0, retry_after_s: float | None = None) -> CallFailure:
    return CallFailure(kind=kind, detail="", latency_ms=latency_ms, retry_after_s=retry_after_s)


outcomes = st.one_of(
    st.builds(good, retry_after_s=st.one_of(st.none(), st.floats(0, 100))),
    st.builds(
        bad,
        st.sampled_from(ErrorKind),
        latency_ms=st.floats(0, 1e6),
        retry_after_s=st.one_of(st.none(), st.floats(0, 100)),
    ),
)


@given(st.integers(1, 500), st.lists(st.tuples(st.floats(0, 5), outcomes), max_size=200))
def test_between_one_and_the_maximum_are_always_allowed(most: int, story: list[tuple[float, ChatReply]]) -> None:
    allowance, now = Allowance(most), 0.0
    for passed, outcome in story:
        now += passed
        before = allowance.paused_until
        allowance.observe(outcome, now)
        assert 1 <= allowance.allowed <= most
        assert allowance.paused_until >= before


@pytest.mark.parametrize("kind", [ErrorKind.RATE_LIMIT, ErrorKind.TIME_OUT])
def test_a_rate_limit_or_time_out_halves_and_a_hundred_at_once_halve_once(kind: ErrorKind) -> None:
    allowance = Allowance(64)
    for _ in range(100):
        allowance.observe(bad(kind), now=10.0)
    assert allowance.allowed == 32
    allowance.observe(bad(kind), now=10.5)
    assert allowance.allowed == 32
    allowance.observe(bad(kind), now=11.5)
    assert allowance.allowed == 16


def test_calls_that_were_on_their_way_when_it_shrank_do_not_shrink_it_again() -> None:
    allowance = Allowance(64)
    allowance.observe(bad(ErrorKind.TIME_OUT, latency_ms=30_000), now=100.0)
    allowance.observe(bad(ErrorKind.TIME_OUT, latency_ms=30_000), now=129.0)
    assert allowance.allowed == 32
    allowance.observe(bad(ErrorKind.TIME_OUT, latency_ms=30_000), now=131.0)
    assert allowance.allowed == 16


@pytest.mark.parametrize("kind", sorted(set(ErrorKind) - {ErrorKind.RATE_LIMIT, ErrorKind.TIME_OUT}))
def test_no_other_failure_shrinks_it(kind: ErrorKind) -> None:
    allowance = Allowance(64)
    allowance.observe(bad(kind), now=10.0)
    assert allowance.allowed == 64


def test_good_replies_grow_it_back_to_the_maximum_and_no_further() -> None:
    allowance = Allowance(64)
    for second in range(10):
        allowance.observe(bad(ErrorKind.RATE_LIMIT), now=second * 2.0)
    assert allowance.allowed == 1
    replies = 0
    while allowance.allowed < 64:
        allowance.observe(good(), now=30.0)
        replies += 1
    assert 64 < replies < 64 * 32
    for _ in range(1000):
        allowance.observe(good(), now=30.0)
    assert allowance.allowed == 64


def test_the_longest_wish_to_wait_holds() -> None:
    allowance = Allowance(4)
    allowance.observe(bad(ErrorKind.RATE_LIMIT, retry_after_s=30.0), now=100.0)
    allowance.observe(good(retry_after_s=5.0), now=101.0)
    assert allowance.paused_until == 130.0


def test_no_more_calls_than_allowed_are_in_flight() -> None:
    async def story() -> int:
        limit, most, running = AdaptiveLimit(3), 0, 0

        async def call() -> None:
            nonlocal most, running
            async with limit.slot():
                running += 1
                most = max(most, running)
                await asyncio.sleep(0.001)
                running -= 1

        await asyncio.gather(*(call() for _ in range(50)))
        assert limit.snapshot().in_flight == limit.snapshot().waiting == 0
        return most

    assert asyncio.run(story()) == 3


def test_two_runs_take_turns_however_many_calls_one_of_them_queues() -> None:
    async def story() -> list[str]:
        limit, served = AdaptiveLimit(1), list[str]()

        async def call(run: str) -> None:
            async with limit.slot(run):
                served.append(run)
                await asyncio.sleep(0)

        greedy = [asyncio.create_task(call("greedy")) for _ in range(20)]
        await asyncio.sleep(0)
        modest = [asyncio.create_task(call("modest")) for _ in range(3)]
        await asyncio.gather(*greedy, *modest)
        return served

    served = asyncio.run(story())
    assert "".join(run[0] for run in served[2:8]) in ("gmgmgm", "mgmgmg")
    assert served.count("greedy") == 20


def test_a_cancelled_wait_takes_no_place() -> None:
    async def story() -> None:
        limit = AdaptiveLimit(1)
        await limit.acquire()
        waiting = [asyncio.create_task(limit.acquire("run")) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        await asyncio.sleep(0)
        assert limit.snapshot().waiting == 2
        limit.release()  # the place is given to the first, which is cancelled before it runs
        waiting[0].cancel()
        await asyncio.wait(waiting[:2])
        await asyncio.wait_for(waiting[2], timeout=1)
        limit.release()
        assert (limit.snapshot().in_flight, limit.snapshot().waiting) == (0, 0)

    asyncio.run(story())


def test_nothing_starts_until_the_pause_is_over_and_then_all_who_may() -> None:
    async def story() -> list[float]:
        limit, started = AdaptiveLimit(4), list[float]()
        limit.observe(bad(ErrorKind.SERVER_ERROR, retry_after_s=0.2))
        began = time.monotonic()

        async def call() -> None:
            async with limit.slot():
                started.append(time.monotonic() - began)

        assert 0.1 < limit.snapshot().paused_for_s <= 0.2
        await asyncio.gather(*(call() for _ in range(4)))
        assert limit.snapshot().paused_for_s == 0.0
        return started

    started = asyncio.run(story())
    assert len(started) == 4
    assert 0.199 <= min(started) <= max(started) < 1.0


def test_a_pause_that_is_made_longer_meanwhile_is_kept() -> None:
    async def story() -> float:
        limit = AdaptiveLimit(2)
        limit.observe(bad(ErrorKind.RATE_LIMIT, retry_after_s=0.05))
        began = time.monotonic()
        waiting = asyncio.create_task(limit.acquire())
        await asyncio.sleep(0)
        limit.observe(bad(ErrorKind.RATE_LIMIT, retry_after_s=0.25))
        await waiting
        return time.monotonic() - began

    assert asyncio.run(story()) >= 0.249


def test_the_gate_costs_a_call_less_than_twenty_microseconds() -> None:
    async def story() -> float:
        limit, reply = AdaptiveLimit(256), good()
        began = time.process_time()
        for _ in range(20_000):
            async with limit.slot("run"):
                limit.observe(reply)
        return (time.process_time() - began) / 20_000

    assert asyncio.run(story()) < 20e-6


def test_against_a_server_with_a_real_rate_limit_every_call_gets_its_reply() -> None:
    async def story(base: str) -> tuple[int, int]:
        limit, rng = AdaptiveLimit(16), Random(1)
        model = EndpointModel(endpoint_of(server), KEY, in_flight=16)
        tries = 0

        async def call(number: int) -> bool:
            nonlocal tries
            for attempt in range(1, 100):
                async with limit.slot():
                    tries += 1
                    outcome = await model.chat(question(f"{base} {number}"))
                    limit.observe(outcome)
                if isinstance(outcome, ChatReply):
                    return True
                wait_s = wait_before_retry(outcome, attempt, rng)
                if wait_s is None:
                    return False
                await asyncio.sleep(wait_s)
            return False

        got = await asyncio.gather(*(call(number) for number in range(60)))
        await model.close()
        return sum(got), tries

    with openai_server(rpm=1800, latency_s=0.01) as server:
        got, tries = asyncio.run(story("Task"))
    assert got == 60
    assert tries < 60 * 4


def test_what_cannot_heal_is_never_asked_again() -> None:
    for kind in ErrorKind:
        waits = wait_before_retry(bad(kind), 1, Random(0)) is not None
        assert waits == kind.heals, kind


@pytest.mark.parametrize(("kind", "most"), MOST_TRIES.items())
def test_each_kind_is_asked_so_often_and_no_more(kind: ErrorKind, most: int) -> None:
    assert wait_before_retry(bad(kind), most - 1, Random(0)) is not None
    assert wait_before_retry(bad(kind), most, Random(0)) is None


def test_waits_double_from_half_a_second_up_to_a_minute_with_chance_on_top() -> None:
    rng = Random(3)
    for attempt, base in enumerate((0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0), start=1):
        waits = [wait_before_retry(bad(ErrorKind.RATE_LIMIT), attempt, rng) for _ in range(50)]
        known = [wait for wait in waits if wait is not None]
        assert base <= min(known) < max(known) <= base * 1.5


def test_the_servers_wish_wins_over_the_backoff() -> None:
    wait = wait_before_retry(bad(ErrorKind.RATE_LIMIT, retry_after_s=40.0), 1, Random(0))
    assert wait is not None
    assert 40.0 <= wait <= 41.0
    short = wait_before_retry(bad(ErrorKind.RATE_LIMIT, retry_after_s=0.25), 9, Random(0))
    assert short is not None
    assert 0.25 <= short <= 0.375


def test_the_same_chance_gives_the_same_waits() -> None:
    failure = bad(ErrorKind.SERVER_ERROR)
    waits = [[wait_before_retry(failure, attempt, Random(5)) for attempt in (1, 2, 3)] for _ in range(2)]
    assert waits[0] == waits[1]


@pytest.mark.parametrize("who", [("",), ("one", "two")])
def test_places_given_back_while_those_who_wait_are_leaving_go_to_nobody_else(who: tuple[str, ...]) -> None:
    """A pause cancels all that wait in the very moment in which calls in flight come back."""

    async def story() -> None:
        limit = AdaptiveLimit(2)
        for _ in range(2):
            await limit.acquire("busy")
        waiting = [asyncio.create_task(limit.acquire(who[number % len(who)])) for number in range(6)]
        await asyncio.sleep(0)
        for one in waiting[:5]:
            one.cancel()
        limit.release()  # before any of the cancelled has run
        limit.release()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(one, asyncio.CancelledError) for one in ended] == [True] * 5 + [False]
        assert (limit.snapshot().in_flight, limit.snapshot().waiting) == (1, 0)

    asyncio.run(story())
