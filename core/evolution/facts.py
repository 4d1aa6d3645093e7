"""The facts that a run's calls leave behind, as values with the ids that follow from what they stand for."""

from dataclasses import dataclass
from datetime import datetime

from core.domain import ids
from core.domain.check import Check, Outcome, Rule, Score
from core.domain.instruction import Instruction, InstructionKind, Response, Revision, RunStatus
from core.domain.task import Task, TaskKind, TaskState
from core.domain.words import count_words
from core.domain.work import Work
from core.evolution.chance import Draw
from core.evolution.elimination import RULE_VERSION, Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where facts come from: the call (None if it failed), the system that answered it, and when."""

    call_id: str | None
    by: str
    at: datetime


def child_of(
    parent: Instruction, *, run_id: str, epoch: int, number: int, drawn: Draw, made_by: str, pack_hash: str
) -> Instruction:
    """A child that was just drawn, before it has a text."""
    return Instruction(
        id=ids.child_id(run_id, parent.seed_id, parent.id, epoch, number),
        kind=InstructionKind.EVOLVED,
        run_id=run_id,
        seed_id=parent.seed_id,
        parent_id=parent.id,
        parent_revision_id=ids.revision_id(parent.id),
        ancestors=(*parent.ancestors, parent.id),
        epoch=epoch,
        depth=parent.depth + 1,
        child_number=number,
        operation=drawn.operation,
        data_format=drawn.data_format,
        made_by=made_by,
        pack_hash=pack_hash,
        position=parent.position,
    )


def task_of(run_id: str, kind: TaskKind, of: Instruction, state: TaskState = TaskState.WAITING) -> Task:
    """One call that is owed to an instruction."""
    return Task(
        id=ids.task_id(run_id, kind, of.id),
        run_id=run_id,
        kind=kind,
        subject_id=of.id,
        seed_id=of.seed_id,
        epoch=of.epoch,
        position=of.position,
        state=state,
    )


def revision_of(of: str, of_id: str, text: str, by: str) -> Revision:
    """The first text of an `of` ("instruction" or "response")."""
    return Revision(
        id=ids.revision_id(of_id),
        of=of,
        of_id=of_id,
        number=0,
        text=text,
        text_hash=ids.text_hash(text),
        words=count_words(text),
        by=by,
    )


def response_of(run_id: str, of: Instruction, origin: Origin) -> Response:
    """That an instruction was answered; the text is a revision."""
    return Response(
        id=ids.response_id(run_id, of.id),
        instruction_id=of.id,
        instruction_revision_id=ids.revision_id(of.id),
        system_id=origin.by,
        call_id=origin.call_id,
    )


def check_of(run_id: str, of: Instruction, finding: Finding, *, response_id: str | None, call_id: str | None) -> Check:
    """What one rule found of a child."""
    revision = ids.revision_id(of.id)
    assert of.operation is not None
    return Check(
        id=ids.check_id(revision, finding.rule),
        instruction_id=of.id,
        revision_id=revision,
        response_id=response_id,
        run_id=run_id,
        epoch=of.epoch,
        operation=of.operation,
        rule=finding.rule,
        version=RULE_VERSION,
        verdict=finding.verdict,
        score=finding.score,
        evidence=finding.evidence,
        call_id=call_id,
    )


def outcome_of(run_id: str, work: Work, status: RunStatus, rule: Rule | None, now: datetime) -> Outcome:
    """What became of a child. `rule` is the first that it failed."""
    of = work.instruction
    assert of.operation is not None
    return Outcome(
        instruction_id=of.id,
        run_id=run_id,
        seed_id=of.seed_id,
        epoch=of.epoch,
        operation=of.operation,
        status=status,
        rule=rule,
        words_added=count_words(work.text) - count_words(work.parent_text) if work.text else None,
        received_at=now,
    )


def difficulty_of(run_id: str, of: Instruction, value: float, *, drawn_by: str, origin: Origin) -> Score:
    """How difficult an instruction is. The id names the run and not who judged: a pool's other member scores no second time."""
    return Score(
        id=ids.score_id(of.id, "difficulty", f"{run_id}:{drawn_by}"),
        subject_id=of.id,
        run_id=run_id,
        epoch=of.epoch,
        kind="difficulty",
        value=value,
        by=origin.by,
        call_id=origin.call_id,
    )
