"""Judging a study by keys: ranks, pairs, scores, going back; and what was said is saved whatever happens meanwhile."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.domain.person import LOCAL_OWNER
from core.domain.study import StudyDesign, StudyTask
from core.services.evaluating import study_course
from tests.e2e.furnish import furnished
from tests.e2e.judge_verbs import Judge
from tests.e2e.running import App
from tests.e2e.studio import HOME, Window
from tests.studies.building import FIVE, a_study, answer_text

pytestmark = pytest.mark.e2e
JUDGED, EMPTY = "judged", "empty"
FAR = "http://192.0.2.1"
HARD = {
    "a": f"<img src={FAR}/a.png onerror=window.hurt=1> ![x]({FAR}/b.png) [l](javascript:window.hurt=1) $x^2$ \u202eback",
    "b": "",
    "c": "w" * 100_000,
    "d": "اشرح لماذا السماء زرقاء.\n\nשלום 日本語",
    "e": "",
}
RANK, PAIR, SCORED, DIFFICULT, CLOSING, SHORT = "rank", "pair", "scored", "difficult", "closing", "short"


def said_by(key: str, system: str) -> str:
    return HARD[system] if system in HARD else answer_text(key, system)


@pytest.fixture(scope="module")
def study() -> dict[str, str]:
    """The id of each study, by its name."""
    return {}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, study: dict[str, str]) -> Path:
    folder = tmp_path_factory.mktemp("home")
    three, two = ("alpha", "beta", "gamma"), ("alpha", "beta")
    with furnished(folder) as fresh:
        fresh.project(EMPTY)
        database = fresh.project(JUDGED).database

        def add(name: str, prompts: int, systems: tuple[str, ...], **design: object) -> None:
            whole = StudyDesign(title=f"The {name} one", judgments=1, asks_reason=True, **design)  # type: ignore[arg-type]
            study[name] = a_study(database, prompts=prompts, systems=systems, name=name, design=whole, text=said_by)

        add(RANK, 60, three, guidelines="Judge what helps.\n\nLength is no merit.")
        add(PAIR, 6, two, task=StudyTask.PAIR, per_trial=2)
        add(SCORED, 3, two, task=StudyTask.LIKERT, criteria=FIVE)
        add(DIFFICULT, 2, tuple(HARD))
        add(CLOSING, 4, two)
        add(SHORT, 2, two)
    return folder


@pytest.fixture
def judge(window: Window, study: dict[str, str]) -> Judge:
    return Judge.opened(window, JUDGED, study[RANK])


def test_keys_rank_and_the_next_trial_is_there(judge: Judge) -> None:
    before = judge.judged()
    judge.keys("1", "3")
    judge.expect_sum("A > B")
    judge.expect_told("C has no rank yet")
    judge.keys("1")
    judge.expect_sum("A = C > B")
    first = judge.submit()
    judge.submit("2", "2", "1")
    judge.expect_judged(before + 2)
    judge.expect_saved()
    newest = judge.on_the_server()
    assert newest is not None
    assert [one["rank"] for one in newest["said"]] == [2, 2, 1]
    older = judge.on_the_server(newest["trial"])
    assert older is not None
    assert (older["trial"], [one["rank"] for one in older["said"]]) == (first, [1, 3, 1])


def test_nothing_is_submitted_by_accident(judge: Judge) -> None:
    trial, before = judge.trial(), judge.judged()
    judge.keys("Enter")
    judge.expect_told("No rank yet")
    judge.keys("1", "2", "4", "Control+Enter", "Enter")  # there is no fourth rank
    judge.expect_told("C has no rank yet")
    judge.expect_trial(trial)
    judge.page.locator(".judge .rk").last.get_by_role("button").nth(2).click()
    judge.expect_sum("A > B > C")
    judge.page.keyboard.down("Enter")  # also after a click Enter submits
    for _ in range(5):
        judge.page.keyboard.down("Enter")  # what a keyboard sends while it is held
    judge.page.keyboard.up("Enter")
    expect(judge.main).not_to_have_attribute("data-trial", trial)
    judge.expect_judged(before + 1)
    judge.button("Submit and next").click(force=True)  # it is said to be disabled, and says what is missing
    judge.expect_told("No rank yet")
    judge.expect_judged(before + 1)


def test_one_goes_back_and_a_new_answer_replaces_the_old_one(judge: Judge) -> None:
    first, second = judge.submit("1", "2", "3"), judge.submit("1", "1", "1")
    now, before = judge.trial(), judge.judged()
    judge.keys("1")  # begun, and still there afterwards
    judge.back(second)
    judge.expect_sum("A = B = C")
    judge.back(first)
    judge.keys("ArrowRight", "1", "Enter")
    judge.expect_trial(now)
    judge.expect_sum("A")
    judge.back(second)
    judge.keys("3", "Escape")  # left as it was
    judge.expect_trial(now)
    judge.expect_saved()
    judge.expect_judged(before)
    judge.page.reload()
    judge.expect_trial(now)
    judge.expect_sum("A")
    judge.back(second)
    judge.expect_sum("A = B = C")
    judge.back(first)
    judge.expect_sum("A = B > C")
    judge.keys("Enter")
    judge.expect_trial(now)
    assert judge.counted() == before


def test_a_draft_and_its_reason_survive_a_reload(judge: Judge) -> None:
    trial = judge.trial()
    judge.keys("2", "1", "n")
    field = judge.page.get_by_label("Why? In a sentence or two")
    expect(field).to_be_focused()
    judge.page.keyboard.type("Because 123 b s g")
    judge.keys("Enter")
    expect(judge.saving).to_have_text("Draft saved")
    judge.page.reload()
    judge.expect_trial(trial)
    judge.expect_sum("B > A")
    judge.keys("n")
    expect(field).to_have_value("Because 123 b s g")
    judge.keys("Escape")
    assert judge.submit("3") == trial
    judge.expect_saved()
    newest = judge.on_the_server()
    assert newest is not None
    assert (newest["trial"], newest["note"]) == (trial, "Because 123 b s g")


def test_a_pair_is_judged_by_one_key(window: Window, study: dict[str, str]) -> None:
    judge = Judge.opened(window, JUDGED, study[PAIR])
    expect(judge.page.locator(".judge .rk")).to_have_count(0)
    for key, words in (("ArrowLeft", "A > B"), ("2", "B > A"), ("3", "A = B"), ("4", "both bad")):
        judge.keys(key)
        judge.expect_sum(words)
        judge.submit()
        judge.expect_saved()
        newest = judge.on_the_server()
        assert newest is not None
        judge.back(newest["trial"])
        judge.expect_sum(words)
        judge.keys("Escape")
    judge.button("B is better").click()
    judge.submit()
    judge.submit_last("ArrowRight")
    judge.expect_told("That was the last one. Thank you.")
    judge.expect_told("6 of 6 judged.")
    judge.expect_saved()


def test_criteria_are_asked_one_after_the_other(window: Window, study: dict[str, str]) -> None:
    judge = Judge.opened(window, JUDGED, study[SCORED])
    asked = judge.page.locator(".judge .qt[aria-current=step]")
    expect(asked).to_contain_text("Relevance")
    expect(judge.page.locator(".judge .qs")).to_contain_text("How well the response does in relevance.")
    judge.keys("4", "5")
    expect(asked).to_contain_text("Knowledgeable")
    judge.keys("1", "2", "3", "4", "5")
    expect(asked).to_contain_text("Calculation")
    judge.keys("Enter")
    judge.expect_told("Calculation: B has no score yet")
    judge.keys("5", "1", "q")
    expect(asked).to_contain_text("Relevance")
    judge.keys("q", "q", "q", "q")
    expect(asked).to_contain_text("Accuracy")
    judge.submit("2")
    judge.expect_saved()
    newest = judge.on_the_server()
    assert newest is not None
    scores = {key: [one["score"] for one in newest["said"] if one["criterion"] == key] for key in [c.key for c in FIVE]}
    assert list(scores.values()) == [[4, 5], [1, 2], [3, 4], [5, 5], [1, 2]]


def test_nothing_is_lost_by_a_reload_another_page_or_a_studio_that_is_started_anew(judge: Judge, app: App) -> None:
    before = judge.counted()
    with judge.unreachable():
        judged = [judge.submit("1", "2", "3"), judge.submit("3", "2", "1")]
        judge.expect_unsaved(2)
        now = judge.trial()
        with judge.warned() as asked:
            judge.page.reload()
        assert asked == ["beforeunload"]
        judge.expect_unsaved(2)
        assert judge.trial() == now
        assert now not in judged
        judge.page.get_by_test_id("stExpandSidebarButton").click()
        judge.window.go_by_menu("Home", HOME)
    expect(judge.page.get_by_test_id("stSidebar")).to_contain_text("All saved")
    assert judge.counted() == before + 2
    judge.visit()
    judge.expect_judged(before + 2)
    app.kill()
    judge.submit("1", "1", "1")
    judge.expect_unsaved(1)
    app.start()
    judge.expect_saved()
    assert judge.counted() == before + 3


def test_two_tabs_judge_one_trial_once(judge: Judge, study: dict[str, str]) -> None:
    before = judge.counted()
    other = Judge(judge.window.second_tab(), JUDGED, study[RANK]).visit()
    assert other.trial() == judge.trial()
    judged = judge.submit("1", "2", "3")
    expect(other.main).not_to_have_attribute("data-trial", judged)
    other.expect_told("Judged in another tab.")
    other.expect_trial(judge.trial())
    judge.expect_saved()
    other.window.close_tab()
    assert judge.counted() == before + 1


def test_a_study_that_was_closed_meanwhile_says_so_and_keeps_the_answer(
    window: Window, study: dict[str, str], app: App
) -> None:
    judge = Judge.opened(window, JUDGED, study[CLOSING])
    judge.submit("1", "2")
    judge.expect_saved()
    app.stop()
    with furnished(app.home) as fresh:
        study_course.close_study(LOCAL_OWNER, fresh.studio.projects.open(LOCAL_OWNER, JUDGED), study[CLOSING])
    judge.keys("1", "2", "Enter")
    judge.expect_unsaved(1)
    app.start()
    expect(judge.saving).to_have_text("1 judgment not taken")
    judge.expect_told("closed")
    expect(judge.blank).to_contain_text("This study is closed")
    judge.saving.click()
    sheet = judge.page.get_by_role("dialog", name="What is saved")
    expect(sheet).to_contain_text("closed")
    sheet.get_by_role("button", name="Forget these").click()
    expect(judge.saving).to_have_text("Saved")


def test_any_text_is_only_text(window: Window, study: dict[str, str]) -> None:
    judge = Judge.opened(window, JUDGED, study[DIFFICULT])
    shown = judge.texts()
    assert sorted(one for one in shown if len(one) < 90) == sorted(["(empty response)", "(empty response)", HARD["d"]])
    for view in ("m", "s", "m", "ArrowRight"):
        judge.keys(view)
        judge.expect_a_trial()
        assert judge.page.locator(".judge :is(img, script, iframe, style, [onerror], [href])").count() == 0
    judge.submit("1", "2", "3", "4", "5")
    judge.submit_last("1", "1", "1", "1", "1")
    judge.expect_saved()
    assert judge.page.evaluate("window.hurt") is None


def test_the_list_leads_to_each_study_and_says_what_to_do_without_one(window: Window, study: dict[str, str]) -> None:
    window.open("judge", "Judge", project=EMPTY)
    window.expect_said("Nothing is open to you for judging.")
    window.open("judge", "Judge", project=JUDGED)
    line = window.page.locator("[class*=st-key-judge_][class*=_card]").filter(has_text="The short one")
    expect(line).to_contain_text("0 of 2 judged")
    line.get_by_role("button", name="Begin").click()
    judge = Judge(window, JUDGED, study[SHORT])
    judge.expect_a_trial()
    judge.begin()
    judge.submit("1", "2")
    judge.expect_saved()
    judge.button("Studies").click()
    expect(line).to_contain_text("1 of 2 judged")
    line.get_by_role("button", name="Go on").click()
    judge.submit_last("2", "2")
    judge.expect_saved()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_decision_never_leaves_the_window(browser: Browser, app: App, study: dict[str, str], theme: str) -> None:
    with Window(browser, app.url, theme=theme) as window:
        judge = Judge.opened(window, JUDGED, study[RANK])
        for size in ({"width": 1280, "height": 640}, {"width": 1920, "height": 1080}):
            window.page.set_viewport_size(size)  # type: ignore[arg-type]
            for _ in range(2):
                expect(judge.button("Submit and next")).to_be_in_viewport(ratio=1)
                for number in range(3):
                    expect(judge.page.locator(".judge .rk").nth(number)).to_be_in_viewport(ratio=1)
                judge.keys("s")
