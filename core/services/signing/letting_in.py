"""Letting somebody in who has no way in yet: by the first owner's link, an invitation, or a link to a new password."""

import threading
from dataclasses import dataclass

from core.domain.account import Identity, Link, LinkKind, Visitor, Way
from core.domain.person import LOCAL_OWNER, Person, Role
from core.errors import BadInput, NotSignedIn
from core.services.signing.door import Door
from core.services.signing.links import Links
from core.store import accounts, deeds
from core.store.database import Database

_FIRST_HOURS = 24.0
_STUDIO = "studio"


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What a link offers, as its page says it. `name` is theirs already, or ""."""

    kind: LinkKind
    role: Role
    name: str


class LettingIn:
    """One per process. Every method may be called from any thread."""

    def __init__(self, installation: Database, door: Door, links: Links) -> None:
        self._installation, self._door, self._links = installation, door, links
        self._one_by_one = threading.Lock()  # guards looking at a link, making its person and using it up as one step

    def first_owner_link(self) -> str:
        """A token for the first owner, good for a day; "" as soon as an owner can sign in. Older ones lead nowhere."""
        if self._an_owner_can_sign_in():
            return ""
        return self.owner_link(_STUDIO)

    def owner_link(self, by: str) -> str:
        """The same for whoever holds this machine, also when all owners lost their way in."""
        deeds.note(self._installation, by, "owner link made")
        return self._links.make(
            LinkKind.FIRST_OWNER, by, hours=_FIRST_HOURS, role=Role.OWNER, person_id=LOCAL_OWNER.person_id
        )

    def look(self, token: str, visitor: Visitor) -> Offer:
        """What a link is for."""
        self._door.throttle.admit(visitor.address)
        link = self._links.read(token)
        person = self._door.people.known(link.person_id) if link.person_id else None
        is_named = person is not None and link.kind is LinkKind.PASSWORD
        return Offer(kind=link.kind, role=link.role, name=person.name if person and is_named else "")

    def accept(self, token: str, name: str, password: str, visitor: Visitor) -> str:
        """Follow a link with a password of one's own choice. The word of a new session; BadInput burns no link."""
        if self._door.by_provider:
            raise NotSignedIn("A provider says who you are here", to_do="Reload the page.")
        self._door.throttle.admit(visitor.address)
        with self._one_by_one:
            link = self._links.read(token)
            hash_ = self._door.passwords.hash(password, self._name(link, name))
            person = self._person(link, name)
            self._links.use(link, person.id, hash_)
        self._note(link, person, visitor)
        return self._door.enter(person, Way.PASSWORD, visitor)

    def accept_as(self, token: str, name: str, identity: Identity, visitor: Visitor) -> str:
        """Follow a link as who a provider says that one is. Whoever is known here already is only signed in."""
        known = accounts.person_of(self._installation, identity.issuer, identity.subject)
        if known is not None and (person := self._door.people.known(known)) is not None and person.active:
            return self._door.by_provider_word(identity, visitor)
        with self._one_by_one:
            link = self._links.read(token)
            person = self._person(link, name or identity.name)
            self._links.use(link, person.id, identity)
        self._note(link, person, visitor)
        return self._door.enter(person, Way.PROVIDER, visitor, identity.proof)

    def _person(self, link: Link, name: str) -> Person:
        """Whom a link is for; an invitation makes somebody new, the first owner takes the place of who worked here alone."""
        people = self._door.people
        if link.kind is LinkKind.INVITATION:
            return people.add(people.owner(), name, link.role)
        person = people.known(link.person_id)
        if person is None or not person.active:
            raise BadInput(
                "Whom this link was for does not work here any more", to_do="Ask an owner for an invitation."
            )
        self._door.sessions.end(self._door.sessions.of(person.id), person.id)
        if link.kind is LinkKind.PASSWORD:
            return person
        return people.rename(people.owner(), person.id, name)

    def _name(self, link: Link, name: str) -> str:
        person = self._door.people.known(link.person_id) if link.kind is LinkKind.PASSWORD else None
        return person.name if person else name

    def _note(self, link: Link, person: Person, visitor: Visitor) -> None:
        act = {
            LinkKind.INVITATION: "joined by invitation",
            LinkKind.FIRST_OWNER: "became the owner by the link on the console",
            LinkKind.PASSWORD: "found a way back in by a link",
        }[link.kind]
        detail = f"as {link.role}, invited by {link.by}" if link.kind is LinkKind.INVITATION else ""
        deeds.note(self._installation, person.id, act, detail=detail, address=visitor.address)

    def _an_owner_can_sign_in(self) -> bool:
        can = accounts.who_can_sign_in(self._installation)
        owners = (one for one in map(self._door.people.known, can) if one is not None)
        return any(one.active and one.role is Role.OWNER for one in owners)
