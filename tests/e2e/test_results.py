"""What a lead finds in a closed study, in a browser: figures, their trials, pictures and data; hostile names and texts are only text."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from core.domain.study import StudyEventKind, StudyState
from tests.e2e.furnish import furnished
from tests.e2e.studio import Window
from tests.studies.building import a_study, happened, judge

pytestmark = pytest.mark.e2e
PROJECT = "found"
HOSTILE = '<img src=x onerror=alert(1)><b>"bold"</b>'
SYSTEMS = ("aster-7b", HOSTILE, "cedar-7b")
NOTE = "<script>alert(2)</script> clearer"


def answer(key: str, system: str) -> str:
    return f"{HOSTILE} {key} of {SYSTEMS.index(system)}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        database = fresh.project(PROJECT).database
        study = a_study(
            database, prompts=6, systems=SYSTEMS, name="Three systems", state=StudyState.OPENED, text=answer,
            facts=lambda at: {"skill": HOSTILE if at % 2 else "Math", "author_difficulty": 1.0 + at % 10},
        )  # fmt: skip
        for number in range(6):
            for person in ("ann", "ben", "cleo"):
                ranks = (1, 2, 3) if (number + len(person)) % 3 else (2, 1, 3)
                judge(database, study, person, str(number + 1), dict(zip(SYSTEMS, ranks, strict=True)))
        happened(database, study, StudyEventKind.CLOSED)
    return folder


def card(window: Window, name: str) -> Locator:
    return window.page.locator(f".st-key-results_{name}_card")


def opens_trials(window: Window, number: Locator, words: str) -> None:
    """A number opens its trials, which are closed again."""
    number.click()
    expect(window.dialog()).to_contain_text(words)
    expect(window.dialog().locator(".pt").first).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(window.dialog()).to_have_count(0)


def test_a_lead_reads_results_opens_their_trials_and_takes_figures_along(window: Window, tmp_path: Path) -> None:
    window.open("results", "Results", project=PROJECT)
    window.press("Results")
    window.expect_said(
        "Three systems",
        "6 prompts, 3 people, one verdict per prompt",
        "Win, tie, loss",
        "Win rate by skill",
        "Every pair",
    )
    expect(card(window, "outcomes").locator(".bars .point").first).to_be_visible()

    # Every bar opens what it counts, with who made what; texts from anywhere are text.
    box = card(window, "outcomes").locator(".bars .point").first.bounding_box()
    assert box is not None
    window.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(window.dialog().get_by_text("won against")).to_be_visible()
    window.dialog().locator("summary").first.click()
    expect(window.dialog().locator("details[open] .read").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert window.page.locator("img[src=x]").count() == 0
    window.page.keyboard.press("Escape")
    expect(window.dialog()).to_have_count(0)

    # Pictures and numbers.
    for words, ending, says in (("Picture", ".svg", "<svg"), ("Data", ".csv", "opponent,of,against,wins,ties,losses")):
        with window.page.expect_download() as download:
            window.press(words, inside=card(window, "outcomes"))
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert file.suffix == ending
        assert file.read_text(encoding="utf-8").startswith(says)
    assert "aster-7b" in file.read_text(encoding="utf-8")

    # The other views; what takes longer says how far it is and then is there.
    window.switch_to("All votes")
    window.expect_said("every vote, 95 % intervals from resampled prompts")
    window.switch_to("Strength")
    window.expect_said("Mean rank", "Length as a covariate", timeout_s=60)
    opens_trials(window, card(window, "adjusted").locator("th button").last, "judged by")
    window.switch_to("Agreement")
    window.expect_said("Krippendorff's alpha, ordinal", "Cohen's kappa, two by two", timeout_s=60)
    opens_trials(window, card(window, "agreement").locator("td button").first, "judged by")
    opens_trials(window, card(window, "cohen").locator("td button").first, "and judged by")
    window.switch_to("People")
    window.expect_said("Chose the left", timeout_s=60)
    window.page.get_by_role("button", name="6", exact=True).first.click()
    expect(window.dialog().get_by_text("judged by ann")).to_be_visible()
    assert window.asked()["view"] == "people"
