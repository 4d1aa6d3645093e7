"""The fact of a call: exact request, raw reply, and what it counts for."""

import json
from dataclasses import dataclass
from datetime import datetime

from core.domain import ids
from core.domain.call import Call, CallFailure, ChatReply, ChatRequest, ErrorKind, Prices
from core.domain.task import Task
from core.evolution.budget import Worst

# The server may have done the work, and may ask for money, even if nothing usable came back.
MAY_HAVE_RUN = frozenset({None, ErrorKind.TIME_OUT, ErrorKind.MALFORMED_REPLY, ErrorKind.CONTENT_FILTER})
_AT_MOST, _HIDDEN_PROMPT, _LONGEST_TOKEN = 10, 10_000, 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question as it was put: the `attempt`-th try of a task, from 0."""

    task: Task
    request: ChatRequest
    attempt: int
    worst: Worst
    started_at: datetime


def call_of(
    asked: Asked, outcome: ChatReply | CallFailure, failure: CallFailure | None, *, system_id: str, prices: Prices
) -> Call:
    """What is kept of a call. `failure` is why its reply cannot be used, if it cannot."""
    reply = outcome if isinstance(outcome, ChatReply) else None
    tokens_in, tokens_out = counted(reply, asked.worst) if reply else (None, None)
    return Call(
        id=ids.call_id(asked.task.id, asked.attempt),
        task_id=asked.task.id,
        run_id=asked.task.run_id,
        system_id=system_id,
        kind=asked.task.kind,
        request=request_as_json(asked.request),
        reply=outcome.raw,
        finish_reason=reply.finish_reason if reply else None,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost_usd=prices.cost_usd(tokens_in, tokens_out) if reply else None,
        worst_cost_usd=asked.worst.usd,
        worst_tokens=asked.worst.tokens,
        latency_ms=outcome.latency_ms,
        error_kind=failure.kind if failure else None,
        error_detail=failure.detail if failure else None,
        started_at=asked.started_at,
    )


def counted(reply: ChatReply, worst: Worst) -> tuple[int | None, int | None]:
    """What the server says the call used, (in, out); None where it is unsaid, and both where it cannot be true.

    Above the worst case there is room for what servers put before a prompt; no text has fewer tokens than a 64th of its bytes.
    """
    tokens_in, tokens_out = reply.tokens_in, reply.tokens_out
    is_too_much = (tokens_in or 0) + (tokens_out or 0) > _AT_MOST * worst.tokens + _HIDDEN_PROMPT
    is_too_little = tokens_out is not None and tokens_out * _LONGEST_TOKEN < len(reply.text.encode("utf-8", "replace"))
    return (None, None) if is_too_much or is_too_little else (tokens_in, tokens_out)


def spent(call: Call) -> tuple[int, float]:
    """Tokens and dollars that a call counts for: as said; if unsaid, at worst case; if it was refused, nothing.

    The view `run_spending` says the same of calls in the log.
    """
    may_have_run = call.error_kind in MAY_HAVE_RUN
    if call.tokens_in is not None and call.tokens_out is not None:
        tokens = call.tokens_in + call.tokens_out
    else:
        tokens = call.worst_tokens if may_have_run else 0
    usd = call.cost_usd if call.cost_usd is not None else (call.worst_cost_usd if may_have_run else None)
    return tokens, usd or 0.0


def request_as_json(request: ChatRequest) -> str:
    """The request as it is kept: messages, then everything that shapes the reply."""
    sampling = request.sampling
    return json.dumps(
        {
            "messages": [{"role": one.role, "content": one.content} for one in request.messages],
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "frequency_penalty": sampling.frequency_penalty,
            "seed": request.seed,
            "schema": request.schema,
            "top_logprobs": request.top_logprobs,
        },
        ensure_ascii=False,
    )
