"""Two sides beside each other, each a run, an epoch, a pack or any filter: what came of them, what it cost, how diverse it is.

Seeds are resampled, those that both sides grew from together: what made a seed easy is then the same on both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.analysis.differences import bootstrap_p, holm
from core.analysis.diversity import Floats
from core.analysis.halves import Halving, difference, estimates, rounds_of
from core.domain.diversity import DIVERSITY, LEAST_SEEDS, LEAST_TEXTS, Comparison, Conditions, Contrast, Measure, Side
from core.domain.queue import QueueFilter
from core.domain.study_numbers import Estimate
from core.services.exploring.diversity import explained, survivors
from core.services.exploring.pools import Drawing, Told, drawn, part_of
from core.services.projects import Project
from core.store import diversity_reading
from core.store.diversity_reading import Bits, Codes, Costs, Rows
from core.studies.bootstrap import Bootstrap, estimated, resampled

ROUNDS = 2000  # of rates and means
COUNTED = tuple(one for one in Measure if not one.is_of_texts)
_ROUNDING = 1e-9
_MONEY = (Measure.COST_SURVIVOR, Measure.COST_ACCEPTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is compared with what, and how texts are drawn."""

    first: Side
    second: Side
    how: Drawing
    rounds: int = ROUNDS


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _SideRows:
    """`grown`: whatever became of it; `kept`: which of those are measured as texts."""

    grown: Rows
    kept: Bits
    costs: Costs

    @property
    def why_no_usd(self) -> str:
        """Why no sum of its costs would be right; "" if one is."""
        if not len(self.costs.calls):
            return "no calls of these are kept"
        unpriced = int(self.costs.unpriced.sum())
        return f"{unpriced:,} of {int(self.costs.calls.sum()):,} calls have no known price" if unpriced else ""


def grown(wanted: QueueFilter) -> QueueFilter:
    """The same place, whatever became of what was grown there: of that, rates are shares."""
    kinds = ("evolved",) if not wanted.kinds or "evolved" in wanted.kinds else wanted.kinds
    return replace(wanted, kinds=kinds, statuses=(), people=(), rule=None, failed=None, set_aside=None)


def behind(wanted: QueueFilter, measure: Measure) -> QueueFilter:
    """The instructions that a side's number is about."""
    settled = {Measure.ACCEPTED: ("accepted", "rejected"), Measure.COST_ACCEPTED: ("accepted",)}
    if measure in (Measure.SURVIVED, Measure.COST_SURVIVOR):
        statuses = ("survived", "eliminated") if measure is Measure.SURVIVED else ("survived",)
        return replace(grown(wanted), statuses=statuses)
    if measure in settled:
        return replace(grown(wanted), statuses=("survived",), people=settled[measure])
    return survivors(wanted)


def worked_out(project: Project, asked: Question, told: Told) -> Comparison:
    """Measure by measure: seconds to minutes. `told` hears how far it is; what it raises stops the work."""
    mark = diversity_reading.mark(project.database)
    sides = [_read(project, one, asked.how.model) for one in (asked.first, asked.second)]
    seeds = [np.unique(one.grown.seed) for one in sides]
    both = len(np.intersect1d(seeds[0], seeds[1]))
    contrasts = list(_counted(sides, asked, part_of(told, 0, 20, 100)))
    texts = [one.grown.of(one.kept & one.grown.has_vector) for one in sides]
    why, conditions = _why_no_texts(texts), None
    if not why:
        conditions, more = _of_texts(project, asked, texts, part_of(told, 20, 80, 100))
        contrasts += more
    corrected = holm([one.p for one in contrasts])
    return Comparison(
        first=asked.first,
        second=asked.second,
        mark=mark,
        seeds=(len(seeds[0]), len(seeds[1]), both),
        contrasts=tuple(replace(one, holm=p) for one, p in zip(contrasts, corrected, strict=True)),
        conditions=conditions,
        why_no_texts=why,
    )


def _read(project: Project, side: Side, model: str) -> _SideRows:
    everything = grown(side.wanted)
    rows = diversity_reading.rows(project.database, everything, model)
    kept = diversity_reading.rows(project.database, survivors(side.wanted), model)
    return _SideRows(
        grown=rows, kept=np.isin(rows.seq, kept.seq), costs=diversity_reading.costs(project.database, everything)
    )


def _counted(sides: Sequence[_SideRows], asked: Question, told: Told) -> Iterator[Contrast]:
    """Rates, means and costs as sums over sums, so that whole seeds can be drawn with replacement (cluster bootstrap)."""
    seeds = np.unique(np.concatenate([codes for one in sides for codes in (one.grown.seed, one.costs.seed)]))
    tables = [_sums(one, seeds) for one in sides]
    how = Bootstrap(rounds=asked.rounds, seed=asked.how.rng_seed, progress=told)
    table = np.concatenate(tables, axis=1)
    drawn_sums = resampled(table, np.arange(len(table)), how)
    width = 2 * len(COUNTED)
    for at, measure in enumerate(COUNTED):
        values = [_ratio(one.sum(axis=0)[None], at)[0] for one in tables]
        rounds = [_ratio(drawn_sums[:, start : start + width], at) for start in (0, width)]
        counts = [int(one[:, 2 * at + 1].sum()) for one in tables]
        within = [int((one[:, 2 * at + 1] > 0).sum()) for one in tables]
        parts = [
            _told(estimated(float(values[side]), counts[side], rounds[side], within[side]), measure, sides[side])
            for side in (0, 1)
        ]
        moved = _less(rounds[1], rounds[0])
        difference_ = _difference(parts, estimated(float(values[1] - values[0]), sum(counts), moved, min(within)))
        p = bootstrap_p(moved) if difference_.low is not None else None
        yield _contrast(asked, measure, parts[0], parts[1], difference_, p)


