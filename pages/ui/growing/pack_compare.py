"""Setting up a comparison of two packs: what both runs share, and what it will take before anything is spent."""

from secrets import randbits

import streamlit as st

from core.domain.pack_comparison import PackWish
from core.domain.run import Difficulty
from core.domain.system import EMBEDDED
from core.services.growing import pack_comparison, seeds
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import pack_list
from pages.ui.kit import h
from pages.ui.words import count, duration, money

_ABOUT = (
    "Two runs on the same seeds. In each place both draw the same operation, so that only the words of the packs differ. "
    "Nothing is answered; the judge and the other rules decide what survives."
)
_GRADED = {"None": Difficulty.NONE, "Of survivors": Difficulty.SURVIVORS}


def page(project: Project) -> None:
    """The form."""
    with st.container(horizontal=True, vertical_alignment="center", key="packs_head"):
        st.title("Compare two packs", width="stretch", anchor=False)
        st.button("All packs", key="packs.back", on_click=pack_list.go)
    total = seeds.count(shell.actor(), project)
    if not total:
        kit.show("empty", h("p", "There are no seeds to compare on yet."), key="packs.no_seeds")
        if st.button("Add seeds", type="primary", key="packs.to_seeds"):
            st.switch_page("../seeds.py")
        return
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        wish = _asked(total)
    with right, st.container(border=True, key="packs_estimate_card"):
        _estimate(project, wish)
        if st.button("Start both runs", type="primary", key="packs.start", disabled=wish.first == wish.second):
            with shell.problems("packs.start"):
                pair = pack_comparison.start(shell.studio(), shell.actor(), project, wish)
                st.session_state.pop("packs.rng_seed", None)
                pack_list.go(first=pair.first_run, second=pair.second_run, project=project.slug)
                st.rerun()


def _asked(total: int) -> PackWish:
    kit.show("hint", h("p", {"class": "lab"}, _ABOUT), key="packs.compare.about")
    names = shell.studio().packs.names(shell.actor())
    endpoints = [endpoint.name for endpoint in shell.studio().endpoints.list(shell.actor())]
    one, two = st.columns(2)
    first = one.selectbox("One pack", names, key="packs.first")
    second = two.selectbox("The other", names, index=min(1, len(names) - 1), key="packs.second")
    endpoint = st.selectbox(
        "Endpoint",
        endpoints,
        index=len(endpoints) - 1,
        format_func=lambda each: "The embedded model" if each == EMBEDDED else each,
        key="packs.compare.endpoint",
    )
    one, two, three = st.columns(3)
    n_seeds = one.number_input("Seeds, at random", 1, total, min(total, 12), key="packs.n_seeds")
    epochs = two.number_input("Epochs", 1, 4, 1, key="packs.epochs")
    graded = three.selectbox("Difficulty", list(_GRADED), key="packs.difficulty")
    return PackWish(
        first=first,
        second=second,
        endpoint=endpoint,
        n_seeds=int(n_seeds),
        epochs=int(epochs),
        difficulty=_GRADED[graded],
        rng_seed=st.session_state.setdefault("packs.rng_seed", randbits(31)),
    )


def _estimate(project: Project, wish: PackWish) -> None:
    if wish.first == wish.second:
        kit.show("estimate", h("p", {"class": "dim"}, "Choose two different packs."), key="packs.estimate")
        return
    said = pack_comparison.estimate_both(shell.studio(), shell.actor(), project, wish)
    rows = (
        ("Children", f"{said.children:,}, half of each pack"),
        ("Calls", f"about {said.calls:,}"),
        ("Tokens", f"about {said.tokens:,}"),
        ("Money", "nothing" if wish.endpoint == EMBEDDED else money(said.usd)),
        ("Time", f"about {duration(said.duration_s)}" if said.duration_s else "not known"),
    )
    kit.show(
        "estimate",
        h("div", {"class": "h"}, "What both runs will take"),
        (
            h("div", {"class": "row"}, h("span", {"class": "dim"}, name), h("b", {"class": "push num"}, value))
            for name, value in rows
        ),
        h("p", {"class": "lab"}, f"On {count(wish.n_seeds, 'seed')}. Nothing is spent yet."),
        key="packs.estimate",
    )
