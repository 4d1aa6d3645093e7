"""Somebody who opens a page of the studio, looks at it for a while and leaves, over a websocket as a browser does it."""

import asyncio
import time
from dataclasses import dataclass, field

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.annotator import Request

_PATIENCE_S = 30.0
_LARGEST = 64 * 2**20


@dataclass(kw_only=True)
class Visitor:
    """Each visit is a session of its own, so that what a session leaves behind adds up. `requests`: one for each page drawn."""

    session: aiohttp.ClientSession
    address: str
    project: str
    requests: list[Request] = field(default_factory=list)

    async def visit(self, page: str, stay_s: float) -> None:
        """Open a page, draw it once more half-way through, and leave."""
        began = time.monotonic()
        socket = self.address.replace("http://", "ws://", 1) + "/_stcore/stream"
        try:
            async with self.session.ws_connect(socket, max_msg_size=_LARGEST) as stream:
                await self._draw(stream, page)
                await asyncio.sleep(stay_s / 2)
                await self._draw(stream, page)
                await asyncio.sleep(stay_s / 2)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as problem:
            self._note(began, type(problem).__name__)

    async def _draw(self, stream: aiohttp.ClientWebSocketResponse, page: str) -> None:
        """Ask for the page; returns when its script has ended."""
        began = time.monotonic()
        asked = BackMsg()
        asked.rerun_script.query_string = f"project={self.project}"
        asked.rerun_script.page_name = page
        asked.rerun_script.context_info.url = f"{self.address}/{page}?project={self.project}"
        asked.rerun_script.context_info.color_scheme = "light"
        asked.rerun_script.context_info.timezone = "UTC"
        await stream.send_bytes(asked.SerializeToString())
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                told = ForwardMsg.FromString(await stream.receive_bytes())
                if told.WhichOneof("type") == "script_finished":
                    break
        self._note(began, "" if told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY else "not drawn")

    def _note(self, began: float, error: str) -> None:
        self.requests.append(Request(kind="page", at_s=began, ms=1000 * (time.monotonic() - began), error=error))
