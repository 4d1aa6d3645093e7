"""The packaged embedding model: a text's vector follows from the text alone, alike texts lie together, foreign files are refused."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import WeightsError
from core.models.minilm import MiniLM, checked
from core.models.minilm_name import DIMENSIONS

TEXTS = [
    "Write a Python function that sorts a list of numbers.",
    "Explain how one bakes bread with sourdough.",
    "Sort these integers with a short program.",
    "What does a baker do with yeast?",
]
HOSTILE = [
    "",
    " ",
    "\0",
    "é" * 200_000,
    "👩🏽‍🚀" * 50,
    "\u202eabc\u2066",
    "漢字かな交じり文",
    "<script>alert(1)</script>",
    "a" * 1_000_000,
    "'; drop table x; --",
]


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM(2)


def test_alike_texts_lie_nearer_than_others(model: MiniLM) -> None:
    found = model.embed(TEXTS)
    alike = found @ found.T
    assert found.shape == (4, DIMENSIONS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.diag(alike), 1.0, atol=1e-5)
    assert alike[0, 2] > max(alike[0, 1], alike[0, 3])
    assert alike[1, 3] > max(alike[1, 0], alike[1, 2])


def test_a_vector_is_the_same_whatever_stands_beside_the_text(model: MiniLM) -> None:
    together = model.embed([*TEXTS, "word " * 250, "a"])
    alone = np.concatenate([model.embed([text]) for text in TEXTS])
    np.testing.assert_array_equal(together[:4], alone)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_has_a_vector_of_length_1(model: MiniLM, text: str) -> None:
    (found,) = model.embed([text])
    assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-5)


def test_only_the_beginning_of_a_long_text_counts(model: MiniLM) -> None:
    begun = "bread and butter " * 200
    first, second, other = model.embed([begun + "the end", begun + "another end", "the end"])
    assert first @ second == pytest.approx(1.0, abs=1e-6)
    assert first @ other < 0.9


def test_a_file_with_other_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"something else")
    with pytest.raises(WeightsError, match="not the one that it should be"):
        checked(path, "0" * 64)
    with pytest.raises(WeightsError, match="cannot be read"):
        checked(tmp_path / "missing", "0" * 64)
