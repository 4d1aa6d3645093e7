"""The official hub: plain HTTPS with byte ranges."""

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from core.models.embedded.manifest import Manifest, Part
from core.models.embedded.source import SourceFailed, SourceName, Watch

_CHUNK_BYTES = 256 << 10


class Hub:
    """The weights at their authors' place. Proxies and certificates are the ones that the environment names."""

    name: SourceName = "hub"

    def __init__(self, manifest: Manifest, *, probe_s: float = 4.0, stall_s: float = 30.0) -> None:
        self._url, self._size = manifest.hub_url, manifest.size
        self._probe_s, self._stall_s = probe_s, stall_s

    def is_reachable(self) -> bool:
        """Whether the hub serves this very file, by ranges, and says so within `probe_s` in all.

        In a thread of its own, because looking up a name has no time-out of its own.
        """
        answers: list[bool] = []
        thread = threading.Thread(target=lambda: answers.append(self._answers()), daemon=True)
        thread.start()
        thread.join(self._probe_s)
        return answers == [True]

    def _answers(self) -> bool:
        try:
            with self._open(0, 1, self._probe_s) as response:
                return str(response.headers.get("Content-Range", "")).endswith(f"/{self._size}")
        except SourceFailed:
            return False

    def chunks(self, part: Part, start: int, watch: Watch) -> Iterator[bytes]:
        watch(start)
        with self._open(part.offset + start, part.offset + part.size, self._stall_s) as response:
            while start < part.size:
                try:
                    # read1, not read: a slow line still moves the bar, and a cancel is heard at once.
                    chunk = response.read1(_CHUNK_BYTES)
                except (OSError, http.client.HTTPException) as error:
                    raise SourceFailed(f"the hub was cut off: {error}") from error
                if not chunk:
                    raise SourceFailed("the hub ended before the part did")
                start += len(chunk)
                watch(start)
                yield chunk

    def _open(self, first: int, end: int, timeout_s: float) -> http.client.HTTPResponse:
        if urlsplit(self._url).scheme not in ("http", "https"):
            raise SourceFailed("the hub's address is not HTTP")
        request = urllib.request.Request(self._url, headers={"Range": f"bytes={first}-{end - 1}"})  # noqa: S310 (checked above)
        try:
            response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout_s)  # noqa: S310
        except (OSError, http.client.HTTPException) as error:
            raise SourceFailed(f"the hub does not answer: {error}") from error
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            response.close()
            raise SourceFailed(f"the hub answers {response.status} instead of a part of the file")
        return response
