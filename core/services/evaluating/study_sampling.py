"""What a study takes out of the project itself: a sample of its instructions, families of siblings, its own responses."""

from collections.abc import Hashable
from random import Random
from typing import Any

from core.domain import ids
from core.domain.person import Actor
from core.domain.study import Candidate, StudyDesign, StudyState, StudyTask
from core.domain.study_import import PromptReport, Sample, Stratum
from core.errors import BadInput
from core.services.access import may_grow, may_read
from core.services.evaluating.study_facts import DATASET, candidate_of, system_named
from core.services.evaluating.study_making import audit
from core.services.evaluating.study_prompts import Taking, draft, require_responses, write
from core.services.projects import Project
from core.store import queue_reading, study_log, study_reading, study_source_reading
from core.store.study_source_reading import Source
from core.studies.sampling import stratified

OWN_NAME = "This dataset"
_MEDIUM_FROM = 4.0
_MOST = 100_000  # instructions in one study


def sample(actor: Actor, project: Project, study_id: str, wanted: Sample) -> PromptReport:
    """Add so many of the dataset's instructions to a draft, as copies, drawn by the sample's seed.

    BadInput if the filter means none. What the study asks already, word for word, is merged.
    """
    may_grow(actor)
    study = draft(actor, project, study_id)
    require_responses(study)
    if not 1 <= wanted.n <= _MOST:
        raise BadInput("So many prompts cannot be drawn", where="n", to_do=f"Give 1 to {_MOST:,}.")
    there = study_source_reading.instructions(
        project.database, queue_reading.matching(project.database, wanted.wanted)
    )  # fmt: skip
    if not there:
        raise BadInput("No instruction is meant by this filter", to_do="Accept some in Review, or widen the filter.")
    strata = [tuple(_stratum(one, over, study.design) for over in wanted.over) for one in there]
    chosen = stratified(strata, wanted.n, Random(wanted.rng_seed), wanted.spread)
    taking = Taking.of(project, study)
    _take_all(project, taking, [there[number] for number in chosen])
    write(actor, project, study, taking, act="study prompts sampled")
    return PromptReport(
        name="A sample", taken=len(taking.prompts), merged=taking.merged, short_by=max(0, wanted.n - len(there))
    )


def count_families(actor: Actor, project: Project) -> int:
    """How many parents have at least two surviving children that nobody rejected."""
    may_read(actor)
    return len(study_source_reading.parents(project.database))


def take_families(actor: Actor, project: Project, study_id: str, n: int) -> PromptReport:
    """Add so many parents, drawn by the study's seed, each with all of its surviving children as what is compared."""
    may_grow(actor)
    study = draft(actor, project, study_id)
    if study.design.task is not StudyTask.SIBLINGS:
        raise BadInput("This study compares responses", to_do="Choose the task “siblings” for families.")
    if n < 1:
        raise BadInput("A study needs at least one family", where="n", to_do="Give 1 or more.")
    taking = Taking.of(project, study)
    there = study_source_reading.parents(project.database)
    if not there:
        raise BadInput("No parent has two surviving children", to_do="Grow a run that branches, then come back.")
    fresh = [id_ for id_ in there if id_ not in taking.keys]
    drawn = Random(f"{study.design.rng_seed}:families").sample(fresh, min(n, len(fresh)))
    parents = study_source_reading.by_id(project.database, drawn)
    texts = study_reading.texts(project.database, (one.revision_id for one in parents))
    prompts = {one.id: taking.add(texts[one.revision_id], key=one.id, **_facts(one)) for one in parents}
    candidates = [
        Candidate(
            id=ids.candidate_id(prompts[child.parent_id].id, child.operation, child.revision_id),
            study_id=study.id,
            prompt_id=prompts[child.parent_id].id,
            revision_id=child.revision_id,
            operation=child.operation,
        )
        for child in study_source_reading.children(project.database, drawn)
    ]
    write(actor, project, study, taking, act="study families taken", also=candidates)
    return PromptReport(name="Families", taken=len(prompts), short_by=max(0, n - len(fresh)))


def take_own_responses(actor: Actor, project: Project, study_id: str, *, name: str = OWN_NAME) -> int:
    """Add the project's own responses to sampled prompts as a system. → how many; BadInput if there is none.

    A response counts only for the very text that the study asks.
    """
    may_grow(actor)
    study = draft(actor, project, study_id)
    require_responses(study)
    tidy = " ".join(name.split())
    if not tidy:
        raise BadInput("The system needs a name", where="name", to_do="Raters never see it.")
    system = system_named(tidy, DATASET)
    if any(one.name == tidy for one in study_reading.systems(project.database, study.id)):
        raise BadInput(f"There is a system “{tidy}” already", where="name", to_do="Remove it first, or name another.")
    found = study_source_reading.own_responses(project.database, study.id)
    if not found:
        raise BadInput("None of the prompts has a response here", to_do="Sample instructions that were answered.")
    cleared = study_reading.count_clearings(project.database, study.id, system.id)
    prompts = {one.id: one for one in study_reading.prompts(project.database, study.id)}
    candidates = [
        candidate_of(prompts[prompt_id], system.id, revision_id, cleared=cleared)
        for prompt_id, revision_id in found.items()
    ]
    facts = [system, *candidates, audit(actor, "study took the dataset's responses", study, f"{len(found)} responses")]
    study_log.write(project.database, study.id, facts, only_in=(StudyState.DRAFT,))
    return len(found)


def _take_all(project: Project, taking: Taking, chosen: list[Source]) -> None:
    texts = study_reading.texts(project.database, (one.revision_id for one in chosen))
    for one in chosen:
        if texts[one.revision_id] in taking.said:
            taking.merged += 1
        else:
            taking.add(texts[one.revision_id], **_facts(one))


def _facts(one: Source) -> dict[str, Any]:
    return {
        "from_instruction_id": one.id,
        "seed_id": one.seed_id,
        "skill": one.skill,
        "model_difficulty": one.difficulty,
        "epoch": one.epoch,
        "operation": one.operation,
    }


def _stratum(one: Source, over: Stratum, design: StudyDesign) -> Hashable:
    match over:
        case Stratum.SKILL:
            return one.skill
        case Stratum.EPOCH:
            return one.epoch
        case Stratum.OPERATION:
            return one.operation
        case Stratum.DIFFICULTY:
            if one.difficulty is None:
                return None
            return (one.difficulty >= _MEDIUM_FROM) + (one.difficulty >= design.hard_from)
