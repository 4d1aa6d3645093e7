"""Small builders of facts: valid ones, of which a test says only what it is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.domain import ids
from core.domain.call import Call
from core.domain.check import Check, Outcome, Rule, Score, Verdict
from core.domain.instruction import Instruction, InstructionKind, Response, Revision, RunStatus
from core.domain.operation import Operation
from core.domain.project import Audit, PromptPack
from core.domain.run import Run, RunEvent, RunEventKind, RunSettings
from core.domain.source import Label, Source
from core.domain.system import System
from core.domain.task import Task, TaskKind
from core.store.database import Database, open_database
from core.store.run_reading import settings_as_json

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
SYSTEM = ids.system_id("test", "http://127.0.0.1:1/v1", "fake", "plain")
PACK = "0" * 64


def id_of(name: object) -> str:
    """An id that follows from a name."""
    return ids.label_id(str(name), "test", "test")


RUN = id_of("run")


@contextmanager
def project_at(path: Path) -> Iterator[Database]:
    """A project's file, open for the length of a `with` block."""
    database = open_database(path, "project")
    try:
        yield database
    finally:
        database.close()


def audit(subject: str = "something") -> Audit:
    return Audit(person_id="local", act="tested", subject=subject, origin="", received_at=NOON)


def source(name: str = "a file", **more: Any) -> Source:
    fields = {"kind": "seeds", "licence": "", "file_sha256": None, "taken": 1, "merged": 0, "refused": 0, "by": "local"}
    return Source(**{"id": id_of(name), "name": name, "received_at": NOON, **fields, **more})


def run(id_: str = RUN, *, number: int = 1, **settings: Any) -> Run:
    asked = RunSettings(**{"name": "a run", "endpoint": "test", **settings})
    return Run(
        id=id_, number=number, name=asked.name, settings=settings_as_json(asked), rng_seed=0, n_seeds=1, by="local",
        created_at=NOON,
    )  # fmt: skip


def event(kind: RunEventKind, run_id: str = RUN) -> RunEvent:
    return RunEvent(run_id=run_id, kind=kind, by="local", received_at=NOON)


def system() -> System:
    return System(
        id=SYSTEM, name="test", endpoint="http://127.0.0.1:1/v1", model="fake", sampling="plain", input_usd=None,
        output_usd=None,
    )  # fmt: skip


def pack() -> PromptPack:
    return PromptPack(hash=PACK, name="compact", files='{"evolve.md": "Rewrite it."}')


def seed(name: object = "seed", position: int = 0) -> Instruction:
    return Instruction(
        id=id_of(name), kind=InstructionKind.SEED, seed_id=id_of(name), source_id=id_of("a file"), position=position
    )


def child(of: Instruction, number: int = 0, *, epoch: int | None = None, run_id: str = RUN) -> Instruction:
    epoch = of.epoch + 1 if epoch is None else epoch
    return Instruction(
        id=ids.child_id(run_id, of.seed_id, of.id, epoch, number),
        kind=InstructionKind.EVOLVED,
        seed_id=of.seed_id,
        run_id=run_id,
        parent_id=of.id,
        parent_revision_id=ids.revision_id(of.id),
        ancestors=(*of.ancestors, of.id),
        epoch=epoch,
        depth=of.depth + 1,
        child_number=number,
        operation=Operation.DEEPEN,
        made_by=SYSTEM,
        pack_hash=PACK,
        position=of.position,
    )


def revision(of: Instruction | Response, text: str = "Sort a list.", number: int = 0) -> Revision:
    return Revision(
        id=ids.revision_id(of.id, number),
        of="instruction" if isinstance(of, Instruction) else "response",
        of_id=of.id,
        number=number,
        text=text,
        text_hash=ids.text_hash(text),
        words=len(text.split()),
        by="local",
    )


def response(of: Instruction, run_id: str = RUN) -> Response:
    return Response(
        id=ids.response_id(run_id, of.id), instruction_id=of.id, instruction_revision_id=ids.revision_id(of.id),
        system_id=SYSTEM,
    )  # fmt: skip


def outcome(of: Instruction, status: RunStatus = RunStatus.SURVIVED, rule: Rule | None = None, **more: Any) -> Outcome:
    return Outcome(
        **{
            "instruction_id": of.id,
            "run_id": of.run_id or RUN,
            "seed_id": of.seed_id,
            "epoch": of.epoch,
            "operation": of.operation or Operation.DEEPEN,
            "status": status,
            "rule": rule,
            "words_added": 12,
            "received_at": NOON,
            **more,
        }
    )


def check(of: Instruction, rule: Rule = Rule.REFUSAL, verdict: Verdict = Verdict.PASS, evidence: str = "") -> Check:
    revised = ids.revision_id(of.id)
    return Check(
        id=ids.check_id(revised, rule), instruction_id=of.id, revision_id=revised, run_id=of.run_id or RUN,
        epoch=of.epoch, operation=of.operation or Operation.DEEPEN, rule=rule, version=1, verdict=verdict,
        evidence=evidence,
    )  # fmt: skip


def score(of: Instruction, value: float = 5.0, by: str = SYSTEM) -> Score:
    return Score(
        id=ids.score_id(of.id, "difficulty", by), subject_id=of.id, run_id=of.run_id, epoch=of.epoch,
        kind="difficulty", value=value, by=by,
    )  # fmt: skip


def label(of: Instruction, value: str = "Math") -> Label:
    return Label(id=ids.label_id(of.id, "skill", "test"), instruction_id=of.id, kind="skill", value=value, by="local")


def task(of: Instruction, kind: TaskKind = TaskKind.EVOLVE, run_id: str = RUN, **more: Any) -> Task:
    return Task(
        **{
            "id": ids.task_id(run_id, kind, of.id),
            "run_id": run_id,
            "kind": kind,
            "subject_id": of.id,
            "seed_id": of.seed_id,
            "epoch": of.epoch,
            "position": of.position,
            **more,
        }
    )


def call(of: Instruction, kind: TaskKind = TaskKind.EVOLVE, attempt: int = 0, **more: Any) -> Call:
    owed = ids.task_id(of.run_id or RUN, kind, of.id)
    return Call(
        **{
            "id": ids.call_id(owed, attempt),
            "task_id": owed,
            "run_id": of.run_id or RUN,
            "system_id": SYSTEM,
            "kind": kind,
            "request": '{"messages": [{"role": "user", "content": "Rewrite it."}], "temperature": 1.0}',
            "reply": "Sort a list in place.",
            "finish_reason": "stop",
            "tokens_in": 40,
            "tokens_out": 20,
            "cost_usd": None,
            "worst_cost_usd": None,
            "worst_tokens": 2088,
            "latency_ms": 200.0,
            "error_kind": None,
            "error_detail": None,
            "started_at": NOON,
            **more,
        }
    )
