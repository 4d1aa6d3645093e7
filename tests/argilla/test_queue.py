"""A queue in a real Argilla: sent once, answered by its users, fetched as decisions, edits and ratings with who and when."""

import pytest

from core.domain.argilla import What
from core.domain.decision import Act, Reason
from core.domain.history import HistoryFilter
from core.domain.instruction import RunStatus
from core.domain.person import LOCAL_OWNER as ME
from core.domain.queue import Asks, QueueFilter
from core.services.exchanging import argilla_links
from core.services.reviewing import history
from tests.argilla.annotating import Linked, Somebody, body_of
from tests.builders import revision
from tests.services.at_the_desk import MIRA

pytestmark = pytest.mark.argilla


def test_what_is_sent_has_the_texts_the_numbers_and_our_verdicts_as_suggestions(linked: Linked) -> None:
    (one,) = linked.room.grow(1)
    linked.connect()
    report = linked.push()
    assert (report.sent, report.there, report.total) == (1, 0, 1)
    record = linked.of(one.id)
    assert record["fields"] == {
        "parent": "Sort list 0.", "instruction": "Sort list 0 in place.", "response": "Use sort, 0.",
    }  # fmt: skip
    facts = record["metadata"]
    assert (facts["seed"], facts["parent"], facts["run"]) == (one.seed_id, one.parent_id, "Run 1")
    assert (facts["epoch"], facts["depth"], facts["words"], facts["difficulty"]) == (1, 1, 5, 1.0)
    said = {one["agent"]: one["value"] for one in record["suggestions"]}
    assert said == {"checks": "accept", "studio": "Sort list 0 in place."}
    assert linked.now().link.dataset.startswith("survivors-")


def test_answers_become_decisions_with_author_time_reason_and_origin(linked: Linked) -> None:
    one, other, third = (each.id for each in linked.room.grow(3))
    linked.connect()
    linked.push()
    linked.anna.says(linked.of(one), verdict="accept", rating=4, note="clear")
    linked.anna.says(linked.of(other), verdict="reject", reasons=["unclear", "too_complex"], note="what list?")
    linked.ben.says(linked.of(other), status="discarded")
    linked.ben.says(linked.of(third), status="draft", verdict="accept")
    report = linked.pull()
    assert (report.came, report.became) == ({"new": 2, "discarded": 1}, {"decided": 2, "skipped": 1})
    assert (report.seen, report.drafts, report.gone, report.foreign) == (3, 1, 0, 0)
    assert [linked.status(id_) for id_ in (one, other, third)] == [("accepted", 1), ("rejected", 1), ("undecided", 0)]
    said = {(name, act): (reason, note, origin) for _, name, act, reason, note, origin in linked.decisions()}
    assert said == {
        ("anna (Argilla)", "accept"): (None, "clear", "argilla"),
        ("anna (Argilla)", "reject"): (Reason.UNCLEAR, "what list?\n(also: too complex)", "argilla"),
        ("ben (Argilla)", "skip"): (None, None, "argilla"),
    }
    (rating,) = linked.room.rows("select value, \"by\" from score where kind = 'rating'")
    assert rating["value"] == 4.0
    assert rating["by"].startswith("argilla:")
    (time,) = linked.room.rows("select min(decided_at_browser) as said, min(received_at) as got from decision")
    assert time["said"] <= time["got"]
    assert linked.is_consistent()


def test_a_second_push_and_a_second_pull_bring_only_what_is_new(linked: Linked) -> None:
    one, _ = (each.id for each in linked.room.grow(2))
    linked.connect()
    linked.push()
    linked.anna.says(linked.of(one), verdict="accept")
    linked.pull()
    assert linked.pull().news == 0
    (fresh,) = linked.room.grow(1, first=2)
    report = linked.push()
    assert (report.sent, report.there, report.total) == (1, 2, 3)
    assert len(linked.records()) == 3
    linked.ben.says(linked.of(fresh.id), verdict="reject", reasons=["easier"])
    assert linked.pull().became == {"decided": 1}
    assert len(linked.decisions()) == 2


