"""Studies are made, designed and copied. What happens to one afterwards is in study_course."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import uuid_utils

from core.domain import ids
from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.study import Candidate, Study, StudyDesign, StudyDesignSaved, StudyPrompt, StudyState
from core.domain.study_now import StudyHappened, StudyNow, StudySystem
from core.errors import BadInput, NotFound
from core.services.access import may_grow, may_read
from core.services.evaluating.study_facts import prompt_ids
from core.services.projects import Project
from core.store import study_log, study_reading
from core.studies.design import sound

_LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyLine:
    """A study in the list. `judged` trials have an answer, `needed` is how many make it complete."""

    study: StudyNow
    systems: int
    judged: int
    judged_in_pilot: int


def create(actor: Actor, project: Project, name: str, design: StudyDesign | None = None) -> StudyNow:
    """A new study, a draft. BadInput for a name that is taken (a new version of it is what is meant then)."""
    may_grow(actor)
    tidy = _named(name)
    if study_reading.last_version(project.database, tidy):
        raise BadInput(f"There is a study “{tidy}” already", where="name", to_do="Give another name, or a new version.")
    return _make(actor, project, tidy, sound(design or StudyDesign()), [], of=None)


def every(actor: Actor, project: Project) -> tuple[StudyNow, ...]:
    """Every version of every study, the newest first."""
    may_read(actor)
    return tuple(reversed(study_reading.studies(project.database)))


def lines(actor: Actor, project: Project) -> tuple[StudyLine, ...]:
    """The same with how far each is; no result."""
    return tuple(_line(project, study) for study in every(actor, project))


def one(actor: Actor, project: Project, study_id: str) -> StudyNow:
    """One version of a study. NotFound if there is none of this id."""
    may_read(actor)
    found = study_reading.study(project.database, study_id) if ids.is_id(study_id) else None
    if found is None:
        raise NotFound("There is no such study in this project", to_do="The page Studies lists all of them.")
    return found


def named(actor: Actor, project: Project, study: str) -> StudyNow:
    """A study by its id, or by its name (then its newest version). NotFound for an unknown one."""
    may_read(actor)
    for one in every(actor, project):
        if study in (one.id, one.name):
            return one
    raise NotFound("There is no such study in this project", to_do="`studies list` says which there are.")


def save_design(actor: Actor, project: Project, study_id: str, design: StudyDesign) -> StudyNow:
    """Keep the design of a draft. BadInput for one that cannot be, or for a study that was opened."""
    may_grow(actor)
    study = one(actor, project, study_id)
    tidy = sound(design)
    if tidy != study.design:
        saved = StudyDesignSaved(
            study_id=study.id, design=study_log.design_as_json(tidy), by=actor.person_id, received_at=now()
        )
        facts = [saved, audit(actor, "study designed", study)]
        study_log.write(project.database, study.id, facts, only_in=(StudyState.DRAFT,))
    return one(actor, project, study_id)


def new_version(actor: Actor, project: Project, study_id: str) -> StudyNow:
    """A draft with the design, prompts and responses of a study, which itself stays as it is."""
    may_grow(actor)
    before = one(actor, project, study_id)
    return _make(actor, project, before.name, before.design, _copied_from(project, before), of=before)


def systems(actor: Actor, project: Project, study_id: str) -> tuple[StudySystem, ...]:
    """What is compared, and for how many prompts each has a response."""
    may_read(actor)
    return tuple(study_reading.systems(project.database, one(actor, project, study_id).id))


def history(actor: Actor, project: Project, study_id: str) -> tuple[StudyHappened, ...]:
    """What happened to a study, oldest first."""
    may_read(actor)
    return tuple(study_reading.events(project.database, one(actor, project, study_id).id))


def audit(actor: Actor, act: str, study: StudyNow, more: str = "") -> Audit:
    """Who did what to a study, for those who may read it."""
    subject = f"{study.name} v{study.version} {study.id}" + (f" {more}" if more else "")
    return Audit(person_id=actor.person_id, act=act, subject=subject, origin="", received_at=now())


def now() -> datetime:
    return datetime.now(UTC)


def _line(project: Project, study: StudyNow) -> StudyLine:
    judged = study_reading.count_judged(project.database, study.id)
    return StudyLine(
        study=study,
        systems=len(study_reading.systems(project.database, study.id)),
        judged=judged[False],
        judged_in_pilot=judged[True],
    )


def _make(
    actor: Actor,
    project: Project,
    name: str,
    design: StudyDesign,
    rows: list[tuple[StudyPrompt, list[Candidate]]],
    *,
    of: StudyNow | None,
) -> StudyNow:
    id_, at = str(uuid_utils.uuid7()), now()
    study = Study(
        id=id_,
        name=name,
        version=study_reading.last_version(project.database, name) + 1,
        by=actor.person_id,
        received_at=at,
        from_id=of.id if of else None,
    )
    saved = StudyDesignSaved(study_id=id_, design=study_log.design_as_json(design), by=actor.person_id, received_at=at)
    facts: list[object] = [study, saved]
    for prompt, candidates in rows:
        copy = replace(prompt, id=prompt_ids(id_, prompt.key)["id"], study_id=id_)
        facts += [copy, *(_copy(candidate, copy) for candidate in candidates)]
    act = "new version of a study" if of else "study made"
    facts.append(
        Audit(person_id=actor.person_id, act=act, subject=f"{name} v{study.version} {id_}", origin="", received_at=at)
    )
    study_log.write(project.database, id_, facts)
    return one(actor, project, id_)


def _copied_from(project: Project, study: StudyNow) -> list[tuple[StudyPrompt, list[Candidate]]]:
    """Prompts, each with what can be shown for it; texts are shared, since they never change."""
    prompts = study_reading.prompts(project.database, study.id)
    found: Mapping[str, list[Candidate]] = {prompt.id: [] for prompt in prompts}
    for candidate in study_reading.candidates(project.database, study.id):
        found[candidate.prompt_id].append(candidate)
    return [(prompt, found[prompt.id]) for prompt in prompts]


def _copy(candidate: Candidate, prompt: StudyPrompt) -> Candidate:
    of = candidate.system_id or candidate.operation or ""
    return replace(
        candidate,
        id=ids.candidate_id(prompt.id, of, candidate.revision_id),
        study_id=prompt.study_id,
        prompt_id=prompt.id,
    )


def _named(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > _LONGEST_NAME or not tidy.isprintable():
        raise BadInput("A study needs a name", where="name", to_do=f"At most {_LONGEST_NAME} characters.")
    return tidy
