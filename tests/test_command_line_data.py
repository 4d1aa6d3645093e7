"""`python -m core references|decisions|projects pack …` as people type it."""

import json
from pathlib import Path

import pytest

from tests.typed import in_json, said


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVOL_STUDIO_HOME", str(tmp_path / "home"))
    rows = [{"instruction": "Explain a tide."}, {"instruction": "Name a bird."}, {"instruction": 7}]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    said = "text,verdict,person\nExplain a tide.,accept,Ann\nName a bird.,reject,Bo\nElse.,accept,Ann\n"
    (tmp_path / "said.csv").write_text(said, encoding="utf-8")
    return tmp_path


def test_a_reference_set_is_taken_and_listed(home: Path) -> None:
    taken = in_json("references", "import", home / "rows.jsonl", "--name", "Birds", "--licence", "CC0-1.0")
    assert (taken["taken"], taken["refused_count"]) == (2, 1)
    (listed,) = in_json("references")["references"]
    assert (listed["name"], listed["n"], listed["licence"]) == ("Birds", 2, "CC0-1.0")
    status, text = said("references", "import", home / "rows.jsonl")
    assert status == 1
    assert "This file is here already, as “Birds”" in text


def test_one_bad_row_refuses_a_file_where_that_was_asked(home: Path) -> None:
    status, text = said("references", "import", home / "rows.jsonl", "--whole")
    assert status == 1
    assert "Row 3 its `instruction` is not text" in text
    assert said("references")[1].strip() == "No reference sets yet."


def test_decisions_are_checked_refused_whole_and_taken_without_what_cannot_be_used(home: Path) -> None:
    said("seeds", "import", home / "rows.jsonl")
    checked = in_json("decisions", "check", home / "said.csv")
    assert (checked["decisions"], checked["refused"]) == (
        2,
        [{"row": 4, "reason": "is about an instruction that is not here"}],
    )
    status, text = said("decisions", "import", home / "said.csv")
    assert status == 1
    assert "Row 4 is about an instruction that is not here" in text
    status, text = said("decisions", "import", home / "said.csv", "--without-refused")
    assert status == 0
    assert "2 decisions and 0 skills taken, 0 here already, 1 rows refused." in text
    assert in_json("decisions", "check", home / "said.csv")["known"] == 2


def test_a_whole_project_is_packed_and_unpacked(home: Path) -> None:
    said("seeds", "import", home / "rows.jsonl")
    packed = in_json("projects", "pack", "my-project", "--to", home / "mine.studio.zip")
    assert packed["counts"]["seeds"] == 2
    made = in_json("projects", "unpack", home / "mine.studio.zip", "--name", "The copy")
    assert made["project"] == "the-copy"
    assert in_json("seeds", "list", "--project", "the-copy")["total"] == 2
    status, text = said("projects", "pack", "my-project", "--to", home / "mine.studio.zip")
    assert status == 1
    assert "There is a file of this name already" in text


def test_pushing_without_a_token_says_how_to_give_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    status, text = said("hub", "push", home, "ann/data")
    assert status == 1
    assert "There is no token for the hub. Set HF_TOKEN" in text
