"""Evol-Instruct as a state machine, without I/O: what to ask next, and what follows from a reply (docs/method.md, 1-3).

A child goes through evolve → judge → respond (the cheap order) or evolve → respond → judge (the paper's), then it has an
outcome. Each step is one task and one call; what follows from it is a list of facts that are committed together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.call import CallFailure, ChatReply, ChatRequest, ErrorKind
from core.domain.check import Rule, Verdict
from core.domain.instruction import Instruction, RunStatus
from core.domain.operation import Operation
from core.domain.run import Difficulty, RunSettings, Scoring, StepOrder
from core.domain.task import Task, TaskKind, TaskState
from core.domain.work import Family, Work
from core.evolution.asking import judge_of, named_in
from core.evolution.chance import Place, draw
from core.evolution.elimination import (
    Finding,
    check_equality,
    check_instruction,
    check_response,
    default_threshold,
)
from core.evolution.facts import (
    Origin,
    check_of,
    child_of,
    difficulty_of,
    outcome_of,
    response_of,
    revision_of,
    task_of,
)
from core.evolution.pack import Pack
from core.evolution.questions import request_for
from core.evolution.reply import read_evolution
from core.evolution.siblings import first_of_siblings, scored_together
from core.evolution.verdicts import Equality, read_difficulties, read_difficulty, read_equality


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What follows from one reply: facts to commit, work that goes on at once, and the child's status if decided."""

    facts: tuple[object, ...]
    following: tuple[Work, ...] = ()
    decided: RunStatus | None = None