def _sums(one: _SideRows, seeds: Codes) -> Floats:
    """Seeds × (above, below) of every measure in COUNTED."""
    rows, survived, kept = one.grown, one.grown.survived, one.kept
    accepted, rejected = survived & rows.accepted, survived & rows.rejected
    none = np.zeros(len(rows))  # money is known of seeds, not of rows
    pairs: dict[Measure, tuple[Floats, Floats]] = {
        Measure.SURVIVED: (_of(survived), _of(survived | rows.eliminated)),
        Measure.ACCEPTED: (_of(accepted), _of(accepted | rejected)),
        Measure.DIFFICULTY: _mean(rows.difficulty, kept),
        Measure.WORDS: _mean(rows.words, kept),
        Measure.WORDS_ADDED: _mean(rows.added, kept),
        Measure.COST_SURVIVOR: (none, _of(survived)),
        Measure.COST_ACCEPTED: (none, _of(accepted)),
    }
    summed = np.zeros((len(seeds), 2 * len(COUNTED)))
    columns = np.stack([column for measure in COUNTED for column in pairs[measure]], axis=1)
    np.add.at(summed, np.searchsorted(seeds, rows.seed), columns)
    for measure in _MONEY:
        summed[np.searchsorted(seeds, one.costs.seed), 2 * COUNTED.index(measure)] = one.costs.usd
    return summed


def _of(which: Bits) -> Floats:
    return which.astype(np.float64)


def _mean(values: Floats, kept: Bits) -> tuple[Floats, Floats]:
    known = kept & ~np.isnan(values)
    return np.where(known, values, 0.0), _of(known)


def _ratio(sums: Floats, at: int) -> Floats:
    above, below = sums[:, 2 * at], sums[:, 2 * at + 1]
    found: Floats = np.full(len(above), np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found


def _less(second: Floats, first: Floats) -> Floats:
    """The difference, where what only rounding left is none: sums in another order would else look like a finding."""
    moved = second - first
    return np.where(np.abs(moved) <= _ROUNDING * np.abs(first), 0.0, moved)


def _told(found: Estimate, measure: Measure, side: _SideRows) -> Estimate:
    """A sum with an unknown part is no sum; and of nothing there is no number."""
    if measure in _MONEY and side.why_no_usd:
        return Estimate(value=None, n=found.n, why=side.why_no_usd)
    nobody = measure in (Measure.ACCEPTED, Measure.COST_ACCEPTED)
    return found if found.n else Estimate(value=None, n=0, why="nobody has settled any" if nobody else "there are none")


def _difference(parts: Sequence[Estimate], found: Estimate) -> Estimate:
    missing = next((one for one in parts if one.value is None), None)
    return found if missing is None else Estimate(value=None, n=found.n, why=missing.why)


def _why_no_texts(texts: Sequence[Rows]) -> str:
    if all(len(one) >= LEAST_TEXTS and len(np.unique(one.seed)) >= LEAST_SEEDS for one in texts):
        return ""
    counts = " and ".join(f"{len(one):,} of {len(np.unique(one.seed)):,} seeds" for one in texts)
    return f"Diversity needs {LEAST_TEXTS} embedded texts of {LEAST_SEEDS} seeds on each side; there are {counts}."


def _of_texts(
    project: Project, asked: Question, texts: Sequence[Rows], told: Told
) -> tuple[Conditions, list[Contrast]]:
    """Both sides at an equal number of texts, by the same halves of their seeds."""
    ready = drawn(project, texts, asked.how, part_of(told, 0, 20, 100))
    how = Halving(
        equal=ready.conditions.equal,
        rounds=asked.how.rounds,
        seed=asked.how.rng_seed,
        progress=part_of(told, 20, 80, 100),
    )
    rounds = rounds_of(ready.texts, how)
    seeds = [len(np.unique(one.seeds)) for one in ready.texts]
    parts = [
        explained(estimates(rounds[:, at], len(one.seeds), seeds[at], ready.conditions.equal), ready.conditions)
        for at, one in enumerate(ready.texts)
    ]
    found = []
    for at, measure in enumerate(DIVERSITY):
        both = [part[measure] for part in parts]
        moved, p = difference(rounds[:, 0, at], rounds[:, 1, at], sum(one.n for one in both), min(seeds))
        found.append(_contrast(asked, measure, both[0], both[1], _difference(both, moved), p))
    return ready.conditions, found


def _contrast(
    asked: Question, measure: Measure, first: Estimate, second: Estimate, moved: Estimate, p: float | None
) -> Contrast:
    of = (behind(asked.first.wanted, measure), behind(asked.second.wanted, measure))
    return Contrast(measure=measure, first=first, second=second, difference=moved, p=p, behind=of)
