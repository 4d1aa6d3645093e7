"""What an endpoint's refusal means: status, headers and body → one named kind.

Servers agree on little, so codes come first, then the status, then words. Wordings seen in: OpenAI and Azure, vLLM,
llama-server, Ollama, OpenRouter, Groq, Gemini's OpenAI route.
"""

import json
import math
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz

from core.domain.call import CallFailure, ErrorKind

RAW_LIMIT = 500  # characters of a body that are kept with a failure
_DETAIL_LIMIT = 400
_LONGEST_PAUSE_S = 3600.0  # a server that wishes for more is asked again after an hour

_MONEY = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance", "402"}
)
_LONG = frozenset({"context_length_exceeded", "exceed_context_size_error", "context_exceeded"})
_FILTER = frozenset(
    {"content_filter", "content_policy_violation", "responsibleaipolicyviolation", "moderation_blocked"}
)
_KEY = frozenset({"invalid_api_key", "authentication_error", "invalid_authentication"})
_MODEL = frozenset({"model_not_found", "invalid_model", "unknown_model"})
_MONEY_WORDS = re.compile(r"insufficient (?:balance|credit|fund)|requires more credits", re.IGNORECASE)
_LONG_WORDS = re.compile(
    r"context (?:length|size|window)|prompt is too long|too many (?:input )?tokens"
    r"|(?:input|prompt)\b.{0,60}\b(?:too (?:long|large)|exceeds?\b.{0,40}\b(?:tokens?|maximum|limit))",
    re.IGNORECASE,
)
_FILTER_WORDS = re.compile(r"content (?:management )?policy|flagged|requires moderation", re.IGNORECASE)
_KEY_WORDS = re.compile(r"api key (?:not valid|is invalid|not found)|invalid api key", re.IGNORECASE)
_TIME_OUTS = frozenset({408, 504, 524})
_SERVERS_FAULT = frozenset({409, 425})
_SECRETS = re.compile(r"(?i)\bbearer\s+[^\s\"',]+|\bsk-[\w*-]{6,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a server's error body says: its words for people and its codes, lower-case."""

    words: str
    codes: frozenset[str]


def failure_of(*, status: int, headers: Mapping[str, str], body: str, latency_ms: float) -> CallFailure:
    """A refusal as a value. `status` is the HTTP status, or the code of an error that came inside a 200."""
    said = what_it_says(body)
    kind = _kind(status, said)
    detail = said.words.strip() or f"HTTP status {status} without a reason"
    if 300 <= status < 400:
        detail = f"It redirects to {headers.get('location', 'nowhere')}, which is not followed with a key"
    return CallFailure(
        kind=kind,
        detail=whole_characters(" ".join(detail.split())[:_DETAIL_LIMIT]),
        latency_ms=latency_ms,
        retry_after_s=pause_s(headers) if kind.heals else None,
        raw=body[:RAW_LIMIT],
    )


def _kind(status: int, said: Said) -> ErrorKind:
    by_code = _kind_by_code(said)
    if by_code is not None:
        return by_code
    if status in (401, 403):
        return ErrorKind.CONTENT_FILTER if _FILTER_WORDS.search(said.words) else ErrorKind.WRONG_KEY
    if status in (404, 405):
        names_a_model = "model" in said.words.casefold() or "endpoints found" in said.words
        return ErrorKind.NO_SUCH_MODEL if names_a_model else ErrorKind.UNREACHABLE
    if status == 429:
        return ErrorKind.RATE_LIMIT
    if status == 413 or ((status < 429 or status == 500) and _LONG_WORDS.search(said.words)):
        return ErrorKind.CONTEXT_TOO_LONG
    return _kind_by_status(status, said)


def _kind_by_code(said: Said) -> ErrorKind | None:
    codes = {
        ErrorKind.NO_MONEY: _MONEY,
        ErrorKind.CONTEXT_TOO_LONG: _LONG,
        ErrorKind.CONTENT_FILTER: _FILTER,
        ErrorKind.WRONG_KEY: _KEY,
        ErrorKind.NO_SUCH_MODEL: _MODEL,
    }
    if _MONEY_WORDS.search(said.words):
        return ErrorKind.NO_MONEY
    return next((kind for kind, known in codes.items() if said.codes & known), None)


def _kind_by_status(status: int, said: Said) -> ErrorKind:
    if status == 402:
        return ErrorKind.NO_MONEY
    if status in _TIME_OUTS:
        return ErrorKind.TIME_OUT
    if status >= 500 or status in _SERVERS_FAULT:
        return ErrorKind.SERVER_ERROR
    if 300 <= status < 400:
        return ErrorKind.UNREACHABLE
    if _KEY_WORDS.search(said.words):
        return ErrorKind.WRONG_KEY
    return ErrorKind.CONTENT_FILTER if _FILTER_WORDS.search(said.words) else ErrorKind.BAD_REQUEST


def what_it_says(body: str) -> Said:
    """The message and codes of an error body in any of the shapes that servers use; a web page says its title."""
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        title = re.search(r"<title>(.{1,200}?)</title>", body, re.IGNORECASE | re.DOTALL)
        return Said(words=f"A web page: {title[1]}" if title else body[:_DETAIL_LIMIT].strip(), codes=frozenset())
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict) and value.get("error"):
        value = value["error"]
    if not isinstance(value, dict):
        return Said(words=value if isinstance(value, str) else "", codes=frozenset())
    words = value.get("message") or value.get("detail") or ""
    return Said(
        words=words if isinstance(words, str) else json.dumps(words, ensure_ascii=False),
        codes=frozenset(code.casefold() for code in _codes(value)),
    )


