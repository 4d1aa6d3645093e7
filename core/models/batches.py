"""Any server that speaks the OpenAI Batch API, as a `core.ports.BatchModel`: each method one request, or a few pages of a list."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from http.client import OK
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from core.domain.batch import BatchAnswer, RemoteBatch
from core.domain.call import CallFailure, ChatRequest, ErrorKind
from core.domain.system import Endpoint
from core.models.batch_lines import batch_of, is_id, is_list, read_answers, read_batch, read_id, read_listed
from core.models.endpoint import body_of, line_to

if TYPE_CHECKING:
    from core.models.line import Answer

_ROUTE: Final = "/v1/chat/completions"
_OURS = "evol_studio_batch"  # under this name the endpoint keeps our own id with a batch
_PAGES, _A_PAGE = 5, 100  # of the newest batches, when one is looked for
_NOT_THERE = frozenset({404, 405, 410, 501})
_Meant = Callable[[Mapping[str, Any]], bool]
# A project that came from elsewhere may name anything as a batch of its: no address is made of that.
_NO_ID = CallFailure(kind=ErrorKind.BAD_REQUEST, detail="The project names a batch or file that no endpoint can have")
_MOST_BYTES = 2_000_000_000  # of one file of answers


class BatchEndpoint:
    """One endpoint's model, asked by batch. Raises EndpointError at once for an address or key that no call could use."""

    def __init__(self, endpoint: Endpoint, api_key: str | None) -> None:
        self._endpoint = endpoint
        self._line = line_to(endpoint, api_key, in_flight=2, timeout_s=endpoint.timeout_s)

    def line(self, call_id: str, request: ChatRequest) -> bytes:
        head = json.dumps({"custom_id": call_id, "method": "POST", "url": _ROUTE})
        return head.encode()[:-1] + b', "body": ' + body_of(request, self._endpoint) + b"}\n"

    async def upload(self, name: str, content: bytes) -> str | CallFailure:
        answer = await self._line.send_file("/files", _file_name(name), content, {"purpose": "batch"})
        if isinstance(answer, CallFailure):
            return answer
        if answer.status != OK:
            return self._refused(answer, "files")
        found = read_id(answer.body)
        return CallFailure(kind=ErrorKind.MALFORMED_REPLY, detail="The reply names no file") if found is None else found

    async def begin(self, file_id: str, batch_id: str) -> RemoteBatch | CallFailure:
        asked = {
            "input_file_id": file_id,
            "endpoint": _ROUTE,
            "completion_window": "24h",
            "metadata": {_OURS: batch_id},
        }
        return await self._batch("/batches", json.dumps(asked).encode())

    async def look(self, remote_id: str) -> RemoteBatch | CallFailure:
        return await self._batch(f"/batches/{remote_id}", None) if is_id(remote_id) else _NO_ID

    async def cancel(self, remote_id: str) -> RemoteBatch | CallFailure:
        return await self._batch(f"/batches/{remote_id}/cancel", b"{}") if is_id(remote_id) else _NO_ID

    async def _batch(self, path: str, content: bytes | None) -> RemoteBatch | CallFailure:
        answer = await self._line.send(path, content)
        if isinstance(answer, CallFailure):
            return answer
        if answer.status != OK:
            return self._refused(answer, "batch")
        found = read_batch(answer.body, answer.latency_ms)
        if isinstance(found, CallFailure):
            return self._line.scrubbed(found)
        return replace(found, detail=self._line.without_key(found.detail))

    async def find(self, batch_id: str) -> RemoteBatch | CallFailure | None:
        found = await self._newest("/batches", lambda one: _metadata(one).get(_OURS) == batch_id)
        return batch_of(found) if isinstance(found, dict) else found

    async def keeps_a_list(self) -> bool | None:
        """Whether there are batches here at all; None if that was not found out."""
        answer = await self._line.send("/batches?limit=1", None)
        if isinstance(answer, CallFailure) or answer.status not in (OK, *_NOT_THERE):
            return None
        return answer.status == OK and is_list(answer.body)

    async def _newest(self, path: str, is_meant: _Meant) -> dict[str, Any] | CallFailure | None:
        """The first object of a list that is meant; None if there is none, or no list."""
        after = ""
        for _ in range(_PAGES):
            answer = await self._line.send(f"{path}?limit={_A_PAGE}{after}", None)
            if isinstance(answer, CallFailure):
                return answer
            if answer.status != OK:
                return None if answer.status in _NOT_THERE else self._line.refused(answer)
            listed, has_more = read_listed(answer.body)
            if found := next((one for one in listed if is_meant(one)), None):
                return found
            if not has_more or not is_id(listed[-1].get("id")):
                return None
            after = f"&after={listed[-1]['id']}"
        return None

    async def fetch(self, file_id: str) -> AbstractContextManager[Iterable[BatchAnswer]] | CallFailure:
        """Kept in a file without a name while it is read, which is gone with this process at the latest."""
        if not is_id(file_id):
            return _NO_ID
        file = tempfile.TemporaryFile()  # noqa: SIM115 (whoever reads the answers closes it)
        answer = await self._line.download(file_id, file, _MOST_BYTES)
        if not isinstance(answer, CallFailure) and answer.status == OK:
            return self._read(file)
        file.close()
        return answer if isinstance(answer, CallFailure) else self._refused(answer, "file")

    def _refused(self, answer: "Answer", what: str) -> CallFailure:
        """What is not there will not come back; a chat call that meets this status may have met a proxy."""
        failure = self._line.refused(answer)
        if answer.status not in _NOT_THERE:
            return failure
        return replace(failure, kind=ErrorKind.BAD_REQUEST, detail=f"It has no such {what}: {failure.detail}")

    @contextmanager
    def _read(self, file: BinaryIO) -> Iterator[Iterable[BatchAnswer]]:
        with file:
            yield (
                one if one.outcome is None else replace(one, outcome=self._line.scrubbed(one.outcome))
                for one in read_answers(file)
            )

    async def remove(self, file_ids: Sequence[str], name: str = "") -> None:
        """What cannot be deleted stays: it costs nothing, and the endpoint deletes it in time."""
        found = await self._newest("/files", lambda one: one.get("filename") == _file_name(name)) if name else None
        named = [found["id"]] if isinstance(found, dict) and is_id(found.get("id")) else []
        for file_id in filter(is_id, (*file_ids, *named)):
            await self._line.delete(f"/files/{file_id}")

    async def close(self) -> None:
        """Hang up. What is under way there goes on."""
        await self._line.close()


def _file_name(name: str) -> str:
    return f"evol-studio-{name}.jsonl"


def _metadata(batch: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = batch.get("metadata")
    return kept if isinstance(kept, dict) else {}
