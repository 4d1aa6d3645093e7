"""Keeping clear by cosine: what has no embedding yet gets it first, with what that takes, how far it is, and a way to stop."""

import streamlit as st

from core.domain.export import Order
from core.domain.map import FREE, ON_CLUSTER, PACKAGED, MapEstimate
from core.domain.run import Caps
from core.services.exchanging import nearness
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.exchanging.shape_form import EMBEDDER
from pages.ui.exploring import embed
from pages.ui.growing import run_caps
from pages.ui.kit import h
from pages.ui.words import count, duration, money


def is_embedded(project: Project, order: Order) -> bool:
    """Whether everything that the order compares has its embedding. If not, that is offered here, or how far it is."""
    if order.shaping.cosine is None:
        return True
    if embed.going(project):
        return False
    studio, actor = shell.studio(), shell.actor()
    embedder = str(st.session_state.get(EMBEDDER) or PACKAGED)
    seqs = nearness.compared(actor, project, order)
    estimate = studio.embeddings.estimate_at(actor, project, seqs, embedder=embedder)
    if not estimate.to_embed:
        return True
    kit.show("hint", h("p", {"class": "dim"}, _takes(estimate, embedder)), key="data.near.words")
    caps = Caps() if embedder in FREE else run_caps.ask(Caps(), "data.near.caps")
    if st.button("Embed what is missing", type="primary", key="data.near.go"):
        studio.embeddings.begin_at(actor, project, seqs, embedder=embedder, caps=caps)
        st.rerun()
    return False


def _takes(said: MapEstimate, embedder: str) -> str:
    texts = (
        f"To compare by meaning, {said.to_embed:,} of {count(said.texts, 'text')} (the rows and the test sets) have to be"
        f" embedded first: about {duration(said.seconds)}"
    )
    if embedder == ON_CLUSTER:
        return f"{texts} here, less on the cluster's machines. It costs nothing. Each text is embedded once."
    if embedder == PACKAGED:
        return f"{texts} on this machine. Nothing leaves it, and it costs nothing. Each text is embedded once."
    return f"{texts}, {count(said.calls, 'call')}, about {count(said.tokens, 'token')}, {money(said.usd)}."
