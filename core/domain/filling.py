"""Filling the coverage: round after round a small run that aims at the emptiest cell."""

from dataclasses import dataclass

from core.domain.coverage import Cell

ROUNDS, SEEDS = 5, 5
MOST_ROUNDS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class FillingRound:
    """One round: what it aimed at, the run that did it, and whether the cell was filled by it."""

    cell: Cell
    run_id: str
    was_filled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FillingNow:
    """How far a filling is. `cell` and `run_id` are of the round that goes on; `before` and `filled` count cells with something kept.

    `problem` says why it ended early.
    """

    rounds: int
    done: tuple[FillingRound, ...] = ()
    cell: Cell | None = None
    run_id: str = ""
    before: int = 0
    filled: int = 0
    cells: int = 0
    is_going: bool = True
    problem: str = ""
