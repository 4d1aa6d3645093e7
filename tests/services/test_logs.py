"""The log says what happened, to whom, for how long and where a fault was; never what people or models wrote, nor a key."""

import json
import logging
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.services import logs
from core.services.log_lines import about, facts, fault
from core.settings import Settings

SECRET = "sk-planted-0123456789"
_ours, _theirs, _server = (logging.getLogger(name) for name in ("core.tests", "their.library", "uvicorn.error"))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """A log that is going; the file it goes to."""
    settings = Settings(home=tmp_path)
    going = logs.begin(settings)
    yield path(settings)
    going.close()


def path(settings: Settings) -> Path:
    found = logs.path_of(settings)
    assert found is not None
    return found


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def failing(text: str) -> None:
    raise ValueError(text)


def say_a_fault(logger: logging.Logger) -> None:
    try:
        failing(SECRET)
    except ValueError:
        logger.exception("it broke")


def test_an_event_is_one_line_with_its_facts(log: Path) -> None:
    about.set("abc123")
    _ours.info("run ended", extra=facts(run="r1", seconds=1.5))
    about.set("")
    (line,) = lines(log)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info", "what": "run ended", "by": "core.tests", "request": "abc123", "run": "r1", "seconds": 1.5
    }  # fmt: skip


@pytest.mark.parametrize("logger", [_ours, _theirs, _server], ids=lambda one: one.name)
def test_a_fault_is_told_by_its_kind_and_place_and_not_by_what_it_says(log: Path, logger: logging.Logger) -> None:
    say_a_fault(logger)
    text = log.read_text(encoding="utf-8")
    assert SECRET not in text
    error = lines(log)[0]["error"]
    assert error["kind"] == "ValueError"
    assert [frame.rpartition(" in ")[2] for frame in error["at"]] == ["say_a_fault", "failing"]
    assert error["at"][1].startswith("tests/services/test_logs.py:")


def test_what_other_formatters_write_of_a_fault_has_no_message_either(log: Path) -> None:
    said = StringIO()
    handler = logging.StreamHandler(said)
    _theirs.addHandler(handler)
    say_a_fault(_theirs)
    _theirs.removeHandler(handler)
    assert "ValueError" in said.getvalue()
    assert SECRET not in said.getvalue()


def test_the_console_says_the_same_in_words_and_leaves_requests_out(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert log
    going = logs.begin(Settings(home=log.parent.parent, log=logs.OFF))  # its console is the one that is listened to
    logging.getLogger("pages.ui.request_log").info("request", extra=facts(route="/api/tree"))
    say_a_fault(_ours)
    going.close()
    said = capsys.readouterr().err
    assert "error: it broke" in said
    assert "in failing" in said
    assert "/api/tree" not in said
    assert SECRET not in said


def test_what_caused_a_fault_is_told_too() -> None:
    try:
        try:
            failing(SECRET)
        except ValueError as error:
            raise ExceptionGroup("two", [KeyError(SECRET), OSError(SECRET)]) from error
    except ExceptionGroup as group:
        told = fault(group)
    assert [one["kind"] for one in told["because"]] == ["KeyError", "OSError", "ValueError"]
    assert SECRET not in json.dumps(told)


def test_what_a_library_puts_into_its_words_is_left_out(log: Path) -> None:
    _theirs.warning("retrying with key %s", SECRET)
    _theirs.warning(f"retrying with key {SECRET}")
    _server.error("no room for %s", SECRET)
    assert SECRET not in log.read_text(encoding="utf-8")
    assert [line["what"] for line in lines(log)][2] == "no room for %s"
    assert "tests/services/test_logs.py:" in lines(log)[0]["what"]


def test_messages_are_told_where_the_installation_asks_for_them(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, log_messages=True)
    going = logs.begin(settings)
    say_a_fault(_theirs)
    going.close()
    assert lines(path(settings))[0]["error"]["says"] == SECRET


def test_a_page_that_breaks_is_told_without_what_it_says(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    AppTest.from_string(f"raise ValueError({SECRET!r})").run()
    (line,) = lines(log)
    assert (line["by"], line["error"]["kind"]) == ("streamlit.error_util", "ValueError")
    assert SECRET not in log.read_text(encoding="utf-8") + capsys.readouterr().err


def test_a_thread_that_ends_by_a_fault_is_told(log: Path) -> None:
    thread = threading.Thread(target=failing, args=(SECRET,), name="explored")
    thread.start()
    thread.join()
    (line,) = lines(log)
    assert (line["thread"], line["error"]["kind"]) == ("explored", "ValueError")
    assert SECRET not in log.read_text(encoding="utf-8")


def test_the_files_stay_within_their_room_and_are_for_one_person_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, log_mb=1)
    going = logs.begin(settings)
    for number in range(3_000):
        _ours.info("an event", extra=facts(number=number, more="x" * 600))
    going.close()
    files = sorted(path(settings).parent.iterdir())
    assert 2 < len(files) <= 5
    assert sum(file.stat().st_size for file in files) <= 1_000_000
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert lines(path(settings))[-1]["number"] == 2_999


def test_a_full_disk_costs_the_lines_alone_and_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    going = logs.begin(Settings(log="/dev/full"))
    for _ in range(3):
        _ours.info("an event")
    going.close()
    assert capsys.readouterr().err.count("The log /dev/full cannot be written") == 1


def test_a_folder_that_cannot_be_made_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    going = logs.begin(Settings(log=str(tmp_path / "file" / "studio.jsonl")))
    _ours.info("an event")
    going.close()
    said = capsys.readouterr().err
    assert "goes on without it" in said
    assert "an event" in said


def test_a_container_gets_lines_of_json_on_its_output_and_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    going = logs.begin(Settings(home=tmp_path, log=logs.CONSOLE))
    _ours.info("the studio is open", extra=facts(projects=2))
    say_a_fault(logging.getLogger("streamlit.error_util"))
    going.close()
    said, fault_said = map(json.loads, capsys.readouterr().out.splitlines())
    assert (said["projects"], fault_said["error"]["kind"]) == (2, "ValueError")
    assert not list(tmp_path.iterdir())


def test_a_log_that_is_closed_leaves_nothing_behind(tmp_path: Path) -> None:
    def now() -> tuple[object, ...]:
        loggers = [list(logging.getLogger(name).handlers) for name in ("", "core", "uvicorn.error")]
        return (*loggers, logging.getLogRecordFactory(), threading.excepthook, logging.getLogger("core").level)

    before = now()
    going = logs.begin(Settings(home=tmp_path))
    assert now() != before
    going.close()
    assert now() == before
