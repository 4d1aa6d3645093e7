"""What the README and docs/ say is there, is there: files behind links, commands, targets of make, settings."""

import re
from pathlib import Path

import pytest

from core.__main__ import _parser
from core.settings import Settings

ROOT = Path(__file__).parents[1]
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "data" / "README.md"])
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"python -m core ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
_TARGET = re.compile(r"`?make ([a-z]+)\b(?=[`\s]*(?:#|`|[A-Z]+=|$))", re.MULTILINE)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(paper: Path) -> str:
    return paper.read_text(encoding="utf-8")


def _choices(parser: object) -> dict[str, object]:
    """The next words that a parser knows; none for a command that takes options alone."""
    actions = getattr(parser, "_actions", [])
    found = [action.choices for action in actions if isinstance(action.choices, dict)]
    return dict(found[0]) if found else {}


NOUNS = _choices(_parser())


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_link_leads_somewhere(paper: Path) -> None:
    links = [link for link in _LINK.findall(_CODE.sub("", text_of(paper))) if "://" not in link and link[0] != "#"]
    missing = [link for link in links if not (paper.parent / link.partition("#")[0]).exists()]
    assert not missing


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_command_that_is_shown_is_known(paper: Path) -> None:
    for noun, verb in _COMMAND.findall(text_of(paper)):
        assert noun in NOUNS, noun
        verbs = _choices(NOUNS[noun])
        assert not verb or not verbs or verb in verbs, f"{noun} {verb}"


def test_every_target_that_is_named_is_one_of_make() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named = {target for paper in PAPERS for target in _TARGET.findall(text_of(paper))}
    assert named <= targets | {"sure"}
    assert {"run", "test", "bench"} <= named


def test_every_setting_is_explained_to_whoever_operates_it() -> None:
    told = text_of(ROOT / "docs" / "operating.md")
    read = {name for path in (ROOT / "core").rglob("*.py") for name in re.findall(r"environ(?:\.get)?[(\[]\s*\"(EVOL_STUDIO_[A-Z_]+)", text_of(path))}  # fmt: skip
    settings = {f"EVOL_STUDIO_{name.upper()}" for name in Settings.model_fields} - {"EVOL_STUDIO_SHIPPED"}
    assert not [name for name in sorted(settings | read) if f"`{name}`" not in told]
