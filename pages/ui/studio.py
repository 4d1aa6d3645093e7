"""Registers the pages and draws what stands on all of them. Streamlit runs this script on every visit."""

from pathlib import Path

import streamlit as st

from core.domain.person import Role
from pages.ui import kit, people, shell
from pages.ui.foot import foot, switcher
from pages.ui.request_log import drawing
from pages.ui.reviewing import deck
from pages.ui.signing import entrance

_HERE = Path(__file__).parent
_PAGES = _HERE.parent

st.set_page_config(
    page_title="Evol-Instruct Studio", page_icon=str(_HERE / "mark.svg"), layout="wide", initial_sidebar_state=216
)
st.html(_HERE / "shell.css")
who = people.somebody()
kit.theme_watch("" if who is None else who.person_id)
st.logo(str(_HERE / ("logo-dark.svg" if st.context.theme.type == "dark" else "logo-light.svg")), size="large")
only_judges = who is not None and who.role.only_judges  # is offered what they may use; services refuse the rest
is_invited = "invitation" in st.query_params  # and is shown nothing of the house before they have said who they are
only_rates = who is not None and who.role is Role.RATER
judge = st.Page(
    _PAGES / "judge.py",
    title="Judge",
    icon=":material/rule:",
    visibility="visible" if only_judges else "hidden",
)
welcome = st.Page(people.to_work, title="Welcome", default=True, visibility="hidden")
join = st.Page(_PAGES / "join.py", title="Join", icon=":material/mail:", visibility="hidden")
sign_in = st.Page(
    _PAGES / "sign_in.py", title="Sign in", url_path="sign-in", icon=":material/key:", visibility="hidden"
)
account = st.Page(_PAGES / "account.py", title="Your account", icon=":material/badge:", visibility="hidden")
groups = {
    "": [
        st.Page(_PAGES / "home.py", title="Home", icon=":material/cottage:", default=not only_judges),
        st.Page(_PAGES / "projects.py", title="Projects", icon=":material/inventory_2:", visibility="hidden"),
        st.Page(_PAGES / "doctor.py", title="Health", icon=":material/stethoscope:", visibility="hidden"),
        st.Page(_PAGES / "packs.py", title="Prompt packs", icon=":material/stacks:", visibility="hidden"),
    ],
    "Grow": [
        st.Page(_PAGES / "seeds.py", title="Seeds", icon=":material/grain:"),
        st.Page(_PAGES / "runs.py", title="Runs", icon=":material/play_circle:"),
        st.Page(_PAGES / "trees.py", title="Trees", icon=":material/account_tree:"),
        st.Page(_PAGES / "reading.py", title="Reading", icon=":material/menu_book:", visibility="hidden"),
    ],
    "Judge": [
        *([welcome] if only_judges else []),
        st.Page(_PAGES / "review.py", title="Review", icon=":material/fact_check:"),
        judge,
        join,
        sign_in,
        account,
        *([] if only_judges else [st.Page(_PAGES / "studies.py", title="Studies", icon=":material/balance:")]),
        st.Page(_PAGES / "results.py", title="Results", icon=":material/leaderboard:", visibility="hidden"),
        st.Page(_PAGES / "people.py", title="People", icon=":material/group:", visibility="hidden"),
        st.Page(
            _PAGES / "history.py",
            title="History",
            icon=":material/history:",
            visibility="visible" if only_judges else "hidden",
        ),
        st.Page(_PAGES / "rates.py", title="Rates", icon=":material/percent:", visibility="hidden"),
        st.Page(_PAGES / "team.py", title="Team", icon=":material/groups:", visibility="hidden"),
    ],
    "Use": [
        st.Page(_PAGES / "explore.py", title="Explore", icon=":material/explore:"),
        st.Page(_PAGES / "data.py", title="Data", icon=":material/database:"),
    ],
    "Studio": [st.Page(_PAGES / "settings.py", title="Settings", icon=":material/settings:")],
}
page = st.navigation(
    {"Judge": [welcome, judge, join, sign_in, account] if only_rates else groups["Judge"]} if only_judges else groups,
    expanded=True,
    position="hidden" if who is None or is_invited else "sidebar",
)
with st.sidebar:
    if who is not None and not is_invited and not only_rates:
        if not only_judges:  # it asks every three seconds, and has nothing for those who only judge
            foot()
        switcher()
    if not (shell.studio().door.asks if who is None else is_invited):
        people.picker()
        deck.saving()
if who is None and not shell.studio().door.asks:
    people.nobody()
elif who is None and not (is_invited and page == join):
    entrance.entrance()
else:
    with drawing(page.title, who.person_id if who else ""):
        page.run()
