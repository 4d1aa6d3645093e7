"""Serves our component modules (ES modules and style sheets) under a name that changes with their content.

Streamlit sends a component's inline script again with every change of its data, so that script is only a few lines
that import the real module from here. One version names all files, so that modules can import each other relatively.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PREFIX = "/studio-modules"
_FOLDER = Path(__file__).parent / "components"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
_LOADER = """\
const module = import(new URL("{url}", location.origin).href);
export default function (component) {{
  let stop = null;
  module.then(
    (loaded) => {{ if (component.parentElement.isConnected) stop = loaded.default({{ ...component, data: component.data[0] }}); }},
    () => {{ component.parentElement.querySelector(".es").textContent =
      "This part of the page could not be loaded. Reload the page; if that does not help, restart the studio."; }});
  return () => {{ if (stop) stop(); }};
}}
"""


@cache
def _files() -> dict[str, bytes]:
    """All that may be served: relative path → content, read once. What is not in here does not exist."""
    found = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in found}


@cache
def _version() -> str:
    digest = sha256()
    for name, content in _files().items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


def module_url(name: str) -> str:
    """Path of the component `name` ("view", "tree"). Raises KeyError when there is no such component."""
    file = f"{name}/index.js"
    if file not in _files():
        raise KeyError(name)
    return f"{PREFIX}/{_version()}/{file}"


def loader(name: str) -> str:
    """The script to register with Streamlit for the component `name`; its html needs an element of class `es`."""
    return _LOADER.format(url=module_url(name))


async def _serve(request: Request) -> Response:
    content = _files().get(request.path_params["path"])
    if content is None or request.path_params["version"] != _version():
        return PlainTextResponse("No such module. Reload the page.", status_code=404)
    suffix = Path(request.path_params["path"]).suffix
    return Response(content, headers=_FOREVER | {"Content-Type": _TYPES[suffix]})


def module_routes() -> list[Route]:
    """What app.py adds to the routes of the studio."""
    return [Route(PREFIX + "/{version}/{path:path}", _serve, methods=["GET"])]
