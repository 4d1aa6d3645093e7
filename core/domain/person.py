"""People and what they may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    CURATOR = "curator"
    ANNOTATOR = "annotator"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who asks. Every service call takes one; on localhost there is one owner and nothing is asked."""

    person_id: str
    name: str
    role: Role


LOCAL_OWNER = Actor(person_id="local", name="You", role=Role.OWNER)
