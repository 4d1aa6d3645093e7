"""Reading runs: lists, progress, what was spent. Narrow columns first; texts only for the few rows that are shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from core.domain import ids
from core.domain.check import Rule
from core.domain.instruction import RunStatus
from core.domain.operation import Operation
from core.domain.progress import EpochCount, Evolution, FailureCount, RuleCount, RunSummary, Spending
from core.domain.run import Caps, RunSettings
from core.domain.task import TaskKind
from core.store.database import Database

_SETTINGS = TypeAdapter(RunSettings)
_CAPS = TypeAdapter(Caps)
_RUNS = "select * from run_now order by number desc"
_RUN = "select * from run_now where id = ?"
_SETTINGS_OF = "select settings from run where id = ?"
_MADE = "select epoch, count(*) as n from instruction where run_id = ? group by epoch order by epoch"
_OUTCOMES = "select epoch, operation, status, rule, n from outcome_count where run_id = ?"
_DIFFICULTY = "select epoch, avg(value) as mean from score where run_id = ? and kind = 'difficulty' group by epoch"
# A child is shown as soon as its text is there, before it is judged: so by the calls that evolved, not by outcomes.
_LATEST = """select task_id, started_at, latency_ms from call
where run_id = ? and kind = 'evolve' and error_kind is null order by seq desc limit ?"""
_CHILDREN = """select t.id as task_id, i.id, i.seed_id, i.operation, i.epoch, s.run_status, s.rule, s.words_added
from task t join instruction i on i.id = t.subject_id join instruction_state s on s.id = i.id where t.id in (:ids)"""
_FIRST_WORDS = "select of_id, left(text, 240) as text from revision where id in (:ids)"
_SPENDING = "select * from run_spending where run_id = ?"
_FAILURES = """select error_kind as kind, count(*) as n, arg_max(error_detail, seq) as last
from call where run_id = ? and error_kind is not null group by error_kind order by n desc"""
_OWED = "select count(*) as n from task where run_id = ? and state in ('waiting', 'claimed')"
_USAGE = """select c.kind, avg(c.tokens_in) as tokens_in, avg(c.tokens_out) as tokens_out,
  avg(c.latency_ms) filter (c.id not in (select call_id from call_batch_item)) as latency_ms
from call c join system s on s.id = c.system_id
where s.name = ? and c.kind in ('evolve', 'judge', 'respond', 'score') and c.error_kind is null and c.tokens_in is not null and c.tokens_out is not null
group by c.kind having count(*) >= 5"""
_EVENT = "select count(*) as n from run_event where run_id = ? and kind = ?"


def settings_as_json(settings: RunSettings) -> str:
    return _SETTINGS.dump_json(settings).decode()


def settings_from_json(text: str) -> RunSettings:
    return _SETTINGS.validate_json(text)


def runs(database: Database) -> list[RunSummary]:
    """All runs, newest first."""
    return [_summary(row) for row in database.query(_RUNS)]


def run(database: Database, run_id: str) -> RunSummary | None:
    found = database.query(_RUN, [run_id]) if ids.is_id(run_id) else []
    return _summary(found[0]) if found else None


def settings_of(database: Database, run_id: str) -> RunSettings | None:
    """The settings alone; None if there is no such run."""
    found = database.query(_SETTINGS_OF, [run_id]) if ids.is_id(run_id) else []
    return settings_from_json(found[0]["settings"]) if found else None


def caps_as_json(caps: Caps) -> str:
    return _CAPS.dump_json(caps).decode()


def _summary(row: dict[str, Any]) -> RunSummary:
    settings = settings_from_json(row["settings"])
    if row["caps"]:
        settings = replace(settings, caps=_CAPS.validate_json(row["caps"]))
    return RunSummary(
        id=row["id"],
        number=row["number"],
        name=row["name"],
        state=row["state"] or "preparing",
        reason=row["reason"] or "",
        n_seeds=row["n_seeds"],
        settings=settings,
        created_at=row["created_at"],
        state_since=row["state_since"],
        by=row["by"],
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeCount:
    """How many children of one epoch and operation ended alike. `rule` is the first one that failed."""

    epoch: int
    operation: Operation
    status: RunStatus
    rule: Rule | None
    n: int


def outcomes(database: Database, run_id: str) -> tuple[OutcomeCount, ...]:
    """A run's outcomes, counted once for everything that is said of them."""
    return tuple(
        OutcomeCount(
            epoch=row["epoch"],
            operation=Operation(row["operation"]),
            status=RunStatus(row["status"]),
            rule=Rule(row["rule"]) if row["rule"] else None,
            n=row["n"],
        )
        for row in database.query(_OUTCOMES, [run_id])
    )


