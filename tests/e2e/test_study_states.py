"""Studies without a browser (AppTest): each step of a study is drawn in each of its states, and what is written is kept."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.study import StudyDesign, StudyState, StudyTask
from core.services.evaluating import studies
from core.services.projects import FIRST, Project
from pages.ui import shell
from pages.ui.evaluating import study_frame
from tests.builders import id_of
from tests.e2e.furnish import furnished, in_this_process
from tests.e2e.running import ROOT
from tests.studies.building import a_study, joined, judge, siblings

HOSTILE = "<b>x</b> ![y](http://evil.example/y.png)"
STATES = list(StudyState)


@pytest.fixture(scope="module", autouse=True)
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The pages' own studio: a project with a study in each state and one of siblings, and an empty project."""
    home = tmp_path_factory.mktemp("home")
    with furnished(home) as fresh:
        database = fresh.project(FIRST).database
        for state in STATES:
            a_study(
                database, name=state, state=state, systems=("alpha-7b", HOSTILE), design=StudyDesign(guidelines=HOSTILE)
            )
            joined(database, id_of(f"study {state}"), "local", HOSTILE)
        judge(database, id_of("study opened"), "local", "1", {"alpha-7b": 1, HOSTILE: 2})
        siblings(database, {"A parent.": {"deepen": "A deep one.", "mutate": "Another."}}, state=StudyState.DRAFT)
        fresh.project("empty")
    with in_this_process(home):
        yield


def page(title: str = "Study", **query: str) -> AppTest:
    """The page, drawn; its title is the first thing that is asserted."""
    test = AppTest.from_file(str(ROOT / "pages/ui/studio.py"), default_timeout=120)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    test.switch_page("../studies.py").run()
    assert not test.exception
    assert test.title, "the page is empty"
    assert test.title[0].value == title
    return test


def project() -> Project:
    return shell.open_project(FIRST, ME)


def of(name: str) -> str:
    return id_of(f"study {name}")


def buttons(test: AppTest) -> set[str]:
    return {one.label for one in test.button}


@pytest.mark.parametrize("step", study_frame.STEPS)
@pytest.mark.parametrize("name", [*STATES, "Siblings"])
def test_each_step_of_each_state_is_drawn_with_one_primary_button_at_most(name: str, step: str) -> None:
    test = page(study=of(name), step=step)
    primary = [one.label for one in test.button if one.proto.type == "primary"]
    assert len(primary) <= 1, primary


def test_the_list_leads_into_every_study_and_an_empty_project_says_what_a_study_takes() -> None:
    assert len([one for one in page("Studies").button if one.label in ("Go on", "Open")]) == len(STATES) + 1
    assert buttons(page("Studies", project="empty")) >= {"New study"}


@pytest.mark.parametrize("state", [StudyState.PILOT, StudyState.OPENED, StudyState.CLOSED])
def test_what_people_judge_cannot_be_changed_on_its_page(state: StudyState) -> None:
    test = page(study=of(state), step=study_frame.ASK)
    assert not [*test.text_input, *test.text_area, *test.toggle, *test.button_group[1:]]
    assert not [one for one in page(study=of(state), step=study_frame.RATERS).number_input if not one.disabled]


def test_what_is_written_into_a_draft_is_kept_as_it_is_left() -> None:
    test = page(study=of(StudyState.DRAFT), step=study_frame.ASK)
    test.text_input(key=f"studies.{of(StudyState.DRAFT)}.title").input("Which one helps?").run()
    test.text_area(key=f"studies.{of(StudyState.DRAFT)}.guidelines").input("Read all of them.").run()
    test.button(key="studies.criteria.paper").click().run()
    kept = studies.one(ME, project(), of(StudyState.DRAFT)).design
    assert (kept.title, kept.guidelines, len(kept.criteria)) == ("Which one helps?", "Read all of them.", 5)


def test_a_field_that_cannot_be_is_refused_in_words_and_the_rest_stays() -> None:
    test = page(study=of(StudyState.DRAFT), step=study_frame.ASK)
    before = studies.one(ME, project(), of(StudyState.DRAFT)).design
    test.text_input(key=f"studies.{of(StudyState.DRAFT)}.title").input("   ").run()
    assert not test.exception
    assert studies.one(ME, project(), of(StudyState.DRAFT)).design == before


def test_another_task_brings_its_own_words_where_nobody_had_written_any() -> None:
    made = studies.create(ME, project(), "Another task")
    test = page(study=made.id, step=study_frame.ASK)
    test.button_group(key=f"studies.{made.id}.task").set_value(StudyTask.PAIR).run()
    changed = studies.one(ME, project(), made.id).design
    assert (changed.task, changed.per_trial, changed.title) == (StudyTask.PAIR, 2, "Compare two responses")


def test_a_pilot_begins_only_where_nothing_stands_in_its_way() -> None:
    made = studies.create(ME, project(), "Bare")
    test = page(study=made.id, step=study_frame.OPEN)
    assert all(one.disabled for one in test.button if one.label in ("Open the study", "Begin with a pilot", "Preview"))
    ready = page(study=of(StudyState.DRAFT), step=study_frame.OPEN)
    assert not [one for one in ready.button if one.label == "Open the study" and one.disabled]


def test_responses_that_name_their_model_are_blacked_out_at_once() -> None:
    made = a_study(
        project().database,
        name="Telling",
        state=StudyState.DRAFT,
        text=lambda key, system: f"As ChatGPT I say {key} {system}.",
    )
    test = page(study=made, step=study_frame.OPEN)
    test.button(key="studies.mask").click().run()
    assert "chatgpt" in {one.casefold() for one in studies.one(ME, project(), made).design.masked}
    assert "studies.mask" not in {one.key for one in page(study=made, step=study_frame.OPEN).button}


def test_a_study_that_is_not_there_is_said_so() -> None:
    assert {"New study", "Go on"} <= buttons(page("Studies", study="no-study"))


def link(test: AppTest) -> str:
    (found,) = (one.value for one in test.code if "/join?" in one.value)
    return found


def test_after_the_link_of_an_open_study_was_called_back_another_stands_there() -> None:
    before = link(page(study=of("opened")))
    asked = page(study=of("opened")).button(key="studies.link.back.").click().run()
    assert not asked.exception
    assert "studies.link.back.go" in {one.key for one in asked.button}
    studies.call_link_back(ME, project(), of("opened"), reason="it was posted in public")
    assert link(page(study=of("opened"))) != before


def test_whom_to_leave_out_is_asked_of_a_closed_study_too() -> None:
    asked = page(study=of("closed")).button(key="studies.exclude").click().run()
    assert not asked.exception
    assert {"studies.exclude.go"} <= {one.key for one in asked.button}
