"""A line to one endpoint: the only place that touches openai's client and what lies below it.

The client's shortest public path: the body goes in as bytes, the answer comes out as raw bytes. Its own retries are
off; core.models.retry decides, so that each try is a fact.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO, TypeVar

import aiohttp
import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, DefaultAioHttpClient, Omit, RequestOptions

from core.domain.call import CallFailure, ChatReply, ErrorKind
from core.domain.reach import Reach
from core.errors import EndpointError
from core.models.address import is_loopback, is_openai, tidy_address
from core.models.failures import failure_of, scrub
from core.models.outside import NotOutside, OutsideAlone

_CONNECT_S = 10.0
_IDLE_S = 4.0  # llama-server hangs up after 5 s of silence; a call must not meet that moment
_LARGE_S, _PIECE = 600.0, 65_536  # for files; bytes
# What the client would tell every endpoint about this machine; leaving it out also saves a fifth of a call's CPU time.
_UNTOLD = (
    "x-stainless-lang", "x-stainless-package-version", "x-stainless-os", "x-stainless-arch", "x-stainless-runtime",
    "x-stainless-runtime-version", "x-stainless-async", "x-stainless-retry-count", "x-stainless-read-timeout",
)  # fmt: skip
_ONLY_FOR_OPENAI = ("openai-organization", "openai-project")

Outcome = TypeVar("Outcome", ChatReply, CallFailure, ChatReply | CallFailure)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the server said, whatever its status; `status` 200 is a good one."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    latency_ms: float


class Line:
    """A pool of connections to one endpoint. Every failure comes back as a value, without the key."""

    def __init__(self, base_url: str, api_key: str | None, *, in_flight: int, timeout_s: float, reach: Reach) -> None:
        address = tidy_address(base_url)
        self._key = _usable(api_key or "")
        self._timeout_s = timeout_s
        self._options: RequestOptions = {
            "headers": {
                **dict.fromkeys(_kept_back(address), Omit()),
                # Said with every call, so that a header which the environment names for OpenAI cannot win.
                "Authorization": f"Bearer {self._key}" if self._key else Omit(),
            },
            "idempotency_key": "unused",  # else the client draws a UUID for every call and sends it nowhere
            "security": {"bearer_auth": True},
        }
        self._client = AsyncOpenAI(
            base_url=address,
            api_key=self._key or "none",  # never None: another endpoint's key would be taken from the environment
            admin_api_key="",
            max_retries=0,
            http_client=(DefaultAioHttpClient if reach is Reach.ANYWHERE else OutsideAlone)(
                limits=httpx2.Limits(max_connections=max(1, in_flight), keepalive_expiry=_IDLE_S),
                follow_redirects=False,  # the key goes where the person said, and nowhere else
                trust_env=not is_loopback(address),
            ),
            timeout=httpx2.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s)),
        )

    async def send(self, path: str, content: bytes | None) -> Answer | CallFailure:
        """POST the content, or GET without one. Ends within `timeout_s`, even if the server dribbles."""
        return await self._answer(self._ask(path, content), self._timeout_s)

    async def send_file(self, path: str, name: str, content: bytes, fields: Mapping[str, str]) -> Answer | CallFailure:
        """POST a form with one file. It may take as long as large files take."""
        options: RequestOptions = {
            **self._options,
            "headers": {**self._options.get("headers", {}), "Content-Type": "multipart/form-data"},
            "timeout": max(_LARGE_S, self._timeout_s),
        }
        file = [("file", (name, content, "application/jsonl"))]
        asked = self._client.post(path, body=dict(fields), files=file, cast_to=httpx2.Response, options=options)
        return await self._answer(asked, max(_LARGE_S, self._timeout_s))

    async def delete(self, path: str) -> Answer | CallFailure:
        asked = self._client.delete(path, cast_to=httpx2.Response, options=self._options)
        return await self._answer(asked, self._timeout_s)

    async def download(self, file_id: str, into: BinaryIO, most: int) -> Answer | CallFailure:
        """GET what is in a file of the endpoint's, piece by piece; what is beyond `most` bytes is left there."""
        return await self._answer(self._fill(file_id, into, most), max(_LARGE_S, self._timeout_s))

    async def _fill(self, file_id: str, into: BinaryIO, most: int) -> httpx2.Response:
        headers = self._options.get("headers", {})
        asking = self._client.files.with_streaming_response.content(file_id, extra_headers=headers)
        async with asking as response:
            async for piece in response.iter_bytes(_PIECE):
                into.write(piece[: max(0, most - into.tell())])
            return httpx2.Response(response.status_code)

    async def _answer(self, asked: Awaitable[httpx2.Response], timeout_s: float) -> Answer | CallFailure:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(timeout_s):
                response = await asked
        except APIStatusError as refusal:
            response = refusal.response
        except TimeoutError:
            return CallFailure(
                kind=ErrorKind.TIME_OUT,
                detail=f"No whole answer within {timeout_s:g} s",
                latency_ms=_ms_since(began),
            )
        except (APIConnectionError, aiohttp.ClientError, OSError) as error:
            return self.scrubbed(_not_reached(error, _ms_since(began)))
        return Answer(
            status=response.status_code, body=response.content, headers=response.headers, latency_ms=_ms_since(began)
        )

    async def _ask(self, path: str, content: bytes | None) -> httpx2.Response:
        if content is None:
            return await self._client.get(path, cast_to=httpx2.Response, options=self._options)
        return await self._client.post(path, content=content, cast_to=httpx2.Response, options=self._options)

    def refused(self, answer: Answer) -> CallFailure:
        """What a status other than 200 means."""
        body = answer.body.decode("utf-8", "replace")
        return self.scrubbed(
            failure_of(status=answer.status, headers=answer.headers, body=body, latency_ms=answer.latency_ms)
        )

    def scrubbed(self, outcome: Outcome) -> Outcome:
        """The same without the key, which careless servers echo."""
        if isinstance(outcome, CallFailure):
            return replace(outcome, detail=scrub(outcome.detail, self._key), raw=scrub(outcome.raw, self._key))
        if self._key and self._key in outcome.raw:
            return replace(outcome, text=scrub(outcome.text, self._key), raw=scrub(outcome.raw, self._key))
        return outcome

    def without_key(self, words: str) -> str:
        return scrub(words, self._key)

    async def close(self) -> None:
        await self._client.close()


