"""A project as text: written and built again it has the same rows, and shows the same trees."""

import json
from pathlib import Path

import pytest

from core.domain.check import Rule, Verdict
from core.domain.instruction import RunStatus
from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import RunEventKind
from core.domain.task import TaskKind, TaskState
from core.errors import BadInput
from core.services import demo
from core.services.growing import tree_nodes, trees
from core.services.projects import Project
from core.store.database import Database
from tests.builders import (
    RUN,
    call,
    check,
    child,
    event,
    id_of,
    label,
    outcome,
    pack,
    project_at,
    response,
    revision,
    run,
    score,
    seed,
    source,
    system,
    task,
)  # fmt: skip

HARD = '🌱 \u202eabc\u202c \u2028 \\n \x07 "quoted" <b>bold</b>\n\ttabbed\x00'
TABLES = (
    "source", "prompt_pack", "system", "run", "instruction", "revision", "response", "call", "rule_check", "outcome",
    "score", "label", "run_event", "task", "instruction_state",
)  # fmt: skip


def fill(database: Database) -> None:
    one = seed()
    first, second = child(one, 0), child(one, 1)
    third = child(first, 0)
    answer = response(first)
    database.writer.append_now(
        [source(), one, revision(one, HARD), label(one), system(), pack(), run(), score(one, 2.25)]
    )
    database.writer.append_now([event(RunEventKind.STARTED), first, second, task(first), task(second), task(third)])
    database.writer.append_now(
        [
            revision(first, HARD + "more"), call(first, cost_usd=0.25, reply=HARD), call(first, TaskKind.JUDGE, error_kind="time_out"),
            task(first, state=TaskState.DONE, tries=2), answer, revision(answer, "An answer."), outcome(first), score(first, 6.0),
        ]
    )  # fmt: skip
    database.writer.append_now(
        [
            revision(second, "too like it"), check(second, Rule.NO_INFORMATION_GAIN, Verdict.FAIL, evidence="P = 0.9"),
            outcome(second, RunStatus.ELIMINATED, Rule.NO_INFORMATION_GAIN, words_added=None), third, event(RunEventKind.FINISHED),
        ]
    )  # fmt: skip


def rows(database: Database, table: str) -> list[str]:
    """What a table holds. `seq` is given anew, in the same order within a table."""
    found = database.query(f"select * from {table}")  # noqa: S608
    found.sort(key=lambda row: row.get("seq") or str(row.get("id") or row.get("hash")))
    return [str({name: value for name, value in row.items() if name != "seq"}) for row in found]


def test_a_project_written_as_text_and_built_again_has_equal_rows(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as original:
        fill(original)
        n = demo.write(original, tmp_path / "text")
        demo.build(tmp_path / "text", tmp_path / "built.duckdb")
        with project_at(tmp_path / "built.duckdb") as built:
            for table in TABLES:
                assert rows(built, table), table
                assert rows(built, table) == rows(original, table)
            assert built.projection_is_right()
            before, after = (Project(slug="p", name="P", database=one) for one in (original, built))
            nodes = trees.tree(ME, after, RUN, id_of("seed")).nodes
            assert nodes == trees.tree(ME, before, RUN, id_of("seed")).nodes
            assert len(nodes) == 4
            for node in nodes:
                assert tree_nodes.node(ME, after, node.id, RUN) == tree_nodes.node(ME, before, node.id, RUN)
            assert demo.write(built, tmp_path / "again") == n
    assert (tmp_path / "again" / "project.jsonl").read_bytes() == (tmp_path / "text" / "project.jsonl").read_bytes()


def test_the_text_is_one_fact_a_line(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        fill(database)
        n = demo.write(database, tmp_path)
    lines = (tmp_path / "project.jsonl").read_text(encoding="utf-8").split("\n")
    assert len(lines) == n + 1
    assert all("fact" in json.loads(line) for line in lines[:-1])


def test_a_missing_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Get the studio's data folder again"):
        demo.build(tmp_path, tmp_path / "demo.duckdb")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spoiled", ["half a li", '{"fact": "Unheard"}', '{"fact": "Revision", "id": 7}', '["fact"]'])
def test_a_spoiled_text_is_said_with_its_line_and_leaves_no_project(spoiled: str, tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        fill(database)
        demo.write(database, tmp_path)
    text = tmp_path / "project.jsonl"
    good = text.read_text(encoding="utf-8")
    text.write_text(f"{good}{spoiled}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=f"line {good.count(chr(10)) + 1}"):
        demo.build(tmp_path, tmp_path / "demo.duckdb")
    assert not (tmp_path / "demo.duckdb").exists()
