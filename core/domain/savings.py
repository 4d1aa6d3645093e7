"""What rejections have spared: calls that were not made because people rejected what they would have grown from."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Savings:
    """`children` that are not asked for; `calls` and `usd` are estimates of what they, and what they lead to, would take.

    `usd` is None when no price is known.
    """

    children: int = 0
    calls: int = 0
    usd: float | None = None

    def __bool__(self) -> bool:
        return self.calls > 0

    @property
    def words(self) -> str:
        """About 12 calls ($0.03); "" for nothing."""
        if not self:
            return ""
        money = "" if self.usd is None else f" (${self.usd:,.2f})" if self.usd >= 1 else f" (${self.usd:.4f})"
        return f"about {self.calls:,} {'call' if self.calls == 1 else 'calls'}{money}"
