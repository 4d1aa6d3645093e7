"""Queues: saved filters with a name and an address; what waits in them for whom, and what was decided today."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.check import Rule, Verdict
from core.domain.decision import Act
from core.domain.instruction import Instruction, RunStatus
from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.domain.queue import Queue, QueueFilter, Sort
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.errors import BadInput, NotAllowed, NotFound
from core.services.projects import Project, Projects
from core.services.reviewing import item_list, queue_address, queues
from core.store.queue_log import as_json, from_json
from tests.builders import NOON, PACK, RUN, SYSTEM, check, child, id_of, outcome, revision, score, seed, source
from tests.store.reviewing import say, submit

ANN = Actor(person_id="ann", name="Ann", role=Role.ANNOTATOR)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Two seeds with two children each: of the first both survived, of the second one was eliminated."""
    projects = Projects(tmp_path)
    opened = projects.open(ME, "my-project")
    facts: list[object] = [source()]
    for position, name in enumerate(("first", "second")):
        root = seed(name, position)
        facts += [root, revision(root, f"Sort the {name} list.")]
        for number in range(2):
            made = child(root, number)
            status = RunStatus.ELIMINATED if name == "second" and number else RunStatus.SURVIVED
            text = f"Sort the {name} list, {'twice ' * number}and say why."
            facts += [made, revision(made, text), outcome(made, status), score(made, 3.0 + position + number)]
            facts.append(
                check(made, Rule.NEAR_DUPLICATE, Verdict.FAIL if status is RunStatus.ELIMINATED else Verdict.PASS)
            )
    opened.database.writer.append_now(facts)
    yield opened
    projects.close()


def survivors() -> list[Instruction]:
    return [child(seed("first")), child(seed("first"), 1), child(seed("second"))]


def given_to(project: Project, of: Instruction, queue_id: str, person: str) -> str:
    """A trial of a queue. → its id."""
    id_ = id_of(f"{of.id} {queue_id} {person}")
    (now,) = project.database.query("select revision_id from instruction_state where id = ?", [of.id])
    project.database.writer.append_now(
        [
            Trial(id=id_, kind=TrialKind.REVIEW, person_id=person, origin=TrialOrigin.FRESH, queue_id=queue_id),
            TrialSlot(trial_id=id_, position=0, revision_id=now["revision_id"]),
        ]
    )
    return id_


def test_every_project_has_the_survivors_without_anybody_saving_them(project: Project) -> None:
    (line,) = queues.lines(ME, project)
    assert (line.queue.name, line.waiting, line.accepted, line.rejected, line.last) == ("Survivors", 3, 0, 0, None)
    assert queues.get(ANN, project, line.queue.id) == queues.default(project)


def test_a_saved_queue_is_listed_after_it_and_keeps_everything(project: Project) -> None:
    wanted = QueueFilter(difficulty_from=4.0, skills=("Math", ""), has_note=False, find="why")
    made = queues.save(
        ME,
        project,
        Queue(
            id="", name=" hard   ones ", filter=wanted, sort=Sort.HARDEST, overlap=3, overlap_share=0.2, blind=True,
            audit_share=0.1, repeat_share=0.05,
        ),
    )  # fmt: skip
    assert made.name == "hard ones"
    assert queues.get(ME, project, made.id) == made
    assert [line.queue.name for line in queues.lines(ME, project)] == ["Survivors", "hard ones"]


def test_a_rename_a_change_and_an_archive_leave_an_audit_row_each(project: Project) -> None:
    made = queues.save(ME, project, Queue(id="", name="one"))
    queues.rename(ME, project, made.id, "two")
    queues.save(ME, project, replace(queues.get(ME, project, made.id), sort=Sort.RANDOM))
    queues.archive(ME, project, made.id)
    assert [line.queue.name for line in queues.lines(ME, project)] == ["Survivors"]
    assert queues.get(ME, project, made.id).archived, "its address still opens it"
    queues.restore(ME, project, made.id)
    assert [line.queue.sort for line in queues.lines(ME, project)] == [Sort.OLDEST, Sort.RANDOM]
    said = project.database.query("select act, subject from audit where act like 'queue%' order by seq")
    assert [row["act"] for row in said] == [
        "queue made", "queue changed", "queue changed", "queue archived", "queue restored"
    ]  # fmt: skip
    assert said[1]["subject"] == f"two {made.id}"


def test_the_default_queue_can_be_renamed_and_stays_first(project: Project) -> None:
    queues.save(ME, project, Queue(id="", name="other"))
    queues.rename(ME, project, queues.default(project).id, "All that lived")
    assert [line.queue.name for line in queues.lines(ME, project)] == ["All that lived", "other"]


@pytest.mark.parametrize(
    "wrong",
    [Queue(id="", name=" "), Queue(id="", name="x" * 81), Queue(id="", name="a", overlap=0), Queue(id="", name="a", audit_share=1.5), Queue(id="", name="Survivors")],
)  # fmt: skip
def test_what_can_be_no_queue_is_refused_in_words(project: Project, wrong: Queue) -> None:
    with pytest.raises(BadInput):
        queues.save(ME, project, wrong)
    assert len(queues.lines(ME, project)) == 1


