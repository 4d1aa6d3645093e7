"""Any server that speaks the OpenAI API's /embeddings, asked like a chat model: what retries, caps and the log know of calls holds for it.

A request's messages are the texts; the reply is a `VectorReply`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import OK
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind
from core.domain.system import Endpoint
from core.models.failures import RAW_LIMIT

_MOST_DIMENSIONS = 16_384
_LARGEST = 1e30  # what is squared must stay a number


@dataclass(frozen=True, kw_only=True, slots=True)
class VectorReply(ChatReply):
    """One row of `matrix` a text, float32, of length 1, in the order of the texts. `raw` says how many, not the numbers."""

    matrix: npt.NDArray[np.float32]


class EmbeddingEndpoint:
    """One endpoint's embedding model. `dimensions`: what its vectors must have; 0: the first reply decides, for all that follow."""

    def __init__(self, endpoint: Endpoint, api_key: str | None, *, dimensions: int = 0) -> None:
        from core.models.line import Line  # half a second and 40 MB: loaded when somebody first calls

        self._model, self._dimensions = endpoint.model, dimensions
        self._line = Line(
            endpoint.base_url, api_key, in_flight=endpoint.in_flight, timeout_s=endpoint.timeout_s, reach=endpoint.reach
        )

    async def chat(self, request: ChatRequest) -> ChatReply | CallFailure:
        """Embed the messages of a request. Ends within the endpoint's `timeout_s`, whatever the server does."""
        texts = [message.content for message in request.messages]
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        answer = await self._line.send("/embeddings", json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
        if isinstance(answer, CallFailure):
            return answer
        if answer.status != OK:
            return self._line.refused(answer)
        found = read_vectors(answer.body, len(texts), self._dimensions, answer.latency_ms)
        if isinstance(found, CallFailure):
            return self._line.scrubbed(found)
        self._dimensions = found.matrix.shape[1]
        return found

    async def close(self) -> None:
        """Hang up. What is in flight ends as unreachable."""
        await self._line.close()


def read_vectors(body: bytes, n: int, dimensions: int, latency_ms: float) -> VectorReply | CallFailure:
    """The vectors in the body of a 200, one for each of n texts; or why they are none. `dimensions`: what they must have, if not 0."""
    raw = body.decode("utf-8-sig", "replace")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    found = _matrix(value, n, dimensions)
    if isinstance(found, str):
        return CallFailure(kind=ErrorKind.MALFORMED_REPLY, detail=found, latency_ms=latency_ms, raw=raw[:RAW_LIMIT])
    said = {"embeddings": n, "dimensions": found.shape[1], "usage": value.get("usage")}
    return VectorReply(
        text="", finish_reason="", tokens_in=_tokens(value), tokens_out=0, latency_ms=latency_ms,
        raw=json.dumps(said)[:RAW_LIMIT], matrix=found,
    )  # fmt: skip


def _matrix(value: Any, n: int, dimensions: int) -> npt.NDArray[np.float32] | str:
    """Rows of length 1 in the order of the texts, or why there are none."""
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        return "The reply is no JSON with a list of embeddings"
    rows = {_index(one, place): one.get("embedding") for place, one in enumerate(data)}
    if len(data) != n or set(rows) != set(range(n)):
        return f"{n} texts were sent, and the {len(data)} embeddings that came are not one for each"
    lengths = {len(row) if isinstance(row, list) else 0 for row in rows.values()}
    if len(lengths) != 1 or not 0 < (size := lengths.pop()) <= _MOST_DIMENSIONS:
        return "The embeddings are not all lists of equally many numbers"
    if dimensions not in (0, size):
        return f"The embeddings have {size:,} numbers where those before had {dimensions:,}: another model answered"
    if not all(type(number) in (int, float) and abs(number) < _LARGEST for row in rows.values() for number in row):
        return "An embedding holds something that is no number"
    matrix = np.array([rows[place] for place in range(n)], np.float64)
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return (
        np.asarray(matrix / norms, np.float32)
        if norms.all()
        else "An embedding has no direction: its numbers are all zero"
    )


def _index(one: Mapping[str, Any], place: int) -> int:
    index = one.get("index", place)
    return index if type(index) is int else -1


def _tokens(value: Mapping[str, Any]) -> int | None:
    """What the call used; anything that is no count is unknown, never 0."""
    usage = value.get("usage")
    count = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return count if type(count) is int and count > 0 else None
