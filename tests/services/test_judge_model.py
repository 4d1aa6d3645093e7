"""Random histories of a study judged by four people, against a model that knows only who judged what.

Whatever happens (leaving, excluding, lapsed leases, restarts, two tabs), nobody judges a set twice, nothing that was saved is
lost, and when everybody who is left has done what they are given, every set has its judgments.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.judgment import BlindTrial
from core.domain.person import Actor
from core.domain.study import StudyEventKind, StudyTask
from core.errors import NotAllowed
from tests.services.at_the_table import MIRA, NOOR, OLA, PIA, JudgeRoom, answer, judge_room_at

PEOPLE = (MIRA, NOOR, OLA, PIA)
STAY = 2  # so many are never sent away: as many as a set needs judgments at most
MOVES = st.one_of(
    st.tuples(
        st.sampled_from(PEOPLE), st.sampled_from(["take", "judge", "judge", "late", "revise"]), st.integers(0, 9)
    ),
    st.tuples(st.sampled_from(PEOPLE[STAY:]), st.sampled_from(["leave", "exclude", "include"]), st.just(0)),
    st.tuples(st.just(MIRA), st.sampled_from(["wait", "restart", "exclude one"]), st.integers(0, 9)),
)
DESIGNS = st.fixed_dictionaries(
    {
        "judgments": st.integers(1, STAY), "sets_per_prompt": st.integers(0, 2), "rng_seed": st.integers(0, 3),
        "task": st.sampled_from([StudyTask.RANK, StudyTask.PAIR]), "per_trial": st.integers(2, 3),
        "repeat_share": st.sampled_from([0.0, 0.3]), "attention_share": st.sampled_from([0.0, 0.3]),
        "people": st.sampled_from([(), tuple(one.person_id for one in PEOPLE)]),
    }
)  # fmt: skip
Move = tuple[Actor, str, int]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JudgeRoom]:
    with judge_room_at(tmp_path_factory.mktemp("judging")) as room:
        yield room


@dataclass
class Person:
    held: dict[str, BlindTrial] = field(default_factory=dict)
    saved: list[BlindTrial] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)
    is_gone: bool = False
    has_left: bool = False


@dataclass
class World:
    room: JudgeRoom
    people: dict[str, Person] = field(default_factory=lambda: {one.person_id: Person() for one in PEOPLE})
    left_out: set[str] = field(default_factory=set)

    def take(self, who: Actor, most: int) -> None:
        me = self.people[who.person_id]
        if me.is_gone or me.has_left:
            with pytest.raises(NotAllowed):
                self.room.take(who, most)
            return
        hand = self.room.take(who, most, have=list(me.held)[:3])
        judged = {one.trial for one in me.saved}
        assert not judged & {one.trial for one in hand.trials}
        assert hand.judged == len(judged) <= hand.total
        me.held |= {one.trial: one for one in hand.trials}

    def judge(self, who: Actor, nth: int) -> None:
        me = self.people[who.person_id]
        if not me.held:
            return
        trial = list(me.held.values())[nth % len(me.held)]
        receipt = self.room.say(who, trial)
        if me.has_left:
            assert receipt.why.startswith("You have left this study")
            return
        assert receipt.answer == "saved", receipt
        del me.held[trial.trial]
        me.saved.append(trial)

    def revise(self, who: Actor, nth: int) -> None:
        me = self.people[who.person_id]
        if not me.saved or me.has_left:
            return
        trial = me.saved[nth % len(me.saved)]
        me.numbers[trial.trial] += 1
        assert self.room.send(who, answer(self.room, trial, number=me.numbers[trial.trial]))[0].answer == "saved"
        assert self.room.say(who, trial).answer == "already_saved"

    def leave_out_one(self, nth: int) -> None:
        saved = [one.trial for person in self.people.values() for one in person.saved if one.trial not in self.left_out]
        if saved:
            self.left_out.add(saved[nth % len(saved)])
            self.room.happened(StudyEventKind.EXCLUDED, saved[nth % len(saved)])

    def play(self, who: Actor, act: str, nth: int) -> None:
        me = self.people[who.person_id]
        match act:
            case "take":
                self.take(who, nth % 5)
            case "judge":
                self.judge(who, nth)
            case "late":
                self.room.clock.now_s += 1_000
                self.judge(who, nth)
            case "revise":
                self.revise(who, nth)
            case "leave":
                me.has_left = True
                self.room.happened(StudyEventKind.LEFT, who.person_id)
            case "exclude" | "include":
                me.is_gone = act == "exclude"
                kind = StudyEventKind.EXCLUDED if me.is_gone else StudyEventKind.INCLUDED
                self.room.happened(kind, who.person_id)
            case "exclude one":
                self.leave_out_one(nth)
            case "wait":
                self.room.clock.now_s += 600
            case "restart":
                self.room.restart()

    @property
    def there(self) -> set[str]:
        return {id_ for id_, one in self.people.items() if not (one.is_gone or one.has_left)}

    def finish(self) -> None:
        """Whoever is there judges what is held and what comes, until nothing comes to anybody."""
        self.room.clock.now_s += 2_000  # who went away holds nothing any more
        there = [one for one in PEOPLE if one.person_id in self.there]
        comes = True
        while comes:
            comes = False
            for who in there:
                self.take(who, 4)
                comes |= bool(self.people[who.person_id].held)
                while self.people[who.person_id].held:
                    self.judge(who, 0)


@settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(design=DESIGNS, moves=st.lists(MOVES, max_size=25))
def test_any_history_ends_with_every_set_judged_as_often_as_asked_and_by_nobody_twice(
    room: JudgeRoom, design: dict[str, object], moves: list[Move]
) -> None:
    n = room.project.database.query("select count(*) as n from study")[0]["n"]
    room.open(prompts=4, systems=3, study={"name": f"World {n}"}, **design)
    world = World(room)
    for who, act, nth in moves:
        world.play(who, act, nth)
    world.finish()
    sets = room.who_judged()
    n_sets = 1 if design["task"] is StudyTask.RANK and design["per_trial"] == 3 else 3
    assert len(sets) == 4 * min(n_sets, int(str(design["sets_per_prompt"])) or n_sets)
    for judged in sets.values():
        fit = {who for who, trial in judged.items() if trial not in world.left_out and not world.people[who].is_gone}
        assert len(fit) >= design["judgments"] or set(judged) >= world.there  # type: ignore[operator]
        if not {"late", "wait", "exclude", "include", "exclude one"} & {act for _, act, _ in moves}:
            assert len(fit) == design["judgments"]
    saved = {one.trial for person in world.people.values() for one in person.saved}
    rows = room.rows("select distinct j.trial_id as id from judgment j join mine t on t.id = j.trial_id")
    assert {row["id"] for row in rows} == saved
