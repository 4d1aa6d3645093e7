"""What a model is asked when it judges: our own words (judge_prompts/*.md), filled in one pass, so that no text can fill another.

A prompt is a frame (pair or single, of responses or of siblings), the words of a variant, and how to reply; its hash stands with
every judge.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.domain.call import ChatRequest, Message, Sampling
from core.domain.model_judge import JudgeMode, JudgeReading, JudgeVariant
from core.domain.skill import skill_named
from core.domain.study import Criterion

_FOLDER = Path(__file__).parent / "judge_prompts"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_TURN = re.compile(r"^--- (system|user) ---[ \t]*\n", re.MULTILINE)
_CODING = frozenset({"Code Generation", "Code Debug"})
_MATHEMATICS = frozenset({"Math"})
_NOTHING = "[This answer is empty.]"
_TOP_LOGPROBS = 20
MOST_TOKENS = {JudgeReading.SCHEMA: 800, JudgeReading.LOGPROBS: 8, JudgeReading.TEXT: 1_000}
_SCHEMAS = {
    JudgeMode.PAIR: {"reasons": {"type": "string"}, "verdict": {"type": "string", "enum": ["A", "B", "Tie"]}},
    JudgeMode.SINGLE: {"reasons": {"type": "string"}, "score": {"type": "integer", "minimum": 1, "maximum": 10}},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgePrompt:
    """One prompt, ready but for the texts. `hash` is SHA-256 of all that is said around them."""

    mode: JudgeMode
    reading: JudgeReading
    turns: tuple[Message, ...]
    hash: str


def variant_for(skill: str | None) -> JudgeVariant:
    """The variant that suits a prompt of this skill."""
    named = skill_named(skill or "")
    if named in _CODING:
        return JudgeVariant.CODING
    return JudgeVariant.MATHEMATICS if named in _MATHEMATICS else JudgeVariant.GENERAL


def words_of(
    variant: JudgeVariant, mode: JudgeMode = JudgeMode.PAIR, reading: JudgeReading = JudgeReading.SCHEMA
) -> str:
    """How a variant goes about it; of BY_SKILL the general one's."""
    name = JudgeVariant.GENERAL if variant is JudgeVariant.BY_SKILL else variant
    return _file(f"{name}_short" if _is_short(mode, reading) else name)


def judge_prompts(
    mode: JudgeMode, variant: JudgeVariant, reading: JudgeReading, *, own: str = "", criteria: Sequence[Criterion] = ()
) -> Mapping[JudgeVariant, JudgePrompt]:
    """The prompts that a judge uses: all three for BY_SKILL, else the one. `own` words stand in place of a variant's."""
    by_skill = (JudgeVariant.GENERAL, JudgeVariant.CODING, JudgeVariant.MATHEMATICS)
    used = by_skill if variant is JudgeVariant.BY_SKILL and not own.strip() else (variant,)
    return {one: _prompt(one, mode, reading, own.strip() or words_of(one, mode, reading), criteria) for one in used}


def prompt_for(prompts: Mapping[JudgeVariant, JudgePrompt], skill: str | None) -> JudgePrompt:
    """The one of a judge's prompts that a prompt of this skill is judged by."""
    only = next(iter(prompts.values()))
    return prompts.get(variant_for(skill), only) if len(prompts) > 1 else only


def hash_of(prompts: Mapping[JudgeVariant, JudgePrompt]) -> str:
    """One hash for all that a judge may say."""
    return _sha256("\n".join(f"{variant} {prompt.hash}" for variant, prompt in sorted(prompts.items())))


def question(
    judge: JudgePrompt, *, prompt: str, texts: Sequence[str], temperature: float = 0.0, seed: int | None = None
) -> ChatRequest:
    """The request about one response, or about two in this order."""
    given = {"prompt": prompt}
    for name, text in zip(("first", "second"), texts, strict=False):
        given[name] = text if text.strip() else _NOTHING
    turns = tuple(Message(role=turn.role, content=_filled(turn.content, given)) for turn in judge.turns)
    with_schema = judge.reading is JudgeReading.SCHEMA
    return ChatRequest(
        messages=turns,
        sampling=Sampling(temperature=temperature, top_p=1.0, max_tokens=MOST_TOKENS[judge.reading]),
        seed=seed,
        schema=_schema(judge.mode) if with_schema else None,
        top_logprobs=_TOP_LOGPROBS if judge.reading is JudgeReading.LOGPROBS else 0,
    )


def _prompt(
    variant: JudgeVariant, mode: JudgeMode, reading: JudgeReading, words: str, criteria: Sequence[Criterion]
) -> JudgePrompt:
    frame = f"siblings_{mode}" if variant is JudgeVariant.EVOLUTION else mode
    said = {"words": words, "criteria": _criteria(criteria), "reply": _file(f"reply_{frame}_{reading}")}
    _, *rest = _TURN.split(_file(f"{frame}_short" if _is_short(mode, reading) else frame))
    turns = tuple(
        Message(role=role, content=_filled(body.strip(), said))
        for role, body in zip(rest[::2], rest[1::2], strict=True)
    )
    whole = json.dumps([[turn.role, turn.content] for turn in turns], ensure_ascii=False)
    return JudgePrompt(mode=mode, reading=reading, turns=turns, hash=_sha256(whole))


def _is_short(mode: JudgeMode, reading: JudgeReading) -> bool:
    """Where one word is all that a judge says, few words before it serve best (docs/model-judges.md).

    A small model that is told more, or is offered a tie, says the same to nearly everything. A tie is then what the two orders
    disagree on.
    """
    return mode is JudgeMode.PAIR and reading is JudgeReading.LOGPROBS


def _criteria(criteria: Sequence[Criterion]) -> str:
    """The criteria that people judge by, for the judge beside them."""
    if not criteria:
        return ""
    lines = [f"- {one.label}: {one.description}" if one.description else f"- {one.label}" for one in criteria]
    return "\n\nThe people who judge the same were given these criteria:\n" + "\n".join(lines)


def _filled(text: str, given: Mapping[str, str]) -> str:
    """Placeholders that are given, in one pass; others stay."""
    return _PLACEHOLDER.sub(lambda found: given.get(found[1], found[0]), text)


@cache
def _schema(mode: JudgeMode) -> str:
    properties = _SCHEMAS[mode]
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return json.dumps(schema)


@cache
def _file(name: str) -> str:
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
