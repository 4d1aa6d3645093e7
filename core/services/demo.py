"""The demo project: kept as text in data/demo, built into a project when first opened."""

import json
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from core.domain.call import Call
from core.domain.check import Check, Outcome, Rule, Score
from core.domain.instruction import Instruction, Response, Revision
from core.domain.project import Project, PromptPack
from core.domain.run import Run, RunEvent
from core.domain.source import Label, Source
from core.domain.system import System
from core.domain.task import Task
from core.domain.tree import Piece
from core.errors import BadInput
from core.evolution.difference import difference
from core.services import demo_reviews, demo_studies
from core.store.database import Database, open_database

_KINDS: tuple[type, ...] = (
    Project, Source, PromptPack, System, Run, Instruction, Revision, Response, Task, Call, Check, Outcome, Score, Label, RunEvent,
)  # fmt: skip
_GET_AGAIN = "Get the studio's data folder again."
_BY_NAME = {kind.__name__: kind for kind in _KINDS}
_TABLES = {
    Project: "select * from project",
    Source: "select * exclude (seq) from source order by seq",
    PromptPack: "select * from prompt_pack",
    System: "select * from system",
    Run: "select * from run",
    Instruction: "select * exclude (seq) from instruction order by seq",
    Revision: "select * exclude (seq) from revision order by seq",
    Response: "select * exclude (seq) from response order by seq",
    Task: "select * from task order by epoch, position, kind, id",
    Call: "select * exclude (seq) from call order by seq",
    Check: "select * exclude (seq) from rule_check order by seq",
    Outcome: "select * exclude (seq) from outcome order by seq",
    Score: "select * exclude (seq) from score order by seq",
    Label: "select * exclude (seq) from label order by seq",
    RunEvent: "select * exclude (seq) from run_event order by seq",
}


def build(folder: Path, path: Path) -> None:
    """Make a project file from the text in `folder`. A crash half-way leaves no file under the final name."""
    source = folder / "project.jsonl"
    if not source.is_file():
        raise BadInput("The demo's text is missing", where=str(source), to_do=_GET_AGAIN)
    with source.open("rb") as lines:
        facts = [_fact(line, f"{source}, line {number}") for number, line in enumerate(lines, 1)]
    fresh = path.with_suffix(".building")
    fresh.unlink(missing_ok=True)
    database = open_database(fresh, "project")
    try:
        database.writer.append_now(facts)
        demo_studies.add(folder, database)
        demo_reviews.add(folder, database)
    finally:
        database.close()
    fresh.rename(path)


def _fact(line: bytes, where: str) -> object:
    """A line as the fact that it was: what stood in it as nothing was not written."""
    try:
        record = json.loads(line)
        kind = _BY_NAME[record.pop("fact")]
        return _adapter(kind).validate_python({**_nothings(kind), **record})
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise BadInput("The demo's text is damaged", where=where, to_do=_GET_AGAIN) from error


@cache
def _adapter(kind: type) -> TypeAdapter[object]:
    return TypeAdapter(kind)


@cache
def _nothings(kind: type) -> dict[str, None]:
    return {one.name: None for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING}


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One node of the lineage that Home shows. `diff` is None for the seed and where nearly all is new."""

    operation: str
    text: str
    words: int
    words_added: int | None = None
    difficulty: float | None = None
    status: str | None = None
    rule: Rule | None = None
    diff: tuple[Piece, ...] | None = None


def lineage(folder: Path) -> tuple[Card, ...]:
    """Seed, child, grandchild and a dead branch of the seed, as written with the demo; () without a demo."""
    path = folder / "lineage.json"
    if not path.is_file():
        return ()
    cards = TypeAdapter(tuple[Card, ...]).validate_json(path.read_bytes())
    seed, child, grandchild, dead = cards
    return (seed, _with_diff(child, seed), _with_diff(grandchild, child), _with_diff(dead, seed))


def _with_diff(card: Card, parent: Card) -> Card:
    changed = difference(parent.text, card.text)
    return card if changed.is_rewritten else replace(card, diff=changed.pieces)


def write(database: Database, folder: Path) -> int:
    """Write a project as text, one fact a line, in the order of the log. Returns the number of facts."""
    folder.mkdir(parents=True, exist_ok=True)
    n = 0
    with (folder / "project.jsonl").open("w", encoding="utf-8") as file:
        for kind, sql in _TABLES.items():
            for row in database.query(sql):
                file.write(json.dumps({"fact": kind.__name__, **_plain(row)}, ensure_ascii=False, default=str) + "\n")
                n += 1
    return n


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
