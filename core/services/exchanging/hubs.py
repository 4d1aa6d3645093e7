"""Hubs of datasets: a dataset folder is pushed to one under a name, and a dataset is fetched from one by its name."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from core.domain.person import Actor
from core.domain.project import Audit
from core.errors import BadInput, HubError
from core.hub import hub
from core.hub.hub import Fetched, Pushed, Tell
from core.services.access import may_grow
from core.services.jobs import Job, Jobs
from core.services.projects import Project
from core.services.temporary import temporary_folder

_TOKEN = "HF_TOKEN"  # of the environment; the only way to give one
Make = Callable[
    [Path, Callable[[int, int], None]], object
]  # writes a folder, and says how many rows of how many it has
_PATIENCE_S = 5.0
_STOPPED = "Stopped. Nothing was changed on the hub"


@dataclass(frozen=True, kw_only=True, slots=True)
class PushNow:
    """How far a push is. `share` None: not known. It ended with `pushed`, or because of `reason`. `began` tells it from others."""

    repo: str
    said: str
    began: float
    share: float | None = None
    is_going: bool = True
    seconds: float = 0.0
    pushed: Pushed | None = None
    reason: str = ""


class Pushes:
    """The pushes of this process: at most one a project at a time."""

    def __init__(self) -> None:
        self._jobs = Jobs("push")
        self._now: dict[str, PushNow] = {}
        self._guard = threading.Lock()  # guards `_now`: a page reads what a job's thread writes

    def begin(
        self,
        actor: Actor,
        project: Project,
        make: Make,
        repo: str,
        *,
        private: bool,
        replace_it: bool,
    ) -> None:
        """Have `make` write a dataset folder, and push it, in the background. Nothing happens while one is going."""
        may_grow(actor)
        name, token = hub.require_name(repo, with_owner=True), token_for_pushing()

        def work(job: Job) -> None:
            with temporary_folder("push") as temporary:
                folder = Path(temporary) / "dataset"
                tell = self._teller(job, project)
                make(folder, lambda done, of: tell(f"Writing {of:,} rows …", done / max(1, of)))
                pushed = _push(actor, project, folder, name, token, private, replace_it, tell)
            self._keep(project, pushed=pushed)

        if not self._jobs.is_going(project.slug):
            with self._guard:
                self._now[project.slug] = PushNow(repo=name, said="Writing the dataset …", began=time.monotonic())
            self._jobs.begin(project.slug, 1, work)

    def stop(self, actor: Actor, project: Project) -> None:
        may_grow(actor)
        self._jobs.stop(project.slug)

    def progress(self, actor: Actor, project: Project) -> PushNow | None:
        """How far the last one is, or how it ended; None if none was begun since the studio started."""
        may_grow(actor)
        job = self._jobs.progress(project.slug)
        now = self._now.get(project.slug)
        if job is None or now is None:
            return None
        return replace(now, is_going=job.is_going, seconds=job.seconds, reason="" if now.pushed else job.reason)

    def close(self) -> None:
        """Stop whatever is going, and leave no process behind."""
        for slug in self._now:
            self._jobs.stop(slug)
        for slug in self._now:
            self._jobs.wait(slug, _PATIENCE_S)

    def wait(self, project: Project, timeout_s: float | None = None) -> bool:
        """Until it has ended; False when the time is over first."""
        return self._jobs.wait(project.slug, timeout_s)

    def _teller(self, job: Job, project: Project) -> Tell:
        def tell(said: str, share: float | None) -> None:
            if job.stopping:
                raise HubError(_STOPPED, to_do="Push again: what arrived is not sent twice.")
            self._keep(project, said=said, share=share)

        return tell

    def _keep(
        self, project: Project, *, said: str = "", share: float | None = None, pushed: Pushed | None = None
    ) -> None:
        with self._guard:
            now = self._now[project.slug]
            self._now[project.slug] = replace(now, said=said or now.said, share=share, pushed=pushed)


def push(
    actor: Actor, project: Project, folder: Path, repo: str, *, private: bool, replace_it: bool, tell: Tell
) -> Pushed:
    """Push a dataset folder that is there, and wait for it. Raises HubError, or BadInput for what is no dataset folder."""
    may_grow(actor)
    name, token = hub.require_name(repo, with_owner=True), token_for_pushing()
    return _push(actor, project, folder, name, token, private, replace_it, tell)


def fetch(
    actor: Actor, name: str, out: Path, *, config: str = "", split: str = "train", most: int | None, tell: Tell
) -> Fetched:
    """Write the first rows of a dataset on the hub to a new file, as JSON lines. Raises HubError.

    A token is used if there is one. `tell` is asked twice a second; whatever it raises ends it.
    """
    may_grow(actor)
    tidy, is_whole = hub.require_name(name, with_owner=False), False
    try:
        found = hub.fetch(tidy, out, config=config.strip(), split=split.strip(), most=most, token=_token(), tell=tell)
        is_whole = found.rows > 0
    finally:
        if not is_whole:
            out.unlink(missing_ok=True)
    if not is_whole:
        raise BadInput("This part of the dataset has no rows", where=tidy, to_do="Choose another split.")
    return found


def token_for_pushing() -> str:
    """HubError if none is set. It is never shown, kept or logged."""
    token = _token()
    if not token:
        raise HubError(
            "There is no token for the hub", to_do="Set HF_TOKEN in the studio's environment, then start it again."
        )
    return token


def has_token(actor: Actor) -> bool:
    """Whether one is set; what it may do, only the hub knows."""
    may_grow(actor)
    return bool(_token())


def _token() -> str:
    return os.environ.get(_TOKEN, "").strip()


def _push(
    actor: Actor, project: Project, folder: Path, repo: str, token: str, private: bool, replace_it: bool, tell: Tell
) -> Pushed:  # fmt: skip
    _require_dataset(folder)
    pushed = hub.push(folder, repo, token=token, private=private, replace=replace_it, tell=tell)
    audit = Audit(
        person_id=actor.person_id, act="pushed to a hub", subject=f"{repo}@{pushed.commit}", origin="",
        received_at=datetime.now(UTC),
    )  # fmt: skip
    project.database.writer.append_now([audit], by_person=True)
    return pushed


def _require_dataset(folder: Path) -> None:
    """A folder as an export writes it, and nothing else: nobody's home folder goes onto a hub."""
    if not (folder / "README.md").is_file():
        raise BadInput(
            "This is no dataset folder", where=str(folder), to_do="Export one: it has a README.md and data/."
        )
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (name == "README.md" or (name.startswith("data/") and name.endswith(".parquet"))):
            raise BadInput(
                f"It holds “{name[:80]}”, which no dataset folder does", where=str(folder), to_do="Export one."
            )


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
