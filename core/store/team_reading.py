"""Reading what people decided beside each other: parts, paces, and the counts that agreement is worked out of."""

from datetime import datetime

from core.domain.agreement import Scored, Split, TwoVerdicts
from core.domain.team import Counts, PairCount, Part, ScorePart
from core.store.database import Database

_PARTS = """select person_id, count(*) as decided, count(*) filter (where received_at >= $midnight) as today,
  count(*) filter (where verdict = 'accept') as accepted, median(active_ms) / 1000.0 as pace_s, max(received_at) as last
from decision where verdict is not null and bulk_id is null and origin <> 'repeat'
  and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null)
group by person_id order by decided desc, person_id"""
# Agreement is about one text that several people looked at: a verdict on an earlier text, or one on a whole list, is left out.
_OWN = """with own as (select instruction_id, revision_id, person_id, verdict from standing
  where kind = 'own' and decision_id not in (select id from decision where bulk_id is not null))"""
_SPLITS = """ select accepts, rejects, count(*) as items from (
    select count(*) filter (where verdict = 'accept') as accepts, count(*) filter (where verdict = 'reject') as rejects
    from own group by instruction_id, revision_id having count(*) > 1)
  group by all"""
_PAIRS = """ select a.person_id as one, b.person_id as other, count(*) filter (where a.verdict = 'accept' and b.verdict = 'accept') as both_accept,
    count(*) filter (where a.verdict = 'accept' and b.verdict = 'reject') as first_accepts,
    count(*) filter (where a.verdict = 'reject' and b.verdict = 'accept') as second_accepts,
    count(*) filter (where a.verdict = 'reject' and b.verdict = 'reject') as both_reject
  from own a join own b on b.instruction_id = a.instruction_id and b.revision_id = a.revision_id and b.person_id > a.person_id
  group by all order by one, other"""
_SPLITS_OF = _OWN + _SPLITS
_PAIRS_OF = _OWN + _PAIRS
# A repeat is held against the verdict that its person had given on the same text before.
_AGAIN = """with kept as (
    select seq, id, person_id, instruction_id, revision_id, verdict, origin from decision
    where verdict is not null and act <> 'adjudicate' and bulk_id is null
      and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null)
  ), twice as (
    select r.person_id, r.verdict as second, arg_max(e.verdict, e.seq) as first from kept r join kept e
      on e.person_id = r.person_id and e.instruction_id = r.instruction_id and e.revision_id = r.revision_id and e.seq < r.seq
    where r.origin = 'repeat' and e.origin <> 'repeat' group by r.id, r.person_id, r.verdict
  )
  select person_id, count(*) filter (where first = 'accept' and second = 'accept') as both_accept,
    count(*) filter (where first = 'accept' and second = 'reject') as first_accepts,
    count(*) filter (where first = 'reject' and second = 'accept') as second_accepts,
    count(*) filter (where first = 'reject' and second = 'reject') as both_reject
  from twice group by person_id"""


_SCORE_PARTS = """select person_id, count(*) as scored, count(*) filter (where received_at >= $midnight) as today, avg(score) as mean,
  median(active_ms) / 1000.0 as pace_s, max(received_at) as last
from difficulty_said group by person_id order by scored desc, person_id"""
# One word on a text says nothing of agreement.
_SCORED = """select revision_id as text, person_id as person, score from difficulty_said
where revision_id in (select revision_id from difficulty_said group by revision_id having count(*) > 1) order by text, person"""


def parts(database: Database, midnight: datetime) -> list[Part]:
    """Everybody who decided something that holds, most first."""
    return [Part(**row) for row in database.query(_PARTS, {"midnight": midnight})]


def score_parts(database: Database, midnight: datetime) -> list[ScorePart]:
    """Everybody who said how difficult texts are, most first."""
    return [ScorePart(**row) for row in database.query(_SCORE_PARTS, {"midnight": midnight})]


def scored(database: Database) -> list[Scored]:
    """What is said of the texts that two or more people scored."""
    return [Scored(**row) for row in database.query(_SCORED)]


def counts(database: Database) -> Counts:
    pairs = database.query(_PAIRS_OF)
    again = database.query(_AGAIN)
    return Counts(
        splits=tuple(Split(**row) for row in database.query(_SPLITS_OF)),
        pairs=tuple(
            PairCount(one=row.pop("one"), other=row.pop("other"), verdicts=TwoVerdicts(**row)) for row in pairs
        ),
        again={row.pop("person_id"): TwoVerdicts(**row) for row in again},
    )
