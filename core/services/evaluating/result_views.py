"""Wins, ties and losses of one contestant against another: overall, by skill, difficulty, epoch and operation, and of every pair."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from core.domain.operation import Operation
from core.domain.study_numbers import Estimate, Record
from core.domain.study_results import Bout, Difficulty, Part, Reduction, TrialPick, WinRate
from core.services.evaluating.results import Hardness, Opened, Selection
from core.store.result_reading import Bits
from core.studies import clustered, tally
from core.studies.ballots import Floats, Ints, PromptFacts
from core.studies.bootstrap import Bootstrap, ratios
from core.studies.tally import PairCounts

ROUNDS = 1000
UNNAMED = "–"  # a prompt without a skill, a difficulty …


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What of a study's results is looked at. `seed` is of the resampling."""

    judged: Selection = field(default_factory=Selection)
    hard: Hardness = field(default_factory=Hardness)
    reduction: Reduction = Reduction.VERDICTS
    rate: WinRate = WinRate.DECISIVE
    seed: int = 0


def difficulty_of(prompt: PromptFacts, of: Difficulty) -> float | None:
    return prompt.author_difficulty if of is Difficulty.AUTHOR else prompt.model_difficulty


def names_of(opened: Opened, part: Part, of: Difficulty) -> list[str]:
    """What each prompt belongs to. Difficulties are rounded to whole ones."""
    return opened.once(("names", part, of), lambda: [_name_of(prompt, part, of) for prompt in opened.prompts])


def _name_of(prompt: PromptFacts, part: Part, of: Difficulty) -> str:
    if part is Part.DIFFICULTY:
        value = difficulty_of(prompt, of)
        return UNNAMED if value is None else str(math.floor(value + 0.5))
    said = {Part.ALL: "", Part.SKILL: prompt.skill, Part.EPOCH: prompt.epoch, Part.OPERATION: prompt.operation}[part]
    return UNNAMED if said is None else str(said)


def parts_told(opened: Opened, of: Difficulty) -> tuple[Part, ...]:
    """By what the prompts of this study can be told apart."""
    return tuple(part for part in Part if part is Part.ALL or set(names_of(opened, part, of)) - {UNNAMED})


def verdicts(opened: Opened, judged: Selection) -> Floats:
    """(pairs, prompts): 1, 0 or -1 for the first of each pair of contestants, NaN where nobody compared them."""
    table, many = opened.tally(judged), len(opened.contestants)
    pairs = [tally.verdicts(table.pair(a, b)) for a in range(many) for b in range(a + 1, many)]
    return np.array(pairs).reshape(-1, len(opened.prompts))


def is_kept(opened: Opened, hard: Hardness) -> Bits:
    """Which prompts are looked at: all, or the hard ones; a prompt without a difficulty is not hard."""
    if not hard.only:
        return np.ones(len(opened.prompts), np.bool_)
    values = (difficulty_of(prompt, hard.of) for prompt in opened.prompts)
    return np.array([value is not None and value >= hard.cut for value in values], np.bool_)


def counts(opened: Opened, view: View, of: int, against: int) -> PairCounts:
    """By prompt: its votes, or its one verdict as a single vote."""
    cast_votes = opened.tally(view.judged).pair(of, against)
    if view.reduction is Reduction.VOTES:
        return cast_votes
    said = tally.verdicts(cast_votes)
    return PairCounts(wins=_ones(said == 1), ties=_ones(said == 0), losses=_ones(said == -1))


def _ones(is_so: Bits) -> Ints:
    return cast("Ints", is_so.astype(np.int64))


def record(found: PairCounts, kept: Bits) -> Record:
    return tally.all_votes(found, kept)


def rate_of(told: Record, rate: WinRate) -> Estimate:
    """With Wilson's interval: right for verdicts, which are one a prompt."""
    return tally.decisive(told) if rate is WinRate.DECISIVE else tally.with_ties(told)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Row:
    """A row to be: its name, its pick, the prompts that it is told from, and what was counted on them."""

    name: str
    pick: TrialPick
    kept: Bits
    counts: PairCounts


def against_each(
    opened: Opened, view: View, of: int, progress: Callable[[int, int], None] | None = None
) -> tuple[Bout, ...]:
    """One contestant against every other."""
    kept = is_kept(opened, view.hard)
    others = [at for at in range(len(opened.contestants)) if at != of]
    rows = [_row(opened, view, of, other, kept, name=opened.contestants[other].name) for other in others]
    return _bouts(opened, view, rows, progress)


def of_every_pair(opened: Opened, view: View, progress: Callable[[int, int], None] | None = None) -> tuple[Bout, ...]:
    """Each contestant against each other, both ways."""
    kept, many = is_kept(opened, view.hard), range(len(opened.contestants))
    rows = [
        _row(opened, view, a, b, kept, name=f"{opened.contestants[a].name} – {opened.contestants[b].name}")
        for a in many
        for b in many
        if a != b
    ]
    return _bouts(opened, view, rows, progress)


