"""`python -m core seeds …` as people type it."""

from pathlib import Path

import pytest

from tests.openai_server import openai_server
from tests.typed import in_json, said

CSV = 'No;What to do;Field\n1;Explain a tide to a child.;Physics\n2;"Name three birds; all of them grey.";Biology\n3;\n4;Explain a tide to a child.;\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVOL_STUDIO_HOME", str(tmp_path / "home"))
    (tmp_path / "odd.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


def test_a_file_is_looked_at_and_nothing_is_taken(home: Path) -> None:
    status, text = said("seeds", "look", home / "odd.csv")
    assert status == 0
    for words in ("CSV", "instruction: What to do, skill: Field", "REFUSED: has 2 cells where the header has 3"):
        assert words in text
    assert in_json("seeds", "list")["total"] == 0


def test_a_file_is_imported_and_counted(home: Path) -> None:
    answer = in_json("seeds", "import", home / "odd.csv", "--licence", "CC0-1.0", "--name", "Odd")
    assert (answer["taken"], answer["merged"], answer["refused_count"]) == (2, 1, 1)
    assert answer["refused"] == [{"row": 4, "reason": "has 2 cells where the header has 3"}]
    assert answer["columns"] == {"instruction": "What to do", "input": "", "skill": "Field"}
    listed = in_json("seeds", "list")
    assert [one["text"] for one in listed["seeds"]] == [
        "Explain a tide to a child.",
        "Name three birds; all of them grey.",
    ]
    assert in_json("seeds", "skills")["skills"][0] == {"skill": "Biology", "seeds": 1, "survivors": 0}
    status, text = said("seeds", "import", home / "odd.csv")
    assert status == 0
    assert "0 taken, 3 merged as exact duplicates, 1 refused." in text
    assert "row 4 has 2 cells" in text


def test_columns_can_be_named_and_a_wrong_name_is_said(home: Path) -> None:
    answer = in_json("seeds", "import", home / "odd.csv", "--instruction", "Field")
    assert answer["columns"]["instruction"] == "Field"
    status, text = said("seeds", "import", home / "odd.csv", "--instruction", "Question")
    assert status == 1
    assert "There is no column “Question”" in text
    assert "What to do" in text


def test_a_useless_file_is_refused_with_what_to_do(home: Path) -> None:
    (home / "seeds.zip").write_bytes(b"PK\x03\x04 and more")
    for name, words in (("seeds.zip", "This is a zip file"), ("nothing.csv", "There is no such file")):
        status, text = said("seeds", "import", home / name)
        assert status == 1
        assert words in text


def test_a_model_names_what_has_no_skill(home: Path) -> None:
    in_json("seeds", "import", home / "odd.csv", "--skill", "No")
    with openai_server() as server:
        in_json("endpoints", "connect", "--name", "test", "--url", server.base_url, "--model", "fake")
        (home / "more.csv").write_text("instruction\nName a fish.\nName a bird.\n", encoding="utf-8")
        in_json("seeds", "import", home / "more.csv")
        first = in_json("seeds", "label", "--endpoint", "test", "--most", "1")
        assert (first["labelled"], first["left"], first["is_going"]) == (1, 1, False)
        status, text = said("seeds", "label", "--endpoint", "test")
    assert status == 0
    assert text.startswith("1 named, 0 unclear, 0 failed;")
