"""Lineages there and back: the same trees, the same hashes, nothing twice, and nothing of a file that cannot be believed."""

# ruff: noqa: ARG005 - all changes to a file have one shape

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.domain.export import ExportFormat, Order
from core.domain.person import LOCAL_OWNER as ME
from core.domain.queue import QueueFilter
from core.domain.source import ImportProgress
from core.errors import BadInput
from core.exchange.lineage import Seal, fact_hash
from core.services.exchanging import exports, lineage_import
from core.services.growing import tree_nodes, trees
from core.services.projects import Project
from tests.builders import RUN, child, revision, run, seed
from tests.services.reviewed import furnish, opened, tree

FORMATS = (ExportFormat.LINEAGE, ExportFormat.LINEAGE_PARQUET)
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with opened(tmp_path_factory.mktemp("furnished") / "p.duckdb") as project:
        furnish(project.database)
        yield project


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Project]:
    with opened(tmp_path / "empty.duckdb", "Empty") as project:
        yield project


def taken(project: Project, path: Path, format_: ExportFormat = ExportFormat.LINEAGE, **more: Any) -> Path:
    order = Order(**{"format": format_, "wanted": None, **more})
    return exports.write(ME, project, order, path, force=True).path


def lines(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def hashes(project: Project, path: Path, **more: Any) -> list[str]:
    return [row["sha256"] for row in lines(taken(project, path, **more))[1:-1]]


@pytest.mark.parametrize("with_names", [False, True])
@pytest.mark.parametrize("format_", FORMATS)
def test_what_comes_back_is_the_same_in_every_respect(
    furnished: Project, empty: Project, tmp_path: Path, format_: ExportFormat, with_names: bool
) -> None:
    file = taken(furnished, tmp_path / "out", format_, with_names=with_names)
    report = lineage_import.import_lineage(ME, empty, file)
    assert (report.taken, report.skipped, report.refused_count, report.new_runs) == (15, 0, 0, 2)
    before = lines(taken(furnished, tmp_path / "a", with_names=with_names))
    after = lines(taken(empty, tmp_path / "b", with_names=with_names))
    for was, now in zip(before[1:-1], after[1:-1], strict=True):
        assert {**was, "place": 0} == {**now, "place": 0}
        assert was["sha256"] == fact_hash(was)
    assert empty.database.projection_is_right()


def test_the_trees_are_equal_node_by_node(furnished: Project, empty: Project, tmp_path: Path) -> None:
    lineage_import.import_lineage(ME, empty, taken(furnished, tmp_path / "out"))
    for number in range(3):
        root = tree(number)[0]
        was, now = (trees.tree(ME, project, RUN, root.id) for project in (furnished, empty))
        assert was.nodes == now.nodes
        assert len(was.nodes) == 5
        for node in was.nodes:
            assert tree_nodes.node(ME, furnished, node.id, RUN) == _with_name(tree_nodes.node(ME, empty, node.id, RUN))
    for table in ("standing", "bulk_member", "trial_slot"):
        assert _rows(furnished, table) == _rows(empty, table)


def _with_name(node: Any) -> Any:
    """Who asked for it is called by a pseudonym there."""
    return replace(node, asked_by="mira") if node.asked_by else node


def _rows(project: Project, table: str) -> Rows:
    statements = {
        "standing": "select instruction_id, kind, verdict, reason, revision_id, decision_id from standing order by all",
        "bulk_member": "select * from bulk_member order by all",
        "trial_slot": "select * from trial_slot order by all",
    }
    return project.database.query(statements[table])


def test_a_run_that_was_going_stands_as_interrupted(furnished: Project, empty: Project, tmp_path: Path) -> None:
    lineage_import.import_lineage(ME, empty, taken(furnished, tmp_path / "out"))
    states = empty.database.query("select number, state from run_now order by number")
    assert states == [{"number": 1, "state": "finished"}, {"number": 2, "state": "interrupted"}]


def test_people_are_numbered_and_keep_their_numbers(furnished: Project, empty: Project, tmp_path: Path) -> None:
    file = taken(furnished, tmp_path / "out")
    text = file.read_text(encoding="utf-8")
    assert not {"mira", "noor", '"local"'} & set(text.replace('"', ' " ').split())
    people = {row["id"] for row in lines(file)[0]["persons"]}
    assert len(people) == 3
    lineage_import.import_lineage(ME, empty, file)
    assert {row["id"] for row in lines(taken(empty, tmp_path / "again"))[0]["persons"]} > people  # and who imported
    named = taken(furnished, tmp_path / "named", with_names=True).read_text(encoding="utf-8")
    assert '"person_id":"mira"' in named
    assert '"person_id":"local"' not in named  # every installation has one of that name


def test_the_same_lineage_again_adds_nothing(furnished: Project, empty: Project, tmp_path: Path) -> None:
    file = taken(furnished, tmp_path / "out")
    lineage_import.import_lineage(ME, empty, file)
    before = empty.database.query("select count(*) as n from decision")
    for project in (empty, furnished):
        again = lineage_import.import_lineage(ME, project, file)
        assert (again.taken, again.skipped, again.refused_count, again.new_runs) == (0, 15, 0, 0)
    assert empty.database.query("select count(*) as n from decision") == before


def test_what_contradicts_the_project_is_refused_by_name_with_what_grew_from_it(
    furnished: Project, empty: Project, tmp_path: Path
) -> None:
    file = taken(furnished, tmp_path / "out")
    first = tree(1)[1]
    root = tree(1)[0]
    empty.database.writer.append_now([root, revision(root, "Something else")])
    report = lineage_import.import_lineage(ME, empty, file)
    assert (report.taken, report.skipped, report.refused_count) == (10, 0, 5)
    reasons = {one.id: one.reason for one in report.refused}
    assert reasons[root.id] == "is here already with other content"
    assert reasons[first.id] == "grew from a row that was refused"
    (named,) = [one for one in report.refused if one.id == root.id]
    assert lines(file)[named.row - 1]["id"] == root.id
    assert named.text.startswith("Seed 1.")
    assert empty.database.projection_is_right()


def test_a_part_takes_along_what_it_grew_from(furnished: Project, empty: Project, tmp_path: Path) -> None:
    order = Order(format=ExportFormat.LINEAGE, wanted=QueueFilter(statuses=("eliminated",), set_aside=None))
    counted = exports.count(ME, furnished, order)
    assert (counted.rows, counted.above) == (6, 3)
    part = exports.write(ME, furnished, order, tmp_path / "part")
    assert part.counted == counted
    assert lineage_import.import_lineage(ME, empty, part.path).taken == 6
    whole = taken(furnished, tmp_path / "whole")
    report = lineage_import.import_lineage(ME, empty, whole)
    assert (report.taken, report.skipped, report.refused_count) == (9, 6, 0)
    order_of = {row["sha256"] for row in lines(whole)[1:-1]}
    assert set(hashes(empty, tmp_path / "again")) == order_of
    assert empty.database.projection_is_right()


def test_imported_seeds_come_behind_those_that_are_here(furnished: Project, empty: Project, tmp_path: Path) -> None:
    own = seed("own", 0)
    empty.database.writer.append_now([own, revision(own, "Mine")])
    lineage_import.import_lineage(ME, empty, taken(furnished, tmp_path / "out"))
    seeds_at = empty.database.query("select position from instruction where kind = 'seed' order by position")
    assert [row["position"] for row in seeds_at] == [0, 1, 2, 3]
    below = "select count(*) as n from {} join instruction s on s.id = x.seed_id where x.position <> s.position"
    for table in ("instruction x", "task x"):
        assert empty.database.query(below.replace("{}", table)) == [{"n": 0}]


Damage = Callable[[list[bytes]], list[bytes]]


def _resealed(header: dict[str, Any], rows: Rows) -> list[bytes]:
    """What somebody writes who knows how hashes are made."""
    seal = Seal(header)
    for row in rows:
        row["sha256"] = fact_hash(row)
        seal.add(row)
    return [json.dumps(one).encode() + b"\n" for one in (header, *rows, seal.end())]


def _forged(change: Callable[[dict[str, Any], Rows], object]) -> Damage:
    def damage(file: list[bytes]) -> list[bytes]:
        header, *rows, _ = (json.loads(line) for line in file)
        change(header, rows)
        return _resealed(header, rows)

    return damage


def _with_one_twice(header: dict[str, Any], rows: Rows) -> None:
    rows.append(rows[0])
    header["rows"] += 1


def _with_a_circle(_: dict[str, Any], rows: Rows) -> None:
    """Two children of one seed, each said to have grown from the other."""
    root, one, other = (row["id"] for row in rows[:3])
    for at, parent in ((1, other), (2, one)):
        rows[at].update(parent_id=parent, ancestors=[root, parent], depth=2, epoch=2 + at)


def _moved(_: dict[str, Any], rows: Rows) -> None:
    """A grandchild that says it grew from its uncle."""
    rows[3].update(parent_id=rows[2]["id"], ancestors=[rows[0]["id"], rows[1]["id"], rows[2]["id"]])


DAMAGES: dict[str, tuple[Damage, str]] = {
    "empty": (lambda file: [], "no lineage of the studio"),
    "another file": (lambda file: [b'{"instruction": "Sort."}\n'], "no lineage of the studio"),
    "newer": (lambda file: [file[0].replace(b'"version":1', b'"version":2'), *file[1:]], "newer studio"),
    "cut in a row": (lambda file: [*file[:5], file[5][:400]], "Row 6 breaks off"),
    "cut between rows": (lambda file: file[:9], r"Row 10 is missing.*after 8 of 15"),
    "a letter": (lambda file: [*file[:2], file[2].replace(b"An answer", b"An onswer"), *file[3:]], "Row 3 was changed or damaged"),
    "a row less": (lambda file: [*file[:4], *file[5:]], "Row 16 says that a row before it was changed"),
    "a number": (lambda file: [*file[:2], file[2].replace(b'"position":0', b'"position":7'), *file[3:]], "Row 17 says that"),
    "a row twice": (_forged(_with_one_twice), "Row 17 is there twice"),
    "not UTF-8": (lambda file: [*file[:2], b"\xff\xfe\n"], "Row 3 is not UTF-8"),
    "deep": (lambda file: [file[0], b"[" * 100_000 + b"\n"], "Row 2 is nested too deeply"),
    "a circle": (_forged(_with_a_circle), "Row 3 does not stand below what it says that it grew from"),
    "a leaf that says it is a seed's sibling": (_forged(lambda h, r: r[3].update(depth=1)), "Row 5 does not stand below"),
    "its own parent": (_forged(lambda h, r: r[1].update(parent_id=r[1]["id"], ancestors=[r[0]["id"], r[1]["id"]])), "Row 3 does not stand below"),
    "another way up": (_forged(_moved), "Row 5 does not stand below"),
    "a child before its parent": (_forged(lambda h, r: r.insert(0, r.pop(1))), "Row 2 does not stand below"),
    "more behind": (lambda file: [*file, b"{}\n"], "Row 18 stands behind the end"),
    "no id": (_forged(lambda h, r: r[0]["revisions"][0].update(id="1; drop table x")), "Row 2 does not hold together"),
    "an unknown operation": (_forged(lambda h, r: r[1].update(operation="frob")), "Row 3 has a wrong instruction.operation"),
    "somebody else's text": (_forged(lambda h, r: r[0]["revisions"][0].update(of_id=r[1]["id"])), "Row 2 does not hold together"),
    "the owner's voice": (_forged(lambda h, r: r[1]["decisions"][0].update(person_id="local")), "Row 3 does not hold together"),
    "a surrogate": (lambda file: [*file[:1], file[1].replace(b"Seed 0", b"\\ud800 0"), *file[2:]], "Row 2 holds text that is not Unicode"),
    "a huge number": (_forged(lambda h, r: r[1]["calls"][0].update(tokens_in=10**30)), "Row 3 .*beyond all bounds"),
    "a request that asks nothing": (_forged(lambda h, r: r[1]["calls"][0].update(request="{}")), "Row 3 does not hold together"),
    "another pack": (_forged(lambda h, r: h["packs"].append({"hash": "0" * 64, "name": "x", "files": {"a": "b"}, "from_hash": None})), "Row 1 does not hold together"),
    "settings that are none": (_forged(lambda h, r: h["runs"][0]["settings"].update(epochs="many")), "Row 1"),
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(furnished: Project, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The lines of a sound file."""
    file = taken(furnished, tmp_path_factory.mktemp("whole") / "out")
    return file.read_bytes().splitlines(keepends=True)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with opened(tmp_path_factory.mktemp("untouched") / "p.duckdb", "Untouched") as project:
        yield project


@pytest.mark.parametrize("damage", DAMAGES)
def test_of_a_damaged_file_nothing_is_taken(
    whole: list[bytes], untouched: Project, tmp_path: Path, damage: str
) -> None:
    change, words = DAMAGES[damage]
    file = tmp_path / "out"
    file.write_bytes(b"".join(change(whole)))
    with pytest.raises(BadInput, match=words):
        lineage_import.import_lineage(ME, untouched, file)
    assert untouched.database.query("select seq from last_seq") == [{"seq": 0}]
    assert untouched.database.query("select count(*) as n from run") == [{"n": 0}]


def test_a_damaged_parquet_lineage_is_refused(furnished: Project, empty: Project, tmp_path: Path) -> None:
    file = taken(furnished, tmp_path / "out", ExportFormat.LINEAGE_PARQUET)
    whole = file.read_bytes()
    for content in (whole[:-40], whole[: len(whole) // 2], b"PAR1" + bytes(200) + b"PAR1"):
        file.write_bytes(content)
        with pytest.raises(BadInput):
            lineage_import.import_lineage(ME, empty, file)
    assert empty.database.query("select count(*) as n from instruction") == [{"n": 0}]


def test_a_row_whose_parent_is_nowhere_is_refused(furnished: Project, empty: Project, tmp_path: Path) -> None:
    file = taken(furnished, tmp_path / "out")
    header, *rows, _ = lines(file)
    rest = [row for row in rows if row["id"] != tree(2)[0].id]
    file.write_bytes(b"".join(_resealed(header | {"rows": len(rest)}, rest)))
    report = lineage_import.import_lineage(ME, empty, file)
    assert (report.taken, report.refused_count) == (10, 4)
    assert report.refused[0].reason == "grew from an instruction that is neither here nor in the file"


def test_an_import_that_is_cancelled_leaves_nothing(furnished: Project, empty: Project, tmp_path: Path) -> None:
    class Stopped(Exception): ...

    def stop(_: object) -> None:
        raise Stopped

    file = taken(furnished, tmp_path / "out")
    with pytest.raises(Stopped):
        lineage_import.import_lineage(ME, empty, file, tell=stop)
    assert empty.database.query("select count(*) as n from instruction") == [{"n": 0}]


COUNTS = """select (select count(*) from revision) as texts, (select count(*) from call) as calls,
(select count(*) from rule_check) as checks, (select count(*) from instruction) as instructions,
(select count(*) from instruction_state) as states, (select count(*) from decision) as decisions,
(select count(*) from run) as runs, (select count(*) from unfinished_import) as unfinished"""
KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from core.domain.person import LOCAL_OWNER
from core.services.exchanging import lineage_import
from tests.services.reviewed import opened

def tell(now):
    if now.is_writing and now.share:
        os.kill(os.getpid(), signal.SIGKILL)

with opened(Path(sys.argv[1]), "Empty") as project:
    lineage_import.import_lineage(LOCAL_OWNER, project, Path(sys.argv[2]), tell=tell)
"""


def test_what_is_written_in_parts_is_taken_out_again_if_the_import_is_stopped(
    furnished: Project, empty: Project, tmp_path: Path
) -> None:
    class Stopped(Exception): ...

    told: list[ImportProgress] = []

    def stop(now: ImportProgress) -> None:
        told.append(now)
        if len([one for one in told if one.is_writing and one.share]) == 3:  # texts, calls, checks; no instruction
            assert empty.database.query("select count(*) as n from revision")[0]["n"] > 15
            assert empty.database.query("select count(*) as n from instruction") == [{"n": 0}]
            raise Stopped

    file = taken(furnished, tmp_path / "out")
    with pytest.raises(Stopped):
        lineage_import.import_lineage(ME, empty, file, tell=stop)
    assert set(empty.database.query(COUNTS)[0].values()) == {0}
    assert lineage_import.import_lineage(ME, empty, file).taken == 15
    assert hashes(empty, tmp_path / "b") == hashes(furnished, tmp_path / "a")


def test_what_a_killed_import_left_is_gone_when_the_project_is_opened(furnished: Project, tmp_path: Path) -> None:
    file, path = taken(furnished, tmp_path / "out"), tmp_path / "killed.duckdb"
    command = [sys.executable, "-c", KILLED_WHILE_WRITING, str(path), str(file)]
    assert subprocess.run(command, check=False, timeout=120).returncode == -signal.SIGKILL
    with opened(path, "Empty") as project:
        assert set(project.database.query(COUNTS)[0].values()) == {0}
        assert lineage_import.import_lineage(ME, project, file).taken == 15
        assert project.database.projection_is_right()


def test_a_run_that_is_here_with_other_settings_is_refused(furnished: Project, empty: Project, tmp_path: Path) -> None:
    empty.database.writer.append_now([run(epochs=9)])
    with pytest.raises(BadInput, match=r"run 1 \(a run\) is here already with other settings"):
        lineage_import.import_lineage(ME, empty, taken(furnished, tmp_path / "out"))


def test_a_child_that_was_drawn_later_is_added_to_what_is_here(
    furnished: Project, empty: Project, tmp_path: Path
) -> None:
    file = taken(furnished, tmp_path / "out")
    later = child(tree(0)[4])
    with opened(tmp_path / "second.duckdb", "Second") as second:
        for project in (second, empty):
            lineage_import.import_lineage(ME, project, file)
        second.database.writer.append_now([later, revision(later, "Later")])
        report = lineage_import.import_lineage(ME, empty, taken(second, tmp_path / "more"))
    assert (report.taken, report.skipped, report.refused_count) == (1, 15, 0)
    assert later.id in {node.id for node in trees.tree(ME, empty, later.run_id or "", later.seed_id).nodes}
