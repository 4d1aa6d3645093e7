"""The report on a study: everything that a reader needs to judge it, from the design to the seeds. The same study gives the same bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from core.domain.person import Actor
from core.domain.report import Block, Heading, Report, Table, Words
from core.domain.study import RaterKind, StudyEventKind
from core.domain.study_now import StudySystem
from core.exchange.report_html import report_html
from core.exchange.report_markdown import report_markdown
from core.exchange.study_file_facts import facts_of
from core.exchange.study_file_reader import StudyFile
from core.services.access import may_read
from core.services.evaluating import report_agreement, report_design, report_numbers, study_files
from core.services.evaluating.report_design import About, labels
from core.services.evaluating.result_people import left_out
from core.services.evaluating.results import Opened, Results
from core.services.growing.seed_files import called
from core.services.projects import Project
from core.services.temporary import temporary_folder
from core.store import study_export_reading, study_reading
from core.store.database import open_database


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFiles:
    """A report in both its forms; `name` is that of the files, without an ending."""

    name: str
    html: str
    markdown: str


def of_study(actor: Actor, project: Project, results: Results, study_id: str) -> ReportFiles:
    """From the project. NotAllowed while its results are closed."""
    may_read(actor)
    opened = results.open(actor, project, study_id)
    about = About(
        systems=tuple(study_reading.systems(project.database, study_id)),
        sampling=_sampling(project, study_id),
        labels=labels(study_export_reading.raters(project.database, study_id)),
        details=tuple(study_export_reading.raters(project.database, study_id)),
        seq=study_export_reading.seq(project.database, study_id),
        software=study_files.software(),
    )
    return _files(opened, about)


def of_file(actor: Actor, path: Path, *, name: str = "") -> ReportFiles:
    """From an exported study: the same bytes as from the project that it came from. BadInput for a file that cannot be believed."""
    may_read(actor)
    with called(name or path.name):
        file = study_files.opened_file(path)
    with temporary_folder("report") as folder:
        database = open_database(Path(folder) / "study.duckdb", "project")
        results = Results()
        try:
            database.writer.append_now(facts_of(file, actor.person_id, is_import=False))
            project = Project(slug="report", name="Report", database=database)
            opened = results.open(actor, project, file.header["study"]["id"])
            return _files(opened, _about(project, file))
        finally:
            results.close()
            database.close()


def _about(project: Project, file: StudyFile) -> About:
    """What the file says of itself, where its place in a log is meant."""
    study_id = file.header["study"]["id"]
    raters = study_export_reading.raters(project.database, study_id)
    return About(
        systems=tuple(study_reading.systems(project.database, study_id)),
        sampling=_sampling(project, study_id),
        labels=labels(raters),
        details=tuple(raters),
        seq=file.header["seq"],
        software=study_files.software(),
    )


def _sampling(project: Project, study_id: str) -> dict[str, str]:
    systems: list[StudySystem] = study_reading.systems(project.database, study_id)
    return study_export_reading.sampling(project.database, [one.id for one in systems])


def _files(opened: Opened, about: About) -> ReportFiles:
    study = opened.study
    report = Report(title=f"{study.name}, version {study.version}: report", blocks=tuple(_blocks(opened, about)))
    plain = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in study.name).strip("-")
    return ReportFiles(
        name=f"report-{plain or 'study'}-v{study.version}", html=report_html(report), markdown=report_markdown(report)
    )


def _blocks(opened: Opened, about: About) -> Iterator[Block]:
    yield from _head(opened, about)
    yield Heading(text="Methods, to paste")
    yield Words(text=report_design.methods(opened, about), is_quoted=True)
    yield from report_design.design(opened, about)
    if opened.judges and len(opened.contestants) > 1:
        for by in opened.judges:
            yield from report_numbers.results(opened, about, by)
        yield from report_agreement.agreement(opened, about)
        yield from report_agreement.raters(opened, about)
    yield from _left_out(opened, about)
    yield Heading(text="Software, seeds, place in the log")
    yield Table(
        heads=("What", "Which"),
        rows=(
            ("Seed of the study (orders, sets, resampling)", str(opened.study.design.rng_seed)),
            ("Last place in the project's log that this report speaks of (seq)", str(about.seq)),
            *((name, version) for name, version in sorted(about.software.items())),
        ),
        words=2,
    )
    yield Words(
        text="The same study, exported, gives this report again, byte for byte, with the same versions: python -m core report --file FILE"
    )


def _head(opened: Opened, about: About) -> Iterator[Block]:
    study = opened.study
    since = f" since {study.state_since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if study.state_since else ""
    yield Words(text=f"Study {study.id}, {study.state}{since}. It speaks of the log up to seq {about.seq:,}.")
    kinds = {rater.kind for rater in opened.raters}
    if RaterKind.SIMULATED in kinds:
        yield Words(
            text="SIMULATED RATERS: some raters of this study are programs that draw ranks from strengths that were set beforehand. "
            "They read nothing. What is said of them shows how a report looks, and nothing about any model."
        )
    if RaterKind.IMPORTED in kinds:
        yield Words(text="Some judgments were made elsewhere and imported, to compute results only.")


def _left_out(opened: Opened, about: About) -> Iterator[Block]:
    """Who is out and why, and whether anybody could know who was who when that was said."""
    yield Heading(text="Exclusions and early looks")
    left = left_out(opened).values()
    rows = tuple(
        (
            about.labels.get(one.subject, f"trial {one.subject[:8]}"),
            one.reason,
            "AFTER unblinding" if one.after_unblinding else "before unblinding",
        )
        for one in left
    )
    if rows:
        yield Table(heads=("Who or what", "Why", "When"), rows=rows, words=3)
    else:
        yield Words(text="Nobody and nothing was left out.")
    looks = [one for one in opened.events if one.kind is StudyEventKind.EARLY_LOOK]
    for look in looks:
        yield Words(text=f"Early look at results, {look.received_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {look.reason}")
    if not looks:
        yield Words(text="Nobody looked at results before the study was closed.")
    gone = sum(one.kind is StudyEventKind.LEFT for one in opened.events)
    if gone:
        yield Words(text=f"{gone} left before the end; what they had judged counts.")
