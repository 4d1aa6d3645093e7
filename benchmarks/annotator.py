"""Somebody who reviews over HTTP as the deck does: a hand of cards, a list of decisions, a person's own cookies."""

import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from core.domain.decision import Answer, Reason

HELD, REFILL = 12, 6  # as the deck holds and fetches
_PATIENCE = aiohttp.ClientTimeout(total=30)
_IDLE_S = 3.0  # the server hangs up after 5: a browser would ask again unseen, this would count as an error
_REJECTED = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request that was answered, or was not (`error`). `at_s` on the monotonic clock; `kind`: "hand" or "decision"."""

    kind: str
    at_s: float
    ms: float
    error: str = ""


@dataclass(kw_only=True)
class Annotator:
    """One person in one queue. Everything that the server acknowledged is kept, to be counted against the log."""

    session: aiohttp.ClientSession
    address: str
    project: str
    queue: str
    rng: Random
    hand: list[dict[str, Any]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    acknowledged: list[tuple[str, str]] = field(default_factory=list)  # trial, act
    refused: Counter[str] = field(default_factory=Counter)
    empty: int = 0

    async def enter(self, name: str) -> None:
        """Visit a page, which gives the visit's cookie; then say who one is, somebody new."""
        async with self.session.get(self.address, headers={"Accept": "text/html"}) as page:
            page.raise_for_status()
        async with self.session.post(f"{self.address}/api/person", json={"name": name}) as said:
            said.raise_for_status()

    async def refill(self, most: int = HELD) -> None:
        """Fetch as many cards as are wanted beside those that one holds."""
        asked = {"project": self.project, "queue": self.queue, "most": str(max(1, most - len(self.hand)))}
        asked["have"] = ",".join(card["trial"] for card in self.hand)
        answer = await self._ask("hand", "GET", "/api/trials", params=asked)
        known = {card["trial"] for card in self.hand}
        self.hand += [card for card in answer.get("cards", ()) if card["trial"] not in known]
        self.empty += not self.hand

    async def decide(self, n: int = 1) -> None:
        """Decide the first cards of the hand, in one request. What was not answered stays first and is sent again."""
        decisions = [self._decision(card) for card in self.hand[:n]]
        if not decisions:
            return
        body = {"project": self.project, "decisions": decisions}
        answer = await self._ask("decision", "POST", "/api/decisions", json=body)
        for receipt in answer.get("receipts", ()):
            if receipt["answer"] == Answer.REFUSED:
                self.refused[receipt["why"]] += 1
            else:
                self.acknowledged.append((receipt["trial"], receipt["act"]))
        over = {receipt["trial"] for receipt in answer.get("receipts", ())} | set(answer.get("void", ()))
        self.hand = [card for card in self.hand if card["trial"] not in over]

    def _decision(self, card: dict[str, Any]) -> dict[str, Any]:
        """The same each time that it is sent: what is decided of a card follows from its trial."""
        rng = Random(card["trial"])
        decision = {"trial": card["trial"], "revision": card["revision"], "active_ms": rng.randrange(1_000, 9_000)}
        if rng.random() < _REJECTED:
            return decision | {"act": "reject", "reason": str(rng.choice(list(Reason)))}
        return decision | {"act": "accept"}

    async def _ask(self, kind: str, method: str, path: str, **more: Any) -> dict[str, Any]:
        began, error = time.monotonic(), ""
        answer: dict[str, Any] = {}
        try:
            async with self.session.request(method, self.address + path, **more) as reply:
                answer = await reply.json(content_type=None)
                if reply.status != 200:
                    error, answer = f"{reply.status}: {answer.get('what', '')}", {}
        except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
            error = type(problem).__name__
        self.requests.append(Request(kind=kind, at_s=began, ms=1000 * (time.monotonic() - began), error=error))
        return answer


def session() -> aiohttp.ClientSession:
    """One browser: its cookies, its connections. Cookies of an address without a name are kept too."""
    connector = aiohttp.TCPConnector(keepalive_timeout=_IDLE_S)
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=_PATIENCE, connector=connector)
