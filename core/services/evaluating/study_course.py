"""What happens to a study once it is designed: pilot, opening, closing, early looks, exclusions, people who leave."""

from collections.abc import Sequence

from core.domain.person import Actor
from core.domain.study import StudyEvent, StudyEventKind, StudyState
from core.domain.study_now import Exclusion, StudyNow
from core.errors import BadInput, NotFound
from core.services.access import may_grow, may_read
from core.services.evaluating import study_checks, study_making
from core.services.projects import Project
from core.store import study_log, study_reading

_LONGEST_REASON = 1_000
_BEGUN = (StudyState.PILOT, StudyState.OPENED, StudyState.CLOSED)


def start_pilot(actor: Actor, project: Project, study_id: str) -> StudyNow:
    """People judge from now on, and nothing of it counts: what they judge is kept apart. BadInput for what is not ready."""
    may_grow(actor)
    return _begin(actor, project, study_id, StudyEventKind.PILOT, (StudyState.DRAFT,))


def open_study(actor: Actor, project: Project, study_id: str) -> StudyNow:
    """Open it, after a pilot or without one. BadInput, with what is to do, for a study that is not ready."""
    may_grow(actor)
    return _begin(actor, project, study_id, StudyEventKind.OPENED, (StudyState.DRAFT, StudyState.PILOT))


def close_study(actor: Actor, project: Project, study_id: str) -> StudyNow:
    """End it: nobody judges or revises any more, and results may be seen."""
    may_grow(actor)
    study = study_making.one(actor, project, study_id)
    _add(actor, project, study, StudyEventKind.CLOSED, only_in=(StudyState.PILOT, StudyState.OPENED))
    return study_making.one(actor, project, study_id)


def early_look(actor: Actor, project: Project, study_id: str, reason: str) -> None:
    """See results before the study is closed. That is an event, with its reason, and stands in the report."""
    may_grow(actor)
    study = study_making.one(actor, project, study_id)
    going = (StudyState.PILOT, StudyState.OPENED)
    _add(actor, project, study, StudyEventKind.EARLY_LOOK, reason=_reason(reason), only_in=going)


def may_see_results(actor: Actor, project: Project, study_id: str) -> bool:
    """Whether results are open to this lead: the study is closed, or somebody has taken an early look."""
    may_read(actor)
    study = study_making.one(actor, project, study_id)
    events = study_reading.events(project.database, study.id)
    return study.state is StudyState.CLOSED or any(one.kind is StudyEventKind.EARLY_LOOK for one in events)


def exclude(actor: Actor, project: Project, study_id: str, subject: str, reason: str) -> None:
    """Leave the judgments of a person, or one trial, out of every result.

    After the close, or an early look, results and report say that it was decided after unblinding.
    """
    may_grow(actor)
    study = _with_subject(actor, project, study_id, subject)
    _add(actor, project, study, StudyEventKind.EXCLUDED, subject=subject, reason=_reason(reason), only_in=_BEGUN)


def include(actor: Actor, project: Project, study_id: str, subject: str, reason: str) -> None:
    """Let them count again."""
    may_grow(actor)
    study = _with_subject(actor, project, study_id, subject)
    if subject not in study_reading.exclusions(project.database, study.id):
        raise BadInput("This counts already", to_do="Reload the page.")
    _add(actor, project, study, StudyEventKind.INCLUDED, subject=subject, reason=_reason(reason), only_in=_BEGUN)


def exclusions(actor: Actor, project: Project, study_id: str) -> tuple[Exclusion, ...]:
    """Who and what is left out of results now, and why."""
    may_read(actor)
    study = study_making.one(actor, project, study_id)
    return tuple(study_reading.exclusions(project.database, study.id).values())


def person_left(actor: Actor, project: Project, study_id: str, person_id: str, reason: str = "") -> None:
    """Somebody judges no more in it: what they judged stays, and the others' shares grow."""
    may_grow(actor)
    study = study_making.one(actor, project, study_id)
    known = {one.person_id for one in study_reading.raters(project.database, study.id)} | set(study.design.people)
    if person_id not in known:
        raise NotFound("This person does not take part", to_do="Reload the page, then choose again.")
    if person_id in study_reading.people_who_left(project.database, study.id):
        return
    going = (StudyState.PILOT, StudyState.OPENED)
    _add(actor, project, study, StudyEventKind.LEFT, subject=person_id, reason=reason.strip(), only_in=going)


def call_link_back(actor: Actor, project: Project, study_id: str, person_id: str = "", reason: str = "") -> None:
    """The link of a person ("": the one that anybody can follow) leads nowhere from now on; the next one is another.

    Whoever has followed it goes on: what they judge is ended by `person_left`, and left out by `exclude`.
    """
    may_grow(actor)
    study = study_making.one(actor, project, study_id)
    going = (StudyState.DRAFT, StudyState.PILOT, StudyState.OPENED)
    _add(
        actor, project, study, StudyEventKind.LINK_CALLED_BACK, subject=person_id or None, reason=reason.strip(),
        only_in=going,
    )  # fmt: skip


def _begin(
    actor: Actor, project: Project, study_id: str, kind: StudyEventKind, only_in: Sequence[StudyState]
) -> StudyNow:
    study = study_making.one(actor, project, study_id)
    study_checks.require_ready(project, study)
    _add(actor, project, study, kind, only_in=only_in)
    return study_making.one(actor, project, study_id)


def _add(
    actor: Actor,
    project: Project,
    study: StudyNow,
    kind: StudyEventKind,
    *,
    only_in: Sequence[StudyState],
    subject: str | None = None,
    reason: str = "",
) -> None:
    event = StudyEvent(
        study_id=study.id, kind=kind, by=actor.person_id, received_at=study_making.now(), subject=subject, reason=reason
    )
    act = f"study {kind.replace('_', ' ')}"
    facts = [event, study_making.audit(actor, act, study, subject or "")]
    study_log.write(project.database, study.id, facts, only_in=only_in)


def _with_subject(actor: Actor, project: Project, study_id: str, subject: str) -> StudyNow:
    """The study, if this person or trial takes part in it."""
    study = study_making.one(actor, project, study_id)
    if not study_reading.takes_part(project.database, study.id, subject):
        raise NotFound("No such person or trial takes part in this study", to_do="Reload the page, then choose again.")
    return study


def _reason(reason: str) -> str:
    tidy = reason.strip()
    if not tidy or len(tidy) > _LONGEST_REASON:
        raise BadInput(
            "A reason is needed",
            where="reason",
            to_do=f"It stands in the report; at most {_LONGEST_REASON:,} characters.",
        )
    return tidy
