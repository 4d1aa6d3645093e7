"""What each rule found, beside what people decided of the same children; and the texts to hold a rule against again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.check import Rule, Verdict
from core.store.database import Database

# Unmarked audits are a sample; whatever else people decided of what was eliminated, they had looked up by themselves.
_COUNTS = """with audited as (
  select distinct t.instruction_id from standing t join decision d on d.id = t.decision_id where d.origin = 'audit'
)
select c.rule, c.verdict, s.run_status as status, a.instruction_id is not null as audited,
  case when s.human_status in ('accepted', 'rejected') then s.human_status else '' end as human, count(*) as n
from rule_check c join instruction_state s on s.id = c.instruction_id left join audited a on a.instruction_id = c.instruction_id
where ($run::uuid is null or c.run_id = $run::uuid) and s.run_status in ('survived', 'eliminated')
group by all"""
_CHECKED = "select count(*) as n from rule_check where run_id = $run and rule = $rule"
_SCORED = """select c.instruction_id as id, c.verdict, c.score, c.call_id, c.response_id, i.seed_id, i.run_id, i.ancestors, i.parent_revision_id,
  i.operation, i.pack_hash, s.run_status as status, s.human_status as human,
  (select count(*) from rule_check o where o.instruction_id = c.instruction_id and o.verdict = 'fail' and o.rule <> $rule) as other_failures
from rule_check c join instruction i on i.id = c.instruction_id join instruction_state s on s.id = i.id
where c.run_id = $run and c.rule = $rule order by s.human_status = 'undecided', i.seq limit $most"""
_TEXTS = "select id, text from revision where id in (:ids)"
_FINISHES = "select id, finish_reason from call where id in (:ids)"


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditCount:
    """So many children of which a rule said this, the machine concluded that, and people say `human` ("" for nothing)."""

    rule: Rule
    verdict: Verdict
    survived: bool
    audited: bool
    human: str
    n: int


def counts(database: Database, run_id: str | None) -> list[AuditCount]:
    return [
        AuditCount(
            rule=Rule(row["rule"]),
            verdict=Verdict(row["verdict"]),
            survived=row["status"] == "survived",
            audited=row["audited"],
            human=row["human"],
            n=row["n"],
        )
        for row in database.query(_COUNTS, {"run": run_id})
    ]


def count_checked(database: Database, run_id: str, rule: Rule) -> int:
    return int(database.query(_CHECKED, {"run": run_id, "rule": rule})[0]["n"])


def checked(database: Database, run_id: str, rule: Rule, most: int) -> list[dict[str, Any]]:
    """Children that a rule of a run checked, those that people decided first."""
    return database.query(_SCORED, {"run": run_id, "rule": rule, "most": most})


def texts(database: Database, revision_ids: Sequence[str]) -> dict[str, str]:
    return {row["id"]: row["text"] for row in database.query_ids(_TEXTS, revision_ids)}


def finish_reasons(database: Database, call_ids: Sequence[str]) -> dict[str, str]:
    return {row["id"]: row["finish_reason"] or "" for row in database.query_ids(_FINISHES, call_ids)}
