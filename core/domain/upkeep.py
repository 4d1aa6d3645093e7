"""Backups, and how a studio is: what was found of it, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class TableSum:
    """How many rows a table has, and a sum over the digests of all of them (core/store/row_sums.py)."""

    rows: int
    digest: str


class Kind(StrEnum):
    """What a file of ours holds."""

    PROJECT = "project"
    INSTALLATION = "installation"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What stands beside a backup: whose it is, of which moment, and what its rows amount to.

    `seq` is the last number of a project's log (0 for an installation, which has none). `by` is a person's id, or "studio" for
    one that was made by itself: only those are ever removed to make room for newer ones.
    """

    kind: Kind
    slug: str
    name: str
    seq: int
    migration: int
    made_at: datetime
    by: str
    software: str
    tables: Mapping[str, TableSum]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


BY_ITSELF = "studio"


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """A backup on the disk. Without a manifest (`problem` says why) it can be restored, but not compared with what was copied."""

    path: Path
    n_bytes: int
    manifest: Manifest | None
    problem: str = ""

    @property
    def is_automatic(self) -> bool:
        return self.manifest is not None and self.manifest.by == BY_ITSELF


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupPlan:
    """Every so many hours all projects and the installation are backed up, if anything happened in them; of each the newest `keep` stay.

    0 hours: only when somebody asks for it.
    """

    every_hours: int = 0
    keep: int = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class UpkeepNow:
    """How far a backup, a restoring or a look at everything is. It ended because of `problem`, or with `done` in words."""

    said: str
    share: float
    is_going: bool
    seconds: float
    problem: str = ""
    done: str = ""

    @property
    def left_s(self) -> float | None:
        """From the pace so far; None before there is one, and at the end."""
        return self.seconds * (1 - self.share) / self.share if self.is_going and self.share > 0.02 else None


class State(StrEnum):
    """How something is: good, worth knowing, or in need of somebody."""

    GOOD = "good"
    LOOK = "look"
    ACT = "act"


class Area(StrEnum):
    """What a finding is about, in the order in which they are shown."""

    SOFTWARE = "Software"
    MEMORY = "Memory"
    DISK = "Disk"
    CLOCK = "Clock"
    INSTALLATION = "Installation"
    PROJECTS = "Projects"
    BACKUPS = "Backups"
    ENDPOINTS = "Endpoints"
    MODEL = "Embedded model"
    LEFT_OVER = "Left over"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at, how it is, and what to do about it. `subject` names what it is about (a project by its slug)."""

    area: Area
    state: State
    what: str
    to_do: str = ""
    subject: str = ""


class Look(StrEnum):
    """How closely one looks: what takes a moment, or every row of every table too."""

    QUICK = "quick"
    EVERY_ROW = "every row"


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Everything that was found, and when."""

    findings: tuple[Finding, ...]
    looked_at: datetime
    seconds: float
