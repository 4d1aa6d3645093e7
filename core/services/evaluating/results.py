"""Results of a study: who may see them, what counts in them, and the ballots that every number is worked out of."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np

from core.domain.operation import Operation
from core.domain.person import Actor
from core.domain.study import OVERALL, Criterion, RaterKind, StudyEventKind
from core.domain.study_now import StudyHappened, StudyNow
from core.domain.study_results import Difficulty
from core.domain.trial import TrialOrigin
from core.errors import NotAllowed
from core.services.access import may_read
from core.services.evaluating import study_course, study_making
from core.services.evaluating.result_jobs import Jobs
from core.services.projects import Project
from core.store import result_reading, study_reading
from core.store.result_reading import ORIGINS, Bits, JudgedRows
from core.studies import tally
from core.studies.ballots import Ballots, Contestant, Ints, PromptFacts, RaterFacts
from core.studies.bootstrap import clusters_of
from core.studies.judge_agreement import both_orders
from core.studies.tally import Tally

T = TypeVar("T")

PEOPLE = str(RaterKind.HUMAN)  # as whose judgments are looked at first
_MOST_OPEN = 4  # studies whose arrays are held in memory: 60 MB for 400,000 judged texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Whose judgments, under which criterion. `by` is a RaterKind, or the id of one model judge."""

    by: str = PEOPLE
    criterion: str = OVERALL


@dataclass(frozen=True, kw_only=True, slots=True)
class Hardness:
    """Which difficulty is meant, and from where on a prompt is hard. `only`: of the hard ones alone."""

    of: Difficulty = Difficulty.AUTHOR
    cut: float = 8.0
    only: bool = False


@dataclass(slots=True, eq=False)
class Opened:
    """A study's results as of one mark of its log: the rows, and what was worked out of them."""

    study: StudyNow
    events: tuple[StudyHappened, ...]
    rows: JudgedRows
    contestants: tuple[Contestant, ...]
    raters: tuple[RaterFacts, ...]
    prompts: tuple[PromptFacts, ...]
    jobs: Jobs = field(default_factory=Jobs)  # what takes seconds to work out of this
    _kept: dict[Hashable, Any] = field(default_factory=dict)
    _guard: threading.RLock = field(
        default_factory=threading.RLock
    )  # guards the dict: two tabs may ask for the same at once

    def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What was worked out before, or is now."""
        with self._guard:
            if key not in self._kept:
                self._kept[key] = work()
            return cast("T", self._kept[key])

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those that something was said under, the overall one first."""
        named = {one.key: one for one in (Criterion(key=OVERALL, label="Overall"), *self.study.design.criteria)}
        said = [named.get(key) or Criterion(key=key, label=key) for key in self.rows.criteria]
        return tuple(sorted(said, key=lambda one: list(named).index(one.key) if one.key in named else len(named)))

    @property
    def judges(self) -> tuple[str, ...]:
        """Whose judgments there are, people first: kinds of raters, and every model judge by itself."""
        kinds = {rater.kind for rater in self.raters}
        several = [str(kind) for kind in (RaterKind.HUMAN, RaterKind.IMPORTED, RaterKind.SIMULATED) if kind in kinds]
        return (*several, *(rater.id for rater in self.raters if rater.kind == RaterKind.MODEL))

    @property
    def unblinded_at(self) -> int | None:
        """From which place in the log on somebody may have known who is who; None before that."""
        known = (StudyEventKind.CLOSED, StudyEventKind.EARLY_LOOK)
        return next((event.seq for event in self.events if event.kind in known), None)

    def ballots(self, wanted: Selection) -> Ballots:
        """What counts: fresh trials of the main phase, answered, not left out, under one criterion."""
        return self.once(("ballots", wanted), lambda: self._ballots(wanted))

    def _ballots(self, wanted: Selection) -> Ballots:
        counts = ~self.rows.trial_excluded & ~self.is_excluded & self.by_rater(wanted.by)
        return self.said(wanted.criterion, TrialOrigin.FRESH, counts)

    def said(self, criterion: str, origin: TrialOrigin, trials: Bits) -> Ballots:
        """What was said under a criterion in these trials, as far as they are of this origin, of the main phase, and answered."""
        rows = self.rows
        among = trials & (rows.trial_origin == ORIGINS.index(origin)) & ~rows.trial_pilot & rows.trial_judged
        return self.of_rows(among[rows.trial] & (rows.criterion == self._criterion(criterion)))

    def by_rater(self, by: str) -> Bits:
        """Which trials are of these raters: of a kind, or of one of them."""
        of = np.array([by in (rater.kind, rater.id) for rater in self.raters] or [False])
        return cast("Bits", of[self.rows.trial_rater])

    @property
    def is_excluded(self) -> Bits:
        """Which trials are of raters who were left out."""
        out = np.array([rater.id in self.rows.excluded for rater in self.raters] or [False])
        return cast("Bits", out[self.rows.trial_rater])

    def _criterion(self, key: str) -> int:
        return self.rows.criteria.index(key) if key in self.rows.criteria else -1

    def of_rows(self, kept: Bits) -> Ballots:
        """Ballots of some of the judged texts; those that a rater judged one by one stand beside each other by prompt."""
        rows = self.rows
        trial = rows.trial[kept]
        return Ballots(
            prompts=self.prompts, raters=self.raters, contestants=self.contestants, trial=self._together(trial), prompt=rows.trial_prompt[trial],
            rater=rows.trial_rater[trial], contestant=rows.contestant[kept], text=rows.text[kept], position=rows.position[kept], place=rows.place[kept],
            words=rows.words[kept], both_bad=rows.both_bad[kept],
        )  # fmt: skip

    def _together(self, trial: Ints) -> Ints:
        rows, trials = self.rows, len(self.rows.trial_prompt)
        alone = np.bincount(trial, minlength=trials)[trial] == 1
        beside = trials + rows.trial_rater[trial] * len(self.prompts) + rows.trial_prompt[trial]
        return np.where(alone, beside, trial)

    def tally(self, wanted: Selection) -> Tally:
        """Votes on every pair by prompt. Of a model that saw pairs in both orders one vote is left: a tie where it changed its mind."""
        return self.once(("tally", wanted), lambda: self._tally(wanted))

    def _tally(self, wanted: Selection) -> Tally:
        ballots = self.ballots(wanted)
        if self.judged_in_both_orders(wanted.by):
            return both_orders(ballots).tally
        return tally.tally(ballots)

    def judged_in_both_orders(self, by: str) -> bool:
        """Whether this is a model judge that was shown pairs: those are always asked in both orders."""
        is_model = any(rater.id == by and rater.kind == RaterKind.MODEL for rater in self.raters)
        return is_model and bool((self.rows.position[self.by_rater(by)[self.rows.trial]] > 0).any())

    def clusters(self) -> Ints:
        """What is resampled: the seed of each evolved prompt, else the prompt."""
        return self.once("clusters", lambda: clusters_of(self.of_rows(np.zeros(len(self.rows.trial), np.bool_))))


