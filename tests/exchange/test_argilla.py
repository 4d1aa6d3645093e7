"""What goes to Argilla and what comes from it, as values: what is hidden stays hidden, and nothing that comes is trusted."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.argilla_wire import Asked
from core.domain.decision import Reason, Verdict
from core.domain.judgment import PairVerdict
from core.domain.queue import Asks, Queue
from core.domain.study import Criterion, StudyDesign, StudyTask
from core.exchange import argilla_answers, argilla_queue, argilla_study
from core.exchange.argilla_queue import Item
from core.studies.questions import problem, questions

QUEUE = Queue(id="q", name="Some")
ITEM = Item(
    id="i", text="Sort it.", parent="Sort.", response="Use sort.", run_status="eliminated", human_status="undecided",
    rule="refusal", facts={"words": 2, "operation": "Deepening", "difficulty": 4.0, "status": "eliminated", "run": None},
)  # fmt: skip


def suggested(queue: Queue, item: Item = ITEM) -> dict[tuple[str, str], object]:
    return {(one.question, one.agent): one.value for one in argilla_queue.record(queue, "r", item).suggestions}


def test_the_machine_s_verdict_is_suggested_with_its_reason_and_people_s_before_it() -> None:
    assert suggested(QUEUE) == {
        ("verdict", "checks"): "reject", ("reasons", "checks"): ("unanswerable",), ("corrected", "studio"): "Sort it.",
    }  # fmt: skip
    assert suggested(QUEUE, replace(ITEM, human_status="accepted"))["verdict", "people"] == "accept"
    assert suggested(QUEUE, replace(ITEM, human_status="disputed", run_status=None)) == {
        ("corrected", "studio"): "Sort it."
    }


def test_where_several_decide_nobody_s_verdict_is_told() -> None:
    for queue in (replace(QUEUE, overlap=2), replace(QUEUE, adjudicates=True)):
        said = suggested(queue, replace(ITEM, human_status="accepted"))
        assert ("verdict", "people") not in said
        assert said["verdict", "checks"] == "reject"


@pytest.mark.parametrize(
    ("queue", "facts"),
    [
        (replace(QUEUE, blind=True), {"words": 2}),
        (replace(QUEUE, audit_share=0.1), {"words": 2, "operation": "Deepening"}),
        (QUEUE, {"words": 2, "operation": "Deepening", "difficulty": 4.0, "status": "eliminated"}),
    ],
)
def test_what_a_queue_hides_here_is_not_sent(queue: Queue, facts: dict[str, object]) -> None:
    record = argilla_queue.record(queue, "r", ITEM)
    assert dict(record.metadata) == facts
    assert {one.agent for one in record.suggestions} == ({"checks", "studio"} if queue == QUEUE else {"studio"})
    plan = argilla_queue.plan(queue)
    named = {*plan.integers, *plan.floats, *plan.terms}
    assert set(facts) <= named
    assert named.isdisjoint({"operation", "run"}) == queue.blind


def test_what_has_no_text_is_sent_all_the_same_and_keeps_nothing_else_back() -> None:
    record = argilla_queue.record(QUEUE, "r", replace(ITEM, text="", response=None))
    assert record.fields == {"parent": "Sort.", "instruction": ""}
    assert "corrected" not in {one.question for one in record.suggestions}


def test_where_the_difficulty_is_asked_the_text_stands_alone() -> None:
    queue = replace(QUEUE, asks=Asks.DIFFICULTY)
    record = argilla_queue.record(queue, "r", ITEM)
    assert (record.fields, record.metadata, record.suggestions) == ({"instruction": "Sort it."}, {}, ())


@pytest.mark.parametrize(
    ("values", "problem_"),
    [
        ({}, "neither accept nor reject"), ({"verdict": 1}, "neither"), ({"verdict": ["accept"]}, "neither"),
        ({"verdict": "accept", "rating": 6}, "rating"), ({"verdict": "accept", "rating": True}, "rating"),
        ({"verdict": "accept", "rating": "5"}, "rating"), ({"verdict": "reject", "reasons": ["because"]}, "a reason that there is not"),
        ({"verdict": "reject", "reasons": [{"a": 1}]}, "a reason"), ({"verdict": "accept", "note": "x" * 4_001}, "note is longer"),
        ({"verdict": "accept", "corrected": "x" * 1_000_001}, "corrected text"), ({"verdict": "accept", "corrected": "\ud800"}, "half a character"),
    ],
)  # fmt: skip
def test_what_says_no_verdict_is_unusable_and_says_why(values: dict[str, object], problem_: str) -> None:
    assert problem_ in argilla_answers.of_queue(QUEUE, values).problem


def test_a_whole_answer_is_read_as_it_was_meant() -> None:
    meant = argilla_answers.of_queue(
        QUEUE, {"verdict": "reject", "reasons": ["easier", "other"], "rating": 2, "note": " so\x00so ", "corrected": ""}
    )
    assert (meant.problem, meant.verdict, meant.reasons) == ("", Verdict.REJECT, (Reason.EASIER, Reason.OTHER))
    assert (meant.rating, meant.note, meant.corrected) == (2, "soso", "")


def plan_of(task: StudyTask, **more: Any) -> tuple[StudyDesign, Any]:
    design = StudyDesign(task=task, **more)
    return design, argilla_study.plan(design, questions(design), 3)


def test_a_study_asks_each_criterion_and_its_texts_have_letters_for_names() -> None:
    criteria = (Criterion(key="Über Klarheit", label="Clarity", description="Is it clear?"),)
    design, plan = plan_of(StudyTask.RANK, criteria=criteria, asks_each=True, judgments=4)
    assert [one.name for one in plan.fields] == ["prompt", "text_a", "text_b", "text_c"]
    assert [(one.name, one.asked) for one in plan.questions] == [
        ("ranking_0", Asked.RANKING), ("ranking_1", Asked.RANKING), ("note", Asked.TEXT),
    ]  # fmt: skip
    assert plan.people == 4
    assert argilla_study.record("r", "Why?", ["one", "two"]).fields == {
        "prompt": "Why?",
        "text_a": "one",
        "text_b": "two",
    }
    _, scored = plan_of(StudyTask.LIKERT, criteria=criteria)
    assert [one.name for one in scored.questions] == ["score_a_0", "score_b_0", "score_c_0", "note"]
    assert design.criteria == criteria


def test_a_pair_is_said_from_the_left() -> None:
    design, plan = plan_of(StudyTask.PAIR)
    assert [value for value, _ in plan.questions[0].options] == [str(one) for one in PairVerdict]
    meant = argilla_answers.of_study(design, questions(design), 2, {"verdict_0": "both_bad"})
    assert [one.verdict for one in meant.said] == [PairVerdict.BOTH_BAD]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.sampled_from(["accept", "a", "b", "left"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["value", "rank", "x"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
NAMES = st.sampled_from(
    ["verdict", "reasons", "rating", "note", "corrected", "difficulty", "ranking_0", "verdict_0", "score_a_0"]
)


@given(st.dictionaries(NAMES, JSON, max_size=6), st.sampled_from(StudyTask), st.integers(1, 5))
def test_whatever_a_server_says_is_an_answer_or_a_problem(
    values: dict[str, object], task: StudyTask, n_texts: int
) -> None:
    for asks in Asks:
        meant = argilla_answers.of_queue(replace(QUEUE, asks=asks), values)
        assert meant.problem or meant.verdict or meant.difficulty
    design = StudyDesign(task=task)
    found = argilla_answers.of_study(design, questions(design), n_texts, values)
    assert isinstance(found.problem or problem(design, n_texts, found.said), str)
    json.dumps([str(one) for one in found.said])
