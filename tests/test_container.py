"""What the container file builds would run: only what it copies, with what it sets, and without writing where it may not.

No container is built here. Its lines are read, what they copy is copied, and what they start is started.
"""

import fnmatch
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.running import http_status

ROOT = Path(__file__).parents[1]
# Everything that a person, a run or a developer may have left in the folder, and that no image may hold.
NOT_IN_IT = (
    ".streamlit/secrets.toml", ".env", "signing.key", "data/signing.key", "data/studio.duckdb", "data/studio.duckdb.bridge",
    "data/projects/mine.duckdb", "data/uploads/upload.part", "data/logs/studio.jsonl", "core/__pycache__/x.pyc", "tests/conftest.py",
    ".git/config", "model.gguf",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    """One instruction, continued lines joined."""

    word: str
    rest: str


def lines() -> list[Line]:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    told = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Line(word=line.split(None, 1)[0], rest=" ".join(line.split()[1:])) for line in told]


def last_stage() -> list[Line]:
    said = lines()
    begins = max(number for number, line in enumerate(said) if line.word == "FROM")
    return said[begins:]


def only(word: str) -> str:
    (found,) = [line.rest for line in last_stage() if line.word == word]
    return found


def copied() -> list[tuple[str, str]]:
    """What the last stage takes from here: (path, where to)."""
    parts = [line.rest.split() for line in last_stage() if line.word == "COPY" and not line.rest.startswith("--from")]
    return [(source, part[-1]) for part in parts for source in part[:-1]]


def ignored(path: str) -> bool:
    """By .containerignore: a pattern holds for what it names and for all below; `**/` is any folder or none."""
    patterns = [line for line in (ROOT / ".containerignore").read_text(encoding="utf-8").split("\n") if line and line[0] != "#"]  # fmt: skip
    whole = Path(path)
    tried = [str(whole), *map(str, whole.parents)]
    return any(
        fnmatch.fnmatch(part, pattern) or fnmatch.fnmatch(part, pattern.removeprefix("**/"))
        for pattern in patterns
        for part in [*tried, *(whole.parts if pattern.startswith("**/") else ())]
    )


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as the last stage has it."""
    folder = tmp_path_factory.mktemp("image")
    for source, target in copied():
        if (ROOT / source).is_file():
            shutil.copy(ROOT / source, folder / target)
        else:
            shutil.copytree(ROOT / source, folder / target, ignore=_ignoring)
    return folder


def _ignoring(folder: str, names: list[str]) -> set[str]:
    inside = Path(folder).relative_to(ROOT)
    return {name for name in names if ignored((inside / name).as_posix())}


@pytest.fixture(scope="module")
def started(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The image's own command on a free port: its address, and what it said."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    data, said = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("said") / "said.txt"
    settings = dict(part.split("=", 1) for part in only("ENV").split())
    environment = {name: value.replace("/data", str(data)) for name, value in settings.items() if name != "PATH"}
    command = [part.replace("8501", port) for part in json.loads(only("CMD"))]
    with said.open("wb") as out:
        process = subprocess.Popen([sys.executable, *command[1:]], cwd=image, env=environment, stdout=out, stderr=out)
        try:
            yield _listening(f"http://127.0.0.1:{port}", process, said), said
        finally:
            process.terminate()
            process.wait(timeout=30)


def _listening(address: str, process: "subprocess.Popen[bytes]", said: Path) -> str:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, said.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return address
        except OSError:
            time.sleep(0.05)


def test_what_it_copies_is_all_that_the_studio_needs(started: tuple[str, Path]) -> None:
    address, said = started
    assert http_status(f"{address}/health/ready") == 200
    assert http_status(f"{address}/", Accept="text/html") == 200
    told = [json.loads(line) for line in said.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    assert "the studio is open" in [line["what"] for line in told], "the log is JSON on its output"


def test_it_writes_nothing_beside_its_code(started: tuple[str, Path], image: Path) -> None:
    assert started
    written = [path for path in image.rglob("*") if path.suffix in (".pyc", ".duckdb", ".jsonl.1", ".key", ".log")]
    assert not written


def test_what_people_made_and_what_is_secret_is_not_sent_to_a_build(image: Path) -> None:
    assert not [path for path in NOT_IN_IT if not ignored(path) and path.split("/")[0] in {one for one, _ in copied()}]
    assert not [path for path in NOT_IN_IT if (image / path).exists()]
    assert ignored("data/projects/mine.duckdb")
    assert not ignored("data/starter_seeds.jsonl")
    assert not ignored("core/settings.py")


def test_it_runs_as_nobody_in_particular_and_keeps_its_data_in_one_place() -> None:
    assert only("USER") == "10001:10001"
    assert only("VOLUME") == "/data"
    assert only("STOPSIGNAL") == "SIGTERM"
    assert "EVOL_STUDIO_SIGN_IN=accounts" in only("ENV")


def test_its_health_check_asks_a_route_of_ours_at_its_port() -> None:
    assert f"http://127.0.0.1:{only('EXPOSE')}/health'" in only("HEALTHCHECK")
    assert json.loads(only("CMD"))[-3:-2] == [only("EXPOSE")]


def test_libraries_are_installed_by_hash_and_nothing_is_compiled() -> None:
    (install,) = [line.rest for line in lines() if line.word == "RUN" and "pip install" in line.rest]
    assert re.search(r"--require-hashes --only-binary :all: -r requirements\.txt", install)
