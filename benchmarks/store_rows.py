"""What the store's benchmark stores: a finished run as the engine writes it, in batches, and work still waiting."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from core.domain import ids
from core.domain.call import Call
from core.domain.check import Check, Outcome, Rule, Score, Verdict
from core.domain.instruction import Instruction, InstructionKind, Response, Revision, RunStatus
from core.domain.operation import Operation
from core.domain.run import Run, RunSettings
from core.domain.source import Label, Source
from core.domain.system import System
from core.domain.task import Task, TaskKind, TaskState

EPOCHS = 4
NOW = datetime(2026, 1, 2, tzinfo=UTC)
RUN = ids.label_id("run", "benchmark", "store")
SOURCE = ids.label_id("source", "benchmark", "store")
SYSTEM = System(
    id=ids.system_id("bench", "http://127.0.0.1:1/v1", "fake", ""), name="bench", endpoint="http://127.0.0.1:1/v1",
    model="fake", sampling="", input_usd=0.1, output_usd=0.4,
)  # fmt: skip
SETTINGS = RunSettings(name="benchmark", endpoint="bench", epochs=EPOCHS)
SOURCE_FACT = Source(
    id=SOURCE, kind="seeds", name="made up", licence="CC0-1.0", file_sha256=None, taken=1, merged=0, refused=0, by="local",
    received_at=NOW,
)  # fmt: skip
_VOCABULARY = """analyse compare design evaluate measure plan sensor river energy city history table proof network budget market
schedule limited careful written public local rare recent seasonal input output user system method result example
sort search translate explain summarise rewrite extract classify draft review estimate convert merge filter"""
WORDS = tuple(_VOCABULARY.split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Grown:
    """One tree: its seed's facts, and for each child the facts of each step as the engine hands them over."""

    seed: Instruction
    seed_facts: tuple[object, ...]
    steps: tuple[tuple[object, ...], ...]
    leaf: Instruction


def run_of(n_seeds: int, settings: str) -> Run:
    return Run(
        id=RUN, number=1, name="benchmark", settings=settings, rng_seed=1, n_seeds=n_seeds, by="local", created_at=NOW
    )


def trees(first: int, n: int, calls_every: int = 1) -> Iterator[Grown]:
    """Seeds number `first` to `first + n`, each grown for EPOCHS epochs; the same number gives the same tree.

    With `calls_every` 10, nine of ten trees lack their calls, which are by far the widest rows.
    """
    for position in range(first, first + n):
        tree = _tree(position, Random(position))
        if position % calls_every:
            steps = (tuple(fact for fact in step if not isinstance(fact, Call)) for step in tree.steps)
            tree = replace(tree, steps=tuple(steps))
        yield tree


def _text(rng: Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words)).capitalize() + f" {rng.randrange(10**9)}."


def _revision(of: Instruction | Response, text: str) -> Revision:
    kind = "instruction" if isinstance(of, Instruction) else "response"
    return Revision(
        id=ids.revision_id(of.id), of=kind, of_id=of.id, number=0, text=text, text_hash=ids.text_hash(text),
        words=text.count(" ") + 1, by="local" if kind == "instruction" and of.id == SOURCE else SYSTEM.id,
    )  # fmt: skip


def _tree(position: int, rng: Random) -> Grown:
    id_ = ids.seed_instruction_id(SOURCE, str(position))
    seed = Instruction(id=id_, kind=InstructionKind.SEED, seed_id=id_, source_id=SOURCE, position=position)
    text = _text(rng, 20)
    skill = Label(
        id=ids.label_id(id_, "skill", SOURCE), instruction_id=id_, kind="skill", value=rng.choice(WORDS), by="local"
    )
    steps: list[tuple[object, ...]] = []
    parent = seed
    for epoch in range(1, EPOCHS + 1):
        child = _child(parent, epoch, rng)
        survived = rng.random() < 0.8
        steps += _life(child, text, survived, rng)
        parent = child if survived else parent
    return Grown(seed=seed, seed_facts=(seed, _revision(seed, text), skill), steps=tuple(steps), leaf=parent)


def _child(parent: Instruction, epoch: int, rng: Random) -> Instruction:
    return Instruction(
        id=ids.child_id(RUN, parent.seed_id, parent.id, epoch, 0), kind=InstructionKind.EVOLVED, seed_id=parent.seed_id,
        run_id=RUN, parent_id=parent.id, parent_revision_id=ids.revision_id(parent.id),
        ancestors=(*parent.ancestors, parent.id), epoch=epoch, depth=parent.depth + 1, child_number=0,
        operation=rng.choice(tuple(Operation)), made_by=SYSTEM.id, pack_hash="0" * 64, position=parent.position,
    )  # fmt: skip


