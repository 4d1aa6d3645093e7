"""An endpoint's every way to answer, over real sockets."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind, Sampling
from core.domain.reach import Reach
from core.domain.system import Endpoint
from core.errors import EndpointError
from core.models.endpoint import NOT_CHECKED, EndpointModel, list_models, probe
from tests.models.questions import KEY, endpoint_of, question
from tests.openai_server import OpenAIServer, openai_server

SCHEMA = json.dumps(
    {"type": "object", "properties": {"instruction": {"type": "string"}}, "required": ["instruction"]}, sort_keys=True
)


def ask(endpoint: Endpoint, *requests: ChatRequest, key: str | None = KEY) -> list[ChatReply | CallFailure]:
    """All questions at once; the answers in the questions' order."""

    async def together() -> list[ChatReply | CallFailure]:
        model = EndpointModel(endpoint, key, in_flight=max(1, len(requests)))
        try:
            return list(await asyncio.gather(*(model.chat(request) for request in requests)))
        finally:
            await model.close()

    return asyncio.run(together())


def failure(fault: str, **script: Any) -> CallFailure:
    with openai_server(always=fault, **script) as server:
        (outcome,) = ask(endpoint_of(server, timeout_s=0.5), question())
    assert isinstance(outcome, CallFailure), outcome
    return outcome


def reply(request: ChatRequest | None = None, **script: Any) -> ChatReply:
    with openai_server(**script) as server:
        (outcome,) = ask(endpoint_of(server), request or question())
    assert isinstance(outcome, ChatReply), outcome
    return outcome


def test_a_reply_carries_text_tokens_finish_reason_raw_body_and_time() -> None:
    answer = reply(latency_s=0.05)
    body = json.loads(answer.raw)
    assert answer.text == body["choices"][0]["message"]["content"]
    assert (answer.tokens_in, answer.tokens_out) == (body["usage"]["prompt_tokens"], body["usage"]["completion_tokens"])
    assert answer.finish_reason == "stop"
    assert 50 <= answer.latency_ms < 5000
    assert answer.first_logprobs == {}


def test_the_same_prompt_and_seed_get_the_same_words_in_whatever_order_replies_come() -> None:
    questions = [question(f"Task {number}") for number in range(8)]
    with openai_server() as server:
        straight = ask(endpoint_of(server), *questions)
        server.change(last_first=8)
        backwards = ask(endpoint_of(server), *questions)
    assert [r.text for r in straight if isinstance(r, ChatReply)] == [
        r.text for r in backwards if isinstance(r, ChatReply)
    ]
    slowest = [r.latency_ms for r in backwards if isinstance(r, ChatReply)]
    assert len(slowest) == 8
    assert slowest[0] > slowest[-1]


def test_only_what_is_set_and_supported_is_sent() -> None:
    plain = question(seed=None)
    full = question(schema=SCHEMA, top_logprobs=5, sampling=Sampling(frequency_penalty=0.5, temperature=0.0))
    with openai_server() as server:
        ask(endpoint_of(server), plain)
        ask(endpoint_of(server), full)
        ask(endpoint_of(server, supports_schema=False, supports_logprobs=False), full)
        first, second, third = (request["body"] for request in server.requests)
    assert set(first) == {"model", "messages", "temperature", "top_p", "max_tokens"}
    assert first["messages"][1] == {"role": "user", "content": "Sort a list of numbers."}
    assert (first["temperature"], first["top_p"], first["max_tokens"]) == (1.0, 0.9, 2048)
    assert second["response_format"]["json_schema"]["schema"] == json.loads(SCHEMA)
    assert (second["logprobs"], second["top_logprobs"], second["seed"]) == (True, 5, 7)
    assert (second["frequency_penalty"], second["temperature"]) == (0.5, 0.0)
    assert not {"response_format", "logprobs", "top_logprobs"} & set(third)


def test_a_schema_brings_json_that_satisfies_it() -> None:
    evolved = json.loads(reply(question(schema=SCHEMA)).text)["instruction"]
    assert evolved.startswith("Sort a list of numbers. ")
    assert 10 <= len(evolved.split()) - 5 <= 20


