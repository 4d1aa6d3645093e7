"""What an endpoint can do, found out by at most five calls of at most 20 tokens."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median

from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind, Message, Prices, Sampling
from core.domain.system import Endpoint, EndpointReport, Finding
from core.evolution.budget import worst_case
from core.evolution.record import MAY_HAVE_RUN, counted
from core.ports import ChatModel

MOST_CALLS, MOST_TOKENS = 5, 20
ANSWERS, SCHEMA, LOGPROBS, SEED, USAGE = "Answers", "JSON schema", "Log-probabilities", "Seed", "Usage"
_LONGEST_S = 30.0
_RULE = {
    "type": "object",
    "properties": {"sum": {"type": "integer"}},
    "required": ["sum"],
    "additionalProperties": False,
}
_NOT_ASKED = "Not found out"


def _request(text: str, *, temperature: float = 0.0, **more: object) -> ChatRequest:
    sampling = Sampling(temperature=temperature, top_p=1.0, max_tokens=MOST_TOKENS)
    return replace(ChatRequest(messages=(Message(role="user", content=text),), sampling=sampling), **more)  # type: ignore[arg-type]


_WORDS = _request("Write five words that have nothing to do with each other.", temperature=1.0)
_SEEDED = replace(_WORDS, seed=7)
_FORMED = _request("How much is two and three? Tell it in one short sentence.", schema=json.dumps(_RULE))
_SURE = _request("Is water wet? Say yes or no.", top_logprobs=5)


def unbound(endpoint: Endpoint) -> Endpoint:
    """The endpoint as it is asked in a test: everything is sent, whatever an earlier test found; and soon given up."""
    timeout_s = min(endpoint.timeout_s, _LONGEST_S)
    return replace(endpoint, timeout_s=timeout_s, supports_schema=True, supports_logprobs=True, supports_seed=True)


def taught(endpoint: Endpoint, report: EndpointReport) -> Endpoint:
    """The endpoint with what was found of it; what was not found out stays as it was."""
    found = {finding.name: finding for finding in report.findings}

    def knows(name: str, before: bool) -> bool:
        holds = found[name].holds if name in found else None
        return before if holds is None else holds

    # A seed that two answers differ under is still sent: only a refusal says that it must not be.
    seed = found.get(SEED)
    is_unknown = seed is None or seed.holds is None
    is_refused = seed is not None and seed.holds is False and seed.words.startswith(_REFUSED)
    return replace(
        endpoint,
        supports_schema=knows(SCHEMA, endpoint.supports_schema),
        supports_logprobs=knows(LOGPROBS, endpoint.supports_logprobs),
        supports_seed=endpoint.supports_seed if is_unknown else not is_refused,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Heard:
    """One small call."""

    request: ChatRequest
    outcome: ChatReply | CallFailure


_REFUSED = "Refused"
_REMEDIES = {  # a test asks once: what a run does by itself is no remedy here
    ErrorKind.MALFORMED_REPLY: "Check its address",
    ErrorKind.RATE_LIMIT: "Test it again later",
    ErrorKind.SERVER_ERROR: "Test it again later; if it lasts, ask its operator",
    ErrorKind.TIME_OUT: "Test it again later",
    ErrorKind.UNREACHABLE: "Start it, or check its address",
}


async def try_out(endpoint: Endpoint, model: ChatModel) -> EndpointReport:
    """Ask, and say what came. The model is the endpoint's (opened `unbound`); it is closed at the end."""
    heard: list[_Heard] = []

    async def ask(request: ChatRequest) -> ChatReply | CallFailure:
        outcome = await model.chat(request)
        heard.append(_Heard(request=request, outcome=outcome))
        return outcome

    try:
        first = await ask(_SEEDED)
        is_refused = isinstance(first, CallFailure) and first.kind is ErrorKind.BAD_REQUEST
        plain = await ask(_WORDS) if is_refused else first
        if isinstance(plain, CallFailure):
            findings: tuple[Finding, ...] = (_silent(plain),)
        else:
            seed = _refusal(SEED, first) if isinstance(first, CallFailure) else _seed(first, await ask(_SEEDED))
            schema, logprobs = _schema(await ask(_FORMED)), _logprobs(await ask(_SURE))
            answers = Finding(name=ANSWERS, holds=True, words="Usable answers came")
            findings = (answers, schema, logprobs, seed, _usage(heard))
    finally:
        await model.close()
    return _report(endpoint, heard, findings)


