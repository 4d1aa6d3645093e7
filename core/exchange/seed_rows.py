"""From a file's row to a seed: the chosen columns, checked one by one."""

from core.domain.skill import skill_named
from core.domain.source import Columns, Record, Refusal, SeedRow
from core.exchange.conversations import first_human_turn

LONGEST = 200_000  # characters; no model reads more, and the row is then more likely a broken file


def seed_of(record: Record, columns: Columns) -> SeedRow | Refusal:
    """A usable row, or why it is none: refused by row, never changed into something else."""
    cell = record.fields.get(columns.instruction)
    if isinstance(cell, list):
        cell = first_human_turn(cell)
        if cell is None:
            return Refusal(row=record.row, reason=f"its `{columns.instruction}` is neither text nor a conversation")
    if cell is not None and not isinstance(cell, str):
        return Refusal(row=record.row, reason=f"its `{columns.instruction}` is not text")
    if cell is None or not cell.strip():
        return Refusal(row=record.row, reason=f"has no `{columns.instruction}`")
    text = cell.strip()
    if columns.input:
        more = record.fields.get(columns.input)
        if more is not None and not isinstance(more, str):
            return Refusal(row=record.row, reason=f"its `{columns.input}` is not text")
        if more and (more := more.strip()):
            text = f"{text}\n\n{more}"
    skill = record.fields.get(columns.skill) if columns.skill else None
    if skill is not None and not isinstance(skill, str):
        return Refusal(row=record.row, reason=f"its `{columns.skill}` is not text")
    return _checked(record.row, text, skill or "")


def _checked(row: int, text: str, skill: str) -> SeedRow | Refusal:
    if len(text) > LONGEST:
        return Refusal(row=row, reason=f"is longer than {LONGEST:,} characters")
    if "\x00" in text or "\x00" in skill:
        return Refusal(row=row, reason="holds a NUL character")
    if not (text.isascii() and skill.isascii()):
        try:
            (text + skill).encode("utf-8")
        except UnicodeEncodeError:
            return Refusal(row=row, reason="holds half a character (a lone surrogate)")
    return SeedRow(row=row, text=text, skill=skill_named(skill))