class Results:
    """The results that this process has open, the newest few."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str], Opened] = OrderedDict()
        self._guard = threading.Lock()  # guards the dict, and that a study is read once at a time

    def open(self, actor: Actor, project: Project, study_id: str) -> Opened:
        """Read what was judged, unless it was read and nothing has happened since. NotAllowed before the study is closed."""
        may_read(actor)
        study = study_making.one(actor, project, study_id)
        if not study_course.may_see_results(actor, project, study_id):
            raise NotAllowed(
                "Results stay closed while people judge: who knows them judges otherwise",
                to_do="Close the study first. An early look is possible on its page; it is written down with its reason.",
            )
        events = tuple(study_reading.events(project.database, study_id))
        key = (project.slug, study_id)
        with self._guard:
            mark = result_reading.mark(project.database, study_id)
            if key in self._open and self._open[key].rows.mark != mark:
                self._open.pop(key).jobs.close()
            if key not in self._open:
                self._open[key] = _opened(study, events, result_reading.read(project.database, study_id))
            self._open.move_to_end(key)
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)[1].jobs.close()
            return self._open[key]

    def close(self) -> None:
        for opened in self._open.values():
            opened.jobs.close()


def _opened(study: StudyNow, events: tuple[StudyHappened, ...], rows: JudgedRows) -> Opened:
    return Opened(
        study=study,
        events=events,
        rows=rows,
        contestants=tuple(Contestant(id=row["id"], name=_name(row["name"])) for row in rows.contestants),
        raters=tuple(RaterFacts(id=row["id"], name=row["name"], kind=row["kind"]) for row in rows.raters),
        prompts=tuple(
            PromptFacts(
                id=row["id"], key=row["key"], cluster=row["seed_id"] or row["id"], skill=row["skill"],
                author_difficulty=row["author_difficulty"], model_difficulty=row["model_difficulty"], epoch=row["epoch"],
                operation=row["operation"],
            )
            for row in rows.prompts
        ),
    )  # fmt: skip


def _name(name: str) -> str:
    """A system's name; among siblings, an operation as people call it."""
    return Operation(name).label if name in set(Operation) else name
