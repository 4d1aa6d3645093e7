"""Studies out of the project itself; and that a study leaves the project's own lists, counts and exports as they were."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain import ids
from core.domain.export import ExportFormat, Order
from core.domain.instruction import RunStatus
from core.domain.person import Actor, Role
from core.domain.queue import QueueFilter
from core.domain.study import StudyDesign, StudyTask
from core.domain.study_import import Sample, Stratum
from core.errors import BadInput
from core.services.evaluating import studies, study_prompts, study_sampling
from core.services.exchanging import exports
from core.services.growing import seeds
from core.services.projects import Project
from core.services.reviewing import answers, queues
from core.store import duplicate_reading, study_reading
from tests.builders import child, id_of, label, outcome, response, revision, run, score, seed, source, system
from tests.services.reviewed import furnish, opened
from tests.studies.building import a_study

LEAD = Actor(person_id="lena", name="Lena", role=Role.CURATOR)
EVERYTHING = QueueFilter(kinds=(), statuses=(), set_aside=None)
SURVIVORS = QueueFilter()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(tmp_path / "p.duckdb") as project:
        yield project


def grow(project: Project, n_seeds: int = 6) -> None:
    """Seeds of two skills, each with two surviving children (one of them rejected every third time), all answered."""
    facts: list[object] = [source("a file"), system(), run()]
    for number in range(n_seeds):
        root = seed(f"seed {number}", number)
        facts += [root, revision(root, f"Seed {number}."), label(root, "Math" if number % 2 else "Law")]
        for nth in range(2):
            one = child(root, nth)
            answer = response(one)
            facts += [one, revision(one, f"Child {nth} of {number}."), outcome(one), score(one, 3.0 + 6 * nth)]
            facts += [answer, revision(answer, f"Answer {nth} of {number}.")]
    project.database.writer.append_now(facts)


def everything_else(project: Project) -> dict[str, object]:
    """What pages outside of Studies show of a project."""
    database = project.database
    return {
        "queues": [queues.count(LEAD, project, wanted) for wanted in (EVERYTHING, SURVIVORS)],
        "lines": queues.lines(LEAD, project),
        "choices": queues.choices(LEAD, project),
        "seeds": (seeds.count(LEAD, project), seeds.page(LEAD, project, most=100), seeds.sources(LEAD, project)),
        "shares": seeds.shares(LEAD, project),
        "answers": answers.count_waiting(LEAD, project),
        "alike": duplicate_reading.sharing_words(database, ["say", "why", "prompt"], id_of("none"), 50),
        "exports": [
            (format_, exports.count(LEAD, project, Order(format=format_, wanted=None)).rows) for format_ in ExportFormat
        ],
        "states": database.query(
            "select * from instruction_state where id not in (select id from instruction where kind = 'prompt') order by id"
        ),
    }


def test_a_study_leaves_everything_else_of_a_project_as_it_was(project: Project, tmp_path: Path) -> None:
    furnish(project.database)
    before = everything_else(project)
    lineage = exports.write(LEAD, project, Order(format=ExportFormat.LINEAGE, wanted=None), tmp_path / "before.jsonl")
    a_study(project.database, prompts=5)
    study = studies.create(LEAD, project, "A sample")
    wanted = Sample(n=3, wanted=QueueFilter(statuses=(), people=()))
    assert study_sampling.sample(LEAD, project, study.id, wanted).taken == 3
    assert everything_else(project) == before
    assert project.database.projection_is_right()
    after = exports.write(LEAD, project, Order(format=ExportFormat.LINEAGE, wanted=None), tmp_path / "after.jsonl")
    assert after.counted.rows == lineage.counted.rows
    rows = [(tmp_path / name).read_text("utf-8").splitlines()[1:-1] for name in ("before.jsonl", "after.jsonl")]
    assert rows[0] == rows[1]


def test_a_sample_is_spread_over_skill_difficulty_and_epoch_and_is_a_copy(project: Project) -> None:
    grow(project)
    study = studies.create(LEAD, project, "A study")
    wanted = Sample(n=8, over=(Stratum.SKILL, Stratum.DIFFICULTY), wanted=SURVIVORS, rng_seed=3)
    assert study_sampling.sample(LEAD, project, study.id, wanted).taken == 8
    found = study_prompts.listed(LEAD, project, study.id)
    strata = sorted((str(one.skill), one.model_difficulty) for one in found)
    assert strata == [(skill, hard) for skill in ("Law", "Math") for hard in (3.0, 3.0, 9.0, 9.0)]
    assert {(one.epoch, one.operation, one.author_difficulty) for one in found} == {(1, "deepen", None)}
    assert not {one.instruction_id for one in found} & {one.from_instruction_id for one in found}
    assert all(text.startswith("Child ") for text in study_prompts.texts(LEAD, project, found))


def test_the_same_seed_draws_the_same_sample(project: Project) -> None:
    grow(project)
    drawn = []
    for name in ("one", "two"):
        study = studies.create(LEAD, project, name)
        study_sampling.sample(LEAD, project, study.id, Sample(n=5, wanted=SURVIVORS, rng_seed=7))
        drawn.append([one.from_instruction_id for one in study_prompts.listed(LEAD, project, study.id)])
    assert drawn[0] == drawn[1]


def test_a_sample_says_what_is_short_and_merges_what_is_there(project: Project) -> None:
    grow(project, 2)
    study = studies.create(LEAD, project, "A study")
    report = study_sampling.sample(LEAD, project, study.id, Sample(n=50, wanted=SURVIVORS))
    assert (report.taken, report.merged, report.short_by) == (4, 0, 46)
    assert study_sampling.sample(LEAD, project, study.id, Sample(n=4, wanted=SURVIVORS)).merged == 4
    with pytest.raises(BadInput, match="No instruction is meant"):
        study_sampling.sample(LEAD, project, study.id, Sample(n=4))


def test_the_datasets_own_responses_are_a_system_only_for_the_text_that_is_asked(project: Project) -> None:
    grow(project, 3)
    study = studies.create(LEAD, project, "A study")
    study_sampling.sample(LEAD, project, study.id, Sample(n=6, wanted=SURVIVORS))
    edited = next(one for one in study_prompts.listed(LEAD, project, study.id))
    assert edited.from_instruction_id is not None
    assert study_sampling.take_own_responses(LEAD, project, study.id) == 6
    (own,) = studies.systems(LEAD, project, study.id)
    assert (own.name, own.responses) == (study_sampling.OWN_NAME, 6)
    with pytest.raises(BadInput, match="already"):
        study_sampling.take_own_responses(LEAD, project, study.id)
    other = studies.create(LEAD, project, "Another")
    study_sampling.sample(LEAD, project, other.id, Sample(n=6, wanted=SURVIVORS))
    _edit(project, edited.from_instruction_id, "Another text.")
    assert study_sampling.take_own_responses(LEAD, project, other.id) == 6  # they answer the texts that were sampled
    third = studies.create(LEAD, project, "Third")
    study_sampling.sample(LEAD, project, third.id, Sample(n=6, wanted=SURVIVORS))
    assert study_sampling.take_own_responses(LEAD, project, third.id) == 5


def _edit(project: Project, instruction_id: str, text: str) -> None:
    from core.domain.instruction import Revision

    fact = Revision(
        id=ids.revision_id(instruction_id, 1), of="instruction", of_id=instruction_id, number=1, text=text,
        text_hash=ids.text_hash(text), words=2, by="lena",
    )  # fmt: skip
    project.database.writer.append_now([fact], by_person=True)


def test_families_bring_their_children_as_what_is_compared(project: Project) -> None:
    grow(project, 4)
    study = studies.create(LEAD, project, "Siblings", StudyDesign(task=StudyTask.SIBLINGS))
    assert study_sampling.count_families(LEAD, project) == 4
    report = study_sampling.take_families(LEAD, project, study.id, 3)
    assert (report.taken, report.short_by) == (3, 0)
    assert study_sampling.take_families(LEAD, project, study.id, 3).short_by == 2
    found = study_reading.candidates(project.database, study.id)
    assert len(found) == 8
    assert {one.operation for one in found} == {"deepen"}
    assert {one.system_id for one in found} == {None}
    texts = study_reading.texts(project.database, (one.revision_id for one in found))
    assert sorted(texts.values()) == sorted(f"Child {nth} of {n}." for n in range(4) for nth in range(2))
    assert studies.open_study(LEAD, project, study.id).takes_judgments
    fresh = studies.new_version(LEAD, project, study.id)
    assert len(study_reading.candidates(project.database, fresh.id)) == 8


def test_a_child_that_did_not_survive_is_no_sibling(project: Project) -> None:
    grow(project, 2)
    root = seed("seed 0", 0)
    project.database.writer.append_now(
        [lost := child(root, 5), revision(lost, "Lost."), outcome(lost, RunStatus.ELIMINATED)]
    )
    study = studies.create(LEAD, project, "Siblings", StudyDesign(task=StudyTask.SIBLINGS))
    study_sampling.take_families(LEAD, project, study.id, 2)
    assert len(study_reading.candidates(project.database, study.id)) == 4
