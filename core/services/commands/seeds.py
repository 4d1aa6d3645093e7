"""`seeds …`: list, look, import, skills, label."""

import argparse
import time
from dataclasses import asdict
from pathlib import Path

from core.domain.person import Actor
from core.domain.run import Caps
from core.domain.source import Columns, FileFormat, Look, Refusal
from core.domain.system import EMBEDDED
from core.errors import BadInput
from core.services.commands.verb import Answer, Noun, Verb, opened, printable, table, whole_path, with_project
from core.services.growing import seeds
from core.services.studio import Studio

_PATIENCE_S = 100.0  # the app answers a command within two minutes
_REFUSALS = 1_000  # that an answer names one by one; all are counted


def list_(studio: Studio, actor: Actor, *, project: str, find: str, most: int, offset: int) -> Answer:
    """One page of the project's seeds, in the order of import."""
    project_ = opened(studio, actor, project)
    rows = seeds.page(actor, project_, find=find, most=max(1, min(most, 1_000)), offset=max(0, offset))
    return {"total": seeds.count(actor, project_), "seeds": [asdict(row) for row in rows]}


def say_list(answer: Answer) -> str:
    rows = [row | {"number": row["position"] + 1} for row in answer["seeds"]]
    empty = "No seed contains that." if answer["total"] else "No seeds yet."
    said = table(rows, ("number", "skill", "words", "text"), empty=empty)
    return f"{said}\n{len(rows):,} of {answer['total']:,}"


def _listing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--find", default="", metavar="WORDS", help="only seeds that contain this")
    parser.add_argument("--most", type=int, default=50, help="at most so many (up to 1,000)")
    parser.add_argument("--offset", type=int, default=0, help="leave out the first so many")
    with_project(parser)


def look(
    _: Studio,
    actor: Actor,
    *,
    file: str,
    format_: str | None,
    instruction: str,
    input_: str,
    skill: str,
) -> Answer:
    """What a file seems to be, and its first rows as they would be taken. Nothing is imported."""
    found = _looked_at(actor, file, format_)
    columns = _columns(found, instruction, input_, skill)
    rows = [seeds.preview(record, columns) for record in found.records] if columns else []
    return {
        "format": found.format.value,
        "kind": found.kind,
        "names": list(found.names),
        "columns": asdict(columns) if columns else None,
        "rows": [{"row": row.row, "refused": row.reason} if isinstance(row, Refusal) else asdict(row) for row in rows],
    }


def say_look(answer: Answer) -> str:
    rows = [{"row": row["row"], "skill": row.get("skill", ""), "text": row.get("text", f"REFUSED: {row.get('refused')}")} for row in answer["rows"]]  # fmt: skip
    head = f"{answer['kind']} ({FileFormat(answer['format']).label}); columns: {printable(', '.join(answer['names']), 400)}"
    if answer["columns"] is None:
        return f"{head}\nNo column looks like an instruction: say which one with --instruction."
    taken = ", ".join(f"{name}: {printable(column)}" for name, column in answer["columns"].items() if column)
    return f"{head}\n{taken}\n{table(rows, ('row', 'skill', 'text'), empty='No rows.')}"


def import_(
    studio: Studio, actor: Actor, *, project: str, file: str, format_: str | None, instruction: str, input_: str,
    skill: str, licence: str, name: str, limit: int | None,
) -> Answer:  # fmt: skip
    """Take a file's seeds: every usable row, or on any error none."""
    project_ = opened(studio, actor, project)
    found = _looked_at(actor, file, format_)
    columns = _columns(found, instruction, input_, skill)
    if columns is None:
        raise BadInput(
            "No column looks like an instruction",
            where=file,
            to_do=f"Say which one it is with --instruction: {', '.join(found.names[:20])}.",
        )
    report = seeds.import_file(
        actor, project_, Path(file), name=name or Path(file).name, licence=licence, columns=columns, format_=found.format,
        limit=limit,
    )  # fmt: skip
    return {
        "source": report.source_id,
        "name": report.name,
        "format": found.format.value,
        "kind": found.kind,
        "columns": asdict(columns),
        "taken": report.taken,
        "merged": report.merged,
        "refused": [asdict(one) for one in report.refused[:_REFUSALS]],
        "refused_count": report.refused_count,
        "reasons": dict(report.reasons[:_REFUSALS]),
    }


def say_import(answer: Answer) -> str:
    said = f"{answer['taken']:,} taken, {answer['merged']:,} merged as exact duplicates, {answer['refused_count']:,} refused."
    rows = [f"  row {one['row']:,} {printable(one['reason'], 160)}" for one in answer["refused"][:20]]
    more = answer["refused_count"] - len(rows)
    return "\n".join([said, *rows, *([f"  … and {more:,} more (--json names them)"] if more else [])])


