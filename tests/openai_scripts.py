"""What the OpenAI-compatible test server says: replies that follow from prompt and seed only, and faults by name.

A script is a value. The same prompt and seed always get the same words, whatever order they come in; whether a
prompt meets a fault follows from the prompt and from how often it has been asked.
"""

import hashlib
import json
import math
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from random import Random
from typing import Any, Literal

_VOCABULARY = """analyse compare design evaluate a the of with under when using given clear measured result method
system user network budget schedule market sensor river energy city history table proof example input output limited
short careful written reason step three seven weekly public local common rare recent older younger seasonal daily"""
WORDS = tuple(_VOCABULARY.split())
JSON = "application/json"

Way = Literal["answer", "hang", "cut", "cut_midway", "drip"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One HTTP answer. `way` says what happens to it: sent, never sent, cut off, or sent byte by byte."""

    status: int = 200
    body: str = ""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    way: Way = "answer"


@dataclass(frozen=True, kw_only=True)
class Script:
    """How the server behaves. Rates are probabilities per ask; `first` are the faults of a prompt's first asks.

    `ignores` and `refuses` name fields of a request (response_format, logprobs, seed) that it passes over, or answers by 400.

    `last_first` holds that many calls and then answers the newest first. `rpm` is a token bucket one second deep.
    Logprobs are asked for by judges, whose first turn says `judge_says`, and by raters, who want a digit. Of a schema's
    texts the last counts: one named in `whole` is the instruction (the last user turn without its `label`) plus 10 to
    20 words, any other is these words alone; earlier ones are a few words of thought. Without a schema, what stands under
    a `label` gets these words too. `tail` ends every text.

    Batches (tests/openai_batches.py) end after `batch_s` as `batch_ends` says, with this share of their requests done unless completed; a
    queue holds `batch_queue` requests (0: any); the output keeps silent about the first `batch_unsaid`. `batch_faults` such as
    "upload:server_error" meet a step once.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    last_first: int = 0
    words: int = 40
    seed: int = 1
    key: str | None = None
    models: tuple[str, ...] = ("fake",)
    always: str = ""
    first: tuple[str, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    rpm: float = 0.0
    p_equal: float = 0.08
    choices: tuple[str, str] = ("Not equal", "Equal")
    judge_says: str = "not equal"
    label: str = r"(?i)\A(?:[a-z]+ ){0,3}(?:task|prompt|instruction)[a-z ]{0,12}(?::|\n)"
    whole: tuple[str, ...] = ("instruction",)
    tail: str = ""
    redirect_to: str = ""
    hang_s: float = 30.0
    keep_requests: bool = True
    ignores: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    batch_s: float = 0.0
    batch_ends: str = "completed"
    batch_share: float = 1.0
    batch_queue: int = 0
    batch_unsaid: int = 0
    batch_faults: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def _error(status: int, message: str, code: object, kind: str = "invalid_request_error", **headers: str) -> Reply:
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return Reply(status=status, body=json.dumps(body), headers={k.replace("_", "-"): v for k, v in headers.items()})


def _rate_limit(**headers: str) -> Reply:
    return _error(429, "Rate limit reached for requests", "rate_limit_exceeded", "requests", **headers)


_LONG = "This model's maximum context length is 4096 tokens. However, your messages resulted in 5012 tokens."
_VLLM = {"object": "error", "message": _LONG, "type": "BadRequestError", "param": None, "code": 400}
_LLAMA = {
    "code": 400, "message": "request (3030 tokens) exceeds the available context size (1024 tokens), try increasing it",
    "type": "exceed_context_size_error", "n_prompt_tokens": 3030, "n_ctx": 1024,
}  # fmt: skip
_LOADING = {"code": 503, "message": "Loading model", "type": "unavailable_error"}
_CHUNK = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hello"}}]}
_PAGE = "<!DOCTYPE html><html><head><title>{}</title></head><body>{}</body></html>"

REFUSALS: Mapping[str, Reply] = {
    "rate_limit": _rate_limit(retry_after="1"),
    "rate_limit_ms": _rate_limit(retry_after_ms="250", retry_after="1"),
    "rate_limit_headers": _rate_limit(x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="1m1.5s"),
    "rate_limit_bare": _rate_limit(),
    "no_quota": _error(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
    "no_money": _error(402, "Insufficient credits", 402),
    "forbidden": _error(403, "This key may not use this project", "forbidden"),
    "no_such_model": _error(404, "The model `fake` does not exist", "model_not_found"),
    "no_such_page": Reply(status=404, body='{"detail":"Not Found"}'),
    "context_openai": _error(400, _LONG, "context_length_exceeded"),
    "context_vllm": Reply(status=400, body=json.dumps(_VLLM)),
    "context_llama": Reply(status=400, body=json.dumps({"error": _LLAMA})),
    "context_500": _error(500, "Context size has been exceeded.", 500, "server_error"),
    "content_policy": _error(400, "Your request was rejected by our safety system", "content_policy_violation"),
    "bad_request": _error(400, "Unsupported value: 'temperature' must be 1", "unsupported_value"),
    "unprocessable": Reply(status=422, body='{"detail":[{"loc":["body","seed"],"msg":"extra field"}]}'),
    "server_error": _error(500, "The server had an error", None, "server_error"),
    "loading": Reply(status=503, body=json.dumps({"error": _LOADING})),
    "overloaded": _error(503, "Overloaded", None, "server_error", retry_after="2"),
    "gateway_time_out": Reply(status=504, body=_PAGE.format("504", "Gateway time-out"), content_type="text/html"),
    "bad_gateway": Reply(status=502, body=_PAGE.format("502", "Bad gateway"), content_type="text/html"),
    "html": Reply(body=_PAGE.format("Sign in", "<img src='http://example.org/x.png'>"), content_type="text/html"),
    "invalid_json": Reply(body='{"choices": [{"message": '),
    "deep_json": Reply(body="[" * 100_000),
    "empty_body": Reply(),
    "no_choices": Reply(body='{"object": "chat.completion", "choices": []}'),
    "not_an_object": Reply(body='"hello"'),
    "error_in_200": Reply(body='{"error": {"code": 429, "message": "Rate limited upstream"}}'),
    "sse": Reply(body=f"data: {json.dumps(_CHUNK)}\n\ndata: [DONE]\n\n", content_type="text/event-stream"),
    "hang": Reply(way="hang"),
    "cut": Reply(way="cut"),
}


def refused_field(request: Mapping[str, Any], script: Script) -> Reply | None:
    """A 400 for the first field that this server does not take, or None."""
    for name in script.refuses:
        if request.get(name) is not None:
            return _error(400, f"Unsupported parameter: '{name}'", "unsupported_parameter")
    return None


def refusal(name: str, script: Script, authorization: str) -> Reply | None:
    """The answer of a fault that needs no reply, or None. `wrong_key` echoes the key, as careless servers do."""
    if name == "wrong_key":
        return _error(401, f"Incorrect API key provided: {authorization}", "invalid_api_key")
    if name == "rate_limit_date":
        return _rate_limit(retry_after=formatdate(time.time() + 3, usegmt=True))
    if name == "redirect":
        return Reply(status=307, headers={"location": script.redirect_to})
    return REFUSALS.get(name)


def spoil(name: str, reply: dict[str, Any]) -> Reply:
    """A good reply made bad in one named way; an unknown name raises KeyError, so that scripts have no typos."""
    choice = reply["choices"][0]
    changes: dict[str, Any] = {
        "": {},
        "no_usage": {"usage": None},
        "lying_usage": {"usage": {"prompt_tokens": -5, "completion_tokens": "many"}},
        "absurd_usage": {"usage": {"prompt_tokens": 10**12, "completion_tokens": 10**12}},
        "high_usage": {"usage": {"prompt_tokens": 900_000, "completion_tokens": 900_000}},
        "text_usage": {"usage": {"prompt_tokens": "40", "completion_tokens": "12"}},
        "zero_usage": {"usage": {"prompt_tokens": 0, "completion_tokens": 0}},
        "cut_short": {"choices": [{**choice, "finish_reason": "length"}]},
        "filtered": {"choices": [{**choice, "finish_reason": "content_filter"}]},
        "empty_reply": {"choices": [{**choice, "message": {"role": "assistant", "content": ""}}]},
        "empty_and_cut": {"choices": [{**choice, "finish_reason": "length", "message": {"content": ""}}]},
        "no_text": {"choices": [{**choice, "message": {"role": "assistant", "content": None}}]},
        "refused": {"choices": [{**choice, "message": {"content": None, "refusal": "I'm sorry, no."}}]},
        "half_a_character": {"choices": [{**choice, "message": {"content": "half \ud83d a smile"}}]},
        "last_one": {},
        "cut_midway": {},
        "drip": {},
    }
    body = json.dumps({**reply, **changes[name]})
    if name == "last_one":
        return Reply(body=body, headers={"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "400ms"})
    ways: dict[str, Way] = {"cut_midway": "cut_midway", "drip": "drip"}
    return Reply(body=body, way=ways.get(name, "answer"))


@dataclass
class Faults:
    """Which fault a prompt meets, and the rate limit's bucket: all that the server remembers between calls."""

    asked: Counter[bytes] = field(default_factory=Counter)
    tokens: float = 1.0
    filled_at: float = 0.0

    def of(self, prompt: bytes, script: Script, now: float) -> str:
        """The name of the fault that this ask meets, or ""."""
        if script.rpm and not self._take(script.rpm / 60, now):
            return "rate_limit_ms"
        if script.always:
            return script.always
        if not script.first and not script.rates:
            return ""
        times = self.asked[prompt]
        self.asked[prompt] += 1
        if times < len(script.first):
            return script.first[times]
        drawn = Random(f"{script.seed}{prompt.hex()}{times}").random()
        for name, rate in script.rates.items():
            if (drawn := drawn - rate) < 0:
                return name
        return ""

    def _take(self, per_s: float, now: float) -> bool:
        self.tokens = min(max(1.0, per_s), self.tokens + (now - self.filled_at) * per_s)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def prompt_of(request: Mapping[str, Any]) -> bytes:
    """A digest of all that a reply depends on: the turns and the seed."""
    turns = "\x1e".join(f"{turn.get('role')}\x1f{turn.get('content')}" for turn in request["messages"])
    return hashlib.blake2b(f"{turns}\x1d{request.get('seed')}".encode("utf-8", "replace"), digest_size=8).digest()


def completion(request: Mapping[str, Any], prompt: bytes, script: Script) -> dict[str, Any]:
    """A whole chat.completion object, as far as clients read it."""
    rng = Random(prompt + script.seed.to_bytes(8, "big", signed=True))
    asked = sum(len(str(turn.get("content"))) for turn in request["messages"])
    schema = (request.get("response_format") or {}).get("json_schema", {}).get("schema")
    logprobs = None
    if request.get("logprobs"):
        text, candidates = _choice(request, script, rng)
        logprobs = {"content": [_token(text, candidates, request.get("top_logprobs") or 1)]}
    elif rated := re.findall(r"(?m)^\[(\d+)\] ", _last_user_turn(request)):
        text = "\n".join(f"{number}: {rng.randint(1, 10)}" for number in rated)  # instructions to be rated together
    elif schema:
        text = json.dumps(_object(schema, request, script, rng), ensure_ascii=False)
    elif (asked_for := _asked_last(request)) != (instruction := re.sub(script.label, "", asked_for)):
        text = _told(instruction, script, rng)  # a pack that wants plain text: the instruction stands under a label
    else:
        text = _sentence(rng, max(3, round(script.words * rng.uniform(0.6, 1.4)))) + script.tail
    usage = {"prompt_tokens": asked // 4 + 4, "completion_tokens": len(text) // 4 + 1}
    return {
        "id": f"chatcmpl-{prompt.hex()}", "object": "chat.completion", "created": int(time.time()),
        "model": request.get("model"), "usage": {**usage, "total_tokens": sum(usage.values())},
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": logprobs,
                     "message": {"role": "assistant", "content": text}}],
    }  # fmt: skip


def _sentence(rng: Random, n: int) -> str:
    return " ".join(rng.choices(WORDS, k=n)).capitalize() + "."


def _last_user_turn(request: Mapping[str, Any]) -> str:
    return next((str(turn["content"]) for turn in reversed(request["messages"]) if turn.get("role") == "user"), "")


def _asked_last(request: Mapping[str, Any]) -> str:
    """The last user turn without what a pack may put after the instruction ("Now write …")."""
    return re.split(r"\n\nNow ", _last_user_turn(request))[0]


def _object(schema: Mapping[str, Any], request: Mapping[str, Any], script: Script, rng: Random) -> dict[str, Any]:
    """Every required property: enums one of theirs, numbers 1 to 10, short texts a few words, others as the script says."""
    values: dict[str, Any] = {}
    names = schema.get("required", ())
    for name in names:
        kind = schema["properties"][name]
        if "enum" in kind:
            values[name] = rng.choice(kind["enum"])
        elif kind.get("type") in ("integer", "number"):
            values[name] = rng.randint(1, 10)
        elif "maxLength" in kind:  # a server that holds a model to a schema ends the text there
            values[name] = _sentence(rng, 3)[: kind["maxLength"]]
        elif name != names[-1]:
            values[name] = _sentence(rng, 3)
        else:
            asked = _asked_last(request)
            instruction = re.sub(script.label, "", asked) if name in script.whole else ""
            values[name] = _told(instruction, script, rng)
    return values


def _told(instruction: str, script: Script, rng: Random) -> str:
    """The instruction and a request of 10 to 20 words, as an evolved one is."""
    told = f"Explain {_sentence(rng, rng.randint(9, 19)).lower()}"
    return f"{instruction.strip()} {told}{script.tail}".strip()


# The judge of what a pattern was made of has other words for the same.
_ASKS_WHETHER_TOLD, _WHETHER_TOLD = "say only: yes, or no", {"Not equal": "No", "Equal": "Yes"}


def _choice(request: Mapping[str, Any], script: Script, rng: Random) -> tuple[str, dict[str, float]]:
    """A judge's word or a grade, with probabilities for the first token; some mass goes to other tokens."""
    asked = str(request["messages"][0].get("content")).casefold()
    if script.judge_says in asked or _ASKS_WHETHER_TOLD in asked:
        is_equal = rng.random() < script.p_equal
        said, other = script.choices[is_equal], script.choices[not is_equal]
        p = rng.uniform(0.96, 0.98)
        if script.judge_says not in asked:
            said, other = _WHETHER_TOLD.get(said, said), _WHETHER_TOLD.get(other, other)
        return said, {said.split()[0]: p, other.split()[0]: 0.99 - p, "The": 0.006}
    grade = rng.randint(1, 9)
    near = {grade: 0.6, grade - 1: 0.2, grade + 1: 0.15}
    return str(grade), {str(one): p for one, p in near.items() if 1 <= one <= 9}


def _token(text: str, candidates: Mapping[str, float], n: int) -> dict[str, Any]:
    top = [{"token": token, "logprob": math.log(p)} for token, p in candidates.items()]
    return {**top[0], "top_logprobs": top[:n]}