class Method:
    """One run's rules. Holds no state: everything it says follows from its settings, its pack and its arguments."""

    def __init__(self, run_id: str, settings: RunSettings, pack: Pack, system_id: str) -> None:
        """`system_id`: who evolves, as children are drawn; of a pool, the pool."""
        self.run_id, self.settings, self.pack, self.system_id = run_id, settings, pack, system_id
        self._plan = self._steps()

    def _steps(self) -> tuple[TaskKind, ...]:
        judge = (TaskKind.JUDGE,) if Rule.NO_INFORMATION_GAIN in self.settings.rules else ()
        respond = (TaskKind.RESPOND,) if self.settings.respond else ()
        after = respond + judge if self.settings.order is StepOrder.PAPER else judge + respond
        return (TaskKind.EVOLVE, *after)

    def children(
        self,
        parents: Sequence[Instruction],
        epoch: int,
        *,
        first: int = 0,
        weights: Mapping[Operation, float] | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> list[object]:
        """The next epoch of one seed: for every frontier node k children, drawn now, each with its evolve task.

        `first`: the number of the first of them, if some of that epoch were drawn before. `weights`: others than the run's
        settings have; they are kept with each child. `texts`: of parents that people may have edited, the revision that
        grows on.
        """
        facts: list[object] = []
        for index, parent in enumerate(parents):
            for nth in range(self.settings.children):
                number = first + index * self.settings.children + nth
                child = self._child(parent, epoch, number, weights)
                if texts is not None and parent.id in texts:
                    child = replace(child, parent_revision_id=texts[parent.id])
                facts += [child, self._task(TaskKind.EVOLVE, child)]
        return facts

    def _child(
        self, parent: Instruction, epoch: int, number: int, weights: Mapping[Operation, float] | None
    ) -> Instruction:
        place = Place(position=parent.position, epoch=epoch, child_number=number)
        child = child_of(
            parent,
            run_id=self.run_id,
            epoch=epoch,
            number=number,
            drawn=draw(self.settings.rng_seed, place, self.settings.weights if weights is None else weights),
            made_by=self.system_id,
            pack_hash=self.pack.hash,
        )
        return child if weights is None else replace(child, weights=json.dumps(weights))

    def _task(self, kind: TaskKind, of: Instruction, state: TaskState = TaskState.WAITING) -> Task:
        return task_of(self.run_id, kind, of, state)

    def seed_scores(self, seeds: Sequence[Instruction]) -> list[object]:
        """Difficulty tasks of the seeds themselves, so that epochs can be compared with where they began."""
        if self.settings.difficulty is Difficulty.NONE:
            return []
        return [self._task(TaskKind.SCORE, seed) for seed in seeds]

    def sibling_scores(self, family: Family) -> list[object]:
        """When a seed's epoch is decided: one difficulty task for the children of each parent, if they are scored together."""
        if self.settings.scoring is Scoring.ALONE:
            return []
        return [self._task(TaskKind.SCORE, first) for first in first_of_siblings(family, self.settings.difficulty)]

    def request(self, work: Work, attempt: int) -> ChatRequest:
        """What to ask the model for this work."""
        return request_for(work, self.settings, self.pack, attempt)

    def refuse(self, work: Work, reply: ChatReply) -> CallFailure | None:
        """A reply that cannot be used is a failed call; None if it can."""
        if reply.finish_reason == "content_filter":
            kind, detail = ErrorKind.CONTENT_FILTER, "the endpoint's filter held the reply back"
        elif work.task.kind is TaskKind.EVOLVE and self._evolved_text(work, reply) is None:
            kind, detail = ErrorKind.MALFORMED_REPLY, "no evolved instruction in the reply"
        else:
            return None
        return CallFailure(kind=kind, detail=detail, latency_ms=reply.latency_ms, raw=reply.raw)

    def _evolved_text(self, work: Work, reply: ChatReply) -> str | None:
        assert work.instruction.operation is not None
        text = read_evolution(self.pack, work.instruction.operation, reply, parent=work.parent_text)
        # JSON inside the reply may spell half a character (\\ud83d), which no file can hold as UTF-8.
        return text and text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def conclude(self, work: Work, reply: ChatReply, call_id: str, now: datetime, *, by: str = "") -> Step:
        """What follows from a usable reply. `by` is the system that answered, if it is not the one that evolves."""
        origin = Origin(call_id=call_id, by=by or self.system_id, at=now)
        match work.task.kind:
            case TaskKind.EVOLVE:
                return self._evolved(work, reply, origin)
            case TaskKind.JUDGE:
                findings = (check_equality(self._equality(work, reply)),)
                return self._checked(work, findings, [], origin)
            case TaskKind.RESPOND:
                return self._responded(work, reply, origin)
            case TaskKind.SCORE:
                return Step(facts=(replace(work.task, state=TaskState.DONE), *self._scored(work, reply, origin)))

    def give_up(self, work: Work, failure: CallFailure, now: datetime) -> Step:
        """A call that failed for good: the child is an error, but a failed judge or score only leaves a gap."""
        task = replace(work.task, state=TaskState.FAILED)
        match work.task.kind:
            case TaskKind.EVOLVE | TaskKind.RESPOND:
                outcome = outcome_of(self.run_id, work, RunStatus.ERROR, None, now)
                return Step(facts=(task, outcome), decided=RunStatus.ERROR)
            case TaskKind.JUDGE:
                finding = Finding(
                    rule=Rule.NO_INFORMATION_GAIN, verdict=Verdict.UNKNOWN, evidence=f"no verdict: {failure.kind.cause}"
                )
                origin = Origin(call_id=None, by=self.system_id, at=now)
                return self._checked(work, (finding,), [], origin, state=TaskState.FAILED)
            case TaskKind.SCORE:
                return Step(facts=(task,))

    def _evolved(self, work: Work, reply: ChatReply, origin: Origin) -> Step:
        text = self._evolved_text(work, reply)
        assert text is not None and work.instruction.operation is not None
        findings = check_instruction(
            self.settings.rules,
            self.settings.thresholds,
            pack=self.pack,
            operation=work.instruction.operation,
            parent=work.parent_text,
            child=text,
            seed_text=work.seed_text,
            ancestors=work.ancestor_texts,
            finish_reason=reply.finish_reason,
        )
        revision = revision_of("instruction", work.instruction.id, text, origin.by)
        return self._checked(replace(work, text=text), findings, [revision], origin)

    def _responded(self, work: Work, reply: ChatReply, origin: Origin) -> Step:
        response = response_of(self.run_id, work.instruction, origin)
        facts: list[object] = [response, revision_of("response", response.id, reply.text, origin.by)]
        findings = check_response(
            self.settings.rules,
            self.settings.thresholds,
            instruction=work.text,
            response=reply.text,
            finish_reason=reply.finish_reason,
        )
        return self._checked(work, findings, facts, origin, response_id=response.id)

    def _checked(
        self,
        work: Work,
        findings: Sequence[Finding],
        facts: list[object],
        origin: Origin,
        *,
        response_id: str | None = None,
        state: TaskState = TaskState.DONE,
    ) -> Step:
        """Record the findings, then go on to the next step or conclude."""
        failed = work.failed + tuple(one.rule for one in findings if one.verdict is Verdict.FAIL)
        work = replace(work, failed=failed)
        facts = [
            replace(work.task, state=state),
            *facts,
            *(
                check_of(self.run_id, work.instruction, finding, response_id=response_id, call_id=origin.call_id)
                for finding in findings
            ),
        ]
        following = self._following(work)
        if following is not None:
            return Step(facts=(*facts, following.task), following=(following,))
        status = RunStatus.ELIMINATED if failed else RunStatus.SURVIVED
        facts.append(outcome_of(self.run_id, work, status, failed[0] if failed else None, origin.at))
        score = self._score_after(work, status)
        facts += [one.task for one in score]
        return Step(facts=tuple(facts), following=score, decided=status)

    def _following(self, work: Work) -> Work | None:
        """The child's next step; None when the plan is done, or at the first failure in the cheap order."""
        if work.failed and self.settings.order is StepOrder.CHEAP:
            return None
        done = self._plan.index(work.task.kind)
        if done + 1 == len(self._plan):
            return None
        task = self._task(self._plan[done + 1], work.instruction, TaskState.CLAIMED)
        return replace(work, task=task)

    def _score_after(self, work: Work, status: RunStatus) -> tuple[Work, ...]:
        if self.settings.scoring is Scoring.TOGETHER:
            return ()  # that waits for its siblings
        wanted = self.settings.difficulty is Difficulty.ALL or (
            self.settings.difficulty is Difficulty.SURVIVORS and status is RunStatus.SURVIVED
        )
        if not wanted:
            return ()
        return (replace(work, task=self._task(TaskKind.SCORE, work.instruction, TaskState.CLAIMED)),)

    def _equality(self, work: Work, reply: ChatReply) -> Equality:
        """A judge of what was named has its pack's own cut; the run's threshold is for the judge of equality."""
        cut = self.settings.thresholds.get(Rule.NO_INFORMATION_GAIN, default_threshold(Rule.NO_INFORMATION_GAIN))
        assert cut is not None
        named = named_in(self.pack, parent=work.parent_text, child=work.text)
        if not named:
            return read_equality(reply, cut=cut)
        judge = judge_of(self.pack, named)
        return read_equality(reply, cut=cut if judge.cut is None else judge.cut, words=judge.words, named=named)

    def _scored(self, work: Work, reply: ChatReply, origin: Origin) -> list[object]:
        """An unreadable score is no score; the call is kept."""
        asked, values = [work.instruction], _one_or_none(read_difficulty(reply))
        if self.settings.scoring is Scoring.TOGETHER:
            asked = [sibling.instruction for sibling in scored_together(work, self.settings)]
            values = read_difficulties(reply, len(asked)) or ()
        return [
            difficulty_of(self.run_id, of, value, drawn_by=self.system_id, origin=origin)
            for of, value in zip(asked, values, strict=False)
        ]


def _one_or_none(value: float | None) -> tuple[float, ...]:
    return () if value is None else (value,)
