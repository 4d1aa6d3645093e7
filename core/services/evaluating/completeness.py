"""Who has judged how much of a study, and who is late. It shows no result, so leads may see it while the study is open."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.domain.person import Actor, called
from core.domain.study import Rater, RaterKind, StudyState
from core.domain.study_now import StudyNow
from core.domain.study_progress import Completeness, PersonProgress
from core.services.access import may_read
from core.services.evaluating import judge_setting, study_making
from core.services.projects import Project
from core.services.studio import Studio
from core.store import completeness_reading, study_reading
from core.studies import assignment
from core.studies.assignment import Plan

LATE_AFTER = timedelta(days=2)
_NOTHING: Mapping[str, Any] = {
    "judged": 0, "besides": 0, "pilot": 0, "revised": 0, "first": None, "last": None, "pace_s": None,
}  # fmt: skip


def of(studio: Studio, actor: Actor, project: Project, study_id: str, *, now: datetime | None = None) -> Completeness:
    """How far a study is. Somebody is late who has something left to do and did nothing for two days."""
    may_read(actor)
    study = study_making.one(actor, project, study_id)
    plan = _plan(project, study)
    done = completeness_reading.by_person(project.database, study.id)
    raters = {one.person_id: one for one in study_reading.raters(project.database, study.id)}
    excluded = set(study_reading.exclusions(project.database, study.id))
    left = set(study_reading.people_who_left(project.database, study.id))
    here = _people(study, raters, done)
    quotas = _quotas(study, plan, done, here, excluded | left, left - excluded)
    names = {id_: one.name for id_, one in raters.items()}
    names |= {one.id: called(one.id, one.name, actor) for one in studio.people.list(actor)}
    at, since = now or study_making.now(), study.state_since or study.received_at
    people = tuple(
        _person(
            id_, names.get(id_, "Somebody"), row := done.get(id_, _NOTHING), quota=quotas[id_], state=study.state,
            has_left=id_ in left, is_excluded=id_ in excluded, quiet=at - (row["last"] or since),
        )
        for id_ in here
    )  # fmt: skip
    return Completeness(
        state=study.state, prompts=study.prompts, left_out=plan.n_left_out, needed=plan.needed,
        judged=sum(one.judged for one in people if not one.is_excluded),
        others=sum(row["judged"] for id_, row in done.items() if id_ not in here), people=people,
    )  # fmt: skip


def _person(
    id_: str,
    name: str,
    row: Mapping[str, Any],
    *,
    quota: int,
    state: StudyState,
    has_left: bool,
    is_excluded: bool,
    quiet: timedelta,
) -> PersonProgress:
    counts = {key: int(row[key]) for key in ("judged", "besides", "pilot", "revised")}
    in_phase = counts["pilot"] if state is StudyState.PILOT else counts["judged"]
    is_gone = has_left or is_excluded
    is_going = state in (StudyState.PILOT, StudyState.OPENED)
    return PersonProgress(
        person_id=id_,
        name=name,
        **counts,
        quota=in_phase if is_gone else max(quota, in_phase),
        first=row["first"],
        last=row["last"],
        pace_s=row["pace_s"],
        has_left=has_left,
        is_excluded=is_excluded,
        is_late=is_going and not is_gone and in_phase < quota and quiet >= LATE_AFTER,
    )


def _plan(project: Project, study: StudyNow) -> Plan:
    prompts = [one.id for one in study_reading.prompts(project.database, study.id)]
    return assignment.planned(study.design, prompts, judge_setting.choices_of(project.database, study.id)[0])


def _people(study: StudyNow, raters: Mapping[str, Rater], done: Mapping[str, object]) -> list[str]:
    """Whoever is named, has joined or has judged; people only."""
    joined = [one.person_id for one in raters.values() if one.kind is RaterKind.HUMAN]
    judged = [id_ for id_ in done if id_ not in raters]
    return list(dict.fromkeys([*study.design.people, *joined, *judged]))


def _quotas(
    study: StudyNow, plan: Plan, done: Mapping[str, Mapping[str, Any]], here: list[str], gone: set[str], left: set[str]
) -> dict[str, int]:
    """What the desk gives each: whoever is named or has judged shares the work, as long as they are there."""
    phase = "pilot" if study.state is StudyState.PILOT else "judged"
    sharing = (set(study.design.people) | {id_ for id_ in here if id_ in done and done[id_][phase]}) - gone
    by_left = sum(int(done[id_][phase]) for id_ in left if id_ in done)
    return {id_: assignment.quota(plan, by_left, len(sharing | {id_})) for id_ in here}
