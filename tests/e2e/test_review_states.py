"""Review without a browser (AppTest): drawn in every state, and a form that begins as its address says."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.queue import Queue, QueueFilter, Sort
from core.services.projects import FIRST
from core.services.reviewing import queue_address, queues
from pages.ui import shell
from tests.e2e.furnish import PLAIN, furnished, in_this_process
from tests.e2e.running import ROOT
from tests.openai_server import openai_server

FILTER = QueueFilter(
    kinds=("evolved", "seed"), statuses=("survived", "eliminated"), people=("undecided",), epochs=(1, 2),
    operations=("deepen", "mutate", "concretize"), difficulty_from=1.0, difficulty_to=9.5, words_from=2, words_to=900,
    has_note=False, is_flagged=False, set_aside=None, skills=("Writing",), find="e", failed="refusal", added_from=-5, packs=("0" * 64,),
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The pages' own studio, on a home whose first project has a finished run, and with an empty project."""
    home = tmp_path_factory.mktemp("home")
    with openai_server() as endpoint, furnished(home) as fresh:
        fresh.endpoint(endpoint.base_url)
        fresh.grow(fresh.project(FIRST, PLAIN))
        fresh.project("empty")
    with in_this_process(home):
        yield


def review(title: str = "Review", **query: str | list[str]) -> AppTest:
    """The page, drawn; its title is the first thing that is asserted."""
    test = AppTest.from_file(str(ROOT / "pages/ui/studio.py"), default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    test.switch_page("../review.py").run()
    assert not test.exception
    assert test.title, "the page is empty"
    assert test.title[0].value == title
    return test


def labels(test: AppTest) -> set[str]:
    return {button.label for button in test.button}


@pytest.mark.parametrize("view", ["list", "minimal", "duplicates", "nonsense"])
@pytest.mark.parametrize("project", [FIRST, "empty"])
def test_a_queue_is_drawn_in_every_view(project: str, view: str) -> None:
    queue = queues.default(shell.studio().projects.open(ME, project))
    if view == "nonsense":  # the deck then, which has its title in the browser
        test = AppTest.from_file(str(ROOT / "pages/ui/studio.py"), default_timeout=60)
        test.query_params |= {"project": project, "queue": queue.id, "view": view}
        assert not test.run().switch_page("../review.py").run().exception
        return
    assert "Queues" in labels(review(project=project, queue=queue.id, view=view))


def test_queues_can_be_opened_listed_and_made() -> None:
    assert {"Open", "List", "New queue"} <= labels(review(project=FIRST))
    assert "New queue" in labels(review(project="empty"))


def test_a_form_begins_as_its_address_says_and_makes_just_that_queue() -> None:
    project = shell.studio().projects.open(ME, FIRST)
    test = review("New queue", project=FIRST, new="1", **queue_address.to_query(FILTER, Sort.HARDEST))
    next(one for one in test.text_input if one.label == "Name").set_value("as the address says").run()
    next(one for one in test.button if one.label == "Make the queue").click().run()
    assert not test.exception
    made = queues.every(ME, project)[-1]
    assert (made.name, made.filter, made.sort) == ("as the address says", FILTER, Sort.HARDEST)


def test_what_a_figure_said_can_be_left_out_of_a_queue() -> None:
    project = shell.studio().projects.open(ME, FIRST)
    test = review("New queue", project=FIRST, new="1", **queue_address.to_query(FILTER))
    next(one for one in test.text_input if one.label == "Name").set_value("without").run()
    next(one for one in test.checkbox if one.label == "Keep that too").uncheck().run()
    next(one for one in test.button if one.label == "Make the queue").click().run()
    assert queues.every(ME, project)[-1].filter == replace(FILTER, failed=None, added_from=None, packs=())


def test_a_change_begins_as_the_queue_is_and_keeps_its_id() -> None:
    project = shell.studio().projects.open(ME, FIRST)
    made = queues.save(
        ME, project, Queue(id="", name="to change", filter=FILTER, overlap=3, overlap_share=0.5, blind=True)
    )
    test = review("Change a queue", project=FIRST, change=made.id)
    next(one for one in test.text_input if one.label == "Name").set_value("changed").run()
    next(one for one in test.button if one.label == "Keep it").click().run()
    changed = queues.get(ME, project, made.id)
    assert (changed.name, changed.filter, changed.overlap, changed.overlap_share, changed.blind) == (
        "changed", FILTER, 3, 0.5, True,
    )  # fmt: skip


def test_a_plain_button_decides_the_item_that_it_was_drawn_with() -> None:
    project = shell.studio().projects.open(ME, FIRST)
    queue = queues.default(project)
    before = queues.lines(ME, project)[0].waiting
    test = review(project=FIRST, queue=queue.id, view="minimal")
    drawn = next(one for one in test.button if one.label == "Accept")
    drawn.click().run()
    assert queues.lines(ME, project)[0].waiting == before - 1
    assert drawn.key not in {one.key for one in test.button}, "a second click of it finds no button"
    next(one for one in test.button if one.label == "Undo").click().run()
    assert queues.lines(ME, project)[0].waiting == before
