"""A lineage's header as values: its runs, sources, packs, systems, queues, bulks and people, checked like its rows."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.domain.decision import ConsensusRule
from core.domain.project import PromptPack
from core.domain.queue import Asks, Sort
from core.domain.run import Caps, Run, RunEvent, RunEventKind, RunSettings
from core.domain.source import Source
from core.domain.steering import Steering
from core.domain.system import System
from core.exchange.lineage import Json
from core.exchange.lineage_facts import require_ids, require_people
from core.exchange.lineage_reader import damaged


@dataclass(frozen=True, kw_only=True, slots=True)
class LineagePerson:
    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LineageQueue:
    """A saved queue as its row is; `filter` is JSON."""

    id: str
    name: str
    filter: str
    sort: Sort
    overlap: int
    overlap_share: float
    blind: bool
    audit_share: float
    repeat_share: float
    adjudicates: bool
    archived: bool
    asks: Asks = Asks.VERDICT  # lineages of an earlier studio do not say it


@dataclass(frozen=True, kw_only=True, slots=True)
class LineageBulk:
    """One decision on many. `seq` and `as_of_seq` are numbers in the log that it comes from."""

    id: str
    seq: int
    filter: str
    as_of_seq: int
    count: int
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EventAt:
    """What happened to a run, with its number in the log that it comes from."""

    seq: int
    fact: RunEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceAt:
    """The same for an import."""

    seq: int
    fact: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What rows refer to."""

    project: str
    consensus_rule: ConsensusRule
    as_of_seq: int
    with_names: bool
    persons: tuple[LineagePerson, ...]
    runs: tuple[Run, ...]
    events: tuple[EventAt, ...]
    sources: tuple[SourceAt, ...]
    packs: tuple[PromptPack, ...]
    systems: tuple[System, ...]
    queues: tuple[LineageQueue, ...]
    bulks: tuple[LineageBulk, ...]


_CONTEXT: TypeAdapter[Context] = TypeAdapter(Context)
_SETTINGS: TypeAdapter[RunSettings] = TypeAdapter(RunSettings)
_CAPS: TypeAdapter[Caps] = TypeAdapter(Caps)
_STEERING: TypeAdapter[Steering] = TypeAdapter(Steering)


def context_of(header: Json) -> Context:
    """The header's values. BadInput for what is of another shape or does not hold together."""
    try:
        context = _CONTEXT.validate_python(_parts(header))
        _require_sound(context)
        for part in ("runs", "sources", "systems", "queues", "bulks"):
            for one in header[part]:
                require_ids(one)
    except ValidationError as error:
        first = error.errors()[0]
        raise damaged(1, f"has a wrong {'.'.join(map(str, first['loc']))[:80]} ({first['msg'][:80]})") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise damaged(1, f"does not hold together ({str(error)[:120]})") from None
    return context


def _parts(header: Json) -> Json:
    return {
        "project": header["project"]["name"],
        "consensus_rule": header["project"]["consensus_rule"],
        "as_of_seq": header["as_of_seq"],
        "with_names": header["people"] == "names",
        "persons": header["persons"],
        "runs": [one | {"settings": json.dumps(one["settings"], ensure_ascii=False, separators=(",", ":"))} for one in header["runs"]],
        "events": [
            {"seq": event["seq"], "fact": event | {"run_id": run["id"]}} for run in header["runs"] for event in run["events"]
        ],
        "sources": [{"seq": one["seq"], "fact": one} for one in header["sources"]],
        "packs": [one | {"files": json.dumps(one["files"], ensure_ascii=False)} for one in header["packs"]],
        "systems": header["systems"],
        "queues": header["queues"],
        "bulks": header["bulks"],
    }  # fmt: skip


def _require_sound(context: Context) -> None:
    """Settings can be read, packs have the hash that they are called by, numbers are of this log, nobody is the owner."""
    for run in context.runs:
        _SETTINGS.validate_json(run.settings)
    for event in context.events:
        if event.fact.kind == RunEventKind.CAPS:
            _CAPS.validate_json(event.fact.reason)
        if event.fact.kind == RunEventKind.STEERING:
            _STEERING.validate_json(event.fact.reason)
    for pack in context.packs:
        files: Any = json.loads(pack.files)
        if hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest() != pack.hash:
            raise ValueError("a prompt pack that does not have its hash")
    for queue in context.queues:
        json.loads(queue.filter)
    numbers = (
        [one.seq for one in context.events] + [one.seq for one in context.sources] + [one.seq for one in context.bulks]
    )
    if not all(0 < number <= context.as_of_seq for number in numbers):
        raise ValueError("a number that is not of this log")
    people = [one.id for one in context.persons] + [one.fact.by for one in context.events]
    people += (
        [one.fact.by for one in context.sources] + [one.by for one in context.runs] + [one.by for one in context.bulks]
    )
    require_people(people)
