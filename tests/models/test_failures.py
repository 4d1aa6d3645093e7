"""What bodies and headers mean, for any body and any header that a server may send."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.call import CallFailure, ChatReply, ErrorKind
from core.models.failures import failure_of, pause_s, scrub, what_it_says
from core.models.replies import read_models, read_reply

NOON = 1_700_000_000.0
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def nearly(shape: Any) -> st.SearchStrategy[Any]:
    """Values of that shape in which any part may be something else."""
    if isinstance(shape, dict):
        return anything | st.fixed_dictionaries({}, optional={key: nearly(value) for key, value in shape.items()})
    if isinstance(shape, list):
        return anything | st.lists(nearly(shape[0]), max_size=2)
    return anything | st.just(shape)


COMPLETION = {
    "choices": [
        {
            "finish_reason": "stop",
            "message": {"content": "Hello", "refusal": "No"},
            "logprobs": {"content": [{"top_logprobs": [{"token": "A", "logprob": -0.5}]}]},
        }
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 5},
    "error": {"code": 429, "message": "later"},
}
ERROR = {
    "error": {"code": 400, "type": "x", "message": "no", "innererror": {"code": "y"}},
    "message": "m",
    "detail": "d",
}


def storable(*texts: str) -> bool:
    return all(text.encode() is not None for text in texts)


@given(nearly(COMPLETION))
def test_any_json_is_a_reply_with_text_or_a_failure_and_never_an_error_of_ours(value: Any) -> None:
    outcome = read_reply(json.dumps(value).encode(), {}, 1.0)
    if isinstance(outcome, ChatReply):
        assert outcome.text.strip()
        assert storable(outcome.text, outcome.finish_reason, outcome.raw, *outcome.first_logprobs)
        assert outcome.tokens_in is None or outcome.tokens_in > 0
    else:
        assert storable(outcome.detail, outcome.raw)
        assert outcome.detail


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reply_or_a_failure(body: bytes) -> None:
    assert isinstance(read_reply(body, {}, 1.0), CallFailure)
    assert isinstance(read_models(body, 1.0), CallFailure | tuple)


@given(st.integers(300, 599), nearly(ERROR), st.dictionaries(st.sampled_from(["retry-after"]), st.text(max_size=10)))
def test_any_refusal_has_a_kind_and_words(status: int, value: Any, headers: dict[str, str]) -> None:
    outcome = failure_of(status=status, headers=headers, body=json.dumps(value), latency_ms=1.0)
    assert outcome.detail
    assert storable(outcome.detail, outcome.raw)
    assert outcome.retry_after_s is None or 0 <= outcome.retry_after_s <= 3600


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"error": {"message": "nested"}}', "nested"),
        ('{"error": "a plain string"}', "a plain string"),
        ('[{"error": {"message": "in a list", "status": "INVALID_ARGUMENT"}}]', "in a list"),
        ('{"object": "error", "message": "flat"}', "flat"),
        ('{"detail": "Not Found"}', "Not Found"),
        ("<html><head><title>502 Bad Gateway</title></head>", "A web page: 502 Bad Gateway"),
        ("upstream connect error", "upstream connect error"),
        ("", ""),
    ],
)
def test_an_errors_words_are_found_wherever_servers_put_them(body: str, words: str) -> None:
    assert what_it_says(body).words == words


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"message": "API key not valid. Please pass a valid API key."}, ErrorKind.WRONG_KEY),
        (403, {"message": "openai/gpt requires moderation. Your input was flagged"}, ErrorKind.CONTENT_FILTER),
        (400, {"code": "content_filter", "message": "filtered"}, ErrorKind.CONTENT_FILTER),
        (413, {"code": "rate_limit_exceeded", "message": "Request too large"}, ErrorKind.CONTEXT_TOO_LONG),
        (400, {"message": "prompt is too long: 9 tokens > 8 maximum"}, ErrorKind.CONTEXT_TOO_LONG),
        (429, {"message": "Rate limit reached: input tokens exceed limit per minute"}, ErrorKind.RATE_LIMIT),
        (404, {"message": "model 'x' not found, try pulling it first"}, ErrorKind.NO_SUCH_MODEL),
        (404, {"message": "File Not Found", "type": "not_found_error"}, ErrorKind.UNREACHABLE),
        (400, {"code": "model_not_found", "message": "gone"}, ErrorKind.NO_SUCH_MODEL),
        (400, {"message": "Insufficient Balance"}, ErrorKind.NO_MONEY),
        (529, {"type": "overloaded_error", "message": "Overloaded"}, ErrorKind.SERVER_ERROR),
        (409, {"message": "busy"}, ErrorKind.SERVER_ERROR),
    ],
)
def test_wordings_of_other_servers_have_their_kind(status: int, error: dict[str, Any], kind: ErrorKind) -> None:
    outcome = failure_of(status=status, headers={}, body=json.dumps({"error": error}), latency_ms=1.0)
    assert outcome.kind is kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:00:00 GMT"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "inf"}, 3600.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0.5s"}, 360.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000030000"}, 30.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000030"}, 30.0),
        ({"x-ratelimit-remaining-requests": "0"}, None),
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "20s"}, None),
        ({}, None),
    ],
)
def test_headers_say_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert pause_s(headers, now=NOON) == (None if seconds is None else pytest.approx(seconds))


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_scrubbed_text_never_holds_the_key(before: str, after: str) -> None:
    key = "4f9c2a7d-secret"
    assert key not in scrub(f"{before}{key}{after} Bearer {key}", key)


def test_parts_of_a_key_that_servers_echo_are_scrubbed_too() -> None:
    assert scrub("Incorrect API key provided: sk-proj-ab12****************Wxyz.", None).endswith(": [key].")


def test_the_clients_library_is_not_loaded_before_somebody_calls() -> None:
    code = "import sys, core.models.endpoint, core.models.limits, core.models.retry; print('openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
