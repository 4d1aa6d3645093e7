"""Connecting an endpoint: address and model are kept, the key never leaves the environment."""

from dataclasses import replace

import streamlit as st

from core.domain.call import Prices
from core.domain.system import Endpoint
from pages.ui import kit, shell


@st.dialog("Use my endpoint", width="medium")
def dialog() -> None:
    """Address → the models that it lists (nothing is spent) → kept under a name."""
    with shell.problems("connect"):
        url = st.text_input("Address", placeholder="http://127.0.0.1:11434/v1", key="connect.url")
        key_env = st.text_input(
            "Environment variable that holds the key",
            placeholder="OPENAI_API_KEY; leave empty if it needs none",
            key="connect.key_env",
        )
        if st.button("List its models", key="connect.list"):
            st.session_state["connect.models"] = shell.studio().endpoints.models(shell.actor(), url, key_env or None)
        models = st.session_state.get("connect.models", ())
        if not models:
            return
        model = st.selectbox("Model", models, key="connect.model", accept_new_options=True)
        name = st.text_input("Name", value="My endpoint", key="connect.name")
        price_in, price_out, in_flight = st.columns(3)
        usd_in = price_in.number_input("$ per million tokens in", min_value=0.0, value=None, key="connect.usd_in")
        usd_out = price_out.number_input("$ per million out", min_value=0.0, value=None, key="connect.usd_out")
        calls = in_flight.number_input("Calls in flight", min_value=1, max_value=512, value=16, key="connect.in_flight")
        kit.show(
            "hint", kit.h("p", {"class": "lab"}, "Prices are optional. Unknown stays unknown."), key="connect.hint"
        )
        if st.button("Keep it and set up a run", type="primary", key="connect.save"):
            asked = Endpoint(
                name=name,
                base_url=url,
                model=str(model),
                key_env=key_env or None,
                prices=Prices(input_usd=usd_in, output_usd=usd_out),
                in_flight=int(calls),
            )
            kept = shell.studio().endpoints.save(shell.actor(), _with_what_was_set(asked))
            st.switch_page("../runs.py", query_params={"new": "1", "endpoint": kept.name})


def _with_what_was_set(asked: Endpoint) -> Endpoint:
    """Of an endpoint that is set up already, what is not asked for here stays: limits a minute, time-out, sampling, abilities."""
    endpoints = shell.studio().endpoints.list(shell.actor())
    before = next((one for one in endpoints if one.name == asked.name), asked)
    return replace(
        asked,
        requests_per_min=before.requests_per_min,
        tokens_per_min=before.tokens_per_min,
        timeout_s=before.timeout_s,
        sampling=before.sampling,
        supports_schema=before.supports_schema,
        supports_logprobs=before.supports_logprobs,
        supports_seed=before.supports_seed,
    )
