"""The team: each one's part, how far they agree, and the rule by which many verdicts become one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.decision import Act, ConsensusRule, Verdict
from core.domain.person import LOCAL_OWNER
from core.domain.queue import Asks, Queue
from core.domain.trial import TrialOrigin
from core.errors import NotAllowed
from core.services.projects import Project
from core.services.reviewing import queues, team
from tests.builders import NOON, child, project_at, revision, seed
from tests.services.at_the_desk import room_at
from tests.services.deciding import MIRA, NOOR, OLA, decided_project, family
from tests.store.reviewing import say, state, submit, trial

EVERYTHING = Queue(id="", name="Everything", overlap=3, filter=queues.QueueFilter(kinds=(), statuses=()))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with decided_project(tmp_path / "p.duckdb") as opened:
        yield opened


def test_each_ones_part_pace_and_what_is_left(project: Project) -> None:
    _, *items = family()
    for item, act, ms in zip(items, (Act.ACCEPT, Act.ACCEPT, Act.REJECT), (2_000, 9_000, 4_000), strict=False):
        say(project.database, item, act, active_ms=ms)
    say(project.database, items[0], Act.SKIP, "noor")
    say(project.database, items[1], Act.ACCEPT, "noor")
    undone = say(project.database, items[2], Act.ACCEPT, "noor")
    submit(project.database, undone, Act.UNDO, "noor")
    mira, noor = team.team(OLA, project, EVERYTHING, NOON).members
    assert (mira.name, mira.part and mira.part.decided, mira.part and mira.part.today) == ("Mira", 3, 3)
    assert (mira.accepts.k, mira.accepts.n, mira.part and mira.part.pace_s) == (2, 3, 4.0)
    assert (mira.left, mira.left_s) == (4, 16.0)  # the seed and three children
    assert (noor.part and noor.part.decided, noor.left, noor.left_s) == (1, 6, None)
    tomorrow = team.team(OLA, project, EVERYTHING, NOON + timedelta(days=1)).members[0]
    assert tomorrow.part is not None
    assert tomorrow.part.today == 0


def test_agreement_is_of_one_text_and_says_why_it_is_undefined(project: Project) -> None:
    _, first, second, third, *_ = family()
    for person in ("mira", "noor"):
        say(project.database, first, Act.ACCEPT, person)
    found = team.team(OLA, project, EVERYTHING, NOON)
    assert (found.alpha.value, found.alpha.n) == (None, 1)
    assert found.alpha.why.startswith("everybody said accept")
    say(project.database, second, Act.REJECT, "mira")
    say(project.database, second, Act.REJECT, "noor")
    say(project.database, third, Act.ACCEPT, "mira")
    newer = revision(third, "Sort them all.", 1)
    project.database.writer.append_now([newer])
    say(project.database, third, Act.REJECT, "noor", revision_id=newer.id)
    found = team.team(OLA, project, EVERYTHING, NOON)
    (pair,) = found.pairs
    assert (pair.one, pair.other, pair.same.k, pair.same.n) == ("Mira", "Noor", 2, 2)
    assert (found.alpha.value, pair.kappa.value) == (pytest.approx(1), pytest.approx(1))


def test_ones_own_second_verdict_is_held_against_the_first(project: Project) -> None:
    _, first, second, *_ = family()
    for item in (first, second):
        say(project.database, item, Act.ACCEPT)
    for item, act in ((first, Act.ACCEPT), (second, Act.REJECT)):
        submit(project.database, trial(project.database, item, origin=TrialOrigin.REPEAT), act)
    (mira,) = team.team(OLA, project, EVERYTHING, NOON).members
    assert (mira.again.k, mira.again.n) == (1, 2)
    assert mira.accepts.n == 2
    assert mira.again_kappa.value == pytest.approx(0)


def test_another_rule_says_first_what_it_would_change_and_then_changes_just_that(project: Project) -> None:
    _, first, second, third, *_ = family()
    for person, act in (("mira", Act.ACCEPT), ("noor", Act.REJECT)):
        say(project.database, first, act, person)
    say(project.database, second, Act.ACCEPT)
    before = state(project.database, second)
    (turn,) = team.turns(OLA, project, ConsensusRule.MAJORITY)
    assert (turn.was, turn.becomes, turn.items) == ("accepted", "disputed", 1)
    assert state(project.database, first)["human_status"] == "accepted"
    assert team.change_rule(OLA, project, ConsensusRule.MAJORITY) == 1
    assert state(project.database, first)["human_status"] == "disputed"
    assert state(project.database, second) == before
    assert team.rule(OLA, project) is ConsensusRule.MAJORITY
    assert team.change_rule(OLA, project, ConsensusRule.MAJORITY) == 0
    asked = "select person_id, subject from audit where act = 'consensus rule changed'"
    assert project.database.query(asked) == [{"person_id": "ola", "subject": "first to majority"}]
    say(project.database, third, Act.REJECT)
    assert project.database.projection_is_right()


def test_disagreements_are_the_adjudicators_queue_and_leave_it_when_settled(project: Project) -> None:
    _, first, *_ = family()
    team.change_rule(OLA, project, ConsensusRule.ADJUDICATED)
    queue = team.disputed_queue(OLA, project)
    assert team.disputed_queue(OLA, project) == queue
    assert queue.adjudicates
    for person, act in (("mira", Act.ACCEPT), ("noor", Act.REJECT)):
        say(project.database, first, act, person)
    assert [line.waiting for line in queues.lines(OLA, project) if line.queue == queue] == [1]
    assert team.team(OLA, project, EVERYTHING, NOON).disputed == 1
    say(project.database, first, Act.ADJUDICATE, "ola", verdict=Verdict.REJECT)
    assert [line.waiting for line in queues.lines(OLA, project) if line.queue == queue] == [0]
    assert state(project.database, first)["human_status"] == "rejected"


def test_an_annotator_sees_no_team_and_changes_no_rule(project: Project) -> None:
    for ask in (
        lambda: team.team(MIRA, project, EVERYTHING, NOON),
        lambda: team.change_rule(NOOR, project, ConsensusRule.MAJORITY),
        lambda: team.turns(MIRA, project, ConsensusRule.MAJORITY),
        lambda: team.disputed_queue(NOOR, project),
    ):
        with pytest.raises(NotAllowed):
            ask()


def test_an_annotator_is_neither_offered_nor_given_what_shows_others_verdicts(project: Project) -> None:
    queue = team.disputed_queue(OLA, project)
    assert queue in queues.every(OLA, project)
    assert queue not in queues.every(MIRA, project)
    with pytest.raises(NotAllowed):
        queues.get(MIRA, project, queue.id)


VERDICTS = st.lists(
    st.tuples(st.sampled_from(["mira", "noor", "ola"]), st.integers(0, 3), st.sampled_from([Act.ACCEPT, Act.REJECT])),
    max_size=10,
)


def test_after_any_changes_of_the_rule_everything_is_as_if_it_had_always_been_the_last(tmp_path: Path) -> None:
    worlds = iter(range(1_000_000))

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(verdicts=VERDICTS, rules=st.lists(st.sampled_from(list(ConsensusRule)), min_size=1, max_size=3))
    def holds(verdicts: list[tuple[str, int, Act]], rules: list[ConsensusRule]) -> None:
        root = seed(f"world {next(worlds)}")
        tree = [root, first := child(root), child(first, 0), child(first, 1)]
        project.database.writer.append_now([*tree, *(revision(one) for one in tree)])
        for person, of, act in verdicts:
            say(project.database, tree[of], act, person)
        for rule in rules:
            told = {(turn.was, turn.becomes): turn.items for turn in team.turns(OLA, project, rule)}
            assert sum(told.values()) == team.change_rule(OLA, project, rule)
            assert project.database.projection_is_right()

    with decided_project(tmp_path / "p.duckdb", items=1) as project:
        holds()
    with project_at(tmp_path / "p.duckdb") as again:
        assert again.projection_is_right()


def test_who_settles_may_be_one_of_those_who_disagree(tmp_path: Path) -> None:
    with room_at(tmp_path) as room:
        room.grow(1)
        team.change_rule(LOCAL_OWNER, room.project, ConsensusRule.ADJUDICATED)
        twice = room.queue(overlap=2)
        for who, act in ((MIRA, Act.REJECT), (LOCAL_OWNER, Act.ACCEPT)):
            room.say(who, room.take(who, twice, most=1).cards[0], act)
        disputed = team.disputed_queue(LOCAL_OWNER, room.project)
        (card,) = room.take(LOCAL_OWNER, disputed.id).cards
        assert [one.verdict for one in card.others] == ["reject", "accept"]
        assert room.say(LOCAL_OWNER, card, Act.ADJUDICATE, verdict=Verdict.REJECT).status == "rejected"
        assert not room.take(LOCAL_OWNER, disputed.id).cards


def test_who_scores_difficulty_stands_in_the_team_with_pace_agreement_and_what_is_left(tmp_path: Path) -> None:
    with room_at(tmp_path) as room:
        room.grow(3)
        queue = queues.get(LOCAL_OWNER, room.project, room.queue(asks=Asks.DIFFICULTY, overlap=2))
        for who, scores, ms in ((MIRA, (2, 5, 9), 4_000), (NOOR, (3, 5), 6_000)):
            for card, value in zip(room.take(who, queue.id).cards, scores, strict=False):
                room.say(who, card, Act.SCORE, score=value, active_ms=ms)
        found = team.team(OLA, room.project, queue, NOON)
        mira, noor = found.members
        assert (mira.part, mira.left, noor.left, noor.left_s) == (None, 0, 1, 6.0)
        assert mira.scores is not None
        assert (mira.scores.scored, mira.scores.mean, mira.scores.pace_s) == (3, pytest.approx(16 / 3), 4.0)
        (pair,) = found.score_pairs
        assert (pair.near.k, pair.near.n, found.score_alpha.n) == (2, 2, 2)
        assert found.score_alpha.value == pytest.approx(pair.alpha.value)
        assert (found.alpha.n, found.pairs) == (0, ())
