"""What was taken out before, once more: the same bytes, whatever has been decided since, or a refusal that says why not."""

import hashlib
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path

from core.domain.export import Export
from core.domain.person import Actor
from core.errors import BadInput, NotFound
from core.services.access import may_read
from core.services.exchanging import export_options, making, writing
from core.services.exchanging.exports import Download, Written
from core.services.exchanging.making import Made, Tell, tell_nobody
from core.services.projects import Project
from core.store import export_log

_AT_ONCE = 256 * 1024
_IN_MEMORY = 8 * 2**20


def again(actor: Actor, project: Project, export_id: str) -> Download:
    """An earlier export as a file to download. NotFound without it, BadInput if its bytes can no longer be made.

    It is made whole and held against its digest before the first byte is given away.
    """
    may_read(actor)
    export = _export(project, export_id)
    made = _made(project, export, tell_nobody)
    with ExitStack() as unless_whole:
        file = unless_whole.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
        digest = hashlib.sha256()
        try:
            with closing(made.pieces) as pieces:
                for piece in pieces:
                    digest.update(piece.zipped)
                    file.write(piece.zipped)
            file.seek(0)
        except OSError as error:
            raise BadInput("There is no room to make it in", to_do="Free some space, then try again.") from error
        _require_same(export, digest.hexdigest())
        unless_whole.pop_all()  # from here on the pieces close it
    order, _ = export_options.from_export(export)
    return Download(
        name=made.name, media_type=order.format.media_type, counted=made.counted, pieces=_read(file)
    )  # fmt: skip


def write_again(
    actor: Actor, project: Project, export_id: str, path: Path, *, force: bool = False, tell: Tell = tell_nobody
) -> Written:
    """The same into a file, or a folder where it was one and `path` is no zip: it gets its name only if its bytes are the same."""
    may_read(actor)
    export = _export(project, export_id)
    order, _ = export_options.from_export(export)
    with writing.place(path, is_folder=order.format.is_folder, force=force) as into:
        made = _made(project, export, tell)
        with closing(made.pieces) as pieces:
            sha256 = into.take(pieces)
        _require_same(export, sha256)
    return Written(path=path, counted=made.counted, sha256=sha256)


def _made(project: Project, export: Export, tell: Tell) -> Made:
    order, then = export_options.from_export(export)
    return making.made(project, order, then=then, tell=tell)


def _export(project: Project, said: str) -> Export:
    """An export by its id, or by the beginning of its id or digest if only one begins so."""
    found = [one for one in export_log.named(project.database, said) if said]
    if not found:
        raise NotFound(
            "There is no such export",
            to_do="Earlier exports are listed on the page Data, and by `python -m core exports`.",
        )
    if len(found) > 1:
        raise BadInput(f"{len(found)} exports begin so", to_do="Give more of the id, or of the digest.")
    return found[0]


def _require_same(export: Export, sha256: str) -> None:
    if sha256 == export.sha256:
        return
    if export.software != export_options.software():
        raise BadInput(
            f"Other software would write other bytes: it was made with {export.software}, here is {export_options.software()}",
            to_do="Make it with those versions. The rows can be taken out anew with this one.",
        )
    raise BadInput(
        "It would not be the same any more: something that it says has no number in the log, as the state of a run's tasks or a queue",
        to_do="Take it out anew. Files of instructions, pairs and dataset folders can always be made again; a lineage only while"
        " its runs stand still.",
    )


def _read(file: tempfile.SpooledTemporaryFile[bytes]) -> Generator[bytes]:
    with file:
        while piece := file.read(_AT_ONCE):
            yield piece
