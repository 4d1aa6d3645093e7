"""What many like calls to one endpoint will take: tokens, money, time."""

from dataclasses import dataclass

from core.domain.progress import Estimate
from core.domain.system import EMBEDDED, Endpoint
from core.store.run_reading import Usage

_TOKENS_A_WORD = 1.35
# Guesses for the embedded model on two idle cores, in tokens a second; the first real calls take their place.
_READ_PER_S, _WRITTEN_PER_S, _BEGINS_S = 100.0, 12.0, 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What is guessed of all calls together, before any was measured. `prompt_tokens` stand around each call's words."""

    calls: int
    words_in: float
    tokens_out: float
    prompt_tokens: float = 10.0


def estimate_of(load: Load, endpoint: Endpoint, usage: Usage | None) -> Estimate:
    """Uses what such calls to the endpoint really took, where that is known. Money is unknown while a price is."""
    tokens_in = load.words_in * _TOKENS_A_WORD + load.calls * load.prompt_tokens
    tokens_out = load.calls * usage.tokens_out if usage else load.tokens_out
    latency_s = usage.latency_s if usage else None
    busy_s = load.calls * latency_s if latency_s else _busy_s(load.calls, tokens_in, tokens_out, endpoint)
    rpm, tpm = endpoint.requests_per_min, endpoint.tokens_per_min
    return Estimate(
        calls=load.calls,
        tokens=round(tokens_in + tokens_out),
        usd=0.0 if endpoint.name == EMBEDDED else endpoint.prices.cost_usd(round(tokens_in), round(tokens_out)),
        duration_s=max(
            busy_s / max(1, endpoint.in_flight),
            60 * load.calls / rpm if rpm else 0.0,
            60 * (tokens_in + tokens_out) / tpm if tpm else 0.0,
        ),
    )


def _busy_s(calls: int, tokens_in: float, tokens_out: float, endpoint: Endpoint) -> float:
    if endpoint.name == EMBEDDED:
        return calls * _BEGINS_S + tokens_in / _READ_PER_S + tokens_out / _WRITTEN_PER_S
    return calls * 0.5 + tokens_out / 60
