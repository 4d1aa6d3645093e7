"""The builder of studies writes what the studio reads, and disturbs nothing else."""

from pathlib import Path

import pytest

from core.domain.study import StudyDesign, StudyState, StudyTask
from core.store import study_reading
from tests.builders import project_at
from tests.studies.building import FIVE, a_study, judge, siblings


@pytest.mark.parametrize("state", StudyState)
def test_a_study_is_read_as_it_was_written(tmp_path: Path, state: StudyState) -> None:
    design = StudyDesign(task=StudyTask.LIKERT, criteria=FIVE, people=("ann", "ben"), masked=("GPT",))
    with project_at(tmp_path / "p.duckdb") as database:
        id_ = a_study(database, prompts=3, systems=("one", "two", "three"), design=design, state=state)
        study = study_reading.study(database, id_)
        assert study is not None
        assert (study.design, study.state, study.prompts, study.version) == (design, state, 3, 1)
        assert [(one.name, one.responses) for one in study_reading.systems(database, id_)] == [
            ("one", 3), ("two", 3), ("three", 3),
        ]  # fmt: skip
        assert len(study_reading.candidates(database, id_)) == 9
        assert database.projection_is_right()


def test_what_was_said_is_counted_once_a_trial(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        id_ = a_study(database, prompts=2)
        judge(database, id_, "ann", "1", {"alpha-7b": 1, "beta-13b": 2})
        judge(database, id_, "ann", "1", {"alpha-7b": 2, "beta-13b": 2}, number=1)
        judge(database, id_, "ben", "2", {"beta-13b": 1, "alpha-7b": 2}, pilot=True)
        assert study_reading.count_judged(database, id_) == {False: 1, True: 1}
        assert [one.name for one in study_reading.raters(database, id_)] == ["ann", "ben"]


def test_siblings_stand_under_their_parent(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        id_ = siblings(database, {"Sort it.": {"deepen": "Sort it twice.", "concretize": "Sort a list."}})
        assert {one.operation for one in study_reading.candidates(database, id_)} == {"deepen", "concretize"}
        judge(database, id_, "ann", "1", {"deepen": 1, "concretize": 2})
        assert study_reading.count_judged(database, id_)[False] == 1
