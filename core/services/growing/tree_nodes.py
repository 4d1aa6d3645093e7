"""One node with everything about it, and what lies between two of them."""

import json
from typing import Any

from core.domain import ids
from core.domain.check import Rule
from core.domain.person import LOCAL_OWNER, Actor
from core.domain.run import RunSettings
from core.domain.task import TaskKind
from core.domain.tree import Between, CallLine, CheckLine, Node, PathStep, Why
from core.errors import NotFound
from core.evolution.difference import Difference
from core.services.access import may_read
from core.services.growing.node_parts import changed, check_line, label_of, text_of
from core.services.projects import Project
from core.store import run_reading, tree_reading

_KINDS = {
    TaskKind.EVOLVE: "Evolve",
    TaskKind.JUDGE: "Judge: equal to its parent?",
    TaskKind.RESPOND: "Respond",
    TaskKind.SCORE: "Score difficulty",
}


def between(actor: Actor, project: Project, one_id: str, other_id: str) -> Between:
    """What lies between the texts of two nodes, of siblings above all."""
    may_read(actor)
    found = tree_reading.nodes(project.database, [one_id, other_id])
    revisions = [found[id_]["revision_id"] for id_ in (one_id, other_id) if id_ in found]
    texts = tree_reading.texts(project.database, filter(None, revisions))
    if len(texts) < len({one_id, other_id}):
        raise NotFound("One of these nodes has no text", to_do="Choose two that have one.")
    before, after = (str(texts[one]["text"]) for one in revisions)
    change = changed(before, after)
    return Between(pieces=change.pieces, rewritten=change.is_rewritten)


def node(actor: Actor, project: Project, node_id: str, run_id: str) -> Node:
    """Everything about one instruction as this run made it."""
    may_read(actor)
    database = project.database
    row = tree_reading.nodes(database, [node_id]).get(node_id)
    if row is None:
        raise NotFound("There is no such node in this project", to_do="Choose one from a tree.")
    settings = run_reading.settings_of(database, run_id)
    lineage = tree_reading.nodes(database, row["ancestors"]) | {node_id: row}
    revisions = {id_: each["revision_id"] for id_, each in lineage.items() if each["revision_id"]}
    response = ids.revision_id(row["response_id"]) if row["response_id"] else None
    wanted = [*revisions.values(), *filter(None, [row["parent_revision_id"], response])]
    texts = tree_reading.texts(database, wanted)
    text = text_of(texts, revisions.get(node_id))
    parent_text = text_of(texts, row["parent_revision_id"]) if row["parent_id"] else None
    change = changed(parent_text, text) if parent_text is not None and text else None
    checks = _checks(database, row, settings)
    calls = _calls(database, row, run_id)
    parent = lineage.get(row["parent_id"] or "")
    asked = tree_reading.hint(database, node_id) if row["run_id"] == ids.by_hand_id(run_id) else None
    return Node(
        id=node_id,
        seed=row["seed_id"],
        operation=row["operation"] or "seed",
        operation_label=label_of(row),
        epoch=row["epoch"],
        depth=row["depth"],
        status=row["run_status"] or "seed",
        human=row["human_status"] or "undecided",
        asked_by=_name(asked) if asked else None,
        hint=asked["hint"] if asked else "",
        why=_why(row, checks, calls),
        text=text,
        diff=change.pieces if change else None,
        parent_text=parent_text,
        rewritten=change.is_rewritten if change else False,
        words=texts[revisions[node_id]]["words"] if node_id in revisions else 0,
        words_added=row["words_added"],
        response=texts[response]["text"] if response in texts else None,
        checks=checks,
        numbers=_numbers(row, parent, calls),
        calls=calls,
        path=(
            *_path([lineage[id_] for id_ in row["ancestors"] if id_ in lineage], revisions, texts),
            _step(row, text, change),
        ),
    )


def _name(asked: dict[str, Any]) -> str:
    return LOCAL_OWNER.name if asked["by"] == LOCAL_OWNER.person_id else str(asked["name"])


