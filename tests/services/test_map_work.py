"""What the child process makes of its files: of many texts some are laid out, the others stand beside what they are like."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa

from core.domain.map import MapPhase
from core.services.exploring import map_order, map_work
from core.services.exploring.map_order import ChildOrder, ChildSaid, Errand
from tests.analysis.test_projection import blobs

N, GROUPS = 240, 4


def drawn(
    folder: Path, most: int, rng_seed: int = 7
) -> tuple[np.ndarray, np.ndarray, dict[str, list[list[str]]], list[ChildSaid]]:
    """Places, clusters, words and what was said, of four groups with a word each."""
    folder.mkdir()
    points, group = blobs(GROUPS, N // GROUPS)
    np.save(folder / map_order.VECTORS, points / np.linalg.norm(points, axis=1, keepdims=True))
    texts = [f"subject{'abcd'[one]} shared" for one in group]
    with pa.ipc.new_stream(str(folder / map_order.TEXTS), pa.schema([("text", pa.string())])) as file:
        for first in range(0, N, 100):
            file.write_batch(pa.RecordBatch.from_arrays([pa.array(texts[first : first + 100])], names=["text"]))
    said: list[ChildSaid] = []
    order = ChildOrder(
        errand=Errand.DRAW, folder=str(folder), n=N, clusters=GROUPS, perplexity=10.0, rng_seed=rng_seed, most=most
    )
    map_work.draw(order, said.append)
    words = json.loads((folder / map_order.WORDS).read_text(encoding="utf-8"))
    return np.load(folder / map_order.PLACES), np.load(folder / map_order.CLUSTERS), words, said


def test_all_stand_with_their_group_though_only_some_were_laid_out(tmp_path: Path) -> None:
    _, group = blobs(GROUPS, N // GROUPS)
    xy, of, about, said = drawn(tmp_path / "some", most=100)
    assert np.isfinite(xy).all()
    apart = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (group[apart.argmin(axis=1)] == group).mean() > 0.98
    for one in range(GROUPS):
        (cluster,) = set(of[group == one].tolist())
        assert about["words"][cluster] == [f"subject{'abcd'[one]}"]
        assert {int(group[row]) for row in about["typical"][cluster]} == {one}
    phases = list(dict.fromkeys(one.phase for one in said))
    assert phases == [MapPhase.NEIGHBOURS, MapPhase.PLACE, MapPhase.BESIDE, MapPhase.CLUSTER, MapPhase.WORDS]
    assert said[-1].done == said[-1].total == N


def test_the_seed_decides_which_are_laid_out(tmp_path: Path) -> None:
    first, *_ = drawn(tmp_path / "first", most=100)
    again, *_ = drawn(tmp_path / "again", most=100)
    other, *_ = drawn(tmp_path / "other", most=100, rng_seed=8)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
