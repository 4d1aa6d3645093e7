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
from core.services.exploring.kept import Kept
from core.services.projects import Project
from core.store import coverage_reading
from core.store.coverage_reading import Tries

SEEDS = 20  # how many a run that aims at a cell takes, if there are so many
_OWN_GAIN = 10  # from so many survivors on, a skill's own gain is told
_NAMES = {name: place for place, name in enumerate(SKILLS)}


class Coverages:
    """The view's numbers, each kept until something happens in the project."""

    def __init__(self) -> None:
        self._kept = Kept()

    def grid(
        self, actor: Actor, project: Project, within: QueueFilter | None = None, scale: Scale = Scale.MODEL
    ) -> Coverage:
        """What a filter means (None: everything), by skill and difficulty. All skills have a line, the named 29 first."""
        may_read(actor)
        return self._kept.once(project, ("grid", within, scale), lambda: _grid(project, within or EVOLVED, scale))

    def curve(
        self, actor: Actor, project: Project, within: QueueFilter | None = None, scale: Scale = Scale.MODEL
    ) -> CoverageCurve:
        """How the grid's cells were filled, one after the other, by what survived and nobody has rejected since."""
        may_read(actor)
        return self._kept.once(
            project,
            ("curve", within, scale),
            lambda: coverage_reading.curve(project.database, within or EVOLVED, scale),
        )

    def aim(self, actor: Actor, project: Project, cell: Cell) -> Aim:
        """What a run that aims at this cell would be set up with, and why; by the model's difficulty, of the whole project.

        BadInput for the column of what has no difficulty. Nothing is spent or written.
        """
        may_read(actor)
        if not cell.is_scored:
            raise BadInput("A run can aim at a difficulty only", to_do="Choose one from 1 to 10.")
        return self._kept.once(project, ("aim", cell), lambda: _aim(project, cell))


def _grid(project: Project, within: QueueFilter, scale: Scale) -> Coverage:
    counts: Counter[tuple[Cell, Reach]] = Counter()
    for one in coverage_reading.counts(project.database, within, scale):
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


def _aim(project: Project, cell: Cell) -> Aim:
    tries = coverage_reading.tries(project.database, cell)
    seeds = SeedsBelow(**coverage_reading.seeds_below(project.database, cell.skill, cell.difficulty, SEEDS))
    gain = _gain(tries)
    return Aim(
        cell=cell,
        seeds=seeds,
        landings=tries.landings,
        weights=aiming.weights(tries.landings),
        gain=gain,
        epochs=aiming.epochs(seeds.mean, cell.difficulty, gain.mean),
    )


def _gain(tries: Tries) -> Gain:
    """A skill's own gain where enough survivors tell it, else everybody's."""
    own = tries.n_own >= _OWN_GAIN
    n = tries.n_own if own else tries.n_own + tries.n_others
    gained = tries.gained_own if own else tries.gained_own + tries.gained_others
    return Gain(n=n, mean=gained / n if n else None, own=own)


def aimed(settings: RunSettings, plan: Aim) -> RunSettings:
    """These settings with the plan's seeds, weights and epochs. What the plan does not know stays as it was."""
    choice = SeedChoice(limit=max(1, plan.seeds.taken), skills=(plan.cell.skill,), below=float(plan.cell.difficulty))
    shares = settings.weights if plan.weights is None else {one: 100 * share for one, share in plan.weights.items()}
    return replace(settings, seeds=choice, weights=dict(shares), epochs=plan.epochs or settings.epochs)


def gaps(found: Coverage, most: int = 6) -> tuple[Cell, ...]:
    """The empty cells one step harder than what is kept, that a seed of the skill could grow up to; the best fed first."""
    empty = [cell for line in found.skills if line.seeds for cell in _row(line) if not found.n(cell, Reach.KEPT)]
    fed = {
        cell: found.n(replace(cell, difficulty=cell.difficulty - 1), Reach.KEPT)
        for cell in empty
        if cell.difficulty > 1
    }
    return tuple(
        sorted(filter(fed.get, fed), key=lambda cell: (-fed[cell], -cell.difficulty, _place(cell.skill)))[:most]
    )


def _row(line: SkillLine) -> tuple[Cell, ...]:
    """The cells of a skill that its seeds could grow up to."""
    return tuple(Cell(skill=line.skill, difficulty=one) for one in DIFFICULTIES if line.has_below(one))
