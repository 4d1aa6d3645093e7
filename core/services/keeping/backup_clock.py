"""Backups that are made by themselves: every so many hours, of whatever has changed; of each project the newest stay."""

import threading
import time
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from core.domain.person import Actor, Role
from core.domain.upkeep import BY_ITSELF, Backup, BackupPlan
from core.errors import BadInput, StudioError
from core.services.access import may_read, require
from core.services.keeping import backup_files, backup_making
from core.services.keeping.backups import INSTALLATION, Backups
from core.services.projects import Projects
from core.services.shelf import Shelf
from core.services.temporary import take_away
from core.store import backing_up, deeds, installation
from core.store.database import Database

STUDIO = Actor(person_id=BY_ITSELF, name="The studio", role=Role.OWNER)  # who makes them when nobody asks
MOST_HOURS, MOST_KEPT = 24 * 31, 100
_SETTING = "backup.plan"
_LOOK_S = 30.0
_AGAIN_S = 900.0  # after one that failed: a full disk is not helped by trying all the time
_PATIENCE_S = 5.0
_PLAN = TypeAdapter(BackupPlan)


class BackupClock:
    """Keeps to the plan of one installation."""

    def __init__(self, backups: Backups, shelf: Shelf, projects: Projects, database: Database) -> None:
        self._backups, self._shelf, self._projects, self._database = backups, shelf, projects, database
        self._not_before_s = 0.0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="backup-clock", daemon=True)

    def plan(self, actor: Actor) -> BackupPlan:
        """What is kept to; nothing is made by itself before somebody has asked for it."""
        may_read(actor)
        said = installation.setting(self._database, _SETTING)
        try:
            return _PLAN.validate_json(said) if said else BackupPlan()
        except ValidationError:
            return BackupPlan()

    def set_plan(self, actor: Actor, plan: BackupPlan) -> None:
        """Keep to this from now on. BadInput for what cannot be kept to."""
        require(actor, Role.OWNER)
        if not (0 <= plan.every_hours <= MOST_HOURS and 1 <= plan.keep <= MOST_KEPT):
            raise BadInput(
                "This plan cannot be kept to", to_do=f"Choose 0 to {MOST_HOURS} hours, and 1 to {MOST_KEPT} backups."
            )
        installation.save_setting(self._database, _SETTING, _PLAN.dump_json(plan).decode())
        said = f"every {plan.every_hours} h, keep {plan.keep}"
        deeds.note(self._database, actor.person_id, "backups by themselves", said if plan.every_hours else "none")
        self._not_before_s = 0.0

    def problem(self, actor: Actor) -> str:
        """Why the last one that was made by itself failed; "" if it did not."""
        may_read(actor)
        return self._backups.problem_of_itself

    def watch(self) -> None:
        """Look after it from now on."""
        self._thread.start()

    def close(self) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE_S)

    def make_what_is_due(self, now: datetime) -> list[str]:
        """Begin a backup of everything whose time has come, and let old ones go. → what was begun, by slug."""
        plan = self.plan(STUDIO)
        if plan.every_hours == 0 or self._backups.is_going():
            return []
        lying = backup_files.every(self._backups.folder)
        files = [
            (slug, database, name)
            for slug, database, name in self._files()
            if _is_due(slug, database, lying, plan, now)
        ]
        for slug in {one.manifest.slug for one in lying if one.manifest is not None}:
            for old in backup_making.too_many(list(backup_files.of(lying, slug)), plan.keep, now):
                backup_files.remove(old)
        if not files or time.monotonic() < self._not_before_s:
            return []
        self._not_before_s = time.monotonic() + _AGAIN_S
        return [slug for slug, _, _ in files] if self._backups.begin_for(BY_ITSELF, files) else []

    def _files(self) -> list[tuple[str, Database, str]]:
        names = self._shelf.names(STUDIO)
        found = [(slug, self._projects.find(slug), name) for slug, name in names.items()]
        opened = [(slug, project.database, name) for slug, project, name in found if project is not None]
        return [(INSTALLATION, self._database, "Installation"), *opened]

    def _watch(self) -> None:
        while not self._ending.wait(_LOOK_S):
            take_away(backup_files.left_over(self._backups.folder))
            try:
                self.make_what_is_due(datetime.now(UTC))
            except StudioError:  # a project was closed meanwhile, a folder cannot be read: the next look finds it again
                continue


def _is_due(slug: str, database: Database, lying: list[Backup], plan: BackupPlan, now: datetime) -> bool:
    """A backup from the future counts as none: the clock was set back since, and may be right now."""
    newest = next((one for one in backup_files.of(lying, slug) if one.manifest and one.manifest.made_at <= now), None)
    if newest is None or newest.manifest is None:
        return True
    if now - newest.manifest.made_at < timedelta(hours=plan.every_hours):
        return False
    _, _, seq = backing_up.head(database)
    return not backup_making.is_unchanged(newest, seq)
