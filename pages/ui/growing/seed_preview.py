"""A file before anything is taken: what it seems to be, which column is what, and its first rows as they would be taken."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.domain.source import Columns, FileFormat, Look, Refusal, SeedRow
from core.services.growing import seeds
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count

_NONE = ""
_LOOK = "seeds.look"
_SHOWN = 400  # characters of a text


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a person says of a file."""

    format: FileFormat
    columns: Columns
    licence: str


def ask(path: Path, name: str) -> Asked | None:
    """Draw the preview. None while no column is named as the instruction. Raises BadInput for an unusable file."""
    one, two, three, four, five = st.columns([1, 1.2, 1, 1, 1.4])
    slot = one.container()
    found = _look(path, name, st.session_state.get("seeds.format"))
    formats = list(FileFormat)
    format_ = slot.selectbox(
        "Format", formats, formats.index(found.format), format_func=lambda each: each.label, key="seeds.format"
    )
    guess = found.guess or Columns(instruction=_NONE)
    key = f"{found.format}.{len(found.names)}"
    instruction = _column(two, "Instruction", found, guess.instruction, f"seeds.instruction.{key}")
    input_ = _column(three, "Input", found, guess.input, f"seeds.input.{key}")
    skill = _column(four, "Skill", found, guess.skill, f"seeds.skill.{key}")
    licence = five.text_input("Licence of these texts", placeholder="CC0-1.0, own work …", key="seeds.licence")
    if not instruction:
        words = "No column looks like an instruction. Choose the one that holds what is asked."
        kit.show("hint", kit.note("error", name, words), key="seeds.preview")
        return None
    columns = Columns(instruction=instruction, input=input_, skill=skill)
    _rows(name, found, columns)
    return Asked(format=format_, columns=columns, licence=licence.strip())


def _look(path: Path, name: str, format_: FileFormat | None) -> Look:
    """Looked at once, not with every choice of a column: for Parquet that takes the better part of a second."""
    kept: tuple[object, Look] | None = st.session_state.get(_LOOK)
    asked = (path, name, format_)
    if kept is None or kept[0] != asked:
        kept = (asked, seeds.look(shell.actor(), path, format_, name=name))
        st.session_state[_LOOK] = kept
    return kept[1]


def forget() -> None:
    """The file may be another one the next time."""
    st.session_state.pop(_LOOK, None)


def _column(where: st.delta_generator.DeltaGenerator, label: str, found: Look, guess: str, key: str) -> str:
    names = [_NONE, *found.names]
    return str(
        where.selectbox(
            label,
            names,
            names.index(guess) if guess in names else 0,
            format_func=lambda each: each[:80] or "none",
            key=key,
        )
    )


def _rows(name: str, found: Look, columns: Columns) -> None:
    """The first rows as they would be taken; refused ones say why."""
    head = h(
        "div",
        {"class": "hd"},
        h("span", {"class": "h"}, name),
        h(
            "span",
            {"class": "lab"},
            f"{found.kind}, {found.format.label}; its first {count(len(found.records), 'row')} as they would be taken",
        ),
    )
    lines = (_line(seeds.preview(record, columns)) for record in found.records)
    kit.show("preview", head, *lines, key="seeds.preview")


def _line(row: SeedRow | Refusal) -> kit.Element:
    number = h("span", {"class": "dim num"}, f"{row.row:,}")
    if isinstance(row, Refusal):
        return h("div", {"class": "l"}, number, kit.mark("error", f"Refused: {row.reason}"))
    more = " …" if len(row.text) > _SHOWN else ""
    return h(
        "div",
        {"class": "l"},
        number,
        kit.read(row.text[:_SHOWN] + more, "s"),
        h("span", {"class": "dim one"}, row.skill or "no skill"),
    )
