"""Conversations: ShareGPT's turns (`from`, `value`) and OpenAI's messages (`role`, `content`)."""

from collections.abc import Mapping

SHARE_GPT, OPEN_AI = "ShareGPT conversations", "OpenAI chat"
_HUMAN = frozenset({"human", "user", "prompter"})


def kind_of(cell: object) -> str:
    """Which kind of conversation this is; "" for none."""
    if not isinstance(cell, list) or not cell or not isinstance(cell[0], Mapping):
        return ""
    if "from" in cell[0] and "value" in cell[0]:
        return SHARE_GPT
    return OPEN_AI if "role" in cell[0] and "content" in cell[0] else ""


def first_human_turn(cell: list[object]) -> str | None:
    """What the person asks first; None if nobody does."""
    for turn in cell:
        if not isinstance(turn, Mapping):
            return None
        who = turn.get("from") or turn.get("role")
        if isinstance(who, str) and who.lower() in _HUMAN:
            return _said(turn.get("value") if "value" in turn else turn.get("content"))
    return None


def _said(content: object) -> str | None:
    """A turn's text; OpenAI's also comes in parts, of which those that are text count."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") == "text"]
    return "\n".join(part for part in parts if isinstance(part, str)) or None
