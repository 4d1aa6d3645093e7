"""Trees as the page draws them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedLine:
    """One seed in the list beside the tree, with how its nodes stand."""

    id: str
    text: str
    nodes: int
    survived: int
    eliminated: int
    open: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedPage:
    """`next` is the cursor of the following page, None at the end."""

    total: int
    next: int | None
    seeds: tuple[SeedLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeNode:
    """One card. `text` is cut; `status` is "seed" or the run status."""

    id: str
    parent: str | None
    operation: str
    text: str
    status: str
    human: str
    set_aside: bool
    epoch: int
    depth: int
    number: int
    words_added: int | None
    rule: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """`version` grows with every change, so that a page redraws only then."""

    seed: str
    version: int
    nodes: tuple[TreeNode, ...]


Piece = tuple[str, str]
"""("=" | "+" | "-", text): a stretch of a word diff."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """The first thing to know about a node that did not survive."""

    title: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckLine:
    rule: str
    label: str
    verdict: str
    value: str
    evidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CallLine:
    """One call exactly as it was made."""

    kind: str
    system: str
    started_at: datetime
    latency_ms: float
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    finish_reason: str | None
    error: str | None
    messages: tuple[dict[str, str], ...]
    parameters: str
    reply: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PathStep:
    """One node on the way from the seed, with what it changed."""

    id: str
    operation: str
    operation_label: str
    epoch: int
    text: str
    words_added: int | None
    diff: tuple[Piece, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """Everything about one instruction. `rewritten`: more than 60 % changed, so the texts are better side by side."""

    id: str
    seed: str
    operation: str
    operation_label: str
    epoch: int
    depth: int
    status: str
    human: str
    why: Why | None
    text: str
    diff: tuple[Piece, ...] | None
    parent_text: str | None
    rewritten: bool
    words: int
    words_added: int | None
    response: str | None
    checks: tuple[CheckLine, ...]
    numbers: tuple[tuple[str, str], ...]
    calls: tuple[CallLine, ...]
    path: tuple[PathStep, ...]
