"""Sessions: who is signed in where. A browser holds a signed token, the studio its hash; ending one is believed at once, everywhere."""

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer

from core.domain.account import Session, Visitor, Way
from core.errors import NotSignedIn
from core.services.people import signing_key
from core.store import accounts
from core.store.database import Database

_BROWSER_LETTERS = 200
_STUDY_DAYS = 180  # who came by a study's link has no other way back to what they began


def now() -> datetime:
    return datetime.now(UTC)


def hashed(token: str) -> str:
    """What is kept of a token: it is as long as chance can make it, so one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """One per process. What is open lies in memory too: every request asks."""

    def __init__(self, installation: Database, key_file: Path, days: int, clock: Callable[[], datetime] = now) -> None:
        key = signing_key(key_file)
        self._installation, self._days, self._clock = installation, days, clock
        self._signer = URLSafeSerializer(key, salt="session")
        self._lock = (
            threading.Lock()
        )  # guards changing the dict: it is replaced, so that whoever reads goes on with the one before
        self._open = {one.id: one for one in accounts.sessions(installation, clock())}
        self.cookie = f"studio_session_{hashlib.sha256(key).hexdigest()[:8]}"  # ports share cookies; studios must not

    def begin(self, person_id: str, way: Way, visitor: Visitor, proof: str | None = None) -> str:
        """The word for the browser's cookie. NotSignedIn if the provider's word (`proof`) was used before."""
        token, begins = secrets.token_urlsafe(32), self._clock()
        session = Session(
            id=hashed(token), person_id=person_id, way=way, browser=visitor.browser[:_BROWSER_LETTERS],
            address=visitor.address, proof=proof, made_at=begins, expires_at=begins + timedelta(days=self.days(way)),
        )  # fmt: skip
        with self._lock:
            if not accounts.begin(self._installation, session):
                raise NotSignedIn("This sign-in was used already", to_do="Sign in again.")
            self._open = self._open | {session.id: session}
        return str(self._signer.dumps(token))

    def days(self, way: Way) -> int:
        """How long a session that begins so may last."""
        return _STUDY_DAYS if way is Way.STUDY_LINK else self._days

    def find(self, word: str | None) -> Session | None:
        """The open session that a cookie's word stands for."""
        if not word:
            return None
        try:
            token = self._signer.loads(word)
        except BadData:
            return None
        found = self._open.get(hashed(token)) if isinstance(token, str) else None
        return found if found is not None and found.expires_at > self._clock() else None

    def of(self, person_id: str) -> tuple[Session, ...]:
        """A person's open sessions, the newest first."""
        theirs = [one for one in self._open.values() if one.person_id == person_id and one.expires_at > self._clock()]
        return tuple(sorted(theirs, key=lambda one: one.made_at, reverse=True))

    def end(self, sessions: Iterable[Session], by: str) -> int:
        """From now on nobody is let in by these. How many there were."""
        ending = [one.id for one in sessions]
        if not ending:
            return 0
        with self._lock:
            self._open = {id_: one for id_, one in self._open.items() if id_ not in ending}
            accounts.end(self._installation, ending, by, self._clock())
        return len(ending)
