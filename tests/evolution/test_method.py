"""What is asked next, and what follows from a reply."""

import math
from dataclasses import replace
from typing import Any

import pytest

from core.domain import ids
from core.domain.call import CallFailure, ChatReply, ErrorKind
from core.domain.check import Check, Outcome, Rule, Score, Verdict
from core.domain.instruction import Instruction, Response, Revision, RunStatus
from core.domain.operation import Operation
from core.domain.run import Difficulty, StepOrder
from core.domain.task import Task, TaskKind, TaskState
from core.domain.work import Work
from core.evolution.method import Method, Step
from tests import builders
from tests.evolution.growing import PACK, only, settings

PARENT = "Name three uses of vinegar."
CHILD = "Name three uses of vinegar in cleaning and say which surfaces it would damage over the years."
PAPERS = (Rule.NO_INFORMATION_GAIN, Rule.REFUSAL, Rule.EMPTY_RESPONSE, Rule.LEAKED_PROMPT)
FAILURE = CallFailure(kind=ErrorKind.TIME_OUT, detail="late")


def method(**more: Any) -> Method:
    return Method(builders.RUN, settings(**more), PACK, builders.SYSTEM)


def reply(text: str, **more: Any) -> ChatReply:
    fields = {"finish_reason": "stop", "tokens_in": 9, "tokens_out": 9, "raw": text, "latency_ms": 1.0}
    return ChatReply(text=text, **{**fields, **more})


def work(kind: TaskKind, text: str = CHILD, operation: Operation = Operation.MUTATE, **more: Any) -> Work:
    child = replace(builders.child(builders.seed()), operation=operation)
    task = builders.task(child, kind, state=TaskState.CLAIMED)
    return Work(task=task, instruction=child, parent_text=PARENT, text=text, seed_text=PARENT, **more)


def conclude(by: Method, on: Work, text: str, **more: Any) -> Step:
    return by.conclude(on, reply(text, **more), "0" * 8, builders.NOON)


def kinds(step: Step) -> list[str]:
    return [type(fact).__name__ for fact in step.facts]


def one(step: Step, kind: type) -> Any:
    (found,) = [fact for fact in step.facts if isinstance(fact, kind)]
    return found


class TestTheCheapOrder:
    def test_a_new_text_is_judged_next(self) -> None:
        step = evolved(method())
        assert step.decided is None
        assert [going.task.kind for going in step.following] == [TaskKind.JUDGE]
        assert one(step, Revision).text == step.following[0].text
        assert all(task.state is TaskState.CLAIMED for task in (going.task for going in step.following))

    def test_what_the_judge_lets_pass_is_answered_next(self) -> None:
        step = conclude(method(), work(TaskKind.JUDGE), "Not equal")
        assert [going.task.kind for going in step.following] == [TaskKind.RESPOND]

    def test_what_the_judge_finds_equal_is_eliminated_without_an_answer(self) -> None:
        step = conclude(method(), work(TaskKind.JUDGE), "Equal")
        assert not step.following
        assert step.decided is RunStatus.ELIMINATED
        assert one(step, Outcome).rule is Rule.NO_INFORMATION_GAIN
        assert [check.rule for check in step.facts if isinstance(check, Check)] == [Rule.NO_INFORMATION_GAIN]

    def test_a_judge_of_what_was_named_has_the_packs_own_words_and_cut(self) -> None:
        named = (
            PARENT
            + " Besides, make up three short cases that test whether the answer depends on {}, and answer each of them "
            "in at most twenty-five words."
        )
        asked = work(TaskKind.JUDGE, named.format("the purpose"), Operation.ADD_CONSTRAINTS)
        for p_open, decided in ((0.02, RunStatus.ELIMINATED), (0.08, None)):
            chances = {"No": math.log(p_open), "Yes": math.log(1 - p_open)}
            assert conclude(method(), asked, "Yes", first_logprobs=chances).decided is decided

    def test_an_unparseable_judge_is_unknown_and_eliminates_nothing(self) -> None:
        step = conclude(method(), work(TaskKind.JUDGE), "Perhaps")
        assert one(step, Check).verdict is Verdict.UNKNOWN
        assert [going.task.kind for going in step.following] == [TaskKind.RESPOND]

    def test_an_answer_ends_the_child(self) -> None:
        step = conclude(method(), work(TaskKind.RESPOND), "Use it on glass, tiles and kettles; it damages marble.")
        assert step.decided is RunStatus.SURVIVED
        assert one(step, Response).call_id == "0" * 8
        assert {check.rule for check in step.facts if isinstance(check, Check)} == {Rule.REFUSAL, Rule.EMPTY_RESPONSE}

    def test_a_refusal_eliminates(self) -> None:
        step = conclude(method(), work(TaskKind.RESPOND), "Sorry, I cannot help.")
        assert (step.decided, one(step, Outcome).rule) == (RunStatus.ELIMINATED, Rule.REFUSAL)

    def test_without_judge_and_response_a_text_that_passes_survives_at_once(self) -> None:
        step = evolved(method(rules=(), respond=False))
        assert step.decided is RunStatus.SURVIVED
        assert not step.following


