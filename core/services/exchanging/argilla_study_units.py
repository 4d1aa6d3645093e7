"""The units of a study on their way to Argilla: in which order their texts stand is drawn here, and nothing says whose they are."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.domain import ids
from core.domain.argilla import ArgillaLink, ArgillaRecord
from core.domain.argilla_wire import DatasetPlan, OutRecord
from core.domain.study import StudyState
from core.domain.study_now import StudyNow
from core.errors import BadInput
from core.exchange import argilla_study
from core.services.evaluating import judge_setting
from core.services.projects import Project
from core.store import study_reading
from core.studies import assignment
from core.studies.masking import shown
from core.studies.questions import questions

_PAGE = 500  # units


@dataclass(frozen=True, slots=True)
class StudyUnits:
    """What a link of a study sends: every prompt with every set of its texts, once, for `design.judgments` people."""

    project: Project
    link: ArgillaLink
    study: StudyNow
    laid: assignment.Plan
    revisions: dict[str, str]  # of the prompts

    @classmethod
    def of(cls, project: Project, link: ArgillaLink, study: StudyNow) -> "StudyUnits":
        """BadInput if there is nothing to compare."""
        revisions = {one.id: one.revision_id for one in study_reading.prompts(project.database, study.id)}
        choices, _ = judge_setting.choices_of(project.database, study.id)
        laid = assignment.planned(study.design, list(revisions), choices)
        if not laid.members:
            raise BadInput("There is nothing to compare in this study yet", to_do="Add prompts and responses to them.")
        return cls(project, link, study, laid, revisions)

    @property
    def plan(self) -> DatasetPlan:
        design = self.study.design
        return argilla_study.plan(design, questions(design), max(len(unit) for unit in self.laid.members))

    @property
    def total(self) -> int:
        return len(self.laid.members)

    def batches(self) -> Iterator[list[ArgillaRecord]]:
        """In the order of the prompts. Over the prompts each member of a set stands equally often at every position."""
        turns: Counter[str] = Counter()
        page: list[ArgillaRecord] = []
        for unit in range(len(self.laid.members)):
            set_ = self.laid.sets[unit]
            page.append(self._laid_out(unit, turns[set_]))
            turns[set_] += 1
            if len(page) == _PAGE:
                yield page
                page = []
        if page:
            yield page

    def out(self, records: Sequence[ArgillaRecord]) -> list[OutRecord]:
        """As they are sent: words that are to be black already black."""
        database, design = self.project.database, self.study.design
        revision = {one.id: one.revision_id for one in study_reading.candidates(database, self.study.id)}
        wanted = {revision[id_] for one in records for id_ in one.shown} | {one.revision_id for one in records}
        texts = study_reading.texts(database, wanted)
        return [
            argilla_study.record(
                one.id, texts[one.revision_id], [shown(design, texts[revision[id_]]) for id_ in one.shown]
            )
            for one in records
        ]

    def _laid_out(self, unit: int, turn: int) -> ArgillaRecord:
        members, prompt = self.laid.members[unit], self.laid.prompts[int(self.laid.prompt_of[unit])]
        seed = self.study.design.rng_seed
        order = assignment.stands(seed, f"argilla {self.link.id}", self.laid.sets[unit], turn, len(members))
        candidates = [self.laid.choices[members[one]].candidate_id for one in order]
        is_pilot = self.study.state is StudyState.PILOT
        return ArgillaRecord(
            id=ids.argilla_record_id(self.link.id, prompt, "pilot" if is_pilot else "", *sorted(candidates)),
            link_id=self.link.id, subject_id=prompt, revision_id=self.revisions[prompt], response_revision_id=None,
            shown=tuple(candidates), pilot=is_pilot, received_at=datetime.now(UTC),
        )  # fmt: skip
