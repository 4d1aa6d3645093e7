"""`explore diversity` and `explore compare`: the same numbers as on the page, in words and as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.diversity import Measure
from core.domain.person import LOCAL_OWNER as ME
from core.errors import BadInput, NotFound
from core.services import commands
from core.services.commands.diversity import say_compare, say_diversity
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.services.spread import SEEDS, SURVIVE, project


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spread") / "p.duckdb"
    with project(path):
        return path


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path_factory.mktemp("home"), shipped=Path(__file__).parents[2] / "data"))
    yield opened
    opened.close()


def test_diversity_says_every_group_and_all_that_made_its_numbers(studio: Studio, file: Path) -> None:
    told: list[float] = []
    asked = {"project": str(file), "rounds": 20, "against": "a reference set"}
    answer = commands.run(studio, ME, "explore diversity", asked, lambda share, _: told.append(share))
    assert [one["group"] for one in answer["groups"]] == ["Seeds", "Epoch 1", "Epoch 2", "a reference set"]
    assert {name: answer[name] for name in ("texts_each", "rounds", "rng_seed", "model", "reference")} == {
        "texts_each": 15, "rounds": 20, "rng_seed": 0, "model": "a model", "reference": "a reference set",
    }  # fmt: skip
    assert answer["groups"][2]["vendi"]["n"] == SURVIVE[1] * SEEDS
    assert told == sorted(told)
    assert told[-1] == 1
    assert "each group at 15 texts" in say_diversity(json.loads(json.dumps(answer)))


def test_a_comparison_says_every_measure(studio: Studio, file: Path) -> None:
    asked = {"project": str(file), "rounds": 20, "first": "epoch:1", "second": "kind=evolved&epoch=2"}
    answer = commands.run(studio, ME, "explore compare", asked)
    assert answer["seeds"] == {"first": SEEDS, "second": SEEDS, "both": SEEDS}
    assert [one["measure"] for one in answer["contrasts"]] == [str(one) for one in Measure]
    survived = answer["contrasts"][0]
    assert (survived["first"]["value"], survived["second"]["value"]) == pytest.approx(SURVIVE)
    assert survived["p"] <= survived["p_holm"] < 0.05
    said = say_compare(json.loads(json.dumps(answer)))
    assert "60 in both" in said
    assert "0.8 (" in said


def test_a_run_stands_on_a_side_by_its_number_and_a_set_by_its_name(studio: Studio, file: Path) -> None:
    asked = {"project": str(file), "rounds": 20, "first": "run:1", "second": "reference set"}
    with pytest.raises(NotFound, match="nothing called"):
        commands.run(studio, ME, "explore compare", asked)
    answer = commands.run(studio, ME, "explore compare", asked | {"second": "a reference set"})
    assert (answer["first"], answer["second"]) == ("Run 1 · a run", "Reference · a reference set")


def test_what_cannot_be_asked_says_what_can(studio: Studio, file: Path) -> None:
    asked = {"project": str(file)}
    with pytest.raises(NotFound, match="no reference set"):
        commands.run(studio, ME, "explore diversity", asked | {"against": "Alpaca"})
    with pytest.raises(BadInput, match="say nothing of a spread"):
        commands.run(studio, ME, "explore diversity", asked | {"rounds": 2})
    with pytest.raises(BadInput, match="no text here has one"):
        commands.run(studio, ME, "explore diversity", {"project": "demo"})
