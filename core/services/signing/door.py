"""The door: who somebody is. By a password, by what a provider says, or by the session that they have; and out again."""

import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property

from core.domain.account import Identity, Session, Visitor, Way
from core.domain.person import Actor, Person, Role
from core.errors import NotAllowed, NotSignedIn
from core.services.people import People
from core.services.signing.passwords import Passwords
from core.services.signing.sessions import Sessions, now
from core.services.signing.throttle import Throttle, TooMany
from core.settings import Settings
from core.store import accounts, deeds
from core.store.database import Database

_FRESH = timedelta(minutes=10)  # a provider's word that is older signs nobody in: it lies in the browser for weeks
_AHEAD = timedelta(minutes=2)  # clocks differ
_TICKET_S = 120.0
_MOST_TICKETS = 1_000
_INVITE = "Ask an owner for an invitation, open its link, and sign in there."


class Door:
    """One per process. Every method may be called from any thread."""

    def __init__(self, settings: Settings, installation: Database, people: People, sessions: Sessions) -> None:
        self._settings, self._installation = settings, installation
        self.people, self.sessions = people, sessions
        self._tickets: dict[str, tuple[Identity, float]] = {}
        self._handing = threading.Lock()  # guards the tickets: each is good for one

    @cached_property
    def passwords(self) -> Passwords:
        """Made when first needed: making it hashes one."""
        return Passwords()

    @cached_property
    def throttle(self) -> Throttle:
        return Throttle()

    @property
    def asks(self) -> bool:
        """Whether people sign in at all."""
        return self._settings.asks_who

    @property
    def by_provider(self) -> bool:
        """Whether a provider says who they are; else a password does."""
        return self._settings.sign_in == "oidc"

    def actor_of(self, cookies: Mapping[str, str]) -> Actor:
        """Who a browser is. NotSignedIn if that is not known; without sign-in, who they say that they are, else the owner."""
        if not self.asks:
            return self.people.actor_of(cookies.get(self.people.cookie))
        session = self.session_of(cookies)
        person = self.people.known(session.person_id) if session else None
        if person is None or not person.active:
            raise NotSignedIn("You are not signed in", to_do="Sign in, then try again.")
        return person.actor

    def session_of(self, cookies: Mapping[str, str]) -> Session | None:
        return self.sessions.find(cookies.get(self.sessions.cookie))

    def by_password(self, name: str, password: str, visitor: Visitor) -> str:
        """The word of a new session. NotSignedIn does not say whether it was the name or the password; TooMany says until when."""
        if not self.asks or self.by_provider:
            raise NotAllowed("Nobody signs in by a password here", to_do="Reload the page.")
        person = self.people.named(name)
        self.admit(name, person, visitor)
        kept = accounts.password_hash(self._installation, person.id) if person else None
        is_right = self.passwords.is_right(kept, password)
        if person is None or kept is None or not is_right or not person.active:
            self._note(person, "sign-in failed", visitor)
            raise NotSignedIn(
                "The name or the password is wrong", to_do="Try again, or ask an owner for a link to a new password."
            )
        self.throttle.forget(name, visitor.address)
        if self.passwords.is_old(kept):
            accounts.set_password(self._installation, person.id, self.passwords.hash(password, person.name), now())
        return self.enter(person, Way.PASSWORD, visitor)

    def admit(self, name: str, person: Person | None, visitor: Visitor) -> None:
        """One try. TooMany, and a line in the log, when it is one too many."""
        try:
            self.throttle.admit_name(name, visitor.address)
        except TooMany as error:
            if error.is_first:
                self._note(person, "sign-in refused: too many tries", visitor)
            raise

    def ticket(self, identity: Identity) -> str:
        """What the page hands to the browser when a provider just said who it is; good once, for two minutes. "" for an old or used word."""
        is_fresh = now() - _FRESH < identity.said_at < now() + _AHEAD
        if not self.by_provider or not is_fresh or accounts.has_begun(self._installation, identity.proof):
            return ""
        ticket, at_s = secrets.token_urlsafe(32), time.monotonic()
        with self._handing:
            open_ = {one: kept for one, kept in self._tickets.items() if kept[1] > at_s}
            self._tickets = dict([*open_.items()][-_MOST_TICKETS + 1 :]) | {ticket: (identity, at_s + _TICKET_S)}
        return ticket

    def identity_of(self, ticket: str) -> Identity:
        """Whose ticket it is; it is used up. NotSignedIn if it is none."""
        with self._handing:
            identity, until_s = self._tickets.pop(ticket, (None, 0.0))
        if identity is None or until_s < time.monotonic():
            raise NotSignedIn("This took too long", to_do="Sign in again.")
        return identity

    def by_provider_word(self, identity: Identity, visitor: Visitor) -> str:
        """The word of a new session of whoever is known under this issuer and subject."""
        person_id = accounts.person_of(self._installation, identity.issuer, identity.subject)
        person = self.people.known(person_id) if person_id else None
        if person is None or not person.active:
            self._note(person, "sign-in failed", visitor)
            raise NotSignedIn("Nobody here is known by this sign-in", to_do=_INVITE)
        return self.enter(person, Way.PROVIDER, visitor, identity.proof)

    def enter(self, person: Person, way: Way, visitor: Visitor, proof: str | None = None) -> str:
        """A new session, and a line in the log."""
        word = self.sessions.begin(person.id, way, visitor, proof)
        self._note(person, "signed in", visitor, f"by {way}")
        return word

    def leave(self, cookies: Mapping[str, str], visitor: Visitor) -> None:
        """Sign out here; whoever was not signed in is no more so than before."""
        session = self.session_of(cookies)
        if session is not None:
            self.sessions.end([session], session.person_id)
            self._note(self.people.known(session.person_id), "signed out", visitor)

    def require_link_suffices(self, person_id: str, cookies: Mapping[str, str]) -> None:
        """NotSignedIn where a study's link names somebody who may do more than judge: they sign in first, then follow it."""
        person = self.people.known(person_id)
        if not self.asks or person is None or person.role is Role.RATER:
            return
        session = self.session_of(cookies)
        if session is None or session.person_id != person_id:
            raise NotSignedIn("This link is for somebody who signs in here", to_do="Sign in, then open it again.")

    def has_a_way(self, person_id: str) -> bool:
        """Whether they have a password or are known at a provider."""
        return person_id in accounts.who_can_sign_in(self._installation)

    def has_a_password(self, person_id: str) -> bool:
        return accounts.password_hash(self._installation, person_id) is not None

    def _note(self, person: Person | None, act: str, visitor: Visitor, detail: str = "") -> None:
        """A name that nobody has is not kept: it may be a password that was typed into the wrong field."""
        said = detail or ("" if person else "unknown")
        deeds.note(self._installation, person.id if person else "", act, detail=said, address=visitor.address)


def proof_of(*said: object) -> str:
    """What is kept of a provider's word, so that it begins one session only."""
    return hashlib.sha256("\x1f".join(map(str, said)).encode()).hexdigest()
