"""A whole study in a few words: prompts, systems, candidates, a design, a state; and what people said in it."""

from collections.abc import Callable, Mapping, Sequence

from core.domain import ids
from core.domain.judgment import Judgment, JudgmentValue, Outcome, PairVerdict
from core.domain.study import (
    OVERALL,
    Candidate,
    Criterion,
    Rater,
    RaterKind,
    Study,
    StudyDesign,
    StudyDesignSaved,
    StudyEvent,
    StudyEventKind,
    StudyPrompt,
    StudyState,
    StudyTask,
)
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.services.evaluating.study_facts import prompt_facts, prompt_ids, response_facts, system_named
from core.store import study_log, study_reading
from core.store.database import Database
from tests.builders import NOON, id_of, source

FIVE = tuple(
    Criterion(key=key, label=key.capitalize(), description=f"How well the response does in {key}.")
    for key in ("relevance", "knowledgeable", "reasoning", "calculation", "accuracy")
)
_STATES = {
    StudyState.DRAFT: (),
    StudyState.PILOT: (StudyEventKind.PILOT,),
    StudyState.OPENED: (StudyEventKind.OPENED,),
    StudyState.CLOSED: (StudyEventKind.OPENED, StudyEventKind.CLOSED),
}
_KINDS = {StudyTask.PAIR: TrialKind.PAIR, StudyTask.LIKERT: TrialKind.LIKERT}


def answer_text(key: str, system: str) -> str:
    """A response of its own for each prompt and system; it does not say whose it is."""
    return f"Text {ids.text_hash(f'{key} {system}')[:12]} on the matter."


def a_study(
    database: Database,
    *,
    prompts: int | Sequence[str] = 6,
    systems: Sequence[str] = ("alpha-7b", "beta-13b"),
    design: StudyDesign | None = None,
    state: StudyState = StudyState.OPENED,
    name: str = "A study",
    text: Callable[[str, str], str | None] = answer_text,
    facts: Callable[[int], Mapping[str, object]] = lambda _: {},
) -> str:
    """Write a complete study. → its id.

    `prompts`: their texts, or how many; keys are "1", "2", … `text(key, system)`: what a system answered, None for nothing.
    `facts(position)`: more fields of that StudyPrompt (skill, author_difficulty, seed_id, epoch …).
    """
    texts = [f"Prompt {n + 1}: say why." for n in range(prompts)] if isinstance(prompts, int) else list(prompts)
    id_ = id_of(f"study {name}")
    rows: list[object] = [
        Study(id=id_, name=name, version=1, by="local", received_at=NOON),
        StudyDesignSaved(
            study_id=id_, design=study_log.design_as_json(design or StudyDesign()), by="local", received_at=NOON
        ),
        source(f"responses of {name}", kind="responses"),
        *(system_named(one) for one in systems),
    ]
    for at, said in enumerate(texts):
        key = str(at + 1)
        fields = {"study_id": id_, "position": at, "key": key, **prompt_ids(id_, key), **facts(at)}
        prompt = StudyPrompt(**fields)  # type: ignore[arg-type]
        rows += prompt_facts(prompt, said, "local")
        for system in systems:
            if (answer := text(key, system)) is not None:
                rows += response_facts(prompt, system_named(system).id, answer, source_id=id_of(f"responses of {name}"))
    study_log.write(database, id_, rows)
    for kind in _STATES[state]:
        happened(database, id_, kind)
    return id_


