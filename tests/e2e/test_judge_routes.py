"""The routes of Judge as a browser reaches them: blind, refused in words, and one broken judgment takes no neighbour with it."""

import json
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.domain.study import StudyDesign, StudyTask
from core.services.projects import FIRST
from tests.e2e.furnish import furnished
from tests.e2e.running import App, http_status
from tests.studies.building import a_study
from tests.test_torture_decisions import Browser

SYSTEMS = ("alpha-7b", "beta-13b", "gamma-70b")
NAMES = {"rank": "Alpha against the rest", "likert": "Scores", "pair": "Pairs"}


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, studies: dict[str, str]) -> Iterator[App]:
    home = Path(tmp_path_factory.mktemp("home"))
    with furnished(home) as fresh:
        database = fresh.project(FIRST).database
        for task, name in NAMES.items():
            studies[task] = a_study(
                database, prompts=20, systems=SYSTEMS, name=name,
                design=StudyDesign(task=StudyTask(task), masked=(SYSTEMS[0],), repeat_share=0.3, attention_share=0.2),
                text=lambda key, system: f"**{key}**, {len(system)}: as ALPHA-7b I say $n^2$.",
            )  # fmt: skip
    with App(home) as app:
        yield app


@pytest.fixture
def browser(app: App) -> Browser:
    return Browser(app.url)


def hand(browser: Browser, study: str, most: int = 3, have: str = "") -> dict[str, Any]:
    return browser.get(f"/api/judge/trials?project={FIRST}&study={study}&most={most}&have={have}")


def ranked(trial: dict[str, Any], *, number: int = 0, **more: Any) -> dict[str, Any]:
    said = [{"position": at, "criterion": "overall", "rank": at + 1} for at in range(len(trial["texts"]))]
    return {"trial": trial["trial"], "number": number, "said": said, **more}


def post(browser: Browser, *judgments: Any) -> list[dict[str, Any]]:
    return list(browser.post("/api/judgments", {"project": FIRST, "judgments": list(judgments)})["receipts"])


