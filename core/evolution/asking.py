"""What a pack's prompts ask: requests for an evolution, a verdict, a difficulty, an answer. No text that is filled in can fill another."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.domain.call import ChatRequest, Message, Sampling
from core.domain.operation import DATA_FORMATS, Operation
from core.evolution.pack import JSON_KINDS, Pack, patterns_of
from core.evolution.template import JUDGE, JUDGE_NAMED, PLACEHOLDER, SCORE, SCORE_SIBLINGS, Template

_TOP_LOGPROBS = 20
_EXACT = Sampling(temperature=0.0, top_p=1.0, max_tokens=16)
_EXACT_LINES = Sampling(temperature=0.0, top_p=1.0, max_tokens=128)


def _ask(template: Template, sampling: Sampling, seed: int | None, fill: Mapping[str, str]) -> ChatRequest:
    messages = tuple(
        replace(turn, content=PLACEHOLDER.sub(lambda match: fill.get(match[1], match[0]), turn.content))
        for turn in template.turns
    )
    most = min(template.max_tokens or sampling.max_tokens, sampling.max_tokens)
    kind, _, fields = template.reply.partition(" ")
    return ChatRequest(
        messages=messages,
        sampling=replace(sampling, max_tokens=most),
        seed=seed,
        schema=_schema(re.split("[,+]", fields)) if kind in JSON_KINDS else None,
        top_logprobs=_TOP_LOGPROBS if kind in ("choice", "digit") else 0,
    )


def _schema(fields: list[str]) -> str:
    properties = {field: {"type": "string", "minLength": 1} for field in fields}
    schema = {"type": "object", "properties": properties, "required": fields, "additionalProperties": False}
    return json.dumps(schema)


def evolve_request(
    pack: Pack, *, operation: Operation, instruction: str, data_format: str | None, sampling: Sampling, seed: int
) -> ChatRequest:
    """Ask for one evolution. A format without a demonstration of its own uses the operation's general one."""
    template = pack.templates.get(f"{operation.value}.{data_format}", pack.templates[operation.value])
    spark = pack.sparks[seed % len(pack.sparks)] if pack.sparks else ""
    fill = {"instruction": instruction, "data_format": data_format or DATA_FORMATS[-1], "spark": spark}
    return _ask(template, sampling, seed, fill)


def judge_request(pack: Pack, *, parent: str, child: str) -> ChatRequest:
    """Ask whether a child is equal to its parent, or whether what it was made of is open in the parent at all."""
    named = named_in(pack, parent=parent, child=child)
    return _ask(judge_of(pack, named), _EXACT, None, {"parent": parent, "child": child, "named": named})


def judge_of(pack: Pack, named: str) -> Template:
    """The judge for a child with this in its pattern; the judge of equality for "" (docs/quality.md says why)."""
    return pack.templates[JUDGE_NAMED if named else JUDGE]


def named_in(pack: Pack, *, parent: str, child: str) -> str:
    """What the model named and a pattern made a demand of; "" if no pattern did, or nobody judges that field."""
    judge = pack.templates.get(JUDGE_NAMED)
    if judge is None or not child.startswith(parent.strip()):
        return ""
    added, slot = child[len(parent.strip()) :].lstrip(" .\n"), "{{" + judge.named + "}}"
    for pattern in patterns_of(pack.templates.values()):
        before, found, after = pattern.partition(slot)
        if found and len(added) > len(before + after) and added.startswith(before) and added.endswith(after):
            return added[len(before) : len(added) - len(after)]
    return ""


def score_request(pack: Pack, *, instruction: str) -> ChatRequest:
    """Ask how difficult an instruction is, 1 to 10."""
    return _ask(pack.templates[SCORE], _EXACT, None, {"instruction": instruction})


def siblings_request(pack: Pack, *, instructions: Sequence[str]) -> ChatRequest:
    """Ask how difficult several instructions are, in one call; they are numbered from 1. KeyError if the pack cannot."""
    numbered = "\n\n".join(f"[{number}] {text}" for number, text in enumerate(instructions, 1))
    return _ask(pack.templates[SCORE_SIBLINGS], _EXACT_LINES, None, {"instructions": numbered})


def respond_request(*, instruction: str, sampling: Sampling, seed: int) -> ChatRequest:
    """Ask the instruction itself, with nothing around it, as the paper does."""
    return ChatRequest(messages=(Message(role="user", content=instruction),), sampling=sampling, seed=seed)
