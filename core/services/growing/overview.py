"""What a run amounts to, which instructions stand behind each figure, and how two runs differ."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.analysis.intervals import mean, mean_difference, share_difference, wilson
from core.domain.check import Rule, Verdict
from core.domain.instruction import RunStatus
from core.domain.operation import WORD_BUDGET, Operation
from core.domain.overview import Compared, Cost, Grade, Overview, Pick, Rate, Share, WordsAdded
from core.domain.person import Actor
from core.domain.progress import Evolution
from core.errors import NotFound
from core.services.access import may_read
from core.services.projects import Project
from core.store import overview_reading, run_reading
from core.store.database import Database
from core.store.run_reading import OutcomeCount


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """Some of the instructions behind a figure, and how many there are in all."""

    total: int
    lines: tuple[Evolution, ...]


def overview(actor: Actor, project: Project, run_id: str) -> Overview:
    """Everything that the overview of a run shows. NotFound if there is no such run."""
    may_read(actor)
    database = project.database
    run = run_reading.run(database, run_id)
    if run is None:
        raise NotFound("There is no such run in this project", to_do="Choose one from the list.")
    outcomes = run_reading.outcomes(database, run_id)
    survived = _count(outcomes, RunStatus.SURVIVED)
    return Overview(
        run=run,
        survival=wilson(survived, survived + _count(outcomes, RunStatus.ELIMINATED)),
        errors=_count(outcomes, RunStatus.ERROR),
        epochs=tuple(
            _rate([one for one in outcomes if one.epoch == epoch], str(epoch), Pick(epoch=epoch))
            for epoch in range(1, run.settings.epochs + 1)
        ),
        operations=tuple(
            _rate([one for one in outcomes if one.operation is operation], operation, Pick(operation=operation))
            for operation in Operation
        ),
        rules=tuple(_rules(database, run_id, run.settings.rules)),
        eliminated=run_reading.rule_counts(outcomes),
        words=_words(database, run_id),
        grades=tuple(
            Grade(epoch=one.epoch, mean=mean(one.n, one.mean, one.deviation))
            for one in overview_reading.difficulty(database, run_id)
        ),
        costs=tuple(_costs(database, run_id, outcomes)),
    )


def picked(actor: Actor, project: Project, run_id: str, pick: Pick, *, most: int = 50, after: int = 0) -> Picked:
    """The instructions behind a figure, a page at a time."""
    may_read(actor)
    lines = overview_reading.picked(project.database, run_id, pick, most=most, after=after)
    return Picked(total=overview_reading.count_picked(project.database, run_id, pick), lines=lines)


def compared(first: Overview, second: Overview) -> tuple[Compared, ...]:
    """Figure by figure; what only one of the runs has is left out."""
    return tuple(_compared(first, second))


def _compared(first: Overview, second: Overview) -> Iterator[Compared]:
    yield _shares("survived", "", first.survival, second.survival)
    yield from _rates_compared("epoch", first.epochs, second.epochs)
    yield from _rates_compared("operation", first.operations, second.operations)
    yield from _rates_compared("rule", first.rules, second.rules)
    yield _shares("words", "", first.words.within, second.words.within)
    others = {grade.epoch: grade.mean for grade in second.grades}
    for grade in first.grades:
        if grade.epoch in others:
            other = others[grade.epoch]
            moved = mean_difference(grade.mean, other)
            yield Compared(part="difficulty", name=str(grade.epoch), first=grade.mean, second=other, difference=moved)


def _shares(part: str, name: str, first: Share, second: Share) -> Compared:
    return Compared(part=part, name=name, first=first, second=second, difference=share_difference(first, second))


def _rates_compared(part: str, ours: Sequence[Rate], theirs: Sequence[Rate]) -> Iterator[Compared]:
    others = {rate.name: rate.share for rate in theirs}
    for one in ours:
        if one.share.n and one.name in others and others[one.name].n:
            yield _shares(part, one.name, one.share, others[one.name])


def _count(outcomes: Sequence[OutcomeCount], status: RunStatus) -> int:
    return sum(one.n for one in outcomes if one.status is status)


def _rate(own: Sequence[OutcomeCount], name: str, pick: Pick) -> Rate:
    survived = _count(own, RunStatus.SURVIVED)
    return Rate(
        name=name,
        share=wilson(survived, survived + _count(own, RunStatus.ELIMINATED)),
        pick=pick,
        failed=_count(own, RunStatus.ERROR),
    )


def _rules(database: Database, run_id: str, rules: Sequence[Rule]) -> Iterator[Rate]:
    """How many of those that a rule checked passed it: what was not checked is neither."""
    counts: Counter[tuple[Rule, Verdict]] = Counter()
    for one in overview_reading.checks(database, run_id):
        counts[one.rule, one.verdict] += one.n
    for rule in rules:
        passed, failed = counts[rule, Verdict.PASS], counts[rule, Verdict.FAIL]
        yield Rate(
            name=rule,
            share=wilson(passed, passed + failed),
            pick=Pick(rule=rule),
            unclear=counts[rule, Verdict.UNKNOWN],
        )


def _words(database: Database, run_id: str) -> WordsAdded:
    counts: Counter[int] = Counter()
    for one in overview_reading.words(database, run_id):
        if one.operation.has_word_budget:
            counts[one.words_added] += one.n
    least, most = WORD_BUDGET
    within = sum(n for words, n in counts.items() if least <= words <= most)
    return WordsAdded(counts=dict(counts), within=wilson(within, counts.total()), median=_median(counts))


def _median(counts: Counter[int]) -> float | None:
    """Of values with their counts: the lower and the upper middle, halved."""
    total, seen, middles = counts.total(), 0, []
    for value in sorted(counts):
        before, seen = seen, seen + counts[value]
        middles += [value for place in ((total - 1) // 2, total // 2) if before <= place < seen]
    return sum(middles) / 2 if middles else None


def _costs(database: Database, run_id: str, outcomes: Sequence[OutcomeCount]) -> Iterator[Cost]:
    survivors = Counter[Operation]()
    for one in outcomes:
        survivors[one.operation] += one.n if one.status is RunStatus.SURVIVED else 0
    for cost in overview_reading.costs(database, run_id):
        yield Cost(
            operation=cost.operation,
            calls=cost.calls,
            tokens=cost.tokens,
            usd=cost.usd,
            survivors=survivors[cost.operation] if cost.operation else 0,
        )
