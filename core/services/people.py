"""Who works in this installation: listed, added by name alone, renamed, set inactive; and the signed word for who one is.

Without sign-in anybody on this machine may say who they are. What is signed keeps a page elsewhere, another studio or a typing
error from saying it for them; it is no password. With sign-in (core/services/signing) nobody says so by themselves.
"""

import hashlib
import os
import secrets
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils
from itsdangerous import BadData, URLSafeSerializer

from core.domain.person import LOCAL_OWNER, Actor, Person, Role
from core.errors import BadInput, NotAllowed, NotFound, ProjectError
from core.services.access import may_judge, may_review, require
from core.store import deeds
from core.store import people as store
from core.store.database import Database

_MOST_LETTERS = 60
_MOST_PEOPLE = 500  # the list stands in every page's frame
_JOINERS = "\u200c\u200d"  # not printable, but no Persian word or joined sign without them


class People:
    """The people of one installation. Nobody is ever deleted: what they decided stays theirs."""

    def __init__(self, installation: Database, key_file: Path) -> None:
        key = signing_key(key_file)
        self._installation = installation
        self._signer = URLSafeSerializer(key, salt="who")
        self._lock = threading.Lock()  # guards the copy below: routes and pages read it on every request
        self._people = store.people(installation)
        self.cookie = f"studio_person_{hashlib.sha256(key).hexdigest()[:8]}"  # ports share cookies; studios must not

    def list(self, actor: Actor) -> tuple[Person, ...]:
        """Everybody, those no longer active last."""
        may_review(actor)
        return tuple(sorted(self._people.values(), key=lambda one: (not one.active, one.created_at, one.id)))

    def owner(self) -> Actor:
        """Who is meant where nobody said who they are."""
        return self._people[LOCAL_OWNER.person_id].actor

    def add(self, actor: Actor, name: str, role: Role = Role.ANNOTATOR) -> Person:
        """Somebody new, who may review (or, if invited to a study, only judge) until an owner says otherwise."""
        may_review(actor)
        if not role.only_judges:
            require(actor, Role.OWNER)
        with self._lock:
            if len(self._people) >= _MOST_PEOPLE:
                raise BadInput(f"{_MOST_PEOPLE} people are listed already", to_do="Rename one who is not active.")
            fresh = Person(
                id=str(uuid_utils.uuid7()),
                name=self._free_name(name),
                role=role,
                active=True,
                created_at=datetime.now(UTC),
            )
            self._keep(fresh)
        deeds.note(self._installation, actor.person_id, "added", fresh.id, f"{fresh.name}, {role}")
        return fresh

    def rename(self, actor: Actor, id_: str, name: str) -> Person:
        """One's own name, or by an owner anybody's."""
        if id_ != actor.person_id:
            require(actor, Role.OWNER)
        may_judge(actor)
        with self._lock:
            before = self._known(id_)
            person = self._keep(replace(before, name=self._free_name(name, beside=id_)))
        if person.name != before.name:
            deeds.note(self._installation, actor.person_id, "renamed", id_, f"{before.name} → {person.name}")
        return person

    def set_active(self, actor: Actor, id_: str, active: bool) -> Person:
        """Whether they work here. Whoever does not any more is refused from now on; all that they decided stays."""
        require(actor, Role.OWNER)
        with self._lock:
            person = self._known(id_)
            if not active:
                self._require_not_the_first(person)
            kept = self._keep(replace(person, active=active))
        deeds.note(self._installation, actor.person_id, "brought back" if active else "set inactive", id_, person.name)
        return kept

    def set_role(self, actor: Actor, id_: str, role: Role) -> Person:
        """What they may do."""
        require(actor, Role.OWNER)
        with self._lock:
            person = self._known(id_)
            if role is not Role.OWNER:
                self._require_not_the_first(person)
            kept = self._keep(replace(person, role=role))
        deeds.note(self._installation, actor.person_id, "role changed", id_, f"{person.role} → {role}")
        return kept

    def choose(self, id_: str) -> str:
        """The signed word with which a browser says from now on that it is this person."""
        self._require_active(self._known(id_))
        return str(self._signer.dumps(id_))

    def actor_of(self, said: str | None) -> Actor:
        """Who a browser says that it is; the owner where it says nothing, or nothing that was signed here.

        NotAllowed for a person who is no longer active: their decisions must not become somebody else's.
        """
        try:
            id_ = self._signer.loads(said) if said else None
        except BadData:
            return self.owner()
        person = self._people.get(id_) if isinstance(id_, str) else None
        if person is None:
            return self.owner()
        self._require_active(person)
        return person.actor

    def known(self, id_: str) -> Person | None:
        """Whoever has this id, active or not."""
        return self._people.get(id_)

    def named(self, name: str) -> Person | None:
        """Whoever has this name, however it is written."""
        tidy = " ".join(name.split()).casefold()
        return next((one for one in self._people.values() if one.name.casefold() == tidy), None)

    def _known(self, id_: str) -> Person:
        if id_ not in self._people:
            raise NotFound("This person is not listed here", to_do="Reload the page, then choose again.")
        return self._people[id_]

    def _require_active(self, person: Person) -> None:
        if not person.active:
            raise NotAllowed(
                f"{person.name} is not active here any more",
                to_do="Everything that was saved is kept. Choose who you are at the foot of the page, or ask an owner.",
            )

    def _require_not_the_first(self, person: Person) -> None:
        """Whoever needs no word to be somebody is the owner of this machine, and stays it."""
        if person.id == LOCAL_OWNER.person_id:
            raise BadInput(f"{person.name} owns this installation", to_do="Rename them instead.")

    def _keep(self, person: Person) -> Person:
        store.keep(self._installation, person)
        self._people = self._people | {person.id: person}  # whoever reads goes on reading the one before
        return person

    def _free_name(self, name: str, beside: str = "") -> str:
        """The name, tidied. BadInput if it cannot be one, or somebody else has it."""
        tidy = " ".join(name.split())
        if not tidy or len(tidy) > _MOST_LETTERS or not all(one.isprintable() or one in _JOINERS for one in tidy):
            raise BadInput("This cannot be a person's name", to_do=f"Give 1 to {_MOST_LETTERS} letters.")
        others = {one.name.casefold() for one in self._people.values() if one.id != beside}
        if tidy.casefold() in others:
            raise BadInput(f"Somebody here is called “{tidy}” already", to_do="Add a letter that tells you apart.")
        return tidy


def signing_key(file: Path) -> bytes:
    """What this installation signs with: made once, for this person's eyes only."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if key := file.read_bytes():
            return key
        file.unlink()  # a crash between making and writing it: nothing was signed yet
        return signing_key(file)
    except OSError as error:
        raise ProjectError("The key file cannot be made", where=str(file), to_do="Make its folder writable.") from error
    key = secrets.token_hex(32).encode()
    with os.fdopen(handle, "wb") as opened:
        opened.write(key)
    return key
