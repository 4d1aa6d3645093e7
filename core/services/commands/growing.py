"""`grow`, and how a run that was begun goes on: the commands that are followed."""

import argparse
import time
from dataclasses import replace
from pathlib import Path

from core.domain.cluster import WorkerState
from core.domain.person import Actor
from core.domain.progress import RunProgress
from core.domain.run import Caps, Gate, LeftOver, RunEventKind, SeedChoice
from core.domain.system import EMBEDDED, Endpoint
from core.errors import NotFound
from core.services.commands import batches, runs
from core.services.commands.coverage import cell_of
from core.services.commands.verb import Answer, Verb, opened, whole_path, with_project
from core.services.exploring.coverage import aimed
from core.services.growing import presets
from core.services.growing import seeds as seed_service
from core.services.growing.estimate import estimate
from core.services.projects import Project
from core.services.studio import Studio

_GOING = ("preparing", RunEventKind.STARTED, RunEventKind.RESUMED)
_OWN = "command-line"  # the name of an endpoint that was given by its address only


def grow(
    studio: Studio,
    actor: Actor,
    *,
    project: str,
    seeds: str | None,
    endpoint: str | None,
    epochs: int,
    limit: int | None,
    preset: str,
    url: str | None = None,
    model: str | None = None,
    key_env: str | None = None,
    answering: str = "",
    judging: str = "",
    calls: int | None = None,
    tokens: int | None = None,
    usd: float | None = None,
    rng_seed: int = 0,
    gate: str = Gate.NONE,
    buffer: int = 50,
    resume: bool = False,
    aim: str = "",
    ask: str = batches.NOW,
    left: str = LeftOver.NOW,
    cluster: str = "",
    workers: int | None = None,
) -> Answer:
    """Import the seeds, start a run (or resume the newest one), and return at once.

    `aim` is a cell of the coverage: its plan gives seeds, operations and, where it can tell, epochs. `ask`: "batch" for whoever can
    be asked so; `left` says how what a batch leaves over is asked.
    `cluster`, or `workers` alone: workers there make the calls; their number left out, one a GPU, else one a machine.
    """
    if cluster:
        studio.clusters.use(actor, cluster)
        workers = studio.clusters.fitting(actor) if workers is None else workers
    named = endpoint or (_OWN if url else EMBEDDED)
    if url:
        share = batches.USUAL_SHARE if ask == batches.BATCH else None
        own = Endpoint(name=named, base_url=url, model=model or "", key_env=key_env, batch_share=share)
        studio.endpoints.save(actor, own)
    project_ = opened(studio, actor, project)
    if resume:
        return _resume_newest(studio, actor, project_, workers)
    report = _import(studio, actor, project_, seeds)
    settings = presets.settings(
        preset, name="From the command line", endpoint=named, seeds=SeedChoice(limit=limit), rng_seed=rng_seed
    )
    settings = replace(settings, epochs=epochs, caps=Caps(calls=calls, tokens=tokens, usd=usd))
    settings = replace(settings, gate=Gate(gate), buffer=buffer, workers=workers or 0)
    settings = studio.endpoints.with_defaults(actor, replace(settings, answering=answering, judging=judging))
    if aim:
        settings = aimed(settings, studio.coverage.aim(actor, project_, cell_of(aim)))
    if ask == batches.BATCH:
        settings = batches.by_batch(studio, actor, settings, left)
    n_seeds = seed_service.count_of(actor, project_, settings.seeds)
    said = estimate(actor, project_, settings, studio.endpoints.cast(actor, settings), n_seeds)
    return {
        "run": studio.runs.start(actor, project_, settings),
        "name": settings.name,
        "seeds": report,
        "estimate": {
            "calls": said.calls,
            "tokens": said.tokens,
            "usd": said.usd,
            "duration_s": said.duration_s,
            "batches": said.batches,
        },
    }


def _resume_newest(studio: Studio, actor: Actor, project: Project, workers: int | None) -> Answer:
    newest = next(iter(studio.runs.list(actor, project)), None)
    if newest is None:
        raise NotFound("This project has no run to resume", to_do="Leave out --resume.")
    studio.runs.resume(actor, project, newest.id, workers=workers)
    return {"run": newest.id, "name": newest.name}


def _import(studio: Studio, actor: Actor, project: Project, seeds: str | None) -> Answer:
    if seeds is None:
        if seed_service.count(actor, project):
            return {}
        report = seed_service.import_shipped(actor, project, studio.settings.shipped)
    else:
        path = Path(seeds)
        report = seed_service.import_file(actor, project, path, name=path.name, licence="")
    return {
        "taken": report.taken,
        "merged": report.merged,
        "refused": [{"row": one.row, "reason": one.reason} for one in report.refused[:20]],
        "refused_count": report.refused_count,
    }


