"""People and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    CURATOR = "curator"
    ANNOTATOR = "annotator"
    RATER = "rater"

    @property
    def words(self) -> str:
        """What somebody in this role may do."""
        return {
            Role.OWNER: "everything, and says who may do what",
            Role.CURATOR: "grows, reviews, settles disagreements",
            Role.ANNOTATOR: "reviews, and judges in studies",
            Role.RATER: "judges in studies, and sees nothing else",
        }[self]

    @property
    def only_judges(self) -> bool:
        """Whether they are offered what they may judge, and no page of those who grow."""
        return self in (Role.ANNOTATOR, Role.RATER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who asks. Every service call takes one; on localhost it is the owner until somebody says otherwise."""

    person_id: str
    name: str
    role: Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who works in this installation. Who is no longer active is kept, with everything that they decided."""

    id: str
    name: str
    role: Role
    active: bool
    created_at: datetime

    @property
    def actor(self) -> Actor:
        return Actor(person_id=self.id, name=self.name, role=self.role)


LOCAL_OWNER = Actor(person_id="local", name="You", role=Role.OWNER)


def called(person_id: str, name: str, reader: Actor) -> str:
    """How a person is called on a page of `reader`: until they give a name, the owner is "You" to nobody but themselves."""
    is_unnamed = (person_id, name) == (LOCAL_OWNER.person_id, LOCAL_OWNER.name)
    return "The owner" if is_unnamed and reader.person_id != person_id else name
