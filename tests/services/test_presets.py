"""Presets: what runs are set up with is what was measured."""

import re
from pathlib import Path

from core.domain.operation import Operation
from core.domain.run import SeedChoice
from core.domain.system import EMBEDDED
from core.services.growing import presets

QUALITY = Path(__file__).parents[2] / "docs/quality.md"


def test_the_embedded_model_draws_with_the_weights_that_its_quality_was_measured_with() -> None:
    rows = re.findall(r"^\| ([A-Z][a-z ]+) \| ([\d.]+) \|", QUALITY.read_text(encoding="utf-8"), re.MULTILINE)
    measured = {label: float(weight) for label, weight in rows}
    for preset in presets.PRESETS:
        settings = presets.settings(preset, name="", endpoint=EMBEDDED, seeds=SeedChoice(), rng_seed=0)
        assert {one.label: weight for one, weight in settings.weights.items()} == measured, preset


def test_any_other_endpoint_draws_all_alike() -> None:
    settings = presets.settings(presets.PAPER, name="", endpoint="mine", seeds=SeedChoice(), rng_seed=0)
    assert settings.weights == dict.fromkeys(Operation, 1.0)