def progress(studio: Studio, actor: Actor, *, project: str, run: str, wait_s: float = 0.0) -> Answer:
    """How a run stands; with `wait_s` (at most 5), later if it is still going."""
    project_ = opened(studio, actor, project)
    if wait_s > 0:
        time.sleep(min(wait_s, 5.0))
    return _progress(studio.runs.progress(actor, project_, run))


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
        "unpriced": now.spending.unpriced,
        "left_s": now.left_s,
        "waits": now.waits,
        "in_batches": now.in_batches,
        "batches": [batches.row(one) for one in now.batches if not one.is_closed],
        "workers": [
            {"number": one.number, "state": one.state, "node": one.node, "words": one.words} for one in now.crew
        ],
        "saved": {"children": now.saved.children, "calls": now.saved.calls, "usd": now.saved.usd},
        "by_operation": {operation.value: n for operation, n in now.made_by_operation.items()},
        "rules": [{"operation": one.operation, "rule": one.rule, "n": one.n} for one in now.rules],
    }


def say_progress(now: Answer) -> str:
    """How a run stands, in words."""
    unpriced = f", {now['unpriced']:,} calls not priced" if now["unpriced"] and now["usd"] is not None else ""
    lines = [
        f"{now['name']}: {now['state']}. {now['reason']}".rstrip(),
        f"{now['survived']} survived, {now['eliminated']} eliminated, {now['errors']} errors;"
        f" {now['calls']:,} calls, {now['tokens']:,} tokens{money(now['usd'])}{unpriced}.",
    ]
    if now["waits"]:
        lines.append(f"The run {now['waits']}.")
    if now["in_batches"]:
        lines.append(
            f"{now['in_batches']:,} calls are in batches; this may take a day. It goes on there if you end this."
        )
    if now["workers"]:
        ready = sum(one["state"] == WorkerState.READY for one in now["workers"])
        lines.append(f"{ready} of {len(now['workers'])} workers are there.")
    if now["saved"]["calls"]:
        lines.append(f"Rejections spare it about {now['saved']['calls']:,} calls{money(now['saved']['usd'])}.")
    lines += [f"  {operation}: {n} decided" for operation, n in sorted(now["by_operation"].items())]
    lines += [f"  eliminated: {one['operation']}, {one['rule']}: {one['n']}" for one in now["rules"]]
    return "\n".join(lines)


def say_begun(begun: Answer) -> str:
    """What a run begins with, in words; "" if there is nothing to say."""
    lines = []
    if report := begun.get("seeds"):
        lines.append(f"Seeds: {report['taken']} taken, {report['merged']} merged, {report['refused_count']} refused.")
        lines += [f"  row {refusal['row']} {refusal['reason']}" for refusal in report["refused"]]
    if said := begun.get("estimate"):
        minutes = f", about {max(1, round(said['duration_s'] / 60))} min" if said["duration_s"] else ""
        turns = f", {said['batches']:,} batches one after another, each within a day" if said.get("batches") else ""
        lines.append(
            f"Estimate: {said['calls']:,} calls, {said['tokens']:,} tokens{money(said['usd'])}{minutes}{turns}."
        )
    return "\n".join(lines)


def money(usd: float | None) -> str:
    """Dollars after a comma; nothing where no price is known."""
    return "" if usd is None else f", ${usd:.4f}"


def _options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--seeds", type=whole_path, metavar="FILE", help="JSONL with `instruction`, and maybe `input` and `skill`")
    add("--endpoint", metavar="NAME", help="an endpoint or a pool; default: the embedded model")
    add("--answering", metavar="NAME", default="", help="another one for answering")
    add("--judging", metavar="NAME", default="", help="another one for judging and scoring")
    add("--url", help="set the endpoint up: its address")
    add("--model", help="and its model")
    add("--key-env", metavar="VARIABLE", help="and the NAME of the variable that holds its key")
    add("--epochs", type=int, default=2)
    add("--limit", type=int, help="grow only the first so many seeds")
    add("--preset", choices=presets.PRESETS, default=presets.QUICK)
    add("--calls", type=int, help="cap on calls")
    add("--tokens", type=int, help="cap on tokens")
    add("--usd", type=float, help="cap on money")
    add("--rng-seed", type=int, default=0)
    add("--gate", choices=tuple(Gate), default=Gate.NONE, help="grow only from what people accept, or do not reject")
    add("--buffer", type=int, default=50, help="with a gate: begin nothing new while so many survivors wait for people")
    add("--aim", default="", metavar="CELL", help="seeds and operations that aim at a cell of the coverage: 8:Math")
    add("--ask", choices=(batches.NOW, batches.BATCH), default=batches.NOW, help="by batch: cheaper, within a day")
    add(
        "--left",
        choices=tuple(LeftOver),
        default=LeftOver.NOW,
        help="what a batch leaves over: asked now, or by batch again",
    )
    add("--resume", action="store_true", help="go on with the project's newest run")
    add("--cluster", default="", metavar="HOST:PORT", help="make the calls from workers on this Ray cluster")
    add("--workers", type=int, help="so many; default: one a GPU, else one a machine; 0 when resuming: here")
    with_project(parser)


VERBS = (
    Verb(name="grow", help="grow seeds, with a progress bar", do=grow, options=_options, follows=True),
    Verb(name="progress", help="how a run stands", do=progress, options=runs.one_run, say=say_progress),
    runs.PAUSE,
    runs.RESUME,
)
