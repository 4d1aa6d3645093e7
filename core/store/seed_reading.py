"""Reading seeds and sources."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from core.domain.instruction import Instruction
from core.domain.run import SeedChoice
from core.store.database import Database
from core.store.instruction_rows import instruction_from

_COUNT = "select count(*) as n from instruction where kind = 'seed'"
_PAGE_IDS = "select id from instruction where kind = 'seed' order by position limit ? offset ?"
_FOUND_IDS = """select i.id from revision r join instruction i on i.id = r.of_id
where r.of = 'instruction' and i.kind = 'seed' and contains(lower(r.text), lower(?)) order by i.position limit ? offset ?"""
_PLACES = "select id, position, source_id from instruction where id in (:ids) order by position"
_CURRENT = "select id, revision_id from instruction_state where id in (:ids)"
_TEXTS = "select id, text, words from revision where id in (:ids)"
_SKILLS_OF = """select instruction_id as id, arg_max(value, seq) as skill from label
where kind = 'skill' and instruction_id in (:ids) group by instruction_id"""
_SOURCE_NAMES = "select id, name from source where id in (:ids)"
_SKILLS = "select skill, count(*) as n from seed_now group by skill order by n desc, skill"
_SHARES = """select s.skill, count(*) as seeds, sum(coalesce(o.n, 0))::bigint as survivors from seed_now s
left join (select seed_id, count(*) as n from outcome where status = 'survived' group by seed_id) o on o.seed_id = s.id
group by s.skill order by seeds desc, s.skill"""
_SOURCES = """select * from source
where kind not in ('test_set', 'responses', 'reference', 'decisions') order by seq desc"""  # those hold no seeds
# A seed that people rejected is there, and is chosen for no further run.
_ALL = """select * exclude (seq) from instruction
where kind = 'seed' and id not in (select id from instruction_state where human_status = 'rejected') order by position"""
_BY_ID = "select * exclude (seq) from instruction where id in (:ids) order by position"
# The seeds that pass a filter; the texts are read only when something is to be found in them.
_MATCHING = """select id, position, skill from seed_now
where ($source = '' or source_id::varchar = $source) and (len($skills) = 0 or list_contains($skills, skill))
  and ($find = '' or id in (select of_id from revision where "of" = 'instruction' and contains(lower(text), lower($find))))
  and id not in (select id from instruction_state where human_status = 'rejected')
  and ($below::double is null or id not in (select id from instruction_state where difficulty >= $below))
order by position"""
_MATCHING_BY_SKILL = """select skill, count(*) as n from seed_now
where ($source = '' or source_id::varchar = $source) and (len($skills) = 0 or list_contains($skills, skill))
  and ($find = '' or id in (select of_id from revision where "of" = 'instruction' and contains(lower(text), lower($find))))
  and id not in (select id from instruction_state where human_status = 'rejected')
  and ($below::double is null or id not in (select id from instruction_state where difficulty >= $below))
group by skill"""
_DIFFICULTIES = """select s.id, s.difficulty from instruction_state s join instruction i on i.id = s.id
where i.kind = 'seed' and s.difficulty is not null"""
_WORDS = """select sum(r.words) as words, count(*) as n from instruction i
join instruction_state t on t.id = i.id join revision r on r.id = t.revision_id where i.kind = 'seed'"""
_HASHES = "select r.text_hash from instruction i join revision r on r.of_id = i.id where i.kind = 'seed'"


def count_seeds(database: Database) -> int:
    return int(database.query(_COUNT)[0]["n"])


def seed_rows(database: Database, *, find: str, most: int, offset: int) -> list[dict[str, object]]:
    """Rows of the table of seeds: id, position, text, words, source, skill."""
    if find:
        rows = database.query(_FOUND_IDS, [find, most, offset])
    else:
        rows = database.query(_PAGE_IDS, [most, offset])
    return _lines(database, [row["id"] for row in rows])


def _lines(database: Database, ids: list[str]) -> list[dict[str, object]]:
    """Look-ups by primary key, one table after the other: a join would read every text."""
    current = {row["id"]: row["revision_id"] for row in database.query_ids(_CURRENT, ids)}
    texts = {row["id"]: row for row in database.query_ids(_TEXTS, filter(None, current.values()))}
    skills = {row["id"]: row["skill"] for row in database.query_ids(_SKILLS_OF, ids)}
    places = database.query_ids(_PLACES, ids)
    names = database.query_ids(_SOURCE_NAMES, {row["source_id"] for row in places if row["source_id"]})
    sources = {row["id"]: row["name"] for row in names}
    return [
        {
            "id": row["id"],
            "position": row["position"],
            "text": texts[current[row["id"]]]["text"],
            "words": texts[current[row["id"]]]["words"],
            "source": sources.get(row["source_id"]),
            "skill": skills.get(row["id"]),
        }
        for row in places
    ]


def skills(database: Database) -> dict[str, int]:
    """How many seeds have each skill; "" for none."""
    return {row["skill"]: row["n"] for row in database.query(_SKILLS)}


def shares(database: Database) -> list[dict[str, Any]]:
    """Seeds and survivors by skill: skill, seeds, survivors."""
    return database.query(_SHARES)


def sources(database: Database) -> list[dict[str, Any]]:
    return database.query(_SOURCES)


def all_seeds(database: Database) -> Iterator[Instruction]:
    """Every seed that nobody has rejected, in the order of import."""
    return (instruction_from(row) for row in database.query(_ALL))


def revisions(database: Database, ids: Iterable[str]) -> dict[str, str]:
    """The present revision of each of these seeds."""
    return {row["id"]: row["revision_id"] for row in database.query_ids(_CURRENT, ids)}


def texts(database: Database, ids: Iterable[str]) -> dict[str, str]:
    """The present texts of these seeds, in the same order."""
    wanted = list(ids)
    current = {row["id"]: row["revision_id"] for row in database.query_ids(_CURRENT, wanted)}
    found = {row["id"]: row["text"] for row in database.query_ids(_TEXTS, current.values())}
    return {id_: found[current[id_]] for id_ in wanted}


def seeds_by_id(database: Database, ids: Iterable[str]) -> Iterator[Instruction]:
    """These seeds, in the order of import."""
    return (instruction_from(row) for row in database.query_ids(_BY_ID, ids))


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedKey:
    """What a choice of seeds is made by."""

    id: str
    position: int
    skill: str


def matching(database: Database, choice: SeedChoice) -> list[SeedKey]:
    """The seeds that pass the choice's filter and were not rejected, in the order of import; its limit and mix are not looked at."""
    return [SeedKey(**row) for row in database.query(_MATCHING, _filter(choice))]


def matching_by_skill(database: Database, choice: SeedChoice) -> dict[str, int]:
    """How many of those have each skill."""
    rows = database.query(_MATCHING_BY_SKILL, _filter(choice))
    return {row["skill"]: row["n"] for row in rows}


def _filter(choice: SeedChoice) -> dict[str, object]:
    return {"source": choice.source, "skills": list(choice.skills), "find": choice.find, "below": choice.below}


def difficulties(database: Database) -> dict[str, float]:
    """How difficult each seed is that was scored."""
    return {row["id"]: row["difficulty"] for row in database.query(_DIFFICULTIES)}


def mean_words(database: Database) -> float:
    row = database.query(_WORDS)[0]
    return float(row["words"] or 0) / max(1, int(row["n"]))


def text_hashes(database: Database) -> set[bytes]:
    """SHA-256 of every seed's texts."""
    return {bytes.fromhex(row["text_hash"]) for row in database.query(_HASHES)}
