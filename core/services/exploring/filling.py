"""Runs that fill the emptiest cells of the coverage first: small ones, one after the other, each aimed anew at what is there by then."""

import threading
from collections import Counter
from dataclasses import dataclass, field, replace

from core.analysis.filling import next_cell
from core.domain.coverage import Cell, Coverage, Reach
from core.domain.filling import MOST_ROUNDS, ROUNDS, SEEDS, FillingNow, FillingRound
from core.domain.person import Actor
from core.domain.progress import Spending
from core.domain.run import Caps, RunEventKind, RunSettings
from core.errors import BadInput, StudioError
from core.services.access import may_grow, may_read
from core.services.exploring.coverage import Coverages, aimed
from core.services.growing.runs import Runs
from core.services.projects import Project

_LOOK_S = 0.2
_PATIENCE_S = 5.0
_NOTHING = "No skill has a seed that could grow up to an empty cell"


@dataclass(slots=True)
class _Filling:
    """One filling: written by its thread, read by pages."""

    now: FillingNow
    stopping: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


class Fillings:
    """The fillings of this process, the last one of each project. Its runs are runs like any other, and stay."""

    def __init__(self, runs: Runs, coverage: Coverages) -> None:
        self._runs, self._coverage = runs, coverage
        self._fillings: dict[str, _Filling] = {}
        self._is_closing = False
        self._guard = threading.Lock()  # guards the dict: two tabs may begin at once

    def first(
        self, actor: Actor, project: Project, settings: RunSettings, seeds: int = SEEDS
    ) -> tuple[Cell, RunSettings] | None:
        """What the first round would aim at, and with what; None where nothing can be filled. Nothing is spent."""
        may_read(actor)
        cell = next_cell(self._coverage.grid(actor, project), {})
        return None if cell is None else (cell, self._aimed(actor, project, settings, cell, seeds))

    def begin(
        self, actor: Actor, project: Project, settings: RunSettings, *, rounds: int = ROUNDS, seeds: int = SEEDS
    ) -> None:
        """Fill in the background. The caps of the settings hold for all rounds together. Nothing happens while one goes.

        Raises BadInput or StudioError before anything is spent.
        """
        may_grow(actor)
        if not (1 <= rounds <= MOST_ROUNDS and seeds >= 1):
            raise BadInput(
                "So many rounds or seeds are not meant", to_do=f"1 to {MOST_ROUNDS} rounds, each of 1 seed or more."
            )
        if self.first(actor, project, settings, seeds) is None:
            raise BadInput(_NOTHING, to_do="Import seeds with their skills, or let a model name the skills.")
        grid = self._coverage.grid(actor, project)
        with self._guard:
            before = self._fillings.get(project.slug)
            if before is not None and before.now.is_going:
                return
            filled = grid.filled(Reach.KEPT)
            made = _Filling(now=FillingNow(rounds=rounds, before=filled, filled=filled, cells=grid.cells))
            self._fillings[project.slug] = made
        asked = (made, actor, project, settings, seeds)
        threading.Thread(target=self._done, args=asked, name="filling", daemon=True).start()

    def progress(self, actor: Actor, project: Project) -> FillingNow | None:
        """How far it is, or how it ended; None if none was begun since the studio started."""
        may_read(actor)
        found = self._fillings.get(project.slug)
        return found.now if found is not None else None

    def stop(self, actor: Actor, project: Project) -> None:
        """Begin no further round, and stop the run that goes; what it made stays."""
        may_grow(actor)
        if (found := self._fillings.get(project.slug)) is not None:
            found.stopping.set()

    def wait(self, actor: Actor, project: Project, timeout_s: float | None = None) -> bool:
        """Until it has ended; False when the time is over first."""
        may_read(actor)
        found = self._fillings.get(project.slug)
        return found is None or found.ended.wait(timeout_s)

    def close(self) -> None:
        """Begin nothing more, before the engines are ended: a run that goes then stands as interrupted, as any other."""
        self._is_closing = True
        for one in self._fillings.values():
            one.stopping.set()
        for one in self._fillings.values():
            one.ended.wait(_PATIENCE_S)

    def _done(self, filling: _Filling, actor: Actor, project: Project, settings: RunSettings, seeds: int) -> None:
        """A fault keeps its traceback (it ends the thread), and the filling says that there was one."""
        problem = "A fault in the studio ended this"
        try:
            self._rounds(filling, actor, project, settings, seeds)
            problem = "Stopped" if filling.stopping.is_set() else ""
        except StudioError as error:
            problem = str(error)
        finally:
            filling.now = replace(filling.now, is_going=False, cell=None, run_id="", problem=problem)
            filling.ended.set()

    def _rounds(self, filling: _Filling, actor: Actor, project: Project, settings: RunSettings, seeds: int) -> None:
        tried: Counter[Cell] = Counter()
        left = settings.caps
        for number in range(filling.now.rounds):
            cell = next_cell(self._coverage.grid(actor, project), tried)
            if cell is None or filling.stopping.is_set():
                return
            wanted = replace(settings, caps=left, rng_seed=settings.rng_seed + number)
            run_id = self._runs.start(actor, project, self._aimed(actor, project, wanted, cell, seeds))
            filling.now = replace(filling.now, cell=cell, run_id=run_id)
            tried[cell] += 1
            self._wait(filling, actor, project, run_id)
            left = _left(left, self._runs.progress(actor, project, run_id).spending)
            self._count(filling, self._coverage.grid(actor, project), cell, run_id)
            self._require_finished(filling, actor, project, run_id)

    def _aimed(self, actor: Actor, project: Project, settings: RunSettings, cell: Cell, seeds: int) -> RunSettings:
        """The plan that "grow here" has for the cell, with fewer seeds."""
        made = aimed(settings, self._coverage.aim(actor, project, cell))
        choice = replace(made.seeds, limit=min(seeds, made.seeds.limit or seeds))
        return replace(made, seeds=choice, name=f"Fill {cell.skill or 'no skill'} at {cell.difficulty}")

    def _wait(self, filling: _Filling, actor: Actor, project: Project, run_id: str) -> None:
        """Until the run's engine has ended; a stop stops the run."""
        while not self._runs.live.wait(run_id, timeout_s=_LOOK_S):
            if self._is_closing:
                return
            if filling.stopping.is_set():
                self._runs.stop(actor, project, run_id)
                self._runs.live.wait(run_id)
                return

    def _count(self, filling: _Filling, found: Coverage, cell: Cell, run_id: str) -> None:
        done = FillingRound(cell=cell, run_id=run_id, was_filled=found.n(cell, Reach.KEPT) > 0)
        filled = found.filled(Reach.KEPT)
        filling.now = replace(filling.now, done=(*filling.now.done, done), filled=filled, cell=None, run_id="")

    def _require_finished(self, filling: _Filling, actor: Actor, project: Project, run_id: str) -> None:
        """A run that stands for another reason than a stop ends the filling: its reason is what somebody has to act on."""
        run = self._runs.get(actor, project, run_id)
        if run.state != RunEventKind.FINISHED and not filling.stopping.is_set():
            raise StudioError(
                f"Run {run.number} stands ({run.reason or run.state})", to_do="See its page. What was made stays."
            )


def _left(caps: Caps, spent: Spending) -> Caps:
    """What the rounds before have left of the caps."""
    return Caps(
        calls=None if caps.calls is None else max(0, caps.calls - spent.calls),
        tokens=None if caps.tokens is None else max(0, caps.tokens - spent.tokens),
        usd=None if caps.usd is None else max(0.0, caps.usd - (spent.usd or 0.0)),
    )
