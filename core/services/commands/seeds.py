"""`seeds …`: list."""

import argparse
from dataclasses import asdict

from core.domain.person import Actor
from core.services import seeds
from core.services.commands.verb import Answer, Noun, Verb, opened, table, with_project
from core.services.studio import Studio


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


NOUN = Noun(
    name="seeds",
    help="what grows",
    verbs=(Verb(name="list", help="list seeds", do=list_, options=_listing, say=say_list),),
)
