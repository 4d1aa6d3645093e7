"""Reading what a dataset is, for Explore: counts and measures in one scan over narrow rows, texts only where they are wanted."""

from collections.abc import Iterator, Sequence
from typing import Any

from core.store.database import Database

_HAS_EVOLUTIONS = "select exists (select 1 from instruction where kind = 'evolved') as has"
_MARK = "select seq from last_seq"
_PAGE = 500
_PLACES = """select i.id, i.seq, s.revision_id, coalesce(k.skill, '') as skill
from instruction i join instruction_state s on s.id = i.id left join seed_now k on k.id = i.seed_id
where i.seq in (select unnest($seqs))"""
_TEXTS = "select id, text from revision where id in (:ids)"
_LICENCES = """select distinct c.licence from source c where c.licence <> '' and c.id in (
  select d.source_id from instruction d where d.id in (
    select seed_id from instruction where seq in (select unnest($seqs)))) order by c.licence"""


def has_evolutions(database: Database) -> bool:
    return bool(database.query(_HAS_EVOLUTIONS)[0]["has"])


def mark(database: Database) -> int:
    """Grows with everything that happens in a project."""
    return int(database.query(_MARK)[0]["seq"])


def texts(database: Database, seqs: Sequence[int]) -> Iterator[dict[str, Any]]:
    """`text` and `skill` (of the seed, "" for none) of these instructions in their order, some at a time."""
    for start in range(0, len(seqs), _PAGE):
        wanted = list(seqs[start : start + _PAGE])
        places = {row["seq"]: row for row in database.query(_PLACES, {"seqs": wanted})}
        said = database.query_ids(_TEXTS, [row["revision_id"] for row in places.values()])
        found = {row["id"]: row["text"] for row in said}
        for seq in wanted:
            yield {"text": found[places[seq]["revision_id"]], "skill": places[seq]["skill"]}


def licences(database: Database, seqs: Sequence[int]) -> str:
    """Of everything that these grew from, in one line, each once; "" if none is known."""
    said = [row["licence"].split(", ") for row in database.query(_LICENCES, {"seqs": list(seqs)})]
    return ", ".join(dict.fromkeys(one for several in said for one in several))
