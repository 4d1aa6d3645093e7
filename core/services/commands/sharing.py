"""`export` and `import-lineage`: what is taken out of a project, and a lineage taken in."""

import argparse
from dataclasses import asdict
from pathlib import Path

from core.domain.export import ExportFormat, Order, Unready
from core.domain.person import Actor
from core.domain.source import ImportProgress
from core.services.commands.verb import Answer, Tell, Verb, opened, printable, tell_nobody, whole_path, with_project
from core.services.exchanging import exports, lineage_import
from core.services.exchanging.wanted import ACCEPTED_WORD, EVERYTHING_WORD, wanted
from core.services.projects import FIRST, Project
from core.services.studio import Studio

_NAMED = 200  # refused rows that an answer names


def export(
    studio: Studio, actor: Actor, *, project: str, format_: str, to: str, which: str, with_names: bool, with_unready: bool,
    force: bool, tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """Write instructions with their responses, or whole lineages, into a file."""
    project_ = opened(studio, actor, project)
    order = Order(
        format=ExportFormat(format_),
        wanted=wanted(actor, project_, which),
        with_names=with_names,
        with_unready=with_unready,
    )
    written = exports.write(
        actor, project_, order, Path(to), force=force, tell=lambda done, of: tell(done / max(1, of), f"{done:,} rows")
    )
    counted = written.counted
    return {
        "file": str(written.path),
        "format": format_,
        "rows": counted.rows,
        "above": counted.above,
        "unready": {reason.value: n for reason, n in counted.unready.items()},
        "unready_taken": order.takes_unready,
        "as_of_seq": counted.as_of_seq,
        "sha256": written.sha256,
    }


def say_export(answer: Answer) -> str:
    lines = [f"{answer['rows']:,} rows as of {answer['as_of_seq']:,} in {printable(answer['file'], 500)}"]
    if answer["above"]:
        lines.append(f"  {answer['above']:,} of them only because others grew from them")
    verb = "taken all the same" if answer["unready_taken"] else "left out"
    lines += [f"  {n:,} {verb}: each {Unready(reason).label}" for reason, n in answer["unready"].items()]
    return "\n".join([*lines, f"  sha256 {answer['sha256']}"])


def _exporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", dest="format_", required=True, choices=[str(one) for one in ExportFormat])
    parser.add_argument("--to", type=whole_path, required=True, metavar="FILE")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--accepted", dest="which", action="store_const", const=ACCEPTED_WORD, help="what people accepted (the default)"
    )
    which.add_argument("--all", dest="which", action="store_const", const=EVERYTHING_WORD, help="every instruction")
    which.add_argument(
        "--filter", dest="which", metavar="WHICH", help="a saved queue's name, or a filter as in Review's address"
    )
    parser.set_defaults(which=ACCEPTED_WORD)
    parser.add_argument("--with-names", action="store_true", help="name people in a lineage instead of numbering them")
    parser.add_argument(
        "--with-unready", action="store_true", help="also rows without a response, or with one to an earlier text"
    )
    parser.add_argument("--force", action="store_true", help="write over a file of this name")
    with_project(parser)


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
        name="export",
        help="write instructions or lineages into a file",
        do=export,
        options=_exporting,
        say=say_export,
        tells=True,
    ),
    Verb(
        name="import-lineage",
        help="take in what was exported as a lineage",
        do=import_lineage,
        options=_importing,
        say=say_import,
        tells=True,
    ),
)
