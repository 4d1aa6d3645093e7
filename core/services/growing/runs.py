"""Runs: estimate, start, pause, resume, stop, progress."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import uuid_utils

from core.domain.cluster import WorkerNow
from core.domain.instruction import Instruction
from core.domain.person import Actor
from core.domain.progress import RunProgress, RunSummary
from core.domain.run import Caps, Difficulty, Gate, Run, RunEvent, RunEventKind, RunSettings, Scoring
from core.domain.system import Player
from core.domain.task import TaskKind
from core.errors import NotFound, RunRefused
from core.evolution.method import Method
from core.evolution.pack import Pack, pack_from_files
from core.services.access import may_grow, may_read
from core.services.endpoints import Endpoints
from core.services.growing import batches, savings
from core.services.growing import seeds as seed_service
from core.services.growing.casting import Casting, casting_of, opened
from core.services.growing.cluster_hands import is_own
from core.services.growing.clusters import Clusters
from core.services.growing.estimate import time_left_s
from core.services.growing.live import LiveRuns, Start
from core.services.growing.packs import Packs
from core.services.projects import Project
from core.store import batch_reading, gate_reading, pack_reading, run_reading, seed_reading

_AT_ONCE = 1_000  # seeds planned a transaction: decisions never wait long behind a big run's start
_LATEST = 14
_CAN_RESUME = ("preparing", RunEventKind.PAUSED, RunEventKind.INTERRUPTED, RunEventKind.BLOCKED, RunEventKind.STOPPED)


@dataclass(frozen=True, slots=True)
class Runs:
    """What may be asked about runs. Holds only the things it works with."""

    live: LiveRuns
    endpoints: Endpoints
    packs: Packs
    clusters: Clusters

    def list(self, actor: Actor, project: Project) -> list[RunSummary]:
        """Newest first."""
        may_read(actor)
        return run_reading.runs(project.database)

    def get(self, actor: Actor, project: Project, run_id: str) -> RunSummary:
        may_read(actor)
        found = run_reading.run(project.database, run_id)
        if found is None:
            raise NotFound("There is no such run in this project", to_do="Choose one from the list.")
        return found

    def start(self, actor: Actor, project: Project, settings: RunSettings) -> str:
        """Check everything, plan the first epoch, begin. RunRefused, EndpointError or BadInput before anything is spent.

        Returns the run's id.
        """
        may_grow(actor)
        cast = self.endpoints.cast(actor, settings)
        chosen = seed_service.chosen(project, settings.seeds, settings.rng_seed)
        _require_sound(settings, cast, len(chosen))
        batches.require_batches(settings, cast)
        self._check(actor, cast, settings.workers)
        pack = self.packs.load(actor, settings.pack)
        _require_prompts(settings, pack)
        casting = casting_of(cast, settings, pack)
        run = Run(
            id=str(uuid_utils.uuid7()),
            number=run_reading.next_number(project.database),
            name=settings.name,
            settings=run_reading.settings_as_json(settings),
            rng_seed=settings.rng_seed,
            n_seeds=len(chosen),
            by=actor.person_id,
            created_at=datetime.now(UTC),
        )
        project.database.writer.append_now([run, *casting.systems, self.packs.fact(pack)])
        method = Method(run.id, settings, pack, casting.drawn_by.id)
        _plan(project, method, chosen)
        _say(actor, project, run.id, RunEventKind.STARTED)
        self._begin(project, casting, method)
        return run.id

    def pause(self, actor: Actor, project: Project, run_id: str) -> None:
        """Start no more calls. Calls in flight are finished and kept."""
        self._halt(actor, project, run_id, RunEventKind.PAUSED)

    def stop(self, actor: Actor, project: Project, run_id: str) -> None:
        """The same, meant for good; one can still resume."""
        self._halt(actor, project, run_id, RunEventKind.STOPPED)

    def _halt(self, actor: Actor, project: Project, run_id: str, kind: RunEventKind) -> None:
        may_grow(actor)
        event = RunEvent(run_id=run_id, kind=kind, by=actor.person_id, received_at=datetime.now(UTC))
        run = self.get(actor, project, run_id)
        if run.state not in (RunEventKind.FINISHED, kind) and not self.live.halt(event, project.database):
            self._halt_at_rest(actor, project, event)
        if kind is RunEventKind.STOPPED and not self.live.is_live(run_id):
            self._end_batches(actor, project, run_id)

    def _halt_at_rest(self, actor: Actor, project: Project, event: RunEvent) -> None:
        """Nobody works on the run: to stop it for good can still be said; a pause would only hide why it stands."""
        state = self.get(actor, project, event.run_id).state
        if event.kind is RunEventKind.STOPPED and state not in (RunEventKind.FINISHED, RunEventKind.STOPPED):
            project.database.writer.append_now([event], by_person=True)

    def _end_batches(self, actor: Actor, project: Project, run_id: str) -> None:
        """Cancel what a run at rest has under way in batches, and fetch what they did; nothing more is asked."""
        if not batch_reading.has_open(project.database, run_id):
            return
        run = self.get(actor, project, run_id)
        pack = self._pack_of(actor, project, run)
        casting = casting_of(self.endpoints.cast(actor, run.settings), run.settings, pack)
        self._begin(project, casting, Method(run_id, run.settings, pack, casting.drawn_by.id), is_ending=True)

    def _pack_of(self, actor: Actor, project: Project, run: RunSummary) -> Pack:
        """The prompts that the run began with."""
        files = pack_reading.files_of_run(project.database, run.id)
        return pack_from_files(run.settings.pack, files) if files else self.packs.load(actor, run.settings.pack)

    def change_caps(self, actor: Actor, project: Project, run_id: str, caps: Caps) -> None:
        """Raise or lower what a run that stands may spend. A fact of its own: what it began with stays as it was."""
        may_grow(actor)
        run = self.get(actor, project, run_id)
        if self.live.is_live(run_id):
            raise RunRefused("The run is going", to_do="Pause it, change its caps, then resume.")
        if run.state == RunEventKind.FINISHED:
            raise RunRefused("The run is finished: it asks nothing more", to_do="Set up another one like it.")
        _require_caps(caps, self.endpoints.cast(actor, run.settings))
        spent = run_reading.spending_with_by_hand(project.database, run_id)
        over = ((caps.calls, spent.calls), (caps.tokens, spent.tokens), (caps.usd, spent.usd or 0.0))
        if any(cap is not None and cap < already for cap, already in over):
            already = f"{spent.calls:,} calls, {spent.tokens:,} tokens" + (f", ${spent.usd:,.2f}" if spent.usd else "")
            raise RunRefused(f"The run has spent more than that ({already})", to_do="Give a higher cap, or none.")
        _say(actor, project, run_id, RunEventKind.CAPS, run_reading.caps_as_json(caps))

    def resume(self, actor: Actor, project: Project, run_id: str, *, workers: int | None = None) -> None:
        """Go on where the run stands, with the prompts that it began with. Nothing that came back is asked again.

        `workers`: so many of the cluster make its calls from now on, 0 is this process; None: as it began.
        """
        may_grow(actor)
        if not self._can_resume(project, self.get(actor, project, run_id)):
            return
        if not self.live.wait(run_id, timeout_s=20):
            raise RunRefused(
                "The run is still finishing its calls in flight", to_do="Wait a moment, then resume again."
            )
        run = self.get(actor, project, run_id)  # again: its last calls may have ended it
        if not self._can_resume(project, run):
            return
        cast = self.endpoints.cast(actor, run.settings)
        settings = run.settings if workers is None else replace(run.settings, workers=workers)
        batches.require_batches(settings, cast)
        self._check(actor, cast, settings.workers)
        pack = self._pack_of(actor, project, run)
        casting = casting_of(cast, run.settings, pack)
        project.database.writer.append_now(casting.systems)  # an endpoint may have been changed meanwhile
        method = Method(run_id, settings, pack, casting.drawn_by.id)
        if not run_reading.has_event(project.database, run_id, RunEventKind.STARTED):
            _plan(project, method, seed_service.chosen(project, run.settings.seeds, run.settings.rng_seed))
            _say(actor, project, run_id, RunEventKind.STARTED)
        _say(actor, project, run_id, RunEventKind.RESUMED)
        self._begin(project, casting, method)

    def can_resume(self, actor: Actor, project: Project, run_id: str) -> bool:
        """Whether there is anything to go on with."""
        return self._can_resume(project, self.get(actor, project, run_id))

    def _can_resume(self, project: Project, run: RunSummary) -> bool:
        """A finished run goes on only if people changed their minds: calls wait again, or a gate is open again."""
        if run.state == RunEventKind.FINISHED:
            gate, epochs = run.settings.gate, run.settings.epochs
            is_open = gate is not Gate.NONE and gate_reading.has_opened(project.database, run.id, gate, epochs)
            return is_open or run_reading.owed(project.database, run.id) > 0
        return run.state in _CAN_RESUME

    def resume_by_themselves(self, actor: Actor, project: Project) -> None:
        """After a restart: the interrupted runs that were told to. The others wait for a person."""
        for run in self.list(actor, project):
            if run.state == RunEventKind.INTERRUPTED and run.settings.resume_by_itself:
                self.resume(actor, project, run.id)

    def progress(self, actor: Actor, project: Project, run_id: str) -> RunProgress:
        """Everything that a run's page shows."""
        run = self.get(actor, project, run_id)
        database = project.database
        pulse = self.live.pulse(run_id)
        outcomes = run_reading.outcomes(database, run_id)
        epochs = run_reading.epochs(database, run_id, outcomes)
        spending = run_reading.spending(database, run_id)
        decided = sum(epoch.decided for epoch in epochs)
        expected = run.n_seeds * run.settings.epochs if run.settings.children == 1 else sum(e.made for e in epochs)
        return RunProgress(
            run=run,
            live=self.live.is_live(run_id),
            epochs=epochs,
            rules=run_reading.rule_counts(outcomes),
            made_by_operation=run_reading.decided_by_operation(outcomes),
            latest=run_reading.latest(database, run_id, _LATEST),
            failures=run_reading.failures(database, run_id),
            spending=spending,
            in_flight=pulse.in_flight,
            allowed=self.live.allowed(run_id),
            calls_per_s=pulse.calls_per_s,
            left_s=time_left_s(calls=spending.calls, decided=decided, expected=expected, calls_per_s=pulse.calls_per_s),
            problem=self.live.problems.get(run_id, ""),
            unwell=self.live.unwell(run_id),
            crew=self.live.crew(run_id),
            waits=pulse.waits,
            saved=savings.of_run(actor, project, run_id),
            owed=run_reading.owed(database, run_id),
            batches=batches.of_run(actor, project, run_id) if run.settings.by_batch else (),
            in_batches=pulse.in_batches,
            troubles=pulse.troubles,
        )

    def _check(self, actor: Actor, cast: Mapping[TaskKind, Player], workers: int) -> None:
        """Whether everyone could be asked: nothing is spent. What workers have of their own, they see to themselves."""
        if workers:
            self.clusters.check(actor, workers)
        players = {player.name: player for player in cast.values()}
        for name, player in sorted(players.items()):
            if not (workers and any(map(is_own, player.endpoints))):
                self.endpoints.check(actor, name)

    def _begin(self, project: Project, casting: Casting, method: Method, *, is_ending: bool = False) -> None:
        crew: Callable[[], tuple[WorkerNow, ...]] = tuple
        if workers := method.settings.workers:
            crewed = self.clusters.opened(casting, workers)
            casting, models, crew = crewed.casting, crewed.models, crewed.crew
        else:
            casting, models = opened(self.endpoints, casting)
        start = Start(
            run_id=method.run_id,
            method=method,
            casting=casting,
            models=models,
            spending=run_reading.spending_with_by_hand(project.database, method.run_id),
            by_batch=batches.opened_by_batch(self.endpoints, method.settings, casting.endpoints),
            is_ending=is_ending,
            crew=crew,
        )
        self.live.begin(start, project.database)


