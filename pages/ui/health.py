"""Health, for a container's or a proxy's probe: no cookie is needed, and nothing about anybody is told."""

from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.services import readiness
from pages.ui import shell

_NO_STORE = {"Cache-Control": "no-store"}


async def _live(_: Request) -> Response:
    """The process answers. If this fails, start it again."""
    return JSONResponse({"status": "ok"}, headers=_NO_STORE)


async def _ready(_: Request) -> Response:
    """It can do its work, else status 503. If this fails, look at it: starting it again mends no full disk."""
    found = await run_in_threadpool(readiness.look, shell.owner(), shell.studio())
    told = {"status": "ready" if found.is_ready else "not ready", **asdict(found)}
    return JSONResponse(told, status_code=200 if found.is_ready else 503, headers=_NO_STORE)


def health_routes() -> list[Route]:
    return [Route("/health", _live), Route("/health/ready", _ready)]