class TestThePapersOrder:
    BY = method(order=StepOrder.PAPER)

    def test_everything_is_answered_and_then_judged(self) -> None:
        step = evolved(self.BY)
        assert [going.task.kind for going in step.following] == [TaskKind.RESPOND]
        step = conclude(self.BY, step.following[0], "Sorry, no.")
        assert [going.task.kind for going in step.following] == [TaskKind.JUDGE]
        assert step.following[0].failed == (Rule.REFUSAL,)

    def test_the_first_failed_rule_is_the_outcomes(self) -> None:
        step = conclude(self.BY, work(TaskKind.JUDGE, failed=(Rule.REFUSAL,)), "Equal")
        assert one(step, Outcome).rule is Rule.REFUSAL
        step = conclude(self.BY, work(TaskKind.JUDGE, failed=(Rule.REFUSAL,)), "Not equal")
        assert step.decided is RunStatus.ELIMINATED


class TestFailures:
    @pytest.mark.parametrize("kind", [TaskKind.EVOLVE, TaskKind.RESPOND])
    def test_without_a_text_or_an_answer_the_child_is_an_error(self, kind: TaskKind) -> None:
        step = method().give_up(work(kind, text=""), FAILURE, builders.NOON)
        assert step.decided is RunStatus.ERROR
        assert one(step, Outcome).rule is None
        assert one(step, Task).state is TaskState.FAILED

    def test_without_a_verdict_the_child_goes_on_unjudged(self) -> None:
        step = method().give_up(work(TaskKind.JUDGE), FAILURE, builders.NOON)
        assert one(step, Check).verdict is Verdict.UNKNOWN
        assert [going.task.kind for going in step.following] == [TaskKind.RESPOND]
        assert {task.kind: task.state for task in step.facts if isinstance(task, Task)} == {
            TaskKind.JUDGE: TaskState.FAILED,
            TaskKind.RESPOND: TaskState.CLAIMED,
        }

    def test_without_a_score_there_is_no_score(self) -> None:
        step = method().give_up(work(TaskKind.SCORE), FAILURE, builders.NOON)
        assert kinds(step) == ["Task"]
        assert kinds(conclude(method(), work(TaskKind.SCORE), "hard to say")) == ["Task"]

    def test_a_reply_without_an_instruction_is_a_failed_call_that_heals(self) -> None:
        for text in ("", "   ", "{", '{"other": "field"}', '{"instruction": ""}', "[]"):
            failure = method().refuse(work(TaskKind.EVOLVE), reply(text))
            assert failure is not None, text
            assert failure.kind is ErrorKind.MALFORMED_REPLY
            assert failure.kind.heals

    def test_a_filtered_reply_is_a_failed_call_that_does_not(self) -> None:
        failure = method().refuse(work(TaskKind.RESPOND), reply("half an", finish_reason="content_filter"))
        assert failure is not None
        assert failure.kind is ErrorKind.CONTENT_FILTER
        assert not failure.kind.heals

    def test_half_a_character_spelt_in_json_is_replaced(self) -> None:
        """No file can hold it as UTF-8, so it would end the run."""
        step = evolved(method(), "Explain half \\ud83d a smile in ten words.")
        assert "half \ufffd a smile" in one(step, Revision).text
        whole = evolved(method(), "Explain \\ud83d\\ude00 in ten words.")
        assert "\U0001f600" in one(whole, Revision).text


