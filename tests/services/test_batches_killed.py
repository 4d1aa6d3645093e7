"""kill -9 between any two steps of a batch: the run goes on as if nothing had happened, and nothing is asked or paid for twice.

The endpoint outlives the app. Of one step at a time it says nothing, so that the app dies in that very moment (docs/batches.md).
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from core.domain.run import RunEventKind
from tests.e2e.running import ROOT
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME, studio_at

# In the order in which a batch meets them. "before:" the endpoint does not even do it; else it does, and the app never hears.
WINDOWS = ("before:upload", "upload", "before:begin", "begin", "look", "fetch", "fetch errors", "delete")


def killed_at(home: Path, server: OpenAIServer, step: str) -> None:
    """Begin, or go on; die while this step is not answered."""
    server.change(silent=(step,))
    before = server.stats().get(step, 0)
    with process_at(home, server) as process:
        until = time.monotonic() + 60
        while server.stats().get(step, 0) == before:
            assert process.poll() is None, f"it ended before it came to {step}"
            assert time.monotonic() < until, f"it never came to {step}: {server.stats()}"
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    server.change(silent=())


def process_at(home: Path, server: OpenAIServer) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.services.alone", "grow_by_batch", str(home), server.base_url], cwd=ROOT
    )


def test_a_run_that_is_killed_between_any_two_steps_of_a_batch_loses_nothing_and_pays_nothing_twice(
    tmp_path: Path,
) -> None:
    with openai_server(rates={"content_policy": 0.3}) as server:
        for step in WINDOWS:
            killed_at(tmp_path, server, step)
        with process_at(tmp_path, server) as process:
            assert process.wait(timeout=60) == 0
        studio, project = studio_at(tmp_path)
        (run,) = studio.runs.list(ME, project)
        now = studio.runs.progress(ME, project, run.id)
        calls = project.database.query("select id, task_id, cost_usd, error_kind from call")
        dropped = [batch for batch in now.batches if batch.is_dropped]
        studio.close()
        assert run.state == RunEventKind.FINISHED, run.reason
        assert len(dropped) > 1, "of one nothing was handed over, of one the file was never noted"
        assert not any(batch.remote_id for batch in dropped)
        assert len(server.desk.batches) == len(now.batches) - len(dropped), "a batch was begun twice"
        assert {row["id"] for row in calls} == set(server.desk.ran)
        assert set(server.desk.ran.values()) == {1}, "a request was carried out twice"
        assert len(calls) == now.spending.calls == len(Counter(row["id"] for row in calls))
        assert any(row["error_kind"] for row in calls), "no error file was read"
        assert now.decided == 12
        kept = Counter(name.partition("-")[0] for name, _ in server.desk.files.values())
        assert kept == {"output": 1, "errors": 1}, "only of the batch that was killed while its files were deleted"
