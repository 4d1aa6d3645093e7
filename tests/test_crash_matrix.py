"""docs/crash-matrix.md: every row says what is promised and what was seen, and names a test that is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MATRIX = (ROOT / "docs" / "crash-matrix.md").read_text(encoding="utf-8")
ROWS = [line for line in MATRIX.splitlines() if line.startswith("| ") and not line.startswith("| window")]
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def names_in(path: Path) -> set[str]:
    """The names of its tests, those in classes too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_there_are_rows() -> None:
    assert len(ROWS) > 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_a_row_promises_something_and_names_tests_that_are_there(row: str) -> None:
    _, window, promised, seen, tests, _ = (cell.strip() for cell in row.split("|"))
    assert window
    assert promised
    assert seen
    named = _TEST.findall(tests)
    assert named
    assert _TEST.sub("", tests).strip(" ,") == ""
    for file, name in named:
        assert name in names_in(ROOT / file), f"{file} has no {name}"