def test_first_logprobs_are_the_candidates_for_the_first_token() -> None:
    judged = reply(question(top_logprobs=5), p_equal=0.0, judge_says="rewrite")
    assert judged.text == "Not equal"
    assert max(judged.first_logprobs, key=judged.first_logprobs.__getitem__) == "Not"
    graded = reply(question("How difficult is it?", top_logprobs=20))
    assert set(graded.first_logprobs) <= set("123456789")
    assert all(logprob < 0 for logprob in graded.first_logprobs.values())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("wrong_key", ErrorKind.WRONG_KEY),
        ("forbidden", ErrorKind.WRONG_KEY),
        ("no_such_model", ErrorKind.NO_SUCH_MODEL),
        ("no_such_page", ErrorKind.UNREACHABLE),
        ("no_money", ErrorKind.NO_MONEY),
        ("no_quota", ErrorKind.NO_MONEY),
        ("context_openai", ErrorKind.CONTEXT_TOO_LONG),
        ("context_vllm", ErrorKind.CONTEXT_TOO_LONG),
        ("context_llama", ErrorKind.CONTEXT_TOO_LONG),
        ("context_500", ErrorKind.CONTEXT_TOO_LONG),
        ("content_policy", ErrorKind.CONTENT_FILTER),
        ("filtered", ErrorKind.CONTENT_FILTER),
        ("bad_request", ErrorKind.BAD_REQUEST),
        ("unprocessable", ErrorKind.BAD_REQUEST),
        ("rate_limit", ErrorKind.RATE_LIMIT),
        ("error_in_200", ErrorKind.RATE_LIMIT),
        ("server_error", ErrorKind.SERVER_ERROR),
        ("loading", ErrorKind.SERVER_ERROR),
        ("bad_gateway", ErrorKind.SERVER_ERROR),
        ("gateway_time_out", ErrorKind.TIME_OUT),
        ("hang", ErrorKind.TIME_OUT),
        ("drip", ErrorKind.TIME_OUT),
        ("cut", ErrorKind.UNREACHABLE),
        ("cut_midway", ErrorKind.UNREACHABLE),
        ("html", ErrorKind.MALFORMED_REPLY),
        ("invalid_json", ErrorKind.MALFORMED_REPLY),
        ("deep_json", ErrorKind.MALFORMED_REPLY),
        ("not_an_object", ErrorKind.MALFORMED_REPLY),
        ("empty_body", ErrorKind.MALFORMED_REPLY),
        ("no_choices", ErrorKind.MALFORMED_REPLY),
        ("empty_reply", ErrorKind.MALFORMED_REPLY),
        ("no_text", ErrorKind.MALFORMED_REPLY),
        ("sse", ErrorKind.MALFORMED_REPLY),
    ],
)
def test_every_fault_has_its_kind_and_says_why(fault: str, kind: ErrorKind) -> None:
    outcome = failure(fault)
    assert outcome.kind is kind, outcome
    assert outcome.detail
    assert outcome.latency_ms > 0
    assert len(outcome.raw) <= 500


def test_a_malformed_reply_keeps_the_start_of_what_came() -> None:
    assert failure("html").raw.startswith("<!DOCTYPE html>")
    assert failure("sse").detail == "The reply is a stream of events, which was not asked for"
    assert failure("invalid_json").raw == '{"choices": [{"message": '


def test_the_whole_call_ends_in_time_even_if_every_byte_comes_in_time() -> None:
    began = time.monotonic()
    assert failure("drip").kind is ErrorKind.TIME_OUT
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        ("rate_limit", 1.0),
        ("rate_limit_ms", 0.25),
        ("rate_limit_headers", 61.5),
        ("rate_limit_bare", None),
        ("overloaded", 2.0),
        ("server_error", None),
    ],
)
def test_the_servers_wish_to_wait_is_read_from_each_kind_of_header(fault: str, seconds: float | None) -> None:
    assert failure(fault).retry_after_s == seconds


def test_a_date_to_come_back_at_is_counted_from_now() -> None:
    wish = failure("rate_limit_date").retry_after_s
    assert wish is not None
    assert 1.0 < wish <= 3.0


def test_the_last_call_of_a_limit_says_when_the_next_may_start() -> None:
    assert reply(always="last_one").retry_after_s == pytest.approx(0.4)
    assert reply().retry_after_s is None


