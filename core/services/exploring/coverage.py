"""Coverage: what a dataset has of each skill at each difficulty, what it lacks, and a run that would aim there."""

from collections import Counter
from dataclasses import replace

from core.analysis import aiming
from core.domain.coverage import (
    DIFFICULTIES,
    Aim,
    Cell,
    Coverage,
    CoverageCurve,
    Gain,
    Reach,
    Scale,
    SeedsBelow,
    SkillLine,
)
from core.domain.explore import EVOLVED
from core.domain.person import Actor
from core.domain.queue import QueueFilter
from core.domain.run import RunSettings, SeedChoice
from core.domain.skill import SKILLS
from core.errors import BadInput
from core.services.access import may_read
from core.services.projects import Project
from core.store import coverage_reading

SEEDS = 20  # how many a run that aims at a cell takes, if there are so many
_OWN_GAIN = 10  # from so many survivors on, a skill's own gain is told
_NAMES = {name: place for place, name in enumerate(SKILLS)}


def coverage(actor: Actor, project: Project, within: QueueFilter | None = None, scale: Scale = Scale.MODEL) -> Coverage:
    """The grid of what a filter means (None: everything); all skills that there are seeds or instructions of, the named 29 first."""
    may_read(actor)
    counts: Counter[tuple[Cell, Reach]] = Counter()
    for one in coverage_reading.counts(project.database, within or EVOLVED, scale):
        for reach in Reach:
            if one.has_come(reach):
                counts[one.cell, reach] += one.n
    seeds = coverage_reading.skills(project.database)
    named = set(seeds) | {cell.skill for cell, _ in counts} | set(SKILLS)
    lines = [SkillLine(skill=skill, **seeds.get(skill, {})) for skill in sorted(named, key=_place)]
    return Coverage(scale=scale, counts=dict(counts), skills=tuple(lines))


def _place(skill: str) -> tuple[int, str]:
    """The 29 in their order, then other words, then none."""
    return (len(_NAMES) + 1, "") if not skill else (_NAMES.get(skill, len(_NAMES)), skill)


def curve(
    actor: Actor, project: Project, within: QueueFilter | None = None, scale: Scale = Scale.MODEL
) -> CoverageCurve:
    """How the grid's cells were filled, one after the other, by what survived and nobody has rejected since."""
    may_read(actor)
    return coverage_reading.curve(project.database, within or EVOLVED, scale)


def aim(actor: Actor, project: Project, cell: Cell) -> Aim:
    """What a run that aims at this cell would be set up with, and why; by the model's difficulty, of the whole project.

    BadInput for the column of what has no difficulty. Nothing is spent or written.
    """
    may_read(actor)
    if not cell.is_scored:
        raise BadInput("A run can aim at a difficulty only", to_do="Choose one from 1 to 10.")
    database = project.database
    seeds = SeedsBelow(**coverage_reading.seeds_below(database, cell.skill, cell.difficulty, SEEDS))
    landings = coverage_reading.landings(database, cell)
    gain = _gain(coverage_reading.gains(database, cell.skill))
    return Aim(
        cell=cell,
        seeds=seeds,
        landings=landings,
        weights=aiming.weights(landings),
        gain=gain,
        epochs=aiming.epochs(seeds.mean, cell.difficulty, gain.mean),
    )


def _gain(found: dict[bool, tuple[int, float]]) -> Gain:
    """A skill's own gain where enough survivors tell it, else everybody's."""
    n, mean = found.get(True, (0, 0.0))
    if n >= _OWN_GAIN:
        return Gain(n=n, mean=mean, own=True)
    others, theirs = found.get(False, (0, 0.0))
    total = n + others
    return Gain(n=total, mean=(n * mean + others * theirs) / total if total else None, own=False)


def aimed(settings: RunSettings, plan: Aim) -> RunSettings:
    """These settings with the plan's seeds, weights and epochs. What the plan does not know stays as it was."""
    choice = SeedChoice(limit=max(1, plan.seeds.taken), skills=(plan.cell.skill,), below=float(plan.cell.difficulty))
    shares = settings.weights if plan.weights is None else {one: 100 * share for one, share in plan.weights.items()}
    return replace(settings, seeds=choice, weights=dict(shares), epochs=plan.epochs or settings.epochs)


def gaps(found: Coverage, most: int = 6) -> tuple[Cell, ...]:
    """The empty cells one step harder than what is kept, that a seed of the skill could grow up to; the best fed first."""
    kept = {cell: found.n(cell, Reach.KEPT) for line in found.skills if line.seeds for cell in _row(line)}
    fed = {cell: kept.get(replace(cell, difficulty=cell.difficulty - 1), 0) for cell, n in kept.items() if not n}
    return tuple(sorted(filter(fed.get, fed), key=lambda cell: (-fed[cell], -cell.difficulty, _place(cell.skill)))[:most])


def _row(line: SkillLine) -> tuple[Cell, ...]:
    """The cells of a skill that its seeds could grow up to."""
    return tuple(Cell(skill=line.skill, difficulty=one) for one in DIFFICULTIES if line.has_below(one))