def _codes(error: Mapping[str, object]) -> Iterator[str]:
    for name in ("code", "type", "status"):
        if isinstance(error.get(name), str | int):
            yield str(error[name])
    inner = error.get("innererror")
    if isinstance(inner, dict):
        yield from _codes(inner)


def pause_s(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds that the server wants nothing from us: retry-after-ms, Retry-After, or an exhausted x-ratelimit.

    `now` is the wall clock as a Unix time, for dates. None if the headers wish for nothing.
    """
    now = time.time() if now is None else now
    wish = _number(headers.get("retry-after-ms"))
    if wish is not None:
        return _sensible(wish / 1000)
    stated = headers.get("retry-after")
    if stated is not None:
        wish = _number(stated)
        date = parsedate_tz(stated) if wish is None else None
        return _sensible(mktime_tz(date) - now if date else wish)
    for what in ("-requests", "-tokens", ""):
        if headers.get(f"x-ratelimit-remaining{what}", "").strip() == "0":
            return _sensible(_duration_s(headers.get(f"x-ratelimit-reset{what}", ""), now))
    return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and not math.isnan(value) else None


def _sensible(seconds: float | None) -> float | None:
    return None if seconds is None else min(max(seconds, 0.0), _LONGEST_PAUSE_S)


_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _duration_s(text: str, now: float) -> float | None:
    """Go's way ("6m0.5s", "120ms"), plain seconds, or a Unix time in seconds or milliseconds."""
    number = _number(text)
    if number is not None:
        unix_s = number / 1000 if number > 1e11 else number
        return unix_s - now if unix_s > 1e9 else number
    parts = re.findall(r"([\d.]+)(ms|[smhd])", text)
    return sum(float(value) * _UNITS_S[unit] for value, unit in parts) if parts else None


def whole_characters(text: str) -> str:
    """The text with lone surrogates (half a character, cut in JSON) replaced, so that it can be stored as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def scrub(text: str, key: str | None) -> str:
    """The text without the key, whole or as a Bearer line, and without what looks like a part of one."""
    if key:
        text = text.replace(key, "[key]")
    return _SECRETS.sub("[key]", text)
