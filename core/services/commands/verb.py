"""What a command is made of: a name, its options, what it does, and its answer in words.

A command is `python -m core NOUN VERB …`, or `python -m core VERB …` for the few without a noun. What it does takes plain values
and gives plain values, so that the answer is the same from the running app and from the file itself.
"""

import argparse
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.person import Actor
from core.errors import BadInput
from core.services.access import may_read
from core.services.projects import FIRST, Project
from core.services.studio import Studio

Answer = dict[str, Any]
Tell = Callable[[float, str], None]  # the share that is done, and what is being done
_FILE = ".duckdb"


def tell_nobody(_: float, __: str) -> None:
    """For whoever does not want to know."""


def no_options(_: argparse.ArgumentParser) -> None:
    """For a verb that asks for nothing."""


def in_json(answer: Answer) -> str:
    """An answer that has no words of its own."""
    return json.dumps(answer, indent=2, ensure_ascii=False, default=str)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """`do` is called with the studio, who asks, and each option by its name; `say` puts its answer into words.

    `follows`: the answer names a `run` that goes on; the command line then watches it to its end.
    `tells`: `do` also takes `tell`, and says with it how far it is.
    """

    name: str
    help: str
    do: Callable[..., Answer]
    options: Callable[[argparse.ArgumentParser], None] = no_options
    say: Callable[[Answer], str] = in_json
    follows: bool = False
    tells: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Noun:
    """A name before the verbs. `python -m core NOUN` alone means its first verb."""

    name: str
    help: str
    verbs: tuple[Verb, ...]


def with_project(parser: argparse.ArgumentParser) -> None:
    """Ask for the project that the command is about."""
    parser.add_argument(
        "--project",
        type=project_or_file,
        default=os.environ.get("EVOL_STUDIO_PROJECT") or FIRST,
        metavar="FILE",
        help="FILE.duckdb, or a project's name",
    )


def project_or_file(text: str) -> str:
    """A project's name as it is; a file as its whole path."""
    return whole_path(text) if text.endswith(_FILE) else text


def whole_path(text: str) -> str:
    """The type of an option that names a file: the app may stand in another folder than this command."""
    return str(Path(text).expanduser().resolve()) if text else text


def opened(studio: Studio, actor: Actor, project: str) -> Project:
    """The project that `--project` names: by its file, or by its name in the installation."""
    may_read(actor)
    if project.endswith(_FILE):
        return studio.projects.open_file(actor, Path(project))
    if not project:
        raise BadInput("No project was named", to_do="Give --project FILE.")
    return studio.open(actor, project)


def table(rows: Sequence[Mapping[str, object]], columns: Sequence[str], *, empty: str) -> str:
    """Rows in columns for a terminal; `empty` for no rows. None is shown as a dash: unknown is not 0."""
    if not rows:
        return empty
    cells = [list(columns), *([_cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else printable(str(value))


def printable(text: str, most: int = 80) -> str:
    """Someone else's text on one line of a terminal, where it can do nothing: no control characters, at most so long."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line if len(line) <= most else line[: most - 1] + "…"
