"""The endpoints that are set up: what each is, how it can be asked, what a test found, and what can be done with it."""

import streamlit as st

from core.domain.system import EMBEDDED, Endpoint, EndpointReport
from pages.ui import endpoint_form, kit, shell
from pages.ui.kit import h
from pages.ui.words import count, money

_MARKS = {True: ("survived", "yes"), False: ("eliminated", "no"), None: ("waiting", "not known")}


def endpoints() -> None:
    """A card each."""
    for endpoint in shell.studio().endpoints.list(shell.actor()):
        _card(endpoint)


def title(name: str) -> str:
    """An endpoint's name for people."""
    return "The embedded model" if name == EMBEDDED else name


def _card(endpoint: Endpoint) -> None:
    name = endpoint.name
    with st.container(border=True, key=f"settings_{name}_card"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width="stretch"):
                _words(endpoint)
            is_ready = name != EMBEDDED or shell.studio().embedded.state().kind == "ready"
            tested = st.button(
                "Test",
                key=f"settings.test.{name}",
                disabled=not is_ready,
                help="At most five calls of 20 tokens"
                if is_ready
                else "It is not on this computer yet: try it on Home",
            )
            if name != EMBEDDED and st.button("Edit", key=f"settings.edit.{name}"):
                endpoint_form.dialog(endpoint)
            if name != EMBEDDED and st.button("Remove…", key=f"settings.remove.{name}"):
                _confirm_removal(name)
        with shell.problems(f"settings.{name}"):
            if tested:
                with st.spinner(f"Asking {title(name)} a few small questions, at most 30 s each"):
                    shell.studio().endpoints.test(shell.actor(), name)
            report = shell.studio().endpoints.report(shell.actor(), name)
            if report is not None:
                kit.show("findings", *findings(report), key=f"settings.report.{name}")


def _words(endpoint: Endpoint) -> None:
    where = "On this computer, with the studio" if endpoint.name == EMBEDDED else endpoint.base_url
    kit.show(
        "endpoint",
        h("div", {"class": "row"}, h("span", {"class": "h one"}, title(endpoint.name)), h("span", {"class": "lab one"}, endpoint.model)),
        h("div", {"class": "lab one", "title": where}, where),
        h("div", {"class": "lab num"}, " · ".join(_facts(endpoint))),
        _key(endpoint),
        key=f"settings.words.{endpoint.name}",
    )  # fmt: skip


def _facts(endpoint: Endpoint) -> list[str]:
    """Limits, prices and sampling in words; what is not set is left out, what is not known is said."""
    said = [f"{endpoint.in_flight:,} in flight"]
    if endpoint.requests_per_min:
        said.append(f"{count(endpoint.requests_per_min, 'request')} a minute")
    if endpoint.tokens_per_min:
        said.append(f"{count(endpoint.tokens_per_min, 'token')} a minute")
    if endpoint.name == EMBEDDED:
        said.append("costs nothing")
    else:
        prices = endpoint.prices
        is_known = None not in (prices.input_usd, prices.output_usd)
        priced = (
            f"${prices.input_usd:g} in, ${prices.output_usd:g} out per million tokens"
            if is_known
            else "price not known"
        )
        said.append(priced)
        if endpoint.batch_share is not None:
            said.append(f"by batch {100 * endpoint.batch_share:g} % of that")
    drawn = endpoint.sampling
    for word, value in (("temperature", drawn.temperature), ("top-p", drawn.top_p), ("at most", drawn.max_tokens)):
        if value is not None:
            said.append(f"{word} {value:g}" + (" tokens" if word == "at most" else ""))
    return said


def _key(endpoint: Endpoint) -> kit.Element | None:
    """Where the key is, by name; a note if it is not there."""
    if endpoint.name == EMBEDDED:
        return None
    problem = shell.studio().endpoints.key_problem(shell.actor(), endpoint.name)
    if problem:
        return kit.note("error", "Key", problem)
    if endpoint.key_env:
        return h("div", {"class": "lab"}, f"Key from the environment variable {endpoint.key_env}")
    if endpoint.key_secret:
        return h("div", {"class": "lab"}, f"Key from the secret {endpoint.key_secret}")
    return h("div", {"class": "lab"}, "No key")


def findings(report: EndpointReport) -> list[kit.Child]:
    """What a test found, as a small table with words."""
    rows = [
        h("tr", {"class": "f"}, h("td", kit.mark(*_MARKS[one.holds])), h("td", one.name), h("td", {"class": "wide"}, one.words))
        for one in report.findings
    ]  # fmt: skip
    took = f"{report.latency_ms:,.0f} ms a call" if report.latency_ms is not None else "no answer to time"
    cost = money(report.usd) if report.usd is not None else "at an unknown price"
    when = f"{report.tested_at.astimezone():%d %b %Y, %H:%M}"
    said = f"Tested {when}: {count(report.calls, 'call')}, {count(report.tokens, 'token')}, {cost}, {took}"
    return [h("table", h("tbody", *rows)), h("div", {"class": "lab num"}, said)]


@st.dialog("Remove the endpoint?")
def _confirm_removal(name: str) -> None:
    with shell.problems("settings.removal"):
        text = f"“{name}” is forgotten. What runs made with it stays; a run that still needs it cannot resume."
        if kit.is_removal_meant(text, key="settings.remove"):
            shell.studio().endpoints.remove(shell.actor(), name)
            st.rerun()
