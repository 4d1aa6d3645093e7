"""What one would write in an afternoon: ordinary Streamlit, a button a node, the detail by a rerun. For benchmarks/pages.py."""

import difflib

import streamlit as st

N = 30
PARENT = "Explain what a tide is to somebody who has never seen the sea. " * 4


def text(number: int) -> str:
    return f"Node {number}. {PARENT} Use {number} words that need no explaining and one drawing."


st.set_page_config(layout="wide")
left, right = st.columns([1, 2])
with left:
    for number in range(N):
        if st.button(text(number)[:40], key=f"node.{number}"):
            st.session_state["chosen"] = number
chosen = st.session_state.get("chosen", 0)
with right:
    st.subheader(text(chosen)[:60])
    for line in difflib.ndiff(PARENT.split(), text(chosen).split()):
        if line[0] in "+-":
            st.text(line)
    st.text_area("Response", PARENT * 3)
    st.table({"Check": ["No gain", "Refusal", "Empty", "Leaked"], "Result": ["passed"] * 4})
    with st.expander("Request and reply"):
        st.code(PARENT * 4)
