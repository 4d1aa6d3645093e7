"""Asking a child process of this package: a file that somebody else made, or that is damaged, can end the process that reads it."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import BadInput

REFUSED = 3  # the child's exit status for a file that it can say something about
_ROOT = Path(__file__).parents[2]
_MOMENT_S = 0.5


def tell_nobody() -> None:
    """For whoever does not want to be asked meanwhile."""


def asked(module: str, arguments: Sequence[str], tell: Callable[[], None] = tell_nobody) -> bytes:
    """What a child process of this package says on its stdout: a few kilobytes. BadInput in its words if it refuses."""
    command = [sys.executable, "-m", module, *arguments]
    child = subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # its stdin stays open until it has ended: when it closes, the app is gone
    with child:
        try:
            out, said = _heard(child, tell)
        finally:
            child.kill()
    _require_done(child.returncode, said)
    return out


def _heard(child: "subprocess.Popen[bytes]", tell: Callable[[], None]) -> tuple[bytes, bytes]:
    """What it said: a few kilobytes at most, which a pipe holds."""
    while True:
        try:
            child.wait(timeout=_MOMENT_S)
        except subprocess.TimeoutExpired:
            tell()
            continue
        assert child.stdout is not None
        assert child.stderr is not None
        return child.stdout.read(), child.stderr.read()


def _require_done(status: int, heard: bytes) -> None:
    if status == 0:
        return
    said = heard.decode("utf-8", "replace") if status == REFUSED else "it is damaged"
    if any(words in said.lower() for words in ("no space left", "too large", "disk is full", "disk full")):
        raise BadInput("The disk is full", to_do="Free some space, then try again. Nothing was taken in.")
    if "newer studio" in said:
        raise BadInput("A newer studio made this project", to_do="Update the studio, then try again.")
    raise BadInput(f"Its database cannot be used: {said[:300]}", to_do="Nothing was taken in. Choose another file.")
