"""Adding what a lineage's rows refer to, inside the transaction that adds the rows."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any, Protocol

import duckdb

from core.domain.decision import ConsensusRule
from core.domain.project import Audit, PromptPack
from core.domain.run import Run, RunEvent, RunEventKind
from core.domain.source import Source
from core.domain.system import System
from core.store.database import Database
from core.store.rows import fetched
from core.store.tables import insert_facts

_GOING = (RunEventKind.STARTED, RunEventKind.RESUMED)
_BESIDE = (RunEventKind.CAPS, RunEventKind.STEERING)  # say nothing of a run's state
_KNOWN_RUNS = "select id, rng_seed, settings from run where id in (:ids)"
_NUMBERS = "select number from run"
_PERSON = "insert into person (id, name, kind, role, active) values (?, ?, 'imported', 'annotator', false) on conflict do nothing"
_EVENT = """insert into run_event (seq, run_id, kind, "by", reason, received_at)
values ($seq, $run_id::uuid, $kind, $by, $reason, $received_at)"""
_SOURCE = """insert into source (id, seq, kind, name, licence, file_sha256, taken, merged, refused, "by", received_at)
values ($id::uuid, $seq, $kind, $name, $licence, $file_sha256, $taken, $merged, $refused, $by, $received_at) on conflict do nothing"""
_QUEUE = """insert into queue by name
select $id::uuid as id, $seq as seq, $name as name, $filter as filter, $sort as sort, $overlap as overlap,
  $overlap_share as overlap_share, $blind as blind, $audit_share as audit_share, $repeat_share as repeat_share,
  $adjudicates as adjudicates, $archived as archived, $asks as asks on conflict do nothing"""
_BULK = """insert into bulk (id, seq, filter, as_of_seq, count, "by")
values ($id::uuid, $seq, $filter, $as_of_seq, $count, $by) on conflict do nothing"""
_IS_EMPTY = "select (select count(*) from instruction) + (select count(*) from decision) as n"
_RULE = "update project set consensus_rule = ?"


class Has(Protocol):
    """What a lineage's header says (core.exchange.lineage_context.Context), as far as it is written down."""

    @property
    def consensus_rule(self) -> ConsensusRule: ...
    @property
    def as_of_seq(self) -> int: ...
    @property
    def persons(self) -> Sequence[Any]: ...
    @property
    def runs(self) -> Sequence[Run]: ...
    @property
    def events(self) -> Sequence[Any]: ...
    @property
    def sources(self) -> Sequence[Any]: ...
    @property
    def packs(self) -> Sequence[PromptPack]: ...
    @property
    def systems(self) -> Sequence[System]: ...
    @property
    def queues(self) -> Sequence[Any]: ...
    @property
    def bulks(self) -> Sequence[Any]: ...


def known_runs(database: Database, runs: Sequence[Run]) -> dict[str, dict[str, Any]]:
    """Those of the runs that are here already: rng_seed, settings (JSON)."""
    return {row["id"]: row for row in database.query_ids(_KNOWN_RUNS, [run.id for run in runs])}


def same_run(run: Run, known: dict[str, Any]) -> bool:
    """Whether it is the run that is known here."""
    return bool(run.rng_seed == known["rng_seed"] and json.loads(run.settings) == json.loads(known["settings"]))


def add(
    connection: duckdb.DuckDBPyConnection,
    base: int,
    seq: int,
    has: Has,
    source: Source,
    now: datetime,
    *,
    actor_id: str,
) -> int:
    """Everything that is not here yet: what is in the file with its number and `base`, the rest with numbers from `seq` on.

    → how many of these it used.
    """
    if not fetched(connection, _IS_EMPTY)[0]["n"]:
        connection.execute(_RULE, [str(has.consensus_rule)])  # verdicts count here as they did there
    for person in has.persons:
        connection.execute(_PERSON, [person.id, person.name[:200]])
    insert_facts(connection, PromptPack, has.packs, 0)
    insert_facts(connection, System, has.systems, 0)
    for one in has.sources:
        connection.execute(_SOURCE, asdict(one.fact) | {"seq": base + one.seq})
    for bulk in has.bulks:
        shifted = {"seq": base + bulk.seq, "as_of_seq": base + bulk.as_of_seq}
        connection.execute(_BULK, asdict(bulk) | shifted)
    last = seq - 1
    last = _add_runs(connection, base, last, has, now)
    for queue in has.queues:
        last += 1
        connection.execute(_QUEUE, asdict(queue) | {"sort": str(queue.sort), "seq": last})
    connection.execute(_SOURCE, asdict(source) | {"seq": last + 1})
    audit = Audit(person_id=actor_id, act="lineage imported", subject=source.id, origin="", received_at=now)
    insert_facts(connection, Audit, [audit], last + 2)
    return last + 3 - seq


def _add_runs(connection: duckdb.DuckDBPyConnection, base: int, last: int, has: Has, now: datetime) -> int:
    """Runs that are not here yet, under numbers that are free; one that was going then stands as interrupted."""
    known = {row["id"] for row in fetched(connection, _KNOWN_RUNS, [run.id for run in has.runs])}
    taken = {row["number"] for row in fetched(connection, _NUMBERS)}
    for run in has.runs:
        if run.id in known:
            continue
        number = run.number if run.number not in taken else max(taken) + 1
        taken.add(number)
        insert_facts(connection, Run, [replace(run, number=number)], 0)
        events = [one for one in has.events if one.fact.run_id == run.id]
        for one in events:
            connection.execute(_EVENT, _event_row(one.fact, base + one.seq))
        states = [one.fact.kind for one in events if one.fact.kind not in _BESIDE]
        if not states or states[-1] in _GOING:
            last += 1
            stands = RunEvent(run_id=run.id, kind=RunEventKind.INTERRUPTED, by="studio", reason=_LEFT, received_at=now)
            connection.execute(_EVENT, _event_row(stands, last))
    return last


_LEFT = "It was going when this lineage was taken out of its project."


def _event_row(event: RunEvent, seq: int) -> dict[str, Any]:
    row = {one.name: getattr(event, one.name) for one in fields(event)}
    return row | {"kind": str(event.kind), "seq": seq}
