"""A batch and its files as endpoints tell them → values. Nothing in them is trusted: ids stand in addresses later."""

import json
import re
from collections.abc import Iterator
from http.client import OK
from typing import Any, BinaryIO

from core.domain.batch import BatchAnswer, RemoteBatch
from core.domain.call import CallFailure, ChatReply, ErrorKind
from core.models.failures import RAW_LIMIT, failure_of, whole_characters
from core.models.replies import read_reply

_ID = re.compile(r"(?!\.+\Z)[\w.:-]{1,200}", re.ASCII)
_LONGEST_LINE = 20_000_000
# Said of requests that never ran: the time was over, or somebody cancelled the batch.
_NEVER_RAN = frozenset({"batch_expired", "batch_cancelled"})


def read_batch(body: bytes, latency_ms: float) -> RemoteBatch | CallFailure:
    """A batch in the body of a 200."""
    found = batch_of(_object(body))
    if found is not None:
        return found
    raw = body.decode("utf-8", "replace")[:RAW_LIMIT]
    return CallFailure(kind=ErrorKind.MALFORMED_REPLY, detail="The reply is no batch", latency_ms=latency_ms, raw=raw)


def batch_of(value: object) -> RemoteBatch | None:
    """None for what is none, or has an id that cannot be asked for."""
    if not isinstance(value, dict) or not is_id(value.get("id")):
        return None
    counts = value.get("request_counts")
    counts = counts if isinstance(counts, dict) else {}
    error = _first_error(value.get("errors"))
    return RemoteBatch(
        remote_id=value["id"],
        status=str(value.get("status") or "")[:40],
        done=_count(counts.get("completed")),
        failed=_count(counts.get("failed")),
        output_id=_id_or_none(value.get("output_file_id")),
        error_id=_id_or_none(value.get("error_file_id")),
        code=_words(error.get("code")),
        detail=_words(error.get("message")),
    )


def read_listed(body: bytes) -> tuple[list[dict[str, Any]], bool]:
    """The objects in the body of a list, and whether there are more behind it."""
    value = _object(body)
    data = value.get("data") if isinstance(value, dict) else None
    found = [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
    return found, bool(found) and isinstance(value, dict) and value.get("has_more") is True


def is_list(body: bytes) -> bool:
    """Whether the body of a 200 is a list at all: some servers answer anything."""
    value = _object(body)
    return isinstance(value, dict) and isinstance(value.get("data"), list)


def read_id(body: bytes) -> str | None:
    """The id of the object in the body of a 200; None if it has none that can be asked for."""
    value = _object(body)
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) and is_id(found) else None


def is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def read_answers(file: BinaryIO) -> Iterator[BatchAnswer]:
    """The lines of an output or an error file. What is no answer is left out, as if the file did not mention it."""
    file.seek(0)
    while line := file.readline(_LONGEST_LINE):
        value = _object(line)
        if isinstance(value, dict) and isinstance(value.get("custom_id"), str):
            yield BatchAnswer(call_id=value["custom_id"], outcome=_outcome(value))


def _outcome(value: dict[str, Any]) -> ChatReply | CallFailure | None:
    error, response = value.get("error"), value.get("response")
    if isinstance(error, dict) and str(error.get("code")) in _NEVER_RAN:
        return None
    if isinstance(response, dict):
        status, body = response.get("status_code"), json.dumps(response.get("body"), ensure_ascii=False)
        if status == OK:
            return read_reply(body.encode("utf-8", "surrogatepass"), {}, 0.0)
        return failure_of(status=status if isinstance(status, int) else 500, headers={}, body=body, latency_ms=0.0)
    return failure_of(status=500, headers={}, body=json.dumps({"error": error}), latency_ms=0.0)


def _object(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # RecursionError: brackets nested a thousand deep
        return None


def _first_error(errors: object) -> dict[str, Any]:
    data = errors.get("data") if isinstance(errors, dict) else None
    return data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}


def _count(value: object) -> int:
    return min(value, 10**6) if type(value) is int and value > 0 else 0


def _id_or_none(value: object) -> str:
    return value if isinstance(value, str) and is_id(value) else ""


def _words(value: object) -> str:
    return whole_characters(" ".join(value.split())[:300]) if isinstance(value, str) else ""
