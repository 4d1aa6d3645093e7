"""Many at once: everything that a filter means, as one decision with one undo; near-duplicates; chosen items."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.decision import Act, Reason, Verdict
from core.domain.instruction import Instruction, RunStatus
from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.domain.queue import Queue, QueueFilter, Sort
from core.errors import BadInput, NotAllowed, NotFound
from core.services.projects import FIRST, Project
from core.services.reviewing import bulk, chosen, duplicates, item_list, queues
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.builders import child, id_of, outcome, revision, seed, source, task
from tests.store.reviewing import say, state

ANN = Actor(person_id="ann", name="Ann", role=Role.ANNOTATOR)
CY = Actor(person_id="cy", name="Cy", role=Role.CURATOR)
LONG = "Sort the list of all the birds that were seen on the island in one year, and say for each of them why it came there."
SURVIVORS = QueueFilter(epochs=(1,))


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def project(studio: Studio) -> Project:
    """Ten seeds with a surviving child each; each child has an eliminated one with a task that waits."""
    opened = studio.projects.open(ME, FIRST)
    facts: list[object] = [source()]
    for number in range(10):
        root, made, below = family(number)
        facts += [
            root,
            revision(root, f"Task {number}."),
            made,
            revision(made, f"{LONG} Number {number}."),
            outcome(made),
        ]
        facts += [below, revision(below, f"Below {number}."), outcome(below, RunStatus.ELIMINATED), task(below)]
    opened.database.writer.append_now(facts)
    return opened


def family(number: int) -> tuple[Instruction, Instruction, Instruction]:
    root = seed(f"seed {number}", number)
    made = child(root)
    return root, made, child(made)


def reject_all(project: Project, who: Actor = ME) -> bulk.BulkLine:
    return bulk.decide(who, project, bulk.preview(who, project, SURVIVORS), Verdict.REJECT, Reason.NO_GAIN)


def counts(project: Project) -> tuple[int, int, int]:
    """Rejected, set aside, calls cancelled."""
    (row,) = project.database.query(
        """select (select count(*) from instruction_state where human_status = 'rejected') as rejected,
        (select count(*) from instruction_state where set_aside) as aside,
        (select count(*) from task where state = 'cancelled') as cancelled"""
    )
    return row["rejected"], row["aside"], row["cancelled"]


def test_a_preview_counts_and_samples_and_writes_nothing(project: Project) -> None:
    say(project.database, family(0)[1], Act.ACCEPT, "ann")
    before = project.database.query("select seq from last_seq")
    seen = bulk.preview(ME, project, SURVIVORS)
    assert (seen.total, dict(seen.by_status), len(seen.sample)) == (10, {"undecided": 9, "accepted": 1}, 10)
    assert all(item.text.startswith(LONG) for item in seen.sample)
    assert project.database.query("select seq from last_seq") == before


def test_one_decision_rejects_all_and_one_undo_brings_all_back(project: Project) -> None:
    line = reject_all(project)
    assert (line.count, line.verdict, line.reason, line.undone) == (10, Verdict.REJECT, Reason.NO_GAIN, False)
    assert counts(project) == (10, 10, 10)
    assert project.database.query("select count(*) as n from decision") == [{"n": 1}]
    members = project.database.query(
        "select distinct m.revision_id = s.revision_id as same from bulk_member m join instruction_state s on s.id = m.instruction_id"
    )
    assert members == [{"same": True}], "what each text was stands with the member"
    assert project.database.projection_is_right()
    assert bulk.undo(ME, project, line.id).undone
    assert counts(project) == (0, 0, 0)
    assert project.database.projection_is_right()
    bulk.undo(ME, project, line.id)
    assert project.database.query("select count(*) as n from decision") == [{"n": 2}], "a second undo is none"


def test_a_later_verdict_of_ones_own_stands_after_the_undo_of_the_bulk(project: Project) -> None:
    line = reject_all(project)
    _, made, _ = family(3)
    say(project.database, made, Act.ACCEPT, ME.person_id)
    assert state(project.database, made)["human_status"] == "accepted"
    bulk.undo(ME, project, line.id)
    assert state(project.database, made)["human_status"] == "accepted"
    assert project.database.projection_is_right()


def test_other_peoples_earlier_verdicts_prevail_under_first(project: Project) -> None:
    _, made, _ = family(3)
    say(project.database, made, Act.ACCEPT, "ann")
    reject_all(project)
    assert state(project.database, made)["human_status"] == "accepted"
    assert counts(project) == (9, 9, 9)
    assert project.database.projection_is_right()


def test_what_changed_since_it_was_looked_at_is_looked_at_again(project: Project) -> None:
    wanted = QueueFilter(epochs=(1,), people=("undecided",))
    seen = bulk.preview(ME, project, wanted)
    say(project.database, family(0)[1], Act.ACCEPT, "ann")
    with pytest.raises(BadInput, match=r"became 9 items\. Look again"):
        bulk.decide(ME, project, seen, Verdict.REJECT)
    assert counts(project) == (0, 0, 0)


def test_what_came_later_is_not_meant(project: Project) -> None:
    seen = bulk.preview(ME, project, SURVIVORS)
    late = child(seed("seed 0"), 1)
    project.database.writer.append_now([late, revision(late, "A late one."), outcome(late)])
    assert bulk.decide(ME, project, seen, Verdict.ACCEPT).count == 10
    assert state(project.database, late)["human_status"] == "undecided"


def test_nothing_is_no_bulk(project: Project) -> None:
    with pytest.raises(BadInput, match="Nothing matches"):
        bulk.decide(ME, project, bulk.preview(ME, project, QueueFilter(epochs=(9,))), Verdict.REJECT)
    with pytest.raises(NotFound):
        bulk.get(ME, project, id_of("none"))


def test_owners_and_curators_decide_at_once_and_only_an_owner_undoes_for_others(project: Project) -> None:
    seen = bulk.preview(CY, project, SURVIVORS)
    for refused in (
        lambda: bulk.preview(ANN, project, SURVIVORS),
        lambda: bulk.decide(ANN, project, seen, Verdict.REJECT),
        lambda: bulk.reject_duplicates(ANN, project, [family(0)[1].id]),
    ):
        with pytest.raises(NotAllowed):
            refused()
    mine, theirs = reject_all(project, ME), reject_all(project, CY)
    with pytest.raises(NotAllowed, match="somebody else"):
        bulk.undo(CY, project, mine.id)
    assert bulk.undo(ME, project, theirs.id).undone
    assert [(line.person_id, line.undone) for line in bulk.latest(ANN, project)] == [("cy", True), ("local", False)]


def test_rejected_duplicates_are_one_bulk_with_that_reason(project: Project) -> None:
    ids = [family(number)[1].id for number in (1, 2)]
    line = bulk.reject_duplicates(ME, project, ids)
    assert (line.count, line.reason) == (2, Reason.DUPLICATE)
    assert counts(project) == (2, 2, 2)


def searched(studio: Studio, project: Project, wanted: QueueFilter = SURVIVORS) -> duplicates.SearchProgress:
    studio.duplicates.start(ME, project, wanted)
    deadline = time.monotonic() + 60
    while (now := studio.duplicates.progress(ME, project, wanted)) is not None and now.is_going:
        assert time.monotonic() < deadline, "the search does not end"
        time.sleep(0.01)
    assert now is not None
    return now


def test_near_duplicates_are_found_in_groups_and_leave_them_when_rejected(studio: Studio, project: Project) -> None:
    same = child(seed("seed 0"), 1)
    other = child(seed("seed 1"), 1)
    texts = ((same, f"{LONG} Number 0."), (other, "Write a poem about nothing that anybody here has heard of yet."))
    for made, text in texts:
        project.database.writer.append_now([made, revision(made, text), outcome(made)])
    now = searched(studio, project)
    assert (now.total, now.done, now.problem) == (12, 12, "")
    (group,) = now.groups
    assert len(group.ids) == 11
    assert group.ids[0] == family(0)[1].id, "the oldest leads"
    assert other.id not in group.ids
    assert dict(zip(group.ids, group.alike, strict=True))[same.id] == 1.0
    assert not group.is_exact
    bulk.reject_duplicates(ME, project, group.ids[2:])
    (left,) = duplicates.still_there(ANN, project, now.groups)
    assert left.ids == group.ids[:2]
    bulk.reject_duplicates(ME, project, group.ids[1:2])
    assert duplicates.still_there(ANN, project, now.groups) == ()


def test_a_search_can_be_stopped_and_is_for_those_who_may(studio: Studio, project: Project) -> None:
    with pytest.raises(NotAllowed):
        studio.duplicates.start(ANN, project, SURVIVORS)
    assert studio.duplicates.progress(ANN, project, SURVIVORS) is None
    studio.duplicates.start(ME, project, SURVIVORS)
    studio.duplicates.stop(ME, project)
    deadline = time.monotonic() + 60
    while (now := studio.duplicates.progress(ME, project, SURVIVORS)) is not None and now.is_going:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert now is not None
    assert now.problem in ("Stopped", "")


def test_what_is_similar_to_one_item_comes_most_alike_first(project: Project) -> None:
    found = duplicates.similar(ANN, project, family(0)[1].id)
    assert len(found) == 9
    assert [one.alike for one in found] == sorted((one.alike for one in found), reverse=True)
    assert all(one.item.text.startswith(LONG) for one in found)
    with pytest.raises(NotFound):
        duplicates.similar(ANN, project, id_of("nothing"))


def test_a_list_has_pages_in_the_order_of_its_filter(project: Project) -> None:
    pages = [item_list.page(CY, project, SURVIVORS, Sort.OLDEST, number=number, most=4) for number in (1, 2, 3, 4)]
    assert [len(page.items) for page in pages] == [4, 4, 2, 2]
    assert {page.total for page in pages} == {10}
    assert [page.number for page in pages] == [1, 2, 3, 3], "there is no page behind the last"
    listed = [item.id for page in pages[:3] for item in page.items]
    assert listed == [family(number)[1].id for number in range(10)]


def test_a_line_of_a_list_is_no_formula(project: Project) -> None:
    _, made, _ = family(0)
    project.database.writer.append_now([revision(made, '=HYPERLINK("http://example.com")\n  and more', 1)])
    (line, *_) = item_list.items(ANN, project, [made.id])
    assert line.first_words == '\'=HYPERLINK("http://example.com") and more'


def test_a_list_says_what_people_say_and_a_blind_queue_does_not(project: Project) -> None:
    _, first, _ = family(0)
    _, second, _ = family(1)
    say(project.database, first, Act.ACCEPT, "ann")
    say(project.database, second, Act.REJECT, "mira")
    open_ = item_list.page(ANN, project, SURVIVORS, Sort.OLDEST, of=queues.default(project))
    assert [item.human for item in open_.items[:3]] == ["accepted", "rejected", "undecided"]
    with pytest.raises(NotAllowed):
        item_list.page(ANN, project, SURVIVORS, Sort.OLDEST)
    blind = item_list.page(ANN, project, SURVIVORS, Sort.OLDEST, of=Queue(id="", name="b", blind=True, overlap=2))
    assert [item.human for item in blind.items[:3]] == ["accepted", None, None]
    assert {(item.operation, item.run_status, item.difficulty) for item in blind.items} == {(None, None, None)}


def test_chosen_items_are_decided_in_one_batch_and_undone_in_one(studio: Studio, project: Project) -> None:
    items = item_list.page(ANN, project, SURVIVORS, Sort.OLDEST, of=queues.default(project)).items[:3]
    done = chosen.decide(studio, ANN, project, items, Act.REJECT, reason=Reason.UNCLEAR)
    assert (len(done.trials), done.refused) == (3, ())
    rows = project.database.query("select distinct person_id, verdict, reason from standing")
    assert rows == [{"person_id": "ann", "verdict": "reject", "reason": "unclear"}]
    assert queues.lines(ANN, project)[0].waiting == 7
    assert len(chosen.undo(studio, ANN, project, done).trials) == 3
    assert counts(project) == (0, 0, 0)


def test_a_chosen_item_whose_text_has_changed_is_refused(studio: Studio, project: Project) -> None:
    items = item_list.page(ANN, project, SURVIVORS, Sort.OLDEST, of=queues.default(project)).items[:2]
    _, made, _ = family(0)
    project.database.writer.append_now([revision(made, "Another text.", 1)])
    done = chosen.decide(studio, ANN, project, items, Act.ACCEPT)
    assert len(done.trials) == 1
    assert "text was changed" in done.refused[0]
    assert chosen.decide(studio, ANN, project, items[1:], Act.FLAG).refused == ()
