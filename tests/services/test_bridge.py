"""The lock file beside an open project: readable by its owner only, one command a token, worth nothing once the app is dead."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.services.bridge import Bridge, door_of, lock_path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "p.duckdb"
    path.touch()
    return path


def token_of(file: Path) -> str:
    door = door_of(file)
    assert door is not None
    return door.token


def test_the_lock_file_says_who_and_where_to_its_owner_only(file: Path) -> None:
    Bridge(8123).stand_beside([file])
    assert stat.S_IMODE(lock_path(file).stat().st_mode) == 0o600
    door = door_of(file)
    assert door is not None
    assert (door.pid, door.port) == (os.getpid(), 8123)
    assert len(door.token) >= 32


def test_a_token_lets_one_command_in(file: Path) -> None:
    bridge = Bridge(8123)
    bridge.stand_beside([file])
    first = token_of(file)
    assert bridge.admit(first)
    assert not bridge.admit(first)
    second = token_of(file)
    assert second != first
    assert bridge.admit(second)
    assert stat.S_IMODE(lock_path(file).stat().st_mode) == 0o600


@pytest.mark.parametrize("wrong", ["", "x", "ünïcode", "A" * 43, "\x00"])
def test_a_wrong_token_lets_nobody_in_and_uses_nothing_up(wrong: str, file: Path) -> None:
    bridge = Bridge(8123)
    bridge.stand_beside([file])
    good = token_of(file)
    assert not bridge.admit(wrong)
    assert token_of(file) == good
    assert bridge.admit(good)


def test_of_many_commands_with_one_token_one_is_let_in(file: Path) -> None:
    bridge = Bridge(8123)
    bridge.stand_beside([file])
    token, admitted = token_of(file), []
    threads = [threading.Thread(target=lambda: admitted.append(bridge.admit(token))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted.count(True) == 1


def test_all_files_of_an_app_carry_the_present_token(tmp_path: Path) -> None:
    bridge, files = Bridge(8123), [tmp_path / "a.duckdb", tmp_path / "b.duckdb"]
    bridge.stand_beside(files[:1])
    bridge.admit(token_of(files[0]))
    bridge.stand_beside(files)
    assert token_of(files[0]) == token_of(files[1])
    bridge.admit(token_of(files[1]))
    assert token_of(files[0]) == token_of(files[1])


def test_an_app_that_leaves_takes_its_lock_files_away(file: Path) -> None:
    bridge = Bridge(8123)
    bridge.stand_beside([file])
    bridge.leave()
    assert [path.name for path in file.parent.iterdir()] == ["p.duckdb"]
    assert door_of(file) is None


def test_the_lock_file_of_a_killed_app_counts_for_nothing(file: Path) -> None:
    program = "import os, sys; from pathlib import Path; from core.services.bridge import Bridge\n"
    program += "Bridge(8123).stand_beside([Path(sys.argv[1])]); os.kill(os.getpid(), 9)\n"
    subprocess.run([sys.executable, "-c", program, str(file)], check=False)
    assert lock_path(file).exists()
    assert door_of(file) is None


def test_a_process_that_only_has_the_dead_apps_number_is_not_the_app(file: Path) -> None:
    Bridge(8123).stand_beside([file])
    said = json.loads(lock_path(file).read_text())
    lock_path(file).write_text(json.dumps(said | {"pid_since": said["pid_since"] - 3600}))
    assert door_of(file) is None


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "7", "{}", '{"pid": "x", "port": 1, "token": "t"}', '{"pid": -1, "pid_since": 0, "port": 1, "token": "t"}',
     '{"pid": 99999999999999999999, "pid_since": 0, "port": 1, "token": "t"}', "\x00\x00"],
)  # fmt: skip
def test_a_spoiled_lock_file_counts_for_nothing(content: str, file: Path) -> None:
    lock_path(file).write_text(content)
    assert door_of(file) is None


def test_readers_never_see_a_half_written_lock_file(file: Path) -> None:
    bridge, stop = Bridge(8123), threading.Event()
    bridge.stand_beside([file])
    missed: list[bool] = []

    def read() -> None:
        while not stop.is_set():
            missed.append(door_of(file) is None)

    reading = threading.Thread(target=read)
    reading.start()
    for _ in range(200):
        assert bridge.admit(token_of(file))
    stop.set()
    reading.join()
    assert missed.count(True) == 0
    assert len(missed) > 10
