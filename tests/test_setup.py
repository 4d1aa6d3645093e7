"""Setting up: what is installed is pinned, and what is missing is said."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run_in(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "name",
    [
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-smoke.txt",
        "requirements-cluster.txt",
        "requirements-argilla-server.txt",
    ],
)
def test_every_requirement_has_one_version_and_hashes_and_no_file_names_a_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    assert not [
        line
        for line in lines
        if not re.match(r"^[a-z0-9._-]+(\[\w+\])?==\S+\s+(--hash=sha256:[0-9a-f]{64}\s*)+$", line)
    ]


def test_what_tests_add_agrees_with_what_the_studio_runs_on() -> None:
    both = [
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt", "requirements-cluster.txt")
    ]
    for added in both[1:]:
        assert not {name for name in both[0].keys() & added.keys() if both[0][name] != added[name]}


def test_without_a_recent_python_set_up_says_what_to_install(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with spaces"
    shutil.copytree(ROOT / "tools", folder / "tools")
    done = run_in(folder, "sh", "tools/setup.sh", "run", PYTHON="/no/such/python")
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert not (folder / ".venv").exists()


def test_without_the_venv_module_set_up_names_the_package(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    partial_python = tmp_path / "python without venv"
    partial_python.write_text(
        f'#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\nexec "{sys.executable}" "$@"\n', encoding="utf-8"
    )
    partial_python.chmod(0o755)
    done = run_in(tmp_path, "sh", "tools/setup.sh", "run", PYTHON=str(partial_python))
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_without_a_browser_the_tests_say_what_to_install() -> None:
    done = run_in(ROOT, sys.executable, "tests/chrome.py", CHROME="/no/such/chrome")
    assert done.returncode == 1
    assert "apt-get install chromium" in done.stderr


def test_make_alone_lists_every_target() -> None:
    done = run_in(ROOT, "make")
    named = set(re.findall(r"^make (\w+)", done.stdout, re.MULTILINE))
    declared = re.findall(r"^\.PHONY: help (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert named == set(declared[0].split())
