"""Prompt packs: the shipped ones and people's own, every version by the hash of its content, kept for ever."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import core.evolution
from core.domain.person import Actor
from core.domain.project import PromptPack
from core.domain.prompt_pack import FileDifference, PackLine, PackUse, PackVersion
from core.errors import BadInput, NotFound
from core.evolution import pack as rules
from core.evolution.difference import difference
from core.evolution.pack import Pack
from core.services.access import may_grow, may_read
from core.services.projects import Project
from core.store import pack_keeping, pack_reading
from core.store.database import Database

SHIPPED = Path(core.evolution.__file__).parent / "prompts"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Packs:
    """The installation's packs. A shipped one is read once and never changes while this process lives."""

    def __init__(self, database: Database, shipped: Path = SHIPPED) -> None:
        self._database = database
        self._shipped = {folder.name: folder for folder in sorted(shipped.iterdir()) if folder.is_dir()}
        self._read: dict[str, Pack] = {}

    def names(self, actor: Actor) -> list[str]:
        """The packs that a run can ask with: the shipped ones first."""
        may_read(actor)
        return [*self._shipped, *(name for name in pack_keeping.names(self._database) if name not in self._shipped)]

    def list(self, actor: Actor) -> list[PackLine]:
        """One line a pack, in the order of `names`."""
        return [self._line(actor, name) for name in self.names(actor)]

    def load(self, actor: Actor, name: str) -> Pack:
        """A pack to ask with, in its newest version. NotFound for a name that is not in use."""
        may_read(actor)
        if name in self._shipped:
            if name not in self._read:
                self._read[name] = rules.load_pack(self._shipped[name])
            return self._read[name]
        version = self.current(actor, name)
        return rules.pack_from_files(name, version.files)

    def current(self, actor: Actor, name: str) -> PackVersion:
        """A pack's newest version. NotFound for a name that is not in use."""
        may_read(actor)
        if name in self._shipped:
            pack = self.load(actor, name)
            return PackVersion(name=name, hash=pack.hash, files=pack.files, is_own=False, is_current=True)
        events = pack_keeping.events(self._database, name)
        if not events or events[0].act != "saved":
            raise NotFound(f"There is no prompt pack “{name[:80]}”", to_do="Choose one that is listed.")
        return self._own_version(events[0].hash, name=name, is_current=True)

    def version(self, actor: Actor, hash_: str, project: Project | None = None) -> PackVersion:
        """Any version by its hash: shipped, kept here, or kept by a run of the project. NotFound for an unknown hash."""
        may_read(actor)
        for name in self._shipped:
            if (shipped := self.current(actor, name)).hash == hash_:
                return shipped
        kept = pack_keeping.first_save(self._database, hash_)
        if kept is not None:
            return self._own_version(hash_, name=kept.name)
        files = pack_reading.files(project.database, hash_) if project else None
        if files is None:
            raise NotFound("This version of a prompt pack is not kept here", to_do="Open the project that used it.")
        name = next((one.name for one in self.used(actor, project) if one.hash == hash_), "") if project else ""
        return PackVersion(name=name, hash=hash_, files=files, is_own=False)

    def versions(self, actor: Actor, name: str, project: Project | None = None) -> tuple[PackVersion, ...]:
        """Newest first; then those that only runs of the project have kept, such as an earlier studio's."""
        current = self.current(actor, name)
        found = {current.hash: current}
        for event in pack_keeping.events(self._database, name) if current.is_own else []:
            if event.act == "saved" and event.hash not in found:
                found[event.hash] = self._own_version(event.hash, name=name)
        for hash_ in pack_reading.hashes(project.database, name) if project else []:
            if hash_ not in found:
                found[hash_] = self.version(actor, hash_, project)
        return tuple(found.values())

    def used(self, actor: Actor, project: Project) -> tuple[PackUse, ...]:
        """Which run of the project asked with which version."""
        may_read(actor)
        return tuple(pack_reading.used(project.database))

    def faults(self, files: Mapping[str, str]) -> tuple[BadInput, ...]:
        """What is wrong with files that somebody is writing; () for a pack that could be saved."""
        return rules.faults(files)

    def copy(self, actor: Actor, name: str, to: str) -> PackVersion:
        """A pack of one's own, which begins as another one is now. BadInput for a name that cannot be used."""
        source = self.current(actor, name)
        return self.add(actor, to, source.files, from_hash=source.hash)

    def add(self, actor: Actor, name: str, files: Mapping[str, str], *, from_hash: str | None = None) -> PackVersion:
        """A new pack of one's own. BadInput for files that are no pack, and for a name that is taken."""
        may_grow(actor)
        self._require_free(actor, name)
        return self._keep(actor, rules.pack_from_files(name, files), from_hash)

    def save(self, actor: Actor, name: str, files: Mapping[str, str], *, from_hash: str) -> PackVersion:
        """Another version of one's own pack, made from `from_hash`. BadInput if somebody else has saved one meanwhile."""
        may_grow(actor)
        current = self.current(actor, name)
        self._require_own(current)
        pack = rules.pack_from_files(name, files)
        if pack.hash == current.hash:
            return current
        if current.hash != from_hash:
            raise BadInput(
                f"Another version of “{name}” was saved meanwhile",
                to_do="Copy your text, open the pack again, and compare.",
            )
        return self._keep(actor, pack, from_hash)

    def remove(self, actor: Actor, name: str) -> None:
        """Free the name. Its versions stay, with every instruction that they made."""
        may_grow(actor)
        current = self.current(actor, name)
        self._require_own(current)
        pack_keeping.remove(self._database, name=name, hash_=current.hash, by=actor.person_id, now=datetime.now(UTC))

    def difference(self, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FileDifference, ...]:
        """File by file, those that differ first."""
        found = [_compared(file, before.get(file), after.get(file)) for file in sorted({*before, *after})]
        return tuple(sorted(found, key=lambda one: one.status == "same"))

    def fact(self, pack: Pack) -> PromptPack:
        """A pack as a project keeps it, with the instructions that it made."""
        events = [] if pack.name in self._shipped else pack_keeping.events(self._database, pack.name)
        origin = next((event.from_hash for event in events if event.hash == pack.hash), None)
        files = json.dumps(dict(pack.files), ensure_ascii=False)
        return PromptPack(
            hash=pack.hash, name=pack.name, files=files, from_hash=origin if origin != pack.hash else None
        )

    def _line(self, actor: Actor, name: str) -> PackLine:
        version = self.current(actor, name)
        saved = (
            {event.hash for event in pack_keeping.events(self._database, name)} if version.is_own else {version.hash}
        )
        return PackLine(
            name=name,
            hash=version.hash,
            is_own=version.is_own,
            n_files=len(version.files),
            n_versions=len(saved),
            saved_at=version.saved_at,
        )

    def _own_version(self, hash_: str, *, name: str, is_current: bool = False) -> PackVersion:
        files = pack_keeping.files(self._database, hash_)
        assert files is not None, "a save keeps name and content together"
        saves = (one for one in pack_keeping.events(self._database, name) if one.act == "saved")
        event = next(one for one in saves if one.hash == hash_)
        return PackVersion(
            name=name,
            hash=hash_,
            files=files,
            is_own=True,
            is_current=is_current,
            from_hash=event.from_hash,
            saved_at=event.received_at,
            by=event.by,
        )

    def _keep(self, actor: Actor, pack: Pack, from_hash: str | None) -> PackVersion:
        pack_keeping.save(
            self._database,
            name=pack.name,
            hash_=pack.hash,
            files=pack.files,
            from_hash=from_hash,
            by=actor.person_id,
            now=datetime.now(UTC),
        )
        return self._own_version(pack.hash, name=pack.name, is_current=True)

    def _require_free(self, actor: Actor, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise BadInput(
                f"“{name[:80]}” cannot name a prompt pack", to_do="Use small letters, digits, hyphens and underscores."
            )
        if name in self.names(actor):
            raise BadInput(f"There is a prompt pack “{name}” already", to_do="Choose another name.")

    def _require_own(self, version: PackVersion) -> None:
        if not version.is_own:
            raise BadInput(
                f"“{version.name}” comes with the studio and stays as it is", to_do="Copy it, then edit that."
            )


def _compared(file: str, before: str | None, after: str | None) -> FileDifference:
    if before == after:
        return FileDifference(file=file, status="same")
    status = "added" if before is None else "removed" if after is None else "changed"
    return FileDifference(file=file, status=status, pieces=difference(before or "", after or "").pieces)
