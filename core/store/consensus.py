"""How several verdicts become one: the project's rule, what another would change, and changing it."""

import duckdb

from core.domain.decision import ConsensusRule
from core.domain.project import Audit
from core.domain.team import Turn
from core.store.bulk_effects import derive
from core.store.database import Database
from core.store.tables import insert_facts

_RULE = "select consensus_rule from project"
_CHANGE = "update project set consensus_rule = ?"
_TOUCHED = """create or replace temp table touched as select h.instruction_id as id from human_now h join instruction_state s on s.id = h.instruction_id
where h.human_status <> s.human_status"""
_NUMBER = "select count(*) from touched"
_WOULD_TURN = """with would as (
  select instruction_id, consensus_of(
    $rule, count(*) filter (where kind = 'own' and verdict = 'accept'), count(*) filter (where kind = 'own' and verdict = 'reject'),
    arg_min(verdict, seq) filter (where kind = 'own'), arg_max(verdict, seq) filter (where kind = 'adjudicated')
  ) as becomes from standing group by instruction_id
)
select s.human_status as was, w.becomes, count(*) as items from would w join instruction_state s on s.id = w.instruction_id
where s.human_status <> w.becomes group by all order by items desc, was, becomes"""


def rule(database: Database) -> ConsensusRule:
    return ConsensusRule(database.query(_RULE)[0]["consensus_rule"])


def turns(database: Database, wanted: ConsensusRule) -> list[Turn]:
    """What would change under this rule, most first. Only items on which people disagree can."""
    return [Turn(**row) for row in database.query(_WOULD_TURN, {"rule": str(wanted)})]


def change(database: Database, wanted: ConsensusRule, audit: Audit) -> int:
    """Decide by this rule from now on, and again what was decided: one transaction. → how many items changed.

    Every verdict stays as it is; only what follows from verdicts that differ is made again.
    """
    turned = 0

    def write(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
        nonlocal turned
        connection.execute(_CHANGE, [str(wanted)])
        connection.execute(_TOUCHED)
        ((turned,),) = connection.execute(_NUMBER).fetchall()
        derive(connection)
        return insert_facts(connection, Audit, [audit], seq)

    database.writer.run_numbered(write, by_person=True)
    return turned
