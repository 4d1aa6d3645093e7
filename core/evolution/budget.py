"""Caps: no call starts whose worst case would pass one (issue 1)."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from core.domain.call import ChatRequest, Prices
from core.domain.run import Caps

_BYTES_A_MESSAGE = 16  # role and separators of a chat template


@dataclass(frozen=True, kw_only=True, slots=True)
class Worst:
    """The most that one call can cost."""

    tokens: int
    usd: float | None


def worst_case(request: ChatRequest, prices: Prices) -> Worst:
    """Prompt plus max tokens. No byte-level tokenizer makes more tokens than a text has bytes, so bytes bound them."""
    prompt = sum(len(message.content.encode("utf-8", "replace")) + _BYTES_A_MESSAGE for message in request.messages)
    return Worst(tokens=prompt + request.sampling.max_tokens, usd=prices.cost_usd(prompt, request.sampling.max_tokens))


class Budget:
    """What a run has spent, and what calls in flight may still cost. One event loop; no locks."""

    def __init__(self, caps: Caps, *, calls: int = 0, tokens: int = 0, usd: float = 0.0) -> None:
        self._caps = caps
        self.calls, self.tokens, self.usd = calls, tokens, usd
        self._reserved_calls, self._reserved_tokens, self._reserved_usd = 0, 0, 0.0

    @property
    def in_flight(self) -> int:
        return self._reserved_calls

    def reserve(self, worst: Worst) -> str | None:
        """Set the worst case aside; or, if that would pass a cap, say which one and reserve nothing."""
        usd = worst.usd or 0.0
        caps = self._caps
        if caps.calls is not None and self.calls + self._reserved_calls + 1 > caps.calls:
            return f"the cap of {caps.calls:,} calls"
        if caps.tokens is not None and self.tokens + self._reserved_tokens + worst.tokens > caps.tokens:
            return f"the cap of {caps.tokens:,} tokens"
        if caps.usd is not None and self.usd + self._reserved_usd + usd > caps.usd:
            return f"the cap of ${caps.usd:,.2f}"
        self._reserved_calls += 1
        self._reserved_tokens += worst.tokens
        self._reserved_usd += usd
        return None

    def owe(self, worst: Worst, calls: int) -> None:
        """Set aside what calls that were asked before may still cost, whatever the caps say now."""
        self._reserved_calls += calls
        self._reserved_tokens += worst.tokens
        self._reserved_usd += worst.usd or 0.0

    def settle(self, worst: Worst, *, tokens: int, usd: float) -> None:
        """A call came back: its reservation becomes what it really cost."""
        self.release(worst)
        self.calls += 1
        self.tokens += tokens
        self.usd += usd

    @contextmanager
    def released_on_error(self, worst: Worst) -> Iterator[None]:
        """While a call is made: if it is cancelled or breaks, its reservation is given back."""
        with ExitStack() as back:
            back.callback(self.release, worst)
            yield
            back.pop_all()

    def release(self, worst: Worst) -> None:
        """A call was not made after all."""
        self._reserved_calls -= 1
        self._reserved_tokens -= worst.tokens
        self._reserved_usd -= worst.usd or 0.0