def _usable(key: str) -> str:
    """The key as a header can carry it."""
    key = key.strip()
    if not key.isascii() or not key.isprintable():
        raise EndpointError(
            "The key holds characters that a key cannot have.", to_do="Copy it again, without quotes or line breaks."
        )
    return key


def _kept_back(address: str) -> list[str]:
    """Headers that the client would send and must not: facts about this machine, and what is meant for OpenAI."""
    if is_openai(address):
        return list(_UNTOLD)
    ambient = os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines()
    return [*_UNTOLD, *_ONLY_FOR_OPENAI, *(line.partition(":")[0].strip() for line in ambient if ":" in line)]


def _not_reached(error: BaseException, latency_ms: float) -> CallFailure:
    """Why no answer came: the client's own error says little, and names a refused connection a time-out."""
    causes = [error]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    kind, detail = ErrorKind.UNREACHABLE, str(causes[-1]) or type(causes[-1]).__name__
    if any(isinstance(cause, NotOutside) for cause in causes):
        kind = ErrorKind.NOT_ALLOWED
    elif any(isinstance(cause, aiohttp.SocketTimeoutError) for cause in causes):
        kind = ErrorKind.TIME_OUT
    elif any(isinstance(cause, httpx2.DecodingError) for cause in causes):
        kind = ErrorKind.MALFORMED_REPLY
    return CallFailure(kind=kind, detail=detail[:400], latency_ms=latency_ms)


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
