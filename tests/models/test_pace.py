"""Requests and tokens a minute are never passed, and what a call did not use is given back."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.call import CallFailure, ChatReply, ErrorKind
from core.models.limits import AdaptiveLimit
from core.models.pace import Bounds, Pace


def reply(tokens: int | None) -> ChatReply:
    return ChatReply(
        text="x",
        finish_reason="stop",
        tokens_in=tokens,
        tokens_out=None if tokens is None else 0,
        raw="",
        latency_ms=1.0,
    )


def starts(
    pace: Pace, minutes: float, *, tokens: int | None = None, pauses: list[float] | None = None, now: float = 0.0
) -> list[float]:
    """When calls start that are made as soon as they may be, each ended at once; idle for a while now and then."""
    end, found, idle = now + minutes * 60, list[float](), iter(pauses or ())
    while now < end and len(found) < 20_000:
        wait_s = pace.ready_in_s(now)
        if wait_s > 1e-9:
            now += wait_s
            continue
        pace.start(now)
        pace.end(tokens)
        found.append(now)
        now += next(idle, 0.0)
    return found


def most_in_a_minute(moments: list[float]) -> int:
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= 60 - 1e-6:
            first += 1
        most = max(most, last - first + 1)
    return most


@given(st.integers(1, 5_000), st.lists(st.floats(0, 90), max_size=20))
def test_no_minute_holds_more_requests_than_allowed(rpm: int, pauses: list[float]) -> None:
    found = starts(Pace(Bounds(in_flight=8, requests_per_min=rpm)), 2.5, pauses=pauses)
    assert most_in_a_minute(found) <= rpm


@pytest.mark.parametrize("rpm", [1, 7, 60, 600, 6_000])
def test_nearly_all_that_is_allowed_is_used(rpm: int) -> None:
    found = starts(Pace(Bounds(in_flight=8, requests_per_min=rpm)), 3.0)
    assert len(found) >= 3 * rpm * 0.95


@given(st.integers(6_000, 200_000), st.integers(200, 3_000))
def test_no_minute_holds_many_more_tokens_than_allowed_once_calls_are_known(tpm: int, tokens: int) -> None:
    pace = Pace(Bounds(in_flight=8, tokens_per_min=tpm))
    starts(pace, 1.0, tokens=tokens)  # it learns what a call takes
    found = starts(pace, 3.0, tokens=tokens, now=60.0)
    assert most_in_a_minute(found) * tokens <= tpm + 2 * max(tokens, 1_000)
    assert len(found) * tokens >= 3 * tpm * 0.8


def test_a_call_larger_than_the_bucket_starts_when_it_is_full_and_is_paid_off() -> None:
    pace = Pace(Bounds(in_flight=8, tokens_per_min=6_000))
    assert pace.ready_in_s(0.0) == 0.0
    pace.start(0.0)
    pace.end(5_000)
    assert pace.ready_in_s(0.0) == pytest.approx(5_000 / (5_500 / 60), rel=0.05)


def test_a_refused_call_gives_its_tokens_back_and_one_without_usage_does_not() -> None:
    def left(outcome: ChatReply | CallFailure) -> float:
        clock = [0.0]
        limit = AdaptiveLimit(Bounds(in_flight=8, tokens_per_min=60_000), clock=lambda: clock[0])

        async def one() -> None:
            async with limit.slot("run"):
                limit.observe(outcome)

        asyncio.run(one())
        assert limit._pace is not None
        return limit._pace._tokens._left  # type: ignore[union-attr]

    refused = CallFailure(kind=ErrorKind.RATE_LIMIT, detail="")
    late = CallFailure(kind=ErrorKind.TIME_OUT, detail="")
    assert left(refused) == left(reply(0)) > left(reply(None)) == left(late) > left(reply(3_000))


def test_runs_are_served_in_turn_at_a_limit_a_minute() -> None:
    async def story() -> list[str]:
        limit, served = AdaptiveLimit(Bounds(in_flight=8, requests_per_min=3_000)), list[str]()
        for _ in range(60):
            await limit.acquire("before")
            limit.release()  # the second's worth that may come at once is used up

        async def call(run: str) -> None:
            async with limit.slot(run):
                served.append(run)

        greedy = [asyncio.create_task(call("greedy")) for _ in range(40)]
        await asyncio.sleep(0)
        modest = [asyncio.create_task(call("modest")) for _ in range(10)]
        began = time.monotonic()
        await asyncio.gather(*greedy, *modest)
        assert time.monotonic() - began >= 49 / (2_950 / 60) * 0.9
        return served

    served = asyncio.run(story())
    assert served[:20].count("modest") >= 9
