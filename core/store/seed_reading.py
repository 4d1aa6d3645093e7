"""Reading seeds and sources."""

from collections.abc import Iterator

from core.domain.instruction import Instruction
from core.store.database import Database
from core.store.run_log import instruction_from

_COUNT = "select count(*) as n from instruction where kind = 'seed'"
_PAGE_IDS = "select id from instruction where kind = 'seed' order by position limit ? offset ?"
_FOUND_IDS = """select i.id from revision r join instruction i on i.id = r.of_id
where r.of = 'instruction' and i.kind = 'seed' and contains(lower(r.text), lower(?)) order by i.position limit ? offset ?"""
_TEXTS = """select i.id, i.position, r.text, r.words, s.name as source, l.value as skill
from instruction i
left join instruction_state t on t.id = i.id
left join revision r on r.id = t.revision_id
left join source s on s.id = i.source_id
left join (select instruction_id, arg_max(value, seq) as value from label where kind = 'skill' group by all) l
    on l.instruction_id = i.id
where i.id in (:ids) order by i.position"""
_SKILLS = """select coalesce(l.value, '') as skill, count(*) as n from instruction i
left join (select instruction_id, arg_max(value, seq) as value from label where kind = 'skill' group by all) l
    on l.instruction_id = i.id
where i.kind = 'seed' group by 1 order by n desc, skill"""
_SOURCES = "select * from source order by seq desc"
_ALL = "select * exclude (seq) from instruction where kind = 'seed' order by position"
_WORDS = """select sum(r.words) as words, count(*) as n from instruction i
join instruction_state t on t.id = i.id join revision r on r.id = t.revision_id where i.kind = 'seed'"""
_HASHES = "select r.text_hash from instruction i join revision r on r.of_id = i.id where i.kind = 'seed'"
_NEXT_POSITION = "select coalesce(max(position), -1) + 1 as n from instruction where kind = 'seed'"


def count_seeds(database: Database) -> int:
    return int(database.query(_COUNT)[0]["n"])


def seed_rows(database: Database, *, find: str, most: int, offset: int) -> list[dict[str, object]]:
    """Rows of the table of seeds: id, position, text, words, source, skill."""
    if find:
        rows = database.query(_FOUND_IDS, [find, most, offset])
    else:
        rows = database.query(_PAGE_IDS, [most, offset])
    return database.query_ids(_TEXTS, [row["id"] for row in rows])


def skills(database: Database) -> dict[str, int]:
    """How many seeds have each skill; "" for none."""
    return {row["skill"]: row["n"] for row in database.query(_SKILLS)}


def sources(database: Database) -> list[dict[str, object]]:
    return database.query(_SOURCES)


def all_seeds(database: Database) -> Iterator[Instruction]:
    """Every seed, in the order of import."""
    return (instruction_from(row) for row in database.query(_ALL))


def mean_words(database: Database) -> float:
    row = database.query(_WORDS)[0]
    return float(row["words"] or 0) / max(1, int(row["n"]))


def text_hashes(database: Database) -> set[str]:
    return {row["text_hash"] for row in database.query(_HASHES)}


def next_position(database: Database) -> int:
    return int(database.query(_NEXT_POSITION)[0]["n"])
