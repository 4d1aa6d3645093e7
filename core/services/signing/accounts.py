"""What people do about accounts: inviting, passwords, sessions. Everybody over their own, owners over all."""

from dataclasses import dataclass

from core.domain.account import Link, LinkKind, Session, Visitor
from core.domain.person import Actor, Person, Role
from core.errors import BadInput, NotAllowed, NotFound
from core.services.access import may_judge, require
from core.services.signing.door import Door
from core.services.signing.letting_in import LettingIn
from core.services.signing.links import MOST_DAYS, Links
from core.services.signing.sessions import now
from core.store import accounts, deeds
from core.store.database import Database

_PASSWORD_HOURS = 48.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Whether somebody has a way in, and how many sessions of theirs are open."""

    can_sign_in: bool
    sessions: int


class Accounts:
    """One per process. Every method may be called from any thread."""

    def __init__(self, installation: Database, door: Door, links: Links, letting_in: LettingIn) -> None:
        self._installation, self._door, self._links, self._letting_in = installation, door, links, letting_in

    def invite(self, actor: Actor, role: Role, *, note: str = "", days: float = 7) -> str:
        """The token of a link for one new person in this role. `note` says for whom, to owners alone."""
        require(actor, Role.OWNER)
        self._require_sign_in()
        if not 0 < days <= MOST_DAYS:
            raise BadInput("An invitation cannot be that old", to_do=f"Give it up to {MOST_DAYS} days.")
        token = self._links.make(LinkKind.INVITATION, actor.person_id, hours=24 * days, role=role, note=note)
        self._note(actor, "invited", "", f"{role}, {note}" if note else str(role))
        return token

    def links(self, actor: Actor) -> tuple[Link, ...]:
        """Every link that may still be used, the newest first."""
        require(actor, Role.OWNER)
        return self._links.open()

    def call_back(self, actor: Actor, link_id: str) -> None:
        """A link leads nowhere from now on. NotFound if it did so before."""
        require(actor, Role.OWNER)
        link = self._links.call_back(link_id, actor.person_id)
        if link is None:
            raise NotFound("This link was used or is too old", to_do="Reload the page.")
        self._note(actor, "link called back", link.person_id, f"{link.kind}, {link.role}")

    def new_password_link(self, actor: Actor, person_id: str) -> str:
        """The token of a link by which somebody finds a way back in. Their sessions end when they follow it."""
        require(actor, Role.OWNER)
        self._require_sign_in()
        person = self._person(person_id)
        if not person.active:
            raise BadInput(f"{person.name} is not active here", to_do="Bring them back first.")
        token = self._links.make(LinkKind.PASSWORD, actor.person_id, hours=_PASSWORD_HOURS, person_id=person_id)
        self._note(actor, "link to a new password made", person_id, person.name)
        return token

    def owner_link(self, actor: Actor) -> str:
        """The token of a link by which whoever has it becomes this installation's owner: for whoever holds the machine."""
        require(actor, Role.OWNER)
        self._require_sign_in()
        return self._letting_in.owner_link(actor.person_id)

    def change_password(self, actor: Actor, old: str, new: str, visitor: Visitor, here: Session | None = None) -> None:
        """One's own. Every other session of theirs ends. NotAllowed if the old one is not right."""
        may_judge(actor)
        person = self._person(actor.person_id)
        self._door.admit(person.name, person, visitor)
        kept = accounts.password_hash(self._installation, person.id)
        if kept is None:
            raise BadInput("You sign in without a password here", to_do="Change it where you sign in.")
        if not self._door.passwords.is_right(kept, old):
            raise NotAllowed("The present password is another one", to_do="Try again.")
        hash_ = self._door.passwords.hash(new, person.name)
        accounts.set_password(self._installation, person.id, hash_, now())
        self._end(actor, person, [one for one in self._door.sessions.of(person.id) if one != here])
        self._note(actor, "password changed", person.id)

    def sessions(self, actor: Actor, person_id: str = "") -> tuple[Session, ...]:
        """One's own open sessions, or by an owner anybody's."""
        may_judge(actor)
        return self._door.sessions.of(self._whose(actor, person_id))

    def end_session(self, actor: Actor, session_id: str, person_id: str = "") -> None:
        """Sign one browser out. NotFound if it is not signed in any more."""
        found = [one for one in self.sessions(actor, person_id) if one.id == session_id]
        if not found:
            raise NotFound("This browser is not signed in any more", to_do="Reload the page.")
        self._end(actor, self._person(found[0].person_id), found)

    def sign_out_everywhere(self, actor: Actor, person_id: str = "") -> int:
        """Every session of one's own, or by an owner of anybody; how many there were."""
        may_judge(actor)
        person = self._person(self._whose(actor, person_id))
        return self._end(actor, person, list(self._door.sessions.of(person.id)))

    def standing(self, actor: Actor) -> dict[str, Standing]:
        """Of everybody, by id."""
        require(actor, Role.OWNER)
        can = accounts.who_can_sign_in(self._installation)
        return {
            one.id: Standing(can_sign_in=one.id in can, sessions=len(self._door.sessions.of(one.id)))
            for one in self._door.people.list(actor)
        }

    def take_ways(self, actor: Actor, person_id: str) -> None:
        """Nothing lets this person in any more, and they are out at once. BadInput for the last owner who can sign in."""
        require(actor, Role.OWNER)
        person = self._person(person_id)
        self._require_another_owner(person)
        accounts.drop_ways(self._installation, person_id)
        for link in self._links.open():
            if link.person_id == person_id:
                self._links.call_back(link.id, actor.person_id)
        self._end(actor, person, list(self._door.sessions.of(person_id)))

    def set_role(self, actor: Actor, person_id: str, role: Role) -> Person:
        """What they may do from now on. BadInput for the last owner who can sign in."""
        require(actor, Role.OWNER)
        if role is not Role.OWNER:
            self._require_another_owner(self._person(person_id))
        return self._door.people.set_role(actor, person_id, role)

    def _require_another_owner(self, person: Person) -> None:
        if not self._door.asks or person.role is not Role.OWNER:
            return
        can = accounts.who_can_sign_in(self._installation)
        others = (one for one in map(self._door.people.known, can - {person.id}) if one is not None)
        if person.id in can and not any(one.active and one.role is Role.OWNER for one in others):
            raise BadInput(
                f"{person.name} is the only owner who can sign in", to_do="Make somebody else an owner first."
            )

    def _end(self, actor: Actor, person: Person, sessions: list[Session]) -> int:
        ended = self._door.sessions.end(sessions, actor.person_id)
        if ended:
            self._note(actor, "sessions ended", person.id, f"{ended} of {person.name}")
        return ended

    def _whose(self, actor: Actor, person_id: str) -> str:
        if person_id and person_id != actor.person_id:
            require(actor, Role.OWNER)
        return person_id or actor.person_id

    def _person(self, person_id: str) -> Person:
        found = self._door.people.known(person_id)
        if found is None:
            raise NotFound("This person is not listed here", to_do="Reload the page, then choose again.")
        return found

    def _require_sign_in(self) -> None:
        if not self._door.asks:
            raise BadInput(
                "Nobody signs in here", to_do="Start the studio with EVOL_STUDIO_SIGN_IN=accounts; see docs/people.md."
            )

    def _note(self, actor: Actor, act: str, subject: str = "", detail: str = "") -> None:
        deeds.note(self._installation, actor.person_id, act, subject, detail)
