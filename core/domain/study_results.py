"""What a study amounts to: wins, ties and losses with intervals, and which trials stand behind a number."""

from dataclasses import dataclass, fields
from enum import StrEnum
from urllib.parse import quote, unquote

from core.domain.study_numbers import Estimate, Record


class WinRate(StrEnum):
    """A rate is named for what it is."""

    DECISIVE = "decisive"
    WITH_TIES = "with_ties"

    @property
    def formula(self) -> str:
        return {self.DECISIVE: "wins ÷ (wins + losses)", self.WITH_TIES: "(wins + ties ÷ 2) ÷ all"}[self]


class Reduction(StrEnum):
    """One verdict a prompt (the outcome with most votes; equal top counts tie), or every vote."""

    VERDICTS = "verdicts"
    VOTES = "votes"


class Part(StrEnum):
    """What results are told by. Difficulty is the author's or a model's; whoever asks says which."""

    ALL = "all"
    SKILL = "skill"
    DIFFICULTY = "difficulty"
    EPOCH = "epoch"
    OPERATION = "operation"


class Difficulty(StrEnum):
    AUTHOR = "author"
    MODEL = "model"

    @property
    def words(self) -> str:
        return {self.AUTHOR: "the author's difficulty", self.MODEL: "the model's difficulty"}[self]


class Verdict(StrEnum):
    WIN = "win"
    TIE = "tie"
    LOSS = "loss"


class Rest(StrEnum):
    """What stands behind no number. All but the last two are kinds of trials."""

    PILOT = "pilot"
    REPEATS = "repeats"
    ATTENTION = "attention"
    UNPARSEABLE = "unparseable"
    OF_EXCLUDED = "of_excluded"
    EXCLUDED = "excluded"
    MISSING = "missing"
    UNCOMPARED = "uncompared"

    @property
    def is_of_trials(self) -> bool:
        return self not in (self.MISSING, self.UNCOMPARED)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialPick:
    """Which prompts of a study: where `of` won, tied or lost against `against`, within one part. As text it stands in an address.

    `person` and `beside` have judged them (a rater, or all of a kind). `its` and `theirs`: on some pair the verdict of `person` was
    `its` and that of `beside` was `theirs`, seen from the first of the pair. `rest` is a Rest: what is counted nowhere.
    """

    of: str = ""
    against: str = ""
    verdict: str = ""
    part: Part = Part.ALL
    name: str = ""
    person: str = ""
    beside: str = ""
    its: str = ""
    theirs: str = ""
    rest: str = ""

    def __str__(self) -> str:
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return ",".join(
            f"{name}:{quote(value, safe='')}" for name, value in said.items() if value not in ("", Part.ALL)
        )

    @classmethod
    def read(cls, text: str) -> "TrialPick | None":
        """From an address; None for anything that is no pick."""
        said = dict(part.partition(":")[::2] for part in text.split(",") if part)
        names = {field.name for field in fields(cls)}
        if not said or not set(said) <= names or said.get("part", Part.ALL) not in set(Part):
            return None
        plain = {name: unquote(value) for name, value in said.items() if name != "part"}
        return cls(**plain, part=Part(said.get("part", Part.ALL)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Bout:
    """How one contestant did against another, in one row of a figure. `name` is the row's: an opponent, a skill, a difficulty.

    The record counts prompts (verdicts) or votes; `rate.n` is what the rate divides by.
    """

    name: str
    record: Record
    rate: Estimate
    pick: TrialPick


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """One contestant on a scale: a strength, a mean rank."""

    id: str
    name: str
    estimate: Estimate
