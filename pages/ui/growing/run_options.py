"""A run's options, folded under its preset: operations and growth, rules, who is asked and how, limits."""

from dataclasses import replace

import streamlit as st

from core.domain.call import Sampling
from core.domain.check import PAPER_RULES, Rule
from core.domain.operation import Operation
from core.domain.run import Difficulty, Gate, RunSettings, Scoring, StepOrder
from core.domain.system import EMBEDDED
from core.services.growing import presets
from pages.ui import kit, shell
from pages.ui.growing import run_caps, run_place
from pages.ui.kit import h

_AFTER = ("Wait for me", "Resume by itself")
_RESPOND = ("Answer them", "None")
_ORDER = {StepOrder.CHEAP: "Checks first", StepOrder.PAPER: "Answers first"}
_DIFFICULTY = {
    Difficulty.NONE: "Not scored",
    Difficulty.SURVIVORS: "Survivors",
    Difficulty.ALL: "All",
}
_GATES = {
    Gate.NONE: "Whatever survives",
    Gate.NOT_REJECTED: "Survivors, unless people reject them",
    Gate.ACCEPTED: "Only what people accept",
}
_SCORING = {Scoring.ALONE: "Each alone", Scoring.TOGETHER: "Siblings together"}


def endpoint_words(name: str) -> str:
    """An endpoint's or a pool's name as a person reads it."""
    return "The embedded model" if name == EMBEDDED else name


def ask(settings: RunSettings, origin: str) -> RunSettings:
    """All options, filled with `settings`; `origin` names where those come from, so that other ones begin anew."""
    key = f"runs.{origin}"
    with st.expander(f"Options of “{settings.preset}”: operations and growth", key="runs.options.growth"):
        settings = _growth(settings, key)
    with st.expander("Rules and checks", key="runs.options.rules"):
        settings = _rules(settings, key)
    with st.expander("Endpoints, prompts and sampling", key="runs.options.asking"):
        settings = run_place.ask(_asking(settings, key), key)
    with st.expander("People: what may grow on", key="runs.options.people"):
        settings = _people(settings, key)
    with st.expander("Caps, chance, after a restart", key="runs.options.limits"):
        return _limits(settings, key)


def _people(settings: RunSettings, key: str) -> RunSettings:
    one, two = st.columns(2)
    gate = one.selectbox(
        "What grows on",
        list(_GATES),
        list(_GATES).index(settings.gate),
        format_func=_GATES.__getitem__,
        key=f"{key}.gate",
        help="Else a rejection only stops what would grow below it, and the run goes on by itself.",
    )
    buffer = two.number_input(
        "Undecided survivors at most",
        1,
        100_000,
        settings.buffer,
        key=f"{key}.buffer",
        disabled=gate is Gate.NONE,
        help="While so many wait for people, the run begins no new child.",
    )
    return replace(settings, gate=gate, buffer=int(buffer))


def _growth(settings: RunSettings, key: str) -> RunSettings:
    one, two, three = st.columns(3)
    epochs = one.number_input("Epochs", 1, 12, settings.epochs, key=f"{key}.epochs")
    children = two.number_input("Children of a node", 1, 8, settings.children, key=f"{key}.children")
    frontier = three.number_input(
        "Frontier of a seed",
        1,
        64,
        settings.max_frontier_per_seed,
        key=f"{key}.frontier",
        disabled=children == 1,
        help="At most so many nodes of a seed grow on into the next epoch. One child a node never branches.",
    )
    _hint("How often each operation is drawn, relative to the others. 0 leaves it out.", f"{key}.weights")
    columns = (*st.columns(3), *st.columns(3))
    weights = {
        operation: column.number_input(
            operation.label, 0.0, 100.0, settings.weights.get(operation, 0.0), step=0.1, key=f"{key}.{operation}"
        )
        for operation, column in zip(Operation, columns, strict=True)
    }
    return replace(
        settings, epochs=int(epochs), children=int(children), max_frontier_per_seed=int(frontier), weights=weights
    )


def _rules(settings: RunSettings, key: str) -> RunSettings:
    settings = _order(settings, key)
    left, right = st.columns(2)
    chosen: dict[Rule, bool] = {}
    thresholds = dict(settings.thresholds)
    groups = ((left, "The paper's four", PAPER_RULES), (right, "Extra checks, without a call", presets.EXTRA_RULES))
    for column, title, group in groups:
        with column:
            _hint(title, f"{key}.{title}")
            for rule in group:
                chosen[rule] = _rule(rule, settings, thresholds, key, respond=settings.respond)
    return replace(settings, rules=tuple(rule for rule in Rule if chosen[rule]), thresholds=thresholds)


