"""The question by which a model names a cluster of texts, and how its answer is read."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from core.domain.call import ChatRequest, Message, Sampling

MOST_TEXTS = 8
_LONGEST_TEXT, _LONGEST_NAME = 300, 60  # characters
_SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"name": {"type": "string", "maxLength": _LONGEST_NAME}},
        "required": ["name"],
        "additionalProperties": False,
    }
)
SAMPLING = Sampling(temperature=0.0, top_p=1.0, max_tokens=40)
_EXAMPLE_WORDS = ("soup", "oven", "flour", "vegetarian", "minutes")
_EXAMPLE_TEXTS = (
    "Write down how to bake bread in a pan without an oven.",
    "My soup is too salty. What can I add that a vegetarian eats?",
    "Turn this list of ingredients into a recipe for four, with times:\nlentils, carrots, cream",
)
_EXAMPLE_NAME = "Cooking recipes and kitchen advice"


@cache
def _system() -> str:
    return Path(__file__).with_name("name_cluster.md").read_text(encoding="utf-8").strip()


def question(words: Sequence[str], texts: Sequence[str]) -> ChatRequest:
    """What is asked of one cluster: its telling words, and the beginnings of its most typical texts."""
    messages = (
        Message(role="system", content=_system()),
        Message(role="user", content=_shown(_EXAMPLE_WORDS, _EXAMPLE_TEXTS)),
        Message(role="assistant", content=json.dumps({"name": _EXAMPLE_NAME})),
        Message(role="user", content=_shown(words, texts)),
    )
    return ChatRequest(messages=messages, sampling=SAMPLING, schema=_SCHEMA)


def _shown(words: Sequence[str], texts: Sequence[str]) -> str:
    """Each text on one line, so that none can look like a part of the question."""
    lines = [
        f"{number}. {' '.join(text.split())[:_LONGEST_TEXT]}" for number, text in enumerate(texts[:MOST_TEXTS], start=1)
    ]
    return "\n".join([f"Words: {', '.join(words)}", "Tasks:", *lines])


def name_in(reply: str) -> str | None:
    """The name that a reply gives, on one line; None for anything else."""
    try:
        value = json.loads(reply)
    except (ValueError, RecursionError):
        return None
    said = value.get("name") if isinstance(value, dict) else None
    if not isinstance(said, str):
        return None
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in said).split()).strip(" .\"'*#`")
    return name if any(letter.isalnum() for letter in name) and len(name) <= _LONGEST_NAME else None
