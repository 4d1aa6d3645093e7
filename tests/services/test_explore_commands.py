"""What Explore says to scripts: survival, coverage, a plan that aims at a cell; and a run that is begun with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.operation import Operation
from core.domain.person import LOCAL_OWNER as ME
from core.errors import BadInput
from core.services import commands
from core.services.commands.coverage import say_aim, say_coverage
from core.services.commands.survival import say_survival
from core.services.growing import seeds
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.openai_server import openai_server
from tests.services.alone import furnish

DEMO = {"project": "demo"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home = tmp_path_factory.mktemp("home")
    opened = open_studio(Settings(home=home, shipped=Path(__file__).parents[2] / "data"))
    yield opened
    opened.close()


def test_survival_says_every_number_of_its_view(studio: Studio) -> None:
    answer = commands.run(studio, ME, "explore survival", DEMO)
    steps = {one["step"]: one["n"] for one in answer["funnel"]}
    assert list(steps) == ["Seeds", "Evolved", "Survived", "Reviewed", "Accepted"]
    assert (steps["Seeds"], steps["Evolved"], steps["Survived"]) == (20, 70, 46)
    operations = [one for one in answer["rates"] if (one["of"], one["what"]) == ("operation", "survived")]
    assert sum(one["n"] for one in operations) == 70
    assert sum(one["k"] for one in operations) == 46
    assert answer["money"]["survived"] == 46
    assert answer["money"]["tokens_per_survivor"] == answer["money"]["tokens"] / 46
    assert [one["epoch"] for one in answer["difficulty"]] == [0, 1, 2, 3]
    said = say_survival(answer)
    assert "Survived  46  66 %" in said
    assert f"{answer['money']['calls']:,} calls" in said
    of_run = commands.run(studio, ME, "explore survival", DEMO | {"run": "1"})
    assert of_run["scope"].startswith("Run 1")


def test_coverage_says_the_grid(studio: Studio) -> None:
    answer = commands.run(studio, ME, "explore coverage", DEMO)
    numbers = [value for row in answer["skills"] for name, value in row.items() if name not in ("skill", "seeds")]
    assert sum(numbers) == answer["total"]["kept"] == answer["total"]["accepted"] + answer["total"]["waiting"]
    assert sum(map(bool, numbers)) == answer["filled"]
    assert answer["cells"] == 10 * sum(row["seeds"] > 0 for row in answer["skills"])
    said = say_coverage(answer)
    assert f"{answer['filled']} of {answer['cells']} cells filled" in said
    assert all(f"{one['skill']} at {one['difficulty']}" in said for one in answer["gaps"])
    assert "Law" not in said, "a skill of which there is nothing takes no line"
    eliminated = commands.run(studio, ME, "explore coverage", DEMO | {"reach": "eliminated", "run": "1"})
    assert sum(row["not scored"] for row in eliminated["skills"]) == eliminated["total"]["eliminated"] > 0
    people = commands.run(studio, ME, "explore coverage", DEMO | {"by": "people"})
    assert people["total"]["kept"] <= answer["total"]["kept"]
    assert not any(row["not scored"] for row in people["skills"])


def test_a_plan_says_what_it_would_take_and_why(studio: Studio) -> None:
    answer = commands.run(studio, ME, "explore aim", DEMO | {"cell": "8:Math"})
    assert (answer["skill"], answer["difficulty"], answer["seeds"], answer["epochs"]) == ("Math", 8, 2, 4)
    assert sum(one["share"] for one in answer["operations"]) == pytest.approx(1, abs=0.001)
    assert min(one["share"] for one in answer["operations"]) >= 0.05
    assert "Math at 8: 2 seeds" in say_aim(answer)
    with pytest.raises(BadInput, match="no cell"):
        commands.run(studio, ME, "explore aim", DEMO | {"cell": "Math"})


def test_a_run_can_be_begun_with_a_plan(studio: Studio) -> None:
    with openai_server() as server:
        project = studio.open(ME, "my-project")
        furnish(studio, project, server.base_url, n_seeds=0)
        seeds.import_shipped(ME, project, studio.settings.shipped)
        skill = next(one for one in seeds.skills(ME, project) if one)
        asked = {
            "project": "my-project",
            "seeds": None,
            "endpoint": "test",
            "epochs": 1,
            "limit": None,
            "preset": "quick look",
        }
        begun = commands.run(studio, ME, "grow", asked | {"aim": f"8:{skill}"})
        studio.live.wait(begun["run"])
        run = studio.runs.get(ME, project, begun["run"])
    assert run.settings.seeds.skills == (skill,)
    assert run.settings.seeds.below == 8.0
    assert run.n_seeds == min(20, seeds.skills(ME, project)[skill])
    assert set(run.settings.weights) == set(Operation)
