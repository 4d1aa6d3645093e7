"""Diversity of groups: what is counted, what is left out, what was planted is found, and work in the background."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.analysis.diversity import vendi
from core.domain.diversity import SHOWN_OF_GROUPS, Diversity, Measure, Part
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.domain.queue import QueueFilter
from core.errors import NotAllowed
from core.services.exploring.diversity import Question, survivors
from core.services.exploring.explored import Explored, mark, models, references, worked_out
from core.services.exploring.pools import Drawing
from core.services.projects import Project
from core.store import embedding_log, embedding_reading, queue_reading
from tests.builders import revision, seed
from tests.services.reviewed import opened
from tests.services.spread import MODEL, REFERENCES, SEEDS, SET, SURVIVE, lineage, project

HOW = Drawing(model=MODEL, rounds=40)


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project(tmp_path_factory.mktemp("spread") / "p.duckdb") as made:
        yield made


@pytest.fixture(scope="module")
def by_epoch(spread: Project) -> Diversity:
    return measured(spread, Question(how=HOW))


def measured(project: Project, asked: Question) -> Diversity:
    found = worked_out(LOCAL_OWNER, project, asked)
    assert isinstance(found, Diversity)
    return found


def test_every_epoch_stands_beside_the_seeds_and_the_reference_set(by_epoch: Diversity) -> None:
    assert [one.group.title for one in by_epoch.groups] == ["Seeds", "Epoch 1", "Epoch 2", "a reference set"]
    n = [SEEDS, SEEDS * SURVIVE[0], SEEDS * SURVIVE[1], REFERENCES]
    assert [one.group.n for one in by_epoch.groups] == n
    assert by_epoch.conditions.equal == SEEDS * SURVIVE[1] // 2
    assert not by_epoch.left_out


def test_the_filter_of_a_group_means_as_many_as_it_says(spread: Project, by_epoch: Diversity) -> None:
    for one in by_epoch.groups:
        assert queue_reading.count(spread.database, one.group.wanted) == one.group.n


def test_an_epoch_that_says_three_things_is_found_out(by_epoch: Diversity) -> None:
    seeds, first, second, _ = by_epoch.groups
    assert second.estimates[Measure.VENDI].value == pytest.approx(3.2, abs=0.4)
    for measure in (Measure.NEAREST, Measure.VENDI, Measure.ENTROPY, Measure.COVERED):
        high, low = (one.estimates[measure] for one in (second, first))
        assert high.value is not None
        assert low.low is not None
        assert (high.value if high.high is None else high.high) < low.low, measure
    assert second.estimates[Measure.ALIKE].value == pytest.approx(1, abs=0.05)
    assert seeds.estimates[Measure.ALIKE].value == pytest.approx(0, abs=0.1)


def test_a_groups_score_at_all_of_its_texts_is_that_of_its_own_vectors(spread: Project) -> None:
    """At half of the texts a group of copies has the score that all of it has; the vectors are read as they were kept."""
    wanted = survivors(QueueFilter(epochs=(2,)))
    matrix = embedding_reading.vectors(spread.database, MODEL, wanted).matrix
    found = measured(spread, Question(how=HOW, wanted=QueueFilter(epochs=(2,)), seeds=None, part=Part.KIND))
    evolved = found.groups[0].estimates[Measure.VENDI]
    assert evolved.value is not None
    assert evolved.value == pytest.approx(vendi(matrix), rel=0.05)


def test_the_same_question_gives_the_same_numbers(spread: Project, by_epoch: Diversity) -> None:
    assert measured(spread, Question(how=HOW)) == by_epoch
    other = measured(spread, Question(how=replace(HOW, rng_seed=1)))
    assert [one.group for one in other.groups] == [one.group for one in by_epoch.groups]
    assert other.groups[1].estimates != by_epoch.groups[1].estimates


def test_another_seed_of_the_draw_stays_within_the_interval(spread: Project, by_epoch: Diversity) -> None:
    other = measured(spread, Question(how=replace(HOW, rng_seed=1)))
    for one, again in zip(by_epoch.groups, other.groups, strict=True):
        for measure in (Measure.NEAREST, Measure.VENDI):
            told, value = one.estimates[measure], again.estimates[measure].value
            assert told.low is not None
            assert told.high is not None
            assert value is not None
            assert told.low <= value <= told.high


def test_without_a_reference_set_coverage_says_so(tmp_path: Path) -> None:
    with opened(tmp_path / "p.duckdb") as bare:
        roots = [seed(f"seed {number}", number) for number in range(24)]
        bare.database.writer.append_now(
            [fact for one in roots for fact in (one, revision(one, f"Say {one.position}."))]
        )
        rows = bare.database.query("select text_hash from revision")
        vectors = np.eye(24, dtype=np.float32)
        embedding_log.add(bare.database, MODEL, [row["text_hash"] for row in rows], vectors)
        (only,) = measured(bare, Question(how=HOW, part=Part.KIND)).groups
    assert only.estimates[Measure.COVERED].value is None
    assert "no reference set" in only.estimates[Measure.COVERED].why
    assert only.estimates[Measure.VENDI].value == pytest.approx(12)


def test_a_reference_set_covers_most_of_itself(spread: Project) -> None:
    found = measured(spread, Question(how=replace(HOW, reference=SET), part=Part.OPERATION))
    assert [one.group.title for one in found.groups] == ["Seeds", "Deepen", "a reference set"]
    assert found.conditions.reference == "a reference set"
    own = next(one for one in found.groups if one.group.name == SET).estimates[Measure.COVERED]
    assert own.value is not None
    assert own.value > 0.7
    assert references(LOCAL_OWNER, spread) == {SET: "a reference set"}


def test_what_is_too_small_is_left_out_and_says_why(spread: Project) -> None:
    few = QueueFilter(epochs=(1,), difficulty_from=4.0)  # every third of the survivors
    kept = queue_reading.count(spread.database, few)
    ids = tuple(lineage(number)[1].id for number in range(9))
    found = measured(spread, Question(how=HOW, wanted=QueueFilter(ids=ids), seeds=None, part=Part.KIND))
    assert kept >= 12
    assert [group.title for group in found.left_out] == ["Evolved"]
    assert "fewer than" in found.left_out[0].why_not
    assert [one.group.title for one in found.groups] == ["a reference set"]


def test_a_run_and_what_was_grown_in_it_by_hand_are_one_group(spread: Project) -> None:
    found = measured(spread, Question(how=HOW, part=Part.RUN))
    assert [one.group.title for one in found.groups] == ["Seeds", "Run 1 · a run", "a reference set"]


def test_a_filter_that_says_what_became_of_texts_is_taken_by_its_word() -> None:
    assert survivors(QueueFilter(statuses=())).statuses == ("survived",)
    assert survivors(QueueFilter(statuses=("eliminated",))).statuses == ("eliminated",)
    assert survivors(QueueFilter(statuses=(), people=("accepted",))).statuses == ()
    assert survivors(QueueFilter(kinds=("reference",), statuses=())).statuses == ()


def test_nothing_is_measured_by_a_model_that_embedded_nothing(spread: Project) -> None:
    found = measured(spread, Question(how=replace(HOW, model="another")))
    assert not found.groups
    assert {group.without for group in found.left_out} == {60, 48, 30, 80}
    assert models(LOCAL_OWNER, spread) == {MODEL: SEEDS * 3 + REFERENCES}


def test_work_goes_on_in_the_background_with_progress_and_is_kept(spread: Project) -> None:
    explored, asked = Explored(), Question(how=replace(HOW, rounds=60))
    said = [explored.ask(LOCAL_OWNER, spread, asked)]
    while said[-1].is_going:
        time.sleep(0.05)
        said.append(explored.ask(LOCAL_OWNER, spread, asked))
    assert isinstance(said[-1].found, Diversity)
    assert [now.done for now in said] == sorted(now.done for now in said)
    assert explored.ask(LOCAL_OWNER, spread, asked).found is said[-1].found
    explored.again(LOCAL_OWNER, spread, asked)
    assert explored.ask(LOCAL_OWNER, spread, asked).found is not said[-1].found
    explored.close()


def test_work_that_nobody_wants_any_more_ends(spread: Project) -> None:
    explored, asked = Explored(), Question(how=replace(HOW, rounds=100_000))
    assert explored.ask(LOCAL_OWNER, spread, asked).is_going
    explored.stop(LOCAL_OWNER, spread, asked)
    deadline = time.monotonic() + 20
    while (now := explored.ask(LOCAL_OWNER, spread, asked)).is_going:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert now.problem == "It was stopped."


def test_the_mark_moves_with_a_new_embedding_and_with_a_new_text(tmp_path: Path) -> None:
    with opened(tmp_path / "p.duckdb") as empty:
        marks = [mark(LOCAL_OWNER, empty), mark(LOCAL_OWNER, empty)]
        empty.database.writer.append_now([seed(), revision(seed())])
        marks.append(mark(LOCAL_OWNER, empty))
        embedding_log.add(empty.database, "another", ["hash"], np.ones((1, 3), np.float32))
        marks.append(mark(LOCAL_OWNER, empty))
    assert marks[0] == marks[1] < marks[2] < marks[3]


def test_an_annotator_may_not_ask(spread: Project) -> None:
    with pytest.raises(NotAllowed):
        Explored().ask(Actor(person_id="ann", name="Ann", role=Role.ANNOTATOR), spread, Question(how=HOW))


def test_every_measure_that_is_shown_is_told_of_every_group(by_epoch: Diversity) -> None:
    for one in by_epoch.groups:
        assert all(one.estimates[measure].value is not None for measure in SHOWN_OF_GROUPS)
