"""Asking a hub of datasets for something, in a child process: its libraries load slowly, and a process can be stopped at any time."""

import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadInput, HubError
from core.hub.saying import Trouble

_ROOT = Path(__file__).parents[2]
_NOWHERE = Path(__file__).parent  # its library takes a name for a folder if there is one, and here is none with data
_NAME = re.compile(r"(?:[A-Za-z0-9][\w.-]{0,95}/)?[A-Za-z0-9][\w.-]{0,95}")
_MOMENT_S = 0.5
_ALWAYS = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",  # nobody's token but the one that was named
    "HF_HUB_DISABLE_XET": "1",  # the plain way of sending files, which the tests go too
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
}
_WORDS: Mapping[Trouble, tuple[str, str]] = {
    Trouble.OFFLINE: ("The hub cannot be reached", "Check the connection to the internet, then try again."),
    Trouble.TOKEN: ("The hub does not accept this token", "Make a new one there, set HF_TOKEN, and start the studio again."),
    Trouble.RIGHTS: ("This token may not do that", "Make one that may write to this name, set HF_TOKEN, and start the studio again."),
    Trouble.MISSING: ("The hub has no such dataset for you", "Check the name; a private one needs a token in HF_TOKEN that may read it."),
    Trouble.THERE: ("There is something under this name already", "Choose another name, or say that it is to be replaced."),
    Trouble.CARD: ("The hub refuses the dataset's card", "Take the dataset out again."),
    Trouble.BROKEN: ("The hub broke off", "Try again: what arrived is not sent twice, and nobody sees anything half-done."),
    Trouble.OTHER: ("The hub did not do it", "Try again, or choose something else."),
}  # fmt: skip
_TELLING = (
    Trouble.THERE,
    Trouble.CARD,
    Trouble.BROKEN,
    Trouble.OTHER,
)  # what the library says of the others is about itself
Tell = Callable[[str, float | None], None]  # what is being done, and the share that is done, if it is known


@dataclass(frozen=True, kw_only=True, slots=True)
class Pushed:
    """A folder that stands on a hub now."""

    url: str
    commit: str
    files: int
    removed: int
    n_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """How many rows of a dataset were written, and of which of its parts."""

    rows: int
    config: str


def require_name(name: str, *, with_owner: bool) -> str:
    """A dataset's name, tidied. BadInput for what can be none."""
    tidy = name.strip().removeprefix("https://huggingface.co/datasets/").strip("/")
    if not _NAME.fullmatch(tidy) or (with_owner and "/" not in tidy):
        example = "owner/name" if with_owner else "owner/name, such as tatsu-lab/alpaca"
        raise BadInput("This is no name of a dataset", where=name[:100], to_do=f"Write it as {example}.")
    return tidy


def push(folder: Path, repo: str, *, token: str, private: bool, replace: bool, tell: Tell) -> Pushed:
    """Push a folder as a dataset, in one commit. Raises HubError.

    `tell` is asked twice a second; whatever it raises ends it, and nothing is changed there.
    """
    flags = [*(["--private"] if private else []), *(["--replace"] if replace else [])]
    done = _asked("core.hub.push_child", [str(folder.resolve()), repo, *flags], token, tell)
    return Pushed(
        url=done["url"], commit=done["commit"], files=done["files"], removed=done["removed"], n_bytes=done["bytes"]
    )


def fetch(name: str, out: Path, *, config: str, split: str, most: int | None, token: str, tell: Tell) -> Fetched:
    """Write a dataset's first rows to `out`, which must not be there yet. `config` "": its only one. Raises HubError; `tell` as above."""
    more = [*(["--config", config] if config else []), *([] if most is None else ["--most", str(most)])]
    done = _asked("core.hub.fetch_child", [name, str(out.resolve()), "--split", split, *more], token, tell)
    return Fetched(rows=done["rows"], config=done["config"])


def _asked(module: str, arguments: Sequence[str], token: str, tell: Tell) -> dict[str, Any]:
    """The child's last word. It is ended with the block, whatever happens in it."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
    }
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments], cwd=_NOWHERE,
        env=environment | _ALWAYS | {"PYTHONPATH": str(_ROOT)} | ({"HF_TOKEN": token} if token else {}),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
    )  # fmt: skip
    # Its stdin stays open until it has ended: when it closes, the app is gone.
    last: dict[str, Any] = {}
    with child:
        try:
            for line in _lines(child):
                last = _heard(line) or last
                if "said" in last:
                    tell(last["said"], last["done"] / last["of"] if last.get("of") else None)
            child.wait()
        finally:
            child.kill()
    if child.returncode == 0 and last and "said" not in last:
        return last
    raise _error(last)


def _lines(child: "subprocess.Popen[str]") -> Iterator[str]:
    """What the child says, as it says it; an empty line whenever it has been silent for a moment."""
    said: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def listen() -> None:
        assert child.stdout is not None
        for line in child.stdout:
            said.put(line)
        said.put(None)

    threading.Thread(target=listen, name="hub", daemon=True).start()
    while True:
        try:
            line = said.get(timeout=_MOMENT_S)
        except queue.Empty:
            yield ""
            continue
        if line is None:
            return
        yield line


def _heard(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _error(last: Mapping[str, Any]) -> HubError:
    trouble = Trouble(last.get("trouble", Trouble.OTHER))
    what, to_do = _WORDS[trouble]
    detail = str(last.get("detail", ""))
    return HubError(f"{what} ({detail})" if detail and trouble in _TELLING else what, to_do=to_do)
