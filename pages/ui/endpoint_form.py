"""One endpoint's fields: new, or changed. Of a key only the name is asked for."""

from dataclasses import replace

import streamlit as st

from core.domain.call import Prices
from core.domain.system import Endpoint, SamplingDefaults
from pages.ui import kit, shell

_NO_KEY, _ENVIRONMENT, _SECRET = "No key", "Environment", "Streamlit secrets"
_NEW = Endpoint(name="", base_url="", model="")


@st.dialog("Endpoint", width="large")
def dialog(endpoint: Endpoint | None) -> None:
    """Set one up (None), or change this one."""
    with shell.problems("endpoint"):
        before = endpoint or _NEW
        asked = _prices_and_sampling(before, _limits(before, _address(before)))
        about = (
            "Empty limits are not known: then only the server limits. Unknown prices stay unknown; they are never 0."
        )
        kit.show("hint", kit.h("p", {"class": "lab"}, about), key="endpoint.about")
        if st.button("Save", type="primary", key="endpoint.save"):
            if endpoint is None and asked.name in shell.studio().endpoints.names(shell.actor()):
                kit.show(
                    "problem", kit.note("error", "Taken", f"There is “{asked.name}” already."), key="endpoint.taken"
                )
                return
            shell.studio().endpoints.save(shell.actor(), asked)
            st.rerun()


def _key(before: Endpoint, thing: str) -> str:
    """Fields of different endpoints must not share what was typed."""
    return f"endpoint.{before.name or 'new'}.{thing}"


def _address(before: Endpoint) -> Endpoint:
    """Name, address, key and model."""
    one, two = st.columns([1, 2])
    name = one.text_input("Name", before.name, key=_key(before, "name"), disabled=bool(before.name), max_chars=60)
    url = two.text_input("Address", before.base_url, placeholder="https://api.openai.com/v1", key=_key(before, "url"))
    one, two = st.columns([1, 1])
    kept = _ENVIRONMENT if before.key_env else _SECRET if before.key_secret else _NO_KEY
    where = one.segmented_control(
        "Where its key is", (_NO_KEY, _ENVIRONMENT, _SECRET), default=kept, key=_key(before, "where"), required=True
    )
    label = {_ENVIRONMENT: "Name of the variable", _SECRET: "Name of the secret"}.get(where or _NO_KEY, "")
    named = (
        two.text_input(
            label, before.key_env or before.key_secret or "", placeholder="OPENAI_API_KEY", key=_key(before, label)
        )
        if label
        else None
    )
    key_env = (named or None) if where == _ENVIRONMENT else None
    key_secret = (named or None) if where == _SECRET else None
    model = _model(before, url, key_env, key_secret)
    return replace(before, name=name.strip(), base_url=url, model=model, key_env=key_env, key_secret=key_secret)


def _model(before: Endpoint, url: str, key_env: str | None, key_secret: str | None) -> str:
    """Chosen from what the server lists, or typed."""
    listed_at = _key(before, "models")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        slot = st.container(width="stretch")
        if st.button("List its models", key=_key(before, "list")):
            st.session_state[listed_at] = shell.studio().endpoints.models(shell.actor(), url, key_env, key_secret)
    listed: tuple[str, ...] = st.session_state.get(listed_at, ())
    models = tuple(dict.fromkeys((*((before.model,) if before.model else ()), *listed)))
    chosen = slot.selectbox(
        "Model",
        models,
        index=0 if models else None,
        placeholder="List them, or type one",
        accept_new_options=True,
        key=_key(before, f"model.{len(models)}"),
    )
    return str(chosen or "")


def _limits(before: Endpoint, asked: Endpoint) -> Endpoint:
    """What may be asked of it at once, and in a minute."""
    one, two, three, four = st.columns(4)
    calls = one.number_input("Calls in flight", 1, 512, before.in_flight, key=_key(before, "in_flight"))
    rpm = two.number_input(
        "Requests a minute", 1, 10**6, before.requests_per_min, key=_key(before, "rpm"), placeholder="not known"
    )
    tpm = three.number_input(
        "Tokens a minute", 1, 10**9, before.tokens_per_min, key=_key(before, "tpm"), placeholder="not known"
    )
    timeout_s = four.number_input(
        "Time-out, s", 1.0, 3_600.0, before.timeout_s, format="%g", key=_key(before, "timeout")
    )
    return replace(asked, in_flight=int(calls), requests_per_min=rpm, tokens_per_min=tpm, timeout_s=timeout_s)


def _prices_and_sampling(before: Endpoint, asked: Endpoint) -> Endpoint:
    """What it costs, and how its replies are drawn unless a run says otherwise."""
    one, two, six, three, four, five = st.columns(6)
    prices, drawn, as_run = before.prices, before.sampling, "as the run says"
    usd_in = one.number_input(
        "$ per million in",
        0.0,
        None,
        prices.input_usd,
        format="%g",
        key=_key(before, "usd_in"),
        placeholder="not known",
    )
    usd_out = two.number_input(
        "$ per million out",
        0.0,
        None,
        prices.output_usd,
        format="%g",
        key=_key(before, "usd_out"),
        placeholder="not known",
    )
    share = six.number_input(
        "By batch, % of it",
        0.0,
        100.0,
        None if before.batch_share is None else 100 * before.batch_share,
        5.0,
        format="%g",
        key=_key(before, "batch_share"),
        placeholder="cannot",
        help="Some servers take many calls in one file, answer within a day, and ask half the price: 50. Empty: it cannot.",
    )
    temperature = three.number_input(
        "Temperature", 0.0, 2.0, drawn.temperature, 0.1, key=_key(before, "temperature"), placeholder=as_run
    )
    top_p = four.number_input("Top-p", 0.0, 1.0, drawn.top_p, 0.05, key=_key(before, "top_p"), placeholder=as_run)
    tokens = five.number_input(
        "Most tokens", 1, 10**6, drawn.max_tokens, key=_key(before, "max_tokens"), placeholder=as_run
    )
    return replace(
        asked,
        prices=Prices(input_usd=usd_in, output_usd=usd_out),
        sampling=SamplingDefaults(temperature=temperature, top_p=top_p, max_tokens=tokens),
        batch_share=None if share is None else share / 100,
    )