def epochs(database: Database, run_id: str, counted: Sequence[OutcomeCount]) -> tuple[EpochCount, ...]:
    counts: Counter[tuple[int, RunStatus]] = Counter()
    for one in counted:
        counts[one.epoch, one.status] += one.n
    means = {row["epoch"]: row["mean"] for row in database.query(_DIFFICULTY, [run_id])}
    return tuple(
        EpochCount(
            epoch=row["epoch"],
            made=row["n"],
            survived=counts[row["epoch"], RunStatus.SURVIVED],
            eliminated=counts[row["epoch"], RunStatus.ELIMINATED],
            error=counts[row["epoch"], RunStatus.ERROR],
            difficulty=means.get(row["epoch"]),
        )
        for row in database.query(_MADE, [run_id])
    )


def rule_counts(counted: Sequence[OutcomeCount]) -> tuple[RuleCount, ...]:
    """Eliminations by operation and by the rule that came first."""
    counts: Counter[tuple[Operation, Rule]] = Counter()
    for one in counted:
        if one.rule is not None:
            counts[one.operation, one.rule] += one.n
    return tuple(RuleCount(operation=operation, rule=rule, n=n) for (operation, rule), n in counts.items())


def decided_by_operation(counted: Sequence[OutcomeCount]) -> dict[Operation, int]:
    counts: Counter[Operation] = Counter()
    for one in counted:
        counts[one.operation] += one.n
    return dict(counts)


def latest(database: Database, run_id: str, most: int) -> tuple[Evolution, ...]:
    """The newest evolutions first, whatever became of them so far."""
    calls = database.query(_LATEST, [run_id, most])
    children = {row["task_id"]: row for row in database.query_ids(_CHILDREN, [call["task_id"] for call in calls])}
    revisions = [ids.revision_id(row["id"]) for row in children.values()]
    texts = {row["of_id"]: row["text"] for row in database.query_ids(_FIRST_WORDS, revisions)}
    return tuple(_evolution(call, children[call["task_id"]], texts) for call in calls)


def _evolution(call: dict[str, Any], child: dict[str, Any], texts: dict[str, str]) -> Evolution:
    return Evolution(
        id=child["id"],
        seed_id=child["seed_id"],
        operation=Operation(child["operation"]),
        epoch=child["epoch"],
        status=RunStatus(child["run_status"]),
        rule=Rule(child["rule"]) if child["rule"] else None,
        text=texts.get(child["id"], ""),
        words_added=child["words_added"],
        received_at=call["started_at"] + timedelta(milliseconds=call["latency_ms"]),
    )


def spending(database: Database, run_id: str) -> Spending:
    """What the run's calls count for. `tokens` is what counts against a cap: unsaid is worst case."""
    found = database.query(_SPENDING, [run_id])
    if not found:
        return Spending()
    row = found[0]
    return Spending(
        calls=row["calls"],
        failed=row["failed"],
        tokens=int(row["tokens"] or 0),
        usd=row["usd"],
        unpriced=row["unpriced"],
    )


def spending_with_by_hand(database: Database, run_id: str) -> Spending:
    """The same with what people asked for in the run's trees: the caps hold for both together."""
    own, asked = spending(database, run_id), spending(database, ids.by_hand_id(run_id))
    usd = [one.usd for one in (own, asked) if one.usd is not None]
    return Spending(
        calls=own.calls + asked.calls,
        failed=own.failed + asked.failed,
        tokens=own.tokens + asked.tokens,
        usd=sum(usd) if usd else None,
        unpriced=own.unpriced + asked.unpriced,
    )


def failures(database: Database, run_id: str) -> tuple[FailureCount, ...]:
    return tuple(
        FailureCount(kind=row["kind"], n=row["n"], last=row["last"] or "")
        for row in database.query(_FAILURES, [run_id])
    )


def owed(database: Database, run_id: str) -> int:
    """Tasks that wait or are claimed."""
    return int(database.query(_OWED, [run_id])[0]["n"])


def next_number(database: Database) -> int:
    return int(database.query("select coalesce(max(number), 0) + 1 as n from run")[0]["n"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What one call takes on average. `latency_s` in seconds; None if all were asked by batch."""

    tokens_in: float
    tokens_out: float
    latency_s: float | None


def usage(database: Database, endpoint: str) -> dict[TaskKind, Usage]:
    """Means over this project's answered calls to an endpoint, by kind; only kinds with a few calls."""
    return {
        TaskKind(row["kind"]): Usage(
            tokens_in=row["tokens_in"],
            tokens_out=row["tokens_out"],
            latency_s=None if row["latency_ms"] is None else row["latency_ms"] / 1000,
        )
        for row in database.query(_USAGE, [endpoint])
    }


def has_event(database: Database, run_id: str, kind: str) -> bool:
    return bool(database.query(_EVENT, [run_id, kind])[0]["n"])
