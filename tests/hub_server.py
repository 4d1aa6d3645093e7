"""A hub of datasets for tests: real sockets on 127.0.0.1, as much of the hub's HTTP as pushing and fetching a dataset needs.

    with hub_server(tokens={"good": "write"}) as hub:
        ...  # HF_ENDPOINT=hub.url; hub.repos["ann/data"].files["README.md"], hub.asked, hub.breaks = "commit"

It keeps files by their hash, as large-file storage does: what has arrived is not asked for twice, and only a commit shows it.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

_WHEN = "2026-11-01T12:00:00.000Z"


@dataclass(slots=True)
class Repo:
    """One dataset: its files now, and each commit with the names of what it brought."""

    private: bool
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def sha(self) -> str:
        return hashlib.sha1(repr((sorted(self.files), len(self.commits))).encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Hub:
    """What the server knows. `tokens`: what each may do (write, read, or write to one repository by its name).

    `breaks`: a path that holds this word is answered by a fault, after `breaks_after` such requests. One that holds `holds` is
    not answered until `let_go`; `held` says that there is one.
    """

    url: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)
    repos: dict[str, Repo] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    breaks: str = ""
    breaks_after: int = 0
    holds: str = ""
    held: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_POST(self) -> None:
        self._answer(with_body=True)

    def do_PUT(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(f"{self.command} {path}")
        if self.hub.breaks and self.hub.breaks in path:
            self.hub.breaks_after -= 1
            if self.hub.breaks_after < 0:
                self._send(400, {"error": "The server has a fault of its own"}, with_body=with_body)
                return
        if self.hub.holds and self.hub.holds in path:
            self.hub.held.set()
            self.hub.let_go.wait(120)
        for pattern, method in _ROUTES:
            found = re.fullmatch(pattern, f"{self.command} {path}")
            if found:
                status, said, headers = getattr(self, method)(body, *found.groups())
                self._send(status, said, headers, with_body=with_body)
                return
        self._send(404, {"error": f"nothing at {path}"}, with_body=with_body)

    def _send(
        self, status: int, said: object, headers: Mapping[str, str] | None = None, *, with_body: bool = True
    ) -> None:
        data = said if isinstance(said, bytes) else json.dumps(said).encode()
        part, more = data, dict(headers or {})
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if isinstance(said, bytes) and wanted and status == 200:
            first, last = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
            part, status = data[first : last + 1], 206
            more["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **more}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        if with_body:
            self.wfile.write(part)

    def _may(self) -> str | None:
        """What the token of this request may do; None for none that is known."""
        return self.hub.tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))

    def _may_write(self, repo: str) -> bool:
        return self._may() in ("write", repo)

    def whoami(self, _: bytes) -> tuple[int, object, dict[str, str]]:
        may = self._may()
        if may is None:
            return 401, {"error": "Invalid username or password."}, {}
        return 200, {"type": "user", "name": "ann", "auth": {"accessToken": {"role": may}}}, {}

    def create(self, body: bytes) -> tuple[int, object, dict[str, str]]:
        said = json.loads(body)
        repo = f"{said.get('organization') or 'ann'}/{said['name']}"
        if self._may() != "write":
            return 403, {"error": "You don't have the rights to create a dataset under this namespace"}, {}
        if repo in self.hub.repos:
            return 409, {"error": "You already created this dataset repo", "url": f"{self.hub.url}/datasets/{repo}"}, {}
        self.hub.repos[repo] = Repo(private=said.get("visibility") == "private", files={".gitattributes": b""})
        return 200, {"url": f"{self.hub.url}/datasets/{repo}", "name": repo, "id": "1"}, {}

    def yaml(self, _: bytes) -> tuple[int, object, dict[str, str]]:
        return 200, {"errors": [], "warnings": []}, {}

    def preupload(self, body: bytes, repo: str) -> tuple[int, object, dict[str, str]]:
        if not self._may_write(repo):
            return 403, {"error": "Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request"}, {}
        files = [
            {
                "path": one["path"],
                "uploadMode": "lfs" if one["path"].endswith(".parquet") else "regular",
                "shouldIgnore": False,
            }
            for one in json.loads(body)["files"]
        ]
        return 200, {"files": files}, {}

    def batch(self, body: bytes, repo: str) -> tuple[int, object, dict[str, str]]:
        if not self._may_write(repo):
            return 403, {"error": "Forbidden"}, {}
        objects = []
        for one in json.loads(body)["objects"]:
            upload = {"upload": {"href": f"{self.hub.url}/storage/{one['oid']}"}}
            objects.append(one if one["oid"] in self.hub.stored else one | {"actions": upload})
        return 200, {"transfer": "basic", "objects": objects}, {}

    def store(self, body: bytes, oid: str) -> tuple[int, object, dict[str, str]]:
        if hashlib.sha256(body).hexdigest() != oid:
            return 422, {"error": "another hash"}, {}
        self.hub.stored[oid] = body
        return 200, {}, {}

    def commit(self, body: bytes, repo: str) -> tuple[int, object, dict[str, str]]:
        if not self._may_write(repo):
            return 403, {"error": "Forbidden"}, {}
        there, names = self.hub.repos[repo], []
        for line in body.splitlines():
            one = json.loads(line)
            value = one["value"]
            match one["key"]:
                case "file":
                    there.files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    there.files[value["path"]] = self.hub.stored[value["oid"]]
                case "deletedFile":
                    del there.files[value["path"]]
                case _:
                    continue
            names.append(value["path"])
        there.commits.append(tuple(names))
        return 200, {"commitUrl": f"{self.hub.url}/datasets/{repo}/commit/{there.sha}", "commitOid": there.sha}, {}

    def info(self, _: bytes, repo: str, *__: str) -> tuple[int, object, dict[str, str]]:
        there = self._readable(repo)
        if there is None:
            return (
                401 if self._may() is None else 404,
                {"error": "Repository not found"},
                {"X-Error-Code": "RepoNotFound"},
            )
        siblings = [{"rfilename": name} for name in sorted(there.files)]
        about = {
            "_id": "1",
            "id": repo,
            "private": there.private,
            "tags": [],
            "downloads": 0,
            "likes": 0,
            "gated": False,
        }
        return 200, about | {"sha": there.sha, "lastModified": _WHEN, "siblings": siblings, "cardData": {}}, {}

    def tree(self, _: bytes, repo: str, _revision: str, inside: str | None) -> tuple[int, object, dict[str, str]]:
        there = self._readable(repo)
        if there is None:
            return 404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"}
        folder = f"{inside.strip('/')}/" if inside and inside.strip("/") else ""
        is_deep = "recursive=True" in self.path or "recursive=true" in self.path
        found = _tree(there, folder, is_deep=is_deep)
        if folder and not found:
            return 404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"}
        return 200, found, {}

    def paths_info(self, body: bytes, repo: str, _revision: str) -> tuple[int, object, dict[str, str]]:
        there = self._readable(repo)
        if there is None:
            return 404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"}
        said = (
            json.loads(body)
            if body.startswith(b"{")
            else {"paths": re.findall(r"paths=([^&]+)", unquote(body.decode()))}
        )
        every = {one["path"]: one for one in _tree(there, "", is_deep=True)}
        return 200, [every[path] for path in said["paths"] if path in every], {}

    def resolve(self, _: bytes, repo: str, _revision: str, path: str) -> tuple[int, object, dict[str, str]]:
        there = self._readable(repo)
        if there is None:
            return 404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"}
        if path not in there.files:
            return 404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"}
        data = there.files[path]
        etag = hashlib.sha256(data).hexdigest()
        return 200, data, {
            "ETag": f'"{etag}"', "X-Repo-Commit": there.sha, "Accept-Ranges": "bytes",
            "Content-Type": "application/octet-stream",
        }  # fmt: skip

    def _readable(self, repo: str) -> Repo | None:
        there = self.hub.repos.get(repo)
        return there if there is not None and (not there.private or self._may() is not None) else None


def _tree(there: Repo, folder: str, *, is_deep: bool) -> list[dict[str, Any]]:
    """Files and folders below a folder, as the hub lists them."""
    inside = {name: data for name, data in there.files.items() if name.startswith(folder)}
    folders = {
        folder + "/".join(parts[:deep])
        for name in inside
        for parts in [name.removeprefix(folder).split("/")]
        for deep in range(1, len(parts))
    }
    found = [{"type": "directory", "path": one, "oid": "0" * 40, "size": 0} for one in sorted(folders)]
    found += [
        {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data, usedforsecurity=False).hexdigest()}
        for name, data in sorted(inside.items())
    ]
    return [one for one in found if is_deep or "/" not in str(one["path"]).removeprefix(folder)]


_REPO = r"([\w.-]+/[\w.-]+)"
_ROUTES = (
    (r"GET /api/whoami-v2", "whoami"),
    (r"POST /api/repos/create", "create"),
    (r"POST /api/validate-yaml", "yaml"),
    (rf"POST /api/datasets/{_REPO}/preupload/main", "preupload"),
    (rf"POST /datasets/{_REPO}\.git/info/lfs/objects/batch", "batch"),
    (r"PUT /storage/([0-9a-f]{64})", "store"),
    (rf"POST /api/datasets/{_REPO}/commit/main", "commit"),
    (rf"GET /api/datasets/{_REPO}", "info"),
    (rf"GET /api/datasets/{_REPO}/revision/([\w.-]+)", "info"),
    (rf"GET /api/datasets/{_REPO}/tree/([\w.-]+)(/.*)?", "tree"),
    (rf"POST /api/datasets/{_REPO}/paths-info/([\w.-]+)", "paths_info"),
    (rf"(?:GET|HEAD) /datasets/{_REPO}/resolve/([\w.-]+)/(.+)", "resolve"),
)


@contextmanager
def hub_server(tokens: Mapping[str, str]) -> Iterator[Hub]:
    """A hub that ends with the block."""
    hub = Hub(tokens=tokens)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