def _require_sound(settings: RunSettings, cast: Mapping[TaskKind, Player], n_seeds: int) -> None:
    """RunRefused for settings that could only fail, before anything is spent."""
    if n_seeds == 0:
        raise RunRefused("There are no seeds to grow", to_do="Import some on the page Seeds.")
    if sum(settings.weights.values()) <= 0 or min(settings.weights.values()) < 0:
        raise RunRefused("The operations' weights sum to zero", to_do="Give at least one operation a weight above 0.")
    if settings.epochs < 1 or settings.children < 1 or settings.max_frontier_per_seed < 1:
        raise RunRefused("Epochs, children and frontier must be at least 1", to_do="Raise what is below 1.")
    if settings.gate is not Gate.NONE and settings.buffer < 1:
        raise RunRefused("Nothing could be begun with room for no survivor", to_do="Let at least one wait for people.")
    _require_caps(settings.caps, cast)


def _require_prompts(settings: RunSettings, pack: Pack) -> None:
    together = settings.scoring is Scoring.TOGETHER and settings.difficulty is not Difficulty.NONE
    if together and not pack.scores_siblings:
        raise RunRefused(
            f"The pack “{pack.name}” has no prompt to score siblings together",
            to_do="Add score_siblings.md to it, or score each alone.",
        )


