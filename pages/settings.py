"""Settings: endpoints and pools (which servers may be asked, within what limits, at what price), and the way to prompt packs."""

import streamlit as st

from pages.ui import destinations, endpoint_form, endpoint_list, endpoint_pools, kit, shell
from pages.ui.growing import pack_list

with shell.problems("settings"):
    with st.container(horizontal=True, vertical_alignment="center", key="settings_head"):
        st.title("Settings", width="stretch", anchor=False)
        if st.button("New endpoint", type="primary", key="settings.new"):
            endpoint_form.dialog(None)
    lead = "A run names an endpoint or a pool for evolving, one for answering, one for judging. Keys stay where you keep them."
    kit.show("lead", kit.h("p", lead), key="settings.lead")
    endpoint_list.endpoints()
    endpoint_pools.pools()
    destinations.section()
    pack_list.section()
    st.page_link("../people.py", label="People and what they may do", icon=":material/group:")
    st.page_link("../doctor.py", label="Health: versions, disk, files, backups", icon=":material/stethoscope:")
