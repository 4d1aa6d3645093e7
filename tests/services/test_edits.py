"""Edits and ratings: the old text is kept, the new one goes on in the same trial, and undo appends the old one again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.decision import Act, Answer
from core.domain.export import ExportFormat, Order
from core.domain.history import HistoryFilter
from core.domain.person import LOCAL_OWNER
from core.domain.queue import QueueFilter
from core.errors import BadInput, NotAllowed, NotFound
from core.services.exchanging import exports
from core.services.reviewing import edits, history
from tests.builders import child, id_of, revision
from tests.services.at_the_desk import MIRA, NOOR, Room, room_at


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_at(tmp_path) as room:
        yield room


def texts(room: Room, instruction: str) -> list[str]:
    return [row["text"] for row in room.rows("select text from revision where of_id = ? order by number", instruction)]


def test_an_edit_is_a_revision_by_the_person_and_the_trial_goes_on_with_it(room: Room) -> None:
    (one,) = room.grow(1)
    card = room.take(MIRA).cards[0]
    edited = edits.edit(room.studio, MIRA, room.project, card.trial, "Sort it, then explain why it is right.")
    assert (edited.trial, edited.text) == (card.trial, "Sort it, then explain why it is right.")
    assert edited.revision != card.revision
    assert edited.response is not None
    assert edited.response.stale
    assert edited.words_added == 5
    assert texts(room, one.id) == [card.text, edited.text]
    (made,) = room.rows('select "by", number from revision where id = ?', edited.revision)
    assert (made["by"], made["number"]) == ("mira", 1)
    (said,) = room.rows("select act, person_id, revision_id from decision")
    assert (said["act"], said["person_id"], said["revision_id"]) == ("edit", "mira", edited.revision)
    assert room.say(MIRA, card, Act.ACCEPT).answer is Answer.REFUSED  # of the text before
    assert room.say(MIRA, edited, Act.ACCEPT).status == "accepted"
    assert room.project.database.projection_is_right()


def test_the_same_edit_twice_is_written_once_and_another_one_too(room: Room) -> None:
    (one,) = room.grow(1)
    card = room.take(MIRA).cards[0]
    for text in ("First.", "First.", "Second."):
        edits.edit(room.studio, MIRA, room.project, card.trial, text)
    assert texts(room, one.id) == [card.text, "First.", "Second."]


def test_undo_appends_the_text_before_and_keeps_every_revision(room: Room) -> None:
    (one,) = room.grow(1)
    card = room.take(MIRA).cards[0]
    edits.edit(room.studio, MIRA, room.project, card.trial, "First.")
    edits.edit(room.studio, MIRA, room.project, card.trial, "Second.")
    assert edits.undo(room.studio, MIRA, room.project, card.trial).text == "First."
    assert texts(room, one.id) == [card.text, "First.", "Second.", "First."]
    with pytest.raises(BadInput, match="changed again"):  # by that undo
        edits.undo(room.studio, MIRA, room.project, card.trial)
    assert room.project.database.projection_is_right()


def test_with_the_old_text_its_response_is_back_too_and_can_be_taken_along(room: Room) -> None:
    (one,) = room.grow(1)
    card = room.take(MIRA).cards[0]
    assert card.response is not None
    edited = edits.edit(room.studio, MIRA, room.project, card.trial, "First.")
    undone = edits.undo(room.studio, MIRA, room.project, card.trial)
    assert [shown.response.stale for shown in (card, edited, undone) if shown.response] == [False, True, False]
    assert room.rows("select response_stale from instruction_state where id = ?", one.id) == [{"response_stale": False}]
    assert not exports.count(LOCAL_OWNER, room.project, Order(format=ExportFormat.JSONL, wanted=QueueFilter())).unready
    assert room.project.database.projection_is_right()


def test_an_edit_is_taken_back_from_the_history_once(room: Room) -> None:
    (one,) = room.grow(1)
    card = room.take(MIRA).cards[0]
    edits.edit(room.studio, MIRA, room.project, card.trial, "First.")
    (entry,) = history.page(MIRA, room.project, HistoryFilter()).entries
    with pytest.raises(NotAllowed):
        history.undo(room.desk, NOOR, room.project, entry.id)
    history.undo(room.desk, MIRA, room.project, entry.id)
    assert texts(room, one.id) == [card.text, "First.", card.text]
    with pytest.raises(BadInput, match="already"):
        history.undo(room.desk, MIRA, room.project, entry.id)


def test_a_trial_with_an_undone_edit_is_still_open_after_a_restart(room: Room) -> None:
    room.grow(1)
    card = room.take(MIRA).cards[0]
    edits.edit(room.studio, MIRA, room.project, card.trial, "First.")
    back = edits.undo(room.studio, MIRA, room.project, card.trial)
    room.restart()
    (again,) = room.take(MIRA).cards
    assert (again.trial, again.text) == (card.trial, card.text)
    assert room.say(MIRA, back, Act.ACCEPT).status == "accepted"


def test_of_two_edits_of_one_text_the_second_is_told(room: Room) -> None:
    (one,) = room.grow(1)
    mine = room.take(MIRA).cards[0]
    hers = room.desk.trial_for(NOOR, room.project, one.id)
    edits.edit(room.studio, MIRA, room.project, mine.trial, "Mine.", revision_id=mine.revision)
    with pytest.raises(BadInput, match="somebody else"):
        edits.edit(room.studio, NOOR, room.project, hers.trial, "Hers.", revision_id=hers.revision)
    assert texts(room, one.id)[-1] == "Mine."


@pytest.mark.parametrize(
    ("text", "said"), [("", "empty"), (" \n\t", "empty"), ("x" * 1_000_001, "1,000 kB"), ("a \ud800 b", "half")]
)
def test_a_text_that_can_be_no_instruction_is_refused_in_words(room: Room, text: str, said: str) -> None:
    room.grow(1)
    card = room.take(MIRA).cards[0]
    with pytest.raises(BadInput, match=said):
        edits.edit(room.studio, MIRA, room.project, card.trial, text)
    assert not room.rows("select 1 from decision")


def test_two_hundred_kilobytes_are_taken(room: Room) -> None:
    room.grow(1)
    card = room.take(MIRA).cards[0]
    text = "Sort this list of words and say why. " * 5_500
    assert edits.edit(room.studio, MIRA, room.project, card.trial, text).text == text
    assert room.take(MIRA).cards[0].text == text


def test_what_is_still_being_made_cannot_be_changed(room: Room) -> None:
    (root,) = room.grow(1)
    late = child(root, epoch=2)
    room.project.database.writer.append_now([late, revision(late, "Sort it twice.")])
    card = room.desk.trial_for(MIRA, room.project, late.id)
    with pytest.raises(BadInput, match="still being made"):
        edits.edit(room.studio, MIRA, room.project, card.trial, "Something else.")


def test_only_ones_own_trials_can_be_changed(room: Room) -> None:
    room.grow(1)
    card = room.take(MIRA).cards[0]
    with pytest.raises(BadInput, match="somebody else"):
        edits.edit(room.studio, NOOR, room.project, card.trial, "Hers.")
    with pytest.raises(NotFound, match="not known"):
        edits.edit(room.studio, MIRA, room.project, id_of("nothing"), "Mine.")
    with pytest.raises(NotFound, match="no edit"):
        edits.undo(room.studio, MIRA, room.project, card.trial)


def test_the_last_rating_holds_and_all_are_kept(room: Room) -> None:
    room.grow(1)
    card = room.take(MIRA).cards[0]
    for value in (3, 3, 5, 3):
        edits.rate(MIRA, room.project, card.trial, value)
    assert room.take(MIRA).cards[0].rating == 3
    kept = room.rows("select value from score where kind = 'rating' order by seq")
    assert [row["value"] for row in kept] == [3.0, 5.0, 3.0]
    assert room.desk.trial_for(NOOR, room.project, card.instruction).rating is None
    with pytest.raises(BadInput, match="1 to 5"):
        edits.rate(MIRA, room.project, card.trial, 6)
