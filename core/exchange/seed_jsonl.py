"""Seeds from JSONL: one object a line with `instruction`, and maybe `input` and `skill`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain.source import Refusal
from core.errors import BadInput

LONGEST = 200_000  # characters; no model reads more, and the row is then more likely a broken file


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedRow:
    """One usable row. Instruction and input are ONE text block, as the method evolves them (section 1)."""

    row: int
    text: str
    skill: str


def read_seeds(path: Path) -> Iterator[SeedRow | Refusal]:
    """Rows in the file's order, each usable or refused with its reason. BadInput for a file that is unusable as a whole."""
    if not path.is_file():
        raise BadInput("There is no such file", where=str(path), to_do="Check the path.")
    rows = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number == 1:
                line = _without_bom(line, path)
            if line.strip():
                rows += 1
                yield _read(number, line)
    if not rows:
        raise BadInput("The file is empty", where=path.name, to_do="Choose a file with one JSON object a line.")


def _without_bom(line: bytes, path: Path) -> bytes:
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput("The file is UTF-16", where=path.name, to_do="Save it as UTF-8.")
    if line.startswith(b"PK\x03\x04") or line.startswith(b"PAR1"):
        raise BadInput("This is a zip or Parquet file", where=path.name, to_do="Choose a JSONL file.")
    return line.removeprefix(b"\xef\xbb\xbf")


def _read(number: int, line: bytes) -> SeedRow | Refusal:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Refusal(row=number, reason="is not UTF-8")
    except (ValueError, RecursionError):
        return Refusal(row=number, reason="is not JSON")
    if not isinstance(value, dict):
        return Refusal(row=number, reason="is no JSON object")
    fields = {}
    for name in ("instruction", "input", "skill"):
        content = value.get(name)
        if not isinstance(content, str | None):
            return Refusal(row=number, reason=f"its `{name}` is not text")
        fields[name] = content or ""
    return _checked(number, fields)


def _checked(number: int, fields: dict[str, str]) -> SeedRow | Refusal:
    if not fields["instruction"].strip():
        return Refusal(row=number, reason="has no `instruction`")
    text = "\n\n".join(part.strip() for part in (fields["instruction"], fields["input"]) if part.strip())
    if len(text) > LONGEST:
        return Refusal(row=number, reason=f"is longer than {LONGEST:,} characters")
    if "\x00" in text + fields["skill"]:
        return Refusal(row=number, reason="holds a NUL character")
    try:
        (text + fields["skill"]).encode("utf-8")
    except UnicodeEncodeError:
        return Refusal(row=number, reason="holds half a character (a lone surrogate)")
    return SeedRow(row=number, text=text, skill=fields["skill"].strip()[:100])
