"""Maps of what texts say: each instruction's place beside others that say alike, in clusters with words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.queue import QueueFilter

PACKAGED = "packaged"  # the embedder that ships with the studio; any other name but the next is an endpoint's
ON_CLUSTER = "packaged, on the cluster"  # the same model, on the machines of the installation's cluster
FREE = (PACKAGED, ON_CLUSTER)
EVERYTHING = QueueFilter(kinds=("seed", "evolved"), statuses=(), set_aside=None)
REFERENCES = QueueFilter(kinds=("reference",), statuses=(), set_aside=None)


def of_clusters(map_id: str, *clusters: int) -> QueueFilter:
    """What stands in these clusters of a map, or on all of it."""
    return QueueFilter(kinds=(), statuses=(), set_aside=None, map_id=map_id, clusters=clusters)


def of_selection(selection_id: str) -> QueueFilter:
    """What was picked out by hand."""
    return QueueFilter(kinds=(), statuses=(), set_aside=None, selection_id=selection_id)


class MapPhase(StrEnum):
    """What a drawing does, in this order."""

    TEXTS = "texts"
    EMBED = "embed"
    NEIGHBOURS = "neighbours"
    PLACE = "place"
    BESIDE = "beside"
    CLUSTER = "cluster"
    WORDS = "words"
    KEEP = "keep"

    @property
    def label(self) -> str:
        return {
            MapPhase.TEXTS: "Reading the texts",
            MapPhase.EMBED: "Embedding texts",
            MapPhase.NEIGHBOURS: "Finding neighbours",
            MapPhase.PLACE: "Laying out the map",
            MapPhase.BESIDE: "Placing the other texts beside it",
            MapPhase.CLUSTER: "Finding clusters",
            MapPhase.WORDS: "Naming clusters by their words",
            MapPhase.KEEP: "Keeping the map",
        }[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedding:
    """A text's vector by a model, of length 1; each text once."""

    text_hash: str
    model: str
    vector: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Map:
    """The fact that a map was drawn. `filter` is JSON ("" for everything), `model` names the embedding.

    `n` instructions stand on it. `drawn` texts were laid out by t-SNE, the others placed beside those; `left_out` have no
    embedding. `set_hash` is of the texts and of all that decides their places: equal ones give equal maps.
    """

    id: str
    name: str
    filter: str
    model: str
    n: int
    drawn: int
    left_out: int
    clusters: int
    perplexity: float
    rng_seed: int
    set_hash: str
    by: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MapCluster:
    """What lies together on a map. `words` tell it from the others, `typical` are the instructions nearest to its middle."""

    map_id: str
    cluster: int
    n: int
    words: tuple[str, ...]
    typical: tuple[str, ...]
    x: float
    y: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterName:
    """What a person or a model calls a cluster; the last one holds. `by` is a person's id or a system's."""

    id: str
    map_id: str
    cluster: int
    name: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Instructions that somebody picked out on a map by hand."""

    id: str
    name: str
    map_id: str
    n: int
    by: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MapNow:
    """A map as a line. `wanted` is its filter, None for everything; reference sets are shown beside it."""

    map: Map
    wanted: QueueFilter | None
    by_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterNow:
    """A cluster as it now is. `name` is "" until somebody named it (`named_by`: a person's or a system's name).

    `typical` are ids of instructions. Counts are by code words; reference sets are counted among the kinds alone.
    """

    cluster: int
    n: int
    x: float
    y: float
    words: tuple[str, ...]
    name: str
    named_by: str
    typical: tuple[str, ...]
    kinds: dict[str, int]
    statuses: dict[str, int]
    people: dict[str, int]
    epochs: dict[int, int]
    operations: dict[str, int]

    @property
    def label(self) -> str:
        """What stands beside its number: its name, or its first words."""
        return self.name or ", ".join(self.words[:3])


@dataclass(frozen=True, kw_only=True, slots=True)
class MapEstimate:
    """What a drawing will take. `to_embed` texts have no embedding yet; `usd` is None if it is not known, 0 for the packaged model.

    `calls` and `tokens` are an endpoint's.
    """

    texts: int
    to_embed: int
    seconds: float
    calls: int = 0
    tokens: int = 0
    usd: float | None = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class MapProgress:
    """How far a drawing (or an embedding alone) is: `done` of `total` in this phase, after `seconds` of it.

    `map_id` is there once the map is; `problem` says why there is none.
    """

    phase: MapPhase
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    usd: float | None = 0.0
    is_going: bool = True
    map_id: str = ""
    problem: str = ""

    @property
    def per_s(self) -> float | None:
        """The pace of this phase; None before its first step."""
        return self.done / self.seconds if self.done and self.seconds else None

    @property
    def left_s(self) -> float | None:
        """Seconds to the end of this phase; None before its first step, and at the end."""
        return (self.total - self.done) / self.per_s if self.per_s and self.is_going else None
