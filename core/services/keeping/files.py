"""How the files are: the installation's own, every project's, and their backups."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from core.domain.upkeep import Area, Backup, BackupPlan, Finding, Look, State
from core.errors import StudioError
from core.services.keeping import backup_files
from core.services.projects import Project
from core.store import migrating, soundness
from core.store.backing_up import Wakes
from core.store.database import Database
from core.store.soundness import About

_LONG_LOG = 64_000_000  # bytes; twice of what the studio keeps it below while nobody reads for long
_LONG_AGO = timedelta(days=7)
_REBUILD = "Make them again from the facts: the button here, or `python -m core doctor --project {slug} --rebuild`."


def installation(database: Database) -> Finding:
    """The installation's own file. It is open, or there would be no studio."""
    ((row),) = database.query("select max(number) as number from migration")
    newest = max(migrating.numbers("installation"))
    what = f"{database.path.name} is open, its schema at step {row['number']} of {newest}"
    return Finding(area=Area.INSTALLATION, state=State.GOOD, what=what)


def project(project: Project, look: Look, work: Wakes, tell: Callable[[str], None]) -> list[Finding]:
    """What is wrong with a project's file, or in one line that nothing is."""
    database, found = project.database, list[Finding]()
    about = soundness.about(database)
    if about.log_bytes > _LONG_LOG:
        found.append(
            _of(project, State.LOOK, f"Its write-ahead log has {about.log_bytes / 1e6:,.0f} MB",
                "It is moved into the file when nobody reads for a moment; a long export or backup may be in the way.")
        )  # fmt: skip
    tell("what follows from its facts")
    if not database.projection_is_right():
        what = "What is worked out of its facts (who decided what, what survived) does not say what the facts say"
        found.append(_of(project, State.ACT, what, _REBUILD.format(slug=project.slug)))
    tell("what belongs together")
    if loose := soundness.loose_ends(database):
        what = "Something in it refers to what is not there: " + ", ".join(f"{n:,} {name}" for name, n in loose.items())
        found.append(_of(project, State.ACT, what, "Restore the newest backup of before, and compare."))
    rows = ""
    if look is Look.EVERY_ROW:
        try:
            rows = f", all {soundness.read_every_row(database, work, tell):,} rows can be read"
        except StudioError as error:
            found.append(_of(project, State.ACT, error.what, error.to_do))
    return found or [_of(project, State.GOOD, _sound(about) + rows)]


def closed(slug: str, error: StudioError) -> Finding:
    """A project that cannot be opened."""
    where = f" ({error.where})" if error.where else ""
    return Finding(area=Area.PROJECTS, state=State.ACT, subject=slug, what=f"{error.what}{where}", to_do=error.to_do)


def backups(projects: Sequence[Project], lying: Sequence[Backup], plan: BackupPlan, failed: str) -> list[Finding]:
    """Whether everything that changed is backed up."""
    found = [
        Finding(area=Area.BACKUPS, state=State.LOOK, what=f"{one.path.name}: {one.problem}",
                to_do="It can be restored, but nobody can say whether it is whole.")
        for one in lying
        if one.problem
    ]  # fmt: skip
    if failed:
        found.append(
            Finding(
                area=Area.BACKUPS, state=State.ACT, what="The last backup that was made by itself failed", to_do=failed
            )
        )
    bare = [project for project in projects if _is_bare(project, lying)]
    if bare:
        names = ", ".join(project.name for project in bare[:5]) + (" …" if len(bare) > 5 else "")
        what = f"Worked on, and not backed up within {_LONG_AGO.days} days: {names}"
        to_do = "Back up now on the page Projects, or have it done every so many hours."
        found.append(Finding(area=Area.BACKUPS, state=State.LOOK, what=what, to_do=to_do))
    every = f", every {plan.every_hours} h by themselves" if plan.every_hours else ""
    return found or [Finding(area=Area.BACKUPS, state=State.GOOD, what=f"{_many(len(lying))}{every}")]


def worst(found: Sequence[Finding]) -> State:
    """The worst of what was found."""
    states = {one.state for one in found}
    return next((state for state in (State.ACT, State.LOOK) if state in states), State.GOOD)


def _is_bare(project: Project, lying: Sequence[Backup]) -> bool:
    """Whether something was done in it a while ago that no backup has."""
    about = soundness.about(project.database)
    newest = next(backup_files.of(list(lying), project.slug), None)
    if about.last_work is None or (
        newest is not None and newest.manifest is not None and newest.manifest.seq >= about.seq
    ):
        return False
    since = (
        newest.manifest.made_at
        if newest is not None and newest.manifest is not None
        else datetime.min.replace(tzinfo=UTC)
    )
    return datetime.now(UTC) - since > _LONG_AGO


def _many(n: int) -> str:
    return "1 backup" if n == 1 else f"{n:,} backups"


def _sound(about: About) -> str:
    return f"Sound: {about.n_bytes / 1e6:,.0f} MB, {about.seq:,} entries in its log, schema at step {about.migration}"


def _of(project: Project, state: State, what: str, to_do: str = "") -> Finding:
    return Finding(area=Area.PROJECTS, state=state, what=what, to_do=to_do, subject=project.slug)
