"""The history: every decision newest first, as it was shown, and taken back from there by whoever may."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.domain.decision import Act, Answer, Reason, Verdict
from core.domain.history import HistoryFilter
from core.domain.person import Actor
from core.domain.queue import Asks, Queue, QueueFilter
from core.errors import BadInput, NotAllowed, NotFound
from core.services.projects import Project
from core.services.reviewing import history, queues
from core.services.reviewing.desk import Desk
from core.store import bulk_log
from tests.builders import NOON, id_of, revision
from tests.services.at_the_desk import Room, items, room_at
from tests.services.deciding import MIRA, NOOR, OLA, decided_project, family
from tests.store.reviewing import say, state, submit, trial

ALL = HistoryFilter()
EVERYTHING = QueueFilter(kinds=(), statuses=())


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with decided_project(tmp_path / "p.duckdb", items=60) as opened:
        yield opened


def acts(project: Project, wanted: HistoryFilter = ALL) -> list[tuple[str, str]]:
    return [(one.person, one.act) for one in history.page(OLA, project, wanted).entries]


def newest(project: Project) -> str:
    return history.page(OLA, project, ALL).entries[0].id


def test_decisions_stand_newest_first_and_filters_narrow_them(project: Project) -> None:
    _, first, second, third, *_ = family()
    say(project.database, first, Act.ACCEPT)
    say(project.database, second, Act.REJECT, "noor", reason=Reason.UNCLEAR, note="Which words?")
    say(project.database, third, Act.SKIP)
    assert acts(project) == [("Mira", "skip"), ("Noor", "reject"), ("Mira", "accept")]
    for wanted, found in (
        (HistoryFilter(person="noor"), ["reject"]),
        (HistoryFilter(act="skip"), ["skip"]),
        (HistoryFilter(reason="unclear"), ["reject"]),
        (HistoryFilter(find="sort 0"), ["accept"]),
        (HistoryFilter(find="WHICH words"), ["reject"]),
        (HistoryFilter(person="noor", act="accept"), []),
        (HistoryFilter(since=NOON, until=NOON + timedelta(seconds=1)), ["skip", "reject", "accept"]),
        (HistoryFilter(until=NOON), []),
        (HistoryFilter(queue=id_of("no queue")), []),
    ):
        assert [act for _, act in acts(project, wanted)] == found, wanted


def test_pages_follow_each_other_without_a_gap_or_a_repeat(project: Project) -> None:
    _, *items = family(60)
    for item in items:
        say(project.database, item, Act.ACCEPT)
    first = history.page(OLA, project, ALL)
    assert (len(first.entries), first.before is not None) == (history.PAGE, True)
    say(project.database, items[0], Act.REJECT, "noor")  # what comes meanwhile moves nothing
    rest = history.page(OLA, project, ALL, first.before)
    assert (len(rest.entries), rest.before) == (10, None)
    seqs = [one.seq for one in (*first.entries, *rest.entries)]
    assert seqs == sorted(set(seqs), reverse=True)


def test_the_last_page_says_so_even_when_it_is_full(project: Project) -> None:
    _, *items = family(60)
    for item in items[: history.PAGE]:
        say(project.database, item, Act.ACCEPT)
    assert history.page(OLA, project, ALL).before is None


def test_an_item_stands_as_it_was_shown_beside_how_it_is_now(project: Project) -> None:
    _, first, *_ = family()
    say(project.database, first, Act.REJECT, reason=Reason.UNCLEAR)
    decision = newest(project)
    before = history.look(OLA, project, decision)
    assert (before.shown and before.shown.text, before.now, before.status) == ("Sort 0 words.", None, "rejected")
    assert before.shown is not None
    assert [text.strip() for sign, text in before.shown.diff or () if sign == "+"] == ["0"]
    project.database.writer.append_now([revision(first, "Sort all words by length.", 1)])
    say(project.database, first, Act.ACCEPT, "noor")
    after = history.look(OLA, project, decision)
    assert after.shown == before.shown
    assert after.now is not None
    assert after.now.text == "Sort all words by length."
    assert [(one.person, one.verdict) for one in after.said] == [("Mira", "reject"), ("Noor", "accept")]


def test_one_takes_back_ones_own_decision_and_the_deck_knows_it(project: Project) -> None:
    _, first, *_ = family()
    id_ = say(project.database, first, Act.REJECT)
    history.undo(Desk(), MIRA, project, newest(project))
    assert state(project.database, first)["human_status"] == "undecided"
    (entry,) = history.page(MIRA, project, ALL).entries
    assert (entry.undone_by, entry.may_undo) == ("Mira", False)
    assert submit(project.database, id_, Act.UNDO).answer is Answer.ALREADY_SAVED
    assert submit(project.database, id_, Act.ACCEPT).answer is Answer.REFUSED
    with pytest.raises(BadInput, match="taken back already"):
        history.undo(Desk(), MIRA, project, entry.id)
    assert acts(project, HistoryFilter(act="undo")) == [("Mira", "undo")]
    assert project.database.projection_is_right()


def test_what_the_deck_took_back_is_taken_back_here_too(project: Project) -> None:
    _, first, *_ = family()
    submit(project.database, say(project.database, first, Act.ACCEPT), Act.UNDO)
    with pytest.raises(BadInput, match="taken back already"):
        history.undo(Desk(), MIRA, project, newest(project))


def test_somebody_elses_decision_is_taken_back_by_an_owner_only_and_both_names_are_kept(project: Project) -> None:
    _, first, *_ = family()
    say(project.database, first, Act.ACCEPT)
    say(project.database, first, Act.REJECT, "noor")
    decision = history.page(OLA, project, HistoryFilter(person="mira")).entries[0].id
    with pytest.raises(NotAllowed):
        history.undo(Desk(), NOOR, project, decision)
    history.undo(Desk(), OLA, project, decision)
    assert state(project.database, first)["human_status"] == "rejected"  # what somebody else decided after it stands
    entry = history.page(MIRA, project, HistoryFilter(person="mira")).entries[0]
    assert (entry.person, entry.undone_by) == ("Mira", "Ola")


@pytest.mark.parametrize("act", [Act.FLAG, Act.NOTE, Act.SKIP])
def test_flags_notes_and_skips_are_taken_back_beside_the_verdict(project: Project, act: Act) -> None:
    _, first, *_ = family()
    id_ = trial(project.database, first)
    submit(project.database, id_, act, note="Look.")
    decision = newest(project)
    if act is not Act.SKIP:
        submit(project.database, id_, Act.ACCEPT)
    history.undo(Desk(), MIRA, project, decision)
    expected = "undecided" if act is Act.SKIP else "accepted"
    assert (state(project.database, first)["flagged"], state(project.database, first)["human_status"]) == (
        False,
        expected,
    )
    assert project.database.projection_is_right()


def test_a_bulk_is_one_entry_and_one_undo(project: Project) -> None:
    _, *items = family()
    seqs = [row["seq"] for row in project.database.query("select seq from instruction where kind = 'evolved' limit 4")]
    bulk = bulk_log.Bulk(
        id=id_of("bulk"), person_id="ola", verdict=Verdict.REJECT, wanted="{}", reason=Reason.DUPLICATE
    )
    bulk_log.apply(project.database, bulk, seqs, NOON)
    (entry,) = history.page(OLA, project, ALL).entries
    assert (entry.bulk, entry.text, entry.may_undo) == (4, None, True)
    assert len(history.look(OLA, project, entry.id).members) == 4
    with pytest.raises(NotAllowed):
        history.undo(Desk(), MIRA, project, entry.id)
    history.undo(Desk(), OLA, project, entry.id)
    assert {state(project.database, one)["human_status"] for one in items} == {"undecided"}
    assert project.database.projection_is_right()


def test_others_decisions_stay_hidden_until_ones_own(project: Project) -> None:
    _, first, second, *_ = family()
    queues.save(OLA, project, Queue(id="", name="Twice", overlap=2, filter=EVERYTHING))
    say(project.database, first, Act.REJECT, "noor", note="Bad.")
    say(project.database, second, Act.ACCEPT, "mira")
    decision = history.page(NOOR, project, ALL).entries[0].id
    assert [one.person for one in history.page(MIRA, project, ALL).entries] == ["Mira"]
    assert [one.person for one in history.page(NOOR, project, ALL).entries] == ["Noor"]
    assert history.page(MIRA, project, HistoryFilter(find="bad.")).entries == ()
    with pytest.raises(NotFound):
        history.look(MIRA, project, decision)
    with pytest.raises(NotFound):
        history.undo(Desk(), MIRA, project, decision)
    say(project.database, first, Act.REJECT, "mira")
    assert history.look(MIRA, project, decision).entry.note == "Bad."


@pytest.mark.parametrize("named", ["", "nonsense", id_of("no decision"), "' or 1=1 --"])
def test_what_names_no_decision_is_refused_in_words(project: Project, named: str) -> None:
    with pytest.raises(NotFound) as caught:
        history.look(OLA, project, named)
    assert caught.value.to_do


def test_what_is_taken_back_here_comes_again_to_whoever_had_decided_it(tmp_path: Path) -> None:
    with room_at(tmp_path) as room:
        grown = room.grow(3)
        room.say(NOOR, room.take(NOOR, most=1).cards[0], Act.ACCEPT)
        room.take(NOOR, most=1)
        (entry,) = history.page(OLA, room.project, ALL).entries
        history.undo(room.desk, OLA, room.project, entry.id)
        assert grown[0].id in items(room.take(NOOR))
        assert room.take(NOOR).sitting.left == 3


def scored(room: Room, who: Actor, queue: str, score: int) -> str:
    """Somebody says how difficult the next one is. → the entry's id"""
    room.say(who, room.take(who, queue, most=1).cards[0], Act.SCORE, score=score, active_ms=2_000)
    return history.page(who, room.project, HistoryFilter(person=who.person_id, act="score")).entries[0].id


