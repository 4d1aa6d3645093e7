"""Judgments: what raters said in trials. A rater's browser is shown a BlindTrial, which has no field for what made a text."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.study import Criterion, StudyTask


class Outcome(StrEnum):
    """Unparseable: a model judge's reply that says nothing; kept and counted, never scored. Void: it was given back."""

    JUDGED = "judged"
    UNPARSEABLE = "unparseable"
    VOID = "void"


class PairVerdict(StrEnum):
    """What a pair is judged to be, seen from the left. Both bad is a tie that says more."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    BOTH_BAD = "both_bad"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgment:
    """One answer to one trial (a fact). `number` counts the answers to that trial from 0; the highest holds."""

    id: str
    trial_id: str
    number: int
    received_at: datetime
    outcome: Outcome = Outcome.JUDGED
    note: str | None = None
    call_id: str | None = None
    active_ms: int | None = None
    decided_at_browser: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgmentValue:
    """What was said of the text at one position under one criterion.

    `rank` from 1, the best (equal ranks tie; a pair is ranks 1 and 2, or 1 and 1 with `verdict` tie or both_bad);
    `score` 1 to 5 on a Likert scale, 1 to 10 for difficulty and for a model that judges one response alone.
    """

    judgment_id: str
    position: int
    criterion: str
    rank: int | None = None
    score: float | None = None
    verdict: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One value as a browser sends it and gets it back."""

    position: int
    criterion: str
    rank: int | None = None
    score: float | None = None
    verdict: PairVerdict | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BlindTrial:
    """What a rater sees: a prompt and texts by position. Nothing here says, or follows from, which system made what.

    `said`, `note` and `number` are the rater's own last answer, if there is one (number -1: none yet).
    """

    trial: str
    prompt: str
    texts: tuple[str, ...]
    said: tuple[Said, ...] = ()
    note: str = ""
    number: int = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class BlindStudy:
    """What a rater may know of a study."""

    id: str
    title: str
    guidelines: str
    task: StudyTask
    criteria: tuple[Criterion, ...]  # the questions of every trial, in their order
    asks_reason: bool
    is_pilot: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeHand:
    """The next trials of one person. `total` is how many are theirs in all, `judged` how many of them are done."""

    study: BlindStudy
    total: int
    judged: int
    trials: tuple[BlindTrial, ...]
    pace_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgmentSent:
    """One answer on its way in. Sending it again (same trial, same number) finds it saved."""

    trial_id: str
    number: int
    said: tuple[Said, ...]
    note: str = ""
    active_ms: int | None = None
    decided_at_browser: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgmentReceipt:
    """What became of it: saved, already_saved or refused (then `why` says it in words for its sender)."""

    trial_id: str
    number: int
    answer: str
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeLine:
    """A study that somebody may judge now, and how far they are with it."""

    id: str
    title: str
    total: int
    judged: int
    is_pilot: bool
