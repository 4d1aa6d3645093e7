"""A list of calls that is worked off in the background: how far it is, at what pace, for what money."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class CallProgress:
    """`kept` brought what was asked for, `unclear` said nothing that can be used (and are kept too), `failed` never answered.

    `reason` says why it ended early; `usd` is None while no price is known.
    """

    total: int
    kept: int = 0
    unclear: int = 0
    failed: int = 0
    tokens: int = 0
    usd: float | None = None
    seconds: float = 0.0
    is_going: bool = True
    reason: str = ""

    @property
    def done(self) -> int:
        return self.kept + self.unclear + self.failed

    @property
    def per_s(self) -> float | None:
        """The pace so far; None before the first."""
        return self.done / self.seconds if self.done and self.seconds else None

    @property
    def left_s(self) -> float | None:
        """From the pace so far; None before the first, and at the end."""
        return (self.total - self.done) / self.per_s if self.per_s and self.is_going else None
