"""Texts embedded with the packaged model by a cluster's workers: a hand of texts a question, each kept as soon as it is there."""

import asyncio
import base64
import contextlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.cluster.link import Link
from core.cluster.wire import Question
from core.domain.map import MapPhase
from core.errors import ClusterError
from core.models.minilm_name import DIMENSIONS
from core.services.exploring.embedding_work import hands, put_aside
from core.services.exploring.map_jobs import MapJob, Stopped
from core.store import embedding_log
from core.store.database import Database
from core.store.embedding_reading import Wanted

_HAND: Final = 128  # texts: a second of a processor's work, so that little is done twice when a worker dies
_AT_ONCE: Final = 2  # questions a worker: one in work, one at hand
_TRIES: Final = 5
_WITHIN_S: Final = 120.0
_UNIT: Final = 0.01  # how far from 1 the length of a vector may be


def embed(job: MapJob, database: Database, found: Wanted, model: str, link: Link) -> None:
    """Embed what is missing. ClusterError if nobody can, Stopped when nobody wants it any more; what came before that is kept."""
    total = found.count_missing(model)
    job.tell(MapPhase.EMBED, 0, total)
    if not total:
        return
    database.require_room()
    with TemporaryDirectory(prefix="map-") as name:
        folder = Path(name)
        put_aside(folder, found.missing(model, _HAND))
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(_Texts(job, database, model, link, total).embed(hands(folder)))
    if job.stopping.is_set():
        raise Stopped("Stopped", to_do="What was embedded is kept.")


class _Texts:
    """One piece of work on its own event loop."""

    def __init__(self, job: MapJob, database: Database, model: str, link: Link, total: int) -> None:
        self._job, self._database, self._model, self._link = job, database, model, link
        self._total, self._done = total, 0
        self._workers = tuple(one.number for one in link.crew)

    async def embed(self, every: Iterator[pa.RecordBatch]) -> None:
        loop, me = asyncio.get_running_loop(), asyncio.current_task()
        assert me is not None

        def stop() -> None:
            loop.call_soon_threadsafe(me.cancel)

        try:
            with self._job.woken_by(stop):
                await self._all(every)
        finally:
            await self._link.close()

    async def _all(self, every: Iterator[pa.RecordBatch]) -> None:
        askers = [asyncio.create_task(self._some(every)) for _ in range(_AT_ONCE * len(self._workers))]
        try:
            await asyncio.gather(*askers)
        finally:
            for one in askers:
                one.cancel()
            await asyncio.gather(*askers, return_exceptions=True)

    async def _some(self, every: Iterator[pa.RecordBatch]) -> None:
        while (hand := next(every, None)) is not None:
            vectors = await self._vectors(tuple(hand.column("text").to_pylist()))
            hashes = hand.column("text_hash").to_pylist()
            await asyncio.to_thread(embedding_log.add, self._database, self._model, hashes, vectors)
            self._done += len(hashes)
            self._job.tell(MapPhase.EMBED, self._done, self._total)

    async def _vectors(self, texts: tuple[str, ...]) -> npt.NDArray[np.float32]:
        """Asked again, of whoever is there, while workers are lost."""
        why = ""
        for _ in range(_TRIES):
            await self._link.comes(self._workers)
            answer = await self._link.ask(self._workers, Question(texts=texts), _WITHIN_S)
            if answer.failure is None:
                return _read(answer.vectors, len(texts))
            why = answer.failure.detail
            if not answer.failure.kind.heals:
                break
        raise ClusterError(f"The cluster did not embed the texts ({why})", to_do="What came is kept; try again.")


def _read(said: str, n: int) -> npt.NDArray[np.float32]:
    """So many vectors of length 1; ClusterError for anything else."""
    with contextlib.suppress(ValueError):
        found = np.frombuffer(base64.b64decode(said, validate=True), np.float32).reshape(n, DIMENSIONS)
        if np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=_UNIT):
            return found
    raise ClusterError("A worker sent what are no embeddings", to_do="Are all machines of the same kind?")
