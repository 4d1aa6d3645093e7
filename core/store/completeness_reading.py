"""How much everybody judged in a study, and when. What they said is not read here."""

from typing import Any

from core.store.database import Database

# One row a trial that was judged; its revisions are further answers.
_BY_PERSON = """with judged as (
  select t.id, t.person_id, t.pilot, t.origin, min(j.received_at) as first, max(j.received_at) as last, max(j.number) as revisions,
    arg_min(j.active_ms, j.number) as active_ms
  from trial t join judgment j on j.trial_id = t.id where t.study_id = $study::uuid group by all
)
select person_id, count(*) filter (where not pilot and origin = 'fresh') as judged,
  count(*) filter (where not pilot and origin <> 'fresh') as besides, count(*) filter (where pilot) as pilot,
  sum(revisions)::bigint as revised, min(first) as first, max(last) as last, median(active_ms) / 1000 as pace_s
from judged group by person_id"""


def by_person(database: Database, study_id: str) -> dict[str, dict[str, Any]]:
    """judged, besides, pilot, revised, first, last, pace_s of everybody, and everything, that judged something."""
    rows = database.query(_BY_PERSON, {"study": study_id})
    return {row["person_id"]: row for row in rows}
