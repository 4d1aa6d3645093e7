"""Any server that speaks the OpenAI API, as a ChatModel: one call, one value."""

import difflib
import json
from collections.abc import Mapping
from functools import lru_cache
from http.client import OK
from typing import TYPE_CHECKING, Any, Final

from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind
from core.domain.system import Endpoint
from core.models.replies import read_models, read_reply

if TYPE_CHECKING:
    from core.models.line import Line

NOT_CHECKED: Final = (
    "This address has no list of models: it may lack /v1, or key and model cannot be checked without a paid call"
)
_PROBE_S = 15.0
_NO_LIST = frozenset({404, 405, 501})


class EndpointModel:
    """One endpoint's model. Raises EndpointError at once for an address or key that no call could use."""

    def __init__(self, endpoint: Endpoint, api_key: str | None, *, in_flight: int) -> None:
        self._endpoint = endpoint
        self._line = line_to(endpoint, api_key, in_flight=in_flight, timeout_s=endpoint.timeout_s)

    async def chat(self, request: ChatRequest) -> ChatReply | CallFailure:
        """Ask once. Ends within the endpoint's `timeout_s`, whatever the server does."""
        answer = await self._line.send("/chat/completions", body_of(request, self._endpoint))
        if isinstance(answer, CallFailure):
            return answer
        if answer.status != OK:
            return self._line.refused(answer)
        return self._line.scrubbed(read_reply(answer.body, answer.headers, answer.latency_ms))

    async def close(self) -> None:
        """Hang up. What is in flight ends as unreachable."""
        await self._line.close()


async def list_models(endpoint: Endpoint, api_key: str | None) -> tuple[str, ...] | CallFailure:
    """The models that the endpoint offers, in its own order. Costs nothing. `detail` is NOT_CHECKED if it has no list.

    Raises EndpointError for an address or key that no call could use.
    """
    line = line_to(endpoint, api_key, in_flight=1, timeout_s=min(_PROBE_S, endpoint.timeout_s))
    try:
        answer = await line.send("/models", None)
        if isinstance(answer, CallFailure):
            return answer
        if answer.status in _NO_LIST:
            return CallFailure(kind=ErrorKind.BAD_REQUEST, detail=NOT_CHECKED, latency_ms=answer.latency_ms)
        return read_models(answer.body, answer.latency_ms) if answer.status == OK else line.refused(answer)
    finally:
        await line.close()


async def probe(endpoint: Endpoint, api_key: str | None) -> CallFailure | None:
    """Whether a run could begin: address, key and model, by the list of models alone, so nothing is spent.

    An endpoint without such a list gives a failure whose `detail` is NOT_CHECKED: only a paid call could tell.
    """
    found = await list_models(endpoint, api_key)
    if isinstance(found, CallFailure):
        return found
    if not found or any(endpoint.model in _spellings(name) for name in found):
        return None
    near = difflib.get_close_matches(endpoint.model, found, n=5, cutoff=0.3) or found[:5]
    return CallFailure(kind=ErrorKind.NO_SUCH_MODEL, detail=f"{endpoint.model!r} is not listed; {', '.join(near)} is")


def line_to(endpoint: Endpoint, api_key: str | None, *, in_flight: int, timeout_s: float) -> "Line":
    """The client's library costs half a second and 40 MB: it is loaded when somebody first calls, not at start."""
    from core.models.line import Line

    return Line(endpoint.base_url, api_key, in_flight=in_flight, timeout_s=timeout_s, reach=endpoint.reach)


def _spellings(listed: str) -> tuple[str, ...]:
    """A listed model may be asked for in shorter ways: Ollama's "name:latest", Gemini's "models/name"."""
    return listed, listed.removesuffix(":latest"), listed.removeprefix("models/")


def body_of(request: ChatRequest, endpoint: Endpoint) -> bytes:
    """The JSON that is sent. What is at the API's default or not supported stays out: some servers choke on it."""
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": endpoint.model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
    }
    if sampling.frequency_penalty:
        body["frequency_penalty"] = sampling.frequency_penalty
    if request.seed is not None and endpoint.supports_seed:
        body["seed"] = request.seed
    if request.schema is not None and endpoint.supports_schema:
        body["response_format"] = _response_format(request.schema)
    if request.top_logprobs and endpoint.supports_logprobs:
        body["logprobs"] = True
        body["top_logprobs"] = request.top_logprobs
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


@lru_cache(maxsize=64)
def _response_format(schema: str) -> Mapping[str, Any]:
    """A pack has a handful of schemas: each is parsed once."""
    return {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": json.loads(schema)},
    }
