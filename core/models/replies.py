"""A chat completion's body → one ChatReply, or the failure that it really is. The body is parsed once."""

import json
import math
from collections.abc import Mapping
from typing import Any

from core.domain.call import CallFailure, ChatReply, ErrorKind
from core.models.failures import RAW_LIMIT, failure_of, pause_s, whole_characters

_REMAINING = "x-ratelimit-remaining-requests"


def read_reply(body: bytes, headers: Mapping[str, str], latency_ms: float) -> ChatReply | CallFailure:
    """The reply in the body of a 200."""
    raw = body.decode("utf-8-sig", "replace")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):  # RecursionError: brackets nested a thousand deep
        return _malformed(_what_else(raw), raw, latency_ms)
    if not isinstance(value, dict):
        return _malformed("The reply is JSON, but no chat completion", raw, latency_ms)
    choice = _first(value.get("choices"))
    if choice is None:
        return _without_choice(value, headers, raw, latency_ms)
    if choice.get("finish_reason") == "content_filter":
        detail = "The endpoint's filter held the reply back"
        return CallFailure(kind=ErrorKind.CONTENT_FILTER, detail=detail, latency_ms=latency_ms, raw=raw[:RAW_LIMIT])
    text = _text(choice)
    if not text.strip():
        is_cut = choice.get("finish_reason") == "length"
        why = "The reply ran out of tokens before its first word" if is_cut else "The reply holds no text"
        return _malformed(why, raw, latency_ms)
    return ChatReply(
        text=text,
        finish_reason=whole_characters(str(choice.get("finish_reason") or "")),
        tokens_in=_count(value, "prompt_tokens"),
        tokens_out=_count(value, "completion_tokens"),
        raw=raw,
        latency_ms=latency_ms,
        first_logprobs=_first_logprobs(choice),
        retry_after_s=pause_s(headers) if headers.get(_REMAINING) == "0" else None,
    )


def read_models(body: bytes, latency_ms: float) -> tuple[str, ...] | CallFailure:
    """The names in the body of a list of models."""
    raw = body.decode("utf-8-sig", "replace")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return _malformed(_what_else(raw), raw, latency_ms)
    models = value.get("data") if isinstance(value, dict) else None
    if not isinstance(models, list):
        return _malformed("The reply is JSON, but no list of models", raw, latency_ms)
    return tuple(str(model["id"]) for model in models if isinstance(model, dict) and model.get("id"))


def _malformed(detail: str, raw: str, latency_ms: float) -> CallFailure:
    return CallFailure(kind=ErrorKind.MALFORMED_REPLY, detail=detail, latency_ms=latency_ms, raw=raw[:RAW_LIMIT])


def _what_else(raw: str) -> str:
    start = raw.lstrip()[:200].casefold()
    if not start:
        return "The reply is empty"
    if start.startswith(("data:", "event:", ":")):
        return "The reply is a stream of events, which was not asked for"
    if start.startswith(("<!doctype", "<html", "<?xml")):
        return "The reply is a web page; the address may be that of a site or a sign-in page"
    return "The reply is not JSON"


def _first(values: object) -> dict[str, Any] | None:
    return values[0] if isinstance(values, list) and values and isinstance(values[0], dict) else None


def _without_choice(value: Mapping[str, Any], headers: Mapping[str, str], raw: str, latency_ms: float) -> CallFailure:
    """Proxies put an upstream's error into a 200: its code says what it would have been."""
    error = value.get("error")
    if not error:
        return _malformed("The reply holds no choice", raw, latency_ms)
    code = error.get("code") if isinstance(error, dict) else None
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    return failure_of(status=status, headers=headers, body=raw, latency_ms=latency_ms)


def _text(choice: Mapping[str, Any]) -> str:
    """The message's text; the model's own refusal counts as one. Half characters are replaced, the rest is kept."""
    message = choice.get("message")
    content = (message.get("content") or message.get("refusal")) if isinstance(message, dict) else None
    if isinstance(content, list):  # parts, as some servers send them
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return whole_characters(content) if isinstance(content, str) else ""


def _count(value: Mapping[str, Any], name: str) -> int | None:
    """A token count that can be true: a text has at least one token. Anything else is unknown, never 0."""
    usage = value.get("usage")
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if type(count) is int and count > 0 else None


def _first_logprobs(choice: Mapping[str, Any]) -> dict[str, float]:
    """Candidates for the first token, natural-log; of two that read alike the likelier counts."""
    logprobs = choice.get("logprobs")
    token = _first(logprobs.get("content")) if isinstance(logprobs, dict) else None
    candidates = (token or {}).get("top_logprobs")
    found: dict[str, float] = {}
    for candidate in candidates if isinstance(candidates, list) else ():
        text = candidate.get("token") if isinstance(candidate, dict) else None
        logprob = candidate.get("logprob") if isinstance(candidate, dict) else None
        if isinstance(text, str) and isinstance(logprob, int | float) and math.isfinite(logprob):
            text = whole_characters(text)
            found[text] = max(float(logprob), found.get(text, -math.inf))
    return found
