"""Reading what a run amounts to: counts from views, and the instructions behind a figure."""

from dataclasses import dataclass
from typing import Any

from core.domain.check import Rule, Verdict
from core.domain.instruction import RunStatus
from core.domain.operation import Operation
from core.domain.overview import Pick
from core.domain.progress import Evolution
from core.store.database import Database

_CHECKS = "select rule, verdict, sum(n)::bigint as n from check_count where run_id = ? group by rule, verdict"
_WORDS = "select operation, words_added, n from words_added_count where run_id = ?"
_DIFFICULTY = "select epoch, n, mean, deviation from difficulty_by_epoch where run_id = ? order by epoch"
_COSTS = "select operation, calls, tokens::bigint as tokens, usd, unpriced from operation_cost where run_id = ?"
_PICKED = """from outcome o where o.run_id = $run
  and ($status::varchar is null or o.status = $status) and ($epoch::integer is null or o.epoch = $epoch)
  and ($operation::varchar is null or o.operation = $operation) and ($first_rule::varchar is null or o.rule = $first_rule)
  and ($words_from::integer is null or o.words_added >= $words_from)
  and ($words_to::integer is null or o.words_added <= $words_to)
  and (not $budgeted::boolean or o.operation not in ('complicate_input', 'mutate'))
  and ($rule::varchar is null or o.instruction_id in
    (select instruction_id from rule_check where run_id = $run and rule = $rule and verdict = 'fail'))"""
_COUNT = "select count(*) as n " + _PICKED
_PAGE = "select o.* " + _PICKED + " order by o.epoch, o.seq limit $most offset $after"
_FIRST_WORDS = "select r.of_id, left(r.text, 240) as text from revision r join instruction_state s on s.revision_id = r.id where s.id in (:ids)"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckCount:
    """How often one rule gave one verdict."""

    rule: Rule
    verdict: Verdict
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WordCount:
    """How many children of one operation added so many words."""

    operation: Operation
    words_added: int
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EpochDifficulty:
    """Mean difficulty of one epoch's survivors, with the sample's deviation (None of one)."""

    epoch: int
    n: int
    mean: float
    deviation: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationCost:
    """What the calls for one operation's children took; None are the seeds' own. `usd` None: one had no price."""

    operation: Operation | None
    calls: int
    tokens: int
    usd: float | None


def checks(database: Database, run_id: str) -> tuple[CheckCount, ...]:
    return tuple(
        CheckCount(rule=Rule(row["rule"]), verdict=Verdict(row["verdict"]), n=row["n"])
        for row in database.query(_CHECKS, [run_id])
    )


def words(database: Database, run_id: str) -> tuple[WordCount, ...]:
    return tuple(
        WordCount(operation=Operation(row["operation"]), words_added=row["words_added"], n=row["n"])
        for row in database.query(_WORDS, [run_id])
    )


def difficulty(database: Database, run_id: str) -> tuple[EpochDifficulty, ...]:
    return tuple(EpochDifficulty(**row) for row in database.query(_DIFFICULTY, [run_id]))


def costs(database: Database, run_id: str) -> tuple[OperationCost, ...]:
    return tuple(
        OperationCost(
            operation=Operation(row["operation"]) if row["operation"] else None,
            calls=row["calls"],
            tokens=row["tokens"],
            usd=None if row["unpriced"] else row["usd"],
        )
        for row in database.query(_COSTS, [run_id])
    )


def count_picked(database: Database, run_id: str, pick: Pick) -> int:
    return int(database.query(_COUNT, _asked(run_id, pick))[0]["n"])


def picked(database: Database, run_id: str, pick: Pick, *, most: int, after: int) -> tuple[Evolution, ...]:
    """Some of the instructions behind a figure, by epoch and then in the order in which they were decided."""
    rows = database.query(_PAGE, _asked(run_id, pick) | {"most": most, "after": after})
    found = database.query_ids(_FIRST_WORDS, [row["instruction_id"] for row in rows])
    texts = {row["of_id"]: row["text"] for row in found}
    return tuple(
        Evolution(
            id=row["instruction_id"],
            seed_id=row["seed_id"],
            operation=Operation(row["operation"]),
            epoch=row["epoch"],
            status=RunStatus(row["status"]),
            rule=Rule(row["rule"]) if row["rule"] else None,
            text=texts.get(row["instruction_id"], ""),
            words_added=row["words_added"],
            received_at=row["received_at"],
        )
        for row in rows
    )


def _asked(run_id: str, pick: Pick) -> dict[str, Any]:
    return {
        "run": run_id,
        "status": pick.status,
        "epoch": pick.epoch,
        "operation": pick.operation,
        "rule": pick.rule,
        "first_rule": pick.first_rule,
        "words_from": pick.words_from,
        "words_to": pick.words_to,
        "budgeted": pick.budgeted,
    }
