"""The packaged embedding model on a worker's machine. Loaded with the first texts."""

from collections.abc import Sequence
from functools import lru_cache

from core.models.minilm import MiniLM


@lru_cache(maxsize=1)
def _model() -> MiniLM:
    return MiniLM(1)  # a worker was given one processor


def vectors_of(texts: Sequence[str]) -> bytes:
    """Each text's vector of length 1, float32, row after row. WeightsError if the model is not installed here."""
    return _model().embed(texts).tobytes()
