"""`python -m core …` as people type it: without the app it opens the file, with the app it asks it, with the same answers."""

import http.client
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from core.__main__ import main
from core.services import commands
from core.services.bridge import door_of, lock_path
from tests.builders import project_at, revision, seed
from tests.e2e.running import ROOT, App
from tests.openai_server import OpenAIServer, openai_server

SEEDS = ["Sort a list of numbers.", "Write a haiku about rain.", "Explain recursion.", "Plan a small garden."]


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    lines = [json.dumps({"instruction": seed}) for seed in SEEDS]
    (tmp_path / "seeds.jsonl").write_text("\n".join([*lines, "broken"]), encoding="utf-8")
    return folder


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    running = App(home).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def kept_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """For tests that leave it as it was."""
    running = App(tmp_path_factory.mktemp("kept") / "home").start()
    yield running
    running.stop()


def line(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "core", *map(str, words)]


def where(home: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EVOL_STUDIO_")}
    return clean | {"EVOL_STUDIO_HOME": str(home), "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Said:
    """What a command wrote."""

    stdout: str
    stderr: str


def process(home: Path, *words: str | Path, cwd: Path = ROOT) -> Said:
    """The command as a process of its own."""
    done = subprocess.run(
        line(*words), env=where(home), cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Said(done.stdout, done.stderr)


def command(home: Path, *words: str | Path, exit_status: int = 0) -> Said:
    """The same within this process, which starts sooner."""
    out, err = io.StringIO(), io.StringIO()
    with patch.dict(os.environ, where(home), clear=True), redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(list(map(str, words)))
        except SystemExit as wrong_usage:
            status = int(wrong_usage.code or 0)
    assert status == exit_status, out.getvalue() + err.getvalue()
    return Said(out.getvalue(), err.getvalue())


def answer(home: Path, *words: str | Path) -> dict[str, Any]:
    return dict(json.loads(command(home, "--json", *words).stdout))


def growing(home: Path, server: OpenAIServer, *more: str | Path) -> list[str | Path]:
    """The words that grow two of the seeds for one epoch; later words win."""
    seeds = home.parent / "seeds.jsonl"
    fixed = ["grow", "--seeds", seeds, "--url", server.base_url, "--model", "fake", "--endpoint", "test"]
    return [*fixed, "--epochs", "1", "--limit", "2", *more]


def test_grow_makes_a_project_and_says_what_became_of_it(home: Path, server: OpenAIServer) -> None:
    file = home.parent / "mine.duckdb"
    now = json.loads(process(home, "--json", *growing(home, server, "--project", file, "--epochs", "2")).stdout)
    assert (now["state"], now["decided"], now["expected"], now["going"]) == ("finished", 4, 4, False)
    assert now["survived"] + now["eliminated"] + now["errors"] == 4
    assert sum(now["by_operation"].values()) == 4
    with project_at(file) as database:
        assert database.query("select count(*) as n from instruction where kind = 'seed'") == [{"n": 4}]
        assert database.query("select count(*) as n from outcome") == [{"n": 4}]
        assert database.query("select count(*) as n from call") == [{"n": now["calls"]}]
        assert database.projection_is_right()


def test_grow_says_in_plain_words_what_it_takes_and_what_came_of_it(home: Path, server: OpenAIServer) -> None:
    done = command(home, *growing(home, server))
    assert "Seeds: 4 taken, 0 merged, 1 refused." in done.stdout
    assert "row 5 is not JSON" in done.stdout
    assert "Estimate: " in done.stdout
    assert "From the command line: finished." in done.stdout
    assert "2/2" in done.stderr
    again = command(home, *growing(home, server))
    assert "Seeds: 0 taken, 4 merged, 1 refused." in again.stdout
    assert len(answer(home, "runs")["runs"]) == 2


def test_without_seeds_of_ones_own_the_shipped_ones_grow(home: Path, server: OpenAIServer) -> None:
    words = ["grow", "--url", server.base_url, "--model", "fake", "--epochs", "1", "--limit", "1"]
    assert answer(home, *words)["state"] == "finished"
    assert [one["name"] for one in answer(home, "endpoints")["endpoints"]] == ["embedded", "command-line"]


def test_a_killed_command_goes_on_with_resume_and_asks_nothing_twice_but_what_was_in_flight(home: Path) -> None:
    file = home.parent / "mine.duckdb"
    with openai_server(latency_s=0.15, jitter_s=0.1) as server:
        words = growing(home, server, "--project", file, "--limit", "4", "--epochs", "3")
        with subprocess.Popen(line(*words), env=where(home), cwd=ROOT, stderr=subprocess.DEVNULL) as begun:
            deadline = time.monotonic() + 60
            while server.stats().get("chat", 0) < 14 and time.monotonic() < deadline:
                time.sleep(0.01)
            begun.kill()
        asked_before = server.stats()["chat"]
        with project_at(file) as database:
            kept = {row["id"] for row in database.query("select id from call")}
        in_flight = asked_before - len(kept)
        now = answer(home, "grow", "--resume", "--project", file)
        asked = server.stats()["chat"]
    assert 0 < len(kept) < now["calls"]
    assert (now["state"], now["decided"], now["expected"]) == ("finished", 12, 12)
    with project_at(file) as database:
        calls = {row["id"] for row in database.query("select id from call")}
        assert kept <= calls
        assert len(calls) == now["calls"]
        assert asked - len(calls) <= in_flight
        events = [row["kind"] for row in database.query("select kind from run_event order by seq")]
        assert events == ["started", "interrupted", "resumed", "finished"]
        assert database.query("select count(*) as n from instruction where kind = 'evolved'") == [{"n": 12}]
        assert database.projection_is_right()


def _hear_ctrl_c() -> None:
    """Whoever runs the tests in the background makes their children deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_pauses_and_resume_watches_to_the_end(home: Path) -> None:
    with openai_server(latency_s=0.2) as server:
        words = growing(home, server, "--limit", "4", "--epochs", "3")
        with subprocess.Popen(
            line(*words),
            env=where(home),
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - it takes no lock
        ) as begun:
            deadline = time.monotonic() + 60
            while server.stats().get("chat", 0) < 6 and time.monotonic() < deadline:
                time.sleep(0.01)
            begun.send_signal(signal.SIGINT)
            _, said = begun.communicate(timeout=60)
        assert begun.returncode == 130
        assert "go on with --resume" in said
        (run,) = answer(home, "runs")["runs"]
        assert run["state"] in ("paused", "interrupted")  # the latter if it came before the run could be followed
        now = answer(home, "resume", "--run", run["run"])
    assert (now["state"], now["decided"]) == ("finished", 12)


def test_what_cannot_begin_is_refused_before_anything_is_spent(home: Path, server: OpenAIServer) -> None:
    before = server.stats().get("chat", 0)
    missing = command(home, *growing(home, server, "--seeds", home / "none.jsonl"), exit_status=1)
    assert "There is no such file" in missing.stderr
    dead = command(home, *growing(home, server, "--url", "http://127.0.0.1:9/v1"), exit_status=1)
    assert "Nothing was spent" in dead.stderr
    cap = command(home, *growing(home, server, "--calls", "0"), exit_status=1)
    assert "The cap allows not even one call" in cap.stderr
    none = command(home, *growing(home, server, "--limit", "0"), exit_status=1)
    assert none.stderr.strip()
    unknown = command(home, "grow", "--endpoint", "nobody", exit_status=1)
    assert "There is no endpoint “nobody”" in unknown.stderr
    resumed = command(home, "grow", "--resume", "--endpoint", "test", "--project", home / "new.duckdb", exit_status=1)
    assert "no run to resume" in resumed.stderr
    assert "Traceback" not in "".join(done.stderr for done in (missing, dead, cap, none, unknown, resumed))
    assert server.stats().get("chat", 0) == before


def test_wrong_words_get_the_usage_and_a_wrong_project_its_reason(home: Path) -> None:
    assert "usage" in command(home, "fly", exit_status=2).stderr
    assert "usage" in command(home, "grow", "--epochs", "many", exit_status=2).stderr
    assert "There is no project “other”" in command(home, "runs", "--project", "other", exit_status=1).stderr
    assert "name a project" in command(home, "runs", "--project", "../x", exit_status=1).stderr
    foreign = home / "notes.duckdb"
    foreign.write_text("Dear diary")
    assert "Restore a backup" in command(home, "runs", "--project", foreign, exit_status=1).stderr
    assert foreign.read_text() == "Dear diary"


def comparable(said: dict[str, Any]) -> dict[str, Any]:
    """An answer without what grows by asking."""
    return {name: value for name, value in said.items() if name not in ("seq", "bytes", "left_s")}


def test_with_the_app_running_the_answers_are_the_same(home: Path, server: OpenAIServer) -> None:
    run = answer(home, *growing(home, server))["run"]
    questions = (
        ["runs"], ["runs", "list"], ["progress", "--run", run], ["endpoints"], ["packs"], ["seeds", "--most", "2"],
        ["doctor", "--project", "my-project"], ["doctor", "--rebuild", "--project", "my-project"], ["backups"],
    )  # fmt: skip
    without = [answer(home, *question) for question in questions]
    unknown = run[:-1] + ("1" if run.endswith("0") else "0")
    refused_without = command(home, "progress", "--run", unknown, exit_status=1).stderr
    running = App(home).start()
    try:
        deadline = time.monotonic() + 20  # projects are opened beside the first visit
        while door_of(home / "projects" / "my-project.duckdb") is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert door_of(home / "projects" / "my-project.duckdb") is not None
        within = [answer(home, *question) for question in questions]
        refused_within = command(home, "progress", "--run", unknown, exit_status=1).stderr
    finally:
        running.stop()
    assert list(map(comparable, within)) == list(map(comparable, without))
    assert refused_within == refused_without
    assert not lock_path(home / "projects" / "my-project.duckdb").exists()


def told(home: Path, *words: str | Path) -> dict[str, Any]:
    """The answer or the problem, in JSON, without what differs from home to home."""
    done = subprocess.run(
        line(*words, "--json"), env=where(home), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    said = json.loads(done.stdout.replace(str(home.parent), "…"))
    assert set(said) == {"error", "to_do"} if done.returncode else "error" not in said, done
    assert done.stderr == ""
    return {"status": done.returncode} | said


def steps(folder: Path) -> list[tuple[str | Path, ...]]:
    """What a person may do with projects, and what is refused."""
    with project_at(folder / "brought.duckdb"):
        pass
    (folder / "diary.duckdb").write_text("Dear diary")
    return [
        ("projects", "new", "Birds"), ("projects", "new", "birds"), ("projects", "new", ""), ("projects", "rename", "birds", "Hard birds"),
        ("projects", "rename", "nobody", "X"), ("projects", "archive", "birds"), ("runs", "--project", "birds"),
        ("projects", "archive", "../x"), ("projects", "open", folder / "diary.duckdb"), ("projects", "open", folder / "none.duckdb"),
        ("projects", "open", folder), ("projects", "open", folder / "brought.duckdb"), ("projects", "restore", "birds"),
        ("projects", "restore", "birds"), ("seeds", "--project", "brought"), ("projects", "list"),
    ]  # fmt: skip


def test_projects_are_kept_the_same_way_with_the_app_and_without_it(tmp_path: Path) -> None:
    answers = []
    for name in ("without", "within"):
        home = tmp_path / name / "home"
        home.mkdir(parents=True)
        command(home, "projects", "new", "My own")
        running = App(home)
        if name == "within":
            running.start()
        try:
            answers.append([told(home, *words) for words in steps(home.parent)])
        finally:
            running.stop()
    without, within = answers
    for listed in (without[-1], within[-1]):
        for one in listed["projects"]:
            assert one.pop("bytes") > 0
            assert one.pop("last_used")
    assert within == without
    assert [one["status"] for one in without] == [0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 0, 0]
    assert [one["name"] for one in without[-1]["projects"]] == ["Brought", "Hard birds", "My own"]


def test_an_archived_project_is_still_there_for_commands_that_name_it(home: Path) -> None:
    command(home, "projects", "new", "First")
    command(home, "projects", "new", "Second")
    said = command(home, "projects", "archive", "second").stdout
    assert "Its file is untouched" in said
    assert "Second (archived)" in command(home, "projects").stdout
    assert answer(home, "seeds", "--project", "second") == {"total": 0, "seeds": []}


@pytest.mark.parametrize("name", commands.NAMES)
def test_every_command_says_what_it_takes_and_answers_in_json_on_request(name: str, home: Path) -> None:
    said = command(home, *name.split(), "--help", exit_status=0).stdout
    assert "--json" in said
    assert not list(home.iterdir())


def test_help_names_every_noun_with_its_verbs(home: Path) -> None:
    said = " ".join(command(home, "--help").stdout.split())
    for noun in commands.NOUNS:
        assert f"{noun.name} {noun.help}: {', '.join(verb.name for verb in noun.verbs)}" in said
        assert noun.verbs[0].help in command(home, noun.name, "-h").stdout
    assert "usage" in command(home, "runs", "fly", exit_status=2).stderr


def test_json_may_be_asked_for_before_or_after_the_command(home: Path) -> None:
    assert json.loads(command(home, "--json", "endpoints").stdout) == json.loads(
        command(home, "endpoints", "--json").stdout
    )
    problem = json.loads(command(home, "runs", "--project", "nix", "--json", exit_status=1).stdout)
    assert problem == {"error": "There is no project “nix”", "to_do": "The page Projects lists all of them."}
    foreign = home / "notes.duckdb"
    foreign.write_text("Dear diary")
    problem = json.loads(command(home, "doctor", "--project", foreign, "--json", exit_status=1).stdout)
    assert problem["error"].startswith(f"{foreign}: ")


def test_a_terminal_is_shown_no_control_characters_of_someone_elses_text(home: Path) -> None:
    file, one = home.parent / "evil.duckdb", seed(0, 0)
    with project_at(file) as database:
        database.writer.append_now([one, revision(one, "\x1b[2J\x9b31m\u202eSay hello to them.")])
    said = command(home, "seeds", "--project", file).stdout
    assert "Say hello to them." in said
    assert not set(said) & {"\x1b", "\x9b", "\u202e"}


def test_grow_through_the_running_app_with_a_file_named_from_another_folder(
    home: Path, server: OpenAIServer, app: App
) -> None:
    elsewhere = home.parent / "elsewhere"
    elsewhere.mkdir()
    (home.parent / "seeds.jsonl").rename(elsewhere / "own.jsonl")
    words = ["--json", *growing(home, server, "--seeds", "own.jsonl", "--project", "own.duckdb")]
    now = json.loads(process(home, *words, cwd=elsewhere).stdout)
    assert (now["state"], now["decided"]) == ("finished", 2)
    process(home, "backup", "--project", "own.duckdb", "--to", "copy.duckdb", cwd=elsewhere)
    with project_at(elsewhere / "copy.duckdb") as copy:
        assert copy.query("select count(*) as n from outcome") == [{"n": 2}]
    app.stop()
    assert answer(home, "progress", "--run", now["run"], "--project", elsewhere / "own.duckdb")["decided"] == 2


def test_two_commands_at_once_are_both_let_in(kept_app: App) -> None:
    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(lambda _: process(kept_app.home, "endpoints").stdout, range(3)))
    assert all(one == said[0] for one in said)


def test_a_wrong_or_used_token_is_refused_and_does_nothing(kept_app: App) -> None:
    def knock(token: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", kept_app.port, timeout=10)
        body = json.dumps({"token": token, "command": "endpoints list", "arguments": {}})
        connection.request("POST", "/api/command", body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
        connection.close()
        return status

    door = door_of(kept_app.home / "studio.duckdb")
    assert door is not None
    assert knock("wrong") == 401
    assert knock(door.token) == 200
    assert knock(door.token) == 401


def test_after_the_app_was_killed_a_command_opens_the_file_itself(home: Path, app: App) -> None:
    app.kill()
    assert lock_path(home / "studio.duckdb").exists()
    assert answer(home, "runs") == {"runs": []}


def test_a_file_that_someone_else_has_open_is_refused_with_the_next_step(home: Path, app: App) -> None:
    lock_path(home / "studio.duckdb").unlink()
    said = command(home, "runs", exit_status=1).stderr
    assert f"Process {app.pid} has it open" in said
    assert "Close that one, or use the app that runs there." in said
