"""Prompts of a study: out of a test set or any file, drawn from the dataset, or parents whose children are compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.domain.person import Actor
from core.domain.source import FileFormat, ImportProgress, Source
from core.domain.study import StudyEvent, StudyEventKind, StudyPrompt, StudyState, StudyTask
from core.domain.study_import import PromptColumns, PromptReport, PromptRow, RefusedRow, TableLook
from core.domain.study_now import StudyNow
from core.errors import BadInput
from core.exchange.study_columns import guess_prompts
from core.exchange.study_rows import prompt_of
from core.services.access import may_grow, may_read
from core.services.evaluating import study_making
from core.services.evaluating.study_facts import prompt_facts, prompt_ids
from core.services.evaluating.study_tables import Refusals, look, require_some, source_of, tell_nobody, usable_rows
from core.services.projects import Project
from core.store import study_log, study_reading

SHIPPED = "test_set.jsonl"
SHIPPED_NAME, SHIPPED_LICENCE = "The studio's test set", "CC0-1.0"
_DRAFT = (StudyState.DRAFT,)


def look_at(actor: Actor, path: Path, format_: FileFormat | None = None, *, name: str = "") -> TableLook[PromptColumns]:
    """What a file of prompts seems to be, with its first rows. BadInput for one that is unusable as a whole."""
    may_grow(actor)
    return look(path, format_, name, guess_prompts)


def import_file(
    actor: Actor,
    project: Project,
    study_id: str,
    path: Path,
    *,
    name: str,
    licence: str = "",
    columns: PromptColumns | None = None,
    format_: FileFormat | None = None,
    tell: Callable[[ImportProgress], None] = tell_nobody,
) -> PromptReport:
    """Add a file's prompts to a draft, in one transaction: every usable row, or on any error none.

    A text that the study asks already is merged; a key that means another prompt already is refused.
    """
    may_grow(actor)
    study = draft(actor, project, study_id)
    require_responses(study)
    found = columns or _guessed(path, format_, name)
    refusals = Refusals()
    taking = Taking.of(project, study)
    for row in usable_rows(path, format_, name, lambda record: prompt_of(record, found), refusals, tell):
        if (refused := taking.take(row, found.key)) is not None:
            refusals.add(refused)
    require_some(len(taking.prompts) + taking.merged, refusals, name)
    tell(ImportProgress(rows=len(taking.prompts), is_writing=True))
    source = source_of(actor, path, "test_set", name, licence)
    counted = replace(source, taken=len(taking.prompts), merged=taking.merged, refused=refusals.reasons.total())
    write(actor, project, study, taking, source=counted, act="study prompts imported")
    return PromptReport(name=name, taken=len(taking.prompts), merged=taking.merged, refused=refusals.all())


def _guessed(path: Path, format_: FileFormat | None, name: str) -> PromptColumns:
    found = look(path, format_, name, guess_prompts).guess
    if found is None:
        raise BadInput("No column looks like an instruction", where=name, to_do="Say which one it is.")
    return found


def import_shipped(actor: Actor, project: Project, study_id: str, shipped: Path) -> PromptReport:
    """Add the test set that comes with the studio (`shipped` is its folder): all 29 skills, difficulties 1 to 10."""
    may_grow(actor)
    return import_file(
        actor, project, study_id, shipped / SHIPPED, name=SHIPPED_NAME, licence=SHIPPED_LICENCE
    )  # fmt: skip


def listed(actor: Actor, project: Project, study_id: str) -> tuple[StudyPrompt, ...]:
    """The prompts of a study in their order; their texts are read by `texts`."""
    may_read(actor)
    return tuple(study_reading.prompts(project.database, study_making.one(actor, project, study_id).id))


def texts(actor: Actor, project: Project, prompts: Sequence[StudyPrompt]) -> tuple[str, ...]:
    """What these prompts say."""
    may_read(actor)
    found = study_reading.texts(project.database, (one.revision_id for one in prompts))
    return tuple(found[one.revision_id] for one in prompts)


def clear(actor: Actor, project: Project, study_id: str) -> None:
    """Take all prompts out of a draft again, and with them every response to them."""
    may_grow(actor)
    study = draft(actor, project, study_id)
    event = StudyEvent(
        study_id=study.id, kind=StudyEventKind.PROMPTS_CLEARED, by=actor.person_id, received_at=study_making.now()
    )
    facts = [event, study_making.audit(actor, "study prompts cleared", study)]
    study_log.write(project.database, study.id, facts, only_in=_DRAFT)


@dataclass(slots=True)
class Taking:
    """Prompts that will be added, beside those that the study has: each text and each key once."""

    study_id: str
    place: str  # what ids follow from: the study, and how often its prompts were cleared
    keys: set[str]
    said: set[str]
    next_position: int
    prompts: list[tuple[StudyPrompt, str]] = field(default_factory=list)
    merged: int = 0

    @classmethod
    def of(cls, project: Project, study: StudyNow) -> "Taking":
        there = study_reading.prompts(project.database, study.id)
        cleared = study_reading.count_clearings(project.database, study.id)
        said = study_reading.texts(project.database, (one.revision_id for one in there))
        return cls(
            study_id=study.id,
            place=f"{study.id} {cleared}" if cleared else study.id,
            keys={one.key for one in there},
            said=set(said.values()),
            next_position=max((one.position for one in there), default=-1) + 1,
        )

    def take(self, row: PromptRow, key_column: str = "") -> RefusedRow | None:
        """Add it, merge it, or say why not."""
        if row.text in self.said:
            self.merged += 1
            return None
        if row.key in self.keys:
            return RefusedRow(row=row.row, field=key_column, reason="is another prompt's already")
        self.add(
            row.text,
            key=row.key or (f"row {row.row}" if key_column else ""),
            skill=row.skill,
            author_difficulty=row.author_difficulty,
            model_difficulty=row.model_difficulty,
        )
        return None

    def add(self, text: str, *, key: str = "", **more: Any) -> StudyPrompt:
        """A prompt with these fields; without a key it gets a number that is free."""
        number = self.next_position + 1
        while not key or key in self.keys:
            key, number = str(number), number + 1
        fields: dict[str, Any] = {**prompt_ids(self.place, key), **more}
        prompt = StudyPrompt(study_id=self.study_id, position=self.next_position, key=key, **fields)
        self.keys.add(key)
        self.said.add(text)
        self.next_position += 1
        self.prompts.append((prompt, text))
        return prompt


def write(
    actor: Actor,
    project: Project,
    study: StudyNow,
    taking: Taking,
    *,
    act: str,
    source: Source | None = None,
    also: Sequence[object] = (),
) -> None:
    """Commit what was taken; `also` are facts that go with it. Refused if the study was opened meanwhile."""
    facts: list[object] = [source] if source else []
    for prompt, text in taking.prompts:
        facts += prompt_facts(prompt, text, actor.person_id)
    facts += [*also, study_making.audit(actor, act, study, f"{len(taking.prompts)} prompts")]
    study_log.write(project.database, study.id, facts, only_in=_DRAFT)


def require_responses(study: StudyNow) -> None:
    """BadInput for a tournament of siblings, which compares no responses."""
    if study.design.task is StudyTask.SIBLINGS:
        raise BadInput("This study compares children of one parent", to_do="Its prompts come with them: take families.")


def draft(actor: Actor, project: Project, study_id: str) -> StudyNow:
    """The study, if its prompts may be changed; asked again when they are written."""
    study = study_making.one(actor, project, study_id)
    study_log.require_draft(study.state)
    return study
