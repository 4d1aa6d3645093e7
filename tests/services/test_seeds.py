"""The import of seeds: exact counts, rows by number, all or nothing, order kept."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.instruction import RunStatus
from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import SeedChoice
from core.domain.source import ImportProgress
from core.errors import BadInput, ProjectError
from core.services.growing import seeds
from core.services.projects import Project, Projects
from tests.builders import child, outcome


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    projects = Projects(tmp_path)
    yield projects.open(ME, "my-project")
    projects.close()


def a_file(tmp_path: Path, *rows: object, name: str = "seeds.jsonl") -> Path:
    path = tmp_path / name
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def texts(project: Project) -> list[str]:
    return [line.text for line in seeds.page(ME, project, most=1000)]


def counts(project: Project) -> list[int]:
    tables = ("instruction", "revision", "label", "source", "instruction_state")
    return [project.database.query(f"select count(*) as n from {table}")[0]["n"] for table in tables]  # noqa: S608


def test_every_row_is_taken_merged_or_refused_and_counted(project: Project, tmp_path: Path) -> None:
    path = a_file(
        tmp_path, {"instruction": "One."}, "broken", {"instruction": "Two.", "skill": "Math"}, "", {"instruction": " One. "},
        {"prompt": "?"}, {"instruction": "One", "input": "1"},
    )  # fmt: skip
    report = seeds.import_file(ME, project, path, name="mine", licence="CC0-1.0")
    assert (report.taken, report.merged) == (3, 1)
    assert [(one.row, one.reason) for one in report.refused] == [(2, "is not JSON"), (6, "has no `instruction`")]
    assert texts(project) == ["One.", "Two.", "One\n\n1"]
    assert seeds.count(ME, project) == 3
    assert seeds.skills(ME, project) == {"": 2, "Math": 1}
    (source,) = project.database.query("select name, licence, taken, merged, refused from source")
    assert source == {"name": "mine", "licence": "CC0-1.0", "taken": 3, "merged": 1, "refused": 2}


def test_a_second_import_takes_only_what_is_new_and_goes_on_in_order(project: Project, tmp_path: Path) -> None:
    first = a_file(tmp_path, {"instruction": "A"}, {"instruction": "B"})
    seeds.import_file(ME, project, first, name="first", licence="")
    second = a_file(tmp_path, {"instruction": "B"}, {"instruction": "C"}, {"instruction": "A"}, name="second.jsonl")
    report = seeds.import_file(ME, project, second, name="second", licence="")
    assert (report.taken, report.merged, report.refused) == (1, 2, ())
    again = seeds.import_file(ME, project, second, name="second", licence="")
    assert (again.taken, again.merged) == (0, 3)
    assert [(line.text, line.position, line.source) for line in seeds.page(ME, project)] == [
        ("A", 0, "first"),
        ("B", 1, "first"),
        ("C", 2, "second"),
    ]


def test_rows_with_the_same_id_are_two_seeds_unless_their_text_is_the_same(project: Project, tmp_path: Path) -> None:
    path = a_file(tmp_path, {"id": 1, "instruction": "A"}, {"id": 1, "instruction": "B"}, {"id": 2, "instruction": "A"})
    report = seeds.import_file(ME, project, path, name="ids", licence="")
    assert (report.taken, report.merged) == (2, 1)


def test_a_file_without_one_usable_row_changes_nothing(project: Project, tmp_path: Path) -> None:
    before = counts(project)
    with pytest.raises(
        BadInput, match=r"bad\.jsonl: No row of it can be used; row 2 is not JSON\..*Nothing was imported"
    ):
        seeds.import_file(ME, project, a_file(tmp_path, "", '{"x', '{"y'), name="bad.jsonl", licence="")
    with pytest.raises(BadInput, match=r"No column looks like an instruction.*There are: x, y"):
        seeds.import_file(ME, project, a_file(tmp_path, {"x": 1, "y": "two words"}), name="odd.jsonl", licence="")
    with pytest.raises(BadInput, match=r"mine\.jsonl: The file is empty"):
        seeds.import_file(ME, project, a_file(tmp_path), name="mine.jsonl", licence="")
    with pytest.raises(BadInput, match=r"mine\.jsonl: The file is empty"):
        seeds.look(ME, a_file(tmp_path), name="mine.jsonl")
    assert counts(project) == before


def test_an_import_that_cannot_be_written_leaves_nothing(project: Project, tmp_path: Path) -> None:
    path = a_file(tmp_path, {"instruction": "A"}, {"instruction": "B"})
    before = counts(project)
    with pytest.raises(Exception, match="NOT NULL"):
        seeds.import_file(ME, project, path, name=None, licence="")  # type: ignore[arg-type]
    assert counts(project) == before
    assert seeds.import_file(ME, project, path, name="again", licence="").taken == 2


def test_any_script_and_markup_comes_back_as_it_was(project: Project, tmp_path: Path) -> None:
    written = [
        "مرحبا \u202eabc", "👩‍👩‍👧‍👦", "<img src=x onerror=alert(1)>", "![x](http://example.org/x.png)", r"\(\frac12\)",
        "a\tb\r\nc", "'; drop table instruction; --",
    ]  # fmt: skip
    path = a_file(tmp_path, *({"instruction": text} for text in written))
    assert seeds.import_file(ME, project, path, name="x", licence="").taken == len(written)
    assert texts(project) == written


def test_fifty_thousand_rows_are_taken_in_order(project: Project, tmp_path: Path) -> None:
    rows = ({"instruction": f"Count to {number}.", "skill": "Math"} for number in range(50_000))
    report = seeds.import_file(ME, project, a_file(tmp_path, *rows), name="many", licence="")
    assert (report.taken, report.merged, report.refused) == (50_000, 0, ())
    assert seeds.count(ME, project) == 50_000
    assert [line.text for line in seeds.page(ME, project, most=2, offset=49_998)] == [
        "Count to 49998.",
        "Count to 49999.",
    ]
    assert [line.position for line in seeds.page(ME, project, find="count to 777", most=3)] == [777, 7770, 7771]
    assert project.database.projection_is_right()


def test_the_shipped_seeds_are_all_taken(project: Project) -> None:
    shipped = Path(__file__).parents[2] / "data"
    report = seeds.import_shipped(ME, project, shipped)
    assert report.taken >= 200
    assert (report.merged, report.refused) == (0, ())
    assert "" not in seeds.skills(ME, project)


def test_a_limit_takes_only_the_first_rows(project: Project, tmp_path: Path) -> None:
    path = a_file(tmp_path, *({"instruction": str(number)} for number in range(10)))
    assert seeds.import_file(ME, project, path, name="x", licence="", limit=3).taken == 3
    assert texts(project) == ["0", "1", "2"]


def test_a_random_choice_of_seeds_follows_from_the_runs_seed(project: Project, tmp_path: Path) -> None:
    path = a_file(tmp_path, *({"instruction": str(number)} for number in range(40)))
    seeds.import_file(ME, project, path, name="x", licence="")

    def chosen(rng_seed: int, **choice: object) -> list[int]:
        return [one.position for one in seeds.chosen(project, SeedChoice(**choice), rng_seed)]  # type: ignore[arg-type]

    assert chosen(1) == list(range(40))
    assert chosen(1, limit=3) == [0, 1, 2]
    drawn = chosen(1, limit=8, at_random=True)
    assert drawn == sorted(drawn) == chosen(1, limit=8, at_random=True)
    assert drawn != chosen(2, limit=8, at_random=True)


def test_an_import_that_is_broken_off_leaves_nothing(project: Project, tmp_path: Path) -> None:
    path = a_file(tmp_path, *({"instruction": str(number)} for number in range(9_000)))
    before = counts(project)
    heard: list[ImportProgress] = []

    def tell(now: ImportProgress) -> None:
        heard.append(now)
        if len(heard) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seeds.import_file(ME, project, path, name="x", licence="", tell=tell)
    assert counts(project) == before
    assert [now.rows for now in heard] == [2_000, 4_000, 6_000]
    assert all(now.share is not None and 0 < now.share <= 1 for now in heard)
    assert seeds.import_file(ME, project, path, name="x", licence="", tell=heard.append).taken == 9_000
    assert heard[-1] == ImportProgress(rows=9_000, is_writing=True)


def test_of_two_imports_at_once_none_takes_a_text_twice(project: Project, tmp_path: Path) -> None:
    path = a_file(tmp_path, *({"instruction": str(number)} for number in range(5_000)))

    def meanwhile(now: ImportProgress) -> None:
        if now.is_writing:
            seeds.import_file(ME, project, path, name="the quick one", licence="")

    with pytest.raises(ProjectError, match=r"Another import was finished meanwhile.*Nothing was taken"):
        seeds.import_file(ME, project, path, name="the slow one", licence="", tell=meanwhile)
    assert seeds.count(ME, project) == 5_000
    assert [one.name for one in seeds.sources(ME, project)] == ["the quick one"]


def test_every_refused_row_is_counted_by_its_reason(project: Project, tmp_path: Path) -> None:
    path = a_file(tmp_path, {"instruction": "One."}, *["{}"] * 12_000, *["["] * 3)
    report = seeds.import_file(ME, project, path, name="x", licence="")
    assert (report.taken, report.refused_count, len(report.refused)) == (1, 12_003, 10_000)
    assert report.reasons == (("has no `instruction`", 12_000), ("is not JSON", 3))
    assert seeds.sources(ME, project)[0].refused == 12_003


def test_the_file_is_known_again_by_its_hash_and_its_facts_come_in_order(project: Project, tmp_path: Path) -> None:
    path = a_file(tmp_path, *({"instruction": str(number), "skill": "Law"} for number in range(3)))
    seeds.import_file(ME, project, path, name="x", licence="")
    (source,) = project.database.query("select seq, file_sha256 from source")
    assert source["file_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    seqs = [row["seq"] for table in ("instruction", "revision", "label") for row in project.database.query(f"select seq from {table} order by seq")]  # noqa: S608 # fmt: skip
    assert seqs == list(range(source["seq"] + 1, source["seq"] + 10))
    assert project.database.query("select seq from last_seq") == [{"seq": seqs[-1]}]


def test_survivors_have_the_skill_of_their_seed(project: Project, tmp_path: Path) -> None:
    path = a_file(
        tmp_path, {"instruction": "A", "skill": "Law"}, {"instruction": "B", "skill": "Art"}, {"instruction": "C"}
    )
    seeds.import_file(ME, project, path, name="x", licence="")
    law = seeds.chosen(project, SeedChoice(skills=("Law",)), 1)[0]
    children = [child(law, number) for number in range(3)]
    statuses = (RunStatus.SURVIVED, RunStatus.SURVIVED, RunStatus.ELIMINATED)
    outcomes = [outcome(one, status) for one, status in zip(children, statuses, strict=True)]
    project.database.writer.append_now([*children, *outcomes])
    shares = {one.skill: (one.seeds, one.survivors) for one in seeds.shares(ME, project)}
    assert shares == {"Law": (1, 2), "Art": (1, 0), "": (1, 0)}
