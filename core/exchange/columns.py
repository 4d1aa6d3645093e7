"""Which column is what: guessed from names first, then from what stands in them."""

import re
from collections.abc import Iterable, Sequence

from core.domain.source import Columns, Record, Refusal
from core.exchange.conversations import kind_of

_MOST = 1_000  # columns that are told apart
_CHATS = ("conversations", "conversation", "messages", "turns", "dialogue", "dialog", "chat")
_INSTRUCTIONS = (
    "instruction", "instructions", "evolvedinstruction", "prompt", "question", "query", "task", "request", "problem",
    "userinput", "usermessage", "user", "human", "inputtext", "text", "input",
)  # fmt: skip
_INPUTS = ("input", "context", "inputs", "passage")
_SKILLS = ("skill", "skills", "category", "capability", "subject", "topic", "domain", "tasktype", "field", "type")
_ANSWERS = (
    "output", "outputs", "response", "responses", "answer", "answers", "completion", "target", "solution", "chosen",
    "rejected", "reply", "gpt", "assistant", "systemprompt", "system", "id", "idx",
)  # fmt: skip
_LEAST_WORDS = 3  # on average, for a column of unknown name to be taken for instructions


def names_in(records: Iterable[Record | Refusal]) -> tuple[str, ...]:
    """The columns that these rows have, in the order in which they come up."""
    seen: dict[str, None] = {}
    for record in records:
        if isinstance(record, Record):
            seen.update(dict.fromkeys(record.fields))
    return tuple(seen)[:_MOST]


def guess(names: Sequence[str], records: Iterable[Record | Refusal]) -> Columns | None:
    """None where no column looks like an instruction."""
    rows = [record for record in records if isinstance(record, Record)]
    instruction = _named(names, _CHATS, rows, of="chat") or _named(names, _INSTRUCTIONS, rows) or _wordy(names, rows)
    if not instruction:
        return None
    if _is_chat(instruction, rows):
        return Columns(instruction=instruction, skill=_named(names, _SKILLS, rows))
    others = [name for name in names if name != instruction]
    return Columns(
        instruction=instruction, input=_named(others, _INPUTS, rows), skill=_named(others, _SKILLS, rows)
    )  # fmt: skip


def kind(names: Sequence[str], columns: Columns | None, records: Iterable[Record | Refusal]) -> str:
    """What people call a file like this."""
    rows = [record for record in records if isinstance(record, Record)]
    chats = [kind_of(row.fields.get(columns.instruction)) for row in rows] if columns else []
    plain = {_plain(name) for name in names}
    if found := next(filter(None, chats), ""):
        return found
    if {"instruction", "skill", "difficulty"} <= plain:
        return "Test set (skill and difficulty)"
    if {"instruction", "input", "output"} <= plain:
        return "Alpaca"
    return "Instructions with outputs" if {"instruction", "output"} <= plain else "Rows with columns"


def _named(names: Sequence[str], known: Sequence[str], rows: Sequence[Record], *, of: str = "text") -> str:
    """The column with the first of these names that holds text (or conversations) in at least one row."""
    holds = _is_chat if of == "chat" else _is_text
    for word in known:
        for name in names:
            if _plain(name) == word and holds(name, rows):
                return name
    return ""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _is_text(name: str, rows: Sequence[Record]) -> bool:
    return any(isinstance(row.fields.get(name), str) for row in rows)


def _is_chat(name: str, rows: Sequence[Record]) -> bool:
    return any(kind_of(row.fields.get(name)) for row in rows)


def _wordy(names: Sequence[str], rows: Sequence[Record]) -> str:
    """The column with most words, if its cells read like sentences and its name does not say that it answers."""
    means = {name: _mean_words(name, rows) for name in names if _plain(name) not in _ANSWERS}
    best = max(means, key=lambda name: means[name], default="")
    return best if means.get(best, 0) >= _LEAST_WORDS else next((name for name in names if _is_chat(name, rows)), "")


def _mean_words(name: str, rows: Sequence[Record]) -> float:
    cells = [row.fields.get(name) for row in rows]
    words = [len(cell[:2_000].split()) for cell in cells if isinstance(cell, str)]
    return sum(words) / max(1, len(rows))
