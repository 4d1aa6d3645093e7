"""The page of results without a browser (AppTest): every view of studies in every state, and addresses that say nonsense."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.study import RaterKind, StudyEventKind, StudyState
from core.domain.study_results import Reduction, Rest, WinRate
from core.services.evaluating import result_people, result_rest, studies
from core.services.evaluating.result_views import View
from pages.ui import shell
from pages.ui.evaluating.results_asked import VIEWS
from tests.e2e.furnish import furnished, in_this_process
from tests.e2e.running import ROOT
from tests.services.studied import SYSTEMS, judged
from tests.studies.building import a_study, happened, joined, judge, siblings

PROJECT = "found"
RANKS = [[(1, 2, 3), (1, 3, 2), (2, 1, 3)], [(1, 2, 3), (2, 1, 3), (1, 2, 2)], [(3, 1, 2), (1, 2, 3), (1, 1, 3)]] * 3


@pytest.fixture(scope="module")
def ids(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Studies by what is special about them; the pages' own studio is open on their home."""
    folder = tmp_path_factory.mktemp("home")
    found = {}
    with furnished(folder) as fresh:
        fresh.project("empty")
        database = fresh.project(PROJECT).database
        found["full"] = judged(database, RANKS, close=False)
        joined(database, found["full"], "model:m", kind=RaterKind.MODEL)
        for key in ("1", "2", "3"):
            judge(database, found["full"], "model:m", key, {SYSTEMS[0]: 1, SYSTEMS[1]: 2}, order=SYSTEMS[:2])
            judge(database, found["full"], "model:m", key, {SYSTEMS[0]: 1, SYSTEMS[1]: 2}, order=SYSTEMS[1::-1], turn=1)
        happened(database, found["full"], StudyEventKind.EXCLUDED, subject="person 2", reason="did not read them")
        happened(database, found["full"], StudyEventKind.CLOSED)
        found["nothing"] = a_study(database, name="Nothing", state=StudyState.CLOSED)
        found["open"] = a_study(database, name="Open", state=StudyState.OPENED)
        found["early"] = a_study(database, name="Early", state=StudyState.OPENED)
        found["trial"] = judge(database, found["early"], "ann", "1", {"alpha-7b": 1, "beta-13b": 2})
        judge(database, found["early"], "ben", "1", {"alpha-7b": 1, "beta-13b": 2})
        happened(database, found["early"], StudyEventKind.EARLY_LOOK, reason="a rater asked")
        found["siblings"] = siblings(database, {"Add.": {"deepen": "Prove it.", "mutate": "Other."}}, name="Family")
        judge(database, found["siblings"], "ann", "1", {"deepen": 1, "mutate": 2})
        happened(database, found["siblings"], StudyEventKind.CLOSED)
    with in_this_process(folder):
        yield found


def page(**query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "pages/ui/studio.py"), default_timeout=60)
    for name, value in {"project": PROJECT, **query}.items():
        test.query_params[name] = value
    test.run()
    test.switch_page("../results.py").run()
    assert not test.exception
    return test


def settled(test: AppTest) -> AppTest:
    """Until what takes seconds is worked out and drawn."""
    for _ in range(40):
        if not any(button.label == "Stop" for button in test.button):
            return test
        test.run()
    raise AssertionError("it is still being worked out")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("study", ["full", "siblings"])
def test_every_view_of_a_closed_study_is_drawn(view: str, study: str, ids: dict[str, str]) -> None:
    test = settled(page(study=ids[study], view=view))
    assert not test.exception
    assert test.title[0].value == "Results"


@pytest.mark.parametrize("prompts", ["all", "hard", "epoch", "operation"])
@pytest.mark.parametrize("rate", WinRate)
def test_every_way_to_tell_and_to_count_is_drawn(prompts: str, rate: str, ids: dict[str, str]) -> None:
    for view in ("verdicts", "votes"):
        settled(page(study=ids["full"], view=view, prompts=prompts, rate=rate, difficulty="author", cut="9"))


