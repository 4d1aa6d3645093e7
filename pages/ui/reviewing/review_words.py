"""Filters, queues and days in words."""

from collections.abc import Iterator

from core.domain.check import Rule
from core.domain.decision import Reason, Verdict
from core.domain.instruction import InstructionKind
from core.domain.queue import Asks, Queue, QueueFilter
from core.services.reviewing.bulk import BulkLine
from core.services.reviewing.queues import Choices, Day
from pages.ui import kit
from pages.ui.words import count

KINDS = {
    InstructionKind.EVOLVED: "Evolved",
    InstructionKind.SEED: "Seeds",
    InstructionKind.PROMPT: "Test prompts",
    InstructionKind.REFERENCE: "References",
}
OF_FIGURES = (
    "is_scored", "grown_in", "failed", "made_by", "packs", "added_from", "added_to", "said_from", "said_to", "map_id", "clusters",
    "selection_id", "ids", "is_scored",
)  # fmt: skip
_USUAL = QueueFilter()


def filter_in_words(wanted: QueueFilter, choices: Choices) -> str:
    """Survivors of Run 2, epochs 3 and 4, difficulty from 6."""
    parts = [_which(wanted), *_places(wanted, choices), *_measures(wanted), *_said(wanted), *also(wanted, choices)]
    return ", ".join(part for part in parts if part)


def also(wanted: QueueFilter, choices: Choices) -> Iterator[str]:
    """What a filter has of a figure that somebody clicked: no form asks for it."""
    if wanted.grown_in:
        yield f"of the seeds of {choices.runs.get(wanted.grown_in, 'a run that is gone')}"
    if wanted.failed:
        yield f"failed {rule_label(wanted.failed)}"
    if wanted.is_scored is not None:
        yield "with a difficulty" if wanted.is_scored else "without a difficulty"
    if wanted.made_by:
        yield "written by " + _listed([choices.systems.get(one, "a model that is gone") for one in wanted.made_by])
    if wanted.packs:
        yield "with the prompts " + _listed([choices.packs.get(one, one[:8]) for one in wanted.packs])
    yield _between("words added", wanted.added_from, wanted.added_to)
    yield _between("difficulty as people say", wanted.said_from, wanted.said_to)
    yield from _on_maps(wanted)


def _on_maps(wanted: QueueFilter) -> Iterator[str]:
    if wanted.clusters:
        yield f"{'cluster' if len(wanted.clusters) == 1 else 'clusters'} {_listed([str(one + 1) for one in wanted.clusters])} of a map"
    elif wanted.map_id:
        yield "on a map"
    if wanted.selection_id:
        yield "a selection from a map"
    if wanted.ids:
        yield f"{count(len(wanted.ids), 'instruction')} by name"


def _which(wanted: QueueFilter) -> str:
    if wanted.kinds == _USUAL.kinds and wanted.statuses == _USUAL.statuses:
        return "Survivors"
    kinds = _listed([KINDS[kind] for kind in KINDS if kind in wanted.kinds]) or "Everything"
    machine = [kit.MARK_WORDS[one].lower() for one in wanted.statuses]
    only_evolved = wanted.kinds == ("evolved",)
    return f"{kinds}: {_listed(machine)}" if machine and (only_evolved or "evolved" in wanted.kinds) else kinds


def _places(wanted: QueueFilter, choices: Choices) -> Iterator[str]:
    if wanted.run_id:
        yield choices.runs.get(wanted.run_id, "a run that is gone")
    if wanted.source_id:
        yield choices.sources.get(wanted.source_id, "an import that is gone")
    if wanted.seed_id:
        yield "one seed"
    if wanted.epochs:
        yield ("epoch " if len(wanted.epochs) == 1 else "epochs ") + _listed(map(str, wanted.epochs))
    if wanted.operations:
        yield _listed(kit.OPERATION_LABELS[one].lower() for one in wanted.operations)
    if wanted.rule:
        yield f"eliminated by {rule_label(wanted.rule)}"
    if wanted.skills:
        yield _listed(one or "no skill" for one in wanted.skills)


def _measures(wanted: QueueFilter) -> Iterator[str]:
    yield _between("difficulty", wanted.difficulty_from, wanted.difficulty_to)
    yield _between("words", wanted.words_from, wanted.words_to)
    if wanted.find:
        yield f"with “{wanted.find}”"


def _said(wanted: QueueFilter) -> Iterator[str]:
    if wanted.people:
        yield _listed(kit.MARK_WORDS[one].lower() for one in wanted.people)
    for value, yes, no in (
        (wanted.is_flagged, "flagged", "not flagged"),
        (wanted.has_note, "with a note", "without a note"),
        (wanted.set_aside, "set aside", ""),
    ):
        if value is not None:
            yield yes if value else no
    if wanted.decided_by:
        yield "decided by one person"


def _between(what: str, low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"{what} from {low:g}" if low is not None else f"{what} up to {high:g}"
    return f"{what} {low:g} to {high:g}"


def _listed(words: "Iterator[str] | list[str] | map[str]") -> str:
    *most, last = [*words] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def given_in_words(queue: Queue) -> str:
    """How a queue's items are given out, where that is not the usual way."""
    parts = ["difficulty, by the text alone"] if queue.asks is Asks.DIFFICULTY else []
    if queue.overlap > 1:
        share = "" if queue.overlap_share >= 1 else f" of {queue.overlap_share:.0%}"
        parts.append(f"{queue.overlap} people each{share}")
    if queue.blind:
        parts.append("blind")
    if queue.adjudicates:
        parts.append("disputed ones, for an adjudicator")
    return ", ".join(parts)


def day_in_words(days: tuple[Day, ...]) -> str:
    """128 decided today, 71 % accepted, 9.4 s each."""
    decided, accepted = sum(day.decided for day in days), sum(day.accepted for day in days)
    if not decided:
        return "Nothing decided today."
    timed = [(day.decided, day.pace_s) for day in days if day.pace_s is not None]
    n = sum(one for one, _ in timed)
    pace = f", {sum(one * pace for one, pace in timed) / n:.1f} s each" if n else ""
    return f"{decided:,} decided today, {accepted / decided:.0%} accepted{pace}."


def bulk_in_words(line: BulkLine) -> str:
    """214 items rejected, no gain."""
    done = "accepted" if line.verdict is Verdict.ACCEPT else "rejected"
    reason = f", {Reason(line.reason).label}" if line.reason else ""
    return f"{count(line.count, 'item')} {done}{reason}"


def rule_label(rule: str) -> str:
    return Rule(rule).label if rule in set(Rule) else rule
