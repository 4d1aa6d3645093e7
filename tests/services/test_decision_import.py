"""Decisions and labels that were made elsewhere: taken whole or not at all, by people of their own, in the order of their times."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.domain.export import ExportFormat, Order
from core.domain.history import HistoryFilter
from core.domain.person import LOCAL_OWNER as ME
from core.domain.source import ImportProgress
from core.errors import BadInput
from core.services.exchanging import decision_import, exports
from core.services.growing import seeds
from core.services.projects import Project
from core.services.reviewing import history
from core.services.reviewing.desk import Desk
from tests.builders import child, revision, run, seed, system
from tests.services.reviewed import opened
from tests.services.said_elsewhere import BELOW, FIRST, ROOT, SECOND, lines, small_tree


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with small_tree(tmp_path) as made:
        yield made


def status(project: Project, id_: str) -> tuple[str, int, bool]:
    sql = "select human_status, n_decisions, set_aside from instruction_state where id = ?"
    (row,) = project.database.query(sql, [id_])
    return row["human_status"], row["n_decisions"], row["set_aside"]


def test_verdicts_reasons_notes_flags_and_skills_become_facts_of_imported_people(
    project: Project, tmp_path: Path
) -> None:
    file = lines(
        tmp_path,
        {
            "id": FIRST.id,
            "verdict": "reject",
            "reason": "no_gain",
            "note": "Same.",
            "annotator": "Ann",
            "time": "2026-01-02",
        },
        {"instruction": "Count down.", "verdict": "accepted", "annotator": "Bo", "time": "2026-01-01T10:00:00+02:00"},
        {"id": SECOND.id, "verdict": "flag", "annotator": "Ann"},
        {"id": ROOT.id, "skill": "math", "annotator": "Ann"},
        {"id": BELOW.id, "verdict": "", "note": "Is this Latin?", "annotator": "Ann"},
    )
    said = decision_import.import_file(ME, project, file)
    assert (said.counted.decisions, said.counted.labels, said.counted.refused_count) == (4, 1, 0)
    assert said.counted.people == (("Ann", 4), ("Bo", 1))
    assert status(project, FIRST.id) == ("rejected", 1, False)
    assert status(project, SECOND.id) == ("accepted", 1, False)
    assert status(project, BELOW.id) == ("undecided", 0, True)
    assert said.set_aside == 1
    assert seeds.skills(ME, project) == {"Math": 1}
    rows = project.database.query("select person_id, act, origin, decided_at_browser from decision order by seq")
    assert [row["person_id"] for row in rows] == ["imported:Bo", "imported:Ann", "imported:Ann", "imported:Ann"]
    assert {row["origin"] for row in rows} == {"imported"}
    assert rows[0]["decided_at_browser"].isoformat().startswith("2026-01-01T08:00")
    assert project.database.projection_is_right()
    assert project.database.query("select kind from person where id = 'imported:Bo'") == [{"kind": "imported"}]


def test_they_stand_in_the_history_and_one_can_be_taken_back_there(project: Project, tmp_path: Path) -> None:
    file = lines(tmp_path, {"id": FIRST.id, "verdict": "reject", "reason": "duplicate", "person": "Ann"})
    decision_import.import_file(ME, project, file)
    (entry,) = history.page(ME, project, HistoryFilter()).entries
    assert entry.person == "Ann"
    history.undo(Desk(), ME, project, entry.id)
    assert status(project, FIRST.id) == ("undecided", 0, False)
    assert status(project, BELOW.id) == ("undecided", 0, False)


def test_the_same_said_again_in_a_file_or_a_later_one_is_not_said_twice(project: Project, tmp_path: Path) -> None:
    row = {"id": FIRST.id, "verdict": "accept", "person": "Ann", "time": "2026-01-02T03:04:05Z"}
    first = decision_import.import_file(ME, project, lines(tmp_path, row, row))
    assert (first.counted.decisions, first.counted.known) == (1, 1)
    more = {"id": SECOND.id, "verdict": "accept", "person": "Ann"}
    second = decision_import.import_file(ME, project, lines(tmp_path, row, more))
    assert (second.counted.decisions, second.counted.known) == (1, 1)
    again = decision_import.import_file(ME, project, lines(tmp_path, row, more))
    assert (again.counted.decisions, again.counted.known) == (0, 2)
    assert len(project.database.query("select id from source where kind = 'decisions'")) == 2


BAD = {
    "is not JSON": "{",
    "names no instruction": {"verdict": "accept", "person": "Ann"},
    "its `id` is no id of an instruction": {"id": "seed-1", "verdict": "accept", "person": "Ann"},
    "is about an instruction that is not here": {"instruction": "Else.", "verdict": "accept", "person": "Ann"},
    "is about another text of this instruction": {"id": FIRST.id, "instruction": "Old.", "verdict": "accept", "person": "Ann"},
    "its `verdict` is none of accept, reject, flag, note": {"id": FIRST.id, "verdict": "maybe", "person": "Ann"},
    "its `reason` is none of": {"id": FIRST.id, "verdict": "reject", "reason": "dull", "person": "Ann"},
    "does not say who said it": {"id": FIRST.id, "verdict": "accept"},
    "says nothing": {"id": FIRST.id, "person": "Ann"},
    "is no time such as": {"id": FIRST.id, "verdict": "accept", "person": "Ann", "time": "yesterday"},
    "is still to come": {"id": FIRST.id, "verdict": "accept", "person": "Ann", "time": "2999-01-01"},
    "contradicts row 1 of the same person and time": {"id": SECOND.id, "verdict": "reject", "person": "Ann"},
    "gives a skill to no seed": {"id": FIRST.id, "skill": "Math", "person": "Ann"},
    "holds a NUL character": {"id": FIRST.id, "verdict": "accept", "note": "a\x00b", "person": "Ann"},
    "half a character": {"id": FIRST.id, "verdict": "accept", "note": "\ud83d", "person": "Ann"},
}  # fmt: skip


@pytest.mark.parametrize("why", BAD)
def test_one_bad_row_refuses_the_file_and_says_which_and_why(project: Project, tmp_path: Path, why: str) -> None:
    good, bad = {"id": SECOND.id, "verdict": "accept", "person": "Ann"}, BAD[why]
    file = tmp_path / "said.jsonl"
    every_column = {"reason": "", "note": "", "time": "", "skill": "", "instruction": ""}
    bad_line = bad if isinstance(bad, str) else json.dumps(bad)
    file.write_text(f"{json.dumps(good | every_column)}\n{bad_line}\n", encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        decision_import.import_file(ME, project, file)
    assert refused.value.what.startswith("Row 2 ")
    assert why in refused.value.what
    assert project.database.query("select 1 from decision") == []
    assert project.database.query("select 1 from source") == []
    counted = decision_import.check(ME, project, file)
    assert (counted.decisions, counted.refused_count) == (1, 1)
    assert decision_import.import_file(ME, project, file, whole=False).counted.decisions == 1


def test_two_instructions_with_one_text_have_to_be_named_by_their_ids(project: Project, tmp_path: Path) -> None:
    project.database.writer.append_now([twin := seed("twin", 1), revision(twin, "Count.")])
    row = {"instruction": "Count.", "verdict": "accept", "person": "Ann"}
    with pytest.raises(BadInput, match="has the text of 2 instructions; give the id too"):
        decision_import.import_file(ME, project, lines(tmp_path, row))
    decision_import.import_file(ME, project, lines(tmp_path, row | {"id": twin.id}))
    assert (status(project, twin.id)[0], status(project, ROOT.id)[0]) == ("accepted", "undecided")


def test_a_table_without_names_is_taken_as_said_by_whom_the_person_names(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "said.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, delimiter=";")
        table.writerows([["Instruction", "Status"], ["Count down.", "Accepted"], ["Count to ten.", "undecided"]])
    found = decision_import.look(ME, file)
    assert (found.columns.text, found.columns.act, found.lacks) == ("Instruction", "Status", "")
    with pytest.raises(BadInput, match="No row of it can be used; row 2 does not say who said it"):
        decision_import.import_file(ME, project, file)
    said = decision_import.import_file(ME, project, file, by="A spreadsheet", whole=False)
    assert (said.counted.decisions, said.counted.refused_count) == (1, 1)


def test_an_import_that_is_stopped_takes_nothing(project: Project, tmp_path: Path) -> None:
    class Stopped(Exception): ...

    def stop(now: ImportProgress) -> None:
        if now.is_writing:
            raise Stopped

    row = {"id": FIRST.id, "verdict": "accept", "person": "Ann"}
    with pytest.raises(Stopped):
        decision_import.import_file(ME, project, lines(tmp_path, row), tell=stop)
    assert project.database.query("select 1 from decision") == []


def test_a_hundred_thousand_rows_with_one_bad_line_are_refused_by_that_line_and_nothing_is_taken(
    project: Project, tmp_path: Path
) -> None:
    file, n = tmp_path / "many.jsonl", 100_000
    good = json.dumps({"id": FIRST.id, "verdict": "accept", "person": "Ann", "time": "2026-01-02"})
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{good}\n" if number != n - 5 else "not JSON\n" for number in range(1, n + 1))
    with pytest.raises(BadInput, match=f"Row {n - 5:,} is not JSON"):
        decision_import.import_file(ME, project, file)
    assert project.database.query("select 1 from decision") == []


def test_our_own_table_comes_back_with_the_verdicts_that_were_written_into_it(tmp_path: Path) -> None:
    out, back = tmp_path / "out.csv", tmp_path / "back.csv"
    with opened(tmp_path / "p.duckdb") as project:
        formula = child(ROOT, 7)
        facts = [system(), run(), ROOT, FIRST, formula]
        texts = [revision(ROOT, "Add."), revision(FIRST, "Add, “two”\nlines"), revision(formula, "=SUM(A1), he said")]
        project.database.writer.append_now([*facts, *texts])
        exports.write(ME, project, Order(format=ExportFormat.CSV, wanted=None, with_unready=True), out)
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert any(row["instruction"].startswith("'=") for row in rows)
        with back.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, rows[0].keys())
            table.writeheader()
            table.writerows(row | {"human_status": "accepted"} for row in rows)
        said = decision_import.import_file(ME, project, back, by="A spreadsheet")
        assert (said.counted.decisions, said.counted.refused_count) == (len(rows), 0)
        assert status(project, formula.id) == ("accepted", 1, False)


def test_times_in_parquet_are_times(project: Project, tmp_path: Path) -> None:
    file, when = tmp_path / "said.parquet", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    pq.write_table(pa.table({"id": [FIRST.id], "verdict": ["accept"], "person": ["Ann"], "time": [when]}), file)
    decision_import.import_file(ME, project, file)
    (row,) = project.database.query("select decided_at_browser as said from decision")
    assert row["said"] == when