def test_an_address_that_says_nonsense_shows_the_usual(ids: dict[str, str]) -> None:
    test = page(study=ids["full"], view="x", prompts="<b>", of="nobody", against="", by="model:gone", criterion="no", rate="?", cut="nan?", pick="x:1")  # fmt: skip
    assert test.session_state["results.view"] == "verdicts"


def test_what_is_chosen_stands_in_the_address_and_the_model_judge_can_be_chosen(ids: dict[str, str]) -> None:
    test = page(study=ids["full"])
    test.selectbox(key="results.by").set_value("model:m").run()
    assert test.query_params["by"] in ("model:m", ["model:m"])
    assert not test.exception
    assert "judged by m" not in [one.label for one in test.selectbox]


def test_a_study_that_is_open_says_why_its_results_are_not(ids: dict[str, str]) -> None:
    test = page(study=ids["open"])
    assert [one.label for one in test.button if one.key == "results.back"] == ["Studies"]
    assert "results.view" not in test.session_state


def test_after_an_early_look_a_trial_is_left_out_with_a_reason_and_that_is_marked(ids: dict[str, str]) -> None:
    test = page(study=ids["early"], pick="part:skill,name:%E2%80%93")
    test.session_state["results.leaving"] = ids["trial"]
    test.run()
    test.text_input(key="results.leave.reason").input("they pressed the wrong key").run()
    test.button(key="results.leave.go").click().run()
    studio = shell.studio()
    opened = studio.results.open(shell.owner(), studio.projects.open(shell.owner(), PROJECT), ids["early"])
    (left,) = result_people.left_out(opened).values()
    assert (left.subject, left.reason, left.after_unblinding) == (ids["trial"], "they pressed the wrong key", True)
    assert result_rest.not_counted(opened, View())[Rest.EXCLUDED] == 1


def test_after_the_close_somebody_is_left_out_and_the_page_says_so(ids: dict[str, str]) -> None:
    asked = settled(page(study=ids["siblings"], view="people")).button(key="results.exclude").click().run()
    assert "studies.exclude.go" in {one.key for one in asked.button}
    studio = shell.studio()
    project = studio.projects.open(shell.owner(), PROJECT)
    studies.exclude(shell.owner(), project, ids["siblings"], "ann", "withdrew consent")
    opened = studio.results.open(shell.owner(), project, ids["siblings"])
    assert result_people.left_out(opened)["ann"].after_unblinding
    assert result_rest.not_counted(opened, View())[Rest.OF_EXCLUDED] == 1
    assert not settled(page(study=ids["siblings"], view="people")).exception


def test_what_stands_behind_no_number_opens_its_trials(ids: dict[str, str]) -> None:
    assert not page(study=ids["full"], view="people", pick="rest:of_excluded").exception
    assert not page(study=ids["full"], view="people", pick="rest:nonsense").exception


def test_a_closed_study_that_nobody_judged_says_so(ids: dict[str, str]) -> None:
    assert "results.view" not in page(study=ids["nothing"]).session_state


def test_without_a_study_the_closed_ones_are_offered(ids: dict[str, str]) -> None:
    test = page()
    offered = {one.key for one in test.button if one.label == "Results"}
    closed = ("full", "nothing", "siblings")
    assert offered == {f"results.open.{ids[name]}" for name in closed}
    assert not page(project="empty").exception


def test_what_was_worked_out_is_there_at_once_the_next_time(ids: dict[str, str]) -> None:
    settled(page(study=ids["full"], view="strength"))
    studio = shell.studio()
    opened = studio.results.open(shell.owner(), studio.projects.open(shell.owner(), PROJECT), ids["full"])
    view = View(reduction=Reduction.VERDICTS, seed=opened.study.design.rng_seed)
    now = opened.jobs.ask(("strength", view), lambda _: pytest.fail("it was worked out a second time"))
    assert now.found.strengths[0].name == SYSTEMS[0]
