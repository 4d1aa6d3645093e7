"""Taking a lineage in: what is here already is skipped, what contradicts it is refused by name, everything else is added at once."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils

from core.domain.export import LineageReport, RefusedRow
from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.source import ImportProgress, Source
from core.errors import BadInput
from core.exchange import lineage
from core.exchange.lineage_context import Context, context_of
from core.exchange.lineage_facts import Facts, facts_of
from core.exchange.lineage_reader import Lineage, Numbered, json_lines
from core.services.access import may_grow
from core.services.exchanging.lineage_making import people_of
from core.services.growing.seed_files import called
from core.services.projects import Project
from core.services.temporary import temporary_folder
from core.store import (
    lineage_bulk,
    lineage_context_log,
    lineage_header,
    lineage_parquet,
    lineage_reading,
    lineage_writing,
)
from core.store.export_reading import these
from core.store.lineage_bulk import LineageShelf

MOST_REFUSALS = 1_000  # that are named one by one; all are counted
_TELL_EVERY = 500  # rows
_DIFFERENT = "is here already with other content"
_ORPHAN = "grew from an instruction that is neither here nor in the file"
_BELOW = "grew from a row that was refused"


def _tell_nobody(_: ImportProgress) -> None: ...


def import_lineage(
    actor: Actor,
    project: Project,
    path: Path,
    *,
    name: str = "",
    tell: Callable[[ImportProgress], None] = _tell_nobody,
) -> LineageReport:
    """Add a lineage's rows to a project: all that can be taken, or none. Raises BadInput, with the row, for a file that is damaged.

    A row whose instruction is here with the same facts is skipped; with other facts it is refused, and so is what grew from
    it. Whatever `tell` raises ends the import, and nothing is taken.
    """
    may_grow(actor)
    name = name or path.name
    with called(name), temporary_folder("lineage") as folder:
        shelf = LineageShelf(Path(folder))
        with closing(shelf), _opened(path) as items:
            read = Lineage(items)
            context = context_of(read.header)
            _require_same_runs(project, context)
            _shelve(read, context, shelf, tell)
        tell(ImportProgress(rows=shelf.rows, is_writing=True))
        left = _left_out(project, shelf, context)
        source = _source(actor, path, name, shelf, left)
        new_runs = len(context.runs) - len(lineage_context_log.known_runs(project.database, context.runs))
        _write(actor, project, shelf, left, context, source, tell)
    return LineageReport(
        source_id=source.id, name=name, project=context.project, taken=source.taken, skipped=source.merged,
        refused=tuple(left.refused[:MOST_REFUSALS]), refused_count=len(left.refused), new_runs=new_runs,
    )  # fmt: skip


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[Numbered]]:
    if not path.is_file():
        raise BadInput("There is no such file", to_do="Check the path.")
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInput(f"The file cannot be read ({error.strerror})", to_do="Check its permissions.") from error
    with file:
        is_parquet = file.read(4) == b"PAR1"
        file.seek(0)
        if is_parquet:
            with lineage_parquet.items(path, lineage.HEADER_KEY, lineage.END_KEY) as items:
                yield items
        else:
            yield json_lines(file)


def _require_same_runs(project: Project, context: Context) -> None:
    known = lineage_context_log.known_runs(project.database, context.runs)
    for run in context.runs:
        if run.id in known and not lineage_context_log.same_run(run, known[run.id]):
            raise BadInput(
                f"Its run {run.number} ({run.name[:80]}) is here already with other settings",
                to_do="Import it into a new project. Nothing was imported.",
            )


def _shelve(read: Lineage, context: Context, shelf: LineageShelf, tell: Callable[[ImportProgress], None]) -> None:
    total = max(1, int(read.header["rows"]))
    for number, row in read.rows():
        facts = facts_of(number, row, context.as_of_seq)
        numbers = row["place"]
        for part, seq in zip(facts.decisions, numbers["decisions"], strict=True):
            if part.instruction_id is None:
                revisions = [one["revision_id"] for one in row["decisions"] if one["id"] == part.id]
                shelf.add_bulk_decision(number, part, seq, (row["id"], revisions[0]))
        text = " ".join(str(row["instruction"] or "").split())[:80]
        shelf.add(number, facts.instruction, row["sha256"], text, _numbered(facts, numbers))
        if shelf.rows % _TELL_EVERY == 0:
            tell(ImportProgress(rows=shelf.rows, share=min(1.0, shelf.rows / total)))
    shelf.flush()
    shelf.close()  # from here on it is read


def _numbered(facts: Facts, numbers: lineage.Json) -> list[tuple[object, int]]:
    """Every fact of a row with its number in the log; decisions on bulks are kept apart."""
    found: list[tuple[object, int]] = [(facts.instruction, numbers["seq"])]
    for name, part in facts.parts():
        found += [
            pair for pair in zip(part, numbers[name], strict=True) if getattr(pair[0], "instruction_id", "") is not None
        ]
    first = {one.trial_id: seq for one, seq in reversed(list(zip(facts.decisions, numbers["decisions"], strict=True)))}
    found += [(one, first[one.id]) for one in facts.trials]
    found += [(one, 0) for one in (*facts.tasks, *facts.slots)]
    if facts.outcome is not None:
        found.append((facts.outcome, numbers["outcome"]))
    return found


@dataclass(slots=True)
class _Left:
    """The rows that are not taken."""

    skipped: list[int] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        return [*self.skipped, *(one.row for one in self.refused)]


def _left_out(project: Project, shelf: LineageShelf, context: Context) -> _Left:
    here, orphans = lineage_bulk.looked_up(project.database, shelf)
    hashes = _hashes(project, [one.seq for one in here if one.seq is not None], context)
    left = _Left(skipped=[one.n for one in here if hashes[one.id] == one.sha256])
    why = {one.n: _DIFFERENT for one in here if hashes[one.id] != one.sha256} | {one.n: _ORPHAN for one in orphans}
    if why:
        skipped, below = set(left.skipped), set[str]()
        for n, id_, parent_id, text in lineage_bulk.parents(shelf):
            if n in skipped or not (n in why or parent_id in below):
                continue
            below.add(id_)
            left.refused.append(RefusedRow(row=n, id=id_, text=text, reason=why.get(n, _BELOW)))
    return left


def _hashes(project: Project, seqs: Sequence[int], context: Context) -> dict[str, str]:
    """What these instructions' facts come to here, with people called as in the file."""
    if not seqs:
        return {}
    with lineage_reading.selected_lineage(project.database, these(seqs), with_ancestors=False) as selection:
        about = lineage_header.about(selection, is_everything=False)
        people = people_of(about, with_names=context.with_names)
        rows = (lineage.finished(row, people) for row in lineage_reading.lineage_rows(selection))
        return {row["id"]: lineage.fact_hash(row) for row in rows}


def _source(actor: Actor, path: Path, name: str, shelf: LineageShelf, left: _Left) -> Source:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Source(
        id=str(uuid_utils.uuid7()), kind="lineage", name=name, licence="", file_sha256=digest,
        taken=shelf.rows - len(left.numbers), merged=len(left.skipped), refused=len(left.refused), by=actor.person_id,
        received_at=datetime.now(UTC),
    )  # fmt: skip


def _write(
    actor: Actor,
    project: Project,
    shelf: LineageShelf,
    left: _Left,
    context: Context,
    source: Source,
    tell: Callable[[ImportProgress], None],
) -> None:
    """If no row is new, only that somebody tried is written down."""
    if not source.taken:
        audit = Audit(
            person_id=actor.person_id,
            act="lineage was here already",
            subject=source.name,
            origin="",
            received_at=source.received_at,
        )
        project.database.writer.append_now([audit], by_person=True)
        return
    lineage_writing.write(
        project.database,
        shelf,
        left.numbers,
        context.as_of_seq,
        lambda connection, base, seq: lineage_context_log.add(
            connection, base, seq, context, source, source.received_at, actor_id=actor.person_id
        ),
        lambda share: tell(ImportProgress(rows=shelf.rows, share=share, is_writing=True)),
    )