def test_an_unknown_queue_is_not_found(project: Project) -> None:
    for id_ in ("nonsense", id_of("nothing")):
        with pytest.raises(NotFound, match="no such queue"):
            queues.get(ME, project, id_)


def test_an_annotator_sees_queues_and_changes_none(project: Project) -> None:
    usual = queues.lines(ANN, project)[0].queue
    for change in (
        lambda: queues.save(ANN, project, usual),
        lambda: queues.rename(ANN, project, usual.id, "mine"),
        lambda: queues.archive(ANN, project, usual.id),
        lambda: queues.restore(ANN, project, usual.id),
    ):
        with pytest.raises(NotAllowed):
            change()


def test_what_waits_is_what_one_has_not_decided(project: Project) -> None:
    first, second, third = survivors()
    say(project.database, first, Act.ACCEPT, "ann")
    assert queues.lines(ANN, project)[0].waiting == queues.lines(ME, project)[0].waiting == 2
    twice = queues.save(ME, project, Queue(id="", name="twice", overlap=2))
    assert [line.waiting for line in queues.lines(ANN, project)] == [2, 2], "her own does not come again"
    assert [line.waiting for line in queues.lines(ME, project)] == [2, 3]
    say(project.database, second, Act.REJECT, ME.person_id)
    say(project.database, third, Act.SKIP, ME.person_id)
    assert [line.waiting for line in queues.lines(ME, project)] == [1, 2]
    assert queues.get(ME, project, twice.id).overlap == 2


def test_a_list_says_nothing_of_what_waits_for_ones_own_verdict_in_whatever_queue(project: Project) -> None:
    """Ann decides; a queue of overlap 2 wants her verdict too, so no other list may tell her what the others said."""
    first, second, _ = survivors()
    say(project.database, first, Act.ACCEPT, "bea")
    say(project.database, second, Act.REJECT, "bea")
    usual = queues.default(project)

    def told(who: Actor) -> dict[str, str | None]:
        page = item_list.page(who, project, usual.filter, usual.sort, of=usual)
        return {one.id: one.human for one in page.items if one.id in (first.id, second.id)}

    assert told(ANN) == {first.id: "accepted", second.id: "rejected"}, "one verdict is enough: hers is not due"
    twice = queues.save(ME, project, Queue(id="", name="twice", overlap=2))
    assert told(ANN) == {first.id: None, second.id: None}
    say(project.database, first, Act.REJECT, ANN.person_id)
    assert told(ANN) == {first.id: told(ME)[first.id], second.id: None}
    queues.archive(ME, project, twice.id)
    assert told(ANN)[second.id] == "rejected"


def test_a_queue_counts_the_verdicts_given_in_it_that_hold(project: Project) -> None:
    usual = queues.default(project).id
    for act, of in zip((Act.ACCEPT, Act.REJECT, Act.REJECT), survivors(), strict=True):
        trial = given_to(project, of, usual, "ann")
        submit(project.database, trial, act, "ann")
    submit(project.database, trial, Act.UNDO, "ann")
    (line,) = queues.lines(ME, project)
    assert (line.waiting, line.accepted, line.rejected, line.last) == (1, 1, 1, NOON)


def test_one_goes_on_in_the_queue_that_one_left(project: Project) -> None:
    found = queues.left_off(ME, project)
    assert found is not None
    assert (found.queue.name, found.waiting) == ("Survivors", 3)
    other = queues.save(ME, project, Queue(id="", name="of the first", filter=QueueFilter(seed_id=seed("first").id)))
    first, second, third = survivors()
    submit(project.database, given_to(project, first, other.id, ME.person_id), Act.ACCEPT, ME.person_id)
    found = queues.left_off(ME, project)
    assert found is not None
    assert (found.queue.name, found.waiting) == ("of the first", 1)
    submit(project.database, given_to(project, second, other.id, ME.person_id), Act.ACCEPT, ME.person_id)
    found = queues.left_off(ME, project)
    assert found is not None
    assert (found.queue.name, found.waiting) == ("Survivors", 1)
    say(project.database, third, Act.REJECT, ME.person_id)
    assert queues.left_off(ME, project) is None


