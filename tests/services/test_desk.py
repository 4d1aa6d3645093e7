"""The desk: who is given what, in which order, for how long, and what never reaches a browser."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from core.domain.decision import Act, Answer, Submission, Verdict
from core.domain.instruction import RunStatus
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.domain.queue import QueueFilter, Sort
from core.errors import NotAllowed, NotFound
from tests.builders import check, child, id_of, outcome, revision
from tests.services.at_the_desk import MIRA, NOOR, OLA, Room, items, room_at, submission


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_at(tmp_path) as room:
        yield room


def test_the_oldest_come_first_and_a_reload_shows_the_same_hand(room: Room) -> None:
    grown = room.grow(20)
    first, again = room.take(MIRA), room.take(MIRA)
    assert items(first) == [one.id for one in grown[:12]]
    assert [card.trial for card in again.cards] == [card.trial for card in first.cards]
    more = room.take(MIRA, have=tuple(card.trial for card in first.cards), most=5)
    assert items(more) == [one.id for one in grown[12:17]]
    assert (more.sitting.total, more.sitting.left) == (20, 20)


def test_a_decided_item_does_not_come_again(room: Room) -> None:
    grown = room.grow(3)
    for _ in range(3):
        room.say(MIRA, room.take(MIRA, most=1).cards[0], Act.ACCEPT)
    end = room.take(MIRA)
    assert not end.cards
    assert (end.sitting.left, end.sitting.decided_today) == (0, 3)
    assert room.rows("select count(*) as n from standing") == [{"n": len(grown)}]


@pytest.mark.parametrize("sort", Sort)
def test_two_people_share_a_queue_without_one_item_in_common(room: Room, sort: Sort) -> None:
    room.grow(9)
    queue = room.queue(sort=sort)
    mine, hers = items(room.take(MIRA, queue, most=5)), items(room.take(NOOR, queue, most=5))
    assert (len(mine), len(hers)) == (5, 4)
    assert not set(mine) & set(hers)


def test_an_overlap_gives_each_item_to_so_many_people_and_no_more(room: Room) -> None:
    room.grow(6)
    queue = room.queue(overlap=2)
    taken = [items(room.take(who, queue)) for who in (MIRA, NOOR, OLA)]
    assert [len(one) for one in taken] == [6, 6, 0]
    for card in room.take(MIRA, queue).cards:
        room.say(MIRA, card, Act.ACCEPT)
    assert not room.take(OLA, queue).cards
    room.clock.now_s += 901  # Noor went away
    assert len(room.take(OLA, queue).cards) == 6


def test_an_overlap_for_a_share_needs_one_person_for_the_others(room: Room) -> None:
    room.grow(60)
    queue = room.queue(overlap=2, overlap_share=0.5)
    mine = items(room.take(MIRA, queue, most=50)) + items(room.take(MIRA, queue, most=50, have=_trials(room, MIRA)))
    hers = items(room.take(NOOR, queue, most=50))
    assert set(hers) < set(mine)
    assert 15 <= len(hers) <= 45


def _trials(room: Room, who: Actor) -> tuple[str, ...]:
    return tuple(row["id"] for row in room.rows("select id from trial where person_id = ?", who.person_id))


def test_what_arrives_waits_until_it_is_added(room: Room) -> None:
    room.grow(3)
    room.take(MIRA, most=1)
    room.grow(2, first=10)
    room.clock.now_s += 60
    assert room.desk.open(MIRA, room.project).arrived == 2
    assert len(room.take(MIRA).cards) == 3
    added = room.desk.add_arrived(MIRA, room.project)
    assert (added.total, added.left, added.arrived) == (5, 5, 0)
    assert len(room.take(MIRA).cards) == 5


def test_what_others_had_and_finished_is_counted_out(room: Room) -> None:
    room.grow(6)
    hers = room.take(MIRA, most=3).cards
    assert room.take(NOOR, most=2).sitting.left == 6  # hers might come back
    for card in hers[:2]:
        room.say(MIRA, card, Act.ACCEPT)
    room.clock.now_s += 60
    assert room.desk.open(NOOR, room.project).left == 4
    room.say(MIRA, hers[0], Act.UNDO)
    room.clock.now_s += 600
    room.desk.open(NOOR, room.project)
    assert room.desk.open(NOOR, room.project).arrived == 1
    assert room.desk.add_arrived(NOOR, room.project).left == 5


def test_a_child_that_survives_late_has_arrived_too(room: Room) -> None:
    (root,) = room.grow(1)
    late = child(root, epoch=2)
    room.project.database.writer.append_now([late, revision(late, "Sort it twice.")])
    assert len(room.take(MIRA).cards) == 1
    room.project.database.writer.append_now([outcome(late)])
    room.clock.now_s += 60
    assert room.desk.open(MIRA, room.project).arrived == 1


def test_what_was_skipped_comes_last(room: Room) -> None:
    grown = room.grow(3)
    card = room.take(MIRA, most=1).cards[0]
    assert room.say(MIRA, card, Act.SKIP).answer is Answer.SAVED
    assert items(room.take(MIRA)) == [grown[1].id, grown[2].id, grown[0].id]


def test_what_was_skipped_is_last_in_a_fresh_order_too(room: Room) -> None:
    grown = room.grow(3)
    room.say(MIRA, room.take(MIRA, most=1).cards[0], Act.SKIP)
    room.restart()
    assert items(room.take(MIRA)) == [grown[1].id, grown[2].id, grown[0].id]


def test_what_was_undone_comes_at_once_in_a_new_trial(room: Room) -> None:
    grown = room.grow(4)
    card = room.take(MIRA, most=1).cards[0]
    room.say(MIRA, card, Act.REJECT)
    room.say(MIRA, card, Act.UNDO)
    hand = room.take(MIRA, most=2)
    assert items(hand) == [grown[0].id, grown[1].id]
    assert hand.cards[0].trial != card.trial
    assert room.say(MIRA, hand.cards[0], Act.ACCEPT).status == "accepted"


def test_whoever_was_idle_is_told_that_somebody_else_got_it(room: Room) -> None:
    room.grow(1)
    card = room.take(MIRA).cards[0]
    room.clock.now_s += 901
    hers = room.take(NOOR).cards[0]
    late = room.say(MIRA, card, Act.ACCEPT)
    assert (late.answer, late.status) == (Answer.REFUSED, None)
    assert "somebody else got it" in late.why
    assert room.say(NOOR, hers, Act.REJECT).status == "rejected"


def test_a_late_verdict_counts_while_the_place_is_free(room: Room) -> None:
    room.grow(1)
    card = room.take(MIRA).cards[0]
    room.clock.now_s += 5_000
    assert room.say(MIRA, card, Act.ACCEPT).answer is Answer.SAVED
    assert not room.take(NOOR).cards


def test_somebody_at_work_keeps_what_they_hold(room: Room) -> None:
    room.grow(2)
    held = room.take(MIRA, most=2).cards
    for _ in range(4):
        room.clock.now_s += 600
        room.send(MIRA, submission(held[0], Act.FLAG))
    assert not room.take(NOOR).cards
    (kept,) = room.rows("select min(lease_until) as until from trial")
    assert kept["until"] > room.clock.wall() + timedelta(minutes=6)


def test_a_restart_goes_on_with_the_same_trials(room: Room) -> None:
    room.grow(5)
    before = room.take(MIRA, most=2)
    room.restart()
    assert [card.trial for card in room.take(MIRA, most=2).cards] == [card.trial for card in before.cards]
    assert not set(items(room.take(NOOR))) & set(items(before))
    assert room.desk.open(MIRA, room.project).left == 5  # none is counted twice


def test_rejecting_a_parent_makes_the_open_trials_below_it_void(room: Room) -> None:
    (root,) = room.grow(1)
    below = [child(root, 0, epoch=2), child(root, 1, epoch=2)]
    facts = [fact for one in below for fact in (one, revision(one), outcome(one))]
    room.project.database.writer.append_now(facts)
    first, *others = room.take(MIRA).cards
    saved = room.send(MIRA, submission(first, Act.REJECT))
    assert saved.receipts[0].below == 2
    assert set(saved.void) == {card.trial for card in others}
    assert not room.take(MIRA).cards


def test_a_card_shows_what_became_of_its_parent(room: Room) -> None:
    (one,) = room.grow(1)
    room.project.database.writer.append_now([check(one, evidence="no sorry in it")])
    (card,) = room.take(MIRA).cards
    assert (card.text, card.parent_text) == ("Sort list 0 in place.", "Sort list 0.")
    assert ("+", " in place") in (card.diff or ())
    assert [step.text for step in card.path] == ["Sort list 0.", "Sort list 0 in place."]
    assert card.response is not None
    assert card.response.text == "Use sort, 0."
    assert [line.evidence for line in card.checks if line.verdict == "pass"] == ["no sorry in it"]
    assert (card.operation, card.epoch, card.words_added, card.status) == ("deepen", 1, 12, "survived")
    assert card.difficulty is not None
    assert card.difficulty.own == 1.0


def test_a_blind_queue_says_neither_who_made_it_nor_what_the_machine_found(room: Room) -> None:
    (one,) = room.grow(1)
    room.project.database.writer.append_now([check(one, evidence="no sorry in it")])
    (card,) = room.take(MIRA, room.queue(blind=True)).cards
    told = json.dumps(asdict(card), default=str)
    assert not [word for word in ("deepen", "Deepen", "sorry", "survived", str(one.run_id)) if word in told]
    assert (card.operation, card.run, card.checks, card.difficulty, card.status) == (None, None, (), None, None)


def test_audits_are_mixed_in_unmarked(room: Room) -> None:
    room.grow(30)
    dropped = {one.id for one in room.grow(30, first=100, status=RunStatus.ELIMINATED)}
    queue = room.queue(audit_share=0.25)
    hand = room.take(MIRA, queue, most=50)
    assert sum(id_ in dropped for id_ in items(hand)) == 10
    assert items(hand)[-10:] != [id_ for id_ in items(hand) if id_ in dropped]
    assert hand.sitting.total == 40
    assert {card.status for card in hand.cards} == {None}
    assert {row["origin"] for row in room.rows("select distinct origin from trial")} == {"fresh", "audit"}
    assert "audit" not in json.dumps([asdict(card) for card in hand.cards], default=str)
    overridden = next(card for card in hand.cards if card.instruction in dropped)
    assert room.say(MIRA, overridden, Act.ACCEPT).status == "accepted"


def test_a_repeat_comes_later_unmarked_and_changes_nothing(room: Room) -> None:
    room.grow(60)
    queue = room.queue(repeat_share=0.3)
    seen: Counter[str] = Counter()
    answered = set()
    while cards := room.take(MIRA, queue, most=1).cards:
        (card,) = cards
        seen[card.instruction] += 1
        assert (card.flagged, card.note, card.rating, card.path[-1].human) == (False, "", None, None)
        act = Act.ACCEPT if seen[card.instruction] == 1 else Act.REJECT
        receipt = room.say(MIRA, card, act, note="my note")
        answered.add((seen[card.instruction], receipt.status))
    repeated = sum(times == 2 for times in seen.values())
    assert set(seen.values()) == {1, 2}
    assert 5 <= repeated <= 26
    assert answered == {(1, "accepted"), (2, "rejected")}  # as if it counted
    assert room.rows("select count(*) as n from standing where verdict = 'accept'") == [{"n": 60}]
    assert room.rows("select count(*) as n from decision where origin = 'repeat'") == [{"n": repeated}]
    assert room.desk.open(MIRA, room.project, queue).left == 0


def test_an_undone_repeat_is_asked_for_as_a_repeat(room: Room) -> None:
    grown = room.grow(40)
    queue = room.queue(repeat_share=0.5)
    seen: set[str] = set()
    while (card := room.take(MIRA, queue, most=1).cards[0]).instruction not in seen:
        seen.add(card.instruction)
        room.say(MIRA, card, Act.ACCEPT)
    room.say(MIRA, card, Act.REJECT)
    room.say(MIRA, card, Act.UNDO)
    again = room.desk.trial_for(MIRA, room.project, card.instruction, queue)
    room.say(MIRA, again, Act.REJECT)
    assert room.rows("select count(*) as n from standing where verdict = 'reject'") == [{"n": 0}]
    assert card.instruction in {one.id for one in grown}


def test_an_adjudicator_sees_what_the_others_said(room: Room) -> None:
    room.grow(2)
    room.project.database.writer.run(
        lambda connection: connection.execute("update project set consensus_rule = 'adjudicated'")
    )
    queue = room.queue(overlap=2)
    for who, act in ((MIRA, Act.ACCEPT), (NOOR, Act.REJECT)):
        room.say(who, room.take(who, queue, most=1).cards[0], act, note="because")
    disputes = room.queue(name="Disputes", adjudicates=True, filter=QueueFilter())
    (card,) = room.take(LOCAL_OWNER, disputes).cards
    assert [(one.verdict, one.note) for one in card.others] == [("accept", "because"), ("reject", "because")]
    other = Actor(person_id="cy", name="Cy", role=Role.CURATOR)
    assert not room.take(other, disputes).cards  # one adjudicator has it
    with pytest.raises(NotAllowed):
        room.take(OLA, disputes)
    assert room.say(LOCAL_OWNER, card, Act.ADJUDICATE, verdict=Verdict.REJECT).status == "rejected"
    assert not room.take(LOCAL_OWNER, disputes).cards


def test_an_annotator_does_not_adjudicate(room: Room) -> None:
    room.grow(1)
    receipt = room.say(MIRA, room.take(MIRA).cards[0], Act.ADJUDICATE, verdict=Verdict.ACCEPT)
    assert receipt.answer is Answer.REFUSED
    assert "curator" in receipt.why


def test_any_item_can_be_asked_for_by_itself(room: Room) -> None:
    grown = room.grow(3)
    card = room.desk.trial_for(MIRA, room.project, grown[2].id)
    assert room.desk.trial_for(MIRA, room.project, grown[2].id).trial == card.trial
    assert items(room.take(NOOR)) == [grown[0].id, grown[1].id]
    assert room.say(MIRA, card, Act.ACCEPT).answer is Answer.SAVED
    again = room.desk.trial_for(MIRA, room.project, grown[2].id)
    assert room.say(MIRA, again, Act.REJECT).status == "rejected"
    with pytest.raises(NotFound, match="no such item"):
        room.desk.trial_for(MIRA, room.project, id_of("nothing"))
    with pytest.raises(NotFound, match="no such queue"):
        room.take(MIRA, id_of("no queue"))


def test_the_default_queue_is_kept_with_its_first_trial(room: Room) -> None:
    room.grow(1)
    room.desk.open(MIRA, room.project)
    assert not room.rows("select 1 from queue")
    room.take(MIRA)
    (kept,) = room.rows("select id, name from queue")
    assert kept["name"] == "Survivors"
    assert {row["queue_id"] for row in room.rows("select queue_id from trial")} == {kept["id"]}


def test_an_undo_after_somebody_else_decided_says_what_holds_now(room: Room) -> None:
    room.grow(1)
    queue = room.queue(overlap=2)
    mine, hers = room.take(MIRA, queue).cards[0], room.take(NOOR, queue).cards[0]
    room.say(MIRA, mine, Act.ACCEPT)
    room.say(NOOR, hers, Act.REJECT)
    undone = room.say(MIRA, mine, Act.UNDO)
    assert (undone.answer, undone.status) == (Answer.SAVED, "rejected")
    assert "now rejected" in undone.why


def test_times_of_a_browser_are_kept_within_bounds(room: Room) -> None:
    room.grow(2)
    one, other = room.take(MIRA).cards
    room.say(MIRA, one, Act.ACCEPT, active_ms=-5_000)
    room.say(MIRA, other, Act.ACCEPT, active_ms=10**12)
    kept = room.rows("select active_ms from decision order by seq")
    assert [row["active_ms"] for row in kept] == [0, 3_600_000]


def test_unknown_foreign_and_empty_submissions_are_refused_in_words(room: Room) -> None:
    room.grow(2)
    mine, hers = room.take(MIRA, most=1).cards[0], room.take(NOOR, most=1).cards[0]
    batch = [
        Submission(trial_id=id_of("nothing"), act=Act.ACCEPT),
        submission(hers, Act.ACCEPT),
        submission(mine, Act.NOTE, note="  "),
        submission(mine, Act.EDIT),
        submission(mine, Act.ACCEPT),
    ]
    receipts = room.send(MIRA, *batch).receipts
    assert [one.answer for one in receipts] == [*[Answer.REFUSED] * 4, Answer.SAVED]
    assert all(one.why for one in receipts[:4])


def test_fifty_threads_at_once_give_no_item_to_too_many(room: Room) -> None:
    room.grow(60)
    queue = room.queue(overlap=3, overlap_share=0.5)
    people = [Actor(person_id=f"p{n}", name=f"P{n}", role=Role.ANNOTATOR) for n in range(50)]

    def work(who: Actor) -> list[str]:
        given: list[str] = []
        for turn in range(4):
            for card in room.take(who, queue, most=4).cards:
                if card.instruction not in given:
                    given.append(card.instruction)
                act = (Act.ACCEPT, Act.REJECT)[(turn + len(given)) % 2]
                assert room.say(who, card, act).answer is Answer.SAVED
        return given

    with ThreadPoolExecutor(len(people)) as pool:
        given = list(pool.map(work, people))
    times = Counter(one for mine in given for one in mine)
    twice = room.rows(
        "select 1 from trial t join trial_slot s on s.trial_id = t.id group by person_id, revision_id having count(*) > 1"
    )
    assert not twice
    decided = room.rows("select instruction_id as id, count(*) as n from standing group by all")
    assert {row["id"]: row["n"] for row in decided} == dict(times)
    wanted = {
        row["id"]: 3 if row["n"] < 500 else 1
        for row in room.rows("select id, (id::uhugeint % 1000)::integer as n from instruction where kind = 'evolved'")
    }
    assert all(times[id_] <= most for id_, most in wanted.items())
    assert sum(times.values()) == sum(wanted.values())
    assert room.project.database.projection_is_right()
