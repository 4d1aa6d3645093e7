"""Where the studio may connect beside the public internet, and with which key."""

from dataclasses import dataclass
from datetime import datetime

NEAR = "near"


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """What an owner said of an origin ("http://127.0.0.1:8080"): NEAR, or the name of a key that may be sent there ("env:NAME")."""

    origin: str
    what: str
    by: str
    received_at: datetime
