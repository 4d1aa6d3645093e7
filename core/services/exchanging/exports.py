"""Taking instructions out: counted first, then streamed or written; what was taken whole is remembered, and can be made again."""

import hashlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import uuid_utils

from core.domain.export import Counted, Export, Order, PastExport
from core.domain.person import Actor
from core.domain.shaping import Shaped, TestSet
from core.services.access import may_read
from core.services.exchanging import export_options, making, writing
from core.services.exchanging.making import Made, Share, Tell, Then, share_nothing, tell_nobody
from core.services.projects import Project
from core.store import export_log, export_sets, queue_log

Pieces = Generator[bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """A file in pieces. `counted` is settled already; the pieces are read as they are asked for, or given up by closing them."""

    name: str
    media_type: str
    counted: Counted
    pieces: Pieces


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A file or folder that was written whole; `sha256` is that of the file, of a folder that of its zip."""

    path: Path
    counted: Counted
    sha256: str


def count(actor: Actor, project: Project, order: Order) -> Counted:
    """What an order comes to, before anything is taken."""
    may_read(actor)
    return making.counted(project, order)


def test_sets(actor: Actor, project: Project) -> tuple[TestSet, ...]:
    """What a dataset can be kept clear of: reference sets, and studies with prompts of their own; newest first."""
    may_read(actor)
    return tuple(export_sets.sets(project.database))


def download(actor: Actor, project: Project, order: Order, *, known: tuple[int, Shaped] | None = None) -> Download:
    """The file in pieces, as its rows are at this moment. It is remembered once the last piece was taken.

    `known`: what a preview's shaping came to, with its `as_of_seq`; found out again if something has happened since.
    """
    may_read(actor)
    made = making.made(project, order, known=known)
    return Download(
        name=made.name,
        media_type=order.format.media_type,
        counted=made.counted,
        pieces=_remembered(actor, project, order, made),
    )


def write(
    actor: Actor, project: Project, order: Order, path: Path, *, force: bool = False, tell: Tell = tell_nobody,
    share: Share = share_nothing,
) -> Written:  # fmt: skip
    """Write a file, or a folder where the format is one and `path` is no zip, whole or not at all. BadInput if it is there already.

    It is remembered once it stands under its own name.
    """
    may_read(actor)
    with writing.place(path, is_folder=order.format.is_folder, force=force) as into:
        made = making.made(project, order, tell=tell, share=share)
        with closing(made.pieces) as pieces:
            sha256 = into.take(pieces)
    _remember(actor, project, order, made, sha256)
    return Written(path=path, counted=made.counted, sha256=sha256)


def past(actor: Actor, project: Project, most: int = 50) -> tuple[PastExport, ...]:
    """What was taken out before, newest first."""
    may_read(actor)
    return tuple(
        PastExport(export=one, taken_at=_made_at(one.id), by_name=name)
        for one, name in export_log.exports(project.database, most)
    )


def _remembered(actor: Actor, project: Project, order: Order, made: Made) -> Pieces:
    digest = hashlib.sha256()
    with closing(made.pieces) as pieces:
        for piece in pieces:
            digest.update(piece.zipped)
            yield piece.zipped
    _remember(actor, project, order, made, digest.hexdigest())


def _remember(actor: Actor, project: Project, order: Order, made: Made, sha256: str) -> None:
    fact = Export(
        id=str(uuid_utils.uuid7()),
        format=order.format,
        filter="" if order.wanted is None else queue_log.as_json(order.wanted),
        as_of_seq=made.counted.as_of_seq,
        sha256=sha256,
        rows=made.counted.rows,
        by=actor.person_id,
        options=export_options.as_json(order, Then(moment=made.moment, title=project.name)),
        software=export_options.software(),
    )
    project.database.writer.append_now([fact], by_person=True)


def _made_at(id_: str) -> datetime:
    """The time that stands in a uuid7."""
    return datetime.fromtimestamp((UUID(id_).int >> 80) / 1000, UTC)
