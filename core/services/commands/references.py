"""`references …`: list, import, fetch, remove, restore."""

import argparse
from dataclasses import asdict
from pathlib import Path

from core.domain.person import Actor
from core.domain.source import Columns, ImportProgress, ImportReport
from core.errors import BadInput, NotFound
from core.services.commands.seeds import say_import
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
from core.services.exchanging import arrivals, hubs, references
from core.services.growing import seeds
from core.services.projects import Project
from core.services.studio import Studio
from core.services.temporary import temporary_folder

_REFUSALS = 1_000  # that an answer names one by one; all are counted


def list_(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """The project's reference sets, newest first."""
    return {"references": [asdict(one) for one in references.every(actor, opened(studio, actor, project))]}


def say_list(answer: Answer) -> str:
    rows = [
        one | {"texts": one["n"], "state": "removed" if one["is_removed"] else "here"} for one in answer["references"]
    ]
    return table(rows, ("name", "texts", "merged", "refused", "licence", "state"), empty="No reference sets yet.")


def remove(studio: Studio, actor: Actor, *, project: str, set_: str) -> Answer:
    """Put a set away; it can be brought back."""
    project_ = opened(studio, actor, project)
    return _became(arrivals.remove(actor, project_, _id(actor, project_, set_)))


def restore(studio: Studio, actor: Actor, *, project: str, set_: str) -> Answer:
    """Bring a removed set back."""
    project_ = opened(studio, actor, project)
    return _became(arrivals.restore(actor, project_, _id(actor, project_, set_)))


def say_became(answer: Answer) -> str:
    state = "is removed; `references restore` brings it back" if answer["is_removed"] else "is here"
    return f"“{printable(answer['name'])}” {state}."


def _became(one: arrivals.Arrival) -> Answer:
    return {"source": one.id, "name": one.name, "is_removed": one.became is not None}


def _id(actor: Actor, project: Project, said: str) -> str:
    """A set by its id or its name. NotFound for none, BadInput for a name that several have."""
    found = [one.id for one in references.every(actor, project) if said in (one.id, one.name)]
    if not found:
        raise NotFound(f"There is no reference set “{said[:80]}”", to_do="`references list` names them.")
    if len(found) > 1:
        raise BadInput(f"{len(found)} sets are called so", to_do=f"Give an id: {', '.join(found)}.")
    return found[0]


def import_(
    studio: Studio, actor: Actor, *, project: str, file: str, instruction: str, input_: str, licence: str, name: str,
    limit: int | None, whole: bool, tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """A file becomes a reference set: every usable row, or on any error none."""
    project_ = opened(studio, actor, project)
    path = Path(file)
    guess = seeds.look(actor, path).guess
    columns = Columns(instruction=instruction, input=input_) if instruction else guess
    return _answer(
        references.import_file(
            actor,
            project_,
            path,
            name=name,
            licence=licence,
            columns=columns,
            limit=limit,
            whole=whole,
            tell=_told(tell),
        )
    )


def fetch(
    studio: Studio, actor: Actor, *, project: str, dataset: str, config: str, split: str, most: int, licence: str,
    tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """A dataset on the hub becomes a reference set: its first rows."""
    project_ = opened(studio, actor, project)
    with temporary_folder("hub") as folder:
        rows = Path(folder) / "rows.jsonl"
        hubs.fetch(
            actor,
            dataset,
            rows,
            config=config,
            split=split,
            most=most,
            tell=lambda said, share: tell(share or 0.0, said),
        )
        name = " ".join([dataset, *([config] if config else []), f"({split})"])
        return _answer(references.import_file(actor, project_, rows, name=name, licence=licence, tell=_told(tell)))


def _told(tell: Tell) -> references.TellImport:
    def told(now: ImportProgress) -> None:
        tell(now.share or 0.0, "writing" if now.is_writing else f"{now.rows:,} rows read")

    return told


def _answer(report: ImportReport) -> Answer:
    return {
        "source": report.source_id,
        "name": report.name,
        "taken": report.taken,
        "merged": report.merged,
        "refused": [asdict(one) for one in report.refused[:_REFUSALS]],
        "refused_count": report.refused_count,
    }


def _importing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=whole_path, metavar="FILE", help="JSON, JSON lines, CSV or Parquet")
    parser.add_argument("--instruction", default="", metavar="COLUMN", help="the column that holds what is asked")
    parser.add_argument("--input", dest="input_", default="", metavar="COLUMN", help="what belongs to it")
    parser.add_argument("--licence", default="", help="of these texts, kept with them")
    parser.add_argument("--name", default="", help="of the set; default: the file's")
    parser.add_argument("--limit", type=int, metavar="N", help="take only the first so many")
    parser.add_argument("--whole", action="store_true", help="take nothing if any row cannot be used")
    with_project(parser)


def _of_a_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set_", metavar="SET", help="its name or id")
    with_project(parser)


def _fetching(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="NAME", help="owner/name on the hub")
    parser.add_argument("--config", default="", help="the dataset's part, if it has several")
    parser.add_argument("--split", default="train", help="default: train")
    parser.add_argument("--most", type=int, default=10_000, metavar="N", help="only its first so many rows")
    parser.add_argument("--licence", default="", help="of these texts, kept with them")
    with_project(parser)


NOUN = Noun(
    name="references",
    help="what the dataset is compared with",
    verbs=(
        Verb(name="list", help="list reference sets", do=list_, options=with_project, say=say_list),
        Verb(
            name="import",
            help="a file becomes a reference set",
            do=import_,
            options=_importing,
            say=say_import,
            tells=True,
        ),
        Verb(
            name="fetch",
            help="a dataset on the hub becomes one",
            do=fetch,
            options=_fetching,
            say=say_import,
            tells=True,
        ),
        Verb(name="remove", help="compare with a set no more", do=remove, options=_of_a_set, say=say_became),
        Verb(name="restore", help="bring a removed set back", do=restore, options=_of_a_set, say=say_became),
    ),
)
