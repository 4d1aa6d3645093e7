"""How an import goes, and what became of it."""

import time
from collections.abc import Callable

import streamlit as st

from core.domain.source import ImportProgress, ImportReport
from pages.ui import kit
from pages.ui.kit import h
from pages.ui.words import count, duration

_REPORT = "seeds.report"
_SHOWN, _REASONS = 20, 8


def teller(bar: st.delta_generator.DeltaGenerator) -> Callable[[ImportProgress], None]:
    """Says how far an import is: rows, rate, time left."""
    began = time.monotonic()

    def tell(now: ImportProgress) -> None:
        if now.is_writing:
            bar.progress(1.0 if now.share is None else now.share, f"{now.rows:,} rows read. Writing them down …")
            return
        took = max(0.01, time.monotonic() - began)
        left = f", about {duration(took / now.share - took)} left" if now.share else ""
        bar.progress(now.share or 0.0, f"{now.rows:,} rows, {now.rows / took:,.0f} rows/s{left}")

    return tell


def keep(report: ImportReport) -> None:
    """To be shown on the page until it is closed."""
    st.session_state[_REPORT] = report


def forget() -> None:
    st.session_state.pop(_REPORT, None)


def show() -> None:
    """What became of the last import: counts, reasons, and the refused rows one by one."""
    said: ImportReport | None = st.session_state.get(_REPORT)
    if said is None:
        return
    line = f"{said.name}: {count(said.taken, 'seed')} taken, {said.merged:,} merged as exact duplicates, {said.refused_count:,} refused."
    status, word = ("error", "Some rows refused") if said.refused_count else ("saved", "Imported")
    with st.container(key="seeds_report"):
        kit.show("report", kit.note(status, word, line), *_reasons(said), *_first(said), key="seeds.report.view")
        with st.container(horizontal=True, vertical_alignment="center"):
            if said.refused_count > _SHOWN:
                with st.popover("All refused rows"):
                    _all(said)
            st.button("Close the report", key="seeds.report.close", on_click=forget)


def _reasons(said: ImportReport) -> list[kit.Element]:
    """How often each reason, where there are more rows than are listed."""
    if said.refused_count <= _SHOWN:
        return []
    most = [h("li", f"{n:,} × {reason}") for reason, n in said.reasons[:_REASONS]]
    if len(said.reasons) > _REASONS:
        most.append(h("li", f"… and {count(len(said.reasons) - _REASONS, 'further reason')}"))
    return [h("ul", *most)]


def _first(said: ImportReport) -> list[kit.Element]:
    rows = [h("li", f"Row {one.row:,} {one.reason}.") for one in said.refused[:_SHOWN]]
    if said.refused_count > len(rows):
        rows.append(h("li", f"… and {said.refused_count - len(rows):,} more."))
    return [h("ul", *rows)] if rows else []


def _all(said: ImportReport) -> None:
    rows = {"row": [one.row for one in said.refused], "reason": [one.reason for one in said.refused]}
    st.dataframe(rows, hide_index=True, height=360, width=520, key="seeds.refused")
    if said.refused_count > len(said.refused):
        kit.show("hint", h("p", f"The first {len(said.refused):,} of {said.refused_count:,}."), key="seeds.refused.n")
