"""Reference sets: what a dataset is compared with, and that it never becomes part of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.export import ExportFormat, Order
from core.domain.person import LOCAL_OWNER as ME
from core.domain.queue import QueueFilter
from core.errors import BadInput
from core.services.exchanging import exports, references
from core.services.growing import seeds
from core.services.projects import Project, Projects
from core.store import queue_reading, seed_reading

ALPACA = [
    {"instruction": "Name a fruit.", "input": "", "output": "Pear."},
    {"instruction": "Translate.", "input": "Guten Tag", "output": "Good day"},
    {"instruction": "Name a fruit.", "input": "", "output": "Plum."},
]
SHARE_GPT = [
    {"id": "1", "conversations": [{"from": "human", "value": "Why is it dark?"}, {"from": "gpt", "value": "…"}]}
]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    projects = Projects(tmp_path)
    yield projects.open(ME, "my-project")
    projects.close()


def a_file(tmp_path: Path, rows: list[object], name: str = "alpaca.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def texts(project: Project) -> list[str]:
    rows = project.database.query(
        "select r.text from instruction i join revision r on r.of_id = i.id where i.kind = 'reference' order by i.position"
    )
    return [row["text"] for row in rows]


def test_alpaca_and_sharegpt_become_sets_each_with_its_different_texts(project: Project, tmp_path: Path) -> None:
    taken = references.import_file(ME, project, a_file(tmp_path, [*ALPACA]), name="Alpaca", licence="CC-BY-NC-4.0")
    assert (taken.taken, taken.merged, taken.refused_count) == (2, 1, 0)
    references.import_file(ME, project, a_file(tmp_path, [*SHARE_GPT], "chats.json"))
    assert texts(project) == ["Name a fruit.", "Translate.\n\nGuten Tag", "Why is it dark?"]
    second, first = references.every(ME, project)
    assert (first.name, first.licence, first.n, first.merged) == ("Alpaca", "CC-BY-NC-4.0", 2, 1)
    assert (second.name, second.n) == ("chats.json", 1)


def test_a_reference_set_is_in_no_list_and_no_export_unless_it_is_named(project: Project, tmp_path: Path) -> None:
    seeds.import_file(ME, project, a_file(tmp_path, [{"instruction": "A seed."}], "seeds.json"), name="s", licence="")
    set_ = references.import_file(ME, project, a_file(tmp_path, [*ALPACA]))
    everything = QueueFilter(kinds=(), statuses=(), set_aside=None)
    assert queue_reading.count(project.database, everything) == 1
    assert queue_reading.count(project.database, replace(everything, kinds=("reference",))) == 2
    assert queue_reading.count(project.database, replace(everything, source_id=set_.source_id)) == 2
    for format_ in (ExportFormat.JSONL, ExportFormat.LINEAGE):
        counted = exports.count(ME, project, Order(format=format_, wanted=None, with_unready=True))
        assert counted.rows == 1
    assert seeds.count(ME, project) == 1
    assert [one["kind"] for one in seed_reading.sources(project.database)] == ["seeds"]


def test_a_text_may_be_a_seed_and_of_two_sets(project: Project, tmp_path: Path) -> None:
    rows = [{"instruction": "The same."}]
    seeds.import_file(ME, project, a_file(tmp_path, [*rows], "a.json"), name="a", licence="")
    references.import_file(ME, project, a_file(tmp_path, [*rows], "b.json"))
    more = references.import_file(ME, project, a_file(tmp_path, [*rows, {"instruction": "Another."}], "c.json"))
    assert more.taken == 2
    assert seeds.count(ME, project) == 1
    assert project.database.projection_is_right()


def test_the_same_file_is_refused_by_the_name_it_has_here(project: Project, tmp_path: Path) -> None:
    references.import_file(ME, project, a_file(tmp_path, [*ALPACA]), name="Alpaca")
    with pytest.raises(BadInput, match="here already, as “Alpaca”"):
        references.import_file(ME, project, a_file(tmp_path, [*ALPACA], "other.json"))
    assert len(references.every(ME, project)) == 1


def test_one_bad_row_is_named_and_refuses_the_file_only_where_that_was_asked(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"instruction": "One."}\n{"instruction": 2}\n{"instruction": "Three."}\n', encoding="utf-8")
    with pytest.raises(BadInput, match="Row 2 its `instruction` is not text"):
        references.import_file(ME, project, path, whole=True)
    assert texts(project) == []
    assert references.every(ME, project) == ()
    taken = references.import_file(ME, project, path)
    assert [(one.row, one.reason) for one in taken.refused] == [(2, "its `instruction` is not text")]
    assert texts(project) == ["One.", "Three."]
