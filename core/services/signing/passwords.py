"""Passwords: what may be one, and whether it is the right one. Only argon2id hashes leave this module."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from core.errors import BadInput

LEAST, MOST = 12, 256  # letters
_FEW = 5  # different letters that a password has at least
_AT_ONCE = 2  # hashing takes 64 MiB and most of a core each: a crowd at the door must not take the house


class Passwords:
    """One per process. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()  # argon2id, RFC 9106's second choice of parameters
        self._turn = threading.BoundedSemaphore(_AT_ONCE)  # guards the machine's memory
        self._nobodys = self._hasher.hash("what is asked of a name that nobody has")

    def hash(self, password: str, name: str) -> str:
        """What is kept of a new password of somebody of this name. BadInput if it cannot be one."""
        _require_sound(password, name)
        with self._turn:
            return self._hasher.hash(_plain(password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Takes as long for a name without a password (None), so that time tells nobody which names there are."""
        with self._turn:
            try:
                self._hasher.verify(kept or self._nobodys, _plain(password[:MOST]))
            except (VerifyMismatchError, InvalidHashError):
                return False
        return kept is not None

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
