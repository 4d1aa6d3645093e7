"""Passwords: what may be one, and whether it is the right one. Only argon2id hashes leave this module."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from core.errors import BadInput, NotAllowed

LEAST, MOST = 12, 256  # letters
_FEW = 5  # different letters that a password has at least
_AT_ONCE = 2  # hashing takes 64 MiB and most of a core each: a crowd at the door must not take the house
_PATIENCE_S = 5.0  # that somebody waits for their turn, and holds a thread of the routes


class Passwords:
    """One per process. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()  # argon2id, RFC 9106's second choice of parameters
        self._turn = threading.BoundedSemaphore(_AT_ONCE)  # guards the machine's memory
        self._nobodys = self._hasher.hash("what is asked of a name that nobody has")

    def hash(self, password: str, name: str) -> str:
        """What is kept of a new password of somebody of this name. BadInput if it cannot be one."""
        _require_sound(password, name)
        with self._in_turn():
            return self._hasher.hash(_plain(password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Takes as long for a name without a password (None), so that time tells nobody which names there are."""
        with self._in_turn():
            try:
                self._hasher.verify(kept or self._nobodys, _plain(password[:MOST]))
            except (VerifyMismatchError, InvalidHashError):
                return False
        return kept is not None

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """NotAllowed if too many are before: whoever waits here keeps a thread from everybody else's routes."""
        if not self._turn.acquire(timeout=_PATIENCE_S):
            raise NotAllowed("Too many people sign in just now", to_do="Try again in a moment.")
        try:
            yield
        finally:
            self._turn.release()

    def is_old(self, kept: str) -> bool:
        """Whether it was hashed by weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def _plain(password: str) -> str:
    """The same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


def _require_sound(password: str, name: str) -> None:
    """Length is what counts; only what is tried first is refused beside it."""
    if not LEAST <= len(password) <= MOST:
        raise BadInput(
            f"A password has {LEAST} to {MOST} letters", to_do="Take a few words that only you would put together."
        )
    plain = password.casefold().replace(" ", "")
    if len(set(plain)) < _FEW or (
        name and name.casefold().replace(" ", "") in plain and len(plain) < 2 * len(name) + 6
    ):
        raise BadInput(
            "This password would be guessed first", to_do="Take a few words that only you would put together."
        )
