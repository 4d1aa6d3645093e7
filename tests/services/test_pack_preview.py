"""A prompt on one seed before any run: what would be sent, and what one live call gives."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.call import Prices
from core.domain.check import Rule, Verdict
from core.domain.person import LOCAL_OWNER as ME
from core.domain.prompt_pack import Question
from core.errors import BadInput, EndpointError
from core.services.growing.pack_preview import ask_once, can_show, preview
from core.services.studio import Studio
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import furnish, settings, studio_at

SEED = "Explain how a bicycle stays upright."


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


@pytest.fixture
def studio(tmp_path: Path, server: OpenAIServer) -> Iterator[Studio]:
    studio, project = studio_at(tmp_path)
    furnish(studio, project, server.base_url, n_seeds=1, prices=Prices(input_usd=1.0, output_usd=2.0))
    yield studio
    studio.close()


def files(studio: Studio, pack: str = "classic") -> dict[str, str]:
    return dict(studio.packs.current(ME, pack).files)


def test_the_preview_is_what_a_run_sends_word_for_word(studio: Studio, server: OpenAIServer) -> None:
    project = studio.projects.opened()[0]
    run = studio.runs.start(ME, project, settings(pack="classic", epochs=1))
    assert studio.live.wait(run, timeout_s=60)
    bodies = [one["body"] for one in server.requests]
    (sent,) = [one for one in bodies if "You make prompts harder" in str(one) or "You invent" in str(one)]
    (drawn,) = project.database.query("select operation, data_format from instruction where run_id = ?", [run])
    stem = f"{drawn['operation']}.{drawn['data_format']}" if drawn["data_format"] else drawn["operation"]
    shown = preview(studio, ME, files(studio), Question(file=f"{stem}.md", text="Explain number 0 to a child."), "test")
    assert [(one.role, one.content) for one in shown.messages] == [
        (one["role"], one["content"]) for one in sent["messages"]
    ]


def test_a_preview_asks_nobody(studio: Studio, server: OpenAIServer) -> None:
    for file in filter(can_show, files(studio)):
        shown = preview(studio, ME, files(studio), Question(file=file, text=SEED, data_format="SQL"), "test")
        assert SEED in shown.messages[-1].content
        assert shown.worst_usd is not None
    assert server.stats().get("chat", 0) == 0


def test_the_general_prompt_is_shown_as_such_even_where_a_format_has_its_own(studio: Studio) -> None:
    general, own = (
        preview(studio, ME, files(studio), Question(file=file, text=SEED, data_format="SQL"), "test")
        for file in ("complicate_input.md", "complicate_input.SQL.md")
    )
    assert "written in SQL" in general.messages[0].content
    assert len(own.messages) > len(general.messages) == 2


def test_a_draft_is_shown_before_it_is_saved_and_a_broken_one_is_refused(studio: Studio) -> None:
    draft = files(studio) | {"deepen.md": "--- user ---\nDig deeper into this: {{instruction}}"}
    shown = preview(studio, ME, draft, Question(file="deepen.md", text=SEED), "test")
    assert [one.content for one in shown.messages] == [f"Dig deeper into this: {SEED}"]
    with pytest.raises(BadInput, match=r"deepen\.md"):
        preview(studio, ME, draft | {"deepen.md": ""}, Question(file="deepen.md", text=SEED), "test")


@pytest.mark.parametrize("question", [
    Question(file="deepen.md", text="  "), Question(file="deepen.md", text="x" * 30_000),
    Question(file="labels.md", text=SEED), Question(file="../deepen.md", text=SEED), Question(file="nothing.md", text=SEED),
])  # fmt: skip
def test_what_no_run_would_send_is_not_shown(studio: Studio, question: Question) -> None:
    with pytest.raises(BadInput):
        preview(studio, ME, files(studio), question, "test")


def test_one_call_gives_the_text_the_rules_and_the_cost(studio: Studio, server: OpenAIServer) -> None:
    got = ask_once(studio, ME, files(studio), Question(file="deepen.md", text=SEED), "test")
    assert server.stats()["chat"] == 1
    assert got.text is not None
    assert got.text.startswith(SEED)
    assert got.words_added is not None
    assert 10 <= got.words_added <= 20
    assert {one.rule for one in got.rules} >= {Rule.LEAKED_PROMPT, Rule.IDENTICAL, Rule.INPUT_LOST}
    assert "".join(text for sign, text in got.pieces if sign != "-") == got.text
    assert got.cost_usd == pytest.approx(((got.tokens_in or 0) + 2 * (got.tokens_out or 0)) / 1e6)


def test_a_leak_is_found_in_a_preview_already(studio: Studio, server: OpenAIServer) -> None:
    server.change(tail=" #Evolved prompt#")
    got = ask_once(studio, ME, files(studio), Question(file="deepen.md", text=SEED), "test")
    (leak,) = [one for one in got.rules if one.rule is Rule.LEAKED_PROMPT]
    assert leak.verdict is Verdict.FAIL
    assert "evolved prompt" in leak.evidence


def test_the_judge_and_the_rater_are_tried_too(studio: Studio) -> None:
    judged = ask_once(studio, ME, files(studio), Question(file="judge.md", text=SEED, child="Why?"), "test")
    assert [one.rule for one in judged.rules] == [Rule.NO_INFORMATION_GAIN]
    scored = ask_once(studio, ME, files(studio), Question(file="score.md", text=SEED), "test")
    assert scored.text is not None
    assert scored.text.startswith("Difficulty")


def test_a_call_that_fails_is_said_and_not_raised(studio: Studio, server: OpenAIServer) -> None:
    server.change(always="server_error")
    failed = ask_once(studio, ME, files(studio), Question(file="deepen.md", text=SEED), "test")
    assert failed.text is None
    assert "The endpoint failed" in failed.problem
    server.change(always="empty_reply")
    empty = ask_once(studio, ME, files(studio), Question(file="deepen.md", text=SEED), "test")
    assert empty.text is None
    assert empty.problem


def test_an_endpoint_that_is_not_there_is_said_before_anything_is_spent(studio: Studio) -> None:
    dead = replace(studio.endpoints.get(ME, "test"), name="dead", base_url="http://127.0.0.1:9/v1")
    studio.endpoints.save(ME, dead)
    with pytest.raises(EndpointError):
        ask_once(studio, ME, files(studio), Question(file="deepen.md", text=SEED), "dead")
