"""How far raters agree, in a report: all together, two by two, one by one, and model judges beside people."""

from collections.abc import Iterator

from core.domain.report import Block, Heading, Table, Words
from core.domain.study import RaterKind
from core.services.evaluating import result_numbers, result_people
from core.services.evaluating.report_design import About, judged_by
from core.services.evaluating.report_numbers import quiet, view_of
from core.services.evaluating.report_words import agreement as coefficient
from core.services.evaluating.report_words import percent, rate, share
from core.services.evaluating.result_numbers import JudgeBeside
from core.services.evaluating.results import Opened

_OUTCOMES = ("win", "tie", "loss")


def agreement(opened: Opened, about: About) -> Iterator[Block]:
    """Of every kind of raters of which there are several; then every model judge beside the first kind."""
    kinds = [by for by in opened.judges if by in set(RaterKind)]
    if kinds:
        yield Heading(text="Agreement")
    for by in kinds:
        yield from _of_kind(opened, about, by)
    if kinds and len(kinds) < len(opened.judges):
        view = view_of(opened, kinds[0], opened.criteria[0].key)
        for one in result_numbers.judges_beside(opened, view, kinds[0], quiet):
            yield from _beside(one, about, judged_by(about, kinds[0]))


def _of_kind(opened: Opened, about: About, by: str) -> Iterator[Block]:
    found = result_numbers.agreements(opened, view_of(opened, by, opened.criteria[0].key), quiet)
    fleiss = found.fleiss
    yield Table(
        heads=("Coefficient", "Of", "n", "Value"),
        rows=(
            (
                f"Fleiss' kappa ({fleiss.raters} raters a pair; {fleiss.left_out:,} left out)", "who wins a pair",
                f"{fleiss.agreement.n:,}", coefficient(fleiss.agreement),
            ),
            ("Krippendorff's alpha, nominal", "who wins a pair", f"{found.alpha_pairs.n:,}", coefficient(found.alpha_pairs)),
            ("Krippendorff's alpha, ordinal", "the rank or score", f"{found.alpha_places.n:,}", coefficient(found.alpha_places)),
        ),
        words=2,
        caption=f"{judged_by(about, by)}, {found.raters} of them",
    )  # fmt: skip
    if found.two:
        yield Table(
            heads=("Cohen's kappa of", "and", "n", "Value"),
            rows=tuple(
                (about.labels[one.first], about.labels[one.second], f"{one.agreement.n:,}", coefficient(one.agreement))
                for one in found.two
            ),
            words=2,
        )


def _beside(one: JudgeBeside, about: About, people: str) -> Iterator[Block]:
    yield Heading(text=f"Model judge {about.labels[one.id]} beside {people}", level=3)
    yield Table(
        heads=("What", "Value"),
        rows=(
            (f"Cohen's kappa, n {one.beside.kappa.n:,} verdicts", coefficient(one.beside.kappa)),
            ("The same verdict", share(one.beside.same)),
            ("Flip rate: changed its mind with the order", "asked in one order only" if one.flips is None else share(one.flips)),
            ("Judged in one order only, counted nowhere", f"{one.one_order:,}"),
            ("Could not be read, never scored", f"{one.unparseable:,}"),
            ("Chose the left text", rate(one.position)),
            ("Chose the longer text", rate(one.length)),
            (f"Chose the longer text: {people}", rate(one.people_length)),
        ),
        words=2,
    )  # fmt: skip
    yield Table(
        heads=(f"{people} ↓, the judge →", *_OUTCOMES),
        rows=tuple((name, *map(str, counts)) for name, counts in zip(_OUTCOMES, one.beside.confusion, strict=True)),
        caption="Verdicts of all pairs, seen from the first of each",
    )


def raters(opened: Opened, about: About) -> Iterator[Block]:
    """Every rater by number or, where it is none of a person, by name."""
    yield Heading(text="Raters one by one")
    found = result_people.people(opened, view_of(opened, opened.judges[0], opened.criteria[0].key), quiet)
    yield Table(
        heads=("Rater", "Kind", "Judged", "Revised", "Active, median", "Chose the left", "Said the same again", "Attention passed"),
        rows=tuple(
            (
                about.labels[one.id] + (" (left out)" if one.left else ""),
                one.kind,
                f"{one.judged:,}",
                f"{one.revised:,}",
                "–" if one.active_s is None else f"{one.active_s:.1f} s",
                f"{rate(one.position)}, n {one.position.n:,}",
                "none repeated" if one.again.same.value is None else f"{percent(one.again.same.value)} of {one.again.same.n:,}",
                share(one.attention),
            )
            for one in found
        ),
        words=2,
    )  # fmt: skip
    yield Words(
        text="Chose the left: of the votes that decided, the share that went to the text further left; 50 % is no bias. "
        "Said the same again: of the pairs in repeated trials. Attention: a text of another prompt was ranked down."
    )