@pytest.mark.parametrize("fault", ["no_usage", "lying_usage", "zero_usage"])
def test_missing_or_impossible_usage_is_unknown_and_never_zero(fault: str) -> None:
    answer = reply(always=fault)
    assert (answer.tokens_in, answer.tokens_out) == (None, None)


def test_a_reply_cut_at_its_token_limit_says_so() -> None:
    assert reply(always="cut_short").finish_reason == "length"


def test_a_models_own_refusal_is_its_text() -> None:
    assert reply(always="refused").text == "I'm sorry, no."


def test_half_a_character_is_replaced_so_that_the_text_can_be_stored() -> None:
    text = reply(always="half_a_character").text
    assert text.encode() == "half � a smile".encode()


def test_text_in_any_script_arrives_as_it_was_sent() -> None:
    text = 'שלום 你好 👩‍👩‍👧 \x00 {{child}} "quoted" \\ <img src=x> \u202e'
    with openai_server() as server:
        ask(endpoint_of(server), question(text))
        assert server.requests[0]["body"]["messages"][1]["content"] == text


def test_no_failure_shows_the_key() -> None:
    outcome = failure("wrong_key", key="another")
    assert KEY not in outcome.detail + outcome.raw
    assert "0123456789abcdef" not in outcome.detail + outcome.raw
    assert "Incorrect API key provided" in outcome.detail


def test_the_right_key_is_sent_and_no_key_sends_no_header() -> None:
    with openai_server(key=KEY) as server:
        (answer,) = ask(endpoint_of(server), question())
        assert isinstance(answer, ChatReply)
        ask(endpoint_of(server), question(), key=None)
        with_key, without = (request["headers"] for request in server.requests)
    assert with_key["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in without


def test_what_the_environment_holds_for_openai_goes_to_no_other_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-mine")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: private\nAuthorization: Bearer sk-custom")
    with openai_server() as server:
        ask(endpoint_of(server), question(), key=None)
        ask(endpoint_of(server), question())
        without, with_key = (request["headers"] for request in server.requests)
    assert "authorization" not in without
    assert with_key["authorization"] == f"Bearer {KEY}"
    names = set(without) | set(with_key)
    assert not {name for name in names if name.startswith(("openai-", "x-stainless", "x-mine"))}


def test_a_local_server_is_reached_without_the_environments_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert reply().text


def test_a_redirect_is_not_followed_with_the_key() -> None:
    with openai_server() as elsewhere:
        outcome = failure("redirect", redirect_to=f"{elsewhere.base_url}/chat/completions")
        assert elsewhere.stats().get("connections", 0) == 0
    assert outcome.kind is ErrorKind.UNREACHABLE
    assert elsewhere.base_url in outcome.detail


def test_a_port_where_nobody_listens_is_unreachable_and_no_time_out() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (outcome,) = ask(
        Endpoint(name="dead", base_url=f"http://127.0.0.1:{port}/v1", model="fake", reach=Reach.ANYWHERE), question()
    )
    assert isinstance(outcome, CallFailure)
    assert outcome.kind is ErrorKind.UNREACHABLE
    assert str(port) in outcome.detail


