"""How far a study is, person by person: counts and times, and nothing of what was said."""

from dataclasses import dataclass
from datetime import datetime

from core.domain.study import StudyState


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonProgress:
    """One person's part. `judged` of `quota` trials that count; `besides` are repeats and attention trials, `pilot` the pilot's.

    `revised`: answers that were given again. `pace_s` is the median active time of a trial. `is_late`: there is something left
    to do, and for two days they did nothing.
    """

    person_id: str
    name: str
    judged: int
    quota: int
    besides: int
    pilot: int
    revised: int
    first: datetime | None
    last: datetime | None
    pace_s: float | None
    has_left: bool
    is_excluded: bool
    is_late: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Completeness:
    """All people of a study. `judged` of `needed` judgments count; `left_out` prompts have too few responses to be shown.

    `others`: judgments of models, simulated and imported raters, which take no person's place.
    """

    state: StudyState
    prompts: int
    left_out: int
    needed: int
    judged: int
    others: int
    people: tuple[PersonProgress, ...]

    @property
    def late(self) -> tuple[PersonProgress, ...]:
        return tuple(one for one in self.people if one.is_late)
