"""Which cell of the coverage a run should aim at next: the emptiest that seeds could grow up to, the nearest to what is there first.

Quality and diversity are searched for together, as MAP-Elites does (Mouret and Clune 2015): the grid is the archive, what is kept in it
are the stepping stones, and each round goes where least is. A round that was spent on a cell counts there like one instruction, so
that a cell that cannot be reached is left for others before long.
"""

from collections.abc import Mapping

from core.domain.coverage import DIFFICULTIES, Cell, Coverage, Reach, SkillLine


def next_cell(found: Coverage, rounds: Mapping[Cell, int]) -> Cell | None:
    """The cell of the next round; None where no skill has a seed that could grow. `rounds` is how often each was aimed at."""
    open_ = [
        Cell(skill=line.skill, difficulty=one)
        for line in found.skills
        if line.seeds
        for one in DIFFICULTIES
        if line.has_below(one)
    ]
    lines = {line.skill: line for line in found.skills}

    def place(cell: Cell) -> tuple[float, float, int, str]:
        filled = found.n(cell, Reach.KEPT) + rounds.get(cell, 0)
        return filled, _distance(found, lines[cell.skill], cell), cell.difficulty, cell.skill

    return min(open_, key=place, default=None)


def _distance(found: Coverage, line: SkillLine, cell: Cell) -> float:
    """From the nearest easier thing that is kept, or the skill's seeds; where nothing is known, from the bottom."""
    kept = [
        one
        for one in DIFFICULTIES
        if one < cell.difficulty and found.n(Cell(skill=cell.skill, difficulty=one), Reach.KEPT)
    ]
    seeds = [line.least] if line.least is not None and line.least < cell.difficulty else []
    return cell.difficulty - max([*kept, *seeds], default=0)
