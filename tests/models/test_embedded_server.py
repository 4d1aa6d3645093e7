"""The embedded model's process, with a real (very small) model: started once, guarded, replaced, never left behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from core.errors import WeightsError
from core.models.embedded import EmbeddedServer, ServerAddress, default_weights
from tests.models.smoke import smoke_weights

ROOT = Path(__file__).parents[2]
# What an app does: start the model, say which process it is, go on living.
APP = (
    "import sys, time; from pathlib import Path; from core.models.embedded import EmbeddedServer\n"
    "server = EmbeddedServer(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    "server.ensure(); print(server.process_id, flush=True); time.sleep(600)\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(smoke_weights(), tmp_path / "model.log")
    yield server
    server.stop()


def ask(address: ServerAddress, path: str, *, key: str = "", body: dict[str, object] | None = None) -> int:
    return _open(address, path, key, body)[0]


def _open(address: ServerAddress, path: str, key: str, body: dict[str, object] | None) -> tuple[int, str, str]:
    headers = {"Content-Type": "application/json", "Origin": "http://elsewhere.example"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address.base_url.removesuffix("/v1") + path, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode(), response.headers.get("Access-Control-Allow-Origin", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers.get("Access-Control-Allow-Origin", "")


def has_ended(process_id: int) -> bool:
    """Gone, or dead and not yet cleared away: an orphan's last trace is the system's first process to remove."""
    try:
        return psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def is_gone_within(process_id: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not has_ended(process_id):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def stop_and_wait(process_id: int) -> None:
    """The signal reaches one thread after the other: one that still runs would answer."""
    os.kill(process_id, signal.SIGSTOP)
    deadline = time.monotonic() + 10
    while any(
        psutil.Process(thread.id).status() != psutil.STATUS_STOPPED for thread in psutil.Process(process_id).threads()
    ):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kill_and_wait(process_id: int) -> None:
    os.kill(process_id, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(process_id)], timeout=5)


def test_nothing_is_started_before_it_is_needed(server: EmbeddedServer) -> None:
    assert server.process_id is None


def test_many_askers_get_one_child(server: EmbeddedServer) -> None:
    with ThreadPoolExecutor(8) as pool:
        addresses = [asked.result() for asked in [pool.submit(server.ensure) for _ in range(8)]]
    assert len(set(addresses)) == 1
    assert len(psutil.Process().children()) == 1


def test_the_model_answers_with_the_key_and_in_the_form_asked_for(server: EmbeddedServer) -> None:
    address = server.ensure()
    schema = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 9}}, "required": ["n"]}
    body = {
        "model": address.model,
        "messages": [{"role": "user", "content": "A number?"}],
        "max_tokens": 30,
        "response_format": {"type": "json_schema", "json_schema": {"name": "number", "schema": schema}},
    }
    status, text, _ = _open(address, "/v1/chat/completions", address.api_key, body)
    assert status == 200
    assert isinstance(json.loads(json.loads(text)["choices"][0]["message"]["content"])["n"], int)


def test_without_the_key_nobody_is_let_in(server: EmbeddedServer) -> None:
    address = server.ensure()
    body: dict[str, object] = {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 1}
    assert ask(address, "/v1/models") == 401
    assert ask(address, "/v1/chat/completions", body=body) == 401
    assert ask(address, "/v1/models", key="wrong") == 401
    assert ask(address, "/v1/models", key=address.api_key) == 200
    assert ask(address, "/health") == 200


def test_a_web_page_elsewhere_is_not_allowed_to_read_answers(server: EmbeddedServer) -> None:
    address = server.ensure()
    _, _, allowed_origin = _open(address, "/v1/models", address.api_key, None)
    assert allowed_origin not in ("*", "http://elsewhere.example")


def test_the_key_is_in_no_argument_no_environment_no_log_and_no_repr(server: EmbeddedServer, tmp_path: Path) -> None:
    address = server.ensure()
    assert server.process_id is not None
    child = psutil.Process(server.process_id)
    assert address.api_key not in " ".join(child.cmdline())
    assert address.api_key not in " ".join(child.environ().values())
    assert address.api_key not in (tmp_path / "model.log").read_text(encoding="utf-8", errors="replace")
    assert address.api_key not in repr(address)


def test_it_listens_on_this_machine_only(server: EmbeddedServer) -> None:
    server.ensure()
    assert server.process_id is not None
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(server.process_id).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]


def test_a_killed_child_is_replaced_when_next_needed(server: EmbeddedServer) -> None:
    server.ensure()
    first = server.process_id
    assert first is not None
    kill_and_wait(first)
    address = server.ensure()
    assert server.process_id not in (None, first)
    assert ask(address, "/v1/models", key=address.api_key) == 200
    assert len(psutil.Process().children()) == 1


def test_a_child_that_hangs_is_replaced(tmp_path: Path) -> None:
    impatient = EmbeddedServer(smoke_weights(), tmp_path / "impatient.log", health_s=0.3, health_every_s=0.0)
    try:
        impatient.ensure()
        first = impatient.process_id
        assert first is not None
        stop_and_wait(first)
        impatient.ensure()
        assert impatient.process_id != first
        assert is_gone_within(first, 1)
    finally:
        impatient.stop()


def test_a_child_that_keeps_dying_is_not_started_for_ever(server: EmbeddedServer, tmp_path: Path) -> None:
    for _ in range(3):
        server.ensure()
        assert server.process_id is not None
        kill_and_wait(server.process_id)
    with pytest.raises(WeightsError) as caught:
        server.ensure()
    assert caught.value.where == str(tmp_path / "model.log")
    assert server.process_id is None


def test_a_stopped_server_is_gone_and_can_be_started_again(server: EmbeddedServer) -> None:
    server.ensure()
    first = server.process_id
    assert first is not None
    server.stop()
    assert not psutil.pid_exists(first)
    assert server.process_id is None
    assert ask(server.ensure(), "/health") == 200


def test_a_file_that_is_no_model_is_said_with_the_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF but nothing else")
    with pytest.raises(WeightsError, match="gguf") as caught:
        EmbeddedServer(broken, tmp_path / "model.log").ensure()
    assert "log" in caught.value.to_do


def test_a_missing_file_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="not there"):
        EmbeddedServer(tmp_path / "none.gguf", tmp_path / "model.log").ensure()
    assert psutil.Process().children() == []


def test_a_model_too_big_for_the_memory_is_refused_before_it_starts(tmp_path: Path) -> None:
    big = tmp_path / "big.gguf"
    big.touch()
    os.truncate(big, 4 << 40)
    with pytest.raises(WeightsError, match="memory"):
        EmbeddedServer(big, tmp_path / "model.log").ensure()
    assert psutil.Process().children() == []


def test_no_child_is_left_when_the_app_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", APP, str(smoke_weights()), str(tmp_path / "model.log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as app:
        assert app.stdout is not None
        child = int(app.stdout.readline())
        assert psutil.pid_exists(child)
        app.kill()
    assert is_gone_within(child, 3)


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3, 0.6])
def test_no_child_is_left_when_the_app_is_killed_while_the_model_loads(tmp_path: Path, after_s: float) -> None:
    command = [sys.executable, "-c", APP, str(smoke_weights()), str(tmp_path / "model.log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as app:
        while not (children := psutil.Process(app.pid).children()):
            time.sleep(0.01)
        time.sleep(after_s)
        app.kill()
    assert is_gone_within(children[0].pid, 5)


def test_no_child_is_left_when_another_program_holds_a_copy_of_the_pipe(tmp_path: Path) -> None:
    forking = APP.replace("print(", "import os; os.fork() or time.sleep(600); print(")
    command = [sys.executable, "-c", forking, str(smoke_weights()), str(tmp_path / "model.log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as app:
        assert app.stdout is not None
        child = int(app.stdout.readline())
        copies = [process for process in psutil.Process(app.pid).children() if process.pid != child]
        app.kill()
        try:
            assert len(copies) == 1
            assert is_gone_within(child, 5)
        finally:
            for copy in copies:
                copy.kill()


@pytest.mark.weights
@pytest.mark.timeout(1800)
def test_the_default_model_arrives_whole_and_answers(tmp_path: Path) -> None:
    weights = default_weights()
    state = weights.fetch(lambda _: None, threading.Event())
    assert state.kind == "ready"
    server = EmbeddedServer(state.path, tmp_path / "model.log")
    address = server.ensure()
    body = {"messages": [{"role": "user", "content": "What is 2 + 3? Answer with the number."}], "max_tokens": 8}
    _, text, _ = _open(address, "/v1/chat/completions", address.api_key, {**body, "temperature": 0})
    server.stop()
    assert "5" in json.loads(text)["choices"][0]["message"]["content"]
