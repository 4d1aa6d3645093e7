"""The shipped pack `classic`: the paper's structure in our own words, for models that need no schema."""

import asyncio
from pathlib import Path

import pytest

import core.evolution
from core.domain.call import ChatReply, ChatRequest, Sampling
from core.domain.check import Rule, Verdict
from core.domain.operation import DATA_FORMATS, Operation
from core.domain.reach import Reach
from core.domain.system import Endpoint
from core.evolution.asking import evolve_request, judge_request, score_request
from core.evolution.elimination import check_instruction
from core.evolution.pack import Pack, load_pack
from core.evolution.reply import read_evolution
from core.evolution.verdicts import read_difficulty, read_equality
from core.models.endpoint import EndpointModel
from tests.openai_server import openai_server

PACKS = Path(core.evolution.__file__).parent / "prompts"
SEED = "Which of these is more?\n\n| a | b |\n|---|---|\n| 1 | 2 |"
IN_DEPTH = [one for one in Operation if one is not Operation.MUTATE]


@pytest.fixture(scope="module")
def classic() -> Pack:
    return load_pack(PACKS / "classic")


def asked(pack: Pack, operation: Operation, instruction: str = SEED, data_format: str = "SQL") -> ChatRequest:
    return evolve_request(
        pack, operation=operation, instruction=instruction, data_format=data_format, sampling=Sampling(), seed=1
    )


def reply(text: str) -> ChatReply:
    return ChatReply(text=text, finish_reason="stop", tokens_in=1, tokens_out=1, raw="", latency_ms=1.0)


def _source(turn: str) -> str:
    """What a user turn hands over, without what stands around it."""
    return turn.removeprefix("Source prompt:\n").rpartition("\n\nNow write the ")[0]


def demonstrations(pack: Pack) -> list[tuple[str, str, str]]:
    """Template, source prompt, evolved prompt."""
    return [
        (name, _source(template.turns[at - 1].content), turn.content)
        for name, template in pack.templates.items()
        for at, turn in enumerate(template.turns)
        if turn.role == "assistant"
    ]


@pytest.mark.parametrize("operation", [one for one in Operation if one.has_word_budget])
def test_every_operation_with_a_budget_asks_for_10_to_20_words(classic: Pack, operation: Operation) -> None:
    said = asked(classic, operation).messages[0].content
    assert "10 to 20 words" in said
    assert "stay in, whole and unchanged" in said


def test_each_operation_asks_for_something_of_its_own(classic: Pack) -> None:
    assert len({asked(classic, operation).messages[0].content for operation in Operation}) == len(Operation)


def test_no_operation_wants_a_schema_and_the_whole_reply_is_the_instruction(classic: Pack) -> None:
    for operation in Operation:
        request = asked(classic, operation)
        assert request.schema is None
        assert _source(request.messages[-1].content) == SEED
        assert request.sampling.max_tokens == Sampling().max_tokens
        assert (
            read_evolution(classic, operation, reply(" Why, and since when?\n"), parent=SEED) == "Why, and since when?"
        )
        assert read_evolution(classic, operation, reply(" \n"), parent=SEED) is None


@pytest.mark.parametrize("data_format", DATA_FORMATS)
def test_input_is_complicated_with_a_demonstration_in_the_drawn_format(classic: Pack, data_format: str) -> None:
    request = asked(classic, Operation.COMPLICATE_INPUT, data_format=data_format)
    assert f"written in {data_format}" in request.messages[0].content
    assert [turn.role for turn in request.messages] == ["system", "user", "assistant", "user"]


def test_every_demonstration_would_survive_every_rule(classic: Pack) -> None:
    found = demonstrations(classic)
    assert len(found) == len(DATA_FORMATS)
    for name, parent, child in found:
        findings = check_instruction(
            tuple(set(Rule) - {Rule.LEAKED_PROMPT}),  # to repeat the prompt's own example is a leak, of course
            {},
            pack=classic,
            operation=Operation.COMPLICATE_INPUT,
            parent=parent,
            child=child,
            seed_text=parent,
            ancestors=(),
            finish_reason="stop",
        )
        assert len(findings) > 5
        assert not [finding for finding in findings if finding.verdict is not Verdict.PASS], name
        assert not [label for label in classic.labels if label in child.casefold()]
        assert child.rstrip().endswith("?"), "a question-style instruction"


@pytest.mark.parametrize("label", ["Source prompt:", "#Evolved Prompt#", "the sister prompt", "Rewritten prompt:"])
def test_the_packs_own_labels_count_as_leaks(classic: Pack, label: str) -> None:
    (finding,) = check_instruction(
        (Rule.LEAKED_PROMPT,),
        {},
        pack=classic,
        operation=Operation.DEEPEN,
        parent="Why is the sky blue?",
        child=f"{label} Why is the sky blue at noon?",
        seed_text="Why is the sky blue?",
        ancestors=(),
        finish_reason="stop",
    )
    assert finding.verdict is Verdict.FAIL


@pytest.mark.parametrize("operation", IN_DEPTH)
def test_against_a_server_every_operation_is_read_judged_and_scored(classic: Pack, operation: Operation) -> None:
    async def ask() -> tuple[str | None, ChatReply, ChatReply]:
        model = EndpointModel(
            Endpoint(
                name="test", base_url=server.base_url, model="fake", supports_logprobs=False, reach=Reach.ANYWHERE
            ),
            None,
            in_flight=2,
        )
        try:
            evolved = await model.chat(asked(classic, operation))
            assert isinstance(evolved, ChatReply)
            text = read_evolution(classic, operation, evolved, parent=SEED)
            judged = await model.chat(judge_request(classic, parent=SEED, child=text or ""))
            scored = await model.chat(score_request(classic, instruction=text or ""))
            assert isinstance(judged, ChatReply)
            assert isinstance(scored, ChatReply)
            return text, judged, scored
        finally:
            await model.close()

    with openai_server() as server:
        text, judged, scored = asyncio.run(ask())
    assert text is not None
    assert text.startswith(SEED)
    assert text != SEED
    assert judged.text
    assert scored.text


def test_a_plain_word_is_enough_of_a_verdict_and_a_plain_number_of_a_score() -> None:
    assert read_equality(reply("Not equal"), cut=0.5).verdict is Verdict.PASS
    assert read_equality(reply("Equal"), cut=0.5).verdict is Verdict.FAIL
    assert read_difficulty(reply("7")) == 7.0