def siblings(
    database: Database,
    families: Mapping[str, Mapping[str, str]],
    *,
    name: str = "Siblings",
    state: StudyState = StudyState.OPENED,
) -> str:
    """A tournament: parent's text → {operation: child's text}; "deepen 2" is a second child by "deepen". → the study's id."""
    id_ = a_study(
        database, prompts=list(families), systems=(), state=StudyState.DRAFT, name=name,
        design=StudyDesign(task=StudyTask.SIBLINGS),
    )  # fmt: skip
    rows: list[object] = []
    for prompt, children in zip(study_reading.prompts(database, id_), families.values(), strict=True):
        for operation, said in children.items():
            copy = prompt_facts(
                StudyPrompt(study_id=id_, position=0, key="", **prompt_ids(prompt.id, operation)),  # type: ignore[arg-type]
                said,
                "local",
            )
            rows += copy[:2]
            rows.append(
                Candidate(
                    id=ids.candidate_id(prompt.id, operation, copy[1].id), study_id=id_, prompt_id=prompt.id,
                    revision_id=copy[1].id, operation=operation.split()[0],
                )
            )  # fmt: skip
    study_log.write(database, id_, rows)
    for kind in _STATES[state]:
        happened(database, id_, kind)
    return id_


def happened(
    database: Database,
    study_id: str,
    kind: StudyEventKind,
    subject: str | None = None,
    reason: str = "",
    by: str = "local",
) -> None:
    event = StudyEvent(study_id=study_id, kind=kind, subject=subject, reason=reason, by=by, received_at=NOON)
    study_log.write(database, study_id, [event])


def joined(database: Database, study_id: str, *people: str, kind: RaterKind = RaterKind.HUMAN) -> None:
    """People whose id is their name take part."""
    rows = [Rater(study_id=study_id, person_id=one, kind=kind, name=one) for one in people]
    study_log.write(database, study_id, rows)


def judge(
    database: Database,
    study_id: str,
    person: str,
    key: str,
    ranks: Mapping[str, float],
    *,
    order: Sequence[str] | None = None,
    criterion: str = OVERALL,
    number: int = 0,
    origin: TrialOrigin = TrialOrigin.FRESH,
    pilot: bool = False,
    active_ms: int = 20_000,
    verdict: PairVerdict | None = None,
    outcome: Outcome = Outcome.JUDGED,
    turn: int = 0,
) -> str:
    """What a person said of a prompt: {system (or operation): rank}; scores in a Likert study. → the trial's id.

    `order`: who stood at which position (else as `ranks` says them). `turn` tells several trials of the same texts apart;
    `number` is a further answer to the same trial.
    """
    study = study_reading.study(database, study_id)
    assert study is not None
    prompt = next(one for one in study_reading.prompts(database, study_id) if one.key == key)
    names = {one.id: one.name for one in study_reading.systems(database, study_id)}
    shown = {
        names.get(one.system_id or "", one.operation or ""): one
        for one in study_reading.candidates(database, study_id)
        if one.prompt_id == prompt.id
    }
    places = list(order or ranks)
    trial = Trial(
        id=id_of(f"trial {study_id} {person} {prompt.id} {sorted(ranks)} {origin} {turn}"),
        kind=_KINDS.get(study.design.task, TrialKind.RANK), person_id=person, origin=origin, study_id=study_id,
        prompt_id=prompt.id, pilot=pilot,
    )  # fmt: skip
    id_ = ids.judgment_id(trial.id, number)
    slots = [
        TrialSlot(trial_id=trial.id, position=at, revision_id=shown[one].revision_id, candidate_id=shown[one].id)
        for at, one in enumerate(places)
    ]
    said = Judgment(
        id=id_, trial_id=trial.id, number=number, received_at=NOON, active_ms=active_ms, outcome=outcome
    )  # fmt: skip
    is_score = trial.kind is TrialKind.LIKERT
    values = [
        JudgmentValue(
            judgment_id=id_, position=at, criterion=criterion, rank=None if is_score else int(ranks[one]),
            score=ranks[one] if is_score else None, verdict=verdict,
        )
        for at, one in enumerate(places)
    ]  # fmt: skip
    new: list[object] = [trial, *slots] if number == 0 else []
    database.writer.append_now([*new, said, *values], by_person=True)
    joined(database, study_id, person)
    return trial.id