class TestDifficulty:
    @pytest.mark.parametrize(
        ("wanted", "said", "scored"),
        [
            (Difficulty.NONE, "Not equal", False),
            (Difficulty.SURVIVORS, "Not equal", True),
            (Difficulty.SURVIVORS, "Equal", False),
            (Difficulty.ALL, "Equal", True),
        ],
    )
    def test_scores_are_asked_of_whom_they_are_wanted(self, wanted: Difficulty, said: str, scored: bool) -> None:
        step = conclude(method(difficulty=wanted, respond=False), work(TaskKind.JUDGE), said)
        assert step.decided is not None
        assert [going.task.kind for going in step.following] == [TaskKind.SCORE] * scored

    def test_a_score_is_kept_with_its_call(self) -> None:
        score = one(conclude(method(), work(TaskKind.SCORE), "7"), Score)
        assert (score.kind, score.value, score.call_id) == ("difficulty", 7.0, "0" * 8)

    def test_seeds_are_scored_too_unless_nobody_is(self) -> None:
        seeds = [builders.seed(number) for number in range(3)]
        assert [task.kind for task in method(difficulty=Difficulty.SURVIVORS).seed_scores(seeds)] == [
            TaskKind.SCORE
        ] * 3
        assert method(difficulty=Difficulty.NONE).seed_scores(seeds) == []


class TestChildren:
    def test_every_frontier_node_gets_its_children_and_their_tasks(self) -> None:
        parents = [builders.child(builders.seed(), number) for number in (0, 3)]
        facts = method(children=3).children(parents, 2)
        children = [fact for fact in facts if isinstance(fact, Instruction)]
        tasks = [fact for fact in facts if isinstance(fact, Task)]
        assert [child.child_number for child in children] == [0, 1, 2, 3, 4, 5]
        assert [child.parent_id for child in children] == [parents[0].id] * 3 + [parents[1].id] * 3
        assert [task.subject_id for task in tasks] == [child.id for child in children]
        for child in children:
            assert (child.epoch, child.depth) == (2, 2)
            assert child.ancestors[-1] == child.parent_id
            assert child.parent_revision_id == ids.revision_id(child.parent_id or "")
            assert child.pack_hash == PACK.hash

    def test_planning_twice_gives_the_same_ids(self) -> None:
        seed = builders.seed()
        assert method().children([seed], 1) == method().children([seed], 1)

    def test_another_run_on_the_same_seeds_draws_alike_under_ids_of_its_own(self) -> None:
        seeds = [builders.seed(number, number) for number in range(40)]
        runs = [Method(builders.id_of(name), settings(), PACK, builders.SYSTEM) for name in ("one", "two")]
        one_, two = ([fact for fact in run.children(seeds, 1) if isinstance(fact, Instruction)] for run in runs)
        assert [child.operation for child in one_] == [child.operation for child in two]
        assert not {child.id for child in one_} & {child.id for child in two}


def evolved(by: Method, text: str = CHILD) -> Step:
    """The step after a mutation's reply: its pack asks for JSON whose last field is the text."""
    mutating = Method(by.run_id, replace(by.settings, weights=only(Operation.MUTATE)), PACK, by.system_id)
    fields = PACK.templates[Operation.MUTATE.value].reply.partition(" ")[2].replace("+", ",").split(",")
    body = "{" + ", ".join(f'"{field}": "{text}"' for field in fields) + "}"
    return conclude(mutating, work(TaskKind.EVOLVE, text=""), body)
