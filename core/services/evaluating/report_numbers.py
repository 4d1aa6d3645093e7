"""The numbers of a report: every pair by verdicts and by votes, by skill, difficulty, epoch and operation; strengths; mean ranks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.domain.report import Bar, Bars, Block, Dot, Dots, Heading, Table, Words
from core.domain.study import OVERALL, RaterKind
from core.domain.study_results import Bout, Difficulty, Level, Part, Reduction, Rest, WinRate
from core.services.evaluating import result_numbers, result_rest, result_views
from core.services.evaluating.report_design import About, judged_by
from core.services.evaluating.report_words import count, number, rate
from core.services.evaluating.result_views import View
from core.services.evaluating.results import Hardness, Opened, Selection

_REST = {
    Rest.PILOT: ("trial of the pilot", "trials of the pilot"),
    Rest.REPEATS: ("repeated trial", ""),
    Rest.ATTENTION: ("attention trial", ""),
    Rest.UNPARSEABLE: ("reply that could not be read", "replies that could not be read"),
    Rest.OF_EXCLUDED: ("trial of excluded raters", "trials of excluded raters"),
    Rest.EXCLUDED: ("excluded trial", ""),
    Rest.MISSING: ("response that a system lacks", "responses that systems lack"),
    Rest.UNCOMPARED: ("prompt without a vote", "prompts without a vote"),
}
_PARTS = {Part.SKILL: "skill", Part.DIFFICULTY: "difficulty", Part.EPOCH: "epoch", Part.OPERATION: "operation"}


def quiet(_done: int, _total: int) -> None:
    """Nobody watches a report being made."""


def view_of(opened: Opened, by: str, criterion: str = OVERALL) -> View:
    """Verdicts of these raters under one criterion, with the study's own seed and cut."""
    design = opened.study.design
    return View(judged=Selection(by=by, criterion=criterion), hard=Hardness(cut=design.hard_from), seed=design.rng_seed)


def results(opened: Opened, about: About, by: str) -> Iterator[Block]:
    """Everything that one kind of raters, or one model judge, said."""
    yield Heading(text=f"Results: {judged_by(about, by)}")
    for criterion in opened.criteria:
        if (opened.ballots(Selection(by=by, criterion=criterion.key)).trial).size:
            if len(opened.criteria) > 1:
                yield Heading(text=f"Criterion: {criterion.label}", level=3)
            yield from _of_criterion(opened, view_of(opened, by, criterion.key))
    first = opened.criteria[0].key if opened.criteria else OVERALL
    if by in set(RaterKind):
        for of in Difficulty:
            yield from _by_parts(opened, view_of(opened, by, first), of)
    yield from _behind_no_number(opened, view_of(opened, by, first))


def _of_criterion(opened: Opened, view: View) -> Iterator[Block]:
    pairs = _pairs(opened, view)
    yield Bars(
        title="Wins, ties and losses, one verdict a prompt; seen from the first of each pair",
        rows=tuple(Bar(label=one.name, wins=one.record.wins, ties=one.record.ties, losses=one.record.losses) for one in pairs),
    )  # fmt: skip
    yield from _pair_table(opened, view, pairs, f"Verdicts: one for each prompt. Rates with {_intervals(pairs)}")
    votes = replace(view, reduction=Reduction.VOTES)
    yield from _pair_table(opened, votes, _pairs(opened, votes), "All votes. Rates with bootstrap intervals")
    for of in Difficulty:
        if Part.DIFFICULTY in result_views.parts_told(opened, of):
            hard = replace(view, hard=Hardness(of=of, cut=view.hard.cut, only=True))
            found = _pairs(opened, hard)
            yield from _pair_table(
                opened, hard, found, f"Verdicts on hard prompts: {of.words} is {view.hard.cut:g} or more"
            )
    yield from _strengths(opened, view)


def _intervals(pairs: Sequence[Bout]) -> str:
    return next((f"{one.rate.interval} intervals" for one in pairs if one.rate.interval), "95 % intervals")


def _pairs(opened: Opened, view: View) -> list[Bout]:
    """Each pair once, seen from the contestant that comes first."""
    order = {one.id: at for at, one in enumerate(opened.contestants)}
    told = quiet if view.reduction is Reduction.VOTES else None
    return [
        one for one in result_views.of_every_pair(opened, view, told) if order[one.pick.of] < order[one.pick.against]
    ]


