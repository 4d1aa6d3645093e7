"""Installations in which people sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from core.domain.account import Identity, Visitor
from core.domain.person import Actor, Role
from core.services.signing.door import proof_of
from core.services.studio import Studio, open_studio
from core.settings import Settings

HERE = Visitor(address="10.0.0.7", browser="Mozilla/5.0 (X11; Linux) Chrome/140.0")
PASSWORD = "four plain words here"
OTHER = "quite other words than before"
ISSUER = "https://idp.example"


@contextmanager
def signed(home: Path, by: Literal["accounts", "oidc"] = "accounts") -> Iterator[Studio]:
    """`with signed(folder) as studio: …`: an installation with sign-in that no app has open."""
    studio = open_studio(Settings(home=home, sign_in=by))
    try:
        yield studio
    finally:
        studio.close()


def first_owner(studio: Studio, name: str = "Olga") -> str:
    """The first owner comes in by the link on the console; the word of their session."""
    return studio.letting_in.accept(studio.letting_in.first_owner_link(), name, PASSWORD, HERE)


def joined(studio: Studio, name: str, role: Role = Role.ANNOTATOR) -> str:
    """Somebody comes in by an invitation; the word of their session."""
    return studio.letting_in.accept(studio.accounts.invite(studio.people.owner(), role), name, PASSWORD, HERE)


def who(studio: Studio, word: str) -> Actor:
    """Whom the studio takes a browser with this word for."""
    return studio.door.actor_of({studio.door.sessions.cookie: word})


def said_by_provider(
    subject: str, *, name: str = "", issuer: str = ISSUER, ago_s: float = 0, nonce: str = ""
) -> Identity:
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    return Identity(issuer=issuer, subject=subject, name=name, said_at=at, proof=proof_of(issuer, subject, at, nonce))