def test_what_is_changed_discarded_or_deleted_there_is_a_new_fact_and_the_old_verdict_is_taken_back(
    linked: Linked,
) -> None:
    one, other, third = (each.id for each in linked.room.grow(3))
    linked.connect()
    linked.push()
    answers = [linked.anna.says(linked.of(id_), verdict="accept") for id_ in (one, other, third)]
    linked.pull()
    linked.anna.changes(answers[0], verdict="reject", reasons=["easier"])
    linked.anna.changes(answers[1], status="discarded")
    linked.anna.deletes(answers[2])
    report = linked.pull()
    assert report.came == {"edited": 1, "discarded": 1, "deleted": 1}
    assert report.became == {"decided": 1, "skipped": 1, "taken_back": 1}
    assert [linked.status(id_)[0] for id_ in (one, other, third)] == ["rejected", "undecided", "undecided"]
    assert [act for _, _, act, *_ in linked.decisions()].count("undo") == 3
    linked.anna.changes(answers[0], verdict="accept")
    linked.anna.says(linked.of(third), verdict="reject", reasons=["other"])
    assert linked.pull().became == {"decided": 2}
    assert [linked.status(id_)[0] for id_ in (one, other, third)] == ["accepted", "undecided", "rejected"]
    assert linked.pull().news == 0
    assert linked.is_consistent()


def test_a_corrected_text_comes_with_its_acceptance_and_goes_with_its_answer(linked: Linked) -> None:
    one, other, third = (each.id for each in linked.room.grow(3))
    linked.connect()
    linked.push()
    answer = linked.anna.says(linked.of(one), verdict="accept", corrected="Sort the list in place, fast.")
    linked.ben.says(linked.of(one), verdict="accept")
    linked.anna.says(linked.of(other), verdict="reject", reasons=["other"], corrected="Better words.")
    linked.anna.says(linked.of(third), verdict="accept", corrected="Sort list 2 in place.")
    report = linked.pull()
    texts = {row["id"]: row["text"] for row in linked.room.rows(
        "select s.id, r.text from instruction_state s join revision r on r.id = s.revision_id")}  # fmt: skip
    assert (texts[one], texts[other]) == ("Sort the list in place, fast.", "Sort list 1 in place.")
    assert sum(report.became.values()) == 4
    kept = linked.room.rows("select why from argilla_answer where why like '%corrected%'")
    assert len(kept) == 1, "a correction beside a rejection is kept, and not used"
    linked.anna.changes(answer, verdict="accept", corrected="Sort the list in place, stably.")
    linked.pull()
    assert linked.status(one)[0] == "accepted"
    linked.anna.deletes(answer)
    linked.pull()
    (now,) = linked.room.rows(
        "select r.text from instruction_state s join revision r on r.id = s.revision_id where s.id = ?", one
    )
    assert now["text"] == "Sort list 0 in place."
    assert linked.is_consistent()


def test_an_answer_about_a_text_that_was_changed_here_is_a_conflict_and_the_new_text_is_sent(linked: Linked) -> None:
    (one,) = (each.id for each in linked.room.grow(1))
    linked.connect()
    linked.push()
    (card,) = linked.room.take(MIRA).cards
    from core.services.reviewing import edits

    edits.edit(linked.room.studio, MIRA, linked.room.project, card.trial, "Sort it, slowly.")
    linked.anna.says(linked.of(one), verdict="accept")
    assert linked.pull().became == {"conflict": 1}
    assert linked.status(one) == ("undecided", 0)
    (line,) = argilla_links.trouble(ME, linked.room.project, linked.link)
    assert (line.person, line.became) == ("anna (Argilla)", "conflict")
    assert "changed here" in line.why
    assert linked.push().sent == 1
    assert linked.of(one)["fields"]["instruction"] == "Sort it, slowly."
    linked.anna.says(linked.of(one), verdict="accept")
    linked.pull()
    assert linked.status(one) == ("accepted", 1)


