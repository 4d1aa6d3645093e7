"""Drawing one map: texts settled, embedded, laid out in the child process, kept whole."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import uuid_utils

from core.domain.map import Map, MapCluster, MapEstimate, MapPhase
from core.domain.project import Audit
from core.domain.queue import QueueFilter
from core.domain.run import Caps
from core.errors import BadInput
from core.services.exploring import map_order
from core.services.exploring.embedders import Embedder
from core.services.exploring.embedding import Embeddings, with_references
from core.services.exploring.embedding_work import put_aside
from core.services.exploring.map_jobs import MapJob, asked_of_child
from core.services.exploring.map_order import ChildOrder, Errand
from core.services.temporary import temporary_folder
from core.store import embedding_reading, map_log, queue_log
from core.store.database import Database
from core.store.embedding_reading import Bits, Floats, Wanted
from core.store.writer import DiskFull

MOST_DRAWN = 20_000  # texts that t-SNE lays out; its time grows with them, and the picture's shape hardly changes
_METHOD = "1"  # of how places follow from vectors: another number says that the same set may look otherwise
_FEWEST = 2
_LAYOUT_S_PER_TEXT = 0.005  # measured on two busy cores (docs/benchmarks.md)
_LAYOUT_S = 4.0
_TEXTS_AT_ONCE = 1_000
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody wants drawn, and how."""

    wanted: QueueFilter | None
    name: str
    clusters: int
    perplexity: float
    rng_seed: int
    embedder: Embedder
    caps: Caps | None
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Laid:
    """What the child made: of each text its place and cluster; of each cluster its words and typical texts."""

    xy: Floats
    of: Ints
    words: list[list[str]]
    typical: list[list[int]]


def with_layout(embedding: MapEstimate) -> MapEstimate:
    """The estimate of embedding the texts, with what laying them out adds."""
    layout_s = _LAYOUT_S + _LAYOUT_S_PER_TEXT * min(embedding.texts, MOST_DRAWN)
    return replace(embedding, seconds=embedding.seconds + layout_s)


def drawn(job: MapJob, database: Database, embeddings: Embeddings, wish: Wish) -> str:
    """Do it. → the map's id. Raises StudioError; then there is no map, and what was embedded is kept."""
    job.tell(MapPhase.TEXTS)
    with (
        embedding_reading.wanted(database, *with_references(wish.wanted)) as found,
        temporary_folder("map") as name,
    ):
        if found.texts < _FEWEST:
            raise BadInput(
                "There are too few texts for a map", to_do="Import seeds, grow them, or choose a wider filter."
            )
        embeddings.ensure(job, database, found, wish.embedder, wish.caps)
        job.tell(MapPhase.NEIGHBOURS)
        has_one = _put_aside(database, found, wish.embedder.model, Path(name))
        laid = _laid_out(job, wish, Path(name), int(has_one.sum()))
        job.tell(MapPhase.KEEP)
        return _kept(database, found, wish, has_one, laid)


def _put_aside(database: Database, found: Wanted, model: str, folder: Path) -> Bits:
    """Vectors and texts into the child's files, without those that have no embedding. → which have one."""
    matrix, has_one = found.embeddings(model, embedding_reading.dimensions(database, model))
    if len(matrix) < _FEWEST:
        raise BadInput("Too few texts have an embedding", to_do="Embed them again, or with another model.")
    try:
        np.save(folder / map_order.VECTORS, matrix)
    except OSError as error:
        raise DiskFull(
            "The disk is full", to_do="Free some space, then draw again. What was embedded is kept."
        ) from error
    put_aside(folder, _with_one(found.in_words(_TEXTS_AT_ONCE), has_one))
    return has_one


def _with_one(batches: Iterable[pa.RecordBatch], has_one: Bits) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch.filter(pa.array(has_one[batch.column("text_place").to_numpy()]))


def _laid_out(job: MapJob, wish: Wish, folder: Path, n: int) -> _Laid:
    order = ChildOrder(
        errand=Errand.DRAW, folder=str(folder), n=n, clusters=wish.clusters, perplexity=wish.perplexity,
        rng_seed=wish.rng_seed, most=MOST_DRAWN,
    )  # fmt: skip
    for said in asked_of_child(job, order):
        job.tell(MapPhase(said.phase), said.done, said.total)
    about = json.loads((folder / map_order.WORDS).read_text(encoding="utf-8"))
    xy = np.load(folder / map_order.PLACES)
    return _Laid(xy=xy, of=np.load(folder / map_order.CLUSTERS), words=about["words"], typical=about["typical"])


def _kept(database: Database, found: Wanted, wish: Wish, has_one: Bits, laid: _Laid) -> str:
    keys = found.keys()
    text_places = keys.column("text_place").to_numpy()
    there = has_one[text_places]
    rows = (np.cumsum(has_one) - 1)[text_places[there]]  # of each instruction its text's row among those laid out
    hashes = [hash_ for hash_, has in zip(found.hashes(), has_one.tolist(), strict=True) if has]
    fact = Map(
        id=str(uuid_utils.uuid7()), name=wish.name, filter="" if wish.wanted is None else queue_log.as_json(wish.wanted),
        model=wish.embedder.model, n=len(rows), drawn=min(len(hashes), MOST_DRAWN), left_out=int((~there).sum()),
        clusters=len(laid.words), perplexity=wish.perplexity, rng_seed=wish.rng_seed, set_hash=_set_hash(wish, hashes),
        by=wish.by, made_at=datetime.now(UTC),
    )  # fmt: skip
    standing = keys.filter(pa.array(there)).drop_columns(["seq", "text_place"])
    for name, column in (("x", laid.xy[rows, 0]), ("y", laid.xy[rows, 1]), ("cluster", laid.of[rows])):
        standing = standing.append_column(name, pa.array(column))
    audit = Audit(person_id=wish.by, act="map drawn", subject=fact.id, origin="", received_at=fact.made_at)
    map_log.keep(database, fact, standing, _clusters(fact.id, laid, rows, standing.column("id")), audit)
    return fact.id


def _clusters(map_id: str, laid: _Laid, rows: Ints, ids: pa.ChunkedArray) -> list[MapCluster]:
    """Of each cluster how many instructions it has, its middle on the map, and the first instruction of each typical text."""
    of = laid.of[rows]
    first_of = dict(zip(*(part.tolist() for part in np.unique(rows, return_index=True)), strict=True))
    middles = [np.median(laid.xy[rows[of == number]], axis=0) for number in range(len(laid.words))]
    return [
        MapCluster(
            map_id=map_id, cluster=number, n=int((of == number).sum()), words=tuple(words),
            typical=tuple(ids[first_of[row]].as_py() for row in typical), x=float(middles[number][0]), y=float(middles[number][1]),
        )
        for number, (words, typical) in enumerate(zip(laid.words, laid.typical, strict=True))
    ]  # fmt: skip


def _set_hash(wish: Wish, hashes: Iterable[str]) -> str:
    """Of the texts and of all that decides their places."""
    said = (_METHOD, wish.embedder.model, wish.clusters, wish.perplexity, wish.rng_seed, MOST_DRAWN)
    digest = hashlib.sha256(json.dumps(said).encode())
    for hash_ in hashes:
        digest.update(hash_.encode())
    return digest.hexdigest()
