"""A lineage's row as the facts that it stands for: typed, and about its own instruction only."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.domain import ids
from core.domain.call import Call
from core.domain.check import Check, Outcome, Score
from core.domain.decision import Decision
from core.domain.instruction import Instruction, Response, Revision
from core.domain.person import LOCAL_OWNER
from core.domain.source import Label
from core.domain.task import Task, TaskKind
from core.domain.trial import Trial, TrialSlot
from core.exchange.lineage import Json
from core.exchange.lineage_reader import MOST_SEQ, damaged

_ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_LONGEST_NAME = 200
_INT32 = 2**31


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What one row says. Lists are in the order of their numbers in `seqs`."""

    instruction: Instruction
    revisions: tuple[Revision, ...]
    responses: tuple[Response, ...]
    tasks: tuple[Task, ...]
    calls: tuple[Call, ...]
    checks: tuple[Check, ...]
    scores: tuple[Score, ...]
    labels: tuple[Label, ...]
    decisions: tuple[Decision, ...]
    trials: tuple[Trial, ...]
    slots: tuple[TrialSlot, ...]
    outcome: Outcome | None

    def parts(self) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """The lists whose facts have a number in the log."""
        for name in ("revisions", "responses", "calls", "checks", "scores", "labels", "decisions"):
            yield name, getattr(self, name)


_FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)


def facts_of(number: int, row: Json, as_of_seq: int) -> Facts:
    """The facts of a checked row. BadInput for what is of another shape, or speaks of something else."""
    try:
        _require_numbers(row, as_of_seq)
        facts = _FACTS.validate_python(_parts(row))
        _require_own(row, facts)
        _require_ids(row)
        _require_small(facts)
        _require_readable(facts)
    except ValidationError as error:
        first = error.errors()[0]
        raise damaged(number, f"has a wrong {'.'.join(map(str, first['loc']))[:80]} ({first['msg'][:80]})") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise damaged(number, f"does not hold together ({str(error)[:120]})") from None
    return facts


def _parts(row: Json) -> Json:
    own = {"instruction_id": row["id"]}
    repeated = own | {"epoch": row["epoch"], "operation": row["operation"]}
    place = row["place"]
    task = {"subject_id": row["id"], "seed_id": row["seed_id"], "position": place["position"]}
    on_trial: dict[str, Json] = {}
    for one in row["decisions"]:
        if one["trial_id"]:
            on_trial.setdefault(one["trial_id"], one)
    return {
        "instruction": row | {"position": place["position"]},
        "revisions": row["revisions"],
        "responses": [one | own for one in row["responses"]],
        "tasks": [one | task for one in row["tasks"]],
        "calls": row["calls"],
        "checks": [one | repeated for one in row["checks"]],
        "scores": row["scores"],
        "labels": [one | own for one in row["labels"]],
        "decisions": [_decision(one) for one in row["decisions"]],
        "trials": [
            {"id": id_, "kind": one["trial_kind"], "person_id": one["person_id"], "origin": one["origin"], "queue_id": one["queue_id"]}
            for id_, one in on_trial.items()
        ],
        "slots": [
            {"trial_id": id_, "position": 0, "revision_id": one["shown_revision_id"]}
            for id_, one in on_trial.items() if one["shown_revision_id"]
        ],
        "outcome": row["outcome"] and row["outcome"] | repeated | {"seed_id": row["seed_id"]},
    }  # fmt: skip


def _decision(one: Json) -> Json:
    """A decision on a bulk names no instruction and no text: those are its members'."""
    return one if one["instruction_id"] else one | {"revision_id": None}


def _require_numbers(row: Json, as_of_seq: int) -> None:
    """Each fact has its place in the log, and they come in that order."""
    place = row["place"]
    for name in ("revisions", "responses", "calls", "checks", "scores", "labels", "decisions"):
        numbers = place[name]
        if len(numbers) != len(row[name]) or numbers != sorted(set(numbers)):
            raise ValueError(f"the numbers of its {name} are not theirs")
        _require_within(numbers, as_of_seq)
    _require_within([place["seq"], *([place["outcome"]] if row["outcome"] else [])], as_of_seq)
    if not 0 <= place["position"] < _INT32:
        raise ValueError("its position")