def _require_caps(caps: Caps, cast: Mapping[TaskKind, Player]) -> None:
    if any(cap is not None and cap < 1 for cap in (caps.calls, caps.tokens)) or (
        caps.usd is not None and caps.usd <= 0
    ):
        raise RunRefused("The cap allows not even one call", to_do="Raise the cap, or take it away.")
    endpoints = {endpoint.name: endpoint for player in cast.values() for endpoint in player.endpoints}
    unpriced = [name for name, one in endpoints.items() if None in (one.prices.input_usd, one.prices.output_usd)]
    if caps.usd is not None and unpriced:
        raise RunRefused(
            f"The prices of {' and '.join(unpriced)} are not known, so money cannot be capped",
            to_do="Give its prices, or cap tokens instead.",
        )


def _plan(project: Project, method: Method, chosen: Sequence[Instruction]) -> None:
    """The first epoch's children and tasks. Repeating it changes nothing: ids follow from what they stand for."""
    for first in range(0, len(chosen), _AT_ONCE):
        some = chosen[first : first + _AT_ONCE]
        texts = seed_reading.revisions(project.database, [seed.id for seed in some])
        facts = method.seed_scores(some)
        for seed in some:
            facts += method.children([seed], 1, texts=texts)
        project.database.writer.append_now(facts)


def _say(actor: Actor, project: Project, run_id: str, kind: RunEventKind, reason: str = "") -> None:
    event = RunEvent(run_id=run_id, kind=kind, by=actor.person_id, reason=reason, received_at=datetime.now(UTC))
    project.database.writer.append_now([event], by_person=True)