def test_a_day_is_counted_by_queue_with_its_pace(project: Project) -> None:
    usual = queues.default(project).id
    first, second, third = survivors()
    submit(project.database, given_to(project, first, usual, "ann"), Act.ACCEPT, "ann", active_ms=4_000)
    submit(project.database, given_to(project, second, usual, "ann"), Act.REJECT, "ann", active_ms=8_000)
    say(project.database, third, Act.ACCEPT, "ann")
    inside, outside = queues.today(ANN, project, NOON - timedelta(hours=1))
    assert (inside.name, inside.decided, inside.accepted, inside.pace_s) == ("Survivors", 2, 1, 6.0)
    assert (outside.name, outside.decided, outside.accepted, outside.pace_s) == ("", 1, 1, None)
    assert queues.today(ANN, project, NOON + timedelta(hours=1)) == ()
    assert queues.today(ME, project, datetime(2020, 1, 1, tzinfo=UTC)) == ()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (QueueFilter(), 3),
        (QueueFilter(statuses=("eliminated",)), 1),
        (QueueFilter(statuses=()), 4),
        (QueueFilter(kinds=("seed",)), 2),
        (QueueFilter(kinds=("seed", "evolved"), statuses=()), 6),
        (QueueFilter(seed_id=id_of("first")), 2),
        (QueueFilter(epochs=(2,)), 0),
        (QueueFilter(operations=("deepen",)), 3),
        (QueueFilter(difficulty_from=4.0), 2),
        (QueueFilter(difficulty_to=3.0), 1),
        (QueueFilter(words_from=8), 1),
        (QueueFilter(find="SECOND"), 1),
        (QueueFilter(people=("accepted",)), 0),
        (QueueFilter(is_flagged=True), 0),
        (QueueFilter(has_note=False), 3),
        (QueueFilter(decided_by="ann"), 0),
        (QueueFilter(grown_in=RUN), 3),
        (QueueFilter(grown_in=RUN, kinds=("seed",)), 2),
        (QueueFilter(grown_in=id_of("another run")), 0),
        (QueueFilter(failed="refusal"), 0),
        (QueueFilter(failed="near_duplicate", statuses=("eliminated",)), 1),
        (QueueFilter(made_by=(SYSTEM, id_of("another"))), 3),
        (QueueFilter(made_by=(id_of("another"),)), 0),
        (QueueFilter(packs=(PACK,)), 3),
        (QueueFilter(packs=("1" * 64,)), 0),
        (QueueFilter(added_from=12), 3),
        (QueueFilter(added_to=11), 0),
        (QueueFilter(said_from=1.0), 0),
        (QueueFilter(said_to=10.0), 0),
        (QueueFilter(ids=(child(seed("first")).id, seed("first").id)), 1),
    ],
)
def test_each_field_of_a_filter_narrows(project: Project, wanted: QueueFilter, expected: int) -> None:
    assert queues.count(ANN, project, wanted) == expected


def test_the_choices_are_what_the_project_has(project: Project) -> None:
    found = queues.choices(ANN, project)
    assert found.epochs == (1,)
    assert list(found.sources.values()) == ["a file"]


TEXT = st.text(max_size=12)
FILTERS = st.builds(
    QueueFilter,
    run_id=st.sampled_from([None, id_of("run")]),
    seed_id=st.sampled_from([None, id_of("seed")]),
    kinds=st.sampled_from([(), ("evolved",), ("seed", "evolved")]),
    statuses=st.sampled_from([(), ("survived",), ("eliminated", "error")]),
    people=st.sampled_from([(), ("undecided", "disputed")]),
    epochs=st.lists(st.integers(0, 9), max_size=3).map(tuple),
    operations=st.sampled_from([(), ("deepen", "mutate")]),
    rule=st.none() | TEXT.filter(bool),
    skills=st.lists(TEXT, max_size=3).map(tuple),
    difficulty_from=st.none() | st.floats(0, 10),
    words_to=st.none() | st.integers(0, 900),
    decided_by=st.none() | TEXT.filter(bool),
    has_note=st.sampled_from([None, True, False]),
    is_flagged=st.sampled_from([None, True, False]),
    set_aside=st.sampled_from([None, True, False]),
    find=TEXT,
    grown_in=st.sampled_from([None, id_of("run")]),
    failed=st.none() | TEXT.filter(bool),
    made_by=st.sampled_from([(), (id_of("system"), id_of("another"))]),
    packs=st.sampled_from([(), ("0" * 64,)]),
    added_from=st.none() | st.integers(-900, 900),
    said_to=st.none() | st.floats(1, 10),
    map_id=st.sampled_from([None, id_of("map")]),
    clusters=st.lists(st.integers(0, 40), max_size=3).map(tuple),
    selection_id=st.sampled_from([None, id_of("selection")]),
    ids=st.sampled_from([(), (id_of("one"), id_of("two"))]),
)


@given(FILTERS, st.sampled_from(list(Sort)))
def test_any_filter_survives_its_address_and_its_file(wanted: QueueFilter, sort: Sort) -> None:
    query = queue_address.to_query(wanted, sort)
    assert queue_address.from_query(query) == wanted
    assert queue_address.sort_from(query) is sort
    assert from_json(as_json(wanted)) == wanted
    assert queue_address.names_a_filter(query) == ((wanted, sort) != (QueueFilter(), Sort.OLDEST))


def test_an_address_has_a_name_for_every_field() -> None:
    changed = {one.name for one in fields(QueueFilter)}
    named = {queue_address.field_of(name) for name in queue_address.NAMES if name != queue_address.ORDER}
    assert named == changed


@pytest.mark.parametrize(
    ("name", "value"),
    [("epoch", "x"), ("epoch", "-1"), ("difficulty_from", "nan"), ("words_to", "9" * 30), ("run", "1"), ("kind", "cat"), ("note", "perhaps")],
)  # fmt: skip
def test_an_address_that_asks_for_nonsense_says_so(name: str, value: str) -> None:
    with pytest.raises(BadInput, match=name):
        queue_address.from_query({name: [value]})
