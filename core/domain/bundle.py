"""A whole project in one file, as it says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What stands beside a project's database in its bundle. `counts` are rows by what they are called."""

    project_id: str
    name: str
    as_of_seq: int
    migrations: tuple[int, ...]
    n_bytes: int
    sha256: str
    made_at: datetime
    studio: str
    counts: Mapping[str, int] = field(default_factory=dict)
