"""What a node of a tree and a card of a deck say alike: texts, labels, checks, and what changed."""

from functools import lru_cache
from typing import Any

from core.domain.check import Rule, Verdict
from core.domain.operation import Operation
from core.domain.run import RunSettings
from core.domain.tree import CheckLine
from core.evolution.difference import Difference, difference
from core.evolution.elimination import default_threshold

_KEPT = 512  # differences; with texts of 2 kB some 3 MB


@lru_cache(maxsize=_KEPT)
def changed(before: str, after: str) -> Difference:
    """What became of a text. Kept: a hand of cards is asked for again after a reload, and siblings share their path."""
    return difference(before, after)


def text_of(texts: dict[str, dict[str, Any]], revision_id: str | None) -> str:
    """The text of a revision; "" if there is none."""
    return str(texts[revision_id]["text"]) if revision_id in texts else ""


def label_of(row: dict[str, Any]) -> str:
    """The name of the operation that made an instruction."""
    return Operation(row["operation"]).label if row["operation"] else "Seed"


def check_line(rule: Rule, found: dict[str, Any] | None, settings: RunSettings) -> CheckLine:
    """One rule of a run: what it found, or that it was not checked."""
    verdict = Verdict(found["verdict"]) if found else Verdict.NOT_CHECKED
    value = {Verdict.NOT_CHECKED: "not checked", Verdict.UNKNOWN: "unknown", Verdict.PASS: "passed"}.get(
        verdict, "failed"
    )
    cut = settings.thresholds.get(rule, default_threshold(rule))
    if rule is Rule.NO_INFORMATION_GAIN and found and found["score"] is not None and cut is not None:
        value = f"{found['score']:.2f} {'≥' if found['score'] >= cut else '<'} {cut:.2f}"
    return CheckLine(
        rule=rule, label=rule.label, verdict=verdict, value=value, evidence=found["evidence"] if found else ""
    )
