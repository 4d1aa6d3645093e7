"""A study in a real Argilla: blind, in an order that only we know, and every answer a judgment of the study."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.domain.argilla import What
from core.domain.person import LOCAL_OWNER as ME
from core.domain.study import Criterion, StudyDesign, StudyEventKind, StudyState, StudyTask
from core.errors import BadInput
from core.services.evaluating.results import Results
from core.services.exchanging import argilla_links
from tests.argilla.annotating import Linked
from tests.studies.building import a_study, happened, siblings

pytestmark = pytest.mark.argilla
SYSTEMS = ("alpha-7b", "beta-13b", "gamma-70b")


def study_of(linked: Linked, **more: Any) -> str:
    """A study, sent. → its id"""
    design = StudyDesign(**{"title": "Which answer helps?", **more.pop("design", {})})
    id_ = a_study(linked.room.project.database, **{"prompts": 3, "systems": SYSTEMS, "design": design, **more})
    linked.connect(What.STUDY, id_)
    linked.push()
    return id_


def ranking(*letters: str) -> list[dict[str, object]]:
    return [{"value": letter, "rank": at + 1} for at, letter in enumerate(letters)]


def judged(linked: Linked) -> dict[str, dict[str, Any]]:
    """Prompt's key and system → rank and score, as the judgments that hold say."""
    rows = linked.room.rows(
        "select p.key, s.name, v.rank, v.score, v.criterion, t.pilot from judgment_now j join trial t on t.id = j.trial_id "
        "join judgment_value v on v.judgment_id = j.id join trial_slot l on l.trial_id = t.id and l.position = v.position "
        "join candidate c on c.id = l.candidate_id join system s on s.id = c.system_id join study_prompt p on p.id = t.prompt_id"
    )
    return {f"{row['key']} {row['name']} {row['criterion']}": row for row in rows}


def shown(linked: Linked, record: Mapping[str, Any]) -> Sequence[str]:
    """Which system stands under which letter of a record, as our log says."""
    rows = linked.room.rows(
        "select s.name from (select unnest(shown) as id, generate_subscripts(shown, 1) as nth from argilla_record where id = ?) r "
        "join candidate c on c.id = r.id join system s on s.id = c.system_id order by r.nth",
        record["external_id"],
    )
    return [row["name"] for row in rows]


def test_nothing_that_is_sent_names_a_system_and_each_stands_at_every_place(linked: Linked) -> None:
    study_of(linked, prompts=6, name="alpha-7b against beta-13b", design={"masked": ("Text",)})
    dataset = linked.now().dataset_id
    everything = [linked.owner.call("GET", f"datasets/{dataset}{part}") for part in ("", "/fields", "/questions")]
    said = json.dumps([*everything, linked.records()])
    assert not [one for one in (*SYSTEMS, "fake", "against") if one in said]
    assert linked.now().link.dataset.startswith("which-answer-helps-")
    assert "Text " not in said
    assert "\\u25a0" in said, "words that are to be black are black there too"
    places = [shown(linked, record) for record in linked.records()]
    assert len(places) == 6
    for at in range(3):
        assert sorted(place[at] for place in places) == sorted(SYSTEMS * 2)
    assert all(not record["metadata"] and not record["suggestions"] for record in linked.records())


def test_a_ranking_becomes_a_judgment_of_what_stood_where_ties_too(linked: Linked) -> None:
    study_of(linked, prompts=1)
    (record,) = linked.records()
    linked.anna.says(record, ranking_0=ranking("c", "a", "b"), note="C is complete.")
    tie = [{"value": "a", "rank": 1}, {"value": "b", "rank": 1}, {"value": "c", "rank": 3}]
    linked.ben.says(record, ranking_0=tie)
    assert linked.pull().became == {"judged": 2}
    names = shown(linked, record)
    rows = linked.room.rows(
        "select r.name as who, v.rank, s.name from judgment_now j join trial t on t.id = j.trial_id join rater r on r.person_id = t.person_id "
        "and r.study_id = t.study_id join judgment_value v on v.judgment_id = j.id join trial_slot l on l.trial_id = t.id and l.position = v.position "
        "join candidate c on c.id = l.candidate_id join system s on s.id = c.system_id"
    )
    said = {(row["who"], row["name"]): row["rank"] for row in rows}
    assert [said["anna (Argilla)", name] for name in names] == [2, 3, 1]
    assert [said["ben (Argilla)", name] for name in names] == [1, 1, 2]


