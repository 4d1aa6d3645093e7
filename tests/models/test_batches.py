"""The Batch API's adapter: what goes out is what a live call would send, and nothing that comes back is trusted."""

import asyncio
import io
import json
from collections.abc import Iterator

import pytest

from core.domain.batch import RemoteBatch
from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind, Message, Sampling
from core.domain.reach import Reach
from core.domain.system import Endpoint
from core.models.batch_lines import batch_of, is_id, read_answers, read_batch, read_listed
from core.models.batches import BatchEndpoint
from core.models.endpoint import body_of
from tests.openai_batches import Batch
from tests.openai_server import OpenAIServer, openai_server

REQUEST = ChatRequest(messages=(Message(role="user", content="Say “hé\n\ud83d\ude00”."),), sampling=Sampling(), seed=7)


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


def endpoint_at(url: str) -> Endpoint:
    return Endpoint(
        name="e", base_url=url, model="fake", supports_seed=True, batch_share=0.5, timeout_s=5.0, reach=Reach.ANYWHERE
    )


def test_a_line_asks_for_what_a_live_call_asks_for() -> None:
    endpoint = endpoint_at("http://127.0.0.1:9/v1")
    line = BatchEndpoint(endpoint, None).line("c1", REQUEST)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    value = json.loads(line)
    assert value.pop("body") == json.loads(body_of(REQUEST, endpoint))
    assert value == {"custom_id": "c1", "method": "POST", "url": "/v1/chat/completions"}


@pytest.mark.parametrize("id_", ["../models", "..", ".", "a/b", "a?b", "a b", "", "é", "x" * 300, 7, None])
def test_an_id_that_could_lead_elsewhere_is_none(id_: object) -> None:
    assert not is_id(id_)
    assert batch_of({"id": id_, "status": "completed"}) is None
    found = batch_of({"id": "batch_1", "status": "completed", "output_file_id": id_, "error_file_id": id_})
    assert found == RemoteBatch(remote_id="batch_1", status="completed")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7", b'{"id": {}}', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_batch_is_a_malformed_reply(body: bytes) -> None:
    found = read_batch(body, 1.0)
    assert isinstance(found, CallFailure)
    assert found.kind is ErrorKind.MALFORMED_REPLY
    assert read_listed(body) == ([], False)


def test_counts_and_words_that_cannot_be_are_left_out() -> None:
    said = {
        "id": "b", "status": "failed", "request_counts": {"completed": -4, "failed": "many"},
        "errors": {"data": [{"code": ["x"], "message": "Line 1\u0000\n is\ud83d no JSON" + "." * 900}]},
    }  # fmt: skip
    found = batch_of(said)
    assert found is not None
    assert (found.done, found.failed, found.code) == (0, 0, "")
    assert len(found.detail) == 300
    found.detail.encode()


def test_lines_are_replies_failures_or_never_ran_and_the_rest_is_passed_over() -> None:
    good = {
        "choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1},
    }
    refused = {"error": {"message": "Your request was rejected", "code": "content_policy_violation"}}
    lines = [
        {"custom_id": "ok", "response": {"status_code": 200, "body": good}, "error": None},
        {"custom_id": "refused", "response": {"status_code": 400, "body": refused}, "error": None},
        {"custom_id": "late", "response": None, "error": {"code": "batch_expired", "message": "…"}},
        {"custom_id": "broken", "response": None, "error": {"code": "internal", "message": "Oh"}},
        {"custom_id": "odd", "response": {"status_code": "?", "body": None}},
        {"custom_id": 7, "response": {"status_code": 200, "body": good}},
        ["no", "answer"],
    ]
    text = "\n".join(["{cut", *(json.dumps(line) for line in lines), "[" * 50_000, ""])
    found = {one.call_id: one.outcome for one in read_answers(io.BytesIO(text.encode()))}
    assert isinstance(found["ok"], ChatReply)
    assert (found["ok"].text, found["ok"].tokens_in) == ("Hello", 3)
    assert found["late"] is None
    failures = {name: outcome.kind for name, outcome in found.items() if isinstance(outcome, CallFailure)}
    assert failures == {
        "refused": ErrorKind.CONTENT_FILTER, "broken": ErrorKind.SERVER_ERROR, "odd": ErrorKind.SERVER_ERROR,
    }  # fmt: skip


def test_a_batch_is_found_by_our_id_pages_back_and_not_taken_for_another(server: OpenAIServer) -> None:
    server.desk.batches |= {
        f"batch_{n}": Batch(f"batch_{n}", "file-0", {"evol_studio_batch": f"ours {n}"}, [], status="completed")
        for n in range(250)
    }

    async def found(name: str) -> RemoteBatch | CallFailure | None:
        model = BatchEndpoint(endpoint_at(server.base_url), None)
        try:
            return await model.find(name)
        finally:
            await model.close()

    old = asyncio.run(found("ours 3"))
    assert isinstance(old, RemoteBatch)
    assert old.remote_id == "batch_3"
    assert asyncio.run(found("ours 999")) is None


def test_an_endpoint_without_batches_says_so_and_is_not_asked_again_and_again() -> None:
    async def asked(url: str) -> tuple[object, ...]:
        model = BatchEndpoint(endpoint_at(url), None)
        try:
            return await model.upload("x", b"{}\n"), await model.find("x"), await model.look("batch_1")
        finally:
            await model.close()

    with openai_server() as plain:
        upload, found, look = asyncio.run(asked(plain.base_url.removesuffix("/v1") + "/v2"))
    assert found is None
    for failure in (upload, look):
        assert isinstance(failure, CallFailure)
        assert failure.kind is ErrorKind.BAD_REQUEST
        assert failure.detail.startswith("It has no such")


@pytest.mark.parametrize("id_", ["../models/mine", "..", "a/b", ""])
def test_no_address_is_made_of_an_id_that_leads_elsewhere(server: OpenAIServer, id_: str) -> None:
    async def asked() -> tuple[object, ...]:
        model = BatchEndpoint(endpoint_at(server.base_url), None)
        try:
            await model.remove([id_])
            return await model.look(id_), await model.cancel(id_), await model.fetch(id_)
        finally:
            await model.close()

    before = server.stats()
    for failure in asyncio.run(asked()):
        assert isinstance(failure, CallFailure)
        assert failure.kind is ErrorKind.BAD_REQUEST
    assert server.stats() == before, "something was asked"
