"""What became of an import, until it is closed."""

from dataclasses import dataclass

import streamlit as st

from core.domain.source import Refusal
from pages.ui import kit
from pages.ui.kit import h

_SAID = "data.arrived.words"
_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What became of a file, in words, with its first refused rows. `word` stands before, "" is the usual one."""

    line: str
    refused: tuple[Refusal, ...] = ()
    refused_count: int = 0
    word: str = ""
    status: str = "saved"


def keep(said: Said) -> None:
    """To be shown until it is closed."""
    st.session_state[_SAID] = said


def report() -> None:
    said: Said | None = st.session_state.get(_SAID)
    if said is None:
        return
    status, word = ("error", "Some rows refused") if said.refused_count else (said.status, said.word or "Brought in")
    kit.show(
        "report", kit.note(status, word, said.line), refusals(said.refused, said.refused_count), key="data.arrived"
    )
    st.button("Close the report", key="data.arrived.close", on_click=lambda: st.session_state.pop(_SAID, None))


def refusals(refused: tuple[Refusal, ...], n: int) -> kit.Element | None:
    """The first of them, one by one."""
    rows = [h("li", f"Row {one.row:,} {one.reason}.") for one in refused[:_SHOWN]]
    if n > len(rows):
        rows.append(h("li", f"… and {n - len(rows):,} more."))
    return h("ul", *rows) if rows else None
