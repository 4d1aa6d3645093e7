"""Two people at one studio: each says who they are, and the studio keeps them apart."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.domain.decision import Act, Reason, Submission
from core.domain.person import LOCAL_OWNER, Actor
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.services.projects import FIRST, Project
from core.store.decision_log import decide
from tests.builders import NOON, id_of
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.people_verbs import Somebody
from tests.e2e.running import App, http_status

pytestmark = pytest.mark.e2e
_SEND = """async (what) => {
  const reply = await fetch("/api/decisions", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(what)});
  return [reply.status, (await reply.json()).what];
}"""
MIRA, NOOR = "Mira Nowak", "<b>Noor</b> ![x](http://evil.example/x.png)"


def decided(project: Project, who: Actor, act: Act, reason: Reason | None = None) -> None:
    """One verdict on the first seed, as the deck would send it."""
    shown = project.database.query("select id, revision_id from instruction_state order by id")[0]
    trial = id_of(f"{who.person_id} {act}")
    project.database.writer.append_now(
        [
            Trial(id=trial, kind=TrialKind.REVIEW, person_id=who.person_id, origin=TrialOrigin.FRESH),
            TrialSlot(trial_id=trial, position=0, revision_id=shown["revision_id"]),
        ]
    )
    one = Submission(trial_id=trial, act=act, reason=reason, active_ms=4_000)
    decide(project.database, who.person_id, [one], NOON)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people who disagree on one seed."""
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        project = fresh.project(FIRST, PLAIN[:1])
        people = fresh.studio.people
        mira = people.add(LOCAL_OWNER, MIRA).actor
        fresh.studio.projects.open(mira, FIRST)
        decided(project, LOCAL_OWNER, Act.ACCEPT)
        decided(project, mira, Act.REJECT, Reason.UNCLEAR)
    return folder


def send_a_decision(somebody: Somebody) -> list[object]:
    """As the deck does; the answer's status, and what it says."""
    what = {"project": FIRST, "decisions": [{"trial": id_of("any"), "act": "accept"}]}
    return list(somebody.page.evaluate(_SEND, what))


@pytest.fixture
def two(browser: Browser, app: App) -> Iterator[tuple[Somebody, Somebody]]:
    """The owner's browser and another one."""
    with Somebody(browser, app.url) as one, Somebody(browser, app.url) as other:
        yield one, other


def test_without_sign_in_no_other_machine_is_served_whatever_name_it_asks_for(app: App) -> None:
    assert http_status(app.url) == 200
    assert http_status(app.url, X_Forwarded_For="203.0.113.9") == 421  # as a proxy on this machine would say
    assert http_status(app.url, Host="studio.example.org") == 421


def test_two_people_work_beside_each_other_and_each_is_offered_what_they_may_do(two: tuple[Somebody, Somebody]) -> None:
    owner, other = two
    owner.open("people", "People")
    owner.expect_me("You")
    other.open("people", "People")
    other.become_somebody_new(NOOR)
    other.expect_title("Review")
    assert (other.cookie()["httpOnly"], other.cookie()["sameSite"]) == (True, "Strict")
    menu = other.page.get_by_test_id("stSidebarNav")
    expect(menu.get_by_role("link", name="Runs")).to_have_count(0)
    assert other.page.locator("img[src*=evil]").count() == 0

    other.be(MIRA)
    other.open("history", "History")
    expect(other.page.locator(".history .line")).to_have_count(2)
    other.page.locator(".history .line", has_text=MIRA).click()
    expect(other.page.locator(".history .sides")).to_contain_text(PLAIN[0][:30])
    other.page.locator(".history .line", has_text="The owner").click()
    expect(other.page.get_by_role("button", name="Take it back")).to_have_count(0)
    other.page.locator(".history .line", has_text=MIRA).click()
    other.press("Take it back")
    expect(other.page.locator(".history .undone").first).to_be_visible()

    owner.open("history", "History")
    owner.expect_said(f"taken back by {MIRA}")
    owner.expect_me("You")


def test_the_rule_asks_before_it_changes_what_was_decided(two: tuple[Somebody, Somebody]) -> None:
    owner, _ = two
    owner.open("team", "Team")
    owner.expect_said("Krippendorff", "Two by two")
    owner.page.get_by_text("Unanimous", exact=True).click()
    owner.press("See what changes")
    expect(owner.dialog()).to_contain_text(re.compile("1 item|Nothing that was decided"))
    owner.press("Leave it", inside=owner.dialog())
    expect(owner.page.get_by_role("radio", name="First")).to_be_checked()
    owner.page.get_by_text("Unanimous", exact=True).click()
    owner.press("See what changes")
    owner.press("Decide by it", inside=owner.dialog())
    expect(owner.dialog()).to_have_count(0)
    expect(owner.page.get_by_role("radio", name="Unanimous")).to_be_checked()


def test_who_is_set_inactive_is_told_so_and_chooses_again(two: tuple[Somebody, Somebody]) -> None:
    owner, other = two
    other.open("people", "People")
    other.become_somebody_new("Olaf")
    other.expect_title("Review")
    owner.open("people", "People")
    card = owner.page.locator("[class*=st-key-people_][class*=_card]", has_text="Olaf")
    owner.press("Set inactive", inside=card)
    owner.expect_said("not active any more")
    assert send_a_decision(other) == [403, "Olaf is not active here any more"]
    other.page.reload()
    other.expect_title("Who are you?")
    other.expect_said("Olaf is not active here any more")
    other.page.locator(".who:not(.me)", has_text="The owner").click()
    other.expect_title("Review")
    expect(other.page.get_by_test_id("stSidebarNav").get_by_role("link", name="Runs")).to_be_visible()