def _life(child: Instruction, seed_text: str, survived: bool, rng: Random) -> list[tuple[object, ...]]:
    """Evolve and judge; then respond and score, or die."""
    text = f"{seed_text} {_text(rng, 15 * child.epoch)}"
    made = _revision(child, text)
    born = (child, task(child, TaskKind.EVOLVE))
    evolved = (made, _call(child, TaskKind.EVOLVE, seed_text, text), task(child, TaskKind.EVOLVE, TaskState.DONE))
    judged = (
        _check(child, Rule.NO_INFORMATION_GAIN, survived), _call(child, TaskKind.JUDGE, text, "Not equal"),
        task(child, TaskKind.JUDGE, TaskState.DONE),
    )  # fmt: skip
    if not survived:
        return [born, evolved, (*judged, _outcome(child, RunStatus.ELIMINATED, Rule.NO_INFORMATION_GAIN))]
    return [born, evolved, judged, _answered(child, text, rng), _scored(child, text, rng)]


def _answered(child: Instruction, text: str, rng: Random) -> tuple[object, ...]:
    answer = Response(
        id=ids.response_id(RUN, child.id), instruction_id=child.id, instruction_revision_id=ids.revision_id(child.id),
        system_id=SYSTEM.id,
    )  # fmt: skip
    said = _revision(answer, _text(rng, 120))
    asked = _call(child, TaskKind.RESPOND, text, said.text)
    done = task(child, TaskKind.RESPOND, TaskState.DONE)
    return (answer, said, asked, done, _check(child, Rule.REFUSAL, True), _outcome(child, RunStatus.SURVIVED, None))


def _scored(child: Instruction, text: str, rng: Random) -> tuple[object, ...]:
    scored = Score(
        id=ids.score_id(child.id, "difficulty", SYSTEM.id), subject_id=child.id, run_id=RUN, epoch=child.epoch,
        kind="difficulty", value=rng.uniform(1, 9), by=SYSTEM.id,
    )  # fmt: skip
    return (scored, _call(child, TaskKind.SCORE, text, "6"), task(child, TaskKind.SCORE, TaskState.DONE))


def task(of: Instruction, kind: TaskKind, state: TaskState = TaskState.WAITING) -> Task:
    return Task(
        id=ids.task_id(RUN, kind, of.id), run_id=RUN, kind=kind, subject_id=of.id, seed_id=of.seed_id, epoch=of.epoch,
        position=of.position, state=state, tries=int(state is TaskState.DONE),
    )  # fmt: skip


def _call(of: Instruction, kind: TaskKind, asked: str, reply: str) -> Call:
    owed = ids.task_id(RUN, kind, of.id)
    request = json.dumps(
        {"messages": [{"role": "system", "content": "…"}, {"role": "user", "content": asked}], "top_p": 0.9}
    )
    return Call(
        id=ids.call_id(owed, 0), task_id=owed, run_id=RUN, system_id=SYSTEM.id, kind=kind, request=request, reply=reply,
        finish_reason="stop", tokens_in=120, tokens_out=60, cost_usd=0.0001, worst_cost_usd=0.001, worst_tokens=2168,
        latency_ms=200.0, error_kind=None, error_detail=None, started_at=NOW,
    )  # fmt: skip


def _check(of: Instruction, rule: Rule, passed: bool) -> Check:
    revised = ids.revision_id(of.id)
    return Check(
        id=ids.check_id(revised, rule), instruction_id=of.id, revision_id=revised, run_id=RUN, epoch=of.epoch,
        operation=of.operation or Operation.DEEPEN, rule=rule, version=1, verdict=Verdict.PASS if passed else Verdict.FAIL,
        score=0.5, evidence="P(not equal) = 0.50",
    )  # fmt: skip


def _outcome(of: Instruction, status: RunStatus, rule: Rule | None) -> Outcome:
    return Outcome(
        instruction_id=of.id, run_id=RUN, seed_id=of.seed_id, epoch=of.epoch, operation=of.operation or Operation.DEEPEN,
        status=status, rule=rule, words_added=15, received_at=NOW,
    )  # fmt: skip


def waiting(tree: Grown, most: int) -> tuple[object, ...]:
    """Work still owed: new children of a tree's last survivor, each with its evolve task."""
    children = []
    for number in range(most):
        child = Instruction(
            id=ids.child_id(RUN, tree.seed.id, tree.leaf.id, EPOCHS + 1, number), kind=InstructionKind.EVOLVED,
            seed_id=tree.seed.id, run_id=RUN, parent_id=tree.leaf.id, parent_revision_id=ids.revision_id(tree.leaf.id),
            ancestors=(*tree.leaf.ancestors, tree.leaf.id), epoch=EPOCHS + 1, depth=tree.leaf.depth + 1,
            child_number=number, operation=Operation.DEEPEN, made_by=SYSTEM.id, position=tree.seed.position,
        )  # fmt: skip
        children += [child, task(child, TaskKind.EVOLVE)]
    return tuple(children)
