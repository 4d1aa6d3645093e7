"""The least that Streamlit does for a key: a rerun of two lines. For benchmarks/floors.py."""

import streamlit as st

st.button(
    "Again", key="again", shortcut="a", on_click=lambda: st.session_state.update(n=st.session_state.get("n", 0) + 1)
)
st.subheader(st.session_state.get("n", 0))