def skills(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """How seeds and survivors are spread over skills."""
    return {"skills": [asdict(one) for one in seeds.shares(actor, opened(studio, actor, project))]}


def say_skills(answer: Answer) -> str:
    rows = [one | {"skill": one["skill"] or "no skill"} for one in answer["skills"]]
    return table(rows, ("skill", "seeds", "survivors"), empty="No seeds yet.")


def label(
    studio: Studio,
    actor: Actor,
    *,
    project: str,
    endpoint: str,
    most: int | None,
    tokens: int | None,
    usd: float | None,
) -> Answer:
    """Let a model name the skills that are missing. Ends after a while; asked again, it goes on with what is left."""
    project_ = opened(studio, actor, project)
    studio.skills.start(actor, project_, endpoint, caps=Caps(tokens=tokens, usd=usd), most=most)
    until = time.monotonic() + _PATIENCE_S
    while (now := studio.skills.progress(actor, project_)) is not None and now.is_going:
        if time.monotonic() > until:
            studio.skills.stop(actor, project_)
        time.sleep(0.1)
    assert now is not None
    said = asdict(now)
    labelled = said.pop("kept")
    return said | {"labelled": labelled, "left": seeds.skills(actor, project_).get("", 0)}


def say_label(answer: Answer) -> str:
    cost = "" if answer["usd"] is None else f", ${answer['usd']:.4f}"
    said = f"{answer['labelled']:,} named, {answer['unclear']:,} unclear, {answer['failed']:,} failed; {answer['tokens']:,} tokens{cost}."
    more = f" {answer['left']:,} seeds have no skill yet: ask again to go on." if answer["left"] else ""
    return f"{said} {answer['reason']}".rstrip() + more


def _looked_at(actor: Actor, file: str, format_: str | None) -> Look:
    return seeds.look(actor, Path(file), FileFormat(format_) if format_ else None)


def _columns(found: Look, instruction: str, input_: str, skill: str) -> Columns | None:
    """What was named, else what was guessed. BadInput for a name that the file does not have."""
    for name in filter(None, (instruction, input_, skill)):
        if name not in found.names:
            raise BadInput(f"There is no column “{name}”", to_do=f"There are: {', '.join(found.names[:20])}.")
    guess = found.guess or (Columns(instruction=instruction) if instruction else None)
    if guess is None:
        return None
    named = Columns(
        instruction=instruction or guess.instruction, input=input_ or guess.input, skill=skill or guess.skill
    )
    return named if named.input != named.instruction else Columns(instruction=named.instruction, skill=named.skill)


def _of_a_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=whole_path, metavar="FILE", help="JSON, JSON lines, CSV or Parquet")
    parser.add_argument("--format", dest="format_", choices=list(FileFormat), help="default: what its content says")
    parser.add_argument("--instruction", default="", metavar="COLUMN", help="the column that holds what is asked")
    parser.add_argument(
        "--input", dest="input_", default="", metavar="COLUMN", help="what belongs to it, if a column holds that"
    )
    parser.add_argument("--skill", default="", metavar="COLUMN", help="its skill, if a column holds that")


def _labelling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--endpoint", default=EMBEDDED, metavar="NAME", help="default: the embedded model")
    parser.add_argument("--most", type=int, metavar="N", help="ask about at most so many seeds")
    parser.add_argument("--tokens", type=int, help="cap on tokens")
    parser.add_argument("--usd", type=float, help="cap on money")
    with_project(parser)


def _importing(parser: argparse.ArgumentParser) -> None:
    _of_a_file(parser)
    parser.add_argument("--licence", default="", help="of these seeds, kept with them")
    parser.add_argument("--name", default="", help="of this import; default: the file's")
    parser.add_argument("--limit", type=int, metavar="N", help="take only the first so many")
    with_project(parser)


NOUN = Noun(
    name="seeds",
    help="what grows",
    verbs=(
        Verb(name="list", help="list seeds", do=list_, options=_listing, say=say_list),
        Verb(name="look", help="what a file holds; nothing is imported", do=look, options=_of_a_file, say=say_look),
        Verb(name="import", help="take the seeds of a file", do=import_, options=_importing, say=say_import),
        Verb(name="skills", help="seeds and survivors by skill", do=skills, options=with_project, say=say_skills),
        Verb(name="label", help="let a model name missing skills", do=label, options=_labelling, say=say_label),
    ),
)
