"""Trees as the page draws them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A node in whose text a search found what it looked for: the words before it, itself, the words after it."""

    id: str
    operation: str
    epoch: int
    status: str
    before: str
    match: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedLine:
    """One seed in the list beside the tree, with how its nodes stand.

    After a search `found` is how many of its nodes have what was looked for, and `hits` are the first few of them.
    """

    id: str
    text: str
    nodes: int
    survived: int
    eliminated: int
    open: int
    found: int = 0
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedPage:
    """`next` is the cursor of the following page, None at the end."""

    total: int
    next: int | None
    seeds: tuple[SeedLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeNode:
    """One card. `text` is cut; `status` is "seed" or the run status. `by_hand`: a person asked for it, not the run."""

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
    by_hand: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """`version` grows with every change, so that a page redraws only then."""

    seed: str
    version: int
    nodes: tuple[TreeNode, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The nodes of one tree that have what was looked for."""

    ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedInRun:
    """How far one seed came in one run."""

    run: str
    number: int
    name: str
    nodes: int
    survived: int


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
    """Everything about one instruction. `rewritten`: more than 60 % changed, so the texts are better side by side.

    `asked_by` is who asked for it by hand, with which `hint`; None if it is the run's own.
    """

    id: str
    seed: str
    operation: str
    operation_label: str
    epoch: int
    depth: int
    status: str
    human: str
    asked_by: str | None
    hint: str
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Between:
    """What lies between the texts of two nodes, as the first one's way to become the second."""

    pieces: tuple[Piece, ...]
    rewritten: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenNode:
    """One node of a tree that is taken along as a file. `pieces` is the text, or its change where that reads better."""

    id: str
    parent: str | None
    operation: str
    operation_label: str
    epoch: int
    level: int
    status: str
    status_label: str
    why: str
    by_hand: bool
    text: str
    pieces: tuple[Piece, ...]
    words_added: int | None
    response: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenTree:
    """One whole tree to be taken along, its nodes in reading order: a parent before its children."""

    project: str
    run: str
    model: str
    seed: str
    taken_at: datetime
    nodes: tuple[TakenNode, ...]
