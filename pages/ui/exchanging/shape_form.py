"""How what is taken out is shaped, and under which licence it is given away."""

import streamlit as st

from core.domain.export import ExportFormat
from core.domain.map import PACKAGED
from core.domain.shaping import COSINE, NGRAM, UNSAID, USUAL, Licences, Repeats, Shaping
from core.services.exchanging import exports
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import embedder_words

EMBEDDER = "data.embedder"  # the widget that says who embeds
_TEST = 10  # percent


def shaping(project: Project, format_: ExportFormat) -> Shaping:
    """What is asked for; everything is folded until somebody wants it. A lineage is never shaped."""
    if format_.is_lineage:
        return USUAL
    with st.expander("Shape it: repetitions, test sets, sample, order", key="data.shape"):
        ways = list(Repeats)
        repeats = st.selectbox("Repetitions", ways, format_func=lambda one: one.label, key="data.repeats")
        clear = _clear_of(project)
        left, middle, right = st.columns(3, vertical_alignment="bottom")
        sample = left.number_input("Rows at most, by lot", 1, None, None, placeholder="all", key="data.sample")
        seed = middle.number_input("Seed of every lot", 0, 2**31 - 1, USUAL.seed, key="data.seed")
        shuffle = right.checkbox("In an order by lot", key="data.shuffle")
    return Shaping(
        repeats=repeats or ways[0], against=clear.against, ngram=clear.ngram, cosine=clear.cosine, model=clear.model,
        sample=sample, seed=int(seed), shuffle=shuffle, test_share=_test_share(format_),
    )  # fmt: skip


def _clear_of(project: Project) -> Shaping:
    """The test sets that it is kept clear of, by how many words in a row, and by which cosine of which embeddings."""
    sets = {one.id: f"{one.name} ({one.n:,})" for one in exports.test_sets(shell.actor(), project)}
    if not sets:
        words = "Bring in a benchmark as a reference set, and what it asks can be kept out of here."
        kit.show("hint", h("div", {"class": "lab"}, words), key="data.against.none")
        return USUAL
    chosen = st.multiselect(
        "Keep it clear of",
        list(sets),
        format_func=sets.__getitem__,
        placeholder="test sets and references",
        key="data.against",
    )
    if not chosen:
        return USUAL
    left, right = st.columns(2, vertical_alignment="bottom")
    ngram = int(left.number_input("Words in a row in common", 3, 50, NGRAM, key="data.ngram"))
    if not right.checkbox("Also by embeddings", key="data.by_embedding", help="What means nearly the same."):
        return Shaping(against=tuple(chosen), ngram=ngram)
    left, right = st.columns(2, vertical_alignment="bottom")
    cosine = left.number_input("Cosine from", 0.5, 1.0, COSINE, 0.01, key="data.cosine")
    names = shell.studio().embeddings.names(shell.actor())
    who = right.selectbox("Who embeds", names, format_func=embedder_words, key=EMBEDDER)
    model = shell.studio().embeddings.model(shell.actor(), who or PACKAGED)
    return Shaping(against=tuple(chosen), ngram=ngram, cosine=cosine, model=model)


def _test_share(format_: ExportFormat) -> float:
    if not format_.is_folder:
        return 0.0
    label, why = "Test split, percent of the rows", "In whole lineages: no seed is in both splits. 0 is no test split."
    return st.number_input(label, 0, 90, _TEST, key="data.test", help=why) / 100


def licences(format_: ExportFormat) -> Licences:
    """What is said of the licence; only a dataset with a card asks for it."""
    if not format_.is_folder:
        return UNSAID
    left, right = st.columns(2)
    dataset = left.text_input("Licence of this dataset", placeholder="cc-by-4.0, cc0-1.0, mit …", key="data.licence")
    seeds = right.text_input(
        "Licence of seeds that came without one", placeholder="if there are any", key="data.seeds_licence"
    )
    return Licences(dataset=dataset.strip(), seeds=seeds.strip())
