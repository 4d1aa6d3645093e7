"""What a study can take out of the project itself: instructions to sample, families of siblings, responses that are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.store.database import Database

_PLACES = """select i.id, s.revision_id, i.seed_id, nullif(coalesce(k.skill, ''), '') as skill, s.difficulty, i.epoch, i.operation
from instruction i join instruction_state s on s.id = i.id left join seed_now k on k.id = i.seed_id"""
_BY_SEQ = _PLACES + " where i.seq in (select unnest($seqs)) order by i.seq"
# Children that the machine kept, and that nobody rejected.
_CHILDREN = """from instruction i join instruction_state s on s.id = i.id join instruction_state p on p.id = i.parent_id
where i.kind = 'evolved' and s.run_status = 'survived' and s.human_status <> 'rejected' and not s.set_aside
  and s.revision_id is not null and p.revision_id is not null"""
_PARENTS = "select i.parent_id as id " + _CHILDREN + " group by i.parent_id having count(*) >= 2 order by min(i.seq)"
_CHILDREN_OF = (
    "select i.parent_id, i.operation, s.revision_id "
    + _CHILDREN
    + " and i.parent_id in (select unnest($parents::uuid[])) order by i.parent_id, i.seq"
)
_BY_ID = _PLACES + " where i.id in (select unnest($ids::uuid[])) order by i.seq"
# The newest text of each response that answers the very text that the study asks.
_OWN = """select p.id as prompt_id, r.id as revision_id from study_prompt_now p
join instruction_state s on s.id = p.from_instruction_id join response a on a.id = s.response_id
join revision asked on asked.id = a.instruction_revision_id join revision copy on copy.id = p.revision_id
join (select of_id, arg_max(id, number) as id from revision where "of" = 'response' group by of_id) r on r.of_id = a.id
where p.study_id = ? and asked.text_hash = copy.text_hash order by p.position"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """An instruction of the dataset with what is known of it; its skill is its seed's."""

    id: str
    revision_id: str
    seed_id: str
    skill: str | None
    difficulty: float | None
    epoch: int
    operation: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """One of several that grew from one parent."""

    parent_id: str
    operation: str
    revision_id: str


def instructions(database: Database, seqs: Sequence[int]) -> list[Source]:
    """The instructions at these places in the log, oldest first."""
    return [Source(**row) for row in database.query(_BY_SEQ, {"seqs": list(seqs)})]


def by_id(database: Database, ids: Sequence[str]) -> list[Source]:
    """These instructions, oldest first."""
    return [Source(**row) for row in database.query(_BY_ID, {"ids": list(ids)})]


def parents(database: Database) -> list[str]:
    """Ids of all that have at least two children to compare."""
    return [row["id"] for row in database.query(_PARENTS)]


def children(database: Database, parent_ids: Sequence[str]) -> list[Child]:
    """Those children, oldest first in each family."""
    return [Child(**row) for row in database.query(_CHILDREN_OF, {"parents": list(parent_ids)})]


def own_responses(database: Database, study_id: str) -> dict[str, str]:
    """What the project itself has answered: prompt → revision of the response."""
    rows: list[dict[str, Any]] = database.query(_OWN, [study_id])
    return {row["prompt_id"]: row["revision_id"] for row in rows}
