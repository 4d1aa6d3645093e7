"""A studio with a study to judge, people who judge it, and a clock that goes as a test says."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.domain.judgment import BlindTrial, JudgeHand, JudgmentReceipt, JudgmentSent, PairVerdict, Said
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.domain.study import OVERALL, StudyDesign, StudyEventKind, StudyTask
from core.services.evaluating import judging
from core.services.evaluating.judge_desk import JudgeDesk
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.builders import NOON
from tests.studies.building import a_study, happened

MIRA, NOOR, OLA, PIA = (
    Actor(person_id=name.lower(), name=name, role=Role.ANNOTATOR) for name in ("Mira", "Noor", "Ola", "Pia")
)
_MINE = "with mine as (select * from trial where study_id = ?::uuid) "
SYSTEMS = ("alpha-7b", "beta-13b", "gamma-70b", "delta-1b")


@dataclass
class Clock:
    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.now_s)


@dataclass
class JudgeRoom:
    """One installation, its first project, and the judge's desk."""

    studio: Studio
    project: Project
    clock: Clock = field(default_factory=Clock)
    study: str = ""

    @property
    def desk(self) -> JudgeDesk:
        return self.studio.judge_desk

    def restart(self) -> None:
        """The desk forgets everything that only lay in memory."""
        self.studio = replace(self.studio, judge_desk=JudgeDesk(self.clock, self.clock.wall))

    def open(self, *, prompts: int = 6, systems: int = 2, study: dict[str, Any] | None = None, **design: Any) -> str:
        """A study; the room's from now on. → its id"""
        self.study = a_study(
            self.project.database, prompts=prompts, systems=SYSTEMS[:systems],
            design=StudyDesign(**design), **{"name": f"Study {self.clock.now_s} {self.study}", **(study or {})},
        )  # fmt: skip
        return self.study

    def happened(self, kind: StudyEventKind, subject: str | None = None) -> None:
        happened(self.project.database, self.study, kind, subject, "for a test")

    def take(self, who: Actor, most: int = 12, have: Sequence[str] = ()) -> JudgeHand:
        return self.desk.take(who, self.project, self.study, most, have)

    def send(self, who: Actor, *sent: JudgmentSent) -> tuple[JudgmentReceipt, ...]:
        return judging.submit(self.studio, who, self.project, sent)

    def say(self, who: Actor, trial: BlindTrial, **more: Any) -> JudgmentReceipt:
        return self.send(who, answer(self, trial, **more))[0]

    def judge_all(self, who: Actor, most: int = 4) -> int:
        """As long as something comes. → how many trials that were"""
        n = 0
        while trials := self.take(who, most).trials:
            receipts = self.send(who, *(answer(self, one) for one in trials))
            assert {one.answer for one in receipts} == {"saved"}, receipts
            n += len(trials)
        return n

    def past(self, who: Actor, before: str | None = None) -> BlindTrial | None:
        return self.desk.past(who, self.project, self.study, before)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """What the log says; `mine` are the trials of the room's study."""
        return self.project.database.query(_MINE + sql, [self.study, *values])

    def places(self, origin: str = "fresh") -> dict[str, dict[str, Counter[int]]]:
        """Person → system → how often it stood at which position."""
        found: dict[str, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        for row in self.rows(
            "select t.person_id, s.name, l.position from mine t join trial_slot l on l.trial_id = t.id "
            "join candidate c on c.id = l.candidate_id join system s on s.id = c.system_id "
            "where t.origin = ?", origin,
        ):  # fmt: skip
            found[row["person_id"]][row["name"]][row["position"]] += 1
        return found

    def who_judged(self) -> dict[frozenset[str], dict[str, str]]:
        """Candidates that stood together → who judged them → in which (fresh) trial. Nobody judges the same texts twice."""
        found: dict[frozenset[str], dict[str, str]] = defaultdict(dict)
        for row in self.rows(
            "select t.id, t.person_id, list(l.candidate_id::varchar) as shown from mine t "
            "join trial_slot l on l.trial_id = t.id join judgment j on j.trial_id = t.id and j.number = 0 "
            "where t.origin = 'fresh' and not t.pilot group by t.id, t.person_id"
        ):
            together = found[frozenset(row["shown"])]
            assert row["person_id"] not in together, "somebody judged the same texts twice"
            together[row["person_id"]] = row["id"]
        return found

    def judgments_of_sets(self) -> Counter[frozenset[str]]:
        """How many people judged each set of texts."""
        return Counter({shown: len(people) for shown, people in self.who_judged().items()})


def answer(room: JudgeRoom, trial: BlindTrial, *, number: int = 0, **more: Any) -> JudgmentSent:
    """A sound answer to a trial of any task: what stands first is best."""
    study = room.desk.about(LOCAL_OWNER, room.project, room.study)
    if study.task is StudyTask.PAIR:
        said = tuple(Said(position=0, criterion=one.key, verdict=PairVerdict.LEFT) for one in study.criteria)
    else:
        is_score = study.task is StudyTask.LIKERT
        said = tuple(
            Said(
                position=at, criterion=one.key, rank=None if is_score else at + 1, score=5.0 - at if is_score else None
            )
            for one in study.criteria
            for at in range(len(trial.texts))
        )
    return JudgmentSent(**{"trial_id": trial.trial, "number": number, "said": said, "active_ms": 4_000, **more})


def ranks(*values: int | None) -> tuple[Said, ...]:
    return tuple(Said(position=at, criterion=OVERALL, rank=value) for at, value in enumerate(values))


@contextmanager
def judge_room_at(home: Path) -> Iterator[JudgeRoom]:
    studio = open_studio(Settings(home=home))
    try:
        project = studio.projects.open(LOCAL_OWNER, "my-project")
        clock = Clock()
        yield JudgeRoom(studio=replace(studio, judge_desk=JudgeDesk(clock, clock.wall)), project=project, clock=clock)
    finally:
        studio.close()
