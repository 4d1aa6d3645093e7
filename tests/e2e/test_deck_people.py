"""Several people at one deck: the same item, a disagreement and who settles it, a blind queue, and what arrives meanwhile."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response, WebSocket, expect

from core.__main__ import main
from core.domain.check import Rule
from core.domain.decision import ConsensusRule
from core.domain.operation import Operation
from core.domain.person import LOCAL_OWNER
from core.domain.queue import Queue, QueueFilter
from core.domain.run import SeedChoice
from core.domain.system import Endpoint
from core.services.growing import presets
from core.services.people import People
from core.services.reviewing import queues, team
from tests.e2e.deck_verbs import Deck
from tests.e2e.furnish import PLAIN, Home, furnished
from tests.e2e.people_verbs import Somebody
from tests.e2e.running import App
from tests.openai_server import OpenAIServer

pytestmark = pytest.mark.e2e
PROJECT, OTHER, SEEDS = "grown", "other", "seeds"
MIRA = "Mira Nowak"
MODEL, RUN_NAME = "model-nobody-may-know", "run-nobody-may-know"
NEW = 310


@pytest.fixture(scope="module")
def queue_of() -> dict[str, str]:
    return {}


def _queues(fresh: Home, queue_of: dict[str, str]) -> None:
    project = fresh.project(PROJECT, PLAIN)
    fresh.studio.endpoints.save(
        LOCAL_OWNER,
        Endpoint(name="fake", base_url=fresh.studio.endpoints.get(LOCAL_OWNER, "fake").base_url, model=MODEL),
    )
    usual = presets.settings(presets.BRANCHING, name=RUN_NAME, endpoint="fake", seeds=SeedChoice(), rng_seed=3)
    fresh.grow(project, settings=usual)
    team.change_rule(LOCAL_OWNER, project, ConsensusRule.MAJORITY)
    for name, more in {
        "both": {"overlap": 2},
        "settled": {"adjudicates": True},
        "blind": {"blind": True, "filter": QueueFilter(statuses=(), kinds=())},
    }.items():
        queue_of[name] = queues.save(LOCAL_OWNER, project, Queue(id="", name=name, **more)).id  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, endpoint: OpenAIServer, queue_of: dict[str, str]) -> Path:
    folder = tmp_path_factory.mktemp("home")
    endpoint.change(latency_s=0.0, models=("fake", MODEL))
    with furnished(folder) as fresh:
        fresh.endpoint(endpoint.base_url)
        _queues(fresh, queue_of)
        other = fresh.project(OTHER, PLAIN)
        fresh.grow(other)
        queue_of["one"] = queues.default(other).id
        seeds = fresh.project(SEEDS, PLAIN)
        wanted = Queue(id="", name="all seeds", filter=QueueFilter(kinds=("seed",), statuses=()))
        queue_of[SEEDS] = queues.save(LOCAL_OWNER, seeds, wanted).id
        people: People = fresh.studio.people
        people.add(LOCAL_OWNER, MIRA)
    return folder


@pytest.fixture
def two(browser: Browser, app: App) -> Iterator[tuple[Somebody, Somebody]]:
    """The owner's browser, and Mira's."""
    with Somebody(browser, app.url) as owner, Somebody(browser, app.url) as mira:
        mira.open("people", "People")
        mira.be(MIRA)
        yield owner, mira


def test_two_people_disagree_on_one_item_and_an_adjudicator_settles_it(
    two: tuple[Somebody, Somebody], queue_of: dict[str, str]
) -> None:
    first, second = (Deck.opened(one, PROJECT, queue_of["both"]) for one in two)
    item = first.item()
    assert second.item() == item
    first.decide("a")
    first.expect_saved()
    second.expect_item(item)  # what the other one said neither takes it away nor shows
    expect(second.side).not_to_contain_text("Verdicts")
    second.keys("5")
    expect(second.card).not_to_have_attribute("data-instruction", item)
    second.expect_saved()

    settled = Deck.opened(two[0], PROJECT, queue_of["settled"])
    settled.expect_item(item)
    verdicts = settled.side.locator(".sec", has_text="Verdicts")
    expect(verdicts.get_by_role("listitem")).to_have_count(2)
    expect(verdicts).to_contain_text(MIRA)
    expect(verdicts).to_contain_text("unclear")
    settled.decide_last("a")
    settled.expect_saved()
    two[0].open("history", "History", project=PROJECT)
    expect(two[0].page.locator(".history .line")).to_have_count(3)
    settled.page.goto(f"{two[0].address}/review?project={PROJECT}&queue={queue_of['settled']}")
    expect(settled.page.locator(".deck .blank")).to_contain_text("You are through.")


def test_what_somebody_else_decided_meanwhile_leaves_ones_hand_and_says_so(
    two: tuple[Somebody, Somebody], queue_of: dict[str, str]
) -> None:
    first, second = Deck.opened(two[0], OTHER, queue_of["one"]), Deck.opened(two[1], OTHER, queue_of["one"])
    assert first.item() != second.item()  # each has items of their own
    asked = {"project": OTHER, "queue": queue_of["one"]}
    here = second.page.request.get(f"{two[1].address}/api/trials", params={**asked, "most": 3}).json()["cards"]
    now, theirs, after = (card["instruction"] for card in here)
    second.expect_item(now)
    owner = two[0].page.request
    card = owner.get(f"{two[0].address}/api/trials/one", params={**asked, "instruction": theirs}).json()
    sent = {"project": OTHER, "decisions": [{"trial": card["trial"], "act": "accept", "revision": card["revision"]}]}
    origin = {"Origin": two[0].address}
    said = owner.post(f"{two[0].address}/api/decisions", data=sent, headers=origin).json()
    assert [one["answer"] for one in said["receipts"]] == ["saved"]

    second.keys("a")
    second.expect_saved()
    second.expect_item(after)
    statuses = owner.get(f"{two[0].address}/api/trials", params={**asked, "most": 0}).json()["sitting"]
    assert statuses["decided"] >= 1


def test_a_blind_queue_tells_the_browser_no_operation_model_or_check(
    browser: Browser, app: App, queue_of: dict[str, str]
) -> None:
    with Somebody(browser, app.url) as mira:
        mira.open("people", "People")
        mira.be(MIRA)
        answers, frames = [], []

        def note(response: Response) -> None:
            if "/api/" in response.url:
                answers.append(response)

        def listen(socket: WebSocket) -> None:
            socket.on("framereceived", lambda data: frames.append(data if isinstance(data, bytes) else data.encode()))

        mira.page.on("response", note)
        mira.page.on("websocket", listen)
        deck = Deck.opened(mira, PROJECT, queue_of["blind"])
        for key in ("a", "x", "l", "Escape", "s"):
            deck.keys(key)
        deck.expect_saved()
        said = [one.body() for one in answers]
    bodies, cards = b"\n".join(said), next(json.loads(one)["cards"] for one in said if b'"cards"' in one)
    assert len(said) >= 2
    assert cards
    assert frames
    unknown = [*(f'"{one}"' for one in (*Operation, *Rule)), *(one.label for one in Rule), MODEL, RUN_NAME]
    assert [word for word in unknown if word.encode() in bodies] == []
    assert [word for word in (MODEL, RUN_NAME) if any(word.encode() in one for one in frames)] == []
    for card in cards:
        assert (card["operation"], card["run"], card["status"], card["difficulty"], card["checks"]) == (None,) * 4 + (
            [],
        )


def test_what_arrives_meanwhile_is_offered_and_added(
    two: tuple[Somebody, Somebody],
    queue_of: dict[str, str],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deck = Deck.opened(two[0], SEEDS, queue_of[SEEDS])
    far = deck.page.locator(".deck .far")
    expect(far).to_contain_text(f"of {len(PLAIN)}")
    lines = [json.dumps({"instruction": f"Count the legs of {number} spiders."}) for number in range(NEW)]
    (tmp_path / "more.jsonl").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("EVOL_STUDIO_HOME", str(home))
    words = ["seeds", "import", str(tmp_path / "more.jsonl"), "--project", SEEDS, "--licence", "CC0-1.0"]
    assert main(words) == 0  # the running app takes it in
    item = deck.item()
    add = deck.page.get_by_role("button", name=f"{NEW} new, add")
    for _ in range(12):  # what arrived is counted every 20 seconds
        deck.page.wait_for_timeout(2_500)
        deck.page.reload()
        deck.expect_item(item)
        if add.is_visible():
            break
    expect(far).to_contain_text(f"of {len(PLAIN)}")
    add.click()
    expect(far).to_contain_text(f"of {len(PLAIN) + NEW}")
    deck.expect_item(item)
    expect(add).to_have_count(0)
    deck.decide("a")
    expect(far).to_have_text(re.compile(f"^1 of {len(PLAIN) + NEW}"))
    deck.expect_saved()
