"""Difficulty and length of a scope, by epoch; its seeds are epoch 0."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.analysis.intervals import mean, wilson
from core.analysis.two_scales import two_scales
from core.domain.explore import Scope, narrowed
from core.domain.instruction import RunStatus
from core.domain.operation import WORD_BUDGET, Operation
from core.domain.overview import PAPER_DIFFICULTY, Mean
from core.domain.queue import QueueFilter
from core.domain.survival import Graded, Hardness, Length, Long, Scored, Spread
from core.services.projects import Project
from core.store import survival_reading

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_NOBODY = Mean(n=0, value=None, deviation=None, low=None, high=None)


def hardness(project: Project, scope: Scope) -> Hardness:
    """The mean of each epoch's survivors as the model says, as people say, and as the paper has it; and both side by side."""
    database = project.database
    model = {
        row["epoch"]: mean(row["n"], row["mean"], row["deviation"])
        for wanted in _parts(scope)
        for row in survival_reading.grades(database, wanted)
    }
    said = [row for wanted in _parts(scope) for row in survival_reading.pairs(database, wanted)]
    pairs = tuple(Scored(**row) for row in said if row["judge"] is not None)
    people = {
        epoch: _mean([row["people"] for row in said if row["epoch"] == epoch])
        for epoch in {row["epoch"] for row in said}
    }
    epochs = tuple(
        Graded(
            epoch=epoch,
            model=model.get(epoch, _NOBODY),
            people=people.get(epoch, _NOBODY),
            paper=PAPER_DIFFICULTY[epoch] if epoch < len(PAPER_DIFFICULTY) else None,
            wanted=_of_epoch(scope, epoch),
        )
        for epoch in sorted({*model, *people})
    )
    return Hardness(epochs=epochs, pairs=pairs, agreement=two_scales(pairs))


def _mean(values: Sequence[float]) -> Mean:
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return mean(len(values), float(np.mean(values)), deviation)


def _parts(scope: Scope) -> tuple[QueueFilter, ...]:
    """The scope, and the seeds that it grew from where it does not hold them itself."""
    has_seeds = scope.seeds is None or "seed" in scope.filter.kinds
    return (scope.filter,) if has_seeds else (scope.filter, scope.seeds or scope.filter)


def _of_epoch(scope: Scope, epoch: int) -> QueueFilter:
    if epoch == 0:
        return scope.seeds or scope.narrowed(kinds=("seed",))
    return scope.narrowed(kinds=("evolved",), statuses=(str(RunStatus.SURVIVED),), epochs=(epoch,))


def length(project: Project, scope: Scope) -> Length:
    """Words of seeds and survivors, and what the operations added; the four with a budget beside what they were asked for."""
    database = project.database
    words = {row["epoch"]: row for wanted in _parts(scope) for row in survival_reading.words(database, wanted)}
    grown = survival_reading.added(database, scope.filter)
    by_epoch: dict[int, Counter[int]] = {}
    counts: Counter[int] = Counter()
    for row in grown:
        if row["survived"]:
            by_epoch.setdefault(row["epoch"], Counter())[row["words_added"]] += row["n"]
        if row["operation"] and Operation(row["operation"]).has_word_budget:
            counts[row["words_added"]] += row["n"]
    least, most = WORD_BUDGET
    within = sum(n for words_added, n in counts.items() if least <= words_added <= most)
    budgeted = tuple(str(one) for one in Operation if one.has_word_budget)
    return Length(
        epochs=tuple(
            Long(
                epoch=epoch,
                words=_spread(words.get(epoch)),
                added=_counted(by_epoch.get(epoch, Counter())),
                wanted=_of_epoch(scope, epoch),
            )
            for epoch in sorted({*words, *by_epoch})
        ),
        added=dict(counts),
        within=wilson(within, counts.total()),
        budgeted=narrowed(scope.narrowed(kinds=("evolved",)), operations=budgeted),
    )


def _spread(row: Mapping[str, Any] | None) -> Spread | None:
    if row is None:
        return None
    low, first, middle, third, high = map(float, row["quantiles"])
    return Spread(n=row["n"], mean=row["mean"], quantiles=(low, first, middle, third, high))


def _counted(counts: Counter[int]) -> Spread | None:
    """The same of numbers that were counted, without laying out each one."""
    n = counts.total()
    if not n:
        return None
    values = np.array(sorted(counts))
    upto = np.cumsum([counts[int(value)] for value in values])
    at = [share * (n - 1) for share in _QUANTILES]
    below, above = (
        [float(values[np.searchsorted(upto, side(place), side="right")]) for place in at]
        for side in (np.floor, np.ceil)
    )
    low, first, middle, third, high = (
        one + (other - one) * (place % 1) for one, other, place in zip(below, above, at, strict=True)
    )
    mean_ = sum(value * times for value, times in counts.items()) / n
    return Spread(n=n, mean=mean_, quantiles=(low, first, middle, third, high))
