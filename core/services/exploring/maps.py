"""Maps of a project: drawn in the background, listed, read, named; what is picked out on one becomes a selection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import uuid_utils

from core.domain import ids
from core.domain.instruction import HumanStatus, InstructionKind, RunStatus
from core.domain.map import (
    PACKAGED,
    ClusterName,
    ClusterNow,
    Map,
    MapEstimate,
    MapNow,
    MapProgress,
    Selection,
)
from core.domain.operation import Operation
from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.queue import QueueFilter
from core.domain.run import Caps
from core.errors import BadInput, NotFound
from core.services.access import may_grow, may_read
from core.services.exploring import map_clusters, map_drawing
from core.services.exploring.embedding import Embeddings
from core.services.exploring.map_drawing import Wish
from core.services.exploring.map_jobs import MapJobs
from core.services.projects import Project
from core.store import map_log, map_reading, queue_log

_LONGEST_NAME = 80
_MOST_CLUSTERS = 100
SET_ASIDE = "set_aside"
# What the codes of a map's points stand for: code 1 is the first word, 0 nothing.
KINDS = tuple(str(one) for one in InstructionKind)
OPERATIONS = tuple(str(one) for one in Operation)
STATUSES = tuple(str(one) for one in RunStatus)
PEOPLE = (*(str(one) for one in HumanStatus), SET_ASIDE)


@dataclass(frozen=True, kw_only=True, slots=True)
class MapPoints:
    """Who stands where on a map, by seq, and what each is by now. Codes count from 1 into the lists; 0 is nothing.

    `source` is a reference set's. `is_edited`: the text has changed since the map was drawn. Epochs end at 255.
    """

    seq: npt.NDArray[np.int64]
    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.float32]
    cluster: npt.NDArray[np.uint8]
    kind: npt.NDArray[np.uint8]
    epoch: npt.NDArray[np.uint8]
    operation: npt.NDArray[np.uint8]
    status: npt.NDArray[np.uint8]
    person: npt.NDArray[np.uint8]
    source: npt.NDArray[np.uint8]
    is_edited: npt.NDArray[np.bool_]
    kinds: tuple[str, ...] = KINDS
    operations: tuple[str, ...] = OPERATIONS
    statuses: tuple[str, ...] = STATUSES
    people: tuple[str, ...] = PEOPLE
    sources: tuple[str, ...] = ()


class Maps:
    """The drawings that go on in this process, at most one a project; and what was drawn."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._jobs = MapJobs()

    def estimate(
        self, actor: Actor, project: Project, wanted: QueueFilter | None, *, embedder: str = PACKAGED
    ) -> MapEstimate:
        """What drawing this filter (None: everything) takes, its embeddings too."""
        may_read(actor)
        return map_drawing.with_layout(self._embeddings.estimate(actor, project, wanted, embedder=embedder))

    def begin(
        self,
        actor: Actor,
        project: Project,
        wanted: QueueFilter | None,
        *,
        name: str = "",
        clusters: int = 20,
        perplexity: float = 30.0,
        rng_seed: int = 7,
        embedder: str = PACKAGED,
        caps: Caps | None = None,
    ) -> None:
        """Draw in the background: this filter, and every reference set beside it. Nothing happens while one is being drawn.

        Raises StudioError before anything is spent: the embedder cannot be asked, or a number that cannot be.
        """
        may_grow(actor)
        if not 2 <= clusters <= _MOST_CLUSTERS:
            raise BadInput("So many clusters cannot be", to_do=f"Give 2 to {_MOST_CLUSTERS}.")
        if not 2 <= perplexity <= 200:
            raise BadInput("This perplexity cannot be", to_do="Give 2 to 200; 30 is usual.")
        wish = Wish(
            wanted=wanted, name=_named(name, "Map"), clusters=clusters, perplexity=perplexity, rng_seed=rng_seed,
            embedder=self._embeddings.checked(actor, embedder, caps), caps=caps, by=actor.person_id,
        )  # fmt: skip
        self._jobs.begin(project.slug, lambda job: map_drawing.drawn(job, project.database, self._embeddings, wish))

    def progress(self, actor: Actor, project: Project) -> MapProgress | None:
        """How far the drawing is, or how it ended; None if none was begun since the studio started."""
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

    def close(self) -> None:
        """End what goes on, and wait for it: its process is gone then."""
        self._jobs.close()


