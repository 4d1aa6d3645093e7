"""Texts for comparing: of many instructions, and those that share words with one."""

from collections.abc import Sequence

from core.store.database import Database

_BY_SEQ = """select i.id, s.revision_id from instruction i join instruction_state s on s.id = i.id
where i.seq in (select unnest(?)) and s.revision_id is not null order by i.seq"""
_BY_ID = "select id, revision_id from instruction_state where id in (:ids) and revision_id is not null"
_TEXTS = "select id, text from revision where id in (:ids)"
_REJECTED = "select id from instruction_state where human_status = 'rejected' and id in (:ids)"
_TELLING = 6
# How many of six words each text has, those with most of them first: one scan, a second at 250,000 texts.
_SHARING = """with lowered as (
  select of_id, seq, id, lower(text) as said from revision
  where "of" = 'instruction' and of_id <> ? and id in (select revision_id from instruction_state)
    and of_id not in (select id from instruction where kind in ('prompt', 'reference'))
), best as (
  select id, of_id, seq, contains(said, ?)::integer + contains(said, ?)::integer + contains(said, ?)::integer
    + contains(said, ?)::integer + contains(said, ?)::integer + contains(said, ?)::integer as n
  from lowered order by n desc, seq limit ?
)
select b.of_id as id, r.text from best b join revision r on r.id = b.id where b.n > 0 order by b.n desc, b.seq"""


def rejected(database: Database, ids: Sequence[str]) -> set[str]:
    """Which of these people have rejected."""
    return {row["id"] for row in database.query_ids(_REJECTED, ids)}


def texts(database: Database, seqs: Sequence[int]) -> dict[str, str]:
    """The present texts of the instructions at these places in the log, oldest first, by id."""
    return _texts({row["id"]: row["revision_id"] for row in database.query(_BY_SEQ, [list(seqs)])}, database)


def texts_of(database: Database, ids: Sequence[str]) -> dict[str, str]:
    return _texts({row["id"]: row["revision_id"] for row in database.query_ids(_BY_ID, ids)}, database)


def _texts(current: dict[str, str], database: Database) -> dict[str, str]:
    found = {row["id"]: row["text"] for row in database.query_ids(_TEXTS, current.values())}
    return {id_: found[revision] for id_, revision in current.items()}


def sharing_words(database: Database, words: Sequence[str], besides: str, most: int) -> dict[str, str]:
    """The present texts that have most of the first six of these words (lower case), by the id of their instruction."""
    if not words:
        return {}
    six = (list(words) * _TELLING)[:_TELLING]
    return {row["id"]: row["text"] for row in database.query(_SHARING, [besides, *six, most])}