def test_a_record_whose_text_was_changed_there_is_a_conflict_until_it_is_put_back(linked: Linked) -> None:
    (one,) = (each.id for each in linked.room.grow(1))
    linked.connect()
    linked.push()
    record = linked.of(one)
    changed = record["fields"] | {"instruction": "Something else."}
    dataset = linked.now().dataset_id
    linked.owner.call("PUT", f"datasets/{dataset}/records/bulk", {"items": [{"id": record["id"], "fields": changed}]})
    linked.anna.says(record, verdict="accept")
    assert linked.pull().became == {"conflict": 1}
    linked.owner.call(
        "PUT", f"datasets/{dataset}/records/bulk", {"items": [{"id": record["id"], "fields": record["fields"]}]}
    )
    assert linked.pull().became == {"decided": 1}
    assert linked.status(one) == ("accepted", 1)


def test_what_is_removed_there_takes_no_decision_with_it_and_foreign_records_do_no_harm(linked: Linked) -> None:
    one, other = (each.id for each in linked.room.grow(2))
    linked.connect()
    linked.push()
    linked.anna.says(linked.of(one), verdict="accept")
    linked.pull()
    dataset = linked.now().dataset_id
    linked.owner.call("DELETE", f"datasets/{dataset}/records?ids={linked.of(one)['id']}")
    linked.owner.call("POST", f"datasets/{dataset}/records/bulk", {"items": [
        {"fields": {"instruction": "Not ours."}, "external_id": "1"}, {"fields": {"instruction": "Nor this."}, "external_id": other[:-1] + "0"}]})  # fmt: skip
    report = linked.pull()
    assert (report.seen, report.gone, report.foreign, report.news) == (1, 1, 2, 0)
    assert linked.status(one) == ("accepted", 1)
    assert linked.push().sent == 0, "what somebody removed there is not sent again"


def test_with_a_person_who_is_removed_what_they_said_stays_and_a_draft_is_said_no_more(linked: Linked) -> None:
    one, other = (each.id for each in linked.room.grow(2))
    linked.connect()
    linked.push()
    name = f"cara-{linked.link[-6:]}"
    made = linked.owner.call(
        "POST", "users", {"username": name, "first_name": "Cara", "password": "12345678", "role": "owner"}
    )
    linked.owner.call("POST", f"records/{linked.of(one)['id']}/responses", body_of("submitted", {"verdict": "accept"}))
    answer = linked.anna.says(linked.of(other), verdict="accept")
    cara = Somebody(linked.server, name, made["api_key"])
    cara.says(linked.of(one), verdict="accept")
    linked.pull()
    assert linked.status(one) == ("accepted", 2)
    linked.owner.call("DELETE", f"users/{made['id']}")
    linked.anna.changes(answer, status="draft", verdict="accept")
    report = linked.pull()
    assert (report.came, report.became, report.drafts) == ({"deleted": 1}, {"taken_back": 1}, 1)
    assert linked.status(one) == ("accepted", 2)
    assert linked.status(other) == ("undecided", 0)
    assert {person for _, person, *_ in linked.decisions()} == {
        "owner (Argilla)",
        "anna (Argilla)",
        f"{name} (Argilla)",
    }


def test_an_owner_who_undoes_a_fetched_decision_here_is_not_overruled_by_the_next_pull(linked: Linked) -> None:
    (one,) = (each.id for each in linked.room.grow(1))
    linked.connect()
    linked.push()
    answer = linked.anna.says(linked.of(one), verdict="accept")
    linked.pull()
    (entry,) = history.page(ME, linked.room.project, HistoryFilter()).entries
    history.undo(linked.room.desk, ME, linked.room.project, entry.id)
    assert linked.pull().news == 0
    assert linked.status(one) == ("undecided", 0)
    linked.anna.changes(answer, verdict="reject", reasons=["easier"])
    linked.pull()
    assert linked.status(one) == ("rejected", 1)
    assert [act for _, _, act, *_ in linked.decisions()].count(Act.UNDO) == 1
    assert linked.is_consistent()


