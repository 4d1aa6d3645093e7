"""Home: what the studio is for, three ways to begin, and where one left off."""

import streamlit as st

from pages.ui import connect, kit, shell, ways
from pages.ui.hero import hero
from pages.ui.reviewing import waiting

with st.container(key="home_page"):
    with st.container(key="home_head"):
        st.title("Grow a hard instruction dataset from easy seeds", anchor=False)
    kit.show("lead", kit.h("p", "Every step is kept and shown. People decide what stays."), key="home.lead")
    with shell.problems("home"):
        waiting.waiting()
        ways.left_off()
        look, try_now, endpoint = st.columns(3, gap="small")
        with look:
            ways.look_around()
        with try_now:
            ways.try_now()
        with endpoint:
            ways.my_endpoint(connect.dialog)
        hero()