def _pair_table(opened: Opened, view: View, pairs: Sequence[Bout], caption: str) -> Iterator[Block]:
    with_ties = _pairs(opened, replace(view, rate=WinRate.WITH_TIES))
    yield Table(
        heads=("Pair", "Win", "Tie", "Loss", "n", WinRate.DECISIVE.formula, WinRate.WITH_TIES.formula),
        rows=tuple(
            (*_counts(opened, one), rate(one.rate), rate(ties.rate)) for one, ties in zip(pairs, with_ties, strict=True)
        ),
        caption=caption,
        faint=_faint(opened, pairs),
    )


def _counts(opened: Opened, one: Bout) -> tuple[str, ...]:
    """A row's name and counts; † marks an n below the stated one."""
    record, few = one.record, "" if one.record.n >= opened.study.design.least_n else "†"
    return one.name, f"{record.wins:,}", f"{record.ties:,}", f"{record.losses:,}", f"{record.n:,}{few}"


def _faint(opened: Opened, bouts: Sequence[Bout]) -> frozenset[int]:
    return frozenset(at for at, one in enumerate(bouts) if one.record.n < opened.study.design.least_n)


def _by_parts(opened: Opened, view: View, of: Difficulty) -> Iterator[Block]:
    """Every pair by everything that prompts can be told by; what does not depend on whose difficulty it is, once."""
    told = result_views.parts_told(opened, of)
    parts = [part for part in _PARTS if part in told and (part is Part.DIFFICULTY or of is Difficulty.AUTHOR)]
    seen = replace(view, hard=Hardness(of=of, cut=view.hard.cut))
    many = range(len(opened.contestants))
    for part in parts:
        rows: list[tuple[str, ...]] = []
        faint: set[int] = set()
        for a, b in ((a, b) for a in many for b in many if a < b):
            pair = f"{opened.contestants[a].name} – {opened.contestants[b].name}"
            for one in result_views.by_part(opened, seen, a, b, part):
                if one.record.n < opened.study.design.least_n:
                    faint.add(len(rows))
                rows.append((pair, *_counts(opened, one), rate(one.rate)))
        words = f", {of.words}" if part is Part.DIFFICULTY else ""
        yield Heading(text=f"By {_PARTS[part]}{words}", level=3)
        yield Table(
            heads=("Pair", _PARTS[part].capitalize(), "Win", "Tie", "Loss", "n", WinRate.DECISIVE.formula),
            rows=tuple(rows), words=2, caption=f"Verdicts, Wilson intervals; † n below {opened.study.design.least_n}", faint=frozenset(faint),
        )  # fmt: skip


def _strengths(opened: Opened, view: View) -> Iterator[Block]:
    found = result_numbers.strengths(opened, view, quiet)
    places = {one.id: one for one in found.places}
    equal = {one.id: one for one in found.adjusted}
    scale = "score" if found.is_score else "rank"
    shown = [one for one in found.strengths if one.estimate.value is not None]
    if shown:
        yield Dots(title="Bradley–Terry strengths, log-odds", rows=tuple(map(_dot, shown)), zero=0.0)
    yield Table(
        heads=("", "Strength (log-odds, mean 0)", f"Mean {scale}", "Strength at equal length and position"),
        rows=tuple(
            (one.name, number(one.estimate), number(places[one.id].estimate), number(equal[one.id].estimate))
            for one in found.strengths
        ),
        caption="Bradley–Terry on all votes, a tie is half a win; 95 % intervals",
    )
    yield Words(
        text=f"Length, in log-odds for a text 2.7 times as long: {number(found.length)}. "
        f"Position, for each place further left: {number(found.position)}."
    )


def _dot(one: Level) -> Dot:
    return Dot(label=one.name, value=one.estimate.value or 0.0, low=one.estimate.low, high=one.estimate.high)


def _behind_no_number(opened: Opened, view: View) -> Iterator[Block]:
    found = result_rest.not_counted(opened, view)
    said = ", ".join(count(found[rest], one, many) for rest, (one, many) in _REST.items() if found[rest])
    yield Words(text=f"In no number above: {said or 'nothing'}.")
