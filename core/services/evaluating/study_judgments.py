"""Judgments that were made elsewhere: read into a copy of a study, which is closed at once. They are there to compute results only."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.domain import ids
from core.domain.judgment import Judgment, JudgmentValue
from core.domain.person import Actor
from core.domain.source import FileFormat
from core.domain.study import Candidate, Rater, RaterKind, StudyEvent, StudyEventKind, StudyPrompt, StudyTask
from core.domain.study_file import JudgmentColumns, JudgmentRow
from core.domain.study_import import Refused, RefusedRow
from core.domain.study_now import StudyNow
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.errors import BadInput
from core.exchange.judgment_rows import guess_judgments, judgment_of
from core.services.access import may_grow
from core.services.evaluating import study_making
from core.services.evaluating.study_tables import Refusals, look, require_some, source_of, tell_nobody, usable_rows
from core.services.projects import Project
from core.store import study_reading

_KINDS = {StudyTask.PAIR: TrialKind.PAIR, StudyTask.LIKERT: TrialKind.LIKERT}


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgmentReport:
    """What became of a file of judgments, and the copy in which they are. Every row is taken or refused."""

    study_id: str
    version: int
    taken: int
    trials: int
    raters: int
    refused: Refused


def import_file(
    actor: Actor,
    project: Project,
    study_id: str,
    path: Path,
    *,
    name: str,
    columns: JudgmentColumns | None = None,
    format_: FileFormat | None = None,
) -> JudgmentReport:
    """Take every usable row into a new, closed version of the study. BadInput, and no copy, if there is none.

    Nothing is known of the order in which texts were shown, so the file's order stands for it: position bias means nothing there.
    """
    may_grow(actor)
    study = study_making.one(actor, project, study_id)
    found = columns or look(path, format_, name, guess_judgments).guess
    if found is None:
        raise BadInput(
            "The columns of these judgments are not found", where=name,
            to_do="A row says prompt, system, rater, and a rank or a score.",
        )  # fmt: skip
    refusals = Refusals()
    taking = _Taking.of(project, study, found)
    for row in usable_rows(path, format_, name, lambda record: judgment_of(record, found), refusals, tell_nobody):
        if (refused := taking.take(row)) is not None:
            refusals.add(refused)
    require_some(taking.taken, refusals, name)
    copy = study_making.new_version(actor, project, study.id)
    source = replace(
        source_of(actor, path, "judgments", name, ""), taken=taking.taken, refused=refusals.reasons.total()
    )
    facts = [
        source,
        *taking.facts(project, copy),
        _closed(actor, copy),
        study_making.audit(actor, "judgments imported", copy),
    ]
    project.database.writer.append_now(facts, by_person=True)
    return JudgmentReport(
        study_id=copy.id, version=copy.version, taken=taking.taken, trials=len(taking.said),
        raters=len({rater for rater, _ in taking.said}), refused=refusals.all(),
    )  # fmt: skip


class _Taking:
    """Rows that will be taken, by rater and prompt: each such pair is one trial."""

    def __init__(self, columns: JudgmentColumns, shown: dict[tuple[str, str], str], keys: set[str]) -> None:
        self._columns, self._shown, self._keys = columns, shown, keys
        self._systems = {system for _, system in shown}
        self.said: defaultdict[tuple[str, str], dict[tuple[str, str], JudgmentRow]] = defaultdict(dict)
        self.taken = 0

    @classmethod
    def of(cls, project: Project, study: StudyNow, columns: JudgmentColumns) -> "_Taking":
        prompts = {one.id: one.key for one in study_reading.prompts(project.database, study.id)}
        names = {one.id: one.name for one in study_reading.systems(project.database, study.id)}
        if not names:
            raise BadInput(
                "This study compares no systems", to_do="Judgments of siblings come with the study's own file."
            )
        shown = {
            (prompts[one.prompt_id], names[one.system_id]): one.id
            for one in study_reading.candidates(project.database, study.id)
            if one.system_id
        }
        return cls(columns, shown, set(prompts.values()))

    def take(self, row: JudgmentRow) -> RefusedRow | None:
        """Take it, or say why not."""
        of = self.said.get((row.rater, row.key), {})
        if row.key not in self._keys:
            return RefusedRow(row=row.row, field=self._columns.key, reason="is no prompt of the study")
        if row.system not in self._systems:
            return RefusedRow(row=row.row, field=self._columns.system, reason="is no system of the study")
        if (row.key, row.system) not in self._shown:
            return RefusedRow(row=row.row, field=self._columns.system, reason="has no response to this prompt")
        if (row.system, row.criterion) in of:
            return RefusedRow(row=row.row, field="", reason="says again what this rater said already")
        if any(
            (one.rank is None) != (row.rank is None) for (_, criterion), one in of.items() if criterion == row.criterion
        ):
            return RefusedRow(
                row=row.row, field="", reason="has a score where the others have a rank, or a rank for a score"
            )
        self.said[row.rater, row.key][row.system, row.criterion] = row
        self.taken += 1
        return None

    def facts(self, project: Project, copy: StudyNow) -> Iterator[object]:
        """Raters, trials, slots, judgments and their values, in the copy."""
        prompts = {one.key: one for one in study_reading.prompts(project.database, copy.id)}
        names = {one.id: one.name for one in study_reading.systems(project.database, copy.id)}
        candidates = {
            (one.prompt_id, names[one.system_id]): one
            for one in study_reading.candidates(project.database, copy.id)
            if one.system_id
        }
        for rater in dict.fromkeys(rater for rater, _ in self.said):
            yield Rater(study_id=copy.id, person_id=f"imported:{rater}", kind=RaterKind.IMPORTED, name=rater)
        for (rater, key), rows in self.said.items():
            shown = dict.fromkeys(system for system, _ in rows)
            texts = {system: candidates[prompts[key].id, system] for system in shown}
            yield from _trial(copy, prompts[key], f"imported:{rater}", texts, list(rows.values()))


def _trial(
    copy: StudyNow, prompt: StudyPrompt, person_id: str, texts: dict[str, Candidate], rows: list[JudgmentRow]
) -> Iterator[object]:
    id_ = ids.model_trial_id(person_id, prompt.id, " ".join(one.id for one in texts.values()))
    yield Trial(
        id=id_, kind=_KINDS.get(copy.design.task, TrialKind.RANK), person_id=person_id, origin=TrialOrigin.FRESH,
        study_id=copy.id, prompt_id=prompt.id,
    )  # fmt: skip
    at = {system: position for position, system in enumerate(texts)}
    for system, one in texts.items():
        yield TrialSlot(trial_id=id_, position=at[system], revision_id=one.revision_id, candidate_id=one.id)
    judgment = Judgment(id=ids.judgment_id(id_, 0), trial_id=id_, number=0, received_at=study_making.now())
    yield judgment
    for row in rows:
        yield JudgmentValue(
            judgment_id=judgment.id, position=at[row.system], criterion=row.criterion, rank=row.rank, score=row.score
        )


def _closed(actor: Actor, copy: StudyNow) -> StudyEvent:
    return StudyEvent(
        study_id=copy.id, kind=StudyEventKind.CLOSED, by=actor.person_id, received_at=study_making.now(),
        reason="Its judgments were made elsewhere and imported, to compute results only",
    )  # fmt: skip
