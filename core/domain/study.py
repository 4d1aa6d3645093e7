"""Studies: what is compared, by whom, how, and what they said (docs/data-model.md; docs/method.md, sections 5 to 7)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_RESPONSES = 5  # side by side in one trial
OVERALL = "overall"  # the criterion that every ranking and every pair is asked for


class StudyTask(StrEnum):
    """What is asked of a rater. Siblings are children of one parent, ranked as instructions; the others show responses."""

    RANK = "rank"
    PAIR = "pair"
    LIKERT = "likert"
    SIBLINGS = "siblings"


class StudyState(StrEnum):
    """A pilot's judgments are kept apart. What is closed is unblinded to leads and never judged again."""

    DRAFT = "draft"
    PILOT = "pilot"
    OPENED = "opened"
    CLOSED = "closed"


class StudyEventKind(StrEnum):
    """`subject` is the system of system_cleared, the person or trial of excluded and included, the person of left.

    Of link_called_back it is the person whose link it was, or nobody for the link that anybody could follow.
    """

    PILOT = "pilot"
    OPENED = "opened"
    CLOSED = "closed"
    EARLY_LOOK = "early_look"
    EXCLUDED = "excluded"
    INCLUDED = "included"
    LEFT = "left"
    LINK_CALLED_BACK = "link_called_back"
    PROMPTS_CLEARED = "prompts_cleared"
    SYSTEM_CLEARED = "system_cleared"


class RaterKind(StrEnum):
    HUMAN = "human"
    MODEL = "model"
    SIMULATED = "simulated"
    IMPORTED = "imported"


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """What responses are judged by. `key` names it in the log and in exports."""

    key: str
    label: str
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyDesign:
    """Everything of a study that is settled before its first judgment.

    `title` and `guidelines` are what raters read: neither may name a system. `asks_each`: every criterion is a question of
    its own beside the overall one (a Likert task always asks each). `per_trial` responses stand side by side; where there are
    more systems, each prompt is shown with `sets_per_prompt` balanced sets of them (0: with every set). `judgments` people judge
    each set. `people`: ids of who may judge; with none, whoever has the link. Shares are 0 to 1, of a person's trials.
    `masked`: words that are blacked out in every response. `hard_from`: the preset cut of difficulty; `least_n`: below it a
    number stands grey.
    """

    task: StudyTask = StudyTask.RANK
    title: str = "Compare responses"
    guidelines: str = ""
    criteria: tuple[Criterion, ...] = ()
    asks_each: bool = False
    asks_reason: bool = False
    per_trial: int = MOST_RESPONSES
    sets_per_prompt: int = 0
    judgments: int = 3
    people: tuple[str, ...] = ()
    attention_share: float = 0.0
    repeat_share: float = 0.0
    masked: tuple[str, ...] = ()
    hard_from: float = 8.0
    least_n: int = 10
    rng_seed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """One version of a study (a fact); its design and its state follow in facts of their own."""

    id: str
    name: str
    version: int
    by: str
    received_at: datetime
    from_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyDesignSaved:
    """A design as it was saved: JSON of StudyDesign."""

    study_id: str
    design: str
    by: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyEvent:
    study_id: str
    kind: StudyEventKind
    by: str
    received_at: datetime
    subject: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyPrompt:
    """An instruction as a study asks it: a copy of its own, so that a study's responses never stand for the dataset's.

    `key` is the row's own name (idx of a test set). For siblings it is the parent. `from_instruction_id`, `seed_id`, `epoch` and
    `operation` say where an evolved instruction came from.
    """

    id: str
    study_id: str
    position: int
    key: str
    instruction_id: str
    revision_id: str
    from_instruction_id: str | None = None
    seed_id: str | None = None
    skill: str | None = None
    author_difficulty: float | None = None
    model_difficulty: float | None = None
    epoch: int | None = None
    operation: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """What can be shown for a prompt: a system's response, or for siblings a child made by an operation."""

    id: str
    study_id: str
    prompt_id: str
    revision_id: str
    system_id: str | None = None
    operation: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rater:
    """Somebody, or something, that judges in a study. `details` is JSON: a model judge's variant, mode and prompt."""

    study_id: str
    person_id: str
    kind: RaterKind
    name: str
    details: str = "{}"
