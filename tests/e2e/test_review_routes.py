"""The deck's routes as a browser reaches them: what cannot be read is refused in words, and takes no neighbour with it."""

import json
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.services.projects import FIRST
from tests.builders import child, outcome, response, revision, run, seed, system
from tests.e2e.furnish import furnished
from tests.e2e.running import App, http_status
from tests.test_torture_decisions import Browser


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    home = Path(tmp_path_factory.mktemp("home"))
    with furnished(home) as fresh:
        facts: list[object] = [run(), system()]
        for number in range(12):
            root = seed(f"seed {number}", number)
            one = child(root)
            answer = response(one)
            facts += [root, revision(root), one, revision(one, f"Sort **list** {number} in $n$ steps."), answer]
            facts += [revision(answer, "Use sort."), outcome(one)]
        fresh.project(FIRST).database.writer.append_now(facts)
    with App(home) as app:
        yield app


@pytest.fixture
def browser(app: App) -> Browser:
    return Browser(app.url)


def card(browser: Browser, have: str = "") -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"/api/trials?project={FIRST}&most=1&have={have}")["cards"][0]
    return found


def refusal(browser: Browser, path: str, body: object) -> tuple[int, dict[str, Any]]:
    with pytest.raises(urllib.error.HTTPError) as refused:
        browser.post(path, body)  # type: ignore[arg-type]  # what no page of ours sends
    with refused.value as said:
        return said.code, dict(json.load(said))


def test_only_pages_of_the_studio_are_answered(app: App) -> None:
    assert http_status(f"{app.url}/api/trials?project={FIRST}") == 403
    assert http_status(f"{app.url}/api/decisions", body=b'{"project": "my-project", "decisions": []}') == 403


def test_one_that_cannot_be_read_keeps_no_other_from_being_saved(browser: Browser) -> None:
    trial = card(browser)["trial"]
    broken = [{"trial": trial, "act": "dance"}, {"act": "accept"}, 7, {"trial": "no id", "act": "accept"}]
    odd = {"trial": trial, "act": "note", "note": "half \ud83d", "active_ms": 5}
    sound = {"trial": trial, "act": "accept", "active_ms": "soon", "decided_at": "yesterday", "reason": None}
    said = browser.post("/api/decisions", {"project": FIRST, "decisions": [*broken, odd, sound]})
    assert [one["answer"] for one in said["receipts"]] == [*["refused"] * 5, "saved"]
    assert all(one["why"] for one in said["receipts"][:5])
    again = browser.post("/api/decisions", {"project": FIRST, "decisions": [sound]})
    assert again["receipts"][0]["answer"] == "already_saved"


@pytest.mark.parametrize(
    "body", [[], {"project": FIRST}, {"decisions": []}, {"project": FIRST, "decisions": [{}] * 201}, {"project": 7}]
)
def test_a_request_that_says_nothing_is_refused_in_words(browser: Browser, body: object) -> None:
    status, said = refusal(browser, "/api/decisions", body)
    assert status == 422
    assert said["what"]
    assert said["to_do"]


def test_too_much_at_once_is_refused(browser: Browser) -> None:
    note = {"trial": "x", "act": "note", "note": "n" * 600_000}
    assert refusal(browser, "/api/decisions", {"project": FIRST, "decisions": [note]})[0] == 422


def test_a_text_is_edited_taken_back_rated_and_read(browser: Browser) -> None:
    shown = card(browser)
    text = "Sort this list, and say why it is right. " * 5_000
    edited = browser.post("/api/edits", {"project": FIRST, "trial": shown["trial"], "text": text})
    assert (edited["trial"], edited["text"], edited["response"]["stale"]) == (shown["trial"], text, True)
    back = browser.post("/api/edits/undo", {"project": FIRST, "trial": shown["trial"]})
    assert back["text"] == shown["text"]
    assert refusal(browser, "/api/edits", {"project": FIRST, "trial": shown["trial"], "text": " "})[0] == 422
    browser.post("/api/ratings", {"project": FIRST, "trial": shown["trial"], "value": 4})
    assert refusal(browser, "/api/ratings", {"project": FIRST, "trial": shown["trial"], "value": "4"})[0] == 422
    assert card(browser)["rating"] == 4
    nodes: Any = browser.get(f"/api/rendered?project={FIRST}&revision={back['revision']}")
    assert nodes == {"nodes": nodes["nodes"]}
    assert nodes["nodes"][0][3] == ["strong", {}, "list"]
    assert nodes["nodes"][0][5][0] == "math"
