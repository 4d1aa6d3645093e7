"""Studies as files, and what became of one that was read."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyTaken:
    """A study's file that was read into a project. `is_new`: False where the project had all of it already."""

    study_id: str
    name: str
    version: int
    prompts: int
    candidates: int
    trials: int
    judgments: int
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgmentColumns:
    """Which column of a file of judgments is what. A row has a `rank` or a `score`; without a criterion it is the overall one."""

    key: str
    system: str
    rater: str
    rank: str = ""
    score: str = ""
    criterion: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgmentRow:
    """A usable row: what one rater said of one system's text."""

    row: int
    key: str
    system: str
    rater: str
    criterion: str
    rank: int | None = None
    score: float | None = None
