"""What people say of how difficult instructions are, by epoch, beside the model's scores."""

from collections.abc import Sequence

import streamlit as st

from core.domain.difficulty import EpochDifficulty
from core.domain.overview import Mean
from pages.ui import kit
from pages.ui.kit import h

_HEADS = ("Epoch", "Instructions", "Answers", "People", "The model", "People minus model")
_WORDS = (
    "1 to 10, said by the text alone. The mean of each instruction counts once; intervals of 95 %. The last two columns are of"
    " the instructions that the model scored too."
)


def card(found: Sequence[EpochDifficulty]) -> None:
    """Nothing where nobody was asked."""
    if not found:
        return
    header = h(
        "tr", *(h("th", {"scope": "col", "class": "" if at == 0 else "r"}, one) for at, one in enumerate(_HEADS))
    )
    whole, *epochs = found
    with st.container(border=True, key="rates_difficulty_card"):
        kit.show(
            "rates",
            h("div", {"class": "hd"}, h("span", {"class": "h"}, "How difficult people find it")),
            h("table", h("thead", header), h("tbody", *(_line(one) for one in (*epochs, whole)))),
            h("p", {"class": "lab"}, _WORDS),
            key="rates.difficulty",
        )


def _line(one: EpochDifficulty) -> kit.Element:
    name = "All" if one.epoch is None else f"Epoch {one.epoch}" if one.epoch else "Seeds"
    cells = (f"{one.texts:,}", f"{one.scores:,}", _mean(one.people), _mean(one.model), _mean(one.more, sign="+"))
    return h(
        "tr", h("th", {"scope": "row", "class": "nm"}, name), *(h("td", {"class": "r num"}, cell) for cell in cells)
    )


def _mean(one: Mean, sign: str = "") -> str:
    if one.value is None:
        return "not scored"
    words = f"{one.value:{sign}.1f}"
    if one.low is not None and one.high is not None:
        words += f" ({one.low:{sign}.1f} to {one.high:{sign}.1f})"
    return words.replace("-", "\u2212")
