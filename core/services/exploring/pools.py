"""Texts as they are compared: of each group whole lineages with their vectors, clusters that all groups share, and who says the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.diversity import OUTSIDE, Ints, Regions, Texts, Vectors, belonging, k_means, regions_of, within
from core.analysis.halves import equal_for
from core.domain.diversity import CLUSTERS, LEAST_REFERENCE, MOST_EQUAL, MOST_POOL, Conditions
from core.domain.queue import QueueFilter
from core.evolution.text import shingles
from core.review import near_duplicates as near
from core.services.projects import Project
from core.services.reviewing.duplicates import ALIKE
from core.store import diversity_reading, duplicate_reading, embedding_reading
from core.store.diversity_reading import Codes, Rows

ROUNDS = 200
REFERENCE_CLUSTERS = 50
_A_CLUSTER = 10  # texts of a reference set that a cluster of it has on average, at the least
_AT_ONCE = 500  # texts in memory
Told = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """How texts are drawn: embedded by which model, beside which reference set (id of a source; "" is the first one), how often."""

    model: str
    reference: str = ""
    rng_seed: int = 0
    rounds: int = ROUNDS


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Pool:
    """What is drawn of one group: rows in a random order of lineages, their vectors and wordings."""

    rows: Rows
    vectors: Vectors
    wordings: Ints


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Drawn:
    """Groups that are ready to be compared at `conditions.equal` texts each."""

    texts: tuple[Texts, ...]
    conditions: Conditions


def part_of(told: Told, before: int, weight: int, total: int) -> Told:
    """`told` for one piece of the work: so much comes before it, so much it is, so much there is in all."""
    return lambda done, of: told(before + weight * done // max(1, of), total)


def drawn(project: Project, groups: Sequence[Rows], how: Drawing, told: Told) -> Drawn:
    """Of every group at most MOST_POOL texts. The groups must not be empty."""
    mark = diversity_reading.mark(project.database)
    against = _reference(project, how)
    pools = [
        _pool(project, _some(rows, how.rng_seed), how.model, part_of(told, at * 100, 100, len(groups) * 100))
        for at, rows in enumerate(groups)
    ]
    texts = _comparable(pools, against.regions if against else None, how.rng_seed)
    conditions = Conditions(
        equal=equal_for([len(one.rows) for one in pools], MOST_EQUAL), rounds=how.rounds, rng_seed=how.rng_seed,
        model=how.model, clusters=texts[0].n_clusters, mark=mark, reference=against.name if against else "",
        reference_clusters=len(against.regions) if against else 0,
    )  # fmt: skip
    return Drawn(texts=texts, conditions=conditions)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Reference:
    name: str
    regions: Regions


def _some(rows: Rows, rng_seed: int) -> Rows:
    """Those that have a vector: lineages in an order that is random, and the same wherever a seed stands."""
    some = rows.of(rows.has_vector)
    salt = np.random.default_rng(rng_seed).integers(0, 2**64, dtype=np.uint64)
    return some.of(np.lexsort((some.seq, some.seed ^ salt))[:MOST_POOL])


def _pool(project: Project, rows: Rows, model: str, told: Told) -> _Pool:
    by_seq = np.argsort(rows.seq)
    places = np.argsort(by_seq)
    vectors = _vectors(project, rows.seq[by_seq], model)
    return _Pool(rows=rows, vectors=vectors[places], wordings=_wordings(project, rows.seq[by_seq], told)[places])


def _vectors(project: Project, seqs: Ints, model: str) -> Vectors:
    """In the order of `seq`, which these are in."""
    ids = diversity_reading.ids(project.database, seqs)
    wanted = QueueFilter(kinds=(), statuses=(), set_aside=None, ids=ids)
    return embedding_reading.vectors(project.database, model, wanted).matrix


def _reference(project: Project, how: Drawing) -> _Reference | None:
    """The clusters of the reference set; None if there is none, or if too few of its texts have a vector."""
    names = diversity_reading.references(project.database)
    source = how.reference if how.reference in names else next(iter(names), "")
    if not source:
        return None
    rows = _some(diversity_reading.rows(project.database, of_reference(source), how.model), how.rng_seed)
    if len(rows) < LEAST_REFERENCE:
        return None
    vectors = _vectors(project, np.sort(rows.seq), how.model)
    k = max(2, min(REFERENCE_CLUSTERS, len(vectors) // _A_CLUSTER))
    return _Reference(name=names[source], regions=regions_of(vectors, k, how.rng_seed))


def of_reference(source_id: str) -> QueueFilter:
    """All texts of a reference set."""
    return QueueFilter(kinds=("reference",), statuses=(), set_aside=None, source_id=source_id)


def _comparable(pools: Sequence[_Pool], regions: Regions | None, rng_seed: int) -> tuple[Texts, ...]:
    """With one numbering of seeds and cells, and with clusters found over all of them, equally many texts of each."""
    least = min(MOST_EQUAL, *(len(one.rows) for one in pools))
    centres = k_means(np.concatenate([one.vectors[:least] for one in pools]), CLUSTERS, rng_seed)
    seeds, cells = _numbered([one.rows.seed for one in pools]), _numbered([one.rows.cell for one in pools])
    return tuple(
        Texts(
            vectors=one.vectors,
            seeds=seeds[at],
            clusters=belonging(one.vectors, centres),
            regions=within(one.vectors, regions) if regions else np.full(len(one.rows), OUTSIDE),
            wordings=one.wordings,
            cells=np.where(one.rows.cell == 0, OUTSIDE, cells[at]),
            n_clusters=len(centres),
            n_regions=len(regions) if regions else 0,
        )
        for at, one in enumerate(pools)
    )


def _numbered(codes: Sequence[Codes]) -> list[Ints]:
    """The same number for the same code, wherever it stands."""
    numbers = np.unique(np.concatenate(codes), return_inverse=True)[1].astype(np.int64)
    return np.split(numbers, np.cumsum([len(one) for one in codes])[:-1])


def _wordings(project: Project, seqs: Ints, told: Told) -> Ints:
    """The group of near-duplicates that each text is in, as Review finds them; OUTSIDE if it says what no other does."""
    said: list[str] = []
    signatures = near.table(len(seqs))
    for first in range(0, len(seqs), _AT_ONCE):
        texts = duplicate_reading.texts(project.database, seqs[first : first + _AT_ONCE].tolist())
        for row, text in enumerate(texts.values(), start=len(said)):
            signatures[row] = near.signature(" ".join(run).encode() for run in shingles(text))
        said += texts.values()
        told(len(said), len(seqs))
    found = np.full(len(seqs), OUTSIDE, dtype=np.int64)
    for number, rows in enumerate(near.groups(signatures, ALIKE)):
        own = shingles(said[rows[0]])
        alike = [row for row in rows if near.jaccard(own, shingles(said[row])) >= ALIKE]
        if len(alike) > 1:
            found[alike] = number
    return found
