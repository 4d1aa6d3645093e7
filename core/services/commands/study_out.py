"""`report`, `export-study`, `import-study`, `import-judgments`, `export-pairs`: what leaves a study, and what comes back."""

import argparse
from pathlib import Path

from core.domain.person import Actor
from core.domain.study import OVERALL
from core.errors import BadInput
from core.services.commands.verb import Answer, Verb, opened, whole_path, with_project
from core.services.evaluating import report as reports
from core.services.evaluating import study_course, study_files, study_judgments, study_making, study_pairs
from core.services.evaluating.results import Selection
from core.services.projects import Project
from core.services.studio import Studio


def report(studio: Studio, actor: Actor, *, project: str, study: str, file: str, to: str) -> Answer:
    """Write the report on a study, from the project or from its exported file, as HTML and Markdown: the same bytes either way."""
    if bool(study) == bool(file):
        raise BadInput("A report is on one study", to_do="Give --study NAME, or --file with an exported study.")
    if file:
        made = reports.of_file(actor, Path(file))
    else:
        project_ = opened(studio, actor, project)
        made = reports.of_study(actor, project_, studio.results, _finished(actor, project_, study))
    target = Path(to or ".")
    target = target.with_suffix("") if target.suffix in (".html", ".md") else target
    base = target / made.name if target.is_dir() else target
    files = [base.with_name(base.name + ending) for ending in (".html", ".md")]
    for path, text in zip(files, (made.html, made.markdown), strict=True):
        _write(path, text.encode("utf-8"))
    return {"html": str(files[0]), "markdown": str(files[1])}


def export_study(studio: Studio, actor: Actor, *, project: str, study: str, file: str, names: bool) -> Answer:
    """Write a whole study as one file, without anybody's name unless it is asked for."""
    project_ = opened(studio, actor, project)
    id_ = _finished(actor, project_, study)
    size = study_files.write(actor, project_, id_, Path(file), with_names=names)
    return {"study": id_, "file": file, "bytes": size, "names": names}


def import_study(studio: Studio, actor: Actor, *, project: str, file: str) -> Answer:
    """Read an exported study, to compute its results; the same file again is nothing new."""
    found = study_files.import_file(actor, opened(studio, actor, project), Path(file))
    return {
        "study": found.study_id, "name": found.name, "version": found.version, "prompts": found.prompts,
        "candidates": found.candidates, "trials": found.trials, "judgments": found.judgments, "new": found.is_new,
    }  # fmt: skip


def say_import(answer: Answer) -> str:
    if not answer["new"]:
        return f"{answer['name']}, version {answer['version']}: all of it was here already."
    counts = ", ".join(f"{answer[name]:,} {name}" for name in ("prompts", "candidates", "trials", "judgments"))
    return f"{answer['name']}, version {answer['version']}, as {answer['study']}: {counts}. Its results are open."


def import_judgments(studio: Studio, actor: Actor, *, project: str, study: str, file: str) -> Answer:
    """Make a copy of a study with judgments that were made elsewhere, to compute results only."""
    project_ = opened(studio, actor, project)
    id_ = study_making.named(actor, project_, study).id
    path = Path(file)
    found = study_judgments.import_file(actor, project_, id_, path, name=path.name)
    return {
        "study": found.study_id, "version": found.version, "taken": found.taken, "trials": found.trials,
        "raters": found.raters, "refused": found.refused.count,
        "first_refused": [{"row": one.row, "field": one.field, "reason": one.reason} for one in found.refused.shown[:20]],
    }  # fmt: skip


def say_judgments(answer: Answer) -> str:
    lines = [
        f"Version {answer['version']}, closed: {answer['taken']:,} rows in {answer['trials']:,} trials of {answer['raters']:,} raters; {answer['refused']:,} refused."
    ]
    lines += [f"  row {one['row']:,}: {one['field']} {one['reason']}" for one in answer["first_refused"]]
    return "\n".join(lines)


def export_pairs(
    studio: Studio, actor: Actor, *, project: str, study: str, file: str, by: str, margin: float
) -> Answer:
    """Write preferences (prompt, chosen, rejected, margin, votes) out of a study's votes, for training."""
    project_ = opened(studio, actor, project)
    found = studio.results.open(actor, project_, _finished(actor, project_, study))
    whose = by or (found.judges[0] if found.judges else "human")
    if whose not in found.judges:
        raise BadInput("Nobody of that kind has judged", to_do=f"There are: {', '.join(found.judges) or 'none'}.")
    criterion = found.criteria[0].key if found.criteria else OVERALL
    pairs = study_pairs.pairs(actor, project_, found, Selection(by=whose, criterion=criterion), least_margin=margin)
    _write(Path(file), b"".join(pairs.lines))
    return {"file": file, "pairs": pairs.count, "left_out": pairs.left_out, "by": whose}


def _finished(actor: Actor, project: Project, study: str) -> str:
    """A study by its id; by its name, the newest version whose results are open, else the newest."""
    for one in study_making.every(actor, project):
        if study == one.name and study_course.may_see_results(actor, project, one.id):
            return one.id
    return study_making.named(actor, project, study).id


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInput(f"The file cannot be written ({error.strerror})", where=str(path)) from error


def _report_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--study", default="", metavar="STUDY", help="its id, or its name (then the newest version with results)")
    add("--file", type=whole_path, default="", help="an exported study, in place of one in a project")
    add(
        "--to",
        type=whole_path,
        default=str(Path.cwd()),
        help="a folder, or the name of the two files, with or without their ending",
    )
    with_project(parser)


def _of_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="STUDY", help="its id, or its name (then the newest version with results)")
    parser.add_argument("--to", dest="file", type=whole_path, required=True, metavar="FILE", help="the file to write")
    with_project(parser)


def _judgments_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="STUDY", help="its id, or its name (then the newest version)")
    parser.add_argument("file", type=whole_path, metavar="FILE", help="rows of prompt, system, rater, rank or score")
    with_project(parser)


def _export_options(parser: argparse.ArgumentParser) -> None:
    _of_study(parser)
    parser.add_argument("--names", action="store_true", help="with people's names and ids")


def _import_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=whole_path, metavar="FILE")
    with_project(parser)


def _pairs_options(parser: argparse.ArgumentParser) -> None:
    _of_study(parser)
    parser.add_argument("--by", default="", help="human, imported, simulated, or a model judge's id; default: people")
    parser.add_argument("--margin", type=float, default=0.0, help="the least (votes for - votes against) / votes")


VERBS = (
    Verb(name="report", help="write the report on a study", do=report, options=_report_options,
         say=lambda answer: f"{answer['html']}\n{answer['markdown']}"),
    Verb(name="export-study", help="write a study as one file", do=export_study, options=_export_options,
         say=lambda answer: f"{answer['file']}: {answer['bytes']:,} bytes"),
    Verb(name="import-study", help="read an exported study, to compute results", do=import_study, options=_import_options,
         say=say_import),
    Verb(name="import-judgments", help="a copy of a study with judgments made elsewhere", do=import_judgments,
         options=_judgments_options, say=say_judgments),
    Verb(name="export-pairs", help="write chosen and rejected texts out of a study's votes", do=export_pairs,
         options=_pairs_options,
         say=lambda answer: f"{answer['file']}: {answer['pairs']:,} pairs by {answer['by']}; {answer['left_out']:,} left out"),
)  # fmt: skip