def _silent(failure: CallFailure) -> Finding:
    detail = f": {failure.detail}" if failure.detail else ""
    if failure.kind is ErrorKind.MALFORMED_REPLY and "ran out of tokens" in failure.detail:
        words = f"{MOST_TOKENS} tokens were used up before its first word. It may think before it answers; a run gives it more"
        return Finding(name=ANSWERS, holds=None, words=words)
    remedy = _REMEDIES.get(failure.kind, failure.kind.remedy)
    return Finding(name=ANSWERS, holds=False, words=f"{failure.kind.cause}{detail}. {remedy}")


def _refusal(name: str, failure: CallFailure) -> Finding:
    """A refused request says no; any other failure says nothing."""
    if failure.kind is ErrorKind.BAD_REQUEST:
        return Finding(name=name, holds=False, words=f"{_REFUSED}: {failure.detail}")
    return Finding(name=name, holds=None, words=f"{_NOT_ASKED}. {failure.kind.cause}: {failure.detail}")


def _seed(first: ChatReply, second: ChatReply | CallFailure) -> Finding:
    if isinstance(second, CallFailure):
        return _refusal(SEED, second)
    if first.text == second.text:
        return Finding(name=SEED, holds=True, words="The same seed brought the same answer twice")
    return Finding(
        name=SEED, holds=False, words="Taken, but the same seed brought two answers: runs cannot be repeated exactly"
    )


def _schema(outcome: ChatReply | CallFailure) -> Finding:
    if isinstance(outcome, CallFailure):
        return _refusal(SCHEMA, outcome)
    try:
        value: object = json.loads(outcome.text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and set(value) == {"sum"} and type(value["sum"]) is int:
        return Finding(name=SCHEMA, holds=True, words="The answer had the form that was asked for")
    return Finding(name=SCHEMA, holds=False, words="Not kept to: the answer had another form")


def _logprobs(outcome: ChatReply | CallFailure) -> Finding:
    if isinstance(outcome, CallFailure):
        return _refusal(LOGPROBS, outcome)
    n = len(outcome.first_logprobs)
    if n > 1:
        return Finding(name=LOGPROBS, holds=True, words=f"{n} candidates for the first word: judging is surer")
    return Finding(name=LOGPROBS, holds=False, words="None came: judges are read by their words alone")


def _usage(heard: Iterable[_Heard]) -> Finding:
    """Whether what it says of tokens can be counted with."""
    replies = [(one.request, one.outcome) for one in heard if isinstance(one.outcome, ChatReply)]
    for request, reply in replies:
        if None in counted(reply, worst_case(request, Prices())):
            said = _said_usage(reply.raw)
            is_said = f"What it says cannot be true ({said[:80]})" if said else "It does not say what a call used"
            return Finding(name=USAGE, holds=False, words=f"{is_said}: every such call counts at worst case")
    return Finding(name=USAGE, holds=True, words="It says what each call used")


def _said_usage(raw: str) -> str:
    value = json.loads(raw)
    usage = value.get("usage") if isinstance(value, dict) else None
    return json.dumps(usage) if usage else ""


def _report(endpoint: Endpoint, heard: list[_Heard], findings: tuple[Finding, ...]) -> EndpointReport:
    tokens, usd = 0, 0.0
    for one in heard:
        worst = worst_case(one.request, endpoint.prices)
        if isinstance(one.outcome, ChatReply):
            said = counted(one.outcome, worst)
            tokens += worst.tokens if None in said else (said[0] or 0) + (said[1] or 0)
            usd += endpoint.prices.cost_usd(*said) or worst.usd or 0.0
        elif one.outcome.kind in MAY_HAVE_RUN:
            tokens, usd = tokens + worst.tokens, usd + (worst.usd or 0.0)
    times = [one.outcome.latency_ms for one in heard if isinstance(one.outcome, ChatReply)]
    return EndpointReport(
        endpoint=endpoint.name,
        base_url=endpoint.base_url,
        model=endpoint.model,
        calls=len(heard),
        tokens=tokens,
        usd=None if None in (endpoint.prices.input_usd, endpoint.prices.output_usd) else usd,
        latency_ms=median(times) if times else None,
        findings=findings,
        tested_at=datetime.now(UTC),
    )