def _require_within(numbers: list[int], as_of_seq: int) -> None:
    if not all(type(number) is int and 0 < number <= as_of_seq for number in numbers):
        raise ValueError("a number that is not of this log")


def _require_own(row: Json, facts: Facts) -> None:
    """Nothing in a row is about another instruction, and nobody speaks as the owner of this installation."""
    id_, answers = row["id"], {one.id for one in facts.responses}
    of = facts.instruction
    if (of.parent_id is None) != (not of.ancestors) or (of.ancestors and of.ancestors[-1] != of.parent_id):
        raise ValueError("its parent is not the last of its ancestors")
    if of.seed_id != (of.ancestors[0] if of.ancestors else id_):
        raise ValueError("its seed is not the first of its ancestors")
    for text in facts.revisions:
        if not (text.of == "instruction" and text.of_id == id_) and not (
            text.of == "response" and text.of_id in answers
        ):
            raise ValueError("a text of something else")
        if text.text_hash != ids.text_hash(text.text):
            raise ValueError("a text that does not have its hash")
    tasks = {one.id for one in facts.tasks}
    if any(call.task_id not in tasks for call in facts.calls):
        raise ValueError("a call for something else")
    if any(one.subject_id not in {id_, *answers} for one in facts.scores):
        raise ValueError("a score of something else")
    for one in facts.decisions:
        if one.instruction_id != id_ and not (one.instruction_id is None and (one.bulk_id or one.undoes_id)):
            raise ValueError("a decision on something else")
    people = [one.by for one in facts.revisions] + [one.by for one in facts.scores] + [one.by for one in facts.labels]
    people += [one.person_id for one in facts.decisions]
    require_people(people)


def require_people(people: list[str]) -> None:
    """ValueError if somebody is called what only this installation's owner is, or nothing, or a whole text."""
    if any(one == LOCAL_OWNER.person_id or not 0 < len(one) <= _LONGEST_NAME for one in people):
        raise ValueError("somebody who cannot be known here")


def _require_ids(row: Json) -> None:
    for part in (row, *(one for name in _WITH_IDS for one in row[name])):
        require_ids(part)


_WITH_IDS = ("revisions", "responses", "tasks", "calls", "checks", "scores", "labels", "decisions")


def require_ids(fact: Mapping[str, Any]) -> None:
    """ValueError unless everything that is to be an id is one."""
    for name, value in fact.items():
        if value is None or name == "person_id" or not (name == "id" or name.endswith("_id") or name == "made_by"):
            continue
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise ValueError(f"its {name} is no id")
    if not all(isinstance(one, str) and _ID.fullmatch(one) for one in fact.get("ancestors", ())):
        raise ValueError("an ancestor's id")


def _require_readable(facts: Facts) -> None:
    """What pages read out of a call is what they expect to find there."""
    for call in facts.calls:
        TaskKind(call.kind)
        messages = json.loads(call.request)["messages"]
        if not all(isinstance(one["role"], str) and isinstance(one["content"], str) for one in messages):
            raise ValueError("a call that asks nothing")


# Whole numbers, by what holds them: the columns are 32 bits wide, or 64.
_COUNTED = {
    "revisions": ("number", "words"),
    "tasks": ("tries", "epoch"),
    "calls": ("tokens_in", "tokens_out", "worst_tokens"),
    "checks": ("version",),
    "scores": ("epoch",),
}


def _require_small(facts: Facts) -> None:
    """ValueError for a number that its column cannot hold."""
    of = facts.instruction
    numbers: list[int | None] = [
        of.epoch,
        of.depth,
        of.child_number,
        facts.outcome.words_added if facts.outcome else None,
    ]
    for part, names in _COUNTED.items():
        numbers += [getattr(fact, name) for fact in getattr(facts, part) for name in names]
    if any(one is not None and abs(one) >= _INT32 for one in numbers):
        raise ValueError("a number beyond all bounds")
    if any(abs(one.active_ms or 0) > MOST_SEQ for one in facts.decisions):
        raise ValueError("a time beyond all bounds")
