"""Systems of a study: responses out of files, matched to prompts; what is not matched surely is shown, never taken silently."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from core.domain.person import Actor
from core.domain.source import FileFormat, ImportProgress, Source
from core.domain.study import StudyEvent, StudyEventKind, StudyState
from core.domain.study_import import ResponseColumns, ResponseReport, TableLook
from core.domain.study_now import StudyNow
from core.errors import BadInput, NotFound
from core.exchange.study_columns import guess_responses
from core.exchange.study_rows import response_of
from core.services.access import may_grow
from core.services.evaluating import study_making
from core.services.evaluating.response_matching import Taking
from core.services.evaluating.study_facts import response_facts, system_named
from core.services.evaluating.study_prompts import draft, require_responses
from core.services.evaluating.study_tables import Refusals, look, require_some, source_of, tell_nobody, usable_rows
from core.services.projects import Project
from core.store import study_log, study_reading


def look_at(
    actor: Actor, path: Path, format_: FileFormat | None = None, *, name: str = ""
) -> TableLook[ResponseColumns]:
    """What a file of responses seems to be, with its first rows. BadInput for one that is unusable as a whole."""
    may_grow(actor)
    return look(path, format_, name, guess_responses)


def import_file(
    actor: Actor,
    project: Project,
    study_id: str,
    path: Path,
    *,
    name: str,
    system: str = "",
    licence: str = "",
    columns: ResponseColumns | None = None,
    format_: FileFormat | None = None,
    take_near: Collection[int] = (),
    tell: Callable[[ImportProgress], None] = tell_nobody,
) -> ResponseReport:
    """Add a file's responses to a draft, in one transaction. `system`: whose they are, where no column says it.

    Rows whose prompt is only nearly one of the study's are reported, and taken if their number is in `take_near`.
    """
    may_grow(actor)
    study = draft(actor, project, study_id)
    require_responses(study)
    whose = " ".join(system.split())
    found = columns or _guessed(path, format_, name)
    if not (found.system or whose):
        raise BadInput("Nothing says whose responses these are", where=name, to_do="Name the system, or its column.")
    refusals = Refusals()
    taking = Taking.of(project, study, frozenset(take_near))
    for row in usable_rows(path, format_, name, lambda record: response_of(record, found, whose), refusals, tell):
        if (refused := taking.take(row, found)) is not None:
            refusals.add(refused)
    require_some(taking.rows, refusals, name)
    tell(ImportProgress(rows=taking.rows, is_writing=True))
    if taking.taken:
        _write(actor, project, study, taking, _source(actor, path, taking, refusals, name=name, licence=licence))
    return taking.report(refusals, name)


def remove(actor: Actor, project: Project, study_id: str, system_id: str) -> None:
    """Take every response of a system out of a draft again."""
    may_grow(actor)
    study = draft(actor, project, study_id)
    if system_id not in {one.id for one in study_reading.systems(project.database, study.id)}:
        raise NotFound("This system has no responses in the study", to_do="Reload the page, then choose again.")
    event = StudyEvent(
        study_id=study.id,
        kind=StudyEventKind.SYSTEM_CLEARED,
        subject=system_id,
        by=actor.person_id,
        received_at=study_making.now(),
    )
    facts = [event, study_making.audit(actor, "study system removed", study, system_id)]
    study_log.write(project.database, study.id, facts, only_in=(StudyState.DRAFT,))


def _guessed(path: Path, format_: FileFormat | None, name: str) -> ResponseColumns:
    found = look(path, format_, name, guess_responses).guess
    if found is None:
        raise BadInput(
            "No column looks like a response", where=name, to_do="Say which one it is, and which the prompt."
        )
    return found


def _source(actor: Actor, path: Path, taking: Taking, refusals: Refusals, *, name: str, licence: str) -> Source:
    return replace(
        source_of(actor, path, "responses", name, licence),
        taken=len(taking.taken),
        merged=taking.merged,
        refused=refusals.reasons.total() + taking.unmatched_count + taking.near_count,
    )


def _write(actor: Actor, project: Project, study: StudyNow, taking: Taking, source: Source) -> None:
    known = {one.name: one.id for one in study_reading.systems(project.database, study.id)}
    fresh = {one.system: system_named(one.system) for one in taking.taken if one.system not in known}
    known |= {name: system.id for name, system in fresh.items()}
    responses: list[object] = [source, *fresh.values()]
    for one in taking.taken:
        responses += response_facts(one.prompt, known[one.system], one.text, source_id=source.id)
    more = f"{len(taking.taken)} responses of {len({one.system for one in taking.taken})} systems"
    facts = [*responses, study_making.audit(actor, "study responses imported", study, more)]
    study_log.write(project.database, study.id, facts, only_in=(StudyState.DRAFT,))
