"""How an event of the log is written: one line of JSON for a file, words for a console, and a fault without what it says.

An event is a few words that stand in the code, and facts beside them: `_log.info("run ended", extra=facts(run=id, seconds=3.2))`.
Never a text of people or models, an address with what was asked, or a key. So of a fault, a library's too, the log has the kind and
the lines of code; what the exception says may be anything, and is told only where the installation asks for it.
"""

import json
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from core.settings import ROOT

OURS = ("core", "pages")
about: ContextVar[str] = ContextVar("about", default="")  # the request or page that is being answered
_SERVERS = ("streamlit", "uvicorn")  # what they say stands in their code; what they put into it is left out
_MOST_FRAMES, _MOST_CAUSES, _MOST_LETTERS = 40, 4, 200


def facts(**known: str | float | bool | None) -> dict[str, Any]:
    """What stands beside an event's words, for `extra`."""
    return {"facts": known}


class JsonLines(logging.Formatter):
    """One event as one line of JSON: when, how bad, what, in which request, its facts, its fault."""

    def __init__(self, with_messages: bool) -> None:
        super().__init__()
        self._with_messages = with_messages

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": _time(record), "level": record.levelname.lower(), "what": _words(record, self._with_messages),
            "by": record.name,
        }  # fmt: skip
        if request := about.get():
            told["request"] = request
        told |= getattr(record, "facts", {})
        if error := _error_of(record):
            told["error"] = fault(error, self._with_messages)
        return json.dumps(told, ensure_ascii=True, default=str)


class Words(logging.Formatter):
    """The same for a person who looks at the console."""

    def __init__(self, with_messages: bool) -> None:
        super().__init__()
        self._with_messages = with_messages

    def format(self, record: logging.LogRecord) -> str:
        known = " ".join(f"{name}={value}" for name, value in getattr(record, "facts", {}).items() if value is not None)
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        line = " ".join(part for part in (_time(record), level + _words(record, self._with_messages), known) if part)
        error = _error_of(record)
        return line if error is None else f"{line}\n{_lines(fault(error, self._with_messages))}"


def fault(error: BaseException, with_message: bool = False) -> dict[str, Any]:
    """An exception by its kind, where it was, and what caused it; not by what it says."""
    return next(iter(_faults(error, with_message, _MOST_CAUSES)), {})


def _faults(error: BaseException, with_message: bool, depth: int) -> Iterator[dict[str, Any]]:
    if not depth:
        return
    found: dict[str, Any] = {"kind": f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")}
    if with_message:
        found["says"] = str(error)[:_MOST_LETTERS]
    found["at"] = [
        f"{_short(frame.filename)}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    ]
    inner = list(error.exceptions) if isinstance(error, BaseExceptionGroup) else []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if because := [one for part in [*islice(inner, 3), *([cause] if cause else [])] for one in _faults(part, with_message, depth - 1)]:  # fmt: skip
        found["because"] = because
    yield found


def _lines(told: Mapping[str, Any], indent: str = "  ") -> str:
    says = f": {told['says']}" if "says" in told else ""
    own = [f"{indent}{told['kind']}{says}", *(f"{indent}  {where}" for where in told["at"])]
    return "\n".join([*own, *(_lines(one, indent + "  because ") for one in told.get("because", ()))])


def _short(file: str) -> str:
    """A file of ours as it stands in the repository, one of a library from its package on: no folder of this person."""
    path = Path(file)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return path.relative_to(ROOT).as_posix()
    after = path.parts.index("site-packages") + 1 if "site-packages" in path.parts else max(0, len(path.parts) - 2)
    return "/".join(path.parts[after:])


def _words(record: logging.LogRecord, with_messages: bool) -> str:
    """Our own words as they are; of others those that stand in a server's code; of the rest only who said something and where."""
    if with_messages or record.name.split(".")[0] in OURS:
        return record.getMessage()[: 5 * _MOST_LETTERS]
    if record.name.split(".")[0] in _SERVERS:
        return str(record.msg).strip()[:_MOST_LETTERS]
    return f"said by a library at {_short(record.pathname)}:{record.lineno}"


def _error_of(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def without_messages(make: Callable[..., logging.LogRecord], *given: Any, **named: Any) -> logging.LogRecord:
    """A record whose fault every formatter tells without its message: formatters leave a text that stands there already."""
    record = make(*given, **named)
    if error := _error_of(record):
        record.exc_text = _lines(fault(error))
    return record
