"""`import-lineage`: a lineage is taken in."""

import argparse
from dataclasses import asdict
from pathlib import Path

from core.domain.person import Actor
from core.domain.source import ImportProgress
from core.services.commands.verb import Answer, Tell, Verb, opened, printable, tell_nobody, whole_path, with_project
from core.services.exchanging import lineage_import
from core.services.projects import FIRST, Project
from core.services.studio import Studio

_NAMED = 200  # refused rows that an answer names


def import_lineage(studio: Studio, actor: Actor, *, project: str, file: str, tell: Tell = tell_nobody) -> Answer:
    """Add the rows of a lineage to a project, or to a new one."""

    def told(now: ImportProgress) -> None:
        tell(now.share or 0.0, "writing" if now.is_writing else f"{now.rows:,} rows read")

    project_ = _opened_or_new(studio, actor, project, Path(file))
    report = lineage_import.import_lineage(actor, project_, Path(file), tell=told)
    said = asdict(report)
    return said | {"refused": said["refused"][:_NAMED]}


def _opened_or_new(studio: Studio, actor: Actor, project: str, file: Path) -> Project:
    """The project of this name or file; a name that is free becomes a new one, if there is anything to import."""
    if project.endswith(".duckdb") or project == FIRST or studio.projects.exists(project) or not file.is_file():
        return opened(studio, actor, project)
    return studio.shelf.create(actor, project)


def say_import(answer: Answer) -> str:
    lines = [
        f"“{printable(answer['project'])}”: {answer['taken']:,} taken, {answer['skipped']:,} here already,"
        f" {answer['refused_count']:,} refused; {answer['new_runs']:,} new runs."
    ]
    lines += [
        f"  row {one['row']:,} ({one['id']}, {printable(one['text'], 60)}) {one['reason']}"
        for one in answer["refused"][:20]
    ]
    more = answer["refused_count"] - min(20, len(answer["refused"]))
    return "\n".join([*lines, *([f"  … and {more:,} more"] if more else [])])


def _importing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=whole_path, metavar="FILE", help="a lineage, as JSON lines or Parquet")
    with_project(parser)


VERBS = (
    Verb(
        name="import-lineage",
        help="take in what was exported as a lineage",
        do=import_lineage,
        options=_importing,
        say=say_import,
        tells=True,
    ),
)
