"""Prompt packs as people see them: shipped or their own, with versions by the hash of their content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.domain.call import Message
from core.domain.check import Rule, Verdict
from core.domain.tree import Piece


@dataclass(frozen=True, kw_only=True, slots=True)
class PackEvent:
    """What became of a name: `act` is "saved" (a version, made from another one) or "removed" (the name is free again)."""

    name: str
    act: str
    hash: str
    from_hash: str | None
    by: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PackUse:
    """A run of the project that asked with a version, and how many instructions it drew with it."""

    hash: str
    name: str
    run_id: str
    run_number: int
    run_name: str
    instructions: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PackLine:
    """One line of the list of packs. `saved_at` is None for a shipped one."""

    name: str
    hash: str
    is_own: bool
    n_files: int
    n_versions: int
    saved_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PackVersion:
    """One content under one name. `files` are name → text. `saved_at` is None where only a run has kept it, or it is shipped."""

    name: str
    hash: str
    files: Mapping[str, str]
    is_own: bool
    is_current: bool = False
    from_hash: str | None = None
    saved_at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileDifference:
    """How one prompt differs between two versions. `pieces` are ("=", "+" or "-", text); none for a file that is alike."""

    file: str
    status: str  # same, changed, added, removed
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What would be sent: the exact turns, what is demanded of the reply, and the most that one call can take."""

    messages: tuple[Message, ...]
    reply: str
    max_tokens: int
    temperature: float
    worst_tokens: int
    worst_usd: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleWord:
    """What one rule says of an attempt's text."""

    rule: Rule
    verdict: Verdict
    evidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What one live call gave. `problem` says why there is no text. `cost_usd` is None where a price or count is unknown."""

    text: str | None
    raw: str
    problem: str = ""
    words_added: int | None = None
    rules: tuple[RuleWord, ...] = ()
    pieces: tuple[Piece, ...] = field(default=())
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    latency_ms: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file as a browser sent it."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What to show or try: the prompt in `file` with a seed's text. `child` is the judge's second text; `seed` draws."""

    file: str
    text: str
    child: str = ""
    data_format: str | None = None
    seed: int = 1
