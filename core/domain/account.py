"""Signing in: sessions, links that let somebody in, what a provider says of somebody, and who did what when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.person import Role


class Way(StrEnum):
    """How a session began."""

    PASSWORD = "password"
    PROVIDER = "provider"
    STUDY_LINK = "study link"


class LinkKind(StrEnum):
    """What a link is for."""

    FIRST_OWNER = "first owner"
    INVITATION = "invitation"
    PASSWORD = "new password"


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Where somebody comes from: the address, and what their browser calls itself. "" where it is not known."""

    address: str = ""
    browser: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """Somebody is signed in. `id` is the SHA-256 of the token, which nobody but their browser has.

    `proof`: the hash of the provider's word that began it; None for other ways.
    """

    id: str
    person_id: str
    way: Way
    browser: str
    address: str
    proof: str | None
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link that lets one person in, once. `id` is the SHA-256 of its token; `person_id` is "" for somebody new."""

    id: str
    kind: LinkKind
    role: Role
    person_id: str
    note: str
    by: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What a provider says of somebody: who they are there, what they may be called here, and when it said so."""

    issuer: str
    subject: str
    name: str
    said_at: datetime
    proof: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """Somebody did something. `person_id` is "" if it is not known who; `address` is where they came from, if over the network.

    `project` is "" for what belongs to the whole installation.
    """

    person_id: str
    act: str
    subject: str
    received_at: datetime
    detail: str = ""
    address: str = ""
    project: str = ""
