"""Every text of some filters gets its embedding, once: in the child process, or by calls to an endpoint within caps."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import uuid_utils

from core.domain import ids
from core.domain.call import Call, ChatReply, ChatRequest, Message
from core.domain.calling import CallProgress
from core.domain.map import Embedding, MapPhase
from core.domain.run import Caps
from core.errors import StudioError
from core.evolution.budget import Budget
from core.models.embeddings import VectorReply
from core.ports import Limiter
from core.services.asking import Asking, Errand, Question, Reading
from core.services.endpoints import Endpoints, system_of
from core.services.exploring import map_order
from core.services.exploring.embedders import SAMPLING, TEXTS_A_CALL, Embedder
from core.services.exploring.map_jobs import MapJob, asked_of_child
from core.services.exploring.map_order import ChildOrder
from core.services.exploring.map_order import Errand as ChildErrand
from core.services.growing.live import LiveRuns
from core.services.jobs import Came, Job
from core.services.temporary import temporary_folder
from core.store import embedding_log, embedding_reading
from core.store.database import Database
from core.store.embedding_reading import Wanted
from core.store.writer import DiskFull

_LONGEST = 24_000  # characters of a text that are sent: about 6,000 tokens, less than the usual limit of 8,192


def put_aside(folder: Path, batches: Iterable[pa.RecordBatch]) -> None:
    """Texts into the child's file, a hand each. DiskFull if they cannot be kept."""
    file = None
    try:
        for batch in batches:
            file = file or pa.ipc.new_stream(str(folder / map_order.TEXTS), batch.schema)
            file.write_batch(batch)
        if file is not None:
            file.close()
    except OSError as error:
        raise DiskFull(
            "The disk is full", to_do="Free some space, then try again. What was embedded is kept."
        ) from error


def hands(folder: Path) -> Iterator[pa.RecordBatch]:
    """What was put aside, a hand at a time."""
    with pa.ipc.open_stream(str(folder / map_order.TEXTS)) as reader:
        yield from reader


def packaged(job: MapJob, database: Database, found: Wanted, model: str) -> None:
    """Embed what is missing in the child process. Each hand of texts is kept as soon as it is there."""
    total = found.count_missing(model)
    job.tell(MapPhase.EMBED, 0, total)
    if not total:
        return
    database.require_room()
    with temporary_folder("map") as name:
        folder = Path(name)
        put_aside(folder, found.missing(model, map_order.HAND))
        answers = asked_of_child(job, ChildOrder(errand=ChildErrand.EMBED, folder=name, n=total))
        with closing(answers):
            for number, (hand, said) in enumerate(zip(hands(folder), answers, strict=True)):
                path = folder / map_order.hand(number)
                embedding_log.add(database, model, hand.column("text_hash").to_pylist(), np.load(path))
                path.unlink()
                job.tell(MapPhase.EMBED, said.done, total)


@dataclass(slots=True)
class _Counting(Job):
    """The calls' own count, told on as texts."""

    job: MapJob | None = None
    texts: int = 0

    def count(self, came: Came | None, *, tokens: int = 0, usd: float | None = None) -> None:
        Job.count(self, came, tokens=tokens, usd=usd)
        assert self.job is not None
        self.job.paid(self.now.usd)
        if not self.stopping:
            self.job.tell(MapPhase.EMBED, min(self.texts, self.now.done * TEXTS_A_CALL), self.texts)


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointWork:
    """Embeds by calls to an endpoint. Calls are facts like any other's; texts whose call failed stay without an embedding."""

    live: LiveRuns
    endpoints: Endpoints
    embedder: Embedder
    caps: Caps

    def embed(self, job: MapJob, database: Database, found: Wanted) -> None:
        """Raises StudioError if it had to end before all were asked for."""
        endpoint, model = self.embedder.endpoint, self.embedder.model
        assert endpoint is not None
        total = found.count_missing(model)
        job.tell(MapPhase.EMBED, 0, total)
        if not total:
            return
        database.require_room()
        with temporary_folder("map") as name:
            put_aside(Path(name), found.missing(model, TEXTS_A_CALL))
            self._ask_all(job, database, Path(name), total)

    def _ask_all(self, job: MapJob, database: Database, folder: Path, total: int) -> None:
        endpoint, model = self.embedder.endpoint, self.embedder.model
        assert endpoint is not None
        errand_id, system = str(uuid_utils.uuid7()), system_of(endpoint, SAMPLING)
        database.writer.append_now([system])
        calls = -(-total // TEXTS_A_CALL)
        errand = Errand(
            id=errand_id, kind="embed", database=database, endpoint=endpoint, system=system, total=calls,
            questions=(_question(errand_id, hand, model) for hand in hands(folder)),
        )  # fmt: skip
        counting = _Counting(CallProgress(total=calls), job=job, texts=total)
        client = self.endpoints.open_embeddings(endpoint, embedding_reading.dimensions(database, model))

        async def ask(limiter: Limiter, budget: Budget) -> None:
            try:
                await Asking(counting, errand, client, limiter, budget).all()
            finally:
                await client.close()

        with job.woken_by(partial(counting.stop, "Stopped")):
            self.live.once(errand_id, endpoint, Budget(self.caps), ask)
        job.tell(MapPhase.EMBED, min(total, counting.now.kept * TEXTS_A_CALL), total)
        if counting.now.reason:
            raise StudioError(counting.now.reason, to_do="What was embedded is kept.")
        if counting.now.failed and not counting.now.kept:
            why = embedding_reading.last_failure(database, errand_id)
            raise StudioError(f"The endpoint embedded no text ({why})", to_do="Is its model one that embeds?")


def _question(errand_id: str, hand: pa.RecordBatch, model: str) -> Question:
    hashes, texts = hand.column("text_hash").to_pylist(), hand.column("text").to_pylist()
    request = ChatRequest(
        messages=tuple(Message(role="input", content=text[:_LONGEST]) for text in texts), sampling=SAMPLING
    )
    return Question(
        task_id=ids.embedding_task_id(errand_id, hashes[0]), request=request, read=partial(_read, hashes, model)
    )


def _read(hashes: list[str], model: str, reply: ChatReply, _: Call) -> Reading:
    """The embeddings that a reply brought, a fact each, kept together with its call."""
    assert isinstance(reply, VectorReply)
    rows = zip(hashes, reply.matrix.tolist(), strict=True)
    return Reading(facts=tuple(Embedding(text_hash=hash_, model=model, vector=tuple(row)) for hash_, row in rows))
