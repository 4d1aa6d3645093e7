"""Somebody else's words inside Markdown and YAML, where they can do nothing."""

import json
import re
from collections.abc import Sequence

_MARKS = re.compile(r"([\\`*_{}\[\]<>#!|~&$:@]|\.(?=[A-Za-z]))")  # of links, pictures, tags, tables, addresses


def plain(text: str, most: int = 200) -> str:
    """A text on one line that Markdown shows as it stands: no link, no picture, no tag."""
    line = " ".join(text.split())
    line = "".join(letter if letter.isprintable() else " " for letter in line)
    return _MARKS.sub(r"\\\1", line if len(line) <= most else line[: most - 1] + "…")


def quoted(text: str, most: int = 200) -> str:
    """The same for a value in YAML: JSON's quotes are YAML's."""
    return json.dumps("".join(letter if letter.isprintable() else " " for letter in text)[:most], ensure_ascii=False)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Lines of a table; its cells are plain already."""
    return ["| " + " | ".join(line) + " |" for line in (head, ("---",) * len(head), *rows)]