def test_an_empty_text_and_one_with_a_nul_are_taken_by_the_server(linked: Linked) -> None:
    one, other = linked.room.grow(2)
    linked.room.project.database.writer.append_now([revision(one, "", 1), revision(other, "Sort\x00 it \u202e ﷽.", 1)])
    linked.connect()
    assert linked.push().sent == 2
    assert [linked.of(id_)["fields"]["instruction"] for id_ in (one.id, other.id)] == ["", "Sort it \u202e ﷽."]
    linked.anna.says(linked.of(one.id), verdict="reject", reasons=["unanswerable"])
    linked.anna.says(linked.of(other.id), verdict="accept", corrected="Sort it \u202e ﷽.")
    assert linked.pull().became == {"decided": 2}
    assert linked.room.rows("select 1 from decision where act = 'edit'") == []


def test_a_blind_queue_says_there_nothing_of_who_made_what_and_suggests_nothing(linked: Linked) -> None:
    linked.room.grow(1)
    linked.connect(subject=linked.room.queue(name="deepen by fake", blind=True))
    linked.push()
    (record,) = linked.records()
    assert record["metadata"] == {"words": 5}
    assert [one["agent"] for one in record["suggestions"]] == ["studio"]
    assert linked.now().link.dataset.startswith("review-")


def test_a_queue_of_several_people_needs_as_many_answers_there_and_tells_nobody_s_verdict(linked: Linked) -> None:
    (one,) = (each.id for each in linked.room.grow(1, status=RunStatus.ELIMINATED))
    queue = linked.room.queue(overlap=2, filter=QueueFilter(statuses=("eliminated",)))
    (card,) = linked.room.take(MIRA, queue).cards
    linked.room.say(MIRA, card, Act.ACCEPT)
    linked.connect(subject=queue)
    linked.push()
    record = linked.of(one)
    assert {each["agent"]: each["value"] for each in record["suggestions"] if each["agent"] != "studio"} in (
        {"checks": "reject"}, {"checks": ["other"]},
    )  # fmt: skip
    dataset = linked.owner.call("GET", f"datasets/{linked.now().dataset_id}")
    assert dataset["distribution"]["min_submitted"] == 2
    linked.anna.says(record, verdict="accept")
    linked.ben.says(record, verdict="reject", reasons=["easier"])
    linked.pull()
    assert linked.status(one) == ("accepted", 3), "the first verdict holds here, whoever gave it"


def test_a_difficulty_said_there_is_a_judgment_that_may_change_and_go(linked: Linked) -> None:
    (one,) = (each.id for each in linked.room.grow(1))
    linked.connect(subject=linked.room.queue(asks=Asks.DIFFICULTY))
    linked.push()
    (record,) = linked.records()
    assert record["fields"] == {"instruction": "Sort list 0 in place."}
    assert record["metadata"] == {}
    answer = linked.anna.says(record, difficulty=7)

    def said() -> list[float]:
        return [row["score"] for row in linked.room.rows("select score from difficulty_said")]

    linked.pull()
    assert said() == [7.0]
    linked.anna.changes(answer, difficulty=3)
    linked.pull()
    assert said() == [3.0]
    linked.anna.deletes(answer)
    linked.pull()
    assert said() == []
    linked.anna.says(record, difficulty=10)
    linked.pull()
    assert said() == [10.0]
    assert linked.status(one) == ("undecided", 0)


def test_one_queue_has_one_link_at_a_time_and_an_ended_one_sends_nothing(linked: Linked) -> None:
    from core.errors import BadInput, NotFound

    linked.room.grow(1)
    linked.connect()
    with pytest.raises(BadInput, match="stands in Argilla already"):
        linked.connect()
    linked.room.studio.argilla.end(ME, linked.room.project, linked.link)
    with pytest.raises(NotFound):
        linked.push()
    linked.connect(What.QUEUE)
    assert linked.push().sent == 1
