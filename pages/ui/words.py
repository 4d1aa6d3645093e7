"""Numbers as people say them."""

from datetime import datetime

from core.domain.map import ON_CLUSTER, PACKAGED


def bytes_in_words(n_bytes: int) -> str:
    """1.1 GB, 52 MB, 14 kB."""
    if n_bytes >= 1e9:
        return f"{n_bytes / 1e9:.1f} GB"
    return f"{n_bytes / 1e6:.0f} MB" if n_bytes >= 1e6 else f"{n_bytes / 1e3:.0f} kB"


def embedder_words(name: str) -> str:
    """Who embeds texts, as a person reads it."""
    said = {PACKAGED: "The packaged model, on this machine", ON_CLUSTER: "The packaged model, on the cluster"}
    return said.get(name, name)


def duration(seconds: float) -> str:
    """23 min, 40 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{round(whole / 60)} min"
    return f"{whole // 3_600} h {whole % 3_600 // 60} min"


def ago(then: datetime, now: datetime) -> str:
    """40 s ago, 2 h ago, 3 Nov: as much as fits into a narrow column."""
    age_s = max(0.0, (now - then).total_seconds())
    if age_s >= 86_400:
        return f"{then.astimezone():%d %b}"
    return f"{round(age_s // 3_600)} h ago" if age_s >= 3_600 else f"{duration(age_s)} ago"


def money(usd: float | None) -> str:
    """Dollars; unknown stays unknown."""
    if usd is None:
        return "not priced"
    return f"${usd:,.2f}" if usd >= 1 or usd == 0 else f"${usd:.4f}"


def count(n: int, word: str, plural: str = "") -> str:
    """1 seed, 2 seeds."""
    return f"{n:,} {word if n == 1 else plural or word + 's'}"
