"""Embeddings from an endpoint: one vector a text, or a failure that says why; what the endpoint says is never believed unseen."""

import asyncio
import json
from typing import Any

import numpy as np
import pytest

from core.domain.call import CallFailure, ChatRequest, ErrorKind, Message, Sampling
from core.domain.reach import Reach
from core.domain.system import Endpoint
from core.models.embeddings import EmbeddingEndpoint, VectorReply, read_vectors
from tests.embedding_server import Server, embedding_server, fewer, shorter


def asked(server: Server, *hands: list[str], dimensions: int = 0) -> list[Any]:
    """What comes of these calls, one after the other, over one line."""

    async def all_() -> list[Any]:
        endpoint = Endpoint(
            name="test", base_url=server.base_url, model="embedder", timeout_s=5.0, reach=Reach.ANYWHERE
        )
        model = EmbeddingEndpoint(endpoint, None, dimensions=dimensions)
        try:
            return [await model.chat(request(hand)) for hand in hands]
        finally:
            await model.close()

    return asyncio.run(all_())


def request(texts: list[str]) -> ChatRequest:
    return ChatRequest(
        messages=tuple(Message(role="input", content=text) for text in texts), sampling=Sampling(max_tokens=0)
    )


def body(*vectors: Any, **more: Any) -> bytes:
    data = [{"index": n, "embedding": vector} for n, vector in enumerate(vectors)]
    return json.dumps({"data": data, **more}).encode()


def test_vectors_come_in_the_order_of_the_texts_and_are_of_length_1() -> None:
    with embedding_server() as server:
        server.spoils = lambda reply: reply | {"data": reply["data"][::-1]}
        (found,) = asked(server, ["cat cat", "dog", "a whole sentence"])
        assert isinstance(found, VectorReply)
        np.testing.assert_allclose(np.linalg.norm(found.matrix, axis=1), 1.0, atol=1e-6)
        server.spoils = None
        (again,) = asked(server, ["a whole sentence"])
    np.testing.assert_array_equal(found.matrix[2], again.matrix[0])
    assert server.bodies[0] == {
        "model": "embedder",
        "input": ["cat cat", "dog", "a whole sentence"],
        "encoding_format": "float",
    }
    assert found.tokens_in == 6
    assert "embedding" not in json.loads(found.raw)


def test_vectors_of_another_length_than_before_are_refused() -> None:
    with embedding_server() as server:
        (first,) = asked(server, ["a"])
        server.spoils = shorter
        second, third = asked(server, ["b"], ["c"], dimensions=first.matrix.shape[1])
    for failure in (second, third):
        assert isinstance(failure, CallFailure)
        assert (failure.kind, failure.detail) == (
            ErrorKind.MALFORMED_REPLY,
            "The embeddings have 8 numbers where those before had 16: another model answered",
        )


def test_fewer_vectors_than_texts_are_refused() -> None:
    with embedding_server() as server:
        server.spoils = fewer
        (failure,) = asked(server, ["a", "b"])
    assert failure.kind is ErrorKind.MALFORMED_REPLY
    assert "2 texts were sent" in failure.detail


def test_a_refusal_is_what_its_status_says() -> None:
    with embedding_server() as server:
        server.refuses = (401, "no such key")
        (failure,) = asked(server, ["a"])
    assert failure.kind is ErrorKind.WRONG_KEY


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JSON with a list"),
        (b"[" * 100_000, "no JSON with a list"),
        (b"[]", "no JSON with a list"),
        (b'{"data": [1]}', "no JSON with a list"),
        (body([1.0], [1.0]), "not one for each"),
        (json.dumps({"data": [{"index": 1, "embedding": [1.0]}]}).encode(), "not one for each"),
        (json.dumps({"data": [{"index": True, "embedding": [1.0]}]}).encode(), "not one for each"),
        (body("abcd"), "lists of equally many numbers"),
        (body([]), "lists of equally many numbers"),
        (body([1.0] * 20_000), "lists of equally many numbers"),
        (body(["1", "2"]), "no number"),
        (body([True, False]), "no number"),
        (body([[1.0]]), "no number"),
        (b'{"data": [{"embedding": [NaN, 1.0]}]}', "no number"),
        (b'{"data": [{"embedding": [Infinity, 1.0]}]}', "no number"),
        (b'{"data": [{"embedding": [1' + b"0" * 4_000 + b"]}]}", "no number"),
        (body([0.0, 0.0]), "no direction"),
    ],
)
def test_what_is_no_vector_is_refused_with_the_reason(content: bytes, why: str) -> None:
    found = read_vectors(content, 1, 0, 1.0)
    assert isinstance(found, CallFailure)
    assert found.kind is ErrorKind.MALFORMED_REPLY
    assert why in found.detail


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": "9"}, {"prompt_tokens": -1}, {"prompt_tokens": True}, [3]]
)
def test_a_usage_that_is_no_count_is_unknown(usage: Any) -> None:
    found = read_vectors(body([3.0, 4.0], usage=usage), 1, 0, 1.0)
    assert isinstance(found, VectorReply)
    assert found.tokens_in is None
    np.testing.assert_allclose(found.matrix, [[0.6, 0.8]])
