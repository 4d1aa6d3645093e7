"""What the app asks of its child process, and what it hears back: one line of JSON each. The large things are files in one folder."""

from dataclasses import dataclass
from enum import StrEnum

TEXTS = "texts.arrow"  # a stream of record batches, a hand each: text
VECTORS = "vectors.npy"  # float32, a row a text, in the order of the texts
PLACES, CLUSTERS, WORDS = "places.npy", "clusters.npy", "words.json"
HAND = 64  # texts that are embedded, told and kept together: what a kill may lose


def hand(number: int) -> str:
    """The file with the vectors of the texts in this batch."""
    return f"hand-{number:06}.npy"


class Errand(StrEnum):
    EMBED = "embed"
    DRAW = "draw"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildOrder:
    """`folder` has the texts (and to draw, their vectors); what is made goes there too. `n` is how many texts there are."""

    errand: Errand
    folder: str
    n: int
    clusters: int = 20
    perplexity: float = 30.0
    rng_seed: int = 7
    most: int = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildSaid:
    """How far it is: `done` of `total` in a phase. While embedding, a hand of texts is ready with each line. `problem`: it ended there."""

    phase: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""
    to_do: str = ""