def refusal(browser: Browser, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    with pytest.raises(urllib.error.HTTPError) as refused:
        browser.get(path) if body is None else browser.post(path, body)  # type: ignore[arg-type]
    with refused.value as said:
        return said.code, dict(json.load(said))


def test_only_pages_of_the_studio_are_answered(app: App, studies: dict[str, str]) -> None:
    assert http_status(f"{app.url}/api/judge/trials?project={FIRST}&study={studies['rank']}") == 403
    assert http_status(f"{app.url}/api/judgments", body=b'{"project": "my-project", "judgments": []}') == 403


def test_a_hand_has_the_study_the_numbers_and_the_trials_and_nothing_else(
    browser: Browser, studies: dict[str, str]
) -> None:
    got = hand(browser, studies["rank"])
    assert set(got) == {"study", "total", "judged", "pace_s", "trials"}
    assert set(got["study"]) == {"id", "title", "guidelines", "task", "criteria", "asks_reason", "is_pilot"}
    assert {frozenset(one) for one in got["trials"]} == {
        frozenset({"trial", "prompt", "texts", "said", "note", "number"})
    }
    assert [len(one["texts"]) for one in got["trials"]] == [3, 3, 3]


def test_one_that_cannot_be_read_keeps_no_other_from_being_saved(browser: Browser, studies: dict[str, str]) -> None:
    one, other = hand(browser, studies["rank"])["trials"][:2]
    sound = ranked(one, note=None, active_ms="soon", decided_at="yesterday")
    broken: list[Any] = [
        7,
        {},
        {**sound, "number": "0"},
        {**sound, "number": True},
        {**sound, "trial": "no id"},
        {**sound, "said": [{"position": 0, "criterion": "overall", "rank": "1"}]},
        {**sound, "said": [{"position": 0, "criterion": "overall", "rank": 1.5}]},
        {**sound, "said": [{"position": 0, "criterion": "overall", "verdict": "best"}]},
        {**sound, "said": sound["said"] * 100},
        {**sound, "note": "half \ud83d"},
        {**sound, "number": 2**80},
    ]
    told = post(browser, *broken, sound, ranked(other))
    assert [each["answer"] for each in told] == [*["refused"] * len(broken), "saved", "saved"]
    assert all(each["why"] for each in told[: len(broken)])
    assert post(browser, sound)[0]["answer"] == "already_saved"


def test_back_and_revise(browser: Browser, studies: dict[str, str]) -> None:
    study = studies["rank"]
    one = hand(browser, study, 1)["trials"][0]
    assert post(browser, ranked(one, note="so"))[0]["answer"] == "saved"
    past = browser.get(f"/api/judge/past?project={FIRST}&study={study}")["trial"]
    assert (past["trial"], past["number"], past["note"]) == (one["trial"], 0, "so")
    assert [each["rank"] for each in past["said"]] == [1, 2, 3]
    revised = ranked(one, number=past["number"] + 1)
    revised["said"][0]["rank"] = 5
    assert post(browser, revised)[0] == {"trial": one["trial"], "number": 1, "answer": "saved", "why": ""}
    assert browser.get(f"/api/judge/past?project={FIRST}&study={study}")["trial"]["said"][0]["rank"] == 5


def test_pairs_and_scores_are_taken_as_a_browser_sends_them(browser: Browser, studies: dict[str, str]) -> None:
    pair = hand(browser, studies["pair"], 1)["trials"][0]
    verdict = {"position": 0, "criterion": "overall", "verdict": "both_bad"}
    assert post(browser, {"trial": pair["trial"], "number": 0, "said": [verdict]})[0]["answer"] == "saved"
    scored = hand(browser, studies["likert"], 1)["trials"][0]
    said = [{"position": at, "criterion": "overall", "score": at + 1} for at in range(3)]
    assert post(browser, {"trial": scored["trial"], "number": 0, "said": said})[0]["answer"] == "saved"


def test_a_text_is_rendered_safely_with_mathematics_and_masked(browser: Browser, studies: dict[str, str]) -> None:
    one = hand(browser, studies["rank"], 1)["trials"][0]
    path = f"/api/judge/rendered?project={FIRST}&trial={one['trial']}"
    nodes: Any = browser.get(f"{path}&position=0")["nodes"]
    assert nodes[0][2][0] == "strong"
    assert "math" in json.dumps(nodes)
    assert "■■■" in json.dumps(nodes, ensure_ascii=False)
    assert browser.get(f"{path}&position=-1")["nodes"] == [["p", {}, one["prompt"]]]
    for position in ("3", "-2", "", "x", "9" * 30):
        assert refusal(browser, f"{path}&position={position}")[0] == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/judge/trials?study=x", 422),
        (f"/api/judge/trials?project={FIRST}", 404),
        (f"/api/judge/trials?project={FIRST}&study=x", 404),
        (f"/api/judge/past?project={FIRST}&study=00000000-0000-4000-8000-000000000000", 404),
        (f"/api/judge/rendered?project={FIRST}&trial=x&position=0", 404),
    ],
)
def test_what_names_nothing_is_refused_in_words(browser: Browser, path: str, status: int) -> None:
    code, said = refusal(browser, path)
    assert code == status
    assert said["what"]
    assert said["to_do"]


@pytest.mark.parametrize(
    "body", [[], {"project": FIRST}, {"judgments": []}, {"project": FIRST, "judgments": [{}] * 101}, {"project": 7}]
)
def test_a_request_that_says_nothing_is_refused_in_words(browser: Browser, body: object) -> None:
    code, said = refusal(browser, "/api/judgments", body)
    assert code == 422
    assert said["to_do"]
    assert refusal(browser, "/api/judgments", {"project": FIRST, "judgments": [], "x": "x" * 600_000})[0] == 422


def test_every_byte_of_a_whole_study_says_nothing_of_who_made_what(
    browser: Browser, studies: dict[str, str], app: App
) -> None:
    got: list[Any] = []
    for study in studies.values():
        while (one := hand(browser, study, 8))["trials"]:
            got.append(one)
            key = one["study"]["criteria"][0]["key"]
            kinds = {"rank": {"rank": 1}, "likert": {"score": 3}, "pair": {"verdict": "tie"}}[one["study"]["task"]]
            sent = [
                {"trial": trial["trial"], "number": 0, "said": [{"position": at, "criterion": key, **kinds} for at in places(trial, kinds)]}
                for trial in one["trials"]
            ]  # fmt: skip
            receipts = post(browser, *sent)
            assert {each["answer"] for each in receipts} == {"saved"}
            got += [receipts, browser.get(f"/api/judge/past?project={FIRST}&study={study}")]
        assert one["judged"] == one["total"] >= 20
    everything = json.dumps(got, ensure_ascii=False).casefold()
    words = [*SYSTEMS, *NAMES.values(), "candidate", "revision", "system", "origin", "repeat", "attention", "seed"]
    assert not [word for word in words if word.casefold() in everything]
    assert "■■■" in everything


def places(trial: dict[str, Any], kinds: dict[str, Any]) -> range:
    return range(1 if "verdict" in kinds else len(trial["texts"]))
