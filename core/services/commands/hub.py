"""`hub …`: push, fetch."""

import argparse
from dataclasses import asdict
from pathlib import Path

from core.domain.person import Actor
from core.errors import BadInput
from core.services.commands.verb import (
    Answer,
    Noun,
    Tell,
    Verb,
    opened,
    printable,
    tell_nobody,
    whole_path,
    with_project,
)
from core.services.exchanging import hubs
from core.services.studio import Studio


def push(
    studio: Studio, actor: Actor, *, project: str, folder: str, dataset: str, public: bool, replace: bool,
    tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """Push a dataset folder to the hub, in one commit. HF_TOKEN of the environment says who."""
    pushed = hubs.push(
        actor, opened(studio, actor, project), Path(folder), dataset, private=not public, replace_it=replace,
        tell=lambda said, share: tell(share or 0.0, said),
    )  # fmt: skip
    return asdict(pushed)


def say_push(answer: Answer) -> str:
    gone = f", {answer['removed']:,} older ones gone" if answer["removed"] else ""
    return f"{answer['files']:,} files ({answer['n_bytes']:,} bytes){gone}: {printable(answer['url'], 300)}"


def fetch(
    _: Studio, actor: Actor, *, dataset: str, to: str, config: str, split: str, most: int | None, tell: Tell = tell_nobody
) -> Answer:  # fmt: skip
    """Write a dataset's rows as JSON lines."""
    path = Path(to)
    if path.exists():
        raise BadInput("There is a file of this name already", where=to, to_do="Name another.")
    found = hubs.fetch(
        actor, dataset, path, config=config, split=split, most=most, tell=lambda said, share: tell(share or 0.0, said)
    )
    return {"file": to, "rows": found.rows, "config": found.config}


def say_fetch(answer: Answer) -> str:
    return f"{answer['rows']:,} rows of {printable(answer['config'])} in {printable(answer['file'], 500)}"


def _pushing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=whole_path, metavar="FOLDER", help="as `export --format dataset` writes it")
    parser.add_argument("dataset", metavar="OWNER/NAME", help="what it is to be called there")
    parser.add_argument("--public", action="store_true", help="anybody may read it; else a new one is private")
    parser.add_argument("--replace", action="store_true", help="it is the next version of what stands there")
    with_project(parser)


def _fetching(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="NAME", help="owner/name on the hub")
    parser.add_argument("--to", type=whole_path, required=True, metavar="FILE")
    parser.add_argument("--config", default="", help="the dataset's part, if it has several")
    parser.add_argument("--split", default="train", help="default: train")
    parser.add_argument("--most", type=int, metavar="N", help="only its first so many rows")


NOUN = Noun(
    name="hub",
    help="datasets by name",
    verbs=(
        Verb(name="push", help="push a dataset folder", do=push, options=_pushing, say=say_push, tells=True),
        Verb(
            name="fetch",
            help="write a dataset's rows to a file",
            do=fetch,
            options=_fetching,
            say=say_fetch,
            tells=True,
        ),
    ),
)
