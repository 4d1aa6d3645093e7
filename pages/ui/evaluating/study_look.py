"""A file of prompts or of responses before anything is taken: its format, which column is what, and its first rows."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from core.domain.source import FileFormat, Record
from core.domain.study_import import Refused, TableLook
from pages.ui import kit
from pages.ui.exchanging.chosen_file import Chosen
from pages.ui.kit import h
from pages.ui.words import count

Guess = TypeVar("Guess")
_NONE = ""
_SHOWN, _ROWS = 300, 5  # characters of a cell, rows


def looked_at(key: str, file: Chosen, look: Callable[[FileFormat | None], TableLook[Guess]]) -> TableLook[Guess]:
    """Looked at once, not with every choice of a column."""
    wanted: FileFormat | None = st.session_state.get(f"{key}.format")
    kept: tuple[object, TableLook[Guess]] | None = st.session_state.get(f"{key}.look")
    asked = (file, wanted)
    if kept is None or kept[0] != asked:
        kept = (asked, look(wanted))
        st.session_state[f"{key}.look"] = kept
    return kept[1]


def ask_columns(
    key: str, found: TableLook[Guess], columns: Mapping[str, tuple[str, str]]
) -> tuple[FileFormat, dict[str, str]]:
    """Draw a choice for the format and for each column: name of the field → (label, what was guessed)."""
    places = st.columns(len(columns) + 1)
    formats = list(FileFormat)
    format_ = places[0].selectbox(
        "Format", formats, formats.index(found.format), format_func=lambda one: one.label, key=f"{key}.format"
    )
    names = [_NONE, *found.names]
    chosen = {}
    for place, (field, (label, guess)) in zip(places[1:], columns.items(), strict=True):
        chosen[field] = place.selectbox(
            label, names, names.index(guess) if guess in names else 0, format_func=lambda one: one[:80] or "none",
            key=f"{key}.{field}.{found.format}.{len(names)}",
        )  # fmt: skip
    return format_, chosen


def first_rows(
    key: str, name: str, found: TableLook[Guess], chosen: Mapping[str, str], labels: Mapping[str, str]
) -> None:
    """The first rows by the columns as they are chosen."""
    fields = [field for field, column in chosen.items() if column]
    rows = [one for one in found.records if isinstance(one, Record)][:_ROWS]
    head = h("tr", *(h("th", {"scope": "col"}, labels[field]) for field in fields))
    body = [
        h("tr", *(h("td", kit.read(_cell(one.fields.get(chosen[field])), "s")) for field in fields)) for one in rows
    ]
    about = f"{found.format.label}; its first {count(len(rows), 'row')}"
    title = h("div", {"class": "hd"}, h("span", {"class": "h one"}, name), h("span", {"class": "lab"}, about))
    kit.show(
        "cells", title, h("div", {"class": "scr"}, h("table", h("thead", head), h("tbody", body))), key=f"{key}.rows"
    )


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text[:_SHOWN] + (" …" if len(text) > _SHOWN else "")


def refused(said: Refused, key: str) -> None:
    """Rows that were not taken: how often each reason, and the first ones."""
    if not said.count:
        return
    reasons = [h("li", f"{n:,} × {reason}") for reason, n in said.reasons[:8]]
    rows = [
        h("li", f"Row {one.row:,}: {f'`{one.field}` ' if one.field else ''}{one.reason}.") for one in said.shown[:20]
    ]
    with st.expander(f"{count(said.count, 'row')} refused", key=f"{key}.refused"):
        kit.show(
            "report", h("ul", *reasons) if said.count > len(rows) else None, h("ul", *rows), key=f"{key}.refused.rows"
        )