def by_part(
    opened: Opened, view: View, of: int, against: int, part: Part, progress: Callable[[int, int], None] | None = None
) -> tuple[Bout, ...]:
    """One contestant against another by skill (best first), difficulty, epoch or operation (in their order); only where something was judged."""
    kept, names = is_kept(opened, view.hard), np.array(names_of(opened, part, view.hard.of) or [""])
    rows = [
        _row(
            opened,
            view,
            of,
            against,
            kept & (names == name),
            name=words_for(part, str(name)),
            part=part,
            of_part=str(name),
        )
        for name in _in_order(set(names[kept].tolist()) if kept.any() else set(), part)
    ]
    bouts = _bouts(opened, view, [row for row in rows if record(row.counts, row.kept).n], progress)
    if part in (Part.DIFFICULTY, Part.EPOCH):
        return bouts
    return tuple(sorted(bouts, key=lambda bout: -1.0 if bout.rate.value is None else bout.rate.value, reverse=True))


def _in_order(names: set[str], part: Part) -> Sequence[str]:
    if part in (Part.DIFFICULTY, Part.EPOCH):
        return sorted(names - {UNNAMED}, key=int)  # what has none is told nowhere on a scale
    return sorted(names)


def words_for(part: Part, name: str) -> str:
    """How one part is called: an operation by its label; what belongs to none by that."""
    if name == UNNAMED:
        return {Part.SKILL: "Without a skill", Part.OPERATION: "Not evolved"}.get(part, UNNAMED)
    if part is Part.OPERATION and name in set(Operation):
        return Operation(name).label
    return f"Epoch {name}" if part is Part.EPOCH else name


def _row(
    opened: Opened,
    view: View,
    of: int,
    against: int,
    kept: Bits,
    *,
    name: str,
    part: Part = Part.ALL,
    of_part: str = "",
) -> _Row:
    ids = [one.id for one in opened.contestants]
    pick = TrialPick(of=ids[of], against=ids[against], part=part, name=of_part)
    return _Row(name=name, pick=pick, kept=kept, counts=counts(opened, view, of, against))


def _bouts(
    opened: Opened, view: View, rows: Sequence[_Row], progress: Callable[[int, int], None] | None
) -> tuple[Bout, ...]:
    records = [record(row.counts, row.kept) for row in rows]
    if view.reduction is Reduction.VERDICTS or progress is None:
        rates = [_plain(opened, row, told, view) for row, told in zip(rows, records, strict=True)]
    else:
        rates = resampled_rates(opened, view, rows, progress)
    return tuple(
        Bout(name=row.name, record=told, rate=rate, pick=row.pick)
        for row, told, rate in zip(rows, records, rates, strict=True)
    )


def _plain(opened: Opened, row: _Row, told: Record, view: View) -> Estimate:
    """Of verdicts with Wilson's interval, and beside it one by seed; of votes without: they hang together, and resampling takes time."""
    found = rate_of(told, view.rate)
    if found.value is None:
        return found
    if view.reduction is Reduction.VERDICTS:
        above, below = _above(row.counts, view.rate)[row.kept], _below(row.counts, view.rate)[row.kept]
        return replace(found, by_seed=clustered.by_seed(above, below, opened.clusters()[row.kept]))
    return Estimate(value=found.value, n=found.n, why="its interval is being worked out")


def resampled_rates(
    opened: Opened, view: View, rows: Sequence[_Row], progress: Callable[[int, int], None]
) -> list[Estimate]:
    """Rates of votes with intervals from resampled prompts (or seeds); rows that are told from the same prompts are resampled together."""
    clusters, groups = opened.clusters(), _same_prompts(rows)
    found: dict[int, Estimate] = {}
    for number, group in enumerate(groups):
        kept = rows[group[0]].kept

        def told(done: int, total: int, before: int = number) -> None:
            progress(before * total + done, len(groups) * total)

        above = np.stack([_above(rows[at].counts, view.rate)[kept] for at in group], axis=1)
        below = np.stack([_below(rows[at].counts, view.rate)[kept] for at in group], axis=1)
        how = Bootstrap(rounds=ROUNDS, seed=view.seed, progress=told)
        found |= dict(zip(group, ratios(above, below, clusters[kept], how), strict=True))
    return [found[at] for at in range(len(rows))]


def _same_prompts(rows: Sequence[_Row]) -> list[list[int]]:
    groups: dict[bytes, list[int]] = {}
    for at, row in enumerate(rows):
        groups.setdefault(row.kept.tobytes(), []).append(at)
    return list(groups.values())


def _above(found: PairCounts, rate: WinRate) -> Floats:
    won: Floats = found.wins.astype(np.float64)
    return won + found.ties / 2 if rate is WinRate.WITH_TIES else won


def _below(found: PairCounts, rate: WinRate) -> Floats:
    return (found.wins + found.losses + (found.ties if rate is WinRate.WITH_TIES else 0)).astype(np.float64)
