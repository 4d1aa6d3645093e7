"""The question by which a model names a seed's skill, and how its answer is read."""

import json
from functools import cache
from pathlib import Path

from core.domain.call import ChatRequest, Message, Sampling
from core.domain.skill import SKILLS, skill_named

_LONGEST = 4_000  # characters of a seed; a skill shows in its beginning
_EXAMPLES = (
    ("Write a Python function that counts the vowels in a text.", "Code Generation"),
    ("Who paid for the first railway in Brazil, and why?", "History"),
    ("Explain in two sentences why a handball player may take only three steps.", "Sport"),
    ("Turn these notes into a friendly letter to the neighbours:\n\nnoise, Saturday, sorry, cake", "Writing"),
    ("What should one do about a nosebleed?", "Medicine"),
    ("Is it wrong to keep a coin that one found?", "Ethics"),
    ("Compare the first and the last chapter of a novel that you know.", "Literature"),
    ("A train leaves at 9:40 and needs 95 minutes. When does it arrive?", "Math"),
)
_SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"skill": {"type": "string", "enum": list(SKILLS)}},
        "required": ["skill"],
        "additionalProperties": False,
    }
)
SAMPLING = Sampling(temperature=0.0, top_p=1.0, max_tokens=24)


@cache
def _system() -> str:
    """Read once; the placeholder is replaced plainly."""
    words = Path(__file__).with_name("label_skill.md").read_text(encoding="utf-8").strip()
    return words.replace("{{skills}}", ", ".join(SKILLS))


def question(text: str) -> ChatRequest:
    """What is asked of one seed. A server that can is held to the 29 names by a schema."""
    messages = [Message(role="system", content=_system())]
    for task, skill in _EXAMPLES:
        messages += [Message(role="user", content=task), Message(role="assistant", content=_answer(skill))]
    messages.append(Message(role="user", content=text[:_LONGEST]))
    return ChatRequest(messages=tuple(messages), sampling=SAMPLING, schema=_SCHEMA)


def _answer(skill: str) -> str:
    return json.dumps({"skill": skill})


def skill_in(reply: str) -> str | None:
    """The skill that a reply names, as JSON or plainly; None for anything but one of the 29."""
    try:
        value = json.loads(reply)
    except (ValueError, RecursionError):
        value = reply
    word = value.get("skill") if isinstance(value, dict) else value
    if not isinstance(word, str):
        return None
    named = skill_named(word.strip().strip("\"'.*`"))
    return named if named in SKILLS else None
