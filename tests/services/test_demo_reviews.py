"""What simulated reviewers say in the demo: it is there, it says that it is simulated, and what is damaged is refused in words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.explore import Scope
from core.domain.person import LOCAL_OWNER as ME
from core.errors import BadInput
from core.services import demo, demo_reviews
from core.services.exploring.survival import Survival
from core.services.projects import Project
from core.settings import Settings
from core.store.database import open_database
from tests.builders import project_at

SHIPPED = Settings().shipped / "demo"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    demo.build(SHIPPED, path)
    database = open_database(path, "project")
    yield Project(slug="demo", name="Demo", database=database)
    database.close()


def test_the_demo_has_something_in_every_number_of_survival(project: Project) -> None:
    survival = Survival()
    funnel = survival.funnel(ME, project, Scope())
    assert [step.n for step in funnel.steps][:3] == [20, 70, 46]
    assert all(step.n for step in funnel.steps)
    rates = survival.rates(ME, project, Scope())
    assert {one.part for one in rates.accepted} == {one.part for one in rates.survived}
    hardness = survival.hardness(ME, project, Scope())
    assert [one.epoch for one in hardness.epochs] == [0, 1, 2, 3]
    assert all(one.model.value and one.people.value for one in hardness.epochs)
    assert hardness.agreement.kappa.low is not None
    assert survival.length(ME, project, Scope()).within.n > 0
    assert survival.money(ME, project, Scope()).total.accepted > 0


def test_whoever_says_it_is_called_simulated(project: Project) -> None:
    said = project.database.query("select distinct person_id from standing")
    kinds = {row["id"]: row["kind"] for row in project.database.query("select id, kind from person")}
    assert {kinds[row["person_id"]] for row in said} == {"simulated"}


def test_reviews_that_do_not_fit_are_refused_in_words(tmp_path: Path) -> None:
    lines = (SHIPPED / demo_reviews.FILE).read_text().splitlines()
    (tmp_path / demo_reviews.FILE).write_text(lines[0].replace('"act"', '"deed"'))
    with project_at(tmp_path / "p.duckdb") as database, pytest.raises(BadInput, match="damaged"):
        demo_reviews.add(tmp_path, database)
    (tmp_path / demo_reviews.FILE).write_text(lines[0])
    with project_at(tmp_path / "q.duckdb") as database, pytest.raises(BadInput, match="do not fit"):
        demo_reviews.add(tmp_path, database)