def _checks(database: Any, row: dict[str, Any], settings: RunSettings | None) -> tuple[CheckLine, ...]:
    """Every rule of the run, in the order of the settings: what it found, or that it was not checked."""
    if settings is None or not row["operation"]:
        return ()
    revision = ids.revision_id(row["id"])
    found = tree_reading.checks(database, [ids.check_id(revision, rule) for rule in settings.rules])
    return tuple(check_line(rule, found.get(rule), settings) for rule in settings.rules)


def _calls(database: Any, row: dict[str, Any], run_id: str) -> tuple[CallLine, ...]:
    place = row["run_id"] or run_id  # what a person asked for stands beside the run; a seed's score is the run's
    tasks = tree_reading.tasks(database, [ids.task_id(place, kind, row["id"]) for kind in TaskKind])
    wanted = [ids.call_id(task["id"], attempt) for task in tasks for attempt in range(task["tries"] + 1)]
    return tuple(_call(call) for call in tree_reading.calls(database, wanted))


def _call(row: dict[str, Any]) -> CallLine:
    request = json.loads(row["request"])
    messages = tuple(request.pop("messages"))
    error = f"{row['error_kind']}: {row['error_detail'] or ''}" if row["error_kind"] else None
    return CallLine(
        kind=_KINDS[TaskKind(row["kind"])],
        system=f"{row['model']} ({row['system_name']})",
        started_at=row["started_at"],
        latency_ms=row["latency_ms"],
        tokens_in=row["tokens_in"],
        tokens_out=row["tokens_out"],
        cost_usd=row["cost_usd"],
        finish_reason=row["finish_reason"],
        error=error,
        messages=messages,
        parameters=json.dumps(request, ensure_ascii=False),
        reply=row["reply"] or "",
    )


def _why(row: dict[str, Any], checks: tuple[CheckLine, ...], calls: tuple[CallLine, ...]) -> Why | None:
    if row["run_status"] == "error":
        failed = [call.error for call in calls if call.error]
        return Why(title="Error: no usable reply", detail=failed[-1] if failed else "")
    if not row["rule"]:
        return None
    rule = Rule(row["rule"])
    evidence = next((check.evidence for check in checks if check.rule == rule), "")
    return Why(title=f"Eliminated: {rule.label[:1].lower()}{rule.label[1:]}", detail=evidence)


def _numbers(
    row: dict[str, Any], parent: dict[str, Any] | None, calls: tuple[CallLine, ...]
) -> tuple[tuple[str, str], ...]:
    costs = [call.cost_usd for call in calls if call.cost_usd is not None]
    tokens = sum(call.tokens_in or 0 for call in calls), sum(call.tokens_out or 0 for call in calls)
    numbers = [("Difficulty", _decimal(row["difficulty"]))]
    if parent is not None:
        numbers.append(("Parent's", _decimal(parent["difficulty"])))
    if calls:
        numbers += [
            ("Calls", str(len(calls))),
            ("Tokens", f"{tokens[0]:,} + {tokens[1]:,}"),
            ("Time", f"{sum(call.latency_ms for call in calls) / 1000:.1f} s"),
            ("Cost", f"${sum(costs):.4f}" if costs else "not priced"),
        ]
    return tuple(numbers)


def _decimal(value: float | None) -> str:
    return f"{value:.1f}" if value is not None else "not scored"


def _path(
    rows: list[dict[str, Any]], revisions: dict[str, str], texts: dict[str, dict[str, Any]]
) -> tuple[PathStep, ...]:
    steps = []
    for row in rows:
        text = text_of(texts, revisions.get(row["id"]))
        before = text_of(texts, row["parent_revision_id"]) if row["parent_id"] else None
        steps.append(_step(row, text, changed(before, text) if before is not None and text else None))
    return tuple(steps)


def _step(row: dict[str, Any], text: str, change: Difference | None) -> PathStep:
    return PathStep(
        id=row["id"],
        operation=row["operation"] or "seed",
        operation_label=label_of(row),
        epoch=row["epoch"],
        text=text,
        words_added=row["words_added"],
        diff=change.pieces if change else None,
    )
