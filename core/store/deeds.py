"""Who did what when: written once, never changed. An installation keeps its own, every project those that were done in it."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

from core.domain.account import Deed
from core.store.database import Database

_NOTE = """insert into deed select coalesce(max(seq), 0) + 1, $person_id, $act, $subject, $detail, $address, $received_at from deed"""
_OF_INSTALLATION = """select person_id, act, subject, detail, address, received_at from deed
where received_at >= $since and received_at < $until order by received_at desc, seq desc limit $most"""
# What belongs to single texts (decisions, judgments) has pages and exports of its own.
_OF_PROJECT = """select person_id, act, subject, '' as detail, received_at from (
  select person_id, act, subject, received_at, seq from audit
  union all select e."by", 'study ' || e.kind, coalesce(s.name || ' v' || s.version, e.study_id::varchar), e.received_at, e.seq
    from study_event e left join study s on s.id = e.study_id
  union all select e."by", 'run ' || e.kind, coalesce(json_extract_string(r.settings, '$.name'), e.run_id::varchar), e.received_at, e.seq
    from run_event e left join run r on r.id = e.run_id where e."by" <> 'studio'
  union all select "by", 'argilla ' || kind, link_id::varchar, received_at, seq from argilla_event
  union all select "by", 'exported ' || format || ', ' || "rows" || ' rows', id::varchar, uuid_extract_timestamp(id), seq from export
) where received_at >= $since and received_at < $until order by received_at desc, seq desc limit $most"""
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def note(
    installation: Database, person_id: str, act: str, subject: str = "", detail: str = "", address: str = ""
) -> None:
    """One more, as of now."""
    deed = Deed(
        person_id=person_id, act=act, subject=subject, detail=detail, address=address, received_at=datetime.now(UTC)
    )
    row = {name: value for name, value in asdict(deed).items() if name != "project"}
    installation.writer.run(lambda connection: connection.execute(_NOTE, row))


def of_installation(
    installation: Database, most: int, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Deed]:
    """The newest first."""
    for row in installation.query(_OF_INSTALLATION, _asked(most, since, until)):
        yield Deed(**row)


def of_project(
    project: Database, slug: str, most: int, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Deed]:
    """The newest first."""
    for row in project.query(_OF_PROJECT, _asked(most, since, until)):
        yield Deed(**row, project=slug)


def _asked(most: int, since: datetime | None, until: datetime | None) -> dict[str, object]:
    return {"most": most, "since": since or _ALWAYS[0], "until": until or _ALWAYS[1]}