def test_a_difficulty_stands_among_the_decisions_as_it_was_asked(tmp_path: Path) -> None:
    with room_at(tmp_path) as room:
        room.grow(2)
        queue = room.queue(name="How hard", asks=Asks.DIFFICULTY)
        said = scored(room, NOOR, queue, 7)
        room.say(NOOR, room.take(NOOR, most=1).cards[0], Act.ACCEPT)
        entries = history.page(OLA, room.project, ALL).entries
        assert [(one.act, one.score, one.queue) for one in entries] == [
            ("accept", None, "Survivors"), ("score", 7, "How hard"),
        ]  # fmt: skip
        assert entries[0].seq > entries[1].seq
        for wanted in (HistoryFilter(queue=queue), HistoryFilter(act="score"), HistoryFilter(find="list 0 in")):
            found = history.page(OLA, room.project, wanted).entries
            assert said in {one.id for one in found}, wanted
        assert history.choices(OLA, room.project).queues[queue] == "How hard"
        looked = history.look(OLA, room.project, said)
        assert looked.shown is not None
        assert (looked.shown.text, looked.shown.diff, looked.parent_text) == ("Sort list 0 in place.", None, None)
        assert [(one.person, one.score) for one in looked.scored] == [("noor", 7)]


def test_a_difficulty_is_taken_back_by_its_giver_or_an_owner_and_comes_again(tmp_path: Path) -> None:
    with room_at(tmp_path) as room:
        grown = room.grow(1)
        queue = room.queue(name="How hard", asks=Asks.DIFFICULTY)
        said = scored(room, NOOR, queue, 7)
        with pytest.raises(NotAllowed):
            history.undo(room.desk, MIRA, room.project, said)
        history.undo(room.desk, OLA, room.project, said)
        with pytest.raises(BadInput, match="taken back already"):
            history.undo(room.desk, NOOR, room.project, said)
        (entry,) = history.page(NOOR, room.project, ALL).entries
        assert (entry.score, entry.undone_by, entry.may_undo) == (7, "ola", False)
        assert [(one.person, one.act) for one in history.page(NOOR, room.project, HistoryFilter(act="undo")).entries] == [("ola", "undo")]  # fmt: skip
        assert history.look(NOOR, room.project, said).scored == ()
        assert items(room.take(NOOR, queue)) == [grown[0].id]
        again = scored(room, NOOR, queue, 3)
        history.undo(room.desk, NOOR, room.project, again)
        assert history.page(OLA, room.project, ALL).entries[0].undone_by == "noor"


def test_what_others_say_of_an_item_stays_hidden_beside_ones_own_skip(tmp_path: Path) -> None:
    with room_at(tmp_path) as room:
        room.grow(1)
        queue = room.queue(name="Twice", overlap=2)
        room.say(NOOR, room.take(NOOR, queue).cards[0], Act.REJECT, reason=Reason.UNCLEAR)
        room.say(MIRA, room.take(MIRA, queue).cards[0], Act.SKIP)
        mine = history.page(MIRA, room.project, HistoryFilter(act="skip")).entries[0].id
        assert (history.look(MIRA, room.project, mine).status, history.look(MIRA, room.project, mine).said) == (
            None,
            (),
        )
        room.say(MIRA, room.take(MIRA, queue).cards[0], Act.ACCEPT)
        assert [one.person for one in history.look(MIRA, room.project, mine).said] == ["noor", "mira"]