def _order(settings: RunSettings, key: str) -> RunSettings:
    one, two, three, four = st.columns(4)
    order = one.selectbox(
        "Order",
        list(_ORDER),
        list(_ORDER).index(settings.order),
        format_func=_ORDER.__getitem__,
        key=f"{key}.order",
        help="Checks first saves the answers of what fails; the paper answers everything first.",
    )
    respond = two.selectbox("Responses", _RESPOND, int(not settings.respond), key=f"{key}.respond") == _RESPOND[0]
    difficulty = three.selectbox(
        "Difficulty",
        list(_DIFFICULTY),
        list(_DIFFICULTY).index(settings.difficulty),
        format_func=_DIFFICULTY.__getitem__,
        key=f"{key}.difficulty",
        help="The seeds are scored too, so that epochs can be compared with where they began.",
    )
    scoring = four.selectbox(
        "Scored",
        list(_SCORING),
        list(_SCORING).index(settings.scoring),
        format_func=_SCORING.__getitem__,
        key=f"{key}.scoring",
        disabled=difficulty is Difficulty.NONE,
        help="One call for all siblings of a parent ties less than one call each.",
    )
    return replace(settings, order=order, respond=respond, difficulty=difficulty, scoring=scoring)


def _rule(rule: Rule, settings: RunSettings, thresholds: dict[Rule, float], key: str, *, respond: bool) -> bool:
    """One rule: on or off, and its threshold if it has one. Those for responses need some."""
    useless = rule in presets.NEED_RESPONSES and not respond
    threshold = presets.THRESHOLDS.get(rule)
    where, beside = st.columns([1.5, 1]) if threshold else (st.container(), None)
    on = where.checkbox(
        rule.label,
        rule in settings.rules,
        key=f"{key}.rule.{rule}",
        disabled=useless,
        help="Without responses it has nothing to check." if useless else threshold.words if threshold else None,
    )
    if threshold is not None and beside is not None:
        thresholds[rule] = beside.number_input(
            f"{rule.label}: {threshold.words}",
            0.0,
            threshold.most,
            settings.thresholds.get(rule, threshold.usual),
            threshold.step,
            key=f"{key}.threshold.{rule}",
            label_visibility="collapsed",
            disabled=not on or useless,
            help=threshold.words,
        )
        if thresholds[rule] == threshold.usual and rule not in settings.thresholds:
            del thresholds[rule]
    return on


def _asking(settings: RunSettings, key: str) -> RunSettings:
    one, two, three = st.columns(3)
    names = ["", *shell.studio().endpoints.names(shell.actor())]
    roles = []
    for column, label, now in ((one, "Answering", settings.answering), (two, "Judging and scoring", settings.judging)):
        roles.append(
            column.selectbox(
                label,
                names,
                names.index(now) if now in names else 0,
                format_func=lambda name: endpoint_words(name) or "As for evolving",
                key=f"{key}.{label}",
            )
        )
    packs = shell.studio().packs.names(shell.actor())
    pack = three.selectbox(
        "Prompt pack", packs, packs.index(settings.pack) if settings.pack in packs else 0, key=f"{key}.pack"
    )
    return replace(
        settings,
        answering=roles[0],
        judging=roles[1],
        pack=pack,
        evolving=_sampling("Evolving", settings.evolving, f"{key}.evolving"),
        responding=_sampling("Answering", settings.responding, f"{key}.responding"),
    )


def _sampling(role: str, start: Sampling, key: str) -> Sampling:
    one, two, three = st.columns(3)
    temperature = one.number_input(f"{role}: temperature", 0.0, 2.0, start.temperature, 0.1, key=f"{key}.temperature")
    top_p = two.number_input(f"{role}: top-p", 0.01, 1.0, start.top_p, 0.05, key=f"{key}.top_p")
    most = three.number_input(f"{role}: most tokens", 1, 131_072, start.max_tokens, key=f"{key}.max_tokens")
    return replace(start, temperature=temperature, top_p=top_p, max_tokens=int(most))


def _limits(settings: RunSettings, key: str) -> RunSettings:
    caps = run_caps.ask(settings.caps, key)
    one, two = st.columns(2)
    rng_seed = one.number_input(
        "Random seed",
        0,
        2**31 - 1,
        settings.rng_seed,
        key=f"{key}.rng_seed",
        help="The same seeds, settings and random seed draw the same operations.",
    )
    after = two.selectbox("After a restart", _AFTER, int(settings.resume_by_itself), key=f"{key}.after")
    return replace(settings, caps=caps, rng_seed=int(rng_seed), resume_by_itself=after == _AFTER[1])


def _hint(words: str, key: str) -> None:
    kit.show("hint", h("p", {"class": "lab"}, words), key=key)
