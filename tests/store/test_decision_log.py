"""Decisions: written once each, refused in words, and what follows from them is what their facts say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.decision import Act, Answer, ConsensusRule, Reason, Submission, Verdict
from core.domain.instruction import Instruction
from core.domain.project import Project
from core.domain.trial import TrialOrigin
from core.store.database import Database, open_database
from core.store.decision_log import decide
from tests.builders import NOON, child, id_of, project_at, revision, seed
from tests.store.reviewing import say, state, submit, trial


def family() -> tuple[Instruction, Instruction, Instruction, Instruction]:
    """A seed, its child, and two children of that."""
    root = seed()
    first = child(root)
    return root, first, child(first, 0), child(first, 1)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Database]:
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([Project(id=id_of("project"), name="P", created_at=NOON, origin="")])
        tree = family()
        database.writer.append_now([*tree, *(revision(one) for one in tree)])
        yield database


def test_a_decision_is_saved_once_however_often_it_is_sent(project: Database) -> None:
    root, *_ = family()
    id_ = trial(project, root)
    answers = [submit(project, id_, Act.ACCEPT).answer for _ in range(3)]
    assert answers == [Answer.SAVED, Answer.ALREADY_SAVED, Answer.ALREADY_SAVED]
    assert project.query("select count(*) as n from decision") == [{"n": 1}]
    assert state(project, root)["human_status"] == "accepted"


def test_the_same_decision_twice_in_one_batch_is_saved_once(project: Database) -> None:
    root, *_ = family()
    one = Submission(trial_id=trial(project, root), act=Act.REJECT, reason=Reason.UNCLEAR)
    assert [receipt.answer for receipt in decide(project, "mira", [one, one], NOON)] == ["saved", "already_saved"]


def test_a_trial_has_one_verdict(project: Database) -> None:
    root, *_ = family()
    id_ = trial(project, root)
    submit(project, id_, Act.ACCEPT)
    receipt = submit(project, id_, Act.REJECT)
    assert (receipt.answer, receipt.why) == (Answer.REFUSED, "You have decided this already.")
    assert state(project, root)["human_status"] == "accepted"


def test_a_refusal_takes_no_neighbour_with_it(project: Database) -> None:
    root, first, *_ = family()
    batch = [
        Submission(trial_id=id_of("nothing"), act=Act.ACCEPT),
        Submission(trial_id=trial(project, root, "noor"), act=Act.ACCEPT),
        Submission(trial_id=trial(project, first), act=Act.ACCEPT),
    ]
    receipts = decide(project, "mira", batch, NOON)
    assert [one.answer for one in receipts] == ["refused", "refused", "saved"]
    assert "not known" in receipts[0].why
    assert "somebody else" in receipts[1].why


def test_flag_and_note_stand_beside_the_verdict(project: Database) -> None:
    root, *_ = family()
    id_ = trial(project, root)
    for act in (Act.FLAG, Act.NOTE, Act.ACCEPT):
        assert submit(project, id_, act, note="look at this" if act is Act.NOTE else None).answer is Answer.SAVED
    assert state(project, root)["flagged"]


def test_undo_brings_back_what_was_before_and_the_trial_is_over(project: Database) -> None:
    root, *_ = family()
    say(project, root, Act.ACCEPT)
    id_ = say(project, root, Act.REJECT)
    assert state(project, root)["human_status"] == "rejected"
    receipt = submit(project, id_, Act.UNDO)
    assert (receipt.answer, receipt.status) == (Answer.SAVED, "accepted")
    assert submit(project, id_, Act.UNDO).answer is Answer.ALREADY_SAVED
    assert submit(project, id_, Act.ACCEPT).answer is Answer.REFUSED


def test_a_text_that_was_changed_meanwhile_is_not_decided_unseen(project: Database) -> None:
    root, *_ = family()
    id_ = trial(project, root)
    newer = revision(root, "Sort a list, backwards.", 1)
    project.writer.append_now([newer])
    receipt = submit(project, id_, Act.ACCEPT)
    assert receipt.answer is Answer.REFUSED
    assert "text was changed" in receipt.why
    assert submit(project, id_, Act.ACCEPT, revision_id=newer.id).answer is Answer.SAVED


def test_rejecting_sets_the_tree_below_aside_and_undo_brings_it_back(project: Database) -> None:
    _, first, left, right = family()
    say(project, right, Act.ACCEPT, "noor")
    id_ = trial(project, first)
    assert submit(project, id_, Act.REJECT).below == 1
    assert state(project, left)["set_aside"]
    assert not state(project, right)["set_aside"]  # somebody has decided it
    assert submit(project, id_, Act.UNDO).below == 1
    assert not state(project, left)["set_aside"]


def test_a_repeat_is_kept_and_changes_nothing(project: Database) -> None:
    root, *_ = family()
    say(project, root, Act.ACCEPT)
    again = trial(project, root, origin=TrialOrigin.REPEAT)
    assert submit(project, again, Act.REJECT).answer is Answer.SAVED
    assert state(project, root)["human_status"] == "accepted"


PEOPLE = ("mira", "noor", "ola")


@dataclass(frozen=True)
class Move:
    """One person's act on one of four instructions; an undo is of their latest verdict there."""

    person: str
    of: int
    act: Act
    verdict: Verdict | None


