"""How unlike one another the texts of a scope are, by epoch, operation or run, beside their seeds and reference sets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.analysis.halves import Halving, estimates, rounds_of
from core.domain import ids
from core.domain.diversity import Conditions, Diversity, Group, Measure, Measured, Part
from core.domain.explore import EVERYTHING, SEEDS, narrowed
from core.domain.operation import Operation
from core.domain.queue import QueueFilter
from core.domain.study_numbers import Estimate
from core.services.exploring.pools import Drawing, Told, drawn, of_reference, part_of
from core.services.projects import Project
from core.store import diversity_reading
from core.store.diversity_reading import Rows

_READING = 100  # reading the texts of one group takes as long as so many rounds
NO_REFERENCE = "no reference set with enough embedded texts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Which texts, by what they stand apart, and how they are drawn. `seeds` None: no filter says what they grew from."""

    how: Drawing
    wanted: QueueFilter = EVERYTHING
    seeds: QueueFilter | None = SEEDS
    part: Part = Part.EPOCH


def survivors(wanted: QueueFilter) -> QueueFilter:
    """The evolved texts that are measured: where a filter says nothing of what became of them, those that survived."""
    if wanted.kinds and "evolved" not in wanted.kinds:
        return wanted
    kept = narrowed(wanted, kinds=("evolved",))
    return kept if kept.statuses or kept.people else replace(kept, statuses=("survived",))


def worked_out(project: Project, asked: Question, told: Told) -> Diversity:
    """Everything that the view shows: seconds to minutes. `told` hears how far it is; what it raises stops the work."""
    found = list(_groups(project, asked))
    groups = [(group, rows) for group, rows in found if not group.why_not]
    left_out = tuple(group for group, _ in found if group.why_not and group.n + group.without)
    if not groups:
        return Diversity(groups=(), left_out=left_out, conditions=_nothing(asked.how))
    each = _READING + asked.how.rounds
    ready = drawn(
        project, [rows for _, rows in groups], asked.how, part_of(told, 0, len(groups) * _READING, len(groups) * each)
    )
    measured = []
    for at, ((group, _), texts) in enumerate(zip(groups, ready.texts, strict=True)):
        before = len(groups) * _READING + at * asked.how.rounds
        how = Halving(
            equal=ready.conditions.equal, rounds=asked.how.rounds, seed=asked.how.rng_seed,
            progress=part_of(told, before, asked.how.rounds, len(groups) * each),
        )  # fmt: skip
        numbers = estimates(
            rounds_of([texts], how)[:, 0], len(texts.seeds), len(np.unique(texts.seeds)), ready.conditions.equal
        )
        measured.append(Measured(group=group, estimates=explained(numbers, ready.conditions)))
    return Diversity(groups=tuple(measured), left_out=left_out, conditions=ready.conditions)


def explained(numbers: Mapping[Measure, Estimate], conditions: Conditions) -> dict[Measure, Estimate]:
    """The same; where a reference set is missing that is said."""
    no_reference = (
        {} if conditions.reference else {Measure.COVERED: replace(numbers[Measure.COVERED], why=NO_REFERENCE)}
    )
    return {**numbers, **no_reference}


def _nothing(how: Drawing) -> Conditions:
    return Conditions(equal=0, rounds=how.rounds, rng_seed=how.rng_seed, model=how.model, clusters=0)


def _groups(project: Project, asked: Question) -> Iterator[tuple[Group, Rows]]:
    """The seeds, what was grown by the part that is asked for, and every reference set."""
    database, model = project.database, asked.how.model
    if asked.seeds is not None:
        yield _group("seeds", "Seeds", asked.seeds, diversity_reading.rows(database, asked.seeds, model))
    wanted = survivors(asked.wanted)
    rows = diversity_reading.rows(database, wanted, model, asked.part)
    runs = diversity_reading.runs(database) if asked.part is Part.RUN else {}
    names = _with_by_hand(rows.name, runs)
    for name in _in_order(set(names.tolist()), asked.part, list(runs)):
        only = narrowed(wanted, **_said(asked.part, name))
        yield _group(name, _title(asked.part, name, runs), only, rows.of(names == name))
    for source, title in diversity_reading.references(database).items():
        only = of_reference(source)
        yield _group(source, title, only, diversity_reading.rows(database, only, model))


def _group(name: str, title: str, wanted: QueueFilter, rows: Rows) -> tuple[Group, Rows]:
    n = int(rows.has_vector.sum())
    seeds = len(np.unique(rows.seed[rows.has_vector]))
    return Group(name=name, title=title, wanted=wanted, n=n, seeds=seeds, without=len(rows) - n), rows


def _with_by_hand(names: diversity_reading.Names, runs: Mapping[str, str]) -> diversity_reading.Names:
    """What was asked for by hand in a run's tree belongs to that run."""
    of = {ids.by_hand_id(run): run for run in runs}
    return np.array([of.get(name, name) for name in names], dtype=object) if of else names


def _in_order(names: set[str], part: Part, runs: list[str]) -> list[str]:
    if part is Part.EPOCH:
        return sorted(names, key=int)
    known: list[str] = {Part.OPERATION: [str(one) for one in Operation], Part.RUN: runs}.get(part, sorted(names))
    return [name for name in known if name in names]


def _said(part: Part, name: str) -> dict[str, object]:
    if part is Part.EPOCH:
        return {"epochs": (int(name),)}
    if part is Part.RUN:
        return {"run_id": name}
    return {"operations" if part is Part.OPERATION else "kinds": (name,)}


def _title(part: Part, name: str, runs: Mapping[str, str]) -> str:
    if part is Part.OPERATION:
        return Operation(name).label
    return {Part.EPOCH: f"Epoch {name}", Part.RUN: runs.get(name, "")}.get(part, name.capitalize())
