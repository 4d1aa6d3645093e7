"""`python -m core packs …`: the same words for people and, with --json, for programs."""

import json
from pathlib import Path

import pytest

from core.__main__ import main


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOL_STUDIO_HOME", str(tmp_path / "home"))


def said(capsys: pytest.CaptureFixture[str], *words: str | Path, status: int = 0) -> str:
    assert main([*map(str, words)]) == status
    streams = capsys.readouterr()
    return streams.err if status else streams.out


def answer(capsys: pytest.CaptureFixture[str], *words: str | Path) -> dict[str, object]:
    return dict(json.loads(said(capsys, "--json", *words)))


def test_a_pack_goes_out_and_comes_back_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before = answer(capsys, "packs", "list")["packs"]
    assert isinstance(before, list)
    hashes = {pack["name"]: pack["hash"] for pack in before}
    assert {"classic", "compact"} <= set(hashes)
    out = answer(capsys, "packs", "export", "classic", tmp_path / "out")
    assert out["files"] == len(list((tmp_path / "out").glob("*.md")))
    back = answer(capsys, "packs", "import", tmp_path / "out", "--name", "mine")
    assert (back["pack"], back["hash"]) == ("mine", hashes["classic"])
    assert "mine" in said(capsys, "packs", "list")


def test_what_is_refused_says_why_and_changes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said(capsys, "packs", "export", "classic", tmp_path / "out")
    (tmp_path / "out" / "deepen.md").write_text("--- user ---\nRewrite this prompt.", encoding="utf-8")
    refused = said(capsys, "packs", "import", tmp_path / "out", status=1)
    assert "deepen.md: The placeholder {{instruction}} is lost" in refused
    assert "not empty" in said(capsys, "packs", "export", "compact", tmp_path / "out", status=1)
    assert "no such folder" in said(capsys, "packs", "import", tmp_path / "nowhere", status=1)
    assert "no prompt pack “nothing”" in said(capsys, "packs", "export", "nothing", tmp_path / "new", status=1)
    assert not (tmp_path / "new").exists()
    assert "out" not in said(capsys, "packs", "list")
