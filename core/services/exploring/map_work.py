"""What the child process does: texts become vectors, vectors a map. Files in, files out; everything follows from them and the seed."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil
import pyarrow as pa

from core.analysis import clusters, projection
from core.domain.map import MapPhase
from core.services.exploring import map_order
from core.services.exploring.map_order import ChildOrder, ChildSaid

_TYPICAL = 12
_WORTH_THREADS = 2_000  # points; with fewer, two threads wait more for each other than they gain
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]
Say = Callable[[ChildSaid], None]


def embed(order: ChildOrder, say: Say) -> None:
    """A file of vectors for each hand of texts, said as soon as it is whole."""
    from core.models.minilm import MiniLM

    model, done = MiniLM(_threads()), 0
    for number, texts in enumerate(_hands(Path(order.folder))):
        _save(Path(order.folder) / map_order.hand(number), model.embed(texts))
        done += len(texts)
        say(ChildSaid(phase=MapPhase.EMBED, done=done, total=order.n))


def draw(order: ChildOrder, say: Say) -> None:
    """Places, clusters and words of all texts. At most `most` of them are laid out, drawn by the seed; the others go beside them."""
    folder = Path(order.folder)
    vectors = np.load(folder / map_order.VECTORS, mmap_mode="r")
    is_drawn = _drawn(len(vectors), order)
    _save(folder / map_order.PLACES, _places(projection.reduced(vectors), is_drawn, order, say))
    say(ChildSaid(phase=MapPhase.CLUSTER, total=1))
    fitted_to = vectors if is_drawn.all() else vectors[is_drawn]
    found = clusters.found(vectors, np.asarray(fitted_to), order.clusters, order.rng_seed, _threads())
    _save(folder / map_order.CLUSTERS, found.of)
    say(ChildSaid(phase=MapPhase.WORDS, total=order.n))
    words = clusters.telling_words(_counted(order, found.of, is_drawn, say), len(found.middles))
    about = {"words": words, "typical": clusters.typical(vectors, found, _TYPICAL)}
    (folder / map_order.WORDS).write_text(json.dumps(about), encoding="utf-8")


def _drawn(n: int, order: ChildOrder) -> Bits:
    drawn = np.full(n, n <= order.most)
    if n > order.most:
        drawn[np.random.default_rng(order.rng_seed).choice(n, order.most, replace=False)] = True
    return drawn


def _places(points: Floats, is_drawn: Bits, order: ChildOrder, say: Say) -> Floats:
    """t-SNE of what was drawn, then the others at the mean of their nearest drawn ones."""

    def tell(phase: MapPhase) -> projection.Tell:
        return lambda done, total: say(ChildSaid(phase=phase, done=done, total=total))

    drawn = points[is_drawn]
    perplexity = projection.usable_perplexity(len(drawn), order.perplexity)
    k = min(int(3 * perplexity), len(drawn) - 1)
    near = projection.neighbours(drawn, drawn, k, tell(MapPhase.NEIGHBOURS), is_same=True)
    threads = _threads() if len(drawn) >= _WORTH_THREADS else 1
    xy = projection.laid_out(drawn, near, perplexity, order.rng_seed, threads, tell(MapPhase.PLACE))
    places = np.empty((len(points), 2), np.float32)
    places[is_drawn] = xy
    if not is_drawn.all():
        beside, few = points[~is_drawn], projection.NEAREST
        others = projection.neighbours(beside, drawn, few, tell(MapPhase.BESIDE), is_same=False)
        places[~is_drawn] = projection.placed(others, xy)
    return places


def _counted(order: ChildOrder, of: Ints, is_drawn: Bits, say: Say) -> Iterator[tuple[int, str]]:
    """Each text that was drawn, with its cluster, one by one: enough to tell what the words of a cluster are."""
    row = 0
    for texts in _hands(Path(order.folder)):
        here = slice(row, row + len(texts))
        every = zip(of[here].tolist(), texts, is_drawn[here].tolist(), strict=True)
        yield from ((cluster, text) for cluster, text, drawn in every if drawn)
        row += len(texts)
        say(ChildSaid(phase=MapPhase.WORDS, done=row, total=order.n))


def _hands(folder: Path) -> Iterator[list[str]]:
    with pa.ipc.open_stream(str(folder / map_order.TEXTS)) as reader:
        for batch in reader:
            yield batch.column("text").to_pylist()


def _save(path: Path, array: npt.NDArray[np.generic]) -> None:
    """Under its name only when it is whole: the app takes what has that name."""
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.save(file, array, allow_pickle=False)
    partial.rename(path)


def _threads() -> int:
    """The physical cores: a second thread on one core makes the arithmetic slower."""
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1
