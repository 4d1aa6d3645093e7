"""“Test”: what a few very small calls find out of an endpoint, however it behaves."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.domain.call import Prices
from core.domain.reach import Reach
from core.domain.system import Endpoint, EndpointReport
from core.models.endpoint import EndpointModel
from core.services.studio import Studio
from core.services.trial import ANSWERS, LOGPROBS, MOST_CALLS, MOST_TOKENS, SCHEMA, SEED, USAGE, try_out, unbound
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME, studio_at

PRICES = Prices(input_usd=1.0, output_usd=10.0)


def endpoint_of(server: OpenAIServer, **more: Any) -> Endpoint:
    return Endpoint(
        **{
            "name": "test",
            "base_url": server.base_url,
            "model": "fake",
            "timeout_s": 1.0,
            "reach": Reach.ANYWHERE,
            **more,
        }
    )


def tried(server: OpenAIServer, *, key: str | None = None, **more: Any) -> EndpointReport:
    endpoint = endpoint_of(server, **more)
    return asyncio.run(try_out(endpoint, EndpointModel(unbound(endpoint), key, in_flight=1)))


def holds(report: EndpointReport) -> dict[str, bool | None]:
    return {finding.name: finding.holds for finding in report.findings}


def words(report: EndpointReport, name: str) -> str:
    return next(finding.words for finding in report.findings if finding.name == name)


def test_a_good_endpoint_shows_all_it_can_in_few_small_calls() -> None:
    with openai_server(latency_s=0.05) as server:
        report = tried(server, prices=PRICES)
        asked = [request["body"] for request in server.requests]
    assert set(holds(report).values()) == {True}
    assert len(asked) == report.calls <= MOST_CALLS
    assert all(body["max_tokens"] <= MOST_TOKENS for body in asked)
    assert report.latency_ms is not None
    assert 50 <= report.latency_ms < 1_000
    assert report.usd is not None
    assert 0 < report.usd < 0.01


def test_unknown_prices_stay_unknown() -> None:
    with openai_server() as server:
        assert tried(server).usd is None
        assert tried(server, prices=Prices(input_usd=1.0)).usd is None


@pytest.mark.parametrize(("field", "finding"), [("response_format", SCHEMA), ("logprobs", LOGPROBS), ("seed", SEED)])
@pytest.mark.parametrize("how", ["ignores", "refuses"])
def test_what_it_cannot_do_is_found_and_the_rest_still_holds(field: str, finding: str, how: str) -> None:
    with openai_server(**{how: (field,)}) as server:
        report = tried(server)
        assert server.stats()["chat"] <= MOST_CALLS
    found = holds(report)
    assert found.pop(finding) is False
    assert set(found.values()) == {True}
    assert ("Refused" in words(report, finding)) == (how == "refuses")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("html", "web page"),
        ("sse", "stream of events"),
        ("empty_body", "empty"),
        ("deep_json", "not JSON"),
        ("hang", "in time"),
        ("drip", "in time"),
        ("cut", "cannot be reached"),
        ("wrong_key", "refused the key"),
        ("no_such_model", "no such model"),
        ("no_money", "no money"),
        ("rate_limit", "rate limit"),
        ("bad_gateway", "failed"),
        ("no_choices", "no choice"),
    ],
)
def test_an_endpoint_that_does_not_answer_says_how_and_costs_at_most_the_worst(fault: str, said: str) -> None:
    with openai_server(always=fault, hang_s=3.0) as server:
        report = tried(server, prices=PRICES)
        assert server.stats()["chat"] == report.calls <= 2
    assert holds(report)[ANSWERS] is False
    assert said in words(report, ANSWERS)
    assert not report.answers
    may_have_cost = fault in ("html", "sse", "empty_body", "deep_json", "hang", "drip", "no_choices")
    assert (report.tokens > 0) == may_have_cost
    assert report.usd is not None
    assert (report.usd > 0) == may_have_cost


def test_a_redirect_is_said_and_not_followed() -> None:
    with openai_server() as elsewhere, openai_server(always="redirect", redirect_to=elsewhere.base_url) as server:
        report = tried(server, key="sk-secret-0123456789")
        assert "chat" not in elsewhere.stats()
    assert "redirects" in words(report, ANSWERS)


def test_a_model_that_thinks_first_is_not_called_dead() -> None:
    with openai_server(always="empty_reply") as server:
        report = tried(server)
    assert holds(report)[ANSWERS] is False  # it ended by itself without a word
    with openai_server(always="empty_and_cut") as server:
        report = tried(server)
    assert holds(report)[ANSWERS] is None
    assert "think" in words(report, ANSWERS)


@pytest.mark.parametrize("fault", ["no_usage", "lying_usage", "zero_usage", "absurd_usage", "high_usage", "text_usage"])
def test_usage_that_is_absent_or_cannot_be_true_is_said_and_counts_at_worst_case(fault: str) -> None:
    with openai_server() as server:
        honest = tried(server, prices=PRICES)
        server.change(always=fault)
        report = tried(server, prices=PRICES)
    assert holds(report)[USAGE] is False
    assert "worst case" in words(report, USAGE)
    assert holds(report)[ANSWERS] is True
    assert honest.usd is not None
    assert report.usd is not None
    assert honest.usd < report.usd < 0.01
    assert honest.tokens < report.tokens < 1_000


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio, _ = studio_at(tmp_path)
    yield studio
    studio.close()


def test_what_was_found_is_kept_with_the_endpoint_until_its_address_or_model_changes(studio: Studio) -> None:
    with openai_server(refuses=("response_format", "seed"), ignores=("logprobs",)) as server:
        studio.endpoints.save(ME, endpoint_of(server))
        assert studio.endpoints.report(ME, "test") is None
        report = studio.endpoints.test(ME, "test")
        assert studio.endpoints.report(ME, "test") == report
        kept = studio.endpoints.get(ME, "test")
        assert (kept.supports_schema, kept.supports_logprobs, kept.supports_seed) == (False, False, False)
        server.change(refuses=(), ignores=())
        studio.endpoints.test(ME, "test")
        kept = studio.endpoints.get(ME, "test")
        assert (kept.supports_schema, kept.supports_logprobs, kept.supports_seed) == (True, True, True)
        studio.endpoints.save(ME, endpoint_of(server, model="another"))
        assert studio.endpoints.report(ME, "test") is None


def test_another_model_at_the_same_name_begins_with_nothing_known(studio: Studio) -> None:
    with openai_server(refuses=("response_format",), models=("fake", "other")) as server:
        studio.endpoints.save(ME, endpoint_of(server))
        studio.endpoints.test(ME, "test")
        learnt = studio.endpoints.get(ME, "test")
        assert not studio.endpoints.save(ME, replace(learnt, in_flight=3)).supports_schema
        assert studio.endpoints.save(ME, replace(learnt, model="other")).supports_schema


def test_a_seed_that_brings_two_answers_is_still_sent(studio: Studio) -> None:
    with openai_server(ignores=("seed",)) as server:
        studio.endpoints.save(ME, endpoint_of(server))
        report = studio.endpoints.test(ME, "test")
    assert holds(report)[SEED] is False
    assert studio.endpoints.get(ME, "test").supports_seed


def test_a_test_that_finds_nothing_out_changes_nothing(studio: Studio) -> None:
    with openai_server(always="hang", hang_s=3.0) as server:
        studio.endpoints.save(ME, endpoint_of(server, supports_schema=False))
        studio.endpoints.test(ME, "test")
    kept = studio.endpoints.get(ME, "test")
    assert (kept.supports_schema, kept.supports_logprobs) == (False, True)
