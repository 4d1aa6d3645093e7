"""Studies leave as files, pseudonymous unless names are asked for, and come back to have their results computed."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.study_file import StudyTaken
from core.errors import BadInput, NotAllowed
from core.exchange import study_file
from core.exchange.lineage import Json, canonical
from core.exchange.lineage_reader import damaged, json_lines
from core.exchange.study_file import Told
from core.exchange.study_file_facts import facts_of
from core.exchange.study_file_reader import StudyFile, read
from core.services.access import may_grow, may_read
from core.services.evaluating import study_course
from core.services.growing.seed_files import called
from core.services.projects import Project
from core.store import study_export_reading, study_log, study_reading
from core.studies.design import sound

_LIBRARIES = ("duckdb", "evalica", "krippendorff", "numpy", "scikit-learn", "scipy", "statsmodels")
_IDS = ("prompt", "candidate", "trial", "judgment")


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyDownload:
    """A file that is made line by line while it is taken."""

    name: str
    lines: Iterator[bytes]


def software() -> dict[str, str]:
    """What numbers are worked out with, and its versions."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}


def export(actor: Actor, project: Project, study_id: str, *, with_names: bool = False) -> StudyDownload:
    """The whole study as a file. NotAllowed while its results are closed: the file says who is who."""
    may_read(actor)
    require_results(actor, project, study_id)
    head = _header(project, study_id, with_names=with_names)
    people = {} if with_names else _people(project, study_id)
    rows = study_export_reading.rows(project.database, study_id, people)
    study = head["study"]
    plain = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in study["name"]).strip("-")
    return StudyDownload(name=f"study-{plain or 'x'}-v{study['version']}.jsonl", lines=study_file.lines(head, rows))


def require_results(actor: Actor, project: Project, study_id: str) -> None:
    """NotAllowed while nobody may see results."""
    if not study_course.may_see_results(actor, project, study_id):
        raise NotAllowed(
            "Results stay closed while people judge: who knows them judges otherwise",
            to_do="Close the study first. An early look is possible on its page; it is written down with its reason.",
        )


def write(actor: Actor, project: Project, study_id: str, path: Path, *, with_names: bool = False) -> int:
    """The same into a file, which must not be there yet; a crash half-way leaves none. → its bytes."""
    may_read(actor)
    taken = export(actor, project, study_id, with_names=with_names)
    if path.exists():
        raise BadInput("The file exists already", where=str(path), to_do="Choose another name.")
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            file.writelines(taken.lines)
        partial.rename(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise BadInput(f"The file cannot be written ({error.strerror})", where=str(path)) from error
    return path.stat().st_size


def import_file(actor: Actor, project: Project, path: Path, *, name: str = "") -> StudyTaken:
    """Read a study's file into a project, to compute results only: all of it, or on any error nothing.

    The same file again changes nothing. BadInput, with the row, for one that is foreign or damaged, or that contradicts the project.
    """
    may_grow(actor)
    name = name or path.name
    with called(name):
        file = opened_file(path)
        is_new = not _is_here(project, file)
        if is_new:
            act = Audit(
                person_id=actor.person_id, act="study imported", subject=f"{file.header['study']['name']} from {name}",
                origin="", received_at=datetime.now(UTC),
            )  # fmt: skip
            facts = facts_of(file, actor.person_id)
            project.database.writer.append_now([*facts, act], by_person=True)
    return taken(file, is_new=is_new)


def taken(file: StudyFile, *, is_new: bool) -> StudyTaken:
    """A file in numbers."""
    study = file.header["study"]
    return StudyTaken(
        study_id=study["id"], name=study["name"], version=study["version"], prompts=len(file.rows["prompt"]),
        candidates=len(file.rows["candidate"]), trials=len(file.rows["trial"]), judgments=len(file.rows["judgment"]),
        is_new=is_new,
    )  # fmt: skip


def opened_file(path: Path) -> StudyFile:
    """A study's file, whole and checked. BadInput with the row and the reason."""
    with _lines(path) as file:
        found = read(json_lines(file))
    try:
        sound(study_log.design_from_json(canonical(found.header["design"]).decode("utf-8")))
    except (TypeError, ValueError, AttributeError):
        raise damaged(1, "is no header: its `design` cannot be read") from None
    return found


@contextmanager
def _lines(path: Path) -> Iterator[IO[bytes]]:
    if not path.is_file():
        raise BadInput("There is no such file", to_do="Check the path.")
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInput(f"The file cannot be read ({error.strerror})", to_do="Check its permissions.") from error
    with file:
        yield file


def _is_here(project: Project, file: StudyFile) -> bool:
    """Whether the project has this very study. BadInput if it has another one of the same ids."""
    id_ = file.header["study"]["id"]
    if study_export_reading.taken(project.database, "study", [id_]):
        with_names = file.header["people"] == study_file.NAMES
        head = _header(project, id_, with_names=with_names)
        people = {} if with_names else _people(project, id_)
        if study_file.body_of(head, study_export_reading.rows(project.database, id_, people)) == file.body:
            return True
        raise BadInput(
            "This study is here already with other content", to_do="Import it into a new project. Nothing was imported."
        )
    for kind in _IDS:
        known = study_export_reading.taken(project.database, kind, [row["id"] for row in file.rows[kind]])
        if known:
            at = next(number for number, row in enumerate(_in_order(file), 2) if row["id"] in known)
            raise damaged(at, f"is a {kind} of another study here")
    return False


def _in_order(file: StudyFile) -> list[Json]:
    return [row for kind in _IDS for row in file.rows[kind]]


def _people(project: Project, study_id: str) -> dict[str, str]:
    return study_file.pseudonyms(study_export_reading.raters(project.database, study_id))


def _header(project: Project, study_id: str, *, with_names: bool) -> Json:
    database = project.database
    study = study_reading.study(database, study_id)
    assert study is not None, "asked for a moment ago"
    systems = tuple(study_reading.systems(database, study_id))
    told = Told(
        study=study,
        systems=systems,
        sampling=study_export_reading.sampling(database, [one.id for one in systems]),
        raters=tuple(study_export_reading.raters(database, study_id)),
        events=tuple(study_reading.events(database, study_id)),
        software=software(),
        seq=study_export_reading.seq(database, study_id),
        rows=study_export_reading.count(database, study_id),
    )
    return study_file.header(told, with_names=with_names)
