"""A study from its design to its close: one leads, others come by a link, and each is shown only what is theirs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.domain.person import LOCAL_OWNER, Role
from core.domain.study import StudyDesign
from core.services.projects import FIRST
from tests.e2e.furnish import furnished
from tests.e2e.judge_verbs import Judge
from tests.e2e.running import App
from tests.e2e.studio import Window
from tests.e2e.study_verbs import Lead, join
from tests.studies.building import a_study, judge

pytestmark = pytest.mark.e2e
SYSTEMS = ("evolved-7b", "plain-7b")
PROMPTS = ("Name a bird that stays.", "Say what a tide is.", "Add 17 and 25.")


@pytest.fixture(scope="module")
def study() -> dict[str, str]:
    """The id of each study that is there beforehand, by its name."""
    return {}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, study: dict[str, str]) -> Path:
    """An open study for two people by name, of whom one has begun."""
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        database = fresh.project(FIRST).database
        fresh.project("empty")
        olaf, noor = (fresh.studio.people.add(LOCAL_OWNER, name, Role.RATER).id for name in ("Olaf", "Noor"))
        design = StudyDesign(people=(olaf, noor), judgments=1)
        study["named"] = a_study(database, prompts=4, systems=SYSTEMS, name="Named", design=design)
        judge(database, study["named"], noor, "1", dict.fromkeys(SYSTEMS, 1))
    return folder


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Prompts in the form of the released test set; responses, of which one belongs to no prompt."""
    prompts, responses = tmp_path / "prompts.jsonl", tmp_path / "responses.jsonl"
    rows = [{"idx": n, "Skill": "Math", "Difficulty": n + 7, "Instruction": text} for n, text in enumerate(PROMPTS, 1)]
    answers = [
        {"idx": n, "system": system, "response": f"Answer {n} of them, version {number}."}
        for number, system in enumerate(SYSTEMS)
        for n in (1, 2, 3)
    ]
    answers.append({"idx": 99, "system": SYSTEMS[0], "response": "To nobody."})
    prompts.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    responses.write_text("\n".join(map(json.dumps, answers)), encoding="utf-8")
    return prompts, responses


@pytest.fixture
def rater(browser: Browser, app: App) -> Iterator[Window]:
    with Window(browser, app.url) as window:
        yield window


def judge_all(judge: Judge, better: str) -> None:
    """Three prompts with two responses each: the one with these words is the better one, wherever it stands."""
    for nth in range(len(PROMPTS)):
        judge.expect_a_trial()
        keys = ("1", "2") if better in judge.texts()[0] else ("2", "1")
        if nth < len(PROMPTS) - 1:
            judge.submit(*keys)
        else:
            judge.submit_last(*keys)
    judge.expect_saved()


def test_a_study_goes_from_its_design_over_three_people_to_its_report(
    window: Window, browser: Browser, app: App, files: tuple[Path, Path], tmp_path: Path
) -> None:
    lead = Lead(window, "empty").open_list()
    window.expect_said("No studies yet")
    made = lead.make("Evolved-7b against plain")
    window.write("Title", "Is evolved-7b better?")
    lead.take_prompts(files[0])
    window.expect_said("3 prompts", "3 hard ones (8 and up)")
    lead.take_responses(files[1])
    window.expect_said("6 responses taken", "1 row whose prompt is not in this study")
    link = lead.link()

    lead.step("Check and open")
    window.expect_said("It names a system")
    expect(window.page.get_by_role("button", name="Open the study")).to_be_disabled()
    lead.step("What is asked")
    window.write("Title", "Which one helps?")
    lead.step("Check and open")
    lead.press("Preview")
    expect(window.page.locator(".judge .jd")).to_contain_text("Answer")
    lead.press("Back to the study")
    lead.confirm("Open the study", "Open it")
    window.expect_said("Nobody has come yet")

    for name, better in {"Mira": "version 0", "Ines": "version 0", "Tove": "version 1"}.items():
        with Window(browser, app.url) as rater:
            join(rater, link, name)
            judge = Judge(rater, "empty", made)
            judge.expect_a_trial()
            judge.begin()
            expect(rater.page.get_by_test_id("stSidebarNav").get_by_role("link")).to_have_count(0)  # one page, no menu
            judge_all(judge, better)
            lead.expect_rater(name, "3 of 3", "Done")
            assert "evolved" not in lead.rater(name).inner_text()
            if name == "Tove":
                lead.confirm("Close the study", "Close it")
                window.expect_said("The study is closed")
                judge.visit()
                judge.expect_told("closed")

    lead.press("See the results")
    window.expect_title("Results")
    window.expect_said("Evolved-7b against plain", "3 prompts, 3 people")
    window.page.keyboard.press("w")
    with window.page.expect_download() as download:
        window.dialog().get_by_role("link", name="The report as Markdown").click()
    download.value.save_as(tmp_path / "report.md")
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    first = next(line for line in report.splitlines() if line.startswith("| evolved-7b – plain-7b |"))
    assert [cell.strip() for cell in first.split("|")[2:6]] == [
        "3",
        "0",
        "0",
        "3†",
    ]  # two of three prefer it each time; few


def test_who_leads_chooses_people_leaves_one_out_looks_early_and_makes_a_new_version(
    window: Window, rater: Window, study: dict[str, str]
) -> None:
    lead = Lead(window, FIRST)
    window.open("studies", "Study", project=FIRST, study=study["named"])
    window.settle()
    lead.expect_rater("Noor", "1 of 2", "Late")
    window.press("Leave somebody out")
    expect(window.dialog().get_by_role("button", name="Leave them out")).to_be_disabled()  # nobody is meant yet
    window.choose("Who", "Noor")
    window.write("Why", "Misread the task", inside=window.dialog())
    window.press("Leave them out", inside=window.dialog())
    window.expect_said("Misread the task")
    lead.expect_rater("Noor", "Left out")

    window.press("Look early")
    window.press("Write it down and look", inside=window.dialog())
    expect(window.dialog()).to_contain_text("A reason is needed")
    window.write("Why now", "To see whether it works", inside=window.dialog())
    window.press("Write it down and look", inside=window.dialog())
    window.expect_title("Results")
    window.expect_said("Named")
    window.open("studies", "Study", project=FIRST, study=study["named"])
    window.expect_said("To see whether it works")
    lead.press("Make a new version")
    window.expect_said("version 2", "Draft")
    expect(window.page.get_by_label("Title", exact=True)).to_be_enabled()


def test_a_link_for_one_person_needs_no_name_and_one_that_was_changed_or_called_back_leads_nowhere(
    window: Window, rater: Window, study: dict[str, str]
) -> None:
    window.open("studies", "Study", project=FIRST, study=study["named"], step="raters")
    window.settle()
    link = Lead(window, FIRST).link(of_each=True)
    rater.page.goto(f"{rater.address}/{link[:-3]}")
    rater.expect_title("You are invited to judge")
    rater.expect_said("This link is not whole")
    expect(rater.page.get_by_role("button", name="Begin")).to_have_count(0)
    join(rater, link)
    Judge(rater, FIRST, study["named"]).expect_a_trial()
    rater.page.goto(f"{rater.address}/review?project={FIRST}")
    expect(rater.page.get_by_role("heading", name="Review")).to_have_count(0)
    window.press("Call back…")
    window.press("Call it back", inside=window.dialog())
    window.settle()
    rater.page.goto(f"{rater.address}/{link}")
    rater.expect_said("This link was called back")
    Judge(rater, FIRST, study["named"]).visit().expect_a_trial()  # who has begun goes on
