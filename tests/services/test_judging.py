"""Submitting judgments: each answered by itself, nothing twice, nothing lost, and every refusal in words."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from core.domain.decision import Act, Submission
from core.domain.judgment import JudgmentSent, PairVerdict, Said
from core.domain.person import LOCAL_OWNER
from core.domain.study import OVERALL, Criterion, StudyTask
from core.errors import NotFound
from core.services.evaluating import judging
from core.services.reviewing import decisions
from tests.builders import id_of
from tests.services.at_the_table import MIRA, NOOR, JudgeRoom, answer, judge_room_at, ranks
from tests.studies.building import siblings

REASONING = Criterion(key="reasoning", label="Reasoning")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JudgeRoom]:
    """One for all: every test opens a study of its own in it."""
    with judge_room_at(tmp_path_factory.mktemp("judging")) as room:
        yield room


def judged(room: JudgeRoom) -> int:
    return int(room.rows("select count(*) as n from judgment j join mine t on t.id = j.trial_id")[0]["n"])


def values(room: JudgeRoom, trial: str) -> list[tuple[object, ...]]:
    rows = room.rows(
        "select v.position, v.criterion, v.rank, v.score, v.verdict from judgment_now j join mine t on t.id = j.trial_id "
        "join judgment_value v on v.judgment_id = j.id where t.id = ? order by v.criterion, v.position",
        trial,
    )
    return [tuple(row.values()) for row in rows]


def test_a_batch_is_answered_one_by_one_and_what_is_refused_takes_no_neighbour(room: JudgeRoom) -> None:
    room.open(prompts=6)
    one, other, third, fourth, *_ = room.take(MIRA).trials
    hers = room.take(NOOR, 1).trials[0]
    sent = (
        answer(room, one),
        answer(room, other, said=ranks(0, 1)),
        answer(room, third, said=ranks(1, None)),
        answer(room, hers),
        JudgmentSent(trial_id=id_of("never given"), number=0, said=ranks(1, 2)),
        JudgmentSent(trial_id="'; drop table judgment", number=0, said=ranks(1, 2)),
        answer(room, fourth, note="x" * 4_001),
        answer(room, fourth),
    )
    receipts = room.send(MIRA, *sent)
    assert [one.trial_id for one in receipts] == [one.trial_id for one in sent]
    assert [one.answer for one in receipts] == ["saved", *["refused"] * 6, "saved"]
    assert [one.why for one in receipts][1:-1] == [
        "A rank is a whole number from 1 (the best) to 5.",
        "A rank is a whole number from 1 (the best) to 5.",
        "This was given to somebody else.",
        "This is not known here any more. Go on with the next one.",
        "This is not known here any more. Go on with the next one.",
        "The reason is longer than 4,000 letters. Shorten it.",
    ]
    assert judged(room) == 2


def test_sending_again_finds_it_saved_and_writes_nothing(room: JudgeRoom) -> None:
    room.open()
    trials = room.take(MIRA, 3).trials
    batch = [answer(room, one, note="fine") for one in trials]
    assert {one.answer for one in room.send(MIRA, *batch)} == {"saved"}
    assert {one.answer for one in room.send(MIRA, *batch, *batch)} == {"already_saved"}
    room.restart()
    assert {one.answer for one in room.send(MIRA, *batch)} == {"already_saved"}
    assert judged(room) == 3


def test_the_same_twice_in_one_batch_is_saved_once(room: JudgeRoom) -> None:
    room.open()
    (one,) = room.take(MIRA, 1).trials
    receipts = room.send(MIRA, answer(room, one), answer(room, one), answer(room, one, said=ranks(2, 1)))
    assert [each.answer for each in receipts] == ["saved", "already_saved", "refused"]
    assert judged(room) == 1


def test_of_two_tabs_that_say_different_things_the_second_is_told(room: JudgeRoom) -> None:
    room.open()
    (one,) = room.take(MIRA, 1).trials
    assert room.say(MIRA, one, said=ranks(1, 2)).answer == "saved"
    second = room.say(MIRA, one, said=ranks(2, 1))
    assert second.why == "You have judged this already, perhaps in another tab. Go back to it to change what you said."
    assert [row[2] for row in values(room, one.trial)] == [1, 2]


def test_tabs_that_send_at_the_same_time_save_one_answer(room: JudgeRoom) -> None:
    room.open()
    (one,) = room.take(MIRA, 1).trials
    both = [answer(room, one, said=ranks(1, 2)), answer(room, one, said=ranks(2, 1))] * 4
    with ThreadPoolExecutor(8) as pool:
        said = [receipts[0].answer for receipts in pool.map(lambda each: room.send(MIRA, each), both)]
    assert sorted(said) == ["already_saved"] * 3 + ["refused"] * 4 + ["saved"]
    assert judged(room) == 1


def test_a_revision_is_the_next_number_and_the_last_one_holds(room: JudgeRoom) -> None:
    room.open()
    (one,) = room.take(MIRA, 1).trials
    assert room.say(MIRA, one, number=1).why.startswith("Your judgment before this one is missing")
    assert room.say(MIRA, one, said=ranks(1, 2)).answer == "saved"
    assert room.say(MIRA, one, number=2).why.startswith("Your judgment before this one is missing")
    receipts = room.send(
        MIRA, answer(room, one, number=1, said=ranks(2, 2)), answer(room, one, number=2, said=ranks(3, 1))
    )
    assert [each.answer for each in receipts] == ["saved", "saved"]
    assert [row[2] for row in values(room, one.trial)] == [3, 1]
    assert room.say(MIRA, one, said=ranks(1, 2)).answer == "already_saved"  # the first one again: it changes nothing
    assert [row[2] for row in values(room, one.trial)] == [3, 1]
    assert room.take(MIRA).judged == 1


@pytest.mark.parametrize("number", [-1, 10_000, 2**63, -(2**70)])
def test_a_number_that_cannot_be_is_refused(room: JudgeRoom, number: int) -> None:
    room.open()
    (one,) = room.take(MIRA, 1).trials
    assert room.say(MIRA, one, number=number).why == "This answer has no number that can be."


def test_an_answer_of_another_task_is_refused(room: JudgeRoom) -> None:
    room.open(task=StudyTask.PAIR)
    (one,) = room.take(MIRA, 1).trials
    assert room.say(MIRA, one, said=ranks(1, 2)).why.startswith("This judges a response that was not shown")
    assert room.say(MIRA, one, said=ranks(1)).why == "A pair is judged left, right, tie or both bad."


@pytest.mark.parametrize(
    ("verdict", "kept"),
    [
        (PairVerdict.LEFT, [(0, OVERALL, 1, None, None), (1, OVERALL, 2, None, None)]),
        (PairVerdict.RIGHT, [(0, OVERALL, 2, None, None), (1, OVERALL, 1, None, None)]),
        (PairVerdict.TIE, [(0, OVERALL, 1, None, "tie"), (1, OVERALL, 1, None, "tie")]),
        (PairVerdict.BOTH_BAD, [(0, OVERALL, 1, None, "both_bad"), (1, OVERALL, 1, None, "both_bad")]),
    ],
)
def test_a_pair_is_kept_as_two_ranks(room: JudgeRoom, verdict: PairVerdict, kept: list[tuple[object, ...]]) -> None:
    room.open(task=StudyTask.PAIR)
    (one,) = room.take(MIRA, 1).trials
    said = (Said(position=0, criterion=OVERALL, verdict=verdict),)
    assert room.say(MIRA, one, said=said).answer == "saved"
    assert values(room, one.trial) == kept
    past = room.past(MIRA)
    assert past is not None
    assert past.said == said


def test_scores_are_kept_per_criterion(room: JudgeRoom) -> None:
    room.open(task=StudyTask.LIKERT, criteria=(REASONING,), systems=3, per_trial=2, sets_per_prompt=1)
    (one,) = room.take(MIRA, 1).trials
    said = tuple(Said(position=at, criterion="reasoning", score=float(score)) for at, score in enumerate((5, 2)))
    assert room.say(MIRA, one, said=said).answer == "saved"
    assert values(room, one.trial) == [(0, "reasoning", None, 5.0, None), (1, "reasoning", None, 2.0, None)]


def test_siblings_are_ranked_as_instructions(room: JudgeRoom) -> None:
    families = {f"Sort {n} words.": {"deepen": f"Sort {n} words, why?", "mutate": f"Rhyme {n}."} for n in range(3)}
    room.study = siblings(room.project.database, families)
    trials = room.take(MIRA).trials
    assert {(one.prompt, frozenset(one.texts)) for one in trials} == {
        (parent, frozenset(children.values())) for parent, children in families.items()
    }
    assert room.judge_all(MIRA) == 3
    assert room.rows("select distinct kind from mine") == [{"kind": "rank"}]


@pytest.mark.parametrize(("sent", "kept"), [(-5, 0), (7_200_000, 3_600_000), (1_500, 1_500), (None, None)])
def test_time_is_kept_within_reason(room: JudgeRoom, sent: int | None, kept: int | None) -> None:
    room.open()
    (one,) = room.take(MIRA, 1).trials
    room.say(MIRA, one, active_ms=sent)
    assert room.rows("select j.active_ms from judgment j join mine t on t.id = j.trial_id") == [{"active_ms": kept}]


def test_hostile_texts_are_given_and_kept_as_they_are(room: JudgeRoom) -> None:
    texts = ["", "<script>alert(1)</script> ![x](http://e/x.png)", "שלום العالم 你好 \u202e \x00.", "y" * 100_000]
    room.open(prompts=4, study={"text": lambda key, _: texts[int(key) - 1]})  # identical too: both say the same
    trials = room.take(MIRA).trials
    assert {one.texts for one in trials} == {(text, text) for text in texts}
    note = "\u202e<b>x</b> \x00 𝕏"
    assert {room.say(MIRA, one, note=note).answer for one in trials} == {"saved"}
    past = room.past(MIRA)
    assert past is not None
    assert past.note == note
    plain = next(one for one in trials if "script" in one.texts[0])
    assert "script" not in {
        part[0] for part in judging.nodes(MIRA, room.project, plain.trial, 0) if isinstance(part, list)
    }


def test_texts_are_rendered_for_their_own_rater_only(room: JudgeRoom) -> None:
    room.open(masked=("matter",))
    (one,) = room.take(MIRA, 1).trials
    nodes = judging.nodes(MIRA, room.project, one.trial, 0)
    assert nodes == [["p", {}, one.texts[0]]]
    assert "■■■" in one.texts[0]
    for who, trial, position in ((NOOR, one.trial, 0), (MIRA, one.trial, 2), (MIRA, one.trial, -2), (MIRA, "x", 0)):
        with pytest.raises(NotFound):
            judging.nodes(who, room.project, trial, position)


def test_a_decision_cannot_end_a_trial_of_a_study(room: JudgeRoom) -> None:
    room.open()
    (one,) = room.take(MIRA, 1).trials
    forged = [Submission(trial_id=one.trial, act=act) for act in (Act.ACCEPT, Act.SKIP, Act.FLAG, Act.NOTE, Act.UNDO)]
    told = decisions.decide(room.studio, MIRA, room.project, [replace(each, note="x") for each in forged]).receipts
    assert {each.answer for each in told} == {"refused"}
    assert room.say(MIRA, one).answer == "saved"
    assert room.rows("select count(*) as n from decision d join mine t on t.id = d.trial_id") == [{"n": 0}]
    assert room.project.database.projection_is_right()


def test_studies_do_not_disturb_the_queues_of_review(room: JudgeRoom) -> None:
    room.open()
    room.take(MIRA, 3)
    room.restart()
    hand = room.studio.desk.take(LOCAL_OWNER, room.project)
    assert (hand.cards, hand.sitting.decided_today) == ((), 0)
    room.project.database.rebuild()
    assert room.judge_all(MIRA) == 6
