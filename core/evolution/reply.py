"""What a reply makes of an instruction: the text itself, or JSON whose fields a pattern puts into words."""

import json
import re
from collections.abc import Mapping, Sequence

from core.domain.call import ChatReply
from core.domain.operation import Operation
from core.evolution.pack import JSON_KINDS, Pack
from core.evolution.template import PLACEHOLDER

_LIST = re.compile(r",\s+(?:and\s+)?|\s+and\s+")


def read_evolution(pack: Pack, operation: Operation, reply: ChatReply, *, parent: str) -> str | None:
    """The evolved instruction, or None if the reply is malformed: no JSON, another field, or nothing in it."""
    template = pack.templates[operation.value]
    kind, _, names = template.reply.partition(" ")
    text = reply.text.strip()
    if kind not in JSON_KINDS:
        return text or None
    patterns = template.patterns_for(parent)
    fields = _fields(text, names if patterns else names.split(",")[-1])
    if fields is None:
        return None
    written = _in_words(patterns, fields, template.drop) if patterns else "\n\n".join(fields.values())
    return _appended(parent.strip(), written) if kind == "append" else written


def _fields(text: str, names: str) -> dict[str, str] | None:
    """The named fields of the JSON object in a text; None if there is none or a field is missing or empty."""
    start, end = text.find("{"), text.rfind("}")
    try:
        value = json.loads(text[start : end + 1], strict=False) if 0 <= start < end else None
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    found = {name: value.get(name) for name in re.split("[,+]", names)}
    whole = {name: part.strip() for name, part in found.items() if isinstance(part, str) and part.strip()}
    return whole if len(whole) == len(found) else None


def _in_words(patterns: Sequence[str], fields: Mapping[str, str], drop: frozenset[str]) -> str:
    """One of the patterns, filled. Which one follows from the fields, so that reading again gives the same text."""
    pattern = patterns[sum("".join(fields.values()).encode("utf-8", "surrogatepass")) % len(patterns)]
    phrases = {name: text if "\n" in text else _without(text.rstrip(" .,;:!?"), drop) for name, text in fields.items()}
    return PLACEHOLDER.sub(lambda match: phrases[match[1]], pattern)


def _without(listed: str, words: frozenset[str]) -> str:
    """A list such as "the size, the reason and the place" without the things that have one of the words; all, if none is left."""
    things = _LIST.split(listed)
    kept = [one for one in things if words.isdisjoint(one.casefold().split())]
    if not kept or len(kept) == len(things):
        return listed
    return " and ".join(part for part in (", ".join(kept[:-1]), kept[-1]) if part)


def _appended(parent: str, addition: str) -> str:
    """The addition after the parent, in a paragraph of its own if the parent has several lines."""
    if addition.casefold().startswith(parent.casefold()):
        return addition  # the model wrote the parent out again, as it was not asked to
    if "\n" in parent or "\n" in addition:
        return f"{parent}\n\n{addition}"
    return f"{parent}. {addition}" if parent[-1:].isalnum() else f"{parent} {addition}"
