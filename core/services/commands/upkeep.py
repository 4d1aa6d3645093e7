"""`backup`, `restore`, `backups …` and `doctor`: how a studio comes through bad days. `connect`: an endpoint by its older name."""

import argparse
from dataclasses import asdict
from pathlib import Path

from core.domain.person import Actor
from core.domain.upkeep import Backup, BackupPlan, Finding, Look, Manifest, State
from core.errors import ProjectError
from core.services.access import may_grow
from core.services.commands import endpoints
from core.services.commands.verb import (
    Answer,
    Noun,
    Tell,
    Verb,
    opened,
    printable,
    project_or_file,
    table,
    tell_nobody,
    whole_path,
    with_project,
)
from core.services.keeping import backup_making, files, software
from core.services.keeping.backups import INSTALLATION
from core.services.studio import Studio
from core.store import soundness

_MARKS = {State.GOOD: "good", State.LOOK: "look", State.ACT: "ACT"}


def backup(studio: Studio, actor: Actor, *, project: str, to: str, everything: bool) -> Answer:
    """Copy a project while work goes on, or all of them and the installation, and compare each copy row by row."""
    may_grow(actor)
    if to:
        manifest = studio.backups.write(actor, opened(studio, actor, project), Path(to))
        return {"backup": to} | _in_numbers(manifest)
    slugs = [INSTALLATION, *studio.shelf.slugs(actor)] if everything else [opened(studio, actor, project).slug]
    if not studio.backups.begin(actor, slugs):
        raise ProjectError("Another backup is being made, or restored", to_do="Wait for it, then try again.")
    studio.backups.wait()
    now = studio.backups.progress(actor)
    if now is not None and now.problem:
        raise ProjectError(now.problem)
    made = [
        next(one for one in studio.backups.every(actor) if one.manifest and one.manifest.slug == slug) for slug in slugs
    ]
    return {"backups": [_of(one) for one in made]}


def _in_numbers(manifest: Manifest) -> Answer:
    return {"seq": manifest.seq, "rows": manifest.rows, "tables": len(manifest.tables)}


def _of(one: Backup) -> Answer:
    said = one.manifest
    about: Answer = {"file": str(one.path), "bytes": one.n_bytes, "problem": one.problem}
    if said is None:
        return about | dict.fromkeys(("project", "name", "seq", "rows", "at", "by"))
    at = f"{said.made_at:%Y-%m-%d %H:%M} UTC"
    return about | {
        "project": said.slug, "name": said.name, "seq": said.seq, "rows": said.rows, "at": at,
        "by": "itself" if one.is_automatic else "hand",
    }  # fmt: skip


def _say_backup(answer: Answer) -> str:
    made = answer.get("backups") or [{"file": answer["backup"]} | answer]
    return "\n".join(
        f"{printable(one['file'], 500)}: as of {one['seq']:,}, {one['rows']:,} rows, compared one by one"
        for one in made
    )


def restore(studio: Studio, actor: Actor, *, file: str, name: str, to: str, tell: Tell = tell_nobody) -> Answer:
    """A backup as a new project, or (--to) as a new file, compared row by row with what was copied."""
    may_grow(actor)
    path = Path(file)
    found = (
        studio.backups.known(actor, path.name)
        if len(path.parts) == 1 and not path.exists()
        else backup_making.known(path)
    )

    def say(share: float) -> None:
        tell(share, "Reading and comparing")

    if to:
        sums = studio.backups.restore_file(actor, found, Path(to), say)
        return {"file": to, "rows": sum(one.rows for one in sums.values()), "compared": found.manifest is not None}
    project = studio.backups.restore(actor, found, name, say)
    return {
        "project": project.slug, "name": project.name, "file": str(project.path), "compared": found.manifest is not None,
        "rows": found.manifest.rows if found.manifest else None,
    }  # fmt: skip


def _say_restore(answer: Answer) -> str:
    known = (
        "compared with the list that came with it"
        if answer["compared"]
        else "read to the end; no list of rows came with it"
    )
    where = f"--project {answer['project']}, in " if "project" in answer else ""
    return f"{where}{printable(answer['file'], 500)}: every row is there, {known}"


def list_(studio: Studio, actor: Actor) -> Answer:
    """The backups in their folder, newest first, and what is done by itself."""
    plan = studio.backup_clock.plan(actor)
    return {"folder": str(studio.backups.folder), "every_hours": plan.every_hours, "keep": plan.keep,
            "backups": [_of(one) for one in studio.backups.every(actor)]}  # fmt: skip


def _say_list(answer: Answer) -> str:
    every = answer["every_hours"]
    plan = (
        f"Every {every} h by themselves; the newest {answer['keep']} of each stay." if every else "None by themselves."
    )
    rows = [one | {"file": Path(one["file"]).name} for one in answer["backups"]]
    listed = table(
        rows, ("file", "at", "seq", "rows", "bytes", "by"), empty="No backups yet. `python -m core backup` makes one."
    )
    return f"{answer['folder']}\n{listed}\n{plan}"


