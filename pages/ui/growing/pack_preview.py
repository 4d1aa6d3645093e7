"""A prompt on one seed: the exact messages, and one live call if a person wants to see what comes back."""

from collections.abc import Iterator, Mapping

import streamlit as st

from core.domain.operation import DATA_FORMATS
from core.domain.prompt_pack import Attempt, Preview, Question
from core.domain.system import EMBEDDED
from core.services.growing import seeds
from core.services.growing.pack_preview import ask_once, can_show, preview
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import duration, money

_EXAMPLE = "Explain how a bicycle stays upright."
_SEEDS = 50
_JUDGE = "judge.md"


def show(project: Project, files: Mapping[str, str], file: str, *, is_usable: bool) -> None:
    """The right half of the editor."""
    if not can_show(file):
        text = "A run never sends this file for one seed alone, so there is nothing to preview."
        kit.show("hint", h("p", {"class": "dim"}, text), key="packs.no_preview")
        return
    question = _question(project, file)
    names = [endpoint.name for endpoint in shell.studio().endpoints.list(shell.actor())]
    one, two = st.columns([1.6, 1], vertical_alignment="bottom")
    endpoint = one.selectbox(
        "Endpoint",
        names,
        index=len(names) - 1,
        format_func=lambda each: "The embedded model" if each == EMBEDDED else each,
        key="packs.endpoint",
    )
    if not is_usable:
        kit.show(
            "hint",
            h("p", {"class": "dim"}, "The preview comes back when every prompt can be used."),
            key="packs.no_preview",
        )
        return
    shown = preview(shell.studio(), shell.actor(), files, question, endpoint)
    asked = two.button("Ask it once", key="packs.ask", width="stretch")
    _ask(files, question, endpoint, asked=asked)
    kit.show("packmsg", _most(shown, endpoint), *_messages(shown), key="packs.messages")


def _question(project: Project, file: str) -> Question:
    texts = [row.text for row in seeds.page(shell.actor(), project, most=_SEEDS)] or [_EXAMPLE]
    seed = st.selectbox(
        "On which seed", texts, accept_new_options=True, key="packs.seed", placeholder="Choose or write one"
    )
    child, data_format = "", None
    if file == _JUDGE:
        child = st.text_input("And which evolution", value=f"{seed or ''} Give one reason.", key="packs.child")
    if file == "complicate_input.md":
        data_format = st.selectbox("Data format", DATA_FORMATS, key="packs.format")
    draw = st.session_state.get("packs.draw", 1)
    return Question(file=file, text=seed or "", child=child, data_format=data_format, seed=draw)


def _most(shown: Preview, endpoint: str) -> kit.Element:
    money_ = (
        "no money" if endpoint == EMBEDDED else "at most " + money(shown.worst_usd) if shown.worst_usd else "not priced"
    )
    about = f"What is sent: one call, at most {shown.worst_tokens:,} tokens, {money_}. Reply: {shown.reply}, at most {shown.max_tokens:,} tokens."
    return h("p", {"class": "lab"}, about)


def _messages(shown: Preview) -> Iterator[kit.Element]:
    for message in shown.messages:
        yield h("div", {"class": "m"}, h("div", {"class": "lab"}, message.role), kit.read(message.content, "s"))


def _ask(files: Mapping[str, str], question: Question, endpoint: str, *, asked: bool) -> None:
    """Ask if the button was pressed; show what came back as long as the same is looked at."""
    if asked:
        with shell.problems("packs.ask"), st.spinner("Asking once …"):
            got = ask_once(shell.studio(), shell.actor(), files, question, endpoint)
            st.session_state["packs.attempt"] = (question.file, question.text, got)
            st.session_state["packs.draw"] = question.seed + 1  # asked again, it draws anew
    kept: tuple[str, str, Attempt] | None = st.session_state.get("packs.attempt")
    if kept is not None and kept[:2] == (question.file, question.text):
        kit.show("packmsg", _attempt(kept[2]), key="packs.attempt.view")


def _attempt(got: Attempt) -> kit.Element:
    if got.text is None:
        raw = (
            h("div", {"class": "m"}, h("div", {"class": "lab"}, "The reply"), kit.read(got.raw[:4_000], "s"))
            if got.raw
            else None
        )
        return h("div", {"class": "card"}, kit.note("error", "Nothing to use", got.problem), raw)
    text: kit.Child = kit.diff_nodes(got.pieces) if got.pieces else got.text
    failed = [one for one in got.rules if one.verdict != "pass"]
    return h(
        "div",
        {"class": "card"},
        h("div", {"class": "row"}, h("b", "What came back"), h("span", {"class": "lab push"}, _cost(got))),
        kit.read(text, "s"),
        *(
            h(
                "div",
                {"class": "v"},
                kit.verdict(one.verdict, one.rule.label),
                h("span", {"class": "dim"}, one.evidence),
            )
            for one in failed
        ),
        kit.mark("survived", f"passes {len(got.rules)} checks") if got.rules and not failed else None,
        h("p", {"class": "lab"}, "It is shown here only, and kept nowhere."),
    )


def _cost(got: Attempt) -> str:
    tokens = (
        f"{(got.tokens_in or 0) + (got.tokens_out or 0):,} tokens" if got.tokens_in is not None else "tokens not said"
    )
    words = f"{got.words_added:+,} words · " if got.words_added is not None else ""
    return f"{words}{tokens} · {money(got.cost_usd)} · {duration(got.latency_ms / 1000)}"
