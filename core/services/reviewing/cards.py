"""Cards in bulk: everything about a hand of items in a few look-ups by primary key, and nothing that is not to be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.domain import ids
from core.domain.card import Card, CardDifficulty, CardResponse, CardStep, OtherVerdict
from core.domain.check import Rule
from core.domain.person import Actor
from core.domain.queue import Asks, Queue
from core.domain.run import RunSettings
from core.domain.tree import CheckLine
from core.domain.trial import TrialOrigin
from core.services.growing.node_parts import changed, check_line, label_of, text_of
from core.services.projects import Project
from core.store import people, run_reading, tree_reading, trial_log
from core.store.database import Database

_BY_HAND = RunSettings(name="by hand", endpoint="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A trial that is to be shown."""

    trial_id: str
    instruction_id: str
    origin: TrialOrigin


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the log knows of a whole hand. `hides_makers`: operation, model and run; `hides_machine`: what the machine found."""

    rows: dict[str, dict[str, Any]]
    texts: dict[str, dict[str, Any]]
    checks: dict[str, dict[str, Any]]
    settings: dict[str, RunSettings]
    own: dict[str, str]
    others: dict[str, tuple[OtherVerdict, ...]]
    flagged: set[str]
    notes: dict[str, str]
    ratings: dict[str, int]
    adjudicates: bool
    hides_makers: bool
    hides_machine: bool


def cards_of(project: Project, actor: Actor, queue: Queue | None, shown: Sequence[Shown]) -> tuple[Card, ...]:
    """A card for each, in their order.

    A blind queue hides who made an item and how, and all that the machine found. One with audits hides what the machine
    found too: it would tell the audits from the rest. A repeat shows nothing that its person said before. Where the
    difficulty is asked, there is the text and nothing else.
    """
    if not shown:
        return ()
    if queue is not None and queue.asks is Asks.DIFFICULTY:
        return _bare_cards(project.database, shown)
    known = _known(project.database, actor, queue, shown)
    return tuple(_card(known, one) for one in shown)


def _known(database: Database, actor: Actor, queue: Queue | None, shown: Sequence[Shown]) -> _Known:
    rows = tree_reading.nodes(database, {one.instruction_id for one in shown})
    rows |= tree_reading.nodes(database, {above for row in rows.values() for above in row["ancestors"]} - set(rows))
    items = [rows[one.instruction_id] for one in shown]
    settings = _settings(database, {row["run_id"] for row in items if row["run_id"]})
    fresh = [one for one in shown if one.origin is not TrialOrigin.REPEAT]
    flagged, notes = trial_log.said(database, [one.trial_id for one in shown])
    responses = [rows[one.instruction_id]["response_id"] for one in fresh]
    adjudicates = queue is not None and queue.adjudicates
    return _Known(
        rows=rows,
        texts=tree_reading.texts(database, _revisions(rows, items)),
        checks=_checks(database, items, settings),
        settings=settings,
        own=trial_log.own_verdicts(database, rows, actor.person_id),
        others=_others(database, [row["id"] for row in items], actor) if adjudicates else {},
        flagged=flagged,
        notes=dict(notes),
        ratings=trial_log.ratings(database, filter(None, responses), actor.person_id),
        adjudicates=adjudicates,
        hides_makers=queue is not None and queue.hides_makers,
        hides_machine=queue is not None and (queue.hides_makers or queue.audit_share > 0),
    )


def _bare_cards(database: Database, shown: Sequence[Shown]) -> tuple[Card, ...]:
    """Nothing that says, or from which follows, how an item was made: not even how many stand above it."""
    rows = tree_reading.nodes(database, {one.instruction_id for one in shown})
    texts = tree_reading.texts(database, {row["revision_id"] for row in rows.values()} - {None})
    _, notes = trial_log.said(database, [one.trial_id for one in shown])
    return tuple(
        Card(
            trial=one.trial_id, instruction=one.instruction_id, revision=rows[one.instruction_id]["revision_id"],
            text=text_of(texts, rows[one.instruction_id]["revision_id"]),
            words=texts[rows[one.instruction_id]["revision_id"]]["words"], note=notes.get(one.trial_id, ""),
            seed="", run=None, operation=None, operation_label="", epoch=None, words_added=None, parent_text=None,
            diff=None, rewritten=False, response=None, difficulty=None, checks=(), path=(), status=None, rule_label=None,
            flagged=False, rating=None, others=(),
        )
        for one in shown
    )  # fmt: skip


def _revisions(rows: dict[str, dict[str, Any]], items: list[dict[str, Any]]) -> set[str]:
    """Every text that a hand shows: of items and ancestors as they are now, of parents as they were, of responses."""
    wanted = {row["revision_id"] for row in rows.values()} | {row["parent_revision_id"] for row in items}
    wanted |= {ids.revision_id(row["response_id"]) for row in items if row["response_id"]}
    return wanted - {None}


def _settings(database: Database, run_ids: set[str]) -> dict[str, RunSettings]:
    found = {run_id: run_reading.settings_of(database, run_id) for run_id in run_ids}
    return {run_id: settings for run_id, settings in found.items() if settings is not None}


def _checks(
    database: Database, items: list[dict[str, Any]], settings: dict[str, RunSettings]
) -> dict[str, dict[str, Any]]:
    """Check id → what was found, for every rule of every item's run."""
    wanted = [
        ids.check_id(ids.revision_id(row["id"]), rule)
        for row in items
        if row["operation"]
        for rule in (settings[row["run_id"]].rules if row["run_id"] in settings else Rule)
    ]
    return tree_reading.checks_by_id(database, wanted)


