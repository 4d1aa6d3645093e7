"""Files that people send: streamed to disk under a name of ours, taken once, and thrown away."""

import re
import secrets
import shutil
import time
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import BadInput, NotAllowed, NotFound, StudioError
from core.services.access import may_grow
from pages.ui import shell
from pages.ui.guard import is_ours, said

_ID = re.compile(r"[0-9a-f]{32}")
_KEPT_S = 24 * 3600.0  # an upload that nobody imported
_LEFT_FREE = 200 * 10**6  # bytes of the disk that an upload never takes


def most_bytes() -> int:
    """The largest file that is taken (EVOL_STUDIO_UPLOAD_MB)."""
    return shell.studio().settings.upload_mb * 10**6


def upload_path(id_: str) -> Path:
    """Where an upload stands. NotFound for what is no id of ours, or was thrown away."""
    path = _folder() / id_
    if not _ID.fullmatch(id_) or not path.is_file():
        raise NotFound("The uploaded file is no longer there", to_do="Choose it again.")
    return path


def new_upload() -> tuple[str, Path]:
    """Where something that the studio itself fetches is to stand until it is taken: its id, and a path at which nothing is yet."""
    _make_room("")
    id_ = secrets.token_hex(16)
    return id_, _folder() / id_


def throw_away(id_: str) -> None:
    if _ID.fullmatch(id_):
        (_folder() / id_).unlink(missing_ok=True)


def _folder() -> Path:
    return shell.studio().settings.home / "uploads"


async def _upload(request: Request) -> Response:
    """The body, as it comes, into a file; anything that ends it early leaves nothing behind."""
    if not is_ours(request):
        return said(NotAllowed("This is for the studio's own pages", to_do="Reload the page."))
    id_ = secrets.token_hex(16)
    try:
        may_grow(shell.actor_of(request))
        _make_room(request.headers.get("content-length", ""))
        await _store(request, _folder() / id_)
    except StudioError as error:
        return said(error)
    except OSError as error:
        return said(
            BadInput(f"The file cannot be kept ({error.strerror})", to_do="Free some space, then choose it again.")
        )
    return JSONResponse({"id": id_})


async def _store(request: Request, path: Path) -> None:
    n_bytes, is_whole = 0, False
    try:
        with path.open("wb") as file:
            async for chunk in request.stream():
                n_bytes += len(chunk)
                _require_small(n_bytes)
                file.write(chunk)
        is_whole = True
    except ClientDisconnect:
        raise BadInput("The upload was broken off", to_do="Choose the file again.") from None
    finally:
        if not is_whole:
            throw_away(path.name)


def _make_room(said_length: str) -> None:
    """Throw away what nobody came back for, and refuse at once what cannot fit."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        if _ID.fullmatch(old.name) and time.time() - old.stat().st_mtime > _KEPT_S:
            old.unlink(missing_ok=True)
    n_bytes = int(said_length) if said_length.isdecimal() else 0
    _require_small(n_bytes)
    if shutil.disk_usage(folder).free < n_bytes + _LEFT_FREE:
        raise BadInput("The disk has no room for this file", to_do="Free some space, or import it by its path.")


def _require_small(n_bytes: int) -> None:
    if n_bytes > most_bytes():
        raise BadInput(
            f"The file is larger than {most_bytes() / 1e6:,.0f} MB",
            to_do="Import it by its path, or raise EVOL_STUDIO_UPLOAD_MB.",
        )


def upload_routes() -> list[Route]:
    return [Route("/api/upload", _upload, methods=["POST"])]
