"""What the command line may ask, by name, with plain values in and out: the same whether the app runs or not."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.domain.person import Actor
from core.domain.progress import RunProgress
from core.domain.run import Caps, RunEventKind, SeedChoice
from core.domain.system import Endpoint
from core.errors import BadInput, NotFound
from core.services import presets
from core.services import seeds as seed_service
from core.services.estimate import estimate
from core.services.projects import Project
from core.services.studio import Studio

Answer = dict[str, Any]
_GOING = ("preparing", RunEventKind.STARTED, RunEventKind.RESUMED)


def run(studio: Studio, actor: Actor, name: str, arguments: Mapping[str, Any]) -> Answer:
    """Do one command. Raises StudioError; NotFound for a command that does not exist."""
    if name not in _COMMANDS:
        raise NotFound(f"There is no command “{name}”", to_do="See `python -m core --help`.")
    return _COMMANDS[name](studio, actor, **arguments)


def grow(
    studio: Studio,
    actor: Actor,
    *,
    project: str,
    seeds: str | None,
    endpoint: str,
    epochs: int,
    limit: int | None,
    preset: str,
    calls: int | None = None,
    tokens: int | None = None,
    usd: float | None = None,
    rng_seed: int = 0,
    resume: bool = False,
) -> Answer:
    """Import the seeds, start a run (or resume the newest one), and return at once."""
    opened = _open(studio, actor, project)
    if resume:
        newest = next(iter(studio.runs.list(actor, opened)), None)
        if newest is None:
            raise NotFound("This project has no run to resume", to_do="Leave out --resume.")
        studio.runs.resume(actor, opened, newest.id)
        return {"run": newest.id, "name": newest.name}
    report = _import(studio, actor, opened, seeds)
    settings = presets.settings(
        preset, name="From the command line", endpoint=endpoint, seeds=SeedChoice(limit=limit), rng_seed=rng_seed
    )
    settings = replace(settings, epochs=epochs, caps=Caps(calls=calls, tokens=tokens, usd=usd))
    n_seeds = min(limit or seed_service.count(actor, opened), seed_service.count(actor, opened))
    said = estimate(actor, opened, settings, studio.endpoints.get(actor, endpoint), n_seeds)
    run_id = studio.runs.start(actor, opened, settings)
    return {
        "run": run_id,
        "name": settings.name,
        "seeds": report,
        "estimate": {"calls": said.calls, "tokens": said.tokens, "usd": said.usd, "duration_s": said.duration_s},
    }


def _import(studio: Studio, actor: Actor, project: Project, seeds: str | None) -> Answer:
    if seeds is None:
        if seed_service.count(actor, project):
            return {}
        report = seed_service.import_shipped(actor, project, studio.settings.shipped)
    else:
        path = Path(seeds)
        report = seed_service.import_jsonl(actor, project, path, name=path.name, licence="")
    return {
        "taken": report.taken,
        "merged": report.merged,
        "refused": [{"row": one.row, "reason": one.reason} for one in report.refused[:20]],
        "refused_count": len(report.refused),
    }


def progress(studio: Studio, actor: Actor, *, project: str, run: str, wait_s: float = 0.0) -> Answer:
    """How a run stands; with `wait_s` (at most 5), later if it is still going."""
    opened = _open(studio, actor, project)
    if wait_s > 0:
        time.sleep(min(wait_s, 5.0))
    return _progress(studio.runs.progress(actor, opened, run))


def _progress(now: RunProgress) -> Answer:
    return {
        "run": now.run.id,
        "name": now.run.name,
        "state": now.run.state,
        "reason": now.problem or now.run.reason,
        "going": now.live or (now.run.state in _GOING and not now.problem),
        "decided": now.decided,
        "expected": now.expected,
        "survived": now.survived,
        "eliminated": now.eliminated,
        "errors": sum(epoch.error for epoch in now.epochs),
        "calls": now.spending.calls,
        "tokens": now.spending.tokens,
        "usd": now.spending.usd,
        "left_s": now.left_s,
        "by_operation": {operation.value: n for operation, n in now.made_by_operation.items()},
        "rules": [{"operation": one.operation, "rule": one.rule, "n": one.n} for one in now.rules],
    }


def runs(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """The project's runs, newest first."""
    opened = _open(studio, actor, project)
    listed = studio.runs.list(actor, opened)
    return {
        "runs": [
            {"run": one.id, "number": one.number, "name": one.name, "state": one.state, "seeds": one.n_seeds}
            for one in listed
        ]
    }


def pause(studio: Studio, actor: Actor, *, project: str, run: str) -> Answer:
    studio.runs.pause(actor, _open(studio, actor, project), run)
    return {"run": run}


def resume(studio: Studio, actor: Actor, *, project: str, run: str) -> Answer:
    studio.runs.resume(actor, _open(studio, actor, project), run)
    return {"run": run}


def endpoints(studio: Studio, actor: Actor) -> Answer:
    """The endpoints that are set up; never a key."""
    return {
        "endpoints": [
            {"name": one.name, "url": one.base_url, "model": one.model, "key_env": one.key_env}
            for one in studio.endpoints.list(actor)
        ]
    }


def connect(studio: Studio, actor: Actor, *, name: str, url: str, model: str, key_env: str | None) -> Answer:
    """Set an endpoint up, or set it up anew."""
    kept = studio.endpoints.save(actor, Endpoint(name=name, base_url=url, model=model, key_env=key_env))
    return {"endpoint": kept.name}


def backup(studio: Studio, actor: Actor, *, project: str, to: str) -> Answer:
    """Copy the project into a new file while work goes on."""
    opened = _open(studio, actor, project)
    opened.database.backup(Path(to).resolve())
    return {"backup": str(Path(to).resolve())}


def doctor(studio: Studio, actor: Actor, *, project: str, rebuild: bool = False) -> Answer:
    """How a project's file is; with `rebuild`, its projection is made again from the facts first."""
    database = _open(studio, actor, project).database
    if rebuild:
        database.rebuild()
    return {
        "file": str(database.path),
        "bytes": database.path.stat().st_size,
        "seq": database.query("select seq from last_seq")[0]["seq"],
        "migration": database.query("select max(number) as number from migration")[0]["number"],
        "projection_is_right": database.projection_is_right(),
        "versions": {name: version(name) for name in ("streamlit", "duckdb", "openai", "xllamacpp")},
    }


def _open(studio: Studio, actor: Actor, project: str) -> Project:
    """A project by its file, or by its name in the installation."""
    if project.endswith(".duckdb"):
        return studio.projects.open_file(actor, Path(project))
    if not project:
        raise BadInput("No project was named", to_do="Give --project FILE.")
    return studio.projects.open(actor, project)


_COMMANDS: Mapping[str, Callable[..., Answer]] = {
    "grow": grow,
    "progress": progress,
    "runs": runs,
    "pause": pause,
    "resume": resume,
    "endpoints": endpoints,
    "connect": connect,
    "backup": backup,
    "doctor": doctor,
}