def every(studio: Studio, actor: Actor, *, hours: int, keep: int) -> Answer:
    """Have everything that changed backed up by itself while the app runs; 0 hours: no more."""
    studio.backup_clock.set_plan(actor, BackupPlan(every_hours=hours, keep=keep))
    return {"every_hours": hours, "keep": keep}


def _say_every(answer: Answer) -> str:
    if not answer["every_hours"]:
        return "Nothing is backed up by itself any more."
    return f"Every {answer['every_hours']} h, while the app runs; the newest {answer['keep']} of each stay."


def doctor(
    studio: Studio, actor: Actor, *, project: str, rebuild: bool = False, every_row: bool = False, ask: bool = False,
    clean: bool = False, tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """How the studio is, or one project; with `rebuild` its projections are made again first, with `clean` what was left is taken away."""
    look = Look.EVERY_ROW if every_row else Look.QUICK
    if project or rebuild:
        return _of_project(studio, actor, project, rebuild, look)
    cleaned = studio.doctor.clean(actor) if clean else 0
    health = studio.doctor.look(actor, look, ask_endpoints=ask, tell=tell)
    return {
        "state": files.worst(health.findings),
        "cleaned": cleaned,
        "findings": [asdict(one) for one in health.findings],
    }


def _of_project(studio: Studio, actor: Actor, project: str, rebuild: bool, look: Look) -> Answer:
    one = opened(studio, actor, project)
    if rebuild:
        studio.doctor.rebuild(actor, one)
    about = soundness.about(one.database)
    return {
        "file": str(one.path), "bytes": about.n_bytes, "seq": about.seq, "migration": about.migration,
        "projection_is_right": one.database.projection_is_right(), "versions": software.versions(),
        "state": files.worst(found := studio.doctor.look_at(actor, one, look)), "problems": [asdict(it) for it in found if it.to_do],
    }  # fmt: skip


def _say_doctor(answer: Answer) -> str:
    if "findings" not in answer:
        about = "sound" if answer["state"] == State.GOOD else "not sound"
        head = (
            f"{printable(answer['file'], 500)}: {about}, as of {answer['seq']:,}, schema at step {answer['migration']}"
        )
        return "\n".join([head, *(f"  {one['what']}\n    → {one['to_do']}" for one in answer["problems"])])
    found = [Finding(**one) for one in answer["findings"]]
    lines = [f"{_MARKS[one.state]:<5} {one.area:<15} {_about(one)}" + (f"\n{'':<21} → {printable(one.to_do, 400)}" if one.to_do else "") for one in found]  # fmt: skip
    return "\n".join(lines)


def _about(one: Finding) -> str:
    return printable(f"{one.subject}: {one.what}" if one.subject and one.subject not in one.what else one.what, 400)


def _backing_up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        type=whole_path,
        default="",
        metavar="FILE",
        help="default: a name of its own among the studio's backups",
    )
    parser.add_argument("--everything", action="store_true", help="every project, and the installation's own file")
    with_project(parser)


def _restoring(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a backup, by its path or as `backups list` shows it")
    into = parser.add_mutually_exclusive_group()
    into.add_argument(
        "--name", default="", help="what to call the new project; default: the name it had, or one like it"
    )
    into.add_argument(
        "--to", type=whole_path, default="", metavar="FILE", help="only write a new file, such as NEW/studio.duckdb"
    )


def _plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("hours", type=int, metavar="HOURS", help="0: not by themselves")
    parser.add_argument("--keep", type=int, default=7, help="how many of each project stay, of those made so (7)")


def _doctoring(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--project", type=project_or_file, default="", metavar="FILE", help="one project alone")
    parser.add_argument("--rebuild", action="store_true", help="make a project's projections again from the facts")
    parser.add_argument("--every-row", action="store_true", help="read every row of every table")
    parser.add_argument("--ask", action="store_true", help="ask every endpoint whether it answers (costs nothing)")
    parser.add_argument("--clean", action="store_true", help="take away what killed processes have left")


NOUN = Noun(
    name="backups",
    help="copies of whole projects",
    verbs=(
        Verb(name="list", help="list backups, and what is done by itself", do=list_, say=_say_list),
        Verb(name="every", help="back up by itself every so many hours", do=every, options=_plan, say=_say_every),
    ),
)
VERBS = (
    *(verb for verb in endpoints.NOUN.verbs if verb.name == "connect"),
    Verb(name="backup", help="copy a project while work goes on, compared row by row", do=backup, options=_backing_up, say=_say_backup),
    Verb(name="restore", help="make a new project of a backup, compared row by row", do=restore, options=_restoring, say=_say_restore, tells=True),
    Verb(name="doctor", help="how the studio and its files are, and what to do", do=doctor, options=_doctoring, say=_say_doctor, tells=True),
)  # fmt: skip
