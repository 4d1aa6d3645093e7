"""Taking instructions out: counted first, then streamed or written; what was taken whole is remembered with its digest."""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import uuid_utils

from core.domain.export import Counted, Export, ExportFormat, Order, PastExport
from core.domain.person import Actor
from core.errors import BadInput
from core.exchange import export_texts, lineage
from core.exchange.export_parquet import data_parquet
from core.services.access import may_read
from core.services.projects import Project
from core.store import export_log, export_reading, lineage_header, lineage_reading, queue_log
from core.store.export_reading import Selection

Pieces = Generator[bytes, None, None]
Tell = Callable[[int, int], None]  # rows that were taken, of how many
_PIECE_BYTES = 256 * 1024
_TELL_EVERY = 500  # rows
_TEXTS = {
    ExportFormat.ALPACA: export_texts.alpaca,
    ExportFormat.JSONL: export_texts.json_lines,
    ExportFormat.CSV: export_texts.csv_lines,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """A file in pieces. `counted` is settled already; the pieces are read as they are asked for, or given up by closing them."""

    name: str
    media_type: str
    counted: Counted
    pieces: Pieces


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A file that was written whole."""

    path: Path
    counted: Counted
    sha256: str


def _tell_nobody(_: int, __: int) -> None: ...


def count(actor: Actor, project: Project, order: Order) -> Counted:
    """What an order comes to, before anything is taken."""
    may_read(actor)
    seqs = export_reading.picked(project.database, order.wanted)
    with export_reading.selected(project.database, seqs, with_ancestors=order.format.is_lineage) as selection:
        return selection.counted(with_unready=order.takes_unready)


def download(actor: Actor, project: Project, order: Order) -> Download:
    """The file in pieces, as its rows are at this moment. It is remembered once the last piece was taken."""
    taken = _begun(actor, project, order, _tell_nobody)
    return replace(taken, pieces=_remembered(actor, project, order, taken))


def _begun(actor: Actor, project: Project, order: Order, tell: Tell) -> Download:
    """The same, remembered by nobody."""
    may_read(actor)
    held = ExitStack()
    selection = held.enter_context(_selected(project, order))
    counted = selection.counted(with_unready=order.takes_unready)
    return Download(
        name=f"{_plain(project.slug)}-{counted.as_of_seq}.{order.format.suffix}",
        media_type=order.format.media_type,
        counted=counted,
        pieces=_held(held, _gathered(_pieces(order, selection, counted.rows, tell))),
    )


def write(
    actor: Actor, project: Project, order: Order, path: Path, *, force: bool = False, tell: Tell = _tell_nobody
) -> Written:
    """Write a file under another name first, so that a half-written one never looks whole. BadInput if there is one already.

    It is remembered once it stands under its own name.
    """
    may_read(actor)
    if path.exists() and not force:
        raise BadInput("There is a file of this name already", where=str(path), to_do="Name another, or give --force.")
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    taken = _begun(actor, project, order, tell)
    digest = hashlib.sha256()
    try:
        with partial.open("xb") as file:
            for piece in taken.pieces:
                file.write(piece)
                digest.update(piece)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise BadInput(
            f"The file cannot be written ({error.strerror})",
            where=str(path),
            to_do="Choose a folder with free space that you may write to.",
        ) from error
    finally:
        taken.pieces.close()
        partial.unlink(missing_ok=True)
    _remember(actor, project, order, taken.counted, digest.hexdigest())
    return Written(path=path, counted=taken.counted, sha256=digest.hexdigest())


def past(actor: Actor, project: Project, most: int = 50) -> tuple[PastExport, ...]:
    """What was taken out before, newest first."""
    may_read(actor)
    return tuple(
        PastExport(export=one, taken_at=_made_at(one.id), by_name=name)
        for one, name in export_log.exports(project.database, most)
    )


def _selected(project: Project, order: Order) -> AbstractContextManager[Selection]:
    seqs = export_reading.picked(project.database, order.wanted)
    select = lineage_reading.selected_lineage if order.format.is_lineage else export_reading.selected
    return select(project.database, seqs)


def _held(held: ExitStack, pieces: Iterator[bytes]) -> Pieces:
    with held:
        yield from pieces


def _remembered(actor: Actor, project: Project, order: Order, taken: Download) -> Pieces:
    digest = hashlib.sha256()
    with closing(taken.pieces) as pieces:
        for piece in pieces:
            digest.update(piece)
            yield piece
    _remember(actor, project, order, taken.counted, digest.hexdigest())


def _remember(actor: Actor, project: Project, order: Order, counted: Counted, sha256: str) -> None:
    fact = Export(
        id=str(uuid_utils.uuid7()),
        format=order.format,
        filter="" if order.wanted is None else queue_log.as_json(order.wanted),
        as_of_seq=counted.as_of_seq,
        sha256=sha256,
        rows=counted.rows,
        by=actor.person_id,
    )
    project.database.writer.append_now([fact], by_person=True)


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces of a size that is worth a journey."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= _PIECE_BYTES:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _told(rows: Iterable[Any], total: int, tell: Tell) -> Iterator[Any]:
    for number, row in enumerate(rows, 1):
        yield row
        if number % _TELL_EVERY == 0 or number == total:
            tell(number, total)


def _pieces(order: Order, selection: Selection, total: int, tell: Tell) -> Iterator[bytes]:
    if not order.format.is_lineage:
        rows = _told(export_reading.data_rows(selection, with_unready=order.with_unready), total, tell)
        if order.format in _TEXTS:
            return _TEXTS[order.format](rows)
        return data_parquet(rows)
    about = lineage_header.about(selection, is_everything=order.wanted is None)
    about["filter"] = None if order.wanted is None else queue_log.as_json(order.wanted)
    people = people_of(about, with_names=order.with_names)
    head = lineage.header(about, people, with_names=order.with_names)
    facts = (lineage.finished(row, people) for row in _told(lineage_reading.lineage_rows(selection), total, tell))
    return (lineage.json_lines if order.format is ExportFormat.LINEAGE else lineage.lineage_parquet)(head, facts)


def people_of(about: lineage.Json, *, with_names: bool) -> dict[str, str]:
    """What the people of a project are called in a lineage: by their own ids, or by pseudonyms."""
    person_ids = [str(one["id"]) for one in about["persons"]]
    named = lineage.named if with_names else lineage.pseudonyms
    return named(about["project"]["id"], person_ids)


def _made_at(id_: str) -> datetime:
    """The time that stands in a uuid7."""
    return datetime.fromtimestamp((UUID(id_).int >> 80) / 1000, UTC)


def _plain(slug: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", slug.lower()).strip("-") or "project"
