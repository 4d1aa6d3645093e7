"""Whether the studio runs on what it was tested with."""

import platform
import re
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.domain.upkeep import Area, Finding, State
from core.settings import ROOT

_OLDEST_PYTHON = (3, 11)
_PINNED = re.compile(r"^([a-z0-9._-]+)==([^ \\]+)", re.MULTILINE | re.IGNORECASE)
_WANTED = re.compile(r"^([a-z0-9._-]+)", re.MULTILINE | re.IGNORECASE)
_SHOWN = ("streamlit", "duckdb", "openai", "xllamacpp")
_SET_RIGHT = "Stop the studio and start it with `make run`, which sets its libraries right."


def versions() -> dict[str, str]:
    """Of what matters most; "" for what is not there."""
    return {name: _version(name) for name in _SHOWN}


def findings(folder: Path = ROOT) -> list[Finding]:
    """Python, and every library that the studio names itself, against its pins."""
    found = []
    if sys.version_info < _OLDEST_PYTHON:
        found.append(
            _act(f"Python {platform.python_version()} is older than 3.11", "Install a newer Python, then `make run`.")
        )
    pins = pinned(folder)
    if not pins:
        return [*found, _act("The list of pinned libraries is not there", "Take the studio's folder whole.")]
    for name, wanted in pins.items():
        if (there := _version(name)) != wanted:
            what = f"{name} {there} is installed, {wanted} is pinned" if there else f"{name} is not installed"
            found.append(_act(what, _SET_RIGHT))
    main = ", ".join(f"{name} {there}" for name, there in versions().items())
    words = f"Python {platform.python_version()}, {main}; {len(pins)} libraries are as pinned"
    return found or [Finding(area=Area.SOFTWARE, state=State.GOOD, what=words)]


def pinned(folder: Path) -> Mapping[str, str]:
    """The libraries that requirements.in names, with the versions that requirements.txt pins."""
    try:
        named = {_plain(name) for name in _WANTED.findall((folder / "requirements.in").read_text(encoding="utf-8"))}
        pins = _PINNED.findall((folder / "requirements.txt").read_text(encoding="utf-8"))
    except OSError:
        return {}
    return {_plain(name): wanted for name, wanted in pins if _plain(name) in named}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _act(what: str, to_do: str) -> Finding:
    return Finding(area=Area.SOFTWARE, state=State.ACT, what=what, to_do=to_do)
