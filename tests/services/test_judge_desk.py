"""The judge's desk: who is given what, how often, in which order, for how long; and what never reaches a browser."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pytest

from core.domain.judgment import BlindTrial
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.domain.study import Criterion, RaterKind, StudyEventKind, StudyState, StudyTask
from core.domain.trial import TrialOrigin
from core.errors import BadInput, NotAllowed, NotFound
from core.services.evaluating import judging
from core.services.reviewing.leases import LEASE_S
from core.store import study_reading
from tests.builders import id_of
from tests.services.at_the_table import MIRA, NOOR, OLA, PIA, SYSTEMS, JudgeRoom, answer, judge_room_at, ranks
from tests.studies.building import joined, judge


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JudgeRoom]:
    """One for all: every test opens a study of its own in it."""
    with judge_room_at(tmp_path_factory.mktemp("judging")) as room:
        yield room


def prompts(trials: tuple[BlindTrial, ...]) -> list[str]:
    return [one.prompt for one in trials]


def test_a_reload_shows_the_same_trials_in_the_same_order(room: JudgeRoom) -> None:
    room.open(prompts=9, systems=3)
    first, again = room.take(MIRA, 4), room.take(MIRA, 4)
    assert first.trials == again.trials
    more = room.take(MIRA, 3, have=[one.trial for one in first.trials])
    assert not set(prompts(first.trials)) & set(prompts(more.trials))
    room.restart()
    assert room.take(MIRA, 7).trials == (*first.trials, *more.trials)


def test_each_set_is_judged_by_as_many_people_as_asked_and_nobody_twice(room: JudgeRoom) -> None:
    room.open(prompts=10, systems=3, judgments=2)
    people = (MIRA, NOOR, OLA)
    while sum([room.judge_all(who, 1) if who is MIRA else room.judge_all(who, 3) for who in people]):
        pass
    counts = room.judgments_of_sets()
    assert set(counts.values()) == {2}
    assert len(counts) == 10
    assert not room.take(MIRA).trials


def test_named_people_share_the_work_equally(room: JudgeRoom) -> None:
    room.open(prompts=12, systems=2, judgments=2, people=("mira", "noor", "ola"))
    assert [room.judge_all(who) for who in (MIRA, NOOR, OLA)] == [8, 8, 8]
    assert set(room.judgments_of_sets().values()) == {2}
    assert [(room.take(who).total, room.take(who).judged) for who in (MIRA, NOOR, OLA)] == [(8, 8)] * 3


def test_what_nobody_else_could_judge_any_more_comes_to_who_is_done(room: JudgeRoom) -> None:
    """Two people have judged everything but what the other has left; one place more is free than they have parts."""
    room.open(prompts=3, systems=2, judgments=2, people=("mira", "noor", "ola"))
    for _ in range(4):
        for who in (MIRA, NOOR, OLA):
            room.judge_all(who, 1)
    assert set(room.judgments_of_sets().values()) == {2}


def test_when_somebody_leaves_halfway_what_they_judged_stays_and_the_others_do_the_rest(room: JudgeRoom) -> None:
    room.open(prompts=12, systems=2, judgments=2, people=("mira", "noor", "ola"))
    for one in room.take(MIRA, 3).trials:
        room.say(MIRA, one)
    stale = room.take(MIRA, 4).trials[0]
    assert room.take(NOOR, 0).total == 8
    room.happened(StudyEventKind.LEFT, "mira")
    assert room.take(NOOR, 0).total == 11
    with pytest.raises(NotAllowed, match="You have left this study"):
        room.take(MIRA)
    assert room.say(MIRA, stale).why == "You have left this study. What you had judged before is kept."
    assert room.judge_all(NOOR) + room.judge_all(OLA) + room.judge_all(NOOR) == 21
    assert set(room.judgments_of_sets().values()) == {2}


def test_places_of_who_is_excluded_open_again(room: JudgeRoom) -> None:
    room.open(prompts=5, systems=2, judgments=1)
    room.judge_all(MIRA)
    assert not room.take(NOOR).trials
    first = room.rows(
        "select j.trial_id as id from judgment j join mine t on t.id = j.trial_id order by j.seq limit 1"
    )[0]["id"]
    room.happened(StudyEventKind.EXCLUDED, first)
    assert room.judge_all(NOOR) == 1
    room.happened(StudyEventKind.EXCLUDED, "mira")
    assert room.judge_all(NOOR) == 4
    with pytest.raises(NotAllowed, match="nothing more to judge for you"):
        room.take(MIRA)
    room.happened(StudyEventKind.INCLUDED, "mira")
    assert not room.take(MIRA).trials


def test_what_is_in_front_of_one_person_is_nobody_elses_until_they_go_away(room: JudgeRoom) -> None:
    room.open(prompts=4, systems=2, judgments=1)
    hers = room.take(MIRA, 4).trials
    assert len(hers) == 4
    assert not room.take(NOOR).trials
    room.clock.now_s += LEASE_S - 10
    room.send(MIRA, answer(room, hers[0]))  # a sign: the rest is hers for longer
    room.clock.now_s += 20
    assert not room.take(NOOR).trials
    room.clock.now_s += LEASE_S
    theirs = room.take(NOOR).trials
    assert set(prompts(theirs)) == set(prompts(hers[1:]))
    assert not {one.trial for one in theirs} & {one.trial for one in hers}


def test_a_late_judgment_is_kept_and_its_trial_is_not_offered_again(room: JudgeRoom) -> None:
    room.open(prompts=2, systems=2, judgments=1)
    hers = room.take(MIRA, 2).trials
    room.clock.now_s += LEASE_S + 1
    room.judge_all(NOOR)
    assert not room.take(MIRA).trials
    assert room.say(MIRA, hers[0]).answer == "saved"
    assert Counter(room.judgments_of_sets().values()) == Counter({1: 1, 2: 1})
    assert not room.take(MIRA).trials


def test_who_comes_back_goes_on_with_what_is_still_free(room: JudgeRoom) -> None:
    room.open(prompts=6, systems=2, judgments=1)
    hers = room.take(MIRA, 3).trials
    room.clock.now_s += 3 * LEASE_S
    room.restart()
    assert room.take(MIRA, 3).trials == hers
    assert room.judge_all(NOOR) == 3


def test_every_text_stands_everywhere_equally_often_for_everybody(room: JudgeRoom) -> None:
    room.open(prompts=12, systems=4, judgments=2)
    room.judge_all(MIRA, 5)
    room.judge_all(NOOR, 3)
    for systems in room.places().values():
        assert {frozenset(counts.items()) for counts in systems.values()} == {
            frozenset({(position, 3) for position in range(4)})
        }


def test_balance_goes_on_after_a_restart(room: JudgeRoom) -> None:
    room.open(prompts=12, systems=3, judgments=1)
    for _ in range(4):
        for one in room.take(MIRA, 3).trials:
            room.say(MIRA, one)
        room.restart()
    assert {tuple(sorted(counts.values())) for counts in room.places()["mira"].values()} == {(4, 4, 4)}


def test_order_over_many_people_who_see_little_is_uniform(room: JudgeRoom) -> None:
    """Forty people with one trial each: no block is filled, so chance alone has to be fair."""
    room.open(prompts=40, systems=2, judgments=1, rng_seed=11)
    for nth in range(40):
        who = Actor(person_id=f"p{nth}", name=f"P{nth}", role=Role.ANNOTATOR)
        (one,) = room.take(who, 1).trials
        room.say(who, one)
    first = Counter[str]()
    for systems in room.places().values():
        first.update(name for name, counts in systems.items() if counts[0])
    assert sum(first.values()) == 40
    assert 10 <= first[SYSTEMS[0]] <= 30


def test_the_same_seed_gives_the_same_orders_and_another_one_others(room: JudgeRoom) -> None:
    def orders(seed: int, name: str) -> list[tuple[str, tuple[str, ...]]]:
        room.open(prompts=8, systems=3, rng_seed=seed, study={"name": name})
        return [(one.prompt, one.texts) for one in room.take(MIRA, 8).trials]

    first = orders(1, "first")
    assert first == orders(1, "second")
    assert first != orders(2, "third")


def test_more_systems_than_fit_are_shown_in_balanced_sets(room: JudgeRoom) -> None:
    room.open(prompts=6, systems=4, task=StudyTask.PAIR, sets_per_prompt=2, judgments=1)
    assert room.judge_all(MIRA) == 12
    pairs = Counter(
        frozenset(row["names"])
        for row in room.rows(
            "select list(s.name) as names from mine t join trial_slot l on l.trial_id = t.id join candidate c on c.id = l.candidate_id "
            "join system s on s.id = c.system_id group by l.trial_id"
        )
    )
    assert len(pairs) == 6
    assert set(pairs.values()) == {2}


def test_a_prompt_that_only_one_system_answered_is_not_compared(room: JudgeRoom) -> None:
    room.open(
        prompts=3, systems=2, judgments=1,
        study={"text": lambda key, system: None if (key, system) == ("2", SYSTEMS[0]) else f"{key} {system[:1]}"},
    )  # fmt: skip
    assert sorted(prompts(room.take(MIRA).trials)) == ["Prompt 1: say why.", "Prompt 3: say why."]


def test_repeats_come_later_in_another_order_and_count_for_nobody(room: JudgeRoom) -> None:
    room.open(prompts=30, systems=3, judgments=1, repeat_share=0.2)
    assert room.judge_all(MIRA, 2) == 36
    rows = room.rows(
        "select t.prompt_id, t.origin, t.seq, list(l.candidate_id::varchar order by l.position) as shown "
        "from mine t join trial_slot l on l.trial_id = t.id group by all order by t.seq"
    )
    fresh = {row["prompt_id"]: (at, row["shown"]) for at, row in enumerate(rows) if row["origin"] == "fresh"}
    repeats = [(at, row) for at, row in enumerate(rows) if row["origin"] == "repeat"]
    assert (len(fresh), len(repeats)) == (30, 6)
    assert len({row["prompt_id"] for _, row in repeats}) == 6
    for at, row in repeats:
        before, shown = fresh[row["prompt_id"]]
        assert all(here != there for here, there in zip(row["shown"], shown, strict=True))
        assert at - before > 10
    assert set(room.judgments_of_sets().values()) == {1}
    hand = room.take(MIRA)
    assert (hand.total, hand.judged, hand.trials) == (36, 36, ())


def test_attention_trials_show_one_text_of_another_prompt_on_a_prompt_that_is_not_asked_afresh(room: JudgeRoom) -> None:
    room.open(prompts=20, systems=3, judgments=2, attention_share=0.2)
    for _ in range(9):
        for who in (MIRA, NOOR, OLA):
            for one in room.take(who, 2).trials:
                room.say(who, one)
    room.restart()
    for who in (MIRA, NOOR, OLA):
        room.judge_all(who)
    rows = room.rows(
        "select t.id, t.person_id, t.prompt_id, t.seq, count(*) as shown, count(*) filter (where c.prompt_id <> t.prompt_id) as n "
        "from mine t join trial_slot l on l.trial_id = t.id join candidate c on c.id = l.candidate_id "
        "where t.origin = 'attention' group by all"
    )
    assert {(row["shown"], row["n"]) for row in rows} == {(3, 1)}
    assert 6 <= len(rows) <= 12
    asked_later = room.rows(
        "select count(*) as n from mine a join mine f on f.person_id = a.person_id and f.prompt_id = a.prompt_id "
        "where a.origin = 'attention' and f.origin = 'fresh' and f.seq > a.seq"
    )
    assert asked_later == [{"n": 0}]
    assert set(room.judgments_of_sets().values()) == {2}


@pytest.mark.parametrize("share", [{"repeat_share": 1.0}, {"attention_share": 1.0}])
def test_even_the_largest_share_of_extras_ends(room: JudgeRoom, share: dict[str, float]) -> None:
    room.open(prompts=5, systems=2, judgments=1, **share)
    assert room.judge_all(MIRA, 1) == 10
    assert room.take(MIRA).judged == room.take(MIRA).total == 10


def test_after_a_restart_no_repeat_and_no_attention_trial_comes_a_second_time(room: JudgeRoom) -> None:
    room.open(prompts=20, systems=2, judgments=1, repeat_share=0.3, attention_share=0.2)
    n = 0
    while trials := room.take(MIRA, 3).trials:
        for one in trials:
            room.say(MIRA, one)
        n += len(trials)
        room.restart()
    origins = Counter(row["origin"] for row in room.rows("select origin from mine"))
    assert origins == {"fresh": 20, "repeat": 6, "attention": 4}
    assert n == 30


def test_a_pilot_is_flagged_and_what_was_seen_in_it_comes_last(room: JudgeRoom) -> None:
    room.open(prompts=8, systems=2, judgments=1, study={"state": StudyState.PILOT})
    hand = room.take(MIRA, 4)
    assert hand.study.is_pilot
    for one in hand.trials[:3]:
        room.say(MIRA, one)
    room.happened(StudyEventKind.OPENED)
    opened = room.take(MIRA, 4)
    assert (opened.study.is_pilot, opened.total, opened.judged) == (False, 8, 0)
    assert not set(prompts(opened.trials)) & set(prompts(hand.trials))
    assert room.say(MIRA, hand.trials[3]).answer == "saved"  # of the pilot still
    assert room.take(MIRA, 4).judged == 0
    room.judge_all(MIRA)
    flags = room.rows("select t.pilot, count(*) as n from judgment j join mine t on t.id = j.trial_id group by all")
    assert {row["pilot"]: row["n"] for row in flags} == {True: 4, False: 8}


def test_back_goes_through_ones_own_judgments_and_shows_what_one_said(room: JudgeRoom) -> None:
    room.open(prompts=4, systems=2, judgments=2)
    hand = room.take(MIRA, 3).trials
    assert room.past(MIRA) is None
    room.say(MIRA, hand[0], said=ranks(2, 1), note=" because ")
    room.say(MIRA, hand[1], said=ranks(1, 1))
    room.judge_all(NOOR)
    last = room.past(MIRA, hand[2].trial)
    assert last is not None
    assert (last.trial, last.prompt, last.texts, last.number) == (hand[1].trial, hand[1].prompt, hand[1].texts, 0)
    first = room.past(MIRA, last.trial)
    assert first is not None
    assert (first.trial, first.note, [one.rank for one in first.said]) == (hand[0].trial, "because", [2, 1])
    assert room.past(MIRA, first.trial) is None
    assert room.past(MIRA, "no id") == last
    revised = room.say(MIRA, hand[0], number=1, said=ranks(1, 2))
    assert revised.answer == "saved"
    again = room.past(MIRA, hand[1].trial)
    assert again is not None
    assert (again.number, [one.rank for one in again.said]) == (1, [1, 2])


def test_a_closed_study_gives_nothing_takes_nothing_and_says_so(room: JudgeRoom) -> None:
    room.open(judgments=1)
    first, second, *_ = room.take(MIRA).trials
    room.say(MIRA, first)
    room.happened(StudyEventKind.CLOSED)
    for ask in (lambda: room.take(MIRA), lambda: room.past(MIRA)):
        with pytest.raises(NotAllowed, match="This study is closed"):
            ask()
    closed = "The study is closed. What you had judged before is kept."
    assert [room.say(MIRA, second).why, room.say(MIRA, first, number=1, said=ranks(2, 1)).why] == [closed, closed]
    assert room.say(MIRA, first).answer == "already_saved"
    assert room.study not in [one.id for one in judging.studies_of(room.studio, MIRA, room.project)]


def test_a_draft_is_judged_by_nobody_and_previewed_by_leads(room: JudgeRoom) -> None:
    study = room.open(systems=3, study={"state": StudyState.DRAFT})
    with pytest.raises(NotAllowed, match="has not been opened yet"):
        room.take(MIRA)
    seen = room.desk.preview(LOCAL_OWNER, room.project, study)
    assert seen == room.desk.preview(LOCAL_OWNER, room.project, study)
    assert (seen.trial, len(seen.texts), seen.number) == (f"preview:{study}", 3, -1)
    assert room.rows("select count(*) as n from mine") == [{"n": 0}]
    assert judging.nodes(LOCAL_OWNER, room.project, seen.trial, -1) == [["p", {}, seen.prompt]]
    assert room.say(LOCAL_OWNER, seen).why == "This is a preview: nothing of it is kept."
    for ask in (room.desk.preview, room.desk.about):
        with pytest.raises(NotAllowed, match="Mira is annotator"):
            ask(MIRA, room.project, study)
    with pytest.raises(NotAllowed, match="Mira is annotator"):
        judging.nodes(MIRA, room.project, seen.trial, -1)


def test_a_study_with_nothing_to_compare_says_so(room: JudgeRoom) -> None:
    study = room.open(systems=1)
    with pytest.raises(BadInput, match="There is nothing to compare yet"):
        room.desk.preview(LOCAL_OWNER, room.project, study)
    assert (room.take(MIRA).trials, room.take(MIRA).total) == ((), 0)


def test_who_is_not_named_judges_only_with_an_invitation(room: JudgeRoom) -> None:
    study = room.open(people=("mira",), judgments=1)
    with pytest.raises(NotAllowed, match="This study is for other people"):
        room.take(NOOR)
    joined(room.project.database, study, "noor")
    assert room.take(NOOR, 1).trials
    with pytest.raises(NotFound, match="no such study"):
        room.desk.take(MIRA, room.project, id_of("nothing"))
    with pytest.raises(NotFound, match="no such study"):
        room.desk.take(MIRA, room.project, "'; drop table study; --")


def test_the_studies_that_one_may_judge_are_listed_with_ones_progress(room: JudgeRoom) -> None:
    others = room.open(prompts=4, judgments=1, title="For others", people=("noor",))
    draft = room.open(study={"name": "draft", "state": StudyState.DRAFT})
    study = room.open(prompts=4, judgments=1, title="For all")
    room.say(MIRA, room.take(MIRA, 1).trials[0])
    (line,) = (one for one in judging.studies_of(room.studio, MIRA, room.project) if one.id == study)
    assert (line.id, line.title, line.total, line.judged, line.is_pilot) == (study, "For all", 4, 1, False)
    lines = {
        who: [one.id for one in judging.studies_of(room.studio, who, room.project) if one.id in (others, draft, study)]
        for who in (MIRA, NOOR)
    }
    assert lines == {MIRA: [study], NOOR: [others, study]}


def test_what_models_and_imports_said_is_no_part_of_what_people_are_to_judge(room: JudgeRoom) -> None:
    study = room.open(prompts=3, systems=2, judgments=1)
    database = room.project.database
    joined(database, study, "model:x", kind=RaterKind.MODEL)
    for key in "123":
        judge(database, study, "model:x", key, {SYSTEMS[0]: 1, SYSTEMS[1]: 2})
    assert room.judge_all(MIRA) == 3


def test_pace_is_ones_own(room: JudgeRoom) -> None:
    room.open(judgments=2)
    one, other, third, *_ = room.take(MIRA).trials
    room.say(MIRA, one, active_ms=2_000)
    room.say(MIRA, other, active_ms=6_000)
    room.say(MIRA, third, active_ms=None)
    assert room.take(MIRA).pace_s == 4.0
    room.restart()
    assert room.take(MIRA).pace_s == 4.0
    assert room.take(NOOR).pace_s is None


def test_many_people_at_once_never_get_more_of_a_set_than_it_needs(room: JudgeRoom) -> None:
    room.open(prompts=20, systems=3, judgments=2)
    people = [Actor(person_id=f"p{nth}", name=f"P{nth}", role=Role.ANNOTATOR) for nth in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda who: room.judge_all(who, 2), people))
    for who in people:
        room.judge_all(who)
    assert set(room.judgments_of_sets().values()) == {2}


def test_two_tabs_of_one_person_get_the_same_trials(room: JudgeRoom) -> None:
    room.open(prompts=30, judgments=1)
    with ThreadPoolExecutor(4) as pool:
        hands = list(pool.map(lambda _: room.take(MIRA, 3), range(8)))
    assert room.rows("select count(distinct prompt_id) as n, count(*) as m from mine") == [{"n": 3, "m": 3}]
    assert {tuple(one.trial for one in hand.trials) for hand in hands} == {tuple(one.trial for one in hands[0].trials)}


def test_trials_given_out_while_the_table_is_set_anew_are_not_given_twice(room: JudgeRoom) -> None:
    """Somebody leaves again and again while others judge: whatever is in flight belongs to the table that comes."""
    room.open(prompts=40, systems=2, judgments=2)
    people = [Actor(person_id=f"p{nth}", name=f"P{nth}", role=Role.ANNOTATOR) for nth in range(3)]
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(room.judge_all, who, 1) for who in people]
        for nth in range(12):
            room.happened(StudyEventKind.LEFT, f"nobody {nth}")
        for one in work:
            one.result()
    for who in people:
        room.judge_all(who)
    assert set(room.judgments_of_sets().values()) == {2}
    twice = room.rows("select person_id, prompt_id from mine group by all having count(*) > 1")
    assert not twice


def leaks(text: str, room: JudgeRoom) -> list[str]:
    """Every word of the log that would say who made what, and how things are arranged."""
    rows = room.rows("select id, name, model from system")
    words = {row[key] for row in rows for key in row}
    words |= {row["id"] for row in room.rows("select id from candidate")}
    words |= {row["id"] for row in room.rows("select id from revision")}
    words |= {row["id"] for row in room.rows("select id from study_prompt")}
    words |= {row["name"] for row in room.rows("select name from study")}
    words |= {str(one) for one in TrialOrigin} | {"position", "candidate", "system", "seed", "origin", "order"}
    return [one for one in words if one.casefold() in text.casefold()]


@pytest.mark.parametrize("task", StudyTask)
def test_what_a_browser_gets_of_a_whole_study_says_nothing_of_who_made_what(room: JudgeRoom, task: StudyTask) -> None:
    room.open(
        prompts=8, systems=3, judgments=2, task=task, repeat_share=0.3, attention_share=0.3, masked=(SYSTEMS[0],),
        criteria=(Criterion(key="accuracy", label="Accuracy"),), asks_each=True,
        study={"name": f"Alpha against Beta: {task}", "text": lambda key, system: f"I am alpha-7B. {key}{len(system) * 7}"},
    )  # fmt: skip
    got: list[Any] = [room.take(who, 0) for who in (MIRA, NOOR, OLA, PIA)]
    while (hand := room.take(MIRA, 3)).trials:
        got += [hand, room.send(MIRA, *(answer(room, one) for one in hand.trials))]
        got += [
            judging.nodes(MIRA, room.project, one.trial, at) for one in hand.trials for at in range(-1, len(one.texts))
        ]
        past = room.past(MIRA)
        assert past is not None
        got.append(past.texts)
    assert "■■■" in json.dumps([asdict(one) if hasattr(one, "study") else str(one) for one in got], ensure_ascii=False)
    assert not leaks(" ".join(map(repr, got)).replace("'position'", "").replace("position=", ""), room)


def test_a_planted_name_is_found_by_that_test(room: JudgeRoom) -> None:
    room.open(prompts=1, systems=2, study={"text": lambda _, system: f"As {system} I say so."})
    assert leaks(repr(room.take(MIRA)), room) != []


def test_trial_ids_do_not_say_when_or_in_which_order_they_were_made(room: JudgeRoom) -> None:
    room.open(prompts=20, judgments=1)
    ids = [one.trial for one in room.take(MIRA, 20).trials]
    assert {one[14] for one in ids} == {"4"}
    assert ids != sorted(ids)


def test_the_projections_of_a_project_with_a_study_are_right(room: JudgeRoom) -> None:
    room.open(judgments=1)
    room.judge_all(MIRA)
    assert room.project.database.projection_is_right()
    assert study_reading.count_judged(room.project.database, room.study) == {False: 6, True: 0}
