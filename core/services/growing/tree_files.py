"""One tree to take along: as a page that stands alone, or as a drawing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.domain import ids
from core.domain.check import Rule
from core.domain.operation import Operation
from core.domain.person import Actor
from core.domain.tree import Piece, TakenNode, TakenTree
from core.errors import NotFound
from core.evolution.difference import difference
from core.exchange.tree_html import tree_html
from core.exchange.tree_svg import tree_svg
from core.services.access import may_read
from core.services.projects import Project
from core.store import run_reading, tree_reading

_STATUS = {"survived": "Survived", "eliminated": "Eliminated", "error": "Error", "waiting": "Waiting"}
_MOST_CHANGES = 600  # nodes; of a larger tree each text is shown as it is: its changes would take many seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A whole file in memory; a tree is at most a few MB."""

    name: str
    media_type: str
    content: bytes


def take(actor: Actor, project: Project, run_id: str, seed_id: str, kind: str) -> File:
    """`kind` is "html" or "svg"."""
    may_read(actor)
    if kind not in ("html", "svg"):
        raise NotFound("A tree is no such file", to_do="Take it as html or svg.")
    tree = _taken(project, run_id, seed_id)
    text = tree_html(tree) if kind == "html" else tree_svg(tree)
    return File(
        name=f"tree-{seed_id[:8]}.{kind}",
        media_type="text/html; charset=utf-8" if kind == "html" else "image/svg+xml; charset=utf-8",
        content=text.encode("utf-8", "replace"),
    )


def _taken(project: Project, run_id: str, seed_id: str) -> TakenTree:
    run = run_reading.run(project.database, run_id)
    rows = tree_reading.tree(project.database, run_id, seed_id)
    if run is None or not rows:
        raise NotFound("There is no such tree in this run", to_do="Choose a seed from the list.")
    answers = {row["id"]: ids.revision_id(row["response_id"]) for row in rows if row["response_id"]}
    wanted = [row["revision_id"] for row in rows if row["revision_id"]]
    found = tree_reading.texts(project.database, {*wanted, *answers.values()})
    texts = _Texts(by_id=found, answers=answers)
    by_hand, shows_change = ids.by_hand_id(run_id), len(rows) <= _MOST_CHANGES
    return TakenTree(
        project=project.name,
        run=f"Run {run.number} · {run.name}",
        model=run.settings.endpoint,
        seed=texts.of(rows[0]["revision_id"]),
        taken_at=datetime.now(UTC),
        nodes=tuple(
            _node(row, level, texts, by_hand=row["run_id"] == by_hand, shows_change=shows_change)
            for row, level in _in_reading_order(rows)
        ),
    )


def _in_reading_order(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    """Every row after its parent's, before its parent's next child, with its level below the seed.

    No recursion: a chain may be thousands deep.
    """
    children: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        children.setdefault(row["parent_id"], []).append(row)
    found = []
    stack = [(rows[0], 0)]
    while stack:
        row, level = stack.pop()
        stack += [(child, level + 1) for child in reversed(children.get(row["id"], []))]
        found.append((row, level))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Texts:
    """Every text of a tree by its revision; `answers`: instruction → revision of its response."""

    by_id: dict[str, dict[str, Any]]
    answers: dict[str, str]

    def of(self, revision_id: str | None) -> str:
        return str(self.by_id[revision_id]["text"]) if revision_id in self.by_id else ""


def _node(row: dict[str, Any], level: int, texts: _Texts, *, by_hand: bool, shows_change: bool) -> TakenNode:
    text = texts.of(row["revision_id"])
    before = texts.of(row["parent_revision_id"]) if row["parent_id"] and shows_change else ""
    answer = texts.answers.get(row["id"])
    return TakenNode(
        id=row["id"],
        parent=row["parent_id"],
        operation=row["operation"] or "seed",
        operation_label=Operation(row["operation"]).label if row["operation"] else "Seed",
        epoch=row["epoch"],
        level=level,
        status=row["run_status"] or "seed",
        status_label=_STATUS.get(row["run_status"] or "", ""),
        why=Rule(row["rule"]).label if row["rule"] else "",
        by_hand=by_hand,
        text=text,
        pieces=_pieces(before, text),
        words_added=row["words_added"],
        response=texts.of(answer) if answer in texts.by_id else None,
    )


def _pieces(before: str, text: str) -> tuple[Piece, ...]:
    """The change to the parent, unless there is none to show, or nearly all of it is new."""
    if before and text:
        changed = difference(before, text)
        if not changed.is_rewritten:
            return changed.pieces
    return (("=", text),) if text else ()