@contextmanager
def _speaks(first_words: bytes) -> Iterator[int]:
    """A server that is no HTTP server: says its words to whoever comes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(first_words)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=5)


def test_a_server_that_does_not_speak_http_is_unreachable() -> None:
    with _speaks(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
        (outcome,) = ask(
            Endpoint(name="ssh", base_url=f"http://127.0.0.1:{port}", model="fake", reach=Reach.ANYWHERE), question()
        )
    assert isinstance(outcome, CallFailure)
    assert outcome.kind is ErrorKind.UNREACHABLE


def test_a_reply_that_cannot_be_unpacked_is_malformed() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\n"
    with _speaks(head + b"not gzip!") as port:
        (outcome,) = ask(
            Endpoint(name="gzip", base_url=f"http://127.0.0.1:{port}", model="fake", reach=Reach.ANYWHERE), question()
        )
    assert isinstance(outcome, CallFailure)
    assert outcome.kind is ErrorKind.MALFORMED_REPLY


@pytest.mark.parametrize(
    "address", ["", "localhost:8080", "ftp://host/v1", "http://", "http://me:secret@host/v1", "http://host/v1?a=1"]
)
def test_an_address_that_no_call_could_reach_is_refused_at_once(address: str) -> None:
    with pytest.raises(EndpointError) as refused:
        EndpointModel(Endpoint(name="odd", base_url=address, model="fake"), None, in_flight=1)
    assert refused.value.to_do
    assert "secret" not in str(refused.value)


def test_a_key_that_no_header_can_carry_is_refused_without_showing_it() -> None:
    with openai_server() as server, pytest.raises(EndpointError) as refused:
        EndpointModel(endpoint_of(server), "sk-one\nsk-two", in_flight=1)
    assert "sk-" not in str(refused.value)


def test_spaces_slashes_and_a_copied_route_in_the_address_do_no_harm() -> None:
    with openai_server() as server:
        for address in (f" {server.base_url}/ ", f"{server.base_url}/chat/completions"):
            (answer,) = ask(endpoint_of(server, base_url=address), question())
            assert isinstance(answer, ChatReply)


def test_models_are_listed_in_the_endpoints_order() -> None:
    with openai_server(models=("b", "a")) as server:
        assert asyncio.run(list_models(endpoint_of(server), KEY)) == ("b", "a")


def test_a_probe_finds_a_wrong_key_and_a_missing_model_and_spends_nothing() -> None:
    with openai_server(models=("fake-large", "fake:latest"), key=KEY) as server:
        assert asyncio.run(probe(endpoint_of(server), KEY)) is None
        wrong = asyncio.run(probe(endpoint_of(server), "sk-another-key"))
        missing = asyncio.run(probe(endpoint_of(server, model="fake-larger"), KEY))
        assert "chat" not in server.stats()
    assert wrong is not None
    assert wrong.kind is ErrorKind.WRONG_KEY
    assert missing is not None
    assert missing.kind is ErrorKind.NO_SUCH_MODEL
    assert "fake-large" in missing.detail


def test_a_probe_says_so_when_only_a_paid_call_could_tell() -> None:
    with openai_server(models=()) as server:
        outcome = asyncio.run(probe(endpoint_of(server), KEY))
        assert "chat" not in server.stats()
    assert outcome is not None
    assert outcome.detail == NOT_CHECKED


def test_connections_are_kept_and_calls_do_not_wait_for_each_other() -> None:
    questions = [question(f"Task {number}") for number in range(64)]
    with openai_server(latency_s=0.2) as server:
        began = time.monotonic()
        answers = ask(endpoint_of(server), *questions, *questions)
        assert time.monotonic() - began < 3
        stats = server.stats()
    assert all(isinstance(answer, ChatReply) for answer in answers)
    assert stats["peak"] > 64
    assert stats["connections"] <= 128


def test_a_server_that_went_away_is_asked_again_when_it_is_back() -> None:
    async def through_a_restart() -> list[ChatReply | CallFailure]:
        outcomes: list[ChatReply | CallFailure] = []
        with openai_server() as server:
            model = EndpointModel(endpoint_of(server), KEY, in_flight=4)
            outcomes.append(await model.chat(question()))
        outcomes.append(await model.chat(question()))
        with openai_server(port=server.port):
            outcomes.append(await model.chat(question()))
        await model.close()
        return outcomes

    before, during, after = asyncio.run(through_a_restart())
    assert isinstance(before, ChatReply)
    assert isinstance(during, CallFailure)
    assert during.kind is ErrorKind.UNREACHABLE
    assert isinstance(after, ChatReply)
    assert after.text == before.text


async def in_flight(server: OpenAIServer, n: int) -> None:
    for _ in range(400):
        if server.stats()["in_flight"] == n:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(server.stats())


def test_a_cancelled_call_hangs_up_at_once() -> None:
    async def cancel_midway(server: OpenAIServer) -> None:
        model = EndpointModel(endpoint_of(server), KEY, in_flight=1)
        call = asyncio.create_task(model.chat(question()))
        await in_flight(server, 1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await in_flight(server, 0)
        server.change(always="")
        assert isinstance(await model.chat(question()), ChatReply)
        await model.close()

    with openai_server(always="hang") as server:
        asyncio.run(cancel_midway(server))
