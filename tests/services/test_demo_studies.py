"""The demo holds a finished study of real small models and an open one; what is simulated is called so everywhere."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.study import RaterKind, StudyState
from core.errors import BadInput
from core.services import commands, demo, demo_studies
from core.services.evaluating import judging, report, result_views, study_making
from core.services.evaluating.result_views import View
from core.services.evaluating.results import Results, Selection
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings

_VERSION = re.compile(r"\b\d+\.\d+\.\d+\b")
SHIPPED = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Studio, Project]]:
    studio = open_studio(Settings(home=tmp_path_factory.mktemp("home"), shipped=SHIPPED))
    yield studio, studio.demo(ME)
    studio.close()


def test_one_is_finished_and_one_is_open_to_be_judged(house: tuple[Studio, Project]) -> None:
    studio, project = house
    newest, finished = study_making.every(ME, project)
    assert (newest.state, newest.version, newest.prompts) == (StudyState.OPENED, 2, 30)
    assert (finished.state, finished.version, finished.prompts) == (StudyState.CLOSED, 1, 30)
    (line,) = judging.studies_of(studio, ME, project)
    assert (line.id, line.judged) == (newest.id, 0)
    hand = studio.judge_desk.take(ME, project, newest.id, most=3)
    assert [len(one.texts) for one in hand.trials] == [3, 3, 3]


def test_results_of_the_finished_one_are_there_and_say_what_is_simulated(house: tuple[Studio, Project]) -> None:
    _, project = house
    finished = study_making.every(ME, project)[-1]
    opened = Results().open(ME, project, finished.id)
    kinds = {one.kind for one in opened.raters}
    assert kinds == {RaterKind.SIMULATED, RaterKind.MODEL}
    assert all(one.name.startswith("Simulated") for one in opened.raters if one.kind == RaterKind.SIMULATED)
    (judge,) = [one.id for one in opened.raters if one.kind == RaterKind.MODEL]
    for by in (RaterKind.SIMULATED, judge):
        bouts = result_views.of_every_pair(opened, View(judged=Selection(by=by)))
        assert len(bouts) == 6
        assert all(one.record.n == 30 for one in bouts)


def test_its_report_is_that_of_the_file_it_was_built_from(house: tuple[Studio, Project]) -> None:
    studio, project = house
    finished = study_making.every(ME, project)[-1]
    here = report.of_study(ME, project, studio.results, finished.id)
    there = report.of_file(ME, SHIPPED / "demo" / demo_studies.FILE)
    lines = (SHIPPED / "demo" / demo_studies.FILE).read_text(encoding="utf-8").split("\n")
    seq = json.loads(lines[0])["seq"]
    assert "SIMULATED RATERS" in there.markdown
    assert f"{seq:,}" in there.markdown
    same = [a == b for a, b in zip(here.markdown.splitlines(), there.markdown.splitlines(), strict=True)]
    assert same.count(False) == 2  # the two lines that say its place in the log, which is another one here


def test_commands_report_export_and_report_again_with_the_same_bytes(
    house: tuple[Studio, Project], tmp_path: Path
) -> None:
    studio, _ = house
    name, file = "Small models on the test set", str(tmp_path / "study.jsonl")
    here = {"project": "demo", "study": name, "file": "", "to": str(tmp_path / "here")}
    commands.run(studio, ME, "report", here)
    commands.run(studio, ME, "export-study", {"project": "demo", "study": name, "file": file, "names": False})
    commands.run(studio, ME, "report", {"project": "", "study": "", "file": file, "to": str(tmp_path / "there")})
    for ending in (".html", ".md"):
        assert (tmp_path / f"here{ending}").read_bytes() == (tmp_path / f"there{ending}").read_bytes()
    again = commands.run(studio, ME, "import-study", {"project": "demo", "file": file})
    assert (again["new"], again["judgments"]) == (False, again["trials"])
    pairs = {"project": "demo", "study": name, "file": str(tmp_path / "pairs.jsonl"), "by": "", "margin": 0.5}
    assert commands.run(studio, ME, "export-pairs", pairs)["pairs"] > 20
    with pytest.raises(BadInput, match="one study"):
        commands.run(studio, ME, "report", here | {"file": file})


def test_the_example_in_the_docs_is_its_report(house: tuple[Studio, Project]) -> None:
    studio, project = house
    made = report.of_study(ME, project, studio.results, study_making.every(ME, project)[-1].id)
    docs = SHIPPED.parent / "docs" / "studies"
    for name, text in (("example-report.md", made.markdown), ("example-report.html", made.html)):
        kept = (docs / name).read_text(encoding="utf-8")
        assert _VERSION.sub("v", kept) == _VERSION.sub("v", text), "make it again: see docs/study-files.md"


def test_a_damaged_study_is_said_and_leaves_no_project(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "demo", tmp_path / "demo")
    path = tmp_path / "demo" / demo_studies.FILE
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadInput, match="damaged"):
        demo.build(tmp_path / "demo", tmp_path / "demo.duckdb")
    assert not (tmp_path / "demo.duckdb").exists()
