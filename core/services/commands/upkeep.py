"""`backup` and `doctor`: a project's file. `connect`: an endpoint by its older name."""

import argparse
from importlib.metadata import version
from pathlib import Path

from core.domain.person import Actor
from core.services.commands import endpoints
from core.services.commands.verb import Answer, Verb, opened, whole_path, with_project
from core.services.studio import Studio


def backup(studio: Studio, actor: Actor, *, project: str, to: str) -> Answer:
    """Copy the project into a new file while work goes on."""
    opened(studio, actor, project).database.backup(Path(to).resolve())
    return {"backup": str(Path(to).resolve())}


def doctor(studio: Studio, actor: Actor, *, project: str, rebuild: bool = False) -> Answer:
    """How a project's file is; with `rebuild`, its projection is made again from the facts first."""
    database = opened(studio, actor, project).database
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


def _backup_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=whole_path, required=True, metavar="FILE")
    with_project(parser)


def _doctor_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rebuild", action="store_true", help="make the projection again from the facts")
    with_project(parser)


VERBS = (
    *(verb for verb in endpoints.NOUN.verbs if verb.name == "connect"),
    Verb(name="backup", help="copy a project while work goes on", do=backup, options=_backup_options),
    Verb(name="doctor", help="how a project's file is", do=doctor, options=_doctor_options),
)
