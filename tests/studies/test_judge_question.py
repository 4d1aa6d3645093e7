"""What a judge is asked follows from variant, mode and reading alone; no text can fill another, and each wording has its hash."""

from itertools import product

import pytest

from core.domain.model_judge import JudgeMode, JudgeReading, JudgeVariant
from core.domain.study import Criterion
from core.studies.judge_question import hash_of, judge_prompts, prompt_for, question, variant_for

EVERY = list(product(JudgeMode, JudgeVariant, JudgeReading))


@pytest.mark.parametrize(("mode", "variant", "reading"), EVERY)
def test_every_text_stands_in_the_question_once_and_nothing_is_left_to_fill(
    mode: JudgeMode, variant: JudgeVariant, reading: JudgeReading
) -> None:
    for prompt in judge_prompts(mode, variant, reading).values():
        texts = ["the left one", "the right one"][: 2 if mode is JudgeMode.PAIR else 1]
        asked = question(prompt, prompt="the prompt itself", texts=texts)
        said = "\n".join(message.content for message in asked.messages)
        assert all(said.count(text) == 1 for text in (*texts, "the prompt itself"))
        assert "{{" not in said
        assert [message.role for message in asked.messages] == ["system", "user"]
        assert (asked.schema is not None) == (reading is JudgeReading.SCHEMA)
        assert (asked.top_logprobs > 0) == (reading is JudgeReading.LOGPROBS)


def test_each_wording_has_a_hash_of_its_own() -> None:
    hashes = {hash_of(judge_prompts(mode, variant, reading)) for mode, variant, reading in EVERY}
    assert len(hashes) == len(EVERY)
    with_criteria = judge_prompts(
        JudgeMode.PAIR, JudgeVariant.GENERAL, JudgeReading.TEXT, criteria=(Criterion(key="brief", label="Brief"),)
    )
    own = judge_prompts(JudgeMode.PAIR, JudgeVariant.GENERAL, JudgeReading.TEXT, own="Count commas.")
    assert len(hashes | {hash_of(with_criteria), hash_of(own)}) == len(EVERY) + 2
    assert hash_of(own) == hash_of(
        judge_prompts(JudgeMode.PAIR, JudgeVariant.GENERAL, JudgeReading.TEXT, own=" Count commas. ")
    )


def test_a_text_that_looks_like_a_placeholder_is_a_text() -> None:
    prompt = judge_prompts(JudgeMode.PAIR, JudgeVariant.GENERAL, JudgeReading.TEXT)[JudgeVariant.GENERAL]
    asked = question(prompt, prompt="{{first}}", texts=["{{second}}", "{{prompt}} {{words}}"])
    for text in ("{{first}}", "{{second}}", "{{prompt}} {{words}}"):
        assert asked.messages[1].content.count(text) == 1


def test_code_and_mathematics_have_judges_of_their_own() -> None:
    assert [variant_for(skill) for skill in ("Math", "Code Generation", "code debug", "Writting", None, "anything")] == [
        JudgeVariant.MATHEMATICS, JudgeVariant.CODING, JudgeVariant.CODING, JudgeVariant.GENERAL, JudgeVariant.GENERAL,
        JudgeVariant.GENERAL,
    ]  # fmt: skip
    by_skill = judge_prompts(JudgeMode.PAIR, JudgeVariant.BY_SKILL, JudgeReading.SCHEMA)
    assert prompt_for(by_skill, "Math") == by_skill[JudgeVariant.MATHEMATICS]
    coding = judge_prompts(JudgeMode.PAIR, JudgeVariant.CODING, JudgeReading.SCHEMA)
    assert prompt_for(coding, "Math") == coding[JudgeVariant.CODING]
