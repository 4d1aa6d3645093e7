"""A page as its script says it, over the websocket that a browser would use, and none of the browser's work."""

import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

_PATIENCE_S = 30.0


@contextmanager
def open_tab(url: str, cookies: Mapping[str, str]) -> Iterator["Tab"]:
    """`with open_tab(app.url, cookies) as tab: tab.run("seeds")` → all that the page's script sent, as text."""
    said = "; ".join(f"{name}={word}" for name, word in cookies.items())
    address = f"ws://{urlsplit(url).netloc}/_stcore/stream"
    headers = {"Cookie": said} if said else {}
    with connect(
        address, origin=Origin(url), subprotocols=[Subprotocol("streamlit")], additional_headers=headers, max_size=None,
        open_timeout=_PATIENCE_S,
    ) as connection:  # fmt: skip
        yield Tab(url, connection)


class Tab:
    """One open page."""

    def __init__(self, url: str, connection: ClientConnection) -> None:
        self._url, self._connection = url, connection

    def run(self, page: str, query: str = "") -> str:
        """Draw this page; everything until its script has finished."""
        ask = BackMsg()
        ask.rerun_script.query_string = query
        ask.rerun_script.page_name = page
        ask.rerun_script.context_info.url = f"{self._url}/{page}"
        self._connection.send(ask.SerializeToString())
        said: list[str] = []
        while True:
            raw = self._connection.recv(timeout=_PATIENCE_S)
            message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
            said.append(str(message))
            if message.WhichOneof("type") == "script_finished" and message.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
            ):  # fmt: skip
                return "\n".join(said)


def visited(url: str) -> dict[str, str]:
    """The cookies that a first visit gives."""
    jar = CookieJar()
    urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open(f"{url}/", timeout=30).close()
    return {one.name: one.value or "" for one in jar}
