"""docs/torture.md: what kill -9 of a running run did, and below it what it did to decisions; each written by its own test."""

from pathlib import Path

REPORT = Path(__file__).parents[1] / "docs" / "torture.md"
_DECISIONS = "\n## Decisions\n"


def write_runs(text: str) -> None:
    """The part on runs; the other one stays."""
    _, mark, decisions = _parts()
    REPORT.write_text(text.rstrip() + "\n" + mark + decisions, encoding="utf-8")


def write_decisions(text: str) -> None:
    """The part on decisions; the other one stays."""
    runs, *_ = _parts()
    REPORT.write_text(runs.rstrip() + "\n" + _DECISIONS + "\n" + text.strip() + "\n", encoding="utf-8")


def _parts() -> tuple[str, str, str]:
    before = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
    return before.partition(_DECISIONS)