def every(actor: Actor, project: Project) -> tuple[MapNow, ...]:
    """All maps that were drawn, the newest first."""
    may_read(actor)
    return tuple(_now(*one) for one in map_reading.maps(project.database))


def one(actor: Actor, project: Project, map_id: str) -> MapNow:
    """One map. NotFound if there is none of this id."""
    may_read(actor)
    found = map_reading.one(project.database, map_id) if ids.is_id(map_id) else None
    if found is None:
        raise NotFound("There is no such map in this project", to_do="Explore lists all of them.")
    return _now(*found)


def points(actor: Actor, project: Project, map_id: str) -> MapPoints:
    """Who stands where, and what each is by now."""
    one(actor, project, map_id)
    sources = map_reading.sources(project.database, map_id)
    codes = {
        "kinds": KINDS,
        "operations": OPERATIONS,
        "statuses": STATUSES,
        "people": PEOPLE,
        "sources": tuple(sources),
    }
    columns: dict[str, Any] = map_reading.points(project.database, map_id, codes)
    return MapPoints(**columns, sources=tuple(sources.values()))


def clusters(actor: Actor, project: Project, map_id: str) -> tuple[ClusterNow, ...]:
    """The clusters of a map with their words, names and what is in them by now; the largest first."""
    one(actor, project, map_id)
    return map_clusters.every(project.database, map_id)


def rename(actor: Actor, project: Project, map_id: str, cluster: int, name: str) -> None:
    """What a person calls a cluster; "" takes the name away, and its words stand for it again."""
    may_grow(actor)
    if cluster not in {known.cluster for known in clusters(actor, project, map_id)}:
        raise NotFound("There is no such cluster on this map", to_do="Choose one from its table.")
    kept = _named(name, "")
    fact = ClusterName(id=str(uuid_utils.uuid7()), map_id=map_id, cluster=cluster, name=kept, by=actor.person_id)
    project.database.writer.append_now([fact, _audit(actor, "cluster named", f"{map_id} {cluster}")], by_person=True)


def select(
    actor: Actor, project: Project, map_id: str, seqs: Sequence[int] | npt.NDArray[np.integer[Any]], name: str = ""
) -> str:
    """Keep what was picked out on a map. → the selection's id. What does not stand on the map is left out; BadInput if nothing is left."""
    may_grow(actor)
    drawn = one(actor, project, map_id).map
    picked = np.unique(np.asarray(seqs, np.int64))
    kept = Selection(
        id=str(uuid_utils.uuid7()), name=_named(name, f"Picked on {drawn.name}"), map_id=map_id, n=len(picked),
        by=actor.person_id, made_at=datetime.now(UTC),
    )  # fmt: skip
    if map_log.select(project.database, kept, picked, _audit(actor, "selected on a map", kept.id)) == 0:
        raise BadInput("Nothing of this map is in the selection", to_do="Draw a line around some points.")
    return kept.id


def selection(actor: Actor, project: Project, selection_id: str) -> Selection:
    """One selection. NotFound if there is none of this id."""
    may_read(actor)
    found = map_reading.selection(project.database, selection_id) if ids.is_id(selection_id) else None
    if found is None:
        raise NotFound("There is no such selection in this project", to_do="Pick it out on a map again.")
    return found


def selections(actor: Actor, project: Project, most: int = 50) -> tuple[Selection, ...]:
    """What was picked out on maps, the newest first."""
    may_read(actor)
    return tuple(map_reading.selections(project.database, most))


def text(actor: Actor, project: Project, seq: int) -> str:
    """The present text of the point with this `seq`: someone else's words. NotFound if it has none."""
    may_read(actor)
    found = map_reading.text(project.database, seq)
    if found is None:
        raise NotFound("There is no such text", to_do="Draw the map again.")
    return found


def _now(drawn: Map, by_name: str) -> MapNow:
    return MapNow(map=drawn, wanted=queue_log.from_json(drawn.filter) if drawn.filter else None, by_name=by_name)


def _named(name: str, otherwise: str) -> str:
    """A name on one line, or the usual one. BadInput for one that is too long."""
    tidy = " ".join(name.split())
    if len(tidy) > _LONGEST_NAME:
        raise BadInput("This name is too long", to_do=f"At most {_LONGEST_NAME} characters.")
    return tidy or otherwise[:_LONGEST_NAME]


def _audit(actor: Actor, act: str, subject: str) -> Audit:
    return Audit(person_id=actor.person_id, act=act, subject=subject, origin="", received_at=datetime.now(UTC))
