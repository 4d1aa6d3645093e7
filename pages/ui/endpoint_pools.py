"""Pools: several endpoints under one name, by weight, standing in for each other."""

import streamlit as st

from core.domain.system import Member, Pool
from pages.ui import kit, shell
from pages.ui.endpoint_list import title
from pages.ui.kit import h


def pools() -> None:
    """A card each, and a way to make one."""
    found = shell.studio().endpoints.pools(shell.actor())
    with st.container(horizontal=True, vertical_alignment="center", key="settings_pools"):
        st.subheader("Pools", anchor=False, width="stretch")
        if st.button("New pool", key="settings.pool.new"):
            dialog(None)
    if not found:
        text = "No pools yet. A pool spreads a run's calls over several endpoints; if one fails, the others take its calls."
        kit.show("hint", h("p", {"class": "lab"}, text), key="settings.pools.empty")
    for pool in found:
        _card(pool)


def _card(pool: Pool) -> None:
    total = sum(member.weight for member in pool.members)
    shares = (f"{title(member.endpoint)} {100 * member.weight / total:.0f} %" for member in pool.members)
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small", key=f"settings_pool_{pool.name}_card"
    ):
        with st.container(width="stretch"):
            words = (h("div", {"class": "h one"}, pool.name), h("div", {"class": "lab"}, " · ".join(shares)))
            kit.show("endpoint", *words, key=f"settings.pool.words.{pool.name}")
        if st.button("Edit", key=f"settings.pool.edit.{pool.name}"):
            dialog(pool)
        if st.button("Remove…", key=f"settings.pool.remove.{pool.name}"):
            _confirm_removal(pool.name)


@st.dialog("Pool", width="medium")
def dialog(pool: Pool | None) -> None:
    """Set one up (None), or change this one."""
    with shell.problems("pool"):
        before = pool or Pool(name="", members=())
        key = f"pool.{before.name or 'new'}"
        weights = {member.endpoint: member.weight for member in before.members}
        name = st.text_input("Name", before.name, key=f"{key}.name", disabled=pool is not None, max_chars=60)
        known = [endpoint.name for endpoint in shell.studio().endpoints.list(shell.actor())]
        chosen = st.multiselect("Endpoints", known, list(weights), format_func=title, key=f"{key}.members")
        members = tuple(
            Member(
                endpoint=one,
                weight=st.number_input(
                    f"Weight of {title(one)}", 0.0, 1_000.0, weights.get(one, 1.0), 0.5, key=f"{key}.weight.{one}"
                ),
            )
            for one in chosen
        )
        about = "Twice the weight is twice the calls. One that fails rests for a while; one whose key is refused is left out."
        kit.show("hint", h("p", {"class": "lab"}, about), key="pool.about")
        if st.button("Save", type="primary", key="pool.save"):
            if pool is None and name.strip() in shell.studio().endpoints.names(shell.actor()):
                kit.show("problem", kit.note("error", "Taken", f"There is “{name}” already."), key="pool.taken")
                return
            shell.studio().endpoints.save_pool(shell.actor(), Pool(name=name.strip(), members=members))
            st.rerun()


@st.dialog("Remove the pool?")
def _confirm_removal(name: str) -> None:
    with shell.problems("pool.removal"):
        text = f"“{name}” is forgotten; its endpoints stay. A run that still needs it cannot resume."
        if kit.is_removal_meant(text, key="pool.remove"):
            shell.studio().endpoints.remove_pool(shell.actor(), name)
            st.rerun()