MOVES = st.builds(
    Move,
    person=st.sampled_from(PEOPLE),
    of=st.integers(0, 3),
    act=st.sampled_from([Act.ACCEPT, Act.REJECT, Act.ADJUDICATE, Act.SKIP, Act.FLAG, Act.UNDO]),
    verdict=st.sampled_from(list(Verdict)),
)


@dataclass
class Model:
    """What the words of docs/data-model.md say, in the plainest way: a list of what stands, oldest first."""

    rule: ConsensusRule
    stands: list[tuple[str, int, Act, Verdict | None, str]] = field(default_factory=list)
    trials: dict[tuple[str, int], list[str]] = field(default_factory=dict)

    def status(self, of: int) -> str:
        mine = [one for one in self.stands if one[1] == of and one[2] in (Act.ACCEPT, Act.REJECT, Act.ADJUDICATE)]
        settled = [one for one in mine if one[2] is Act.ADJUDICATE]
        if settled:
            return f"{settled[-1][3]}ed"
        latest = {one[0]: f"{one[2]}ed" for one in mine}
        votes = [f"{one[2]}ed" for one in mine if one == [other for other in mine if other[0] == one[0]][-1]]
        assert sorted(votes) == sorted(latest.values())
        if len(set(votes)) < 2:
            return votes[0] if votes else "undecided"
        accepts, rejects = votes.count("accepted"), votes.count("rejected")
        match self.rule:
            case ConsensusRule.FIRST:
                return votes[0]
            case ConsensusRule.MAJORITY if accepts != rejects:
                return "accepted" if accepts > rejects else "rejected"
            case ConsensusRule.UNANIMOUS:
                return "rejected"
        return "disputed"


@pytest.mark.parametrize("rule", ConsensusRule)
def test_any_history_ends_as_the_plain_model_says_and_as_the_facts_say(tmp_path: Path, rule: ConsensusRule) -> None:
    path = tmp_path / "p.duckdb"
    worlds = iter(range(1_000_000))
    with project_at(path) as database:
        fact = Project(id=id_of("project"), name="P", created_at=NOON, origin="", consensus_rule=rule)
        database.writer.append_now([fact])

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(moves=st.lists(MOVES, max_size=14))
    def holds(moves: list[Move]) -> None:
        root = seed(f"world {next(worlds)}")
        tree = [root, first := child(root), child(first, 0), child(first, 1)]
        database = open_database(path, "project")
        try:
            database.writer.append_now([*tree, *(revision(one) for one in tree)])
            model = Model(rule)
            for move in moves:
                play(database, tree, model, move)
            statuses = [model.status(nth) for nth in range(4)]
            assert [state(database, one)["human_status"] for one in tree] == statuses
            aside = [
                statuses[nth] == "undecided"
                and any(statuses[tree.index(above)] == "rejected" for above in tree if above.id in one.ancestors)
                for nth, one in enumerate(tree)
            ]
            assert [state(database, one)["set_aside"] for one in tree] == aside
            assert database.projection_is_right()
        finally:
            database.close()

    holds()


def play(database: Database, tree: list[Instruction], model: Model, move: Move) -> None:
    given_out = model.trials.setdefault((move.person, move.of), [])
    if move.act is Act.UNDO:
        if given_out:
            id_ = given_out.pop()
            assert submit(database, id_, Act.UNDO, move.person).answer is Answer.SAVED
            model.stands = [one for one in model.stands if one[4] != id_ or one[2] is Act.FLAG]
        return
    id_ = say(database, tree[move.of], move.act, move.person, verdict=move.verdict)
    model.stands.append((move.person, move.of, move.act, move.verdict, id_))
    if move.act is not Act.FLAG:
        given_out.append(id_)
