"""Judgments made elsewhere go into a closed copy of a study, row by row taken or refused; preferences come out of votes."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.study import RaterKind, StudyEventKind, StudyState
from core.errors import BadInput
from core.services.evaluating import result_views, study_judgments, study_making, study_pairs
from core.services.evaluating.result_views import View
from core.services.evaluating.results import Results, Selection
from core.services.projects import Project
from tests.services.studied import SYSTEMS, a_project, judged
from tests.studies.building import happened, judge, siblings

A, B, C = SYSTEMS
HEAD = "prompt,system,rater,rank,score,criterion\n"
ROWS = [
    f"1,{A},ann,1,,", f"1,{B},ann,2,,", f"1,{C},ann,2,,", f"2,{A},ann,2,,", f"2,{B},ann,1,,", f"1,{A},bob,1,,", f"1,{B},bob,1,,",
]  # fmt: skip
BAD = [
    f"9,{A},ann,1,,", "1,unheard-of,ann,1,,", f"1,{A},ann,1,,", f"1,{A},cat,0,,", f"1,{B},cat,1.5,,", f"1,{C},cat,,,",
    f"1,{C},cat,first,,", f"1,{C},,1,,",
]  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Project, str]]:
    with a_project(tmp_path) as project:
        yield project, judged(project.database, [[(1, 2, 3)], [(1, 2, 3)]])


def written(path: Path, rows: list[str]) -> Path:
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_every_row_is_taken_or_refused_with_its_reason(here: tuple[Project, str], tmp_path: Path) -> None:
    project, id_ = here
    found = study_judgments.import_file(ME, project, id_, written(tmp_path / "j.csv", ROWS + BAD), name="j.csv")
    assert (found.taken, found.trials, found.raters, found.refused.count) == (7, 3, 2, 8)
    assert {one.row for one in found.refused.shown} == set(range(9, 17))
    reasons = " ".join(one.reason for one in found.refused.shown)
    for words in ("no prompt of the study", "no system of the study", "said already", "no rank", "neither", "empty"):
        assert words in reasons


def test_they_stand_in_a_closed_copy_and_only_results_are_computed_of_them(
    here: tuple[Project, str], tmp_path: Path
) -> None:
    project, id_ = here
    before = Results().open(ME, project, id_).rows.mark.judged
    found = study_judgments.import_file(ME, project, id_, written(tmp_path / "j.csv", ROWS), name="j.csv")
    copy = study_making.one(ME, project, found.study_id)
    assert (copy.state, copy.version, copy.from_id) == (StudyState.CLOSED, 2, id_)
    opened = Results().open(ME, project, copy.id)
    assert [one.kind for one in opened.raters] == [RaterKind.IMPORTED, RaterKind.IMPORTED]
    first = next(
        one
        for one in result_views.of_every_pair(opened, View(judged=Selection(by="imported")))
        if one.name == f"{A} – {B}"
    )
    assert (first.record.wins, first.record.ties, first.record.losses) == (0, 1, 1)  # one for A and one tie on 1: a tie
    assert len(Results().open(ME, project, id_).ballots(Selection()).trial) == 6
    assert before < opened.rows.mark.judged


def test_json_lines_and_parquet_say_the_same(here: tuple[Project, str], tmp_path: Path) -> None:
    project, id_ = here
    csv = written(tmp_path / "j.csv", ROWS)
    lines, parquet = tmp_path / "j.jsonl", tmp_path / "j.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute("select * from read_csv(?)", [str(csv)]).df().to_dict("records")
        connection.execute(
            "copy (select * from read_csv($csv)) to $to (format parquet)", {"csv": str(csv), "to": str(parquet)}
        )
    kept = [{name: value for name, value in row.items() if value == value and value is not None} for row in rows]
    lines.write_text("\n".join(json.dumps(row, default=str) for row in kept), encoding="utf-8")
    for path in (lines, parquet):
        assert study_judgments.import_file(ME, project, id_, path, name=path.name).taken == 7


def test_a_file_without_a_usable_row_makes_no_copy(here: tuple[Project, str], tmp_path: Path) -> None:
    project, id_ = here
    with pytest.raises(BadInput, match="No row of it can be used"):
        study_judgments.import_file(ME, project, id_, written(tmp_path / "j.csv", BAD[:2] + BAD[3:]), name="j.csv")
    assert len(study_making.every(ME, project)) == 1


def test_a_preference_has_its_texts_its_margin_and_its_votes(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, [[(1, 2), (1, 2), (2, 1), (1, 1)], [(1, 1), (2, 1), (1, 2)]])
        opened = Results().open(ME, project, id_)
        found = study_pairs.pairs(ME, project, opened, Selection())
        (row,) = [json.loads(line) for line in found.lines]
        assert (row["chosen_by"], row["rejected_by"], row["margin"], row["votes"]) == (A, B, 0.25, 4)
        assert (row["votes_for"], row["votes_against"], row["ties"], row["key"]) == (2, 1, 1, "1")
        assert row["chosen"] != row["rejected"]
        none = study_pairs.pairs(ME, project, opened, Selection(), least_margin=0.3)
        assert (none.count, list(none.lines)) == (0, [])


def test_siblings_give_pairs_of_prompts_of_children_of_one_parent(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = siblings(
            project.database, {"Sort a list.": {"deepen": "Sort a list stably.", "concretize": "Sort names."}}
        )
        judge(project.database, id_, "ann", "1", {"deepen": 1, "concretize": 2})
        happened(project.database, id_, StudyEventKind.CLOSED)
        found = study_pairs.pairs(ME, project, Results().open(ME, project, id_), Selection())
        (row,) = [json.loads(line) for line in found.lines]
        assert (row["prompt"], row["chosen"], row["rejected"]) == ("Sort a list.", "Sort a list stably.", "Sort names.")
        assert found.left_out == 0
