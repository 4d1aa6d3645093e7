"""Random histories at the desk by three people, against a model that knows only who holds and who decided what."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.card import Card
from core.domain.decision import Act, Answer, Submission
from core.domain.person import Actor
from core.domain.queue import QueueFilter
from core.services.reviewing.leases import LEASE_S
from tests.builders import id_of
from tests.services.at_the_desk import MIRA, NOOR, OLA, Room, room_at

PEOPLE = (MIRA, NOOR, OLA)
N_ITEMS, NEEDED = 5, 2
ENDING = (Act.ACCEPT, Act.REJECT, Act.SKIP)
MOVES = st.one_of(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["take", *ENDING, Act.UNDO]), st.integers(0, N_ITEMS - 1)),
    st.tuples(st.just(MIRA), st.sampled_from(["wait", "restart"]), st.just(0)),
)
Move = tuple[Actor, str, int]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with room_at(Path(tmp_path_factory.mktemp("desk"))) as room:
        yield room


@dataclass
class Person:
    holds: dict[str, float] = field(default_factory=dict)  # item → until when
    verdicts: dict[str, Act] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    cards: dict[str, Card] = field(default_factory=dict)  # item → the last card of it
    ended: list[tuple[Card, Act]] = field(default_factory=list)


@dataclass
class Model:
    """Nothing but who holds what until when, and who said what. It does not know how the desk finds its items."""

    room: Room
    queue: str
    items: set[str]
    people: dict[str, Person] = field(default_factory=lambda: {one.person_id: Person() for one in PEOPLE})

    def places(self, item: str, but: Actor, *, holds: bool = True) -> int:
        """How many other people have decided an item or (if asked) have it in front of them."""
        others = [person for id_, person in self.people.items() if id_ != but.person_id]
        now_s = self.room.clock.now_s
        return sum(item in one.verdicts or (holds and one.holds.get(item, 0) > now_s) for one in others)

    def touch(self, who: Actor) -> None:
        now_s, holds = self.room.clock.now_s, self.people[who.person_id].holds
        holds.update({item: now_s + LEASE_S for item, until in holds.items() if until > now_s})

    def take(self, who: Actor) -> None:
        me = self.people[who.person_id]
        self.room.desk.add_arrived(who, self.room.project, self.queue)
        hand = [card.instruction for card in self.room.take(who, self.queue).cards]
        wanted = {item for item in self.items if item not in me.verdicts and self.places(item, who) < NEEDED}
        assert set(hand) == wanted
        assert len(hand) == len(set(hand))
        fresh = [item for item in hand if item not in me.holds]
        skips = [item in me.skipped for item in fresh]
        assert skips == sorted(skips)  # what was skipped comes last
        me.holds = dict.fromkeys(hand, self.room.clock.now_s + LEASE_S)
        me.cards |= {card.instruction: card for card in self.room.take(who, self.queue).cards}

    def decide(self, who: Actor, act: Act, nth: int) -> None:
        me = self.people[who.person_id]
        if not me.holds:
            return
        item = list(me.holds)[nth % len(me.holds)]
        is_late = me.holds[item] <= self.room.clock.now_s and self.places(item, who) >= NEEDED
        self.touch(who)
        said = self._send(who, me.cards[item], act)
        assert said.answer is (Answer.REFUSED if is_late else Answer.SAVED)
        del me.holds[item]
        if is_late:
            return
        me.ended.append((me.cards[item], act))
        if act is Act.SKIP:
            me.skipped.add(item)
        else:
            me.verdicts[item] = act
        self._void(who)

    def undo(self, who: Actor) -> None:
        me = self.people[who.person_id]
        if not me.ended:
            return
        card, act = me.ended.pop()
        self.touch(who)
        assert self._send(who, card, Act.UNDO).answer is Answer.SAVED
        if act is Act.SKIP:
            me.skipped.discard(card.instruction)
        else:
            del me.verdicts[card.instruction]
        self._void(who)

    def _send(self, who: Actor, card: Card, act: Act) -> object:
        one = Submission(trial_id=card.trial, act=act, revision_id=card.revision)
        self.answer = self.room.send(who, one)
        return self.answer.receipts[0]

    def _void(self, who: Actor) -> None:
        """What lapsed and was decided by enough others meanwhile leads nowhere."""
        me = self.people[who.person_id]
        void = {item for item in me.holds if self.places(item, who, holds=False) >= NEEDED}
        assert {me.cards[item].trial for item in void} == set(self.answer.void)
        me.holds = {item: until for item, until in me.holds.items() if item not in void}


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(MOVES, min_size=4, max_size=22))
def test_any_history_gives_everybody_what_is_theirs_and_nobody_more(room: Room, moves: list[Move]) -> None:
    world = room.rows("select count(*) as n from queue")[0]["n"]
    run_id = id_of(f"run {world}")
    grown = room.grow(N_ITEMS, first=1_000 * (world + 1), run_id=run_id)
    queue = room.queue(name=f"World {world}", overlap=NEEDED, filter=QueueFilter(run_id=run_id))
    model = Model(room, queue, {one.id for one in grown})
    for who in PEOPLE:
        room.desk.open(who, room.project, queue)
    for who, act, nth in moves:
        play(model, who, act, nth)
    for who in PEOPLE:
        model.take(who)
    ids = [one.id for one in grown]
    stands = room.rows(
        "select person_id, instruction_id, verdict from standing where list_contains(?::uuid[], instruction_id)", ids
    )
    said = {(who, item, str(act)) for who, person in model.people.items() for item, act in person.verdicts.items()}
    assert {(row["person_id"], row["instruction_id"], row["verdict"]) for row in stands} == said
    assert room.project.database.projection_is_right()


def play(model: Model, who: Actor, act: str, nth: int) -> None:
    match act:
        case "take":
            model.take(who)
        case "wait":
            model.room.clock.now_s += 600
        case "restart":
            model.room.restart()
        case Act.UNDO:
            model.undo(who)
        case _:
            model.decide(who, Act(act), nth)
