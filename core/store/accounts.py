"""What signing in needs of an installation's file: hashes of passwords, names at providers, sessions, links."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import duckdb

from core.domain.account import Identity, Link, LinkKind, Session, Way
from core.domain.person import Role
from core.store.database import Database

_PASSWORD = "select hash from password where person_id = ?"
_SET_PASSWORD = "insert or replace into password values (?, ?, ?)"
_DROP = ("delete from password where person_id = ?", "delete from identity where person_id = ?")
_IDENTITY = "select person_id from identity where issuer = ? and subject = ?"
_LINK_IDENTITY = "insert or replace into identity values (?, ?, ?, ?)"
_HAVE_WAYS = "select person_id from password union select person_id from identity"
_SESSIONS = "select * from session_now where expires_at > ? order by made_at desc"
_BEGIN = "insert into session values ($id, $person_id, $way, $browser, $address, $proof, $made_at, $expires_at)"
_HAS_BEGUN = "select 1 from session where proof = ?"
_END = "insert into session_end values (?, ?, ?) on conflict do nothing"
_OPEN_LINKS = "select * from link_now where expires_at > ? order by made_at desc"
_OPEN_LINK = "select * from link_now where id = ? and expires_at > ?"
_MAKE_LINK = "insert into link values ($id, $kind, $role, $person_id, $note, $by, $made_at, $expires_at)"
_END_LINK = "insert into link_end values (?, ?, ?, ?)"
_END_LINKS_OF = "insert into link_end select id, 'called back', ?, ? from link_now where person_id = ? and kind = ?"


def password_hash(installation: Database, person_id: str) -> str | None:
    found = installation.query(_PASSWORD, [person_id])
    return str(found[0]["hash"]) if found else None


def set_password(installation: Database, person_id: str, hash_: str, now: datetime) -> None:
    row = [person_id, hash_, now]
    installation.writer.run(lambda connection: connection.execute(_SET_PASSWORD, row))


def person_of(installation: Database, issuer: str, subject: str) -> str | None:
    """Who is known under this name at a provider."""
    found = installation.query(_IDENTITY, [issuer, subject])
    return str(found[0]["person_id"]) if found else None


def let_in(installation: Database, link_id: str, person_id: str, way: str | Identity, now: datetime) -> bool:
    """A link is used up and gives its person a way in, both or neither: the hash of a password, or a name at a provider.

    What let them in before lets nobody in any more. False if somebody was quicker.
    """

    def write(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(_END_LINK, [link_id, "used", person_id, now])
        for statement in _DROP:
            connection.execute(statement, [person_id])
        if isinstance(way, Identity):
            connection.execute(_LINK_IDENTITY, [way.issuer, way.subject, person_id, now])
        else:
            connection.execute(_SET_PASSWORD, [person_id, way, now])

    return _happened(installation, write)


def drop_ways(installation: Database, person_id: str) -> None:
    """Neither password nor provider lets this person in any more."""

    def drop(connection: duckdb.DuckDBPyConnection) -> None:
        for statement in _DROP:
            connection.execute(statement, [person_id])

    installation.writer.run(drop)


def who_can_sign_in(installation: Database) -> frozenset[str]:
    """Everybody with a password or a name at a provider."""
    return frozenset(str(row["person_id"]) for row in installation.query(_HAVE_WAYS))


def sessions(installation: Database, now: datetime) -> list[Session]:
    """Those that are open, the newest first."""
    return [Session(**row | {"way": Way(row["way"])}) for row in installation.query(_SESSIONS, [now])]


def begin(installation: Database, session: Session) -> bool:
    """False if the provider's word began one before."""
    row = asdict(session) | {"way": str(session.way)}
    return _happened(installation, lambda connection: connection.execute(_BEGIN, row))


def has_begun(installation: Database, proof: str) -> bool:
    """Whether this word of a provider began a session, which may be over."""
    return bool(installation.query(_HAS_BEGUN, [proof]))


def end(installation: Database, session_ids: list[str], by: str, now: datetime) -> None:
    rows = [[one, by, now] for one in session_ids]

    def write(connection: duckdb.DuckDBPyConnection) -> None:
        for row in rows:
            connection.execute(_END, row)

    installation.writer.run(write)


def make_link(installation: Database, link: Link) -> None:
    row = asdict(link) | {"kind": str(link.kind), "role": str(link.role)}
    installation.writer.run(lambda connection: connection.execute(_MAKE_LINK, row))


def open_links(installation: Database, now: datetime) -> list[Link]:
    """Those that nobody used or called back, the newest first."""
    return [_link(row) for row in installation.query(_OPEN_LINKS, [now])]


def open_link(installation: Database, id_: str, now: datetime) -> Link | None:
    found = installation.query(_OPEN_LINK, [id_, now])
    return _link(found[0]) if found else None


def end_link(installation: Database, id_: str, how: str, by: str, now: datetime) -> bool:
    """False if somebody was quicker."""
    row = [id_, how, by, now]
    return _happened(installation, lambda connection: connection.execute(_END_LINK, row))


def end_links_of(installation: Database, person_id: str, kind: LinkKind, by: str, now: datetime) -> None:
    """Older links of this kind for this person lead nowhere from now on."""
    row = [by, now, person_id, str(kind)]
    installation.writer.run(lambda connection: connection.execute(_END_LINKS_OF, row))


def _happened(installation: Database, action: Callable[[duckdb.DuckDBPyConnection], object]) -> bool:
    """False, and nothing of it was done, if its primary or unique key is there already."""
    try:
        installation.writer.run(action)
    except duckdb.ConstraintException:
        return False
    return True


def _link(row: dict[str, Any]) -> Link:
    return Link(**row | {"kind": LinkKind(row["kind"]), "role": Role(row["role"])})
