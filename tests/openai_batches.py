"""The Batch API of the OpenAI-compatible test server: files, batches, and how both can go wrong.

A batch ends `batch_s` seconds after it was begun. What stands in its lines is answered as single calls would be (the same words, the
same faults): a reply goes into the output file, a refusal into the error file. Steps are called upload, files, delete, begin, batches,
look, cancel, fetch, fetch errors; of a step in `silent` nothing is answered, with "before:" it is not even done. `stats()` counts what was done.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.openai_scripts import REFUSALS, Reply, Script

_OVER = ("completed", "failed", "expired", "cancelled")
Answer = Callable[[bytes, dict[str, str]], tuple[float, Reply]]


@dataclass(slots=True)
class Batch:
    """One batch; `lines` are its requests in their order."""

    id: str
    input_id: str
    metadata: dict[str, str]
    lines: list[dict[str, Any]]
    begun_at: float = field(default_factory=time.monotonic)
    status: str = "validating"
    done: int = 0
    failed: int = 0
    output_id: str | None = None
    error_id: str | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)

    def said(self) -> dict[str, Any]:
        counts = {"total": len(self.lines), "completed": self.done, "failed": self.failed}
        return {
            "id": self.id, "object": "batch", "endpoint": "/v1/chat/completions", "input_file_id": self.input_id, "status": self.status,
            "completion_window": "24h", "created_at": 0, "metadata": self.metadata, "request_counts": counts,
            "output_file_id": self.output_id, "error_file_id": self.error_id,
            "errors": {"object": "list", "data": self.errors} if self.errors else None,
        }  # fmt: skip


class Desk:
    """Files and batches of one server. `ran` counts how often each request was carried out, by its custom id."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self.batches: dict[str, Batch] = {}
        self.ran: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()
        self._n = 0

    def serve(
        self, method: str, address: str, body: bytes, headers: dict[str, str], script: Script, answer: Answer
    ) -> Reply | None:
        """The reply to one request; None for a path that is not ours."""
        path, _, query = address.partition("?")
        step = _step(method, path)
        if step is None:
            return None
        if step == "fetch" and self.files.get(path.split("/")[3], ("",))[0] == "errors":
            step = "fetch errors"
        if script.key is not None and headers.get("authorization") != f"Bearer {script.key}":
            return REFUSALS["forbidden"]
        if f"before:{step}" in script.silent:
            self.steps[f"before:{step}"] += 1
            return Reply(way="hang")
        fault = next((one for one in script.batch_faults if one.startswith(f"{step}:")), "")
        if fault and not self.steps[fault]:
            self.steps[fault] += 1
            return REFUSALS[fault.partition(":")[2]]
        for batch in self.batches.values():
            self._go_on(batch, headers, script, answer)
        said = self._do(step, path, query, body, headers, script)
        self.steps[step] += 1
        return Reply(way="hang") if step in script.silent else said

    def _do(self, step: str, path: str, query: str, body: bytes, headers: dict[str, str], script: Script) -> Reply:
        name = path.split("/")[3] if path.count("/") > 2 else ""
        asked = parse_qs(query)
        match step:
            case "upload":
                return self._upload(body, headers)
            case "files":
                listed = [{"id": id_, "object": "file", "filename": file[0]} for id_, file in self.files.items()]
                return _page(listed[::-1], asked)
            case "batches":
                return _page([batch.said() for batch in self.batches.values()][::-1], asked)
            case "begin":
                return self._begin(json.loads(body), script)
            case "delete" if name in self.files:
                del self.files[name]
                return _said({"id": name, "deleted": True})
            case "fetch" | "fetch errors" if name in self.files:
                return Reply(body=self.files[name][1].decode(), content_type="application/octet-stream")
            case "look" if name in self.batches:
                return _said(self.batches[name].said())
            case "cancel" if name in self.batches and self.batches[name].status not in _OVER:
                self.batches[name].status = "cancelling"
                return _said(self.batches[name].said())
        return REFUSALS["no_such_page"] if step != "cancel" else REFUSALS["bad_request"]

    def _upload(self, body: bytes, headers: dict[str, str]) -> Reply:
        boundary = headers["content-type"].partition("boundary=")[2].strip('"').encode()
        for part in body.split(b"--" + boundary):
            head, _, content = part.partition(b"\r\n\r\n")
            if named := re.search(rb'filename="([^"]+)"', head):
                return _said({"id": self._keep(named[1].decode(), content.removesuffix(b"\r\n")), "object": "file"})
        return REFUSALS["bad_request"]

    def _keep(self, name: str, content: bytes) -> str:
        self._n += 1
        self.files[f"file-{self._n}"] = (name, content)
        return f"file-{self._n}"

    def _begin(self, asked: dict[str, Any], script: Script) -> Reply:
        if asked["input_file_id"] not in self.files:
            return REFUSALS["bad_request"]
        lines = [json.loads(line) for line in self.files[asked["input_file_id"]][1].splitlines()]
        assert len({line["custom_id"] for line in lines}) == len(lines)
        self._n += 1
        batch = Batch(f"batch_{self._n}", asked["input_file_id"], asked.get("metadata") or {}, lines)
        waiting = sum(len(one.lines) for one in self.batches.values() if one.status not in _OVER)
        if script.batch_queue and waiting + len(lines) > script.batch_queue:
            batch.status = "failed"
            batch.errors = [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached for fake."}]
        self.batches[batch.id] = batch
        return _said(batch.said())

    def _go_on(self, batch: Batch, headers: dict[str, str], script: Script, answer: Answer) -> None:
        if batch.status in _OVER:
            return
        is_cancelled = batch.status == "cancelling"
        if not is_cancelled:
            batch.status = "in_progress"
        if not is_cancelled and time.monotonic() - batch.begun_at < script.batch_s:
            return
        ends = "cancelled" if is_cancelled else script.batch_ends
        if ends == "failed":
            batch.status = "failed"
            batch.errors = [{"code": "invalid_json_line", "message": "Line 1 is no JSON.", "line": 1}]
            return
        ran = len(batch.lines) if ends == "completed" else round(script.batch_share * len(batch.lines))
        self._finish(batch, batch.lines[:ran], batch.lines[ran:], headers, script, answer)
        batch.status = ends

    def _finish(
        self, batch: Batch, ran: list[dict[str, Any]], left: list[dict[str, Any]], headers: dict[str, str], script: Script,
        answer: Answer,
    ) -> None:  # fmt: skip
        """Both files. An output comes in another order than it was asked in; what was left stands in the error file."""
        output: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for line in ran:
            self.ran[line["custom_id"]] += 1
            _, reply = answer(json.dumps(line["body"]).encode(), headers)
            is_good = reply.status == 200 and reply.way == "answer"
            status, body = (
                (reply.status, reply.body) if reply.way == "answer" else (500, '{"error": {"message": "cut"}}')
            )
            response = {"status_code": status, "request_id": "r", "body": _json_or_text(body)}
            kept = {"id": "r", "custom_id": line["custom_id"], "response": response, "error": None}
            (output if is_good else errors).append(kept)
        for line in left:
            error = {
                "code": f"batch_{script.batch_ends if batch.status != 'cancelling' else 'cancelled'}",
                "message": "Too late.",
            }
            errors.append({"id": "r", "custom_id": line["custom_id"], "response": None, "error": error})
        batch.done, batch.failed = len(output), len(errors)
        lost = output[: script.batch_unsaid]
        batch.output_id = self._keep("output", _lines(output[len(lost) :][::-1])) if output else None
        batch.error_id = self._keep("errors", _lines(errors)) if errors else None


def _step(method: str, path: str) -> str | None:
    steps = {
        ("POST", r"/v1/files"): "upload", ("GET", r"/v1/files"): "files", ("DELETE", r"/v1/files/[^/]+"): "delete",
        ("GET", r"/v1/files/[^/]+/content"): "fetch", ("POST", r"/v1/batches"): "begin", ("GET", r"/v1/batches"): "batches",
        ("GET", r"/v1/batches/[^/]+"): "look", ("POST", r"/v1/batches/[^/]+/cancel"): "cancel",
    }  # fmt: skip
    return next((name for (verb, like), name in steps.items() if verb == method and re.fullmatch(like, path)), None)


def _page(listed: list[dict[str, Any]], asked: dict[str, list[str]]) -> Reply:
    after = asked.get("after", [""])[0]
    begin = next((at + 1 for at, one in enumerate(listed) if one["id"] == after), 0)
    end = begin + int(asked.get("limit", ["20"])[0])
    return _said({"object": "list", "data": listed[begin:end], "has_more": end < len(listed)})


def _said(value: object) -> Reply:
    return Reply(body=json.dumps(value))


def _lines(values: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in values).encode()


def _json_or_text(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return body
