"""Reading how difficult people find instructions: whom an item waits for, and people's mean beside the model's."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from core.store.database import Database

_OF_TEXTS = """with those as (select revision_id, person_id from difficulty_said where revision_id in (:ids))
select revision_id, count(*) as n, bool_or(person_id = ?) as mine from those group by revision_id"""
_SINCE = (
    """select count(*) as n, avg(active_ms) as pace_ms from difficulty_said where person_id = ? and received_at >= ?"""
)
_IN_QUEUES = "select queue_id as id, count(*) as n, max(received_at) as last from difficulty_said group by queue_id"
_ANSWERED = "select trial_id from judgment where id in (:ids)"
# Each text once, however many people scored it; a text that was changed since counts for what it was scored as no more.
_BY_EPOCH = """with text as (
  select revision_id, count(*) as n, avg(score) as people from difficulty_said group by revision_id
), beside as (
  select coalesce(i.epoch, 0) as epoch, t.n, t.people, s.difficulty as model
  from text t join instruction_state s on s.revision_id = t.revision_id join instruction i on i.id = s.id
  where $run::uuid is null or i.run_id = $run or i.id in (select seed_id from instruction where run_id = $run)
)
select
  epoch, count(*) as texts, sum(n)::bigint as scores, avg(people) as people, stddev_samp(people) as people_deviation,
  count(model) as both, avg(model) as model, stddev_samp(model) as model_deviation,
  avg(people - model) as more, stddev_samp(people - model) as more_deviation
from beside group by grouping sets ((epoch), ()) order by epoch nulls first"""


def of_texts(database: Database, revision_ids: Iterable[str], person_id: str) -> dict[str, dict[str, Any]]:
    """Revision id → `n` people who scored it, and whether this person is one (`mine`); without a score it is left out."""
    rows = database.query_ids(_OF_TEXTS, revision_ids, [person_id])
    return {row["revision_id"]: row for row in rows}


def answered(database: Database, judgment_ids: Iterable[str]) -> set[str]:
    """The trials of those of these judgments that there are."""
    return {row["trial_id"] for row in database.query_ids(_ANSWERED, judgment_ids)}


def said_since(database: Database, person_id: str, since: datetime) -> tuple[int, float | None]:
    """How many this person scored since then, and how long one took in seconds, None if nobody knows."""
    row = database.query(_SINCE, [person_id, since])[0]
    return int(row["n"]), row["pace_ms"] / 1000 if row["pace_ms"] is not None else None


def said_in_queues(database: Database) -> dict[str, dict[str, Any]]:
    """By queue: `n` scores of everybody that hold, and when the last one came."""
    return {row["id"]: row for row in database.query(_IN_QUEUES)}


def by_epoch(database: Database, run_id: str | None) -> list[dict[str, Any]]:
    """First of all together (epoch None; nothing if nobody scored), then of each epoch; seeds are epoch 0."""
    return database.query(_BY_EPOCH, {"run": run_id})
