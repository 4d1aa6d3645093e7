"""Links that let one person in, once: the first owner's, invitations, new passwords. The token is in the link and nowhere else."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from core.domain.account import Identity, Link, LinkKind
from core.domain.person import Role
from core.errors import BadInput
from core.services.signing.sessions import hashed, now
from core.store import accounts
from core.store.database import Database

MOST_DAYS = 60
_NOTE_LETTERS = 80


class Links:
    """The links of one installation."""

    def __init__(self, installation: Database, clock: Callable[[], datetime] = now) -> None:
        self._installation, self._clock = installation, clock

    def make(
        self, kind: LinkKind, by: str, *, hours: float, role: Role = Role.ANNOTATOR, person_id: str = "", note: str = ""
    ) -> str:
        """A new link's token. Older ones of this kind for the same person lead nowhere any more."""
        token, made = secrets.token_urlsafe(32), self._clock()
        if kind is not LinkKind.INVITATION:
            accounts.end_links_of(self._installation, person_id, kind, by, made)
        link = Link(
            id=hashed(token), kind=kind, role=role, person_id=person_id, note=_one_line(note), by=by, made_at=made,
            expires_at=made + timedelta(hours=min(hours, 24 * MOST_DAYS)),
        )  # fmt: skip
        accounts.make_link(self._installation, link)
        return token

    def read(self, token: str) -> Link:
        """What a link is for. BadInput if it was used, called back or is too old, without a word on which."""
        found = accounts.open_link(self._installation, hashed(token), self._clock())
        if found is None:
            raise BadInput("This link leads nowhere any more", to_do="Ask an owner for a new one.")
        return found

    def use(self, link: Link, person_id: str, way: str | Identity) -> None:
        """It is used up, and its person has this way in (a password's hash, or a name at a provider); none that they had before.

        BadInput if somebody was quicker: nobody else is let in by it.
        """
        if not accounts.let_in(self._installation, link.id, person_id, way, self._clock()):
            raise BadInput("This link was used just now", to_do="Ask an owner for a new one.")

    def open(self) -> tuple[Link, ...]:
        """Those that may still be used, the newest first."""
        return tuple(accounts.open_links(self._installation, self._clock()))

    def call_back(self, id_: str, by: str) -> Link | None:
        """It leads nowhere from now on; None if it did so before."""
        found = accounts.open_link(self._installation, id_, self._clock())
        if found is not None and accounts.end_link(self._installation, id_, "called back", by, self._clock()):
            return found
        return None


def _one_line(note: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in note).split())[:_NOTE_LETTERS]
