"""What one would write in an afternoon to review the same items: ordinary Streamlit, SQLite, two buttons with keys, a rerun each.

For benchmarks/review.py. Shows less than a card: the two texts and the response, no difference, no checks, no undo.
"""

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st


@st.cache_resource
def opened() -> sqlite3.Connection:
    return sqlite3.connect(Path(os.environ["EVOL_STUDIO_HOME"]) / "items.sqlite", check_same_thread=False)


def decide(item: int, verdict: str) -> None:
    with opened() as items:
        items.execute("insert or ignore into decision values (?, ?, ?)", (item, verdict, datetime.now(UTC).isoformat()))


st.set_page_config(layout="wide")
items = opened()
(done,) = items.execute("select count(*) from decision").fetchone()
(total,) = items.execute("select count(*) from item").fetchone()
number, parent, text, response, operation, epoch = items.execute(
    """select id, parent, text, response, operation, epoch from item
    where id not in (select item from decision) order by id limit 1"""
).fetchone()
st.progress(done / total, f"{done} of {total}")
st.subheader(f"Item {number}")
st.caption(f"{operation}, epoch {epoch}")
accept, reject, _ = st.columns([1, 1, 6])
accept.button("Accept", key="accept", shortcut="a", on_click=decide, args=(number, "accept"))
reject.button("Reject", key="reject", shortcut="x", on_click=decide, args=(number, "reject"))
before, after = st.columns(2)
before.text(parent)
after.text(text)
st.text(response)
