"""How difficult is it: asked by the text alone, said once a trial, kept as a judgment."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from core.domain.card import Card
from core.domain.decision import Act, Answer, Reason
from core.domain.person import LOCAL_OWNER
from core.domain.queue import Asks
from core.errors import BadInput
from core.services.reviewing import difficulty, edits, item_list, queues
from tests.builders import RUN
from tests.services.at_the_desk import MIRA, NOOR, OLA, Room, items, room_at, submission


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_at(tmp_path) as opened:
        yield opened


def scores(room: Room) -> list[tuple[str, float]]:
    rows = room.rows("select person_id, score from difficulty_said order by person_id, score")
    return [(row["person_id"], row["score"]) for row in rows]


def asked(room: Room, **more: object) -> str:
    return room.queue(asks=Asks.DIFFICULTY, **more)


def test_the_card_shows_the_text_and_nothing_that_tells_how_it_was_made(room: Room) -> None:
    room.grow(3)
    cards = room.take(MIRA, asked(room)).cards
    assert [card.text for card in cards] == [f"Sort list {number} in place." for number in range(3)]
    for card in cards:
        shown = json.loads(TypeAdapter(Card).dump_json(card))
        told = {name for name, value in shown.items() if value not in (None, "", [], False)}
        assert told == {"trial", "instruction", "revision", "text", "words"}


def test_what_is_said_is_a_judgment_and_neither_a_score_of_the_model_nor_a_decision(room: Room) -> None:
    room.grow(1)
    (card,) = room.take(MIRA, asked(room)).cards
    before = room.rows("select count(*) as n from score")
    assert room.say(MIRA, card, Act.SCORE, score=7, note="long", active_ms=1_200).answer is Answer.SAVED
    assert scores(room) == [("mira", 7.0)]
    assert room.rows("select kind, person_id from trial") == [{"kind": "difficulty", "person_id": "mira"}]
    said = room.rows("select outcome, number, note, active_ms from judgment")
    assert said == [{"outcome": "judged", "number": 0, "note": "long", "active_ms": 1_200}]
    assert room.rows("select position, criterion, score, rank from judgment_value") == [
        {"position": 0, "criterion": "difficulty", "score": 7.0, "rank": None}
    ]
    assert room.rows("select * from decision") == []
    assert room.rows("select count(*) as n from score") == before
    assert room.rows("select difficulty from instruction_state where difficulty is not null")[0]["difficulty"] == 1.0


def test_sending_it_again_changes_nothing_and_another_number_is_refused(room: Room) -> None:
    room.grow(1)
    (card,) = room.take(MIRA, asked(room)).cards
    answers = [room.say(MIRA, card, Act.SCORE, score=score) for score in (4, 4, 9)]
    assert [one.answer for one in answers] == [Answer.SAVED, Answer.ALREADY_SAVED, Answer.REFUSED]
    assert "already" in answers[2].why
    assert scores(room) == [("mira", 4.0)]


@pytest.mark.parametrize("score", [0, 11, -3, None])
def test_a_difficulty_is_one_to_ten(room: Room, score: int | None) -> None:
    room.grow(1)
    (card,) = room.take(MIRA, asked(room)).cards
    receipt = room.say(MIRA, card, Act.SCORE, score=score)
    assert (receipt.answer, receipt.why) == (Answer.REFUSED, "A difficulty is a whole number from 1 to 10.")
    assert scores(room) == []


def test_undo_brings_it_back_as_a_new_trial_and_keeps_both_facts(room: Room) -> None:
    room.grow(2)
    queue = asked(room)
    first, second = room.take(MIRA, queue).cards
    room.say(MIRA, first, Act.SCORE, score=2)
    assert room.take(MIRA, queue).sitting.left == 1
    assert [room.say(MIRA, first, Act.UNDO).answer for _ in range(2)] == [Answer.SAVED, Answer.ALREADY_SAVED]
    assert scores(room) == []
    assert [row["outcome"] for row in room.rows("select outcome from judgment order by seq")] == ["judged", "void"]
    assert room.say(MIRA, first, Act.SCORE, score=3).answer is Answer.REFUSED
    again = room.take(MIRA, queue, have=(second.trial,)).cards[0]
    assert again.instruction == first.instruction
    assert again.trial != first.trial
    room.say(MIRA, again, Act.SCORE, score=3)
    assert scores(room) == [("mira", 3.0)]


def test_a_score_and_its_undo_in_one_batch_are_both_kept(room: Room) -> None:
    room.grow(1)
    (card,) = room.take(MIRA, asked(room)).cards
    sent = room.send(MIRA, submission(card, Act.SCORE, score=5), submission(card, Act.UNDO))
    assert [one.answer for one in sent.receipts] == [Answer.SAVED, Answer.SAVED]
    assert scores(room) == []


def test_a_skipped_one_comes_last_and_can_be_noted(room: Room) -> None:
    room.grow(2)
    queue = asked(room)
    first, second = room.take(MIRA, queue).cards
    assert room.say(MIRA, first, Act.NOTE, note="unclear what is meant").answer is Answer.SAVED
    assert room.say(MIRA, first, Act.SKIP).answer is Answer.SAVED
    room.say(MIRA, second, Act.SCORE, score=6)
    assert [card.instruction for card in room.take(MIRA, queue).cards] == [first.instruction]


def test_a_verdict_on_it_and_a_difficulty_of_what_is_reviewed_are_refused(room: Room) -> None:
    room.grow(1)
    (scored,) = room.take(MIRA, asked(room)).cards
    (reviewed,) = room.take(MIRA).cards
    for act in (Act.ACCEPT, Act.REJECT, Act.FLAG):
        receipt = room.say(MIRA, scored, act, reason=Reason.UNCLEAR if act is Act.REJECT else None)
        assert (receipt.answer, receipt.why) == (Answer.REFUSED, "Of this item only the difficulty is asked.")
    assert "verdict" in room.say(MIRA, reviewed, Act.SCORE, score=3).why
    with pytest.raises(BadInput, match="only the difficulty"):
        edits.edit(room.studio, MIRA, room.project, scored.trial, "Another text")
    assert room.rows("select * from decision") == []


def test_each_is_scored_by_as_many_as_the_queue_wants_and_by_nobody_twice(room: Room) -> None:
    grown = {one.id for one in room.grow(4)}
    queue = asked(room, overlap=2)
    for who in (MIRA, NOOR, OLA):
        for card in room.take(who, queue).cards:
            room.say(who, card, Act.SCORE, score=5)
    found = room.rows("select count(*) as n from difficulty_said group by revision_id")
    assert [row["n"] for row in found] == [2] * 4
    assert grown
    assert [room.take(who, queue).cards for who in (MIRA, NOOR, OLA)] == [(), (), ()]


def test_reviewing_and_scoring_one_item_do_not_wait_for_each_other(room: Room) -> None:
    (one,) = room.grow(1)
    queue = asked(room)
    assert items(room.take(MIRA)) == [one.id]
    assert items(room.take(NOOR, queue)) == [one.id]
    assert items(room.take(MIRA, queue)) == []  # Noor has it, and one score is enough
    (card,) = room.take(NOOR, queue).cards
    room.say(NOOR, card, Act.SCORE, score=5)
    assert items(room.take(MIRA)) == [one.id]
    assert room.rows("select n_decisions, human_status from instruction_state where id = ?", one.id) == [
        {"n_decisions": 0, "human_status": "undecided"}
    ]


def test_what_waits_in_front_of_somebody_is_there_after_a_restart_and_what_was_said_is_not(room: Room) -> None:
    room.grow(2)
    queue = asked(room)
    first, second = room.take(MIRA, queue).cards
    room.say(MIRA, first, Act.SCORE, score=8)
    room.restart()
    assert [card.trial for card in room.take(MIRA, queue).cards] == [second.trial]


def test_a_changed_text_is_asked_for_anew_and_its_old_score_counts_no_more(room: Room) -> None:
    room.grow(1)
    queue = asked(room)
    (card,) = room.take(MIRA, queue).cards
    (reviewed,) = room.take(NOOR).cards
    edits.edit(room.studio, NOOR, room.project, reviewed.trial, "Sort a list that is longer than memory.")
    assert "text was changed" in room.say(MIRA, card, Act.SCORE, score=8).why
    (again,) = room.take(MIRA, queue).cards
    assert again.text == "Sort a list that is longer than memory."
    room.say(MIRA, again, Act.SCORE, score=9)
    assert [one.people.value for one in difficulty.by_epoch(LOCAL_OWNER, room.project)] == [9.0, 9.0]


def test_people_and_model_stand_side_by_side_by_epoch(room: Room) -> None:
    room.grow(4)  # the model says 1, 2, 3, 4
    queue = asked(room, overlap=2)
    for who, more in ((MIRA, 1), (NOOR, 3)):
        for number, card in enumerate(room.take(who, queue).cards):
            room.say(who, card, Act.SCORE, score=1 + number + more)
    whole, epoch = difficulty.by_epoch(LOCAL_OWNER, room.project, RUN)
    assert (whole.epoch, epoch.epoch) == (None, 1)
    assert (epoch.texts, epoch.scores) == (4, 8)
    assert (epoch.people.value, epoch.model.value, epoch.more.value) == (4.5, 2.5, 2.0)
    assert (epoch.more.low, epoch.more.high) == (2.0, 2.0)  # everybody says two more of every text
    assert difficulty.by_epoch(LOCAL_OWNER, room.project, "0" * 8 + "-0000-0000-0000-" + "0" * 12) == ()


def test_a_queue_says_what_it_asks_and_keeps_to_it(room: Room) -> None:
    room.grow(2)
    queue = queues.get(LOCAL_OWNER, room.project, asked(room))
    with pytest.raises(BadInput, match="cannot be changed"):
        queues.save(LOCAL_OWNER, room.project, replace(queue, asks=Asks.VERDICT))
    for wrong in ({"adjudicates": True}, {"audit_share": 0.2}, {"repeat_share": 0.2}):
        with pytest.raises(BadInput, match="mixes nothing in"):
            asked(room, name="Other", **wrong)
    (card, _) = room.take(MIRA, queue.id).cards
    room.say(MIRA, card, Act.SCORE, score=5)
    line = next(one for one in queues.lines(LOCAL_OWNER, room.project) if one.queue.id == queue.id)
    assert (line.waiting, line.scored, line.accepted) == (1, 1, 0)


def test_a_list_of_it_hides_what_its_cards_hide(room: Room) -> None:
    room.grow(1)
    queue = queues.get(LOCAL_OWNER, room.project, asked(room))
    (item,) = item_list.page(MIRA, room.project, queue.filter, queue.sort, of=queue).items
    assert (item.operation, item.epoch, item.difficulty, item.run_status) == (None, None, None, None)


MOVES = st.lists(st.tuples(st.sampled_from([MIRA, NOOR]), st.integers(0, 5), st.integers(1, 11)), max_size=30)


@settings(max_examples=15, deadline=None)
@given(moves=MOVES)
def test_after_any_history_what_holds_is_what_a_simple_model_says(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[object, int, int]]
) -> None:
    with room_at(tmp_path_factory.mktemp("history")) as room:
        room.grow(6)
        queue = asked(room, overlap=2)
        hands = {who.person_id: room.take(who, queue).cards for who in (MIRA, NOOR)}
        model: dict[tuple[str, int], list[int | None]] = {}  # what was answered to each trial
        for who, nth, value in moves:
            assert who in (MIRA, NOOR)
            card, key = hands[who.person_id][nth], (who.person_id, nth)
            answered = model.setdefault(key, [])
            if value == 11:
                room.say(who, card, Act.UNDO)
                answered += [None] if len(answered) == 1 else []
            else:
                room.say(who, card, Act.SCORE, score=value)
                answered += [value] if not answered else []
        expected = sorted((who, float(said[0])) for (who, _), said in model.items() if len(said) == 1 and said[0])
        assert scores(room) == expected
