"""How well an automatic rule agrees with people, and what another threshold would change."""

from dataclasses import dataclass

from core.domain.check import Rule
from core.domain.overview import Share


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A share that is told from a sample, with its 95 % credible interval; None where nothing tells it."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleAudit:
    """One rule against people, over everything that it checked.

    `precision`: of what it eliminated and people were given unmarked, what they rejected too. `overrides`: eliminations that
    people looked up by themselves and accepted, of all that they looked up; they chose these, so they are no sample.
    `recall`: of all that people would reject, what it eliminates; `missed` is what it let pass and people rejected, of n
    that they decided.
    """

    rule: Rule
    eliminated: int
    passed: int
    precision: Share
    overrides: Share
    recall: Estimate
    missed: Share


@dataclass(frozen=True, kw_only=True, slots=True)
class Flip:
    """A child whose fate another threshold would change. `human` is what people say of it; `contradicts` if they disagree."""

    id: str
    seed_id: str
    run_id: str
    text: str
    falls: bool
    score: float | None
    human: str
    contradicts: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DryRun:
    """What a threshold would do to children that are stored. Nothing was asked and nothing was changed.

    `looked_at` of `checked` children, those that people decided first. `falls` survive now and would be eliminated; `rises`
    were eliminated by this rule alone and would pass it (what the cheap order then did not check is not known). Of these,
    `against_people` contradict what they decided, and `with_people` agree with it. `kept` are as they were, among them
    `own_cut`: those that the pack's judge of what was named holds to a cut of its own.
    """

    rule: Rule
    threshold: float
    checked: int
    looked_at: int
    falls: int
    rises: int
    against_people: int
    with_people: int
    own_cut: int
    flips: tuple[Flip, ...]

    @property
    def kept(self) -> int:
        return self.looked_at - self.falls - self.rises
