"""Prompts and responses out of files: every row is taken, merged, matched, refused or shown; nothing is guessed silently."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.domain.person import Actor, Role
from core.domain.skill import SKILLS
from core.domain.source import ImportProgress
from core.domain.study import StudyDesign, StudyState, StudyTask
from core.domain.study_import import PromptColumns, RefusedRow, ResponseColumns
from core.errors import BadInput
from core.services.evaluating import studies, study_prompts, study_systems
from core.services.projects import Project
from core.store import study_reading
from tests.services.reviewed import opened
from tests.studies.building import a_study

LEAD = Actor(person_id="lena", name="Lena", role=Role.CURATOR)
SHIPPED = Path(__file__).parents[2] / "data"
ROWS = [
    {"idx": 1, "Skill": "Math", "Difficulty": 3, "Instruction": "Add two and three, and show each of your steps."},
    {"idx": 2, "Skill": "Writting", "Difficulty": "8", "Instruction": "Write a letter to the sea about its tides."},
    {"idx": 3, "Skill": "", "Difficulty": None, "Instruction": "Name the moons of Mars."},
]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(tmp_path / "p.duckdb") as project:
        yield project


@pytest.fixture
def study(project: Project, tmp_path: Path) -> str:
    id_ = studies.create(LEAD, project, "A study").id
    study_prompts.import_file(LEAD, project, id_, lines(tmp_path / "prompts.jsonl", *ROWS), name="prompts")
    return id_


def lines(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def responses(project: Project, study: str) -> dict[tuple[str, str], str]:
    """What the study would show: (prompt's key, system's name) → text."""
    keys = {one.id: one.key for one in study_reading.prompts(project.database, study)}
    names = {one.id: one.name for one in study_reading.systems(project.database, study)}
    found = study_reading.candidates(project.database, study)
    texts = study_reading.texts(project.database, (one.revision_id for one in found))
    return {(keys[one.prompt_id], names[one.system_id or ""]): texts[one.revision_id] for one in found}


def test_the_shipped_test_set_is_taken_whole(project: Project) -> None:
    id_ = studies.create(LEAD, project, "A study").id
    report = study_prompts.import_shipped(LEAD, project, id_, SHIPPED)
    found = study_prompts.listed(LEAD, project, id_)
    assert (report.taken, report.merged, report.refused.count) == (len(found), 0, 0)
    assert len(found) >= 120
    assert {one.skill for one in found} == set(SKILLS)
    assert {one.author_difficulty for one in found} == set(map(float, range(1, 11)))
    assert all(one.model_difficulty is None for one in found)
    again = study_prompts.import_shipped(LEAD, project, id_, SHIPPED)
    assert (again.taken, again.merged) == (0, len(found))


def test_prompts_keep_key_skill_and_difficulty_in_the_files_order(project: Project, study: str) -> None:
    found = study_prompts.listed(LEAD, project, study)
    assert [(one.key, one.skill, one.author_difficulty) for one in found] == [
        ("1", "Math", 3.0), ("2", "Writing", 8.0), ("3", None, None),
    ]  # fmt: skip
    assert study_prompts.texts(LEAD, project, found) == tuple(row["Instruction"] for row in ROWS)


def test_what_is_wrong_with_a_prompt_is_said_by_row_field_and_reason(project: Project, tmp_path: Path) -> None:
    id_ = studies.create(LEAD, project, "A study").id
    path = lines(
        tmp_path / "p.jsonl", ROWS[0], "broken", {**ROWS[1], "Difficulty": 11}, {**ROWS[2], "Instruction": "  "},
        {**ROWS[2], "idx": 1}, ROWS[0], {**ROWS[2], "idx": True}, {**ROWS[2], "Difficulty": "hard"}, {"idx": 9},
        {**ROWS[1], "idx": 12.0},
    )  # fmt: skip
    report = study_prompts.import_file(LEAD, project, id_, path, name="p", columns=PromptColumns(
        text="Instruction", key="idx", skill="Skill", difficulty="Difficulty"
    ))  # fmt: skip
    assert (report.taken, report.merged) == (2, 1)
    assert list(report.refused.shown) == [
        RefusedRow(row=2, field="", reason="is not JSON"),
        RefusedRow(row=3, field="Difficulty", reason="is no difficulty from 1 to 10"),
        RefusedRow(row=4, field="Instruction", reason="is empty"),
        RefusedRow(row=5, field="idx", reason="is another prompt's already"),
        RefusedRow(row=7, field="idx", reason="is neither text nor a whole number"),
        RefusedRow(row=8, field="Difficulty", reason="is no difficulty from 1 to 10"),
        RefusedRow(row=9, field="Instruction", reason="is not there"),
    ]
    assert [one.key for one in study_prompts.listed(LEAD, project, id_)] == ["1", "12"]


def test_prompts_may_be_cleared_and_come_back(project: Project, study: str, tmp_path: Path) -> None:
    before = study_prompts.listed(LEAD, project, study)
    study_prompts.clear(LEAD, project, study)
    assert study_prompts.listed(LEAD, project, study) == ()
    report = study_prompts.import_file(LEAD, project, study, tmp_path / "prompts.jsonl", name="prompts")
    after = study_prompts.listed(LEAD, project, study)
    assert (report.taken, [one.key for one in after]) == (3, ["1", "2", "3"])
    assert not {one.id for one in before} & {one.id for one in after}
    assert project.database.projection_is_right()


def test_responses_find_their_prompts_by_key_or_by_text(project: Project, study: str, tmp_path: Path) -> None:
    path = lines(
        tmp_path / "r.jsonl", {"idx": 1, "model": "one", "output": "Five."}, {"idx": "2", "model": "one", "output": ""},
        {"idx": 3, "model": "one", "output": "x" * 100_000},
    )  # fmt: skip
    report = study_systems.import_file(LEAD, project, study, path, name="r")
    assert (report.taken, report.merged, report.refused.count, report.unmatched_count) == (3, 0, 0, 0)
    assert [(one.name, one.taken, one.empty, one.missing) for one in report.systems] == [("one", 3, 1, 0)]
    by_text = lines(tmp_path / "t.jsonl", {"instruction": f" {ROWS[0]['Instruction']}\n", "output": "五"})
    report = study_systems.import_file(LEAD, project, study, by_text, name="t", system="two")
    assert [(one.name, one.taken, one.missing) for one in report.systems] == [("two", 1, 2)]
    found = responses(project, study)
    assert (found["1", "one"], found["2", "one"], found["1", "two"]) == ("Five.", "", "五")
    assert len(found["3", "one"]) == 100_000


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_every_format_says_the_same(project: Project, study: str, tmp_path: Path, kind: str) -> None:
    rows = [
        {"prompt_id": n, "system": s, "response": f'{s} on {n},\n"quoted"'} for n in (1, 2, 3) for s in ("a1", "b2")
    ]
    path = tmp_path / f"r.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    else:
        cells = [
            f'{row["prompt_id"]},{row["system"]},"{str(row["response"]).replace(chr(34), chr(34) * 2)}"' for row in rows
        ]
        path.write_text("\n".join(["prompt_id,system,response", *cells]), encoding="utf-8")
    found = study_systems.look_at(LEAD, path)
    assert found.guess == ResponseColumns(response="response", key="prompt_id", text="", system="system")
    assert study_systems.import_file(LEAD, project, study, path, name="r").taken == 6
    assert responses(project, study)["2", "b2"] == 'b2 on 2,\n"quoted"'


def test_near_matches_are_shown_and_taken_only_if_somebody_says_so(
    project: Project, study: str, tmp_path: Path
) -> None:
    path = lines(
        tmp_path / "r.jsonl",
        {"instruction": "ADD two and three, and show  each of your steps", "output": "5"},
        {"instruction": "Write a letter to the sea about the tides.", "output": "Dear sea"},
        {"instruction": "Name the moons of Jupiter and of no other planet, please.", "output": "Io"},
    )  # fmt: skip
    report = study_systems.import_file(LEAD, project, study, path, name="r", system="one")
    assert (report.taken, report.near_count, report.unmatched_count) == (0, 2, 1)
    assert [(one.row, one.key) for one in report.near] == [(1, "1"), (2, "2")]
    assert (report.near[0].alike, 0.6 <= report.near[1].alike < 1) == (1.0, True)
    assert responses(project, study) == {}
    report = study_systems.import_file(LEAD, project, study, path, name="r", system="one", take_near=[1])
    assert (report.taken, report.near_count, report.unmatched_count) == (1, 1, 1)
    assert responses(project, study) == {("1", "one"): "5"}


def test_a_key_and_a_text_that_mean_two_prompts_are_not_believed(project: Project, study: str, tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", {"idx": 1, "instruction": ROWS[2]["Instruction"], "output": "Phobos"})
    report = study_systems.import_file(LEAD, project, study, path, name="r", system="one")
    assert (report.taken, report.near_count, report.near[0].key, report.near[0].alike) == (0, 1, "1", 0.0)


def test_every_row_of_a_bad_file_is_in_one_count(project: Project, study: str, tmp_path: Path) -> None:
    path = lines(
        tmp_path / "r.jsonl", {"idx": 1, "model": "one", "output": "a"}, {"idx": 1, "model": "one", "output": "a"},
        {"idx": 1, "model": "one", "output": "b"}, {"idx": 99, "model": "one", "output": "a"}, "{",
        {"idx": 2, "model": "one"}, {"idx": 2, "model": "", "output": "a"}, {"model": "one", "output": "a"},
        {"idx": 2, "model": "one", "output": "x" * 200_001}, {"idx": 2, "model": "one", "output": "a\x00"},
    )  # fmt: skip
    report = study_systems.import_file(LEAD, project, study, path, name="r")
    assert report.taken + report.merged + report.refused.count + report.unmatched_count + report.near_count == 10
    assert (report.taken, report.merged, report.unmatched_count) == (1, 1, 1)
    assert [(one.row, one.field) for one in report.refused.shown] == [
        (3, "output"), (5, ""), (6, "output"), (7, "model"), (8, "idx"), (9, "output"), (10, "output"),
    ]  # fmt: skip
    assert project.database.query("select taken, merged, refused from source where kind = 'responses'") == [
        {"taken": 1, "merged": 1, "refused": 8}
    ]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "empty"),
        ("PK\x03\x04 not for us", "zip"),
        ('{"idx": 1, "output": 3}', "No column looks like a response"),
        ('{"idx": 1, "output": "a"}', "whose responses"),
    ],
)
def test_an_unusable_file_changes_nothing(
    project: Project, study: str, tmp_path: Path, content: str, what: str
) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(content, encoding="utf-8")
    before = project.database.query("select seq from last_seq")
    with pytest.raises(BadInput, match=what):
        study_systems.import_file(LEAD, project, study, path, name="r")
    assert project.database.query("select seq from last_seq") == before


def test_a_system_may_be_taken_out_and_come_back(project: Project, study: str, tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", *({"idx": n, "model": "one", "output": str(n)} for n in (1, 2, 3)))
    study_systems.import_file(LEAD, project, study, path, name="r")
    (system,) = studies.systems(LEAD, project, study)
    study_systems.remove(LEAD, project, study, system.id)
    assert studies.systems(LEAD, project, study) == ()
    assert study_systems.import_file(LEAD, project, study, path, name="r").taken == 3
    assert len(responses(project, study)) == 3
    assert study_systems.import_file(LEAD, project, study, path, name="r").merged == 3


def test_a_study_that_was_opened_takes_no_file(project: Project, tmp_path: Path) -> None:
    id_ = a_study(project.database, state=StudyState.PILOT)
    path = lines(tmp_path / "r.jsonl", {"idx": 1, "model": "one", "output": "a"})
    for ask in (
        lambda: study_systems.import_file(LEAD, project, id_, path, name="r"),
        lambda: study_prompts.import_shipped(LEAD, project, id_, SHIPPED),
        lambda: study_prompts.clear(LEAD, project, id_),
        lambda: study_systems.remove(LEAD, project, id_, studies.systems(LEAD, project, id_)[0].id),
    ):
        with pytest.raises(BadInput, match="make a new version"):
            ask()


def test_a_tournament_of_siblings_takes_no_responses(project: Project, tmp_path: Path) -> None:
    id_ = studies.create(LEAD, project, "A study", StudyDesign(task=StudyTask.SIBLINGS)).id
    with pytest.raises(BadInput, match="children of one parent"):
        study_prompts.import_shipped(LEAD, project, id_, SHIPPED)


class _PowerCut(Exception):
    pass


def test_an_import_that_ends_half_way_leaves_nothing(project: Project, study: str, tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", *({"idx": 1 + n % 3, "model": f"m{n}", "output": "a"} for n in range(1_200)))
    before = project.database.query("select seq from last_seq")

    def tell(_: ImportProgress) -> None:
        raise _PowerCut

    with pytest.raises(_PowerCut):
        study_systems.import_file(LEAD, project, study, path, name="r", tell=tell)
    assert project.database.query("select seq from last_seq") == before


def test_nothing_slips_in_behind_an_opening(project: Project, tmp_path: Path) -> None:
    id_ = a_study(project.database, prompts=2, state=StudyState.DRAFT)
    path = lines(tmp_path / "r.jsonl", {"idx": 1, "model": "late", "output": "a"})

    def open_meanwhile(now: ImportProgress) -> None:
        if now.is_writing:
            studies.open_study(LEAD, project, id_)

    with pytest.raises(BadInput, match="make a new version"):
        study_systems.import_file(LEAD, project, id_, path, name="r", tell=open_meanwhile)
    assert {one.name for one in studies.systems(LEAD, project, id_)} == {"alpha-7b", "beta-13b"}
    assert project.database.query("select count(*) as n from source where name = 'r'") == [{"n": 0}]


def test_any_text_comes_back_as_it_was(project: Project, tmp_path: Path) -> None:
    texts = [
        "﷽ \u202e <img src=x onerror=alert(1)>",
        "a\r\nb\tc",
        "=cmd|' /C calc'!A1",
        "𝔘𝔫𝔦 👩‍👩‍👧 ½",
        '"quoted" \\n \\u0000',
        "日本語" * 100,
    ]
    id_ = studies.create(LEAD, project, "Any text").id
    prompts = lines(tmp_path / "p.jsonl", *({"idx": n, "Instruction": text} for n, text in enumerate(texts)))
    assert study_prompts.import_file(LEAD, project, id_, prompts, name="p").taken == len(texts)
    path = lines(
        tmp_path / "r.jsonl", *({"instruction": text, "system": "one", "response": text[::-1]} for text in texts)
    )
    assert study_systems.import_file(LEAD, project, id_, path, name="r").taken == len(texts)
    assert responses(project, id_) == {(str(n), "one"): text[::-1].strip() for n, text in enumerate(texts)}
