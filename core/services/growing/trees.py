"""Lineages: the list of seeds, a tree, what is found in them, and the same seed in other runs."""

import re
from typing import Any

from core.domain import ids
from core.domain.check import Rule
from core.domain.person import Actor
from core.domain.tree import Found, Hit, SeedInRun, SeedLine, SeedPage, Tree, TreeNode
from core.errors import NotFound
from core.services.access import may_read
from core.services.projects import Project
from core.store import tree_reading

_PAGE = 100
SHOW = ("all", "survivors", "eliminated", "undecided")


def seeds(
    actor: Actor, project: Project, run_id: str, *, show: str = "all", find: str = "", after: int = 0
) -> SeedPage:
    """A page of a run's seeds. `show` is one of SHOW; `find` looks in all texts; `after` is the page before's `next`."""
    may_read(actor)
    found = tree_reading.seeds(project.database, run_id, show=show, find=find, most=_PAGE, after=after)
    texts = tree_reading.first_words(project.database, [row["id"] for row in found.rows])
    hits = _hits(project, found, find)
    return SeedPage(
        total=found.total,
        next=found.next,
        seeds=tuple(
            SeedLine(
                id=row["id"],
                text=texts.get(row["id"], ""),
                nodes=row["nodes"] + 1,
                survived=row["survived"],
                eliminated=row["eliminated"],
                open=row["open"],
                found=found.found[row["id"]]["n"] if find else 0,
                hits=hits.get(row["id"], ()),
            )
            for row in found.rows
        ),
    )


def _hits(project: Project, seeds: tree_reading.Seeds, find: str) -> dict[str, tuple[Hit, ...]]:
    """Seed id → the first nodes of its tree that have what was looked for, with the words around it."""
    wanted = {row["id"]: seeds.found[row["id"]]["first"] for row in seeds.rows if row["id"] in seeds.found}
    node_ids = [node for first in wanted.values() for node in first]
    nodes = tree_reading.nodes(project.database, node_ids)
    texts = tree_reading.around(project.database, node_ids, find)
    return {
        seed: tuple(_hit(nodes[node], texts[node], find) for node in first if node in texts)
        for seed, first in wanted.items()
    }


def _hit(row: dict[str, Any], around: dict[str, Any], find: str) -> Hit:
    text = str(around["text"])
    place = re.search(re.escape(find), text, re.IGNORECASE)
    start, end = place.span() if place else (0, 0)
    return Hit(
        id=row["id"],
        operation=row["operation"] or "seed",
        epoch=row["epoch"],
        status=_status(row),
        before=("…" if around["is_cut"] else "") + text[:start],
        match=text[start:end],
        after=text[end : end + 120],
    )


def found(actor: Actor, project: Project, run_id: str, seed_id: str, find: str) -> Found:
    """The nodes of one tree that have `find` anywhere in their text, whatever its case."""
    may_read(actor)
    rows = tree_reading.tree(project.database, run_id, seed_id)
    revisions = [row["revision_id"] for row in rows if row["revision_id"]]
    return Found(ids=tuple(tree_reading.found_among(project.database, revisions, find)) if find else ())


def in_runs(actor: Actor, project: Project, seed_id: str) -> tuple[SeedInRun, ...]:
    """The runs that grew this seed, and how far it came in each."""
    may_read(actor)
    return tuple(SeedInRun(**row) for row in tree_reading.runs_of_seed(project.database, seed_id))


def version(actor: Actor, project: Project, run_id: str, seed_id: str) -> int:
    """The tree's version alone, for asking whether anything is new. NotFound without such a tree."""
    may_read(actor)
    return tree_reading.tree_version(project.database, _rows(project, run_id, seed_id))


def tree(actor: Actor, project: Project, run_id: str, seed_id: str) -> Tree:
    """All nodes of one seed in one run."""
    may_read(actor)
    rows = _rows(project, run_id, seed_id)
    by_hand = ids.by_hand_id(run_id)
    texts = tree_reading.first_words_of(project.database, [row["revision_id"] for row in rows if row["revision_id"]])
    return Tree(
        seed=seed_id,
        version=tree_reading.tree_version(project.database, rows),
        nodes=tuple(_card(row, texts.get(row["id"], ""), by_hand=row["run_id"] == by_hand) for row in rows),
    )


def _rows(project: Project, run_id: str, seed_id: str) -> list[dict[str, Any]]:
    rows = tree_reading.tree(project.database, run_id, seed_id)
    if not rows:
        raise NotFound("There is no such tree in this run", to_do="Choose a seed from the list.")
    return rows


def _card(row: dict[str, Any], text: str, *, by_hand: bool) -> TreeNode:
    return TreeNode(
        id=row["id"],
        parent=row["parent_id"],
        operation=row["operation"] or "seed",
        text=text[:160],
        status=_status(row),
        human=row["human_status"] or "undecided",
        set_aside=bool(row["set_aside"]),
        epoch=row["epoch"],
        depth=row["depth"],
        number=row["child_number"],
        words_added=row["words_added"],
        rule=Rule(row["rule"]).label if row["rule"] else None,
        by_hand=by_hand,
    )


def _status(row: dict[str, Any]) -> str:
    return row["run_status"] or "seed"
