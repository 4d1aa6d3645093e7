"""Two packs on the same seeds: what each of them made of every place, and survival, words and cost of both."""

from collections.abc import Iterator

import streamlit as st

from core.domain.operation import Operation
from core.domain.overview import Difference, Overview, Share
from core.domain.pack_comparison import PackComparison, PairLine, Side
from core.domain.system import EMBEDDED
from core.errors import NotFound
from core.services.growing.pack_comparison import compare
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import pack_list
from pages.ui.kit import h
from pages.ui.words import count, money

_PAGE = 12


def page(project: Project, first: str, second: str) -> None:
    """The comparison of two runs, redrawn every two seconds while one of them goes on."""
    runs = {run.id for run in shell.studio().runs.list(shell.actor(), project)}
    if not {first, second} <= runs:
        raise NotFound("There is no such run in this project", to_do="Choose a comparison on the page Prompt packs.")
    now = compare(shell.actor(), project, first, second, most=0)
    with st.container(horizontal=True, vertical_alignment="center", key="packs_head"):
        st.title("Two packs on the same seeds", width="stretch", anchor=False)
        st.button("All packs", key="packs.back", on_click=pack_list.go)
        st.button("Compare again", type="primary", key="packs.again", on_click=pack_list.go, kwargs={"compare": "1"})
    pages = max(1, -(-now.total // _PAGE))
    st.fragment(_body, run_every=2 if now.going else None)(project, first, second, now.going, pages)


def _body(project: Project, first: str, second: str, was_going: bool, pages: int) -> None:
    slot = st.container()
    number = (st.pagination(pages, key="packs.pairs") if pages > 1 else 1) or 1
    now = compare(shell.actor(), project, first, second, most=_PAGE, offset=(number - 1) * _PAGE)
    if was_going and not now.going:
        st.rerun()
    with slot:
        parts = [_about(now, project), kit.stats(*_figures(now)), _table(now), *_lines(now, project)]
        kit.show("versus", *parts, key="packs.versus")


def _pack(one: Overview) -> str:
    return one.run.settings.pack


def _about(now: PackComparison, project: Project) -> kit.Element:
    links: list[kit.Child] = []
    for one in (now.first, now.second):
        where = f"/runs?project={project.slug}&run={one.run.id}"
        links.append(h("a", {"href": where}, f"Run {one.run.number} with {_pack(one)}: {one.run.state}{_how_far(one)}"))
    settings = now.first.run.settings
    endpoint = "the embedded model" if settings.endpoint == EMBEDDED else settings.endpoint
    said = f"{count(now.first.run.n_seeds, 'seed')}, {count(settings.epochs, 'epoch')}, {endpoint}; the same operation in every place."
    return h("div", {"class": "legend"}, h("span", said), *links)


def _how_far(one: Overview) -> str:
    expected = one.run.n_seeds * one.run.settings.epochs
    return "" if one.decided >= expected else f", {one.decided:,} of {expected:,} decided"


def _figures(now: PackComparison) -> Iterator[tuple[str, str, str]]:
    for one in (now.first, now.second):
        yield f"{_pack(one)} survived", _percent(one.survival), _interval(one.survival)
    for one in (now.first, now.second):
        each = one.of_survivor(float(one.tokens))
        tokens = "–" if each is None else f"{each:,.0f} tokens"
        free = one.run.settings.endpoint == EMBEDDED
        yield f"{_pack(one)}, a survivor", tokens, "no money" if free else money(one.of_survivor(one.usd))
    decided = now.both + now.only_first + now.only_second + now.neither
    alone = f"{now.only_first:,} : {now.only_second:,}"
    yield "Survived in one alone", alone, f"{_pack(now.first)} : {_pack(now.second)}, of {count(decided, 'place')}"


def _percent(share: Share) -> str:
    return "–" if share.value is None else f"{100 * share.value:.0f} %"


def _interval(share: Share) -> str:
    if not share.n:
        return "none decided yet"
    return f"{share.k:,} of {share.n:,}; 95 %: {100 * share.low:.0f}–{100 * share.high:.0f} %"


def _table(now: PackComparison) -> kit.Element:
    names = (_pack(now.first), _pack(now.second))
    head = h(
        "tr",
        h("th", "Survived, by operation"),
        *(h("th", {"scope": "col"}, f"{name}, 95 %") for name in names),
        h("th", "Difference, 95 %"),
    )
    moved = {one.name: one.difference for one in now.figures if one.part == "operation"}
    rows = [
        _row(kit.op(one.name), one.share, other.share, moved.get(one.name))
        for one, other in zip(now.first.operations, now.second.operations, strict=True)
        if one.share.n or other.share.n
    ]
    overall = next(one.difference for one in now.figures if one.part == "survived")
    rows.append(_row("All of them", now.first.survival, now.second.survival, overall))
    words = h(
        "tr",
        h("td", "Words added, median; 10 to 20"),
        *(h("td", {"class": "num"}, _words(one)) for one in (now.first, now.second)),
        h("td", ""),
    )
    costs = h(
        "tr",
        h("td", "Money in all"),
        *(h("td", {"class": "num"}, _money(one)) for one in (now.first, now.second)),
        h("td", ""),
    )
    return h("table", h("thead", head), h("tbody", *rows, words, costs, *_graded(now)))


def _cell(share: Share) -> str:
    return f"{_percent(share)} ({100 * share.low:.0f}–{100 * share.high:.0f}) of {share.n:,}"


def _row(name: kit.Child, first: Share, second: Share, moved: Difference | None) -> kit.Element:
    said = (
        "–" if moved is None else f"{100 * moved.value:+.0f} ({100 * moved.low:+.0f} to {100 * moved.high:+.0f}) points"
    )
    cells = (h("td", {"class": "num"}, _cell(one) if one.n else "–") for one in (first, second))
    return h("tr", h("td", name), *cells, h("td", {"class": "num"}, said))


def _words(one: Overview) -> str:
    if one.words.median is None:
        return "–"
    return f"{one.words.median:g} · {one.words.within.k:,} of {one.words.within.n:,} within"


def _money(one: Overview) -> str:
    return "nothing" if one.run.settings.endpoint == EMBEDDED else f"{money(one.usd)} · {one.tokens:,} tokens"


def _graded(now: PackComparison) -> Iterator[kit.Element]:
    means = [{grade.epoch: grade.mean for grade in one.grades} for one in (now.first, now.second)]
    for epoch in sorted({*means[0], *means[1]} - {0}):
        cells = []
        for mean in means:
            one = mean.get(epoch)
            cells.append(f"{one.value:.1f} of {one.n:,}" if one is not None and one.value is not None else "–")
        yield h(
            "tr",
            h("td", f"Difficulty of survivors, epoch {epoch}"),
            *(h("td", {"class": "num"}, cell) for cell in cells),
            h("td", ""),
        )


def _lines(now: PackComparison, project: Project) -> Iterator[kit.Element]:
    yield h("div", {"class": "two cap"}, h("div", _pack(now.first)), h("div", _pack(now.second)))
    for line in now.lines:
        sides = (_side(line.first, now.first, line, project), _side(line.second, now.second, line, project))
        epoch = h("span", {"class": "lab"}, f"epoch {line.epoch}")
        seed = kit.read(line.seed_text[:600], "one")
        about = h("div", {"class": "row"}, kit.op(Operation(line.operation)), epoch, seed)
        yield h(
            "div", {"class": "pl", "key": f"{line.seed_id}.{line.epoch}"}, about, h("div", {"class": "two"}, *sides)
        )


def _side(side: Side | None, one: Overview, line: PairLine, project: Project) -> kit.Element:
    if side is None:
        return h("div", {"class": "c out dim"}, "No child here")
    text: kit.Child = kit.diff_nodes(side.pieces) if side.pieces else side.text or "not written yet"
    where = f"/trees?project={project.slug}&run={one.run.id}&seed={line.seed_id}&node={side.id}"
    about: list[kit.Child] = [kit.mark(side.status)]
    if side.rule is not None:
        about.append(h("span", {"class": "no"}, side.rule.label))
    if side.words_added is not None:
        about.append(h("span", {"class": "dim num"}, f"{side.words_added:+,} words"))
    if side.difficulty is not None:
        about.append(h("span", {"class": "dim num"}, f"difficulty {side.difficulty:.1f}"))
    about.append(h("a", {"href": where, "class": "push"}, "In its tree"))
    out = " out" if side.status == "eliminated" else ""
    return h("div", {"class": f"c{out}"}, kit.read(text, "s"), h("div", {"class": "row"}, *about))
