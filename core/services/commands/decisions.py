"""`decisions …`: check, import, imports, undo."""

import argparse
from dataclasses import asdict
from pathlib import Path

from core.domain.elsewhere import SaidCounted
from core.domain.person import Actor
from core.domain.source import ImportProgress
from core.errors import BadInput
from core.services.commands.verb import (
    Answer,
    Noun,
    Tell,
    Verb,
    opened,
    printable,
    table,
    tell_nobody,
    whole_path,
    with_project,
)
from core.services.exchanging import arrivals, decision_import, references
from core.services.studio import Studio

_MOST = 10_000  # imports that are looked through


def check(studio: Studio, actor: Actor, *, project: str, file: str, by: str, tell: Tell = tell_nobody) -> Answer:
    """What a file with decisions comes to, row by row. Nothing is taken."""
    project_ = opened(studio, actor, project)
    return _counted(decision_import.check(actor, project_, Path(file), by=by, tell=_told(tell)))


def import_(
    studio: Studio, actor: Actor, *, project: str, file: str, by: str, name: str, without_refused: bool,
    tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """Take decisions and labels that were made elsewhere: all of them, or none."""
    project_ = opened(studio, actor, project)
    said = decision_import.import_file(
        actor, project_, Path(file), name=name, by=by, whole=not without_refused, tell=_told(tell)
    )
    return _counted(said.counted) | {"source": said.source_id, "name": said.name, "set_aside": said.set_aside}


def say(answer: Answer) -> str:
    verb = "taken" if "source" in answer else "would be taken"
    lines = [
        f"{answer['decisions']:,} decisions and {answer['labels']:,} skills {verb}, {answer['known']:,} here already,"
        f" {answer['refused_count']:,} rows refused."
    ]
    lines += [f"  {printable(one['name'])}: {one['n']:,}" for one in answer["people"][:20]]
    lines += [f"  row {one['row']:,} {printable(one['reason'], 160)}" for one in answer["refused"][:20]]
    more = answer["refused_count"] - min(20, len(answer["refused"]))
    return "\n".join([*lines, *([f"  … and {more:,} more refused"] if more else [])])


def imports(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """The files with decisions that were brought in, newest first."""
    found = arrivals.every(actor, opened(studio, actor, project), _MOST)
    return {
        "imports": [
            {
                "id": one.id, "name": one.name, "taken": one.taken, "by": one.by_name,
                "at": f"{one.received_at:%Y-%m-%d %H:%M} UTC", "state": "taken back" if one.became else "stands",
            }
            for one in found if one.kind == arrivals.DECISIONS
        ]
    }  # fmt: skip


def say_imports(answer: Answer) -> str:
    columns = ("id", "name", "taken", "by", "at", "state")
    return table(answer["imports"], columns, empty="No decisions were brought in yet.")


def undo(studio: Studio, actor: Actor, *, project: str, import_: str) -> Answer:
    """Take back everything that still stands of a file's decisions and skills."""
    project_ = opened(studio, actor, project)
    meant = [one.id for one in arrivals.every(actor, project_, _MOST) if one.id.startswith(import_)]
    if len(meant) != 1:
        raise BadInput(f"{len(meant)} imports have an id that begins so", to_do="`decisions imports` lists them.")
    before = arrivals.standing(actor, project_, meant[0])
    below = arrivals.take_back(actor, project_, meant[0])
    return asdict(before) | {"source": meant[0], "set_aside": below}


def say_undo(answer: Answer) -> str:
    return (
        f"{answer['decisions']:,} decisions on {answer['instructions']:,} instructions and {answer['skills']:,} skills"
        " taken back. The same file may be imported again."
    )


def _counted(counted: SaidCounted) -> Answer:
    people = [{"name": name, "n": n} for name, n in counted.people]
    return asdict(counted) | {"people": people, "refused": [asdict(one) for one in counted.refused]}


def _told(tell: Tell) -> references.TellImport:
    def told(now: ImportProgress) -> None:
        tell(now.share or 0.0, "writing" if now.is_writing else f"{now.rows:,} rows read")

    return told


def _of_a_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=whole_path, metavar="FILE", help="JSON, JSON lines, CSV or Parquet")
    parser.add_argument("--by", default="", metavar="NAME", help="who said whatever does not say who did")
    with_project(parser)


def _importing(parser: argparse.ArgumentParser) -> None:
    _of_a_file(parser)
    parser.add_argument("--name", default="", help="of this import; default: the file's")
    parser.add_argument(
        "--without-refused", action="store_true", help="leave out rows that cannot be used; else one refuses the file"
    )


def _of_an_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("import_", metavar="ID", help="the beginning of the import's id")
    with_project(parser)


NOUN = Noun(
    name="decisions",
    help="what people said elsewhere",
    verbs=(
        Verb(
            name="check",
            help="what a file comes to; nothing is taken",
            do=check,
            options=_of_a_file,
            say=say,
            tells=True,
        ),
        Verb(
            name="import",
            help="take decisions and skills of a file",
            do=import_,
            options=_importing,
            say=say,
            tells=True,
        ),
        Verb(
            name="imports",
            help="files with decisions that were taken",
            do=imports,
            options=with_project,
            say=say_imports,
        ),
        Verb(name="undo", help="take a whole import back", do=undo, options=_of_an_import, say=say_undo),
    ),
)
