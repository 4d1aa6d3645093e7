"""What the calls of a study have left in the log: how often each was asked, how it failed, what models judged.

`calls_id` (core.domain.ids.study_calls_id) stands in a study's calls where a run's id would: one for each system and each judge.
"""

import json
from dataclasses import dataclass

from core.domain.call import ErrorKind, Sampling
from core.domain.model_judge import Orders
from core.store.database import Database
from core.store.run_reading import Usage

_LEAST = 5  # calls that a mean is told from
_TRIES = "select task_id, count(*) as n from call where run_id = ? group by task_id"
_FAILED = """select task_id, count(*) as n, arg_max(error_kind, seq) as kind, arg_max(coalesce(error_detail, ''), seq) as detail
from call where run_id = ? group by task_id having count(*) filter (error_kind is null) = 0"""
_USAGE = """select count(*) as n, avg(tokens_in) as tokens_in, avg(tokens_out) as tokens_out, avg(latency_ms) as latency_ms
from call where run_id = ? and error_kind is null and tokens_in is not null and tokens_out is not null"""
_LAST_REQUEST = "select request from call where run_id = ? order by seq desc limit 1"
_BEGUN = "select run_id, min(seq) as seq from call where kind = ? group by run_id order by seq"
_SYSTEMS = "select id, name, model, sampling from system"
_CUT = """select count(*) as n from candidate_now d join revision r on r.id = d.revision_id join response a on a.id = r.of_id
join call c on c.id = a.call_id where d.study_id = ? and d.system_id = ? and c.finish_reason = 'length'"""
_JUDGED = """select t.id, j.outcome from trial t join judgment_now j on j.trial_id = t.id
where t.study_id = ? and t.person_id = ?"""
# The same two texts in both orders: `left` says who won a trial, seen from its left: 1, 0 or -1.
_ORDERS = """with said as (
  select t.id, a.candidate_id as a, b.candidate_id as b, sign(w.rank - v.rank) as "left"
  from trial t join judgment_now j on j.trial_id = t.id
  join trial_slot a on a.trial_id = t.id and a.position = 0 join trial_slot b on b.trial_id = t.id and b.position = 1
  join judgment_value v on v.judgment_id = j.id and v.position = 0 join judgment_value w on w.judgment_id = j.id and w.position = 1
  where t.study_id = ? and t.person_id = ? and t.kind = 'pair' and j.outcome = 'judged'
)
select count(*) as pairs, count(*) filter (x."left" = -y."left") as alike,
  count(*) filter (x."left" = y."left" and x."left" <> 0) as by_place, count(*) filter (x."left" = 1 and y."left" = 1) as first
from said x join said y on x.a = y.b and x.b = y.a and x.a < y.a"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """A task that was never answered: how often it was asked, and how that ended last."""

    task_id: str
    tries: int
    kind: ErrorKind
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A system to which calls may have been made."""

    id: str
    name: str
    model: str
    sampling: str


def tries(database: Database, calls_id: str) -> dict[str, int]:
    """How often each task was asked, by its id."""
    return {row["task_id"]: row["n"] for row in database.query(_TRIES, [calls_id])}


def failed(database: Database, calls_id: str) -> dict[str, Failed]:
    """The tasks that were asked and never answered, by their ids."""
    return {
        row["task_id"]: Failed(
            task_id=row["task_id"], tries=row["n"], kind=ErrorKind(row["kind"]), detail=row["detail"]
        )
        for row in database.query(_FAILED, [calls_id])
    }


def usage(database: Database, calls_id: str) -> Usage | None:
    """What an answered call took on average; None after only a few."""
    row = database.query(_USAGE, [calls_id])[0]
    if row["n"] < _LEAST:
        return None
    return Usage(tokens_in=row["tokens_in"], tokens_out=row["tokens_out"], latency_s=row["latency_ms"] / 1000)


def last_sampling(database: Database, calls_id: str) -> Sampling | None:
    """How replies were drawn, as the last call was asked; None before the first."""
    found = database.query(_LAST_REQUEST, [calls_id])
    if not found:
        return None
    said = json.loads(found[0]["request"])
    return Sampling(
        temperature=said["temperature"],
        top_p=said["top_p"],
        max_tokens=said["max_tokens"],
        frequency_penalty=said["frequency_penalty"],
    )


def begun(database: Database, kind: str) -> list[str]:
    """The `calls_id` of everything that was ever asked by calls of this kind, the first one first."""
    return [row["run_id"] for row in database.query(_BEGUN, [kind])]


def systems(database: Database) -> list[Asked]:
    """Every system that the project knows."""
    return [Asked(**row) for row in database.query(_SYSTEMS)]


def count_cut(database: Database, study_id: str, system_id: str) -> int:
    """Responses of a system that ended at the most tokens that it was allowed."""
    return int(database.query(_CUT, [study_id, system_id])[0]["n"])


def outcomes(database: Database, study_id: str, person_id: str) -> dict[str, str]:
    """What came of the trials of one rater, by their ids."""
    return {row["id"]: row["outcome"] for row in database.query(_JUDGED, [study_id, person_id])}


def orders(database: Database, study_id: str, person_id: str) -> Orders:
    """How a model judged the pairs that it was shown in both orders."""
    return Orders(**database.query(_ORDERS, [study_id, person_id])[0])
