"""A pool asks its healthy members by weight; who fails rests, longer each time; whose key is refused is out."""

from collections import Counter
from typing import Any

import pytest

from core.domain.call import CallFailure, ChatReply, ErrorKind, Prices
from core.domain.task import TaskKind
from core.models.limits import AdaptiveLimit
from core.models.pool import Ensemble, Health, Part
from core.ports import Voice
from tests.models.questions import question

GOOD = ChatReply(text="x", finish_reason="stop", tokens_in=1, tokens_out=1, raw="", latency_ms=0.0)
QUESTIONS = [question(f"Task {number}", seed=number) for number in range(2_000)]
EVOLVE = TaskKind.EVOLVE


def bad(kind: ErrorKind, **more: Any) -> CallFailure:
    return CallFailure(kind=kind, detail="it said so", **more)


def part(name: str, weight: float = 1.0) -> Part:
    voice = Voice(name=name, system_id=name, model=None, limiter=AdaptiveLimit(1), prices=Prices())  # type: ignore[arg-type]
    return Part(voice=voice, weight=weight)


class Story:
    """A pool and its clock."""

    def __init__(self, *parts: Part) -> None:
        self.now = 0.0
        self.voices = {one.voice.name: one.voice for one in parts}
        self.pool = Ensemble(dict.fromkeys(TaskKind, parts), clock=lambda: self.now)

    def picks(self) -> Counter[str]:
        return Counter(self.pool.pick(EVOLVE, one).name for one in QUESTIONS)

    def heard(self, name: str, outcome: ChatReply | CallFailure) -> CallFailure:
        self.pool.begin(EVOLVE, self.voices[name])
        heard = self.pool.heard(EVOLVE, self.voices[name], outcome)
        assert isinstance(heard, CallFailure)
        return heard


def test_calls_are_spread_by_weight() -> None:
    picked = Story(part("a", 3.0), part("b", 1.0)).picks()
    assert 0.71 < picked["a"] / len(QUESTIONS) < 0.79


def test_the_same_request_gets_the_same_member_whenever_and_in_whatever_order_it_is_asked() -> None:
    story, other = Story(part("a"), part("b"), part("c")), Story(part("c"), part("a"), part("b"))
    first = [story.pool.pick(EVOLVE, one).name for one in QUESTIONS]
    assert [other.pool.pick(EVOLVE, one).name for one in QUESTIONS] == first
    assert [story.pool.pick(EVOLVE, one).name for one in reversed(QUESTIONS)] == first[::-1]


def test_only_the_requests_of_a_member_that_falls_ill_go_elsewhere() -> None:
    story = Story(part("a"), part("b"), part("c"))
    before = [story.pool.pick(EVOLVE, one).name for one in QUESTIONS]
    story.heard("b", bad(ErrorKind.SERVER_ERROR))
    after = [story.pool.pick(EVOLVE, one).name for one in QUESTIONS]
    assert "b" not in after
    assert all(was == now for was, now in zip(before, after, strict=True) if was != "b")


@pytest.mark.parametrize(
    "kind", [ErrorKind.UNREACHABLE, ErrorKind.TIME_OUT, ErrorKind.SERVER_ERROR, ErrorKind.RATE_LIMIT]
)
def test_who_fails_rests_and_its_call_goes_to_another_at_once(kind: ErrorKind) -> None:
    story = Story(part("a"), part("b"))
    failure = story.heard("a", bad(kind))
    assert failure.elsewhere_in_s == 0.0
    assert failure.detail == "a: it said so"
    assert set(story.picks()) == {"b"}
    assert "rests" in story.pool.unwell()["a"]
    story.now = 1.01
    assert set(story.picks()) == {"a", "b"}


def test_rests_grow_up_to_a_minute_and_a_good_answer_ends_them() -> None:
    health, now, rests = Health(), 0.0, list[float]()
    for _ in range(9):
        health.observe(bad(ErrorKind.UNREACHABLE), now)
        rests.append(health.rests_until - now)
        now = health.rests_until
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    health.observe(GOOD, now)
    health.observe(bad(ErrorKind.UNREACHABLE), now)
    assert health.rests_until - now == 1


def test_a_hundred_calls_that_were_on_their_way_rest_it_once() -> None:
    health = Health()
    for number in range(100):
        health.observe(bad(ErrorKind.TIME_OUT, latency_ms=5_000.0), 10.0 + number / 1_000)
    assert health.rests_until == pytest.approx(11.0)


def test_the_servers_own_wish_is_the_longer_rest() -> None:
    health = Health()
    health.observe(bad(ErrorKind.RATE_LIMIT, retry_after_s=30.0), 0.0)
    assert health.rests_until == 30.0


def test_after_a_rest_one_call_tries_it_and_the_others_wait_elsewhere() -> None:
    story = Story(part("a"), part("b"))
    story.heard("a", bad(ErrorKind.UNREACHABLE))
    story.now = 1.5
    assert story.pool.begin(EVOLVE, story.voices["a"])
    assert set(story.picks()) == {"b"}
    assert not story.pool.begin(EVOLVE, story.voices["a"])
    story.pool.heard(EVOLVE, story.voices["a"], GOOD)
    assert set(story.picks()) == {"a", "b"}


@pytest.mark.parametrize("kind", [ErrorKind.WRONG_KEY, ErrorKind.NO_SUCH_MODEL, ErrorKind.NO_MONEY])
def test_who_cannot_be_asked_is_out_for_good_and_it_says_so(kind: ErrorKind) -> None:
    story = Story(part("a"), part("b"))
    assert story.heard("a", bad(kind)).elsewhere_in_s == 0.0
    story.now = 1e6
    assert set(story.picks()) == {"b"}
    assert kind.cause in story.pool.unwell()["a"]


def test_a_wrong_key_waits_for_another_that_only_rests() -> None:
    story = Story(part("a"), part("b"))
    story.heard("b", bad(ErrorKind.RATE_LIMIT, retry_after_s=20.0))
    assert story.heard("a", bad(ErrorKind.WRONG_KEY)).elsewhere_in_s == 20.0


def test_when_all_are_ill_the_run_waits_as_for_any_endpoint() -> None:
    story = Story(part("a"), part("b"))
    story.heard("a", bad(ErrorKind.UNREACHABLE))
    story.now = 0.5
    assert story.heard("b", bad(ErrorKind.UNREACHABLE)).elsewhere_in_s is None
    assert set(story.picks()) == {"a"}  # it has rested most
    assert story.heard("a", bad(ErrorKind.WRONG_KEY)).elsewhere_in_s is not None
    assert story.heard("b", bad(ErrorKind.WRONG_KEY)).elsewhere_in_s is None


def test_one_answer_that_is_none_may_be_an_items_own_fault_and_three_are_the_servers() -> None:
    story = Story(part("a"), part("b"))
    for _ in range(2):
        story.heard("a", bad(ErrorKind.MALFORMED_REPLY))
    assert set(story.picks()) == {"a", "b"}
    story.heard("a", bad(ErrorKind.MALFORMED_REPLY))
    assert set(story.picks()) == {"b"}


def test_an_endpoint_alone_is_never_rested_and_its_failures_stay_as_they_are() -> None:
    story, failure = Story(part("a")), bad(ErrorKind.WRONG_KEY)
    assert story.heard("a", failure) is failure
    assert set(story.picks()) == {"a"}
    assert story.pool.unwell() == {}