def _others(database: Database, instruction_ids: list[str], actor: Actor) -> dict[str, tuple[OtherVerdict, ...]]:
    names = people.names(database, actor)
    found: dict[str, tuple[OtherVerdict, ...]] = {}
    for row in trial_log.all_verdicts(database, instruction_ids):
        name = actor.name if row["person_id"] == actor.person_id else names.get(row["person_id"], row["person_id"])
        other = OtherVerdict(name=name, verdict=row["verdict"], reason=row["reason"], note=row["note"])
        found[row["instruction_id"]] = (*found.get(row["instruction_id"], ()), other)
    return found


def _card(known: _Known, shown: Shown) -> Card:
    row = known.rows[shown.instruction_id]
    text = text_of(known.texts, row["revision_id"])
    parent_text = text_of(known.texts, row["parent_revision_id"]) if row["parent_id"] else None
    change = changed(parent_text, text) if parent_text is not None else None
    is_repeat = shown.origin is TrialOrigin.REPEAT
    words = known.texts[row["revision_id"]]["words"] if row["revision_id"] in known.texts else 0
    return Card(
        trial=shown.trial_id,
        instruction=row["id"],
        revision=row["revision_id"],
        seed=row["seed_id"],
        run=None if known.hides_makers else row["run_id"],
        operation=None if known.hides_makers else row["operation"] or "seed",
        operation_label="" if known.hides_makers else label_of(row),
        epoch=row["epoch"],
        words=words,
        words_added=_words_added(known, row, words),
        text=text,
        parent_text=parent_text,
        diff=change.pieces if change else None,
        rewritten=change is not None and change.is_rewritten,
        response=_response(known, row),
        difficulty=None if known.hides_machine else _difficulty(known, row),
        checks=() if known.hides_machine else _check_lines(known, row),
        path=(
            *(_step(known, known.rows[id_], known.own.get(id_)) for id_ in row["ancestors"] if id_ in known.rows),
            _step(known, row, None),
        ),
        status=None if known.hides_machine else row["run_status"],
        rule_label=Rule(row["rule"]).label if row["rule"] and not known.hides_machine else None,
        flagged=shown.trial_id in known.flagged,
        note=known.notes.get(shown.trial_id, ""),
        rating=None if is_repeat else known.ratings.get(row["response_id"] or ""),
        others=known.others.get(row["id"], ()),
    )


def _words_added(known: _Known, row: dict[str, Any], words: int) -> int | None:
    """As the outcome says; of a text that a person changed, against its parent's."""
    before = known.texts.get(row["parent_revision_id"] or "")
    if row["revision_id"] == ids.revision_id(row["id"]) or before is None:
        return None if row["words_added"] is None else int(row["words_added"])
    return words - int(before["words"])


def _response(known: _Known, row: dict[str, Any]) -> CardResponse | None:
    revision = ids.revision_id(row["response_id"]) if row["response_id"] else ""
    if revision not in known.texts:
        return None
    text = known.texts[revision]
    return CardResponse(revision=revision, text=text["text"], words=text["words"], stale=bool(row["response_stale"]))


def _difficulty(known: _Known, row: dict[str, Any]) -> CardDifficulty:
    parent, seed = known.rows.get(row["parent_id"] or ""), known.rows.get(row["seed_id"])
    return CardDifficulty(
        own=row["difficulty"],
        parent=parent["difficulty"] if parent else None,
        seed=seed["difficulty"] if seed and seed["id"] != row["id"] else None,
    )


def _check_lines(known: _Known, row: dict[str, Any]) -> tuple[CheckLine, ...]:
    """Every rule of its run; of what somebody asked for by hand, those that were held against it."""
    settings = known.settings.get(row["run_id"] or "")
    revision = ids.revision_id(row["id"])
    found = {rule: known.checks.get(ids.check_id(revision, rule)) for rule in (settings.rules if settings else Rule)}
    if settings is None:
        found = {rule: check for rule, check in found.items() if check is not None}
    return tuple(check_line(rule, check, settings or _BY_HAND) for rule, check in found.items())


def _step(known: _Known, row: dict[str, Any], own: str | None) -> CardStep:
    """`own` is what the reader said of it; an adjudicator sees what all say."""
    said = row["human_status"] if known.adjudicates else f"{own}ed" if own else None
    return CardStep(
        id=row["id"],
        operation=None if known.hides_makers else row["operation"] or "seed",
        operation_label="" if known.hides_makers else label_of(row),
        human=said,
        text=text_of(known.texts, row["revision_id"]),
    )