def test_a_changed_judgment_is_the_next_one_and_a_deleted_one_is_void(linked: Linked) -> None:
    study_of(linked, prompts=2, systems=SYSTEMS[:2], design={"task": StudyTask.PAIR})
    one, other = linked.records()
    first, second = linked.anna.says(one, verdict_0="left"), linked.anna.says(other, verdict_0="both_bad")
    linked.pull()
    linked.anna.changes(first, verdict_0="right")
    linked.anna.deletes(second)
    assert linked.pull().became == {"judged": 1, "taken_back": 1}
    now = judged(linked)
    assert len(now) == 2
    winner = shown(linked, one)[1]
    assert [row["rank"] for key, row in now.items() if winner in key] == [1]
    said = linked.room.rows("select number, outcome from judgment order by seq")
    assert [(row["number"], row["outcome"]) for row in said] == [
        (0, "judged"),
        (0, "judged"),
        (1, "judged"),
        (1, "void"),
    ]


def test_scores_of_each_criterion_come_back_by_position_and_half_an_answer_is_unusable(linked: Linked) -> None:
    criteria = (Criterion(key="clarity", label="Clarity"), Criterion(key="truth", label="Truth"))
    study_of(linked, prompts=1, systems=SYSTEMS[:2], design={"task": StudyTask.LIKERT, "criteria": criteria})
    (record,) = linked.records()
    linked.anna.says(record, score_a_0=5, score_b_0=1, score_a_1=4, score_b_1=2)
    linked.ben.says(record, score_a_0=5, score_a_1=4)
    assert linked.pull().became == {"judged": 1, "unusable": 1}
    one, other = shown(linked, record)
    found = {key: row["score"] for key, row in judged(linked).items()}
    assert found == {f"1 {one} clarity": 5, f"1 {other} clarity": 1, f"1 {one} truth": 4, f"1 {other} truth": 2}
    (line,) = argilla_links.trouble(ME, linked.room.project, linked.link)
    assert "Not everything is answered" in line.why


def test_siblings_are_ranked_as_instructions_under_their_parent(linked: Linked) -> None:
    families = {"Sort a list.": {"deepen": "Sort it, stably.", "concretize": "Sort it by length."}}
    id_ = siblings(linked.room.project.database, families)
    linked.connect(What.STUDY, id_)
    linked.push()
    (record,) = linked.records()
    assert record["fields"]["prompt"] == "Sort a list."
    assert {record["fields"]["text_a"], record["fields"]["text_b"]} == {"Sort it, stably.", "Sort it by length."}
    assert not [one for one in ("deepen", "concretize") if one in json.dumps(record)]
    linked.anna.says(record, ranking_0=ranking("b", "a"))
    assert linked.pull().became == {"judged": 1}


def test_prompts_with_fewer_responses_are_judged_by_those_that_there_are(linked: Linked) -> None:
    study_of(
        linked,
        prompts=2,
        text=lambda key, system: None if (key, system) == ("2", SYSTEMS[2]) else f"Text of {key}, {len(system)}",
    )
    _, short = linked.records()
    assert "text_c" not in short["fields"]
    linked.anna.says(short, ranking_0=ranking("c", "b", "a"))
    linked.pull()
    names = shown(linked, short)
    now = judged(linked)
    assert [now[f"2 {name} overall"]["rank"] for name in names] == [2, 1], "a letter without a text leaves no gap"


def test_what_is_judged_there_counts_as_the_study_s_own_and_a_pilot_stays_apart(linked: Linked) -> None:
    id_ = study_of(linked, prompts=1, state=StudyState.PILOT)
    (record,) = linked.records()
    linked.anna.says(record, ranking_0=ranking("a", "b", "c"))
    linked.pull()
    assert [row["pilot"] for row in judged(linked).values()] == [True] * 3
    happened(linked.room.project.database, id_, StudyEventKind.OPENED)
    assert linked.push().sent == 1, "after the pilot everything is asked anew"
    fresh = next(one for one in linked.records() if one["id"] != record["id"])
    answer = linked.anna.says(fresh, ranking_0=ranking("a", "b", "c"))
    linked.pull()
    happened(linked.room.project.database, id_, StudyEventKind.CLOSED)
    opened = Results().open(ME, linked.room.project, id_)
    assert [(rater.name, str(rater.kind)) for rater in opened.raters] == [("anna (Argilla)", "human")]
    linked.anna.changes(answer, ranking_0=ranking("c", "b", "a"))
    assert linked.pull().became == {"conflict": 1}, "what is closed is not judged any more"
    with pytest.raises(BadInput, match="closed"):
        linked.push()


def test_a_draft_is_not_sent(linked: Linked) -> None:
    id_ = a_study(linked.room.project.database, prompts=1, state=StudyState.DRAFT)
    linked.connect(What.STUDY, id_)
    with pytest.raises(BadInput, match="not opened yet"):
        linked.push()
    assert "not opened yet" in linked.now().problem
