"""Embeddings of a project's texts: what is missing, getting it in the background, and all of them as one matrix. Each text once."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from core.domain.map import EVERYTHING, ON_CLUSTER, PACKAGED, REFERENCES, MapEstimate, MapPhase, MapProgress
from core.domain.person import Actor
from core.domain.queue import QueueFilter
from core.domain.run import Caps
from core.services.access import may_grow, may_read
from core.services.endpoints import Endpoints
from core.services.errands import require_prices
from core.services.exploring import embedders, embedding_crew, embedding_work
from core.services.exploring.embedders import Embedder
from core.services.exploring.embedding_work import EndpointWork
from core.services.exploring.map_jobs import MapJob, MapJobs
from core.services.growing.clusters import Clusters
from core.services.growing.live import LiveRuns
from core.services.projects import Project
from core.store import embedding_reading
from core.store.database import Database
from core.store.embedding_reading import Places, Vectors, Wanted

_LOOK_S = 0.2  # how often who waits looks whether it is still wanted


class Embeddings:
    """The embeddings that go on in this process, at most one piece of work a project."""

    def __init__(self, live: LiveRuns, endpoints: Endpoints, clusters: Clusters) -> None:
        self._live, self._endpoints, self._clusters = live, endpoints, clusters
        self._jobs = MapJobs()
        self._guard = threading.Lock()  # guards the dict
        self._turns: dict[
            tuple[Path, str], threading.Lock
        ] = {}  # by file and model: no text is embedded, or paid for, twice

    def names(self, actor: Actor) -> tuple[str, ...]:
        """Who may be asked: the packaged model here, and on the cluster if there is one; then endpoints."""
        here, *others = embedders.names(actor, self._endpoints)
        return (here, ON_CLUSTER, *others) if self._clusters.address(actor) else (here, *others)

    def model(self, actor: Actor, embedder: str = PACKAGED) -> str:
        """What this embedder's vectors are kept under."""
        return embedders.named(actor, self._endpoints, embedder).model

    def estimate(
        self, actor: Actor, project: Project, wanted: QueueFilter | None, *, embedder: str = PACKAGED
    ) -> MapEstimate:
        """What it takes to embed what has no embedding yet, reference sets too."""
        may_read(actor)
        return self.estimate_at(
            actor, project, embedding_reading.meant(project.database, *with_references(wanted)), embedder=embedder
        )

    def estimate_at(self, actor: Actor, project: Project, seqs: Places, *, embedder: str = PACKAGED) -> MapEstimate:
        """The same of the instructions at these places in the log, and of nothing else."""
        who = embedders.named(actor, self._endpoints, embedder)
        extent = embedding_reading.extent(project.database, who.model, embedders.MOST_WORDS, seqs)
        return embedders.estimate(who, extent, psutil.cpu_count(logical=False) or 1)

    def begin(
        self,
        actor: Actor,
        project: Project,
        wanted: QueueFilter | None,
        *,
        embedder: str = PACKAGED,
        caps: Caps | None = None,
    ) -> None:
        """Embed in the background whatever of this filter (None: everything) and of the reference sets has no embedding yet.

        Raises StudioError before anything is spent; nothing happens while one goes.
        """
        may_grow(actor)
        seqs = embedding_reading.meant(project.database, *with_references(wanted))
        self.begin_at(actor, project, seqs, embedder=embedder, caps=caps)

    def begin_at(
        self, actor: Actor, project: Project, seqs: Places, *, embedder: str = PACKAGED, caps: Caps | None = None
    ) -> None:
        """The same of the instructions at these places in the log, and of nothing else."""
        may_grow(actor)
        who = self.checked(actor, embedder, caps)

        def work(job: MapJob) -> str:
            with embedding_reading.wanted_at(project.database, seqs) as found:
                self.ensure(job, project.database, found, who, caps)
            return ""

        self._jobs.begin(project.slug, work)

    def progress(self, actor: Actor, project: Project) -> MapProgress | None:
        """How far it is, or how it ended; None if none was begun since the studio started."""
        may_read(actor)
        return self._jobs.progress(project.slug)

    def stop(self, actor: Actor, project: Project) -> None:
        """End it. What was embedded is kept."""
        may_grow(actor)
        self._jobs.stop(project.slug)

    def wait(self, actor: Actor, project: Project, timeout_s: float | None = None) -> bool:
        """Until it has ended; False when the time is over first."""
        may_read(actor)
        return self._jobs.wait(project.slug, timeout_s)

    def vectors(self, actor: Actor, project: Project, *filters: QueueFilter, embedder: str = PACKAGED) -> Vectors:
        """The embeddings that there are of what these filters mean together; `missing` says how many have none."""
        may_read(actor)
        return embedding_reading.vectors(project.database, self.model(actor, embedder), *filters)

    def checked(self, actor: Actor, embedder: str, caps: Caps | None) -> Embedder:
        """The embedder of this name, if it can be asked under these caps. Raises StudioError; nothing is spent."""
        may_grow(actor)
        who = embedders.named(actor, self._endpoints, embedder)
        if who.name == ON_CLUSTER:
            self._clusters.check(actor, 1)
        if who.endpoint is not None:
            require_prices(who.endpoint, caps or Caps())
            self._endpoints.check(actor, who.name)
        return who

    def ensure(self, job: MapJob, database: Database, found: Wanted, who: Embedder, caps: Caps | None) -> None:
        """Inside a piece of work: embed what is missing of `found`. Raises StudioError; what came before that is kept."""
        with self._turn(job, database, who):
            if who.name == ON_CLUSTER:
                embedding_crew.embed(job, database, found, who.model, self._clusters.linked())
            elif who.endpoint is None:
                embedding_work.packaged(job, database, found, who.model)
            else:
                work = EndpointWork(live=self._live, endpoints=self._endpoints, embedder=who, caps=caps or Caps())
                work.embed(job, database, found)

    @contextmanager
    def _turn(self, job: MapJob, database: Database, who: Embedder) -> Iterator[None]:
        """One at a time embeds into a file with a model; what others embedded meanwhile is not missing any more."""
        with self._guard:
            turn = self._turns.setdefault((database.path, who.model), threading.Lock())
        while not turn.acquire(timeout=_LOOK_S):
            job.tell(MapPhase.TEXTS)
        try:
            yield
        finally:
            turn.release()

    def close(self) -> None:
        """End what goes on, and wait for it."""
        self._jobs.close()


def with_references(wanted: QueueFilter | None) -> Sequence[QueueFilter]:
    """What is embedded and drawn together: the filter (None: the whole dataset), and every reference set."""
    return (wanted or EVERYTHING, REFERENCES)
