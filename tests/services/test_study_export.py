"""A study leaves as a file and comes back: the same bytes for the same study, nobody's name, and nothing half-taken."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.study import RaterKind, StudyState
from core.errors import BadInput, NotAllowed
from core.exchange.lineage import canonical
from core.exchange.study_file import Seal
from core.services.evaluating import result_views, study_files
from core.services.evaluating.result_views import View
from core.services.evaluating.results import Results, Selection
from core.services.projects import Project
from core.store import study_reading
from tests.services.studied import a_project, judged
from tests.studies.building import joined

RANKS = [[(1, 2, 2), (1, 2, 3), (2, 1, 3)], [(1, 2, 1), (1, 1, 2), (1, 1, 1)], [(2, 1, 3), (2, 1, 1), (2, 1, 1)]]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Project, str]]:
    (tmp_path / "here").mkdir()
    with a_project(tmp_path / "here") as project:
        yield project, judged(project.database, RANKS)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Project]:
    (tmp_path / "there").mkdir()
    with a_project(tmp_path / "there") as project:
        yield project


def exported(project: Project, study_id: str, path: Path) -> list[bytes]:
    study_files.write(ME, project, study_id, path)
    return path.read_bytes().splitlines(keepends=True)


def resealed(lines: list[bytes], change: Callable[[list[dict[str, object]]], object]) -> bytes:
    """A file whose rows were changed by somebody who knows how it is sealed."""
    head, *rows = [json.loads(line) for line in lines[:-1]]
    change(rows)
    seal = Seal(head | {"rows": len(rows)})
    body = b"".join(seal.add(row) + b"\n" for row in rows)
    return canonical(head | {"rows": len(rows)}) + b"\n" + body + canonical(seal.end()) + b"\n"


def everything(project: Project) -> list[dict[str, object]]:
    return project.database.query("select table_name, estimated_size from duckdb_tables() order by table_name")


def test_the_same_study_is_the_same_bytes_and_names_nobody(here: tuple[Project, str], tmp_path: Path) -> None:
    project, id_ = here
    first, again = exported(project, id_, tmp_path / "a.jsonl"), exported(project, id_, tmp_path / "b.jsonl")
    assert first == again
    head = json.loads(first[0])
    assert (head["rng_seed"], head["study"]["state"], head["rows"]) == (0, "closed", len(first) - 2)
    assert head["seq"] > 0
    assert "numpy" in head["software"]
    assert b"person 0" not in b"".join(first)
    named = study_files.export(ME, project, id_, with_names=True)
    assert b"person 0" in b"".join(named.lines)


def test_what_is_read_back_says_the_same_results_of_imported_raters(
    here: tuple[Project, str], there: Project, tmp_path: Path
) -> None:
    project, id_ = here
    exported(project, id_, tmp_path / "a.jsonl")
    taken = study_files.import_file(ME, there, tmp_path / "a.jsonl")
    assert (taken.is_new, taken.prompts, taken.trials, taken.judgments) == (True, 3, 9, 9)
    before, after = Results().open(ME, project, id_), Results().open(ME, there, id_)
    assert {one.kind for one in after.raters} == {RaterKind.IMPORTED}
    assert after.study.state is StudyState.CLOSED
    mine = result_views.of_every_pair(before, View())
    theirs = result_views.of_every_pair(after, View(judged=Selection(by="imported")))
    assert [(one.record, one.pick) for one in mine] == [(one.record, one.pick) for one in theirs]


def test_the_same_file_twice_is_nothing_new(here: tuple[Project, str], there: Project, tmp_path: Path) -> None:
    project, id_ = here
    exported(project, id_, tmp_path / "a.jsonl")
    study_files.import_file(ME, there, tmp_path / "a.jsonl")
    before = everything(there)
    assert not study_files.import_file(ME, there, tmp_path / "a.jsonl").is_new
    assert not study_files.import_file(ME, project, tmp_path / "a.jsonl").is_new  # and where it came from
    assert everything(there) == before
    study_files.write(ME, there, id_, tmp_path / "again.jsonl")
    first, again = ((tmp_path / name).read_bytes().splitlines()[1:-1] for name in ("a.jsonl", "again.jsonl"))
    assert first == again


def _cut(lines: list[bytes]) -> bytes:
    return b"".join(lines[:-2])


def _changed(lines: list[bytes]) -> bytes:
    return b"".join(lines).replace(b'"rank":1', b'"rank":2', 1)


def _foreign(lines: list[bytes]) -> bytes:
    return b'{"instruction": "Say hello."}\n'


def _halved(lines: list[bytes]) -> bytes:
    return b"".join(lines)[:-40]


def _out_of_range(lines: list[bytes]) -> bytes:
    def change(rows: list[dict[str, object]]) -> None:
        rows[-1]["values"][0]["rank"] = 0  # type: ignore[index]

    return resealed(lines, change)


def _unknown_candidate(lines: list[bytes]) -> bytes:
    def change(rows: list[dict[str, object]]) -> None:
        trial = next(row for row in rows if row["row"] == "trial")
        trial["slots"][0] = "00000000-0000-5000-8000-000000000000"  # type: ignore[index]

    return resealed(lines, change)


def _judged_twice(lines: list[bytes]) -> bytes:
    def change(rows: list[dict[str, object]]) -> None:
        rows.append(rows[-1] | {"id": "00000000-0000-5000-8000-000000000000"})

    return resealed(lines, change)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (_cut, "the file ends after"), (_changed, "was changed"), (_foreign, "Row 1"), (_halved, "breaks off"),
        (_out_of_range, r"Row \d+ has a `rank` that cannot be"), (_unknown_candidate, "refers to a candidate"),
        (_judged_twice, "is there already"),
    ],
)  # fmt: skip
def test_what_is_foreign_or_damaged_is_refused_with_its_row_and_nothing_is_taken(
    here: tuple[Project, str], there: Project, tmp_path: Path, damage: Callable[[list[bytes]], bytes], why: str
) -> None:
    project, id_ = here
    lines = exported(project, id_, tmp_path / "a.jsonl")
    (tmp_path / "bad.jsonl").write_bytes(damage(lines))
    before = everything(there)
    with pytest.raises(BadInput, match=why):
        study_files.import_file(ME, there, tmp_path / "bad.jsonl")
    assert everything(there) == before


def test_a_study_of_the_same_id_and_other_content_is_refused(
    here: tuple[Project, str], there: Project, tmp_path: Path
) -> None:
    project, id_ = here
    lines = exported(project, id_, tmp_path / "a.jsonl")
    study_files.import_file(ME, there, tmp_path / "a.jsonl")
    (tmp_path / "other.jsonl").write_bytes(resealed(lines, lambda rows: rows.pop()))
    with pytest.raises(BadInput, match="other content"):
        study_files.import_file(ME, there, tmp_path / "other.jsonl")


def test_the_file_of_a_study_that_is_still_judged_is_refused(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, RANKS, close=False)
        with pytest.raises(NotAllowed, match="stay closed"):
            study_files.export(ME, project, id_)


def test_models_and_simulated_raters_stay_what_they_are(
    here: tuple[Project, str], there: Project, tmp_path: Path
) -> None:
    project, id_ = here
    joined(project.database, id_, "simulated:x", kind=RaterKind.SIMULATED)
    exported(project, id_, tmp_path / "a.jsonl")
    study_files.import_file(ME, there, tmp_path / "a.jsonl")
    kinds = {one.person_id: one.kind for one in study_reading.raters(there.database, id_)}
    assert kinds["simulated:x"] is RaterKind.SIMULATED
    assert kinds["person-1"] is RaterKind.IMPORTED
