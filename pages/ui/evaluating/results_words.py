"""Results in words: the sentence below the title, and numbers with their intervals."""

from core.domain.agreement import Agreement
from core.domain.overview import Share
from core.domain.study import StudyEventKind, StudyState, StudyTask
from core.domain.study_numbers import Estimate
from core.services.evaluating.result_people import left_out
from core.services.evaluating.results import Opened
from pages.ui.evaluating.results_asked import AGREEMENT, PEOPLE, STRENGTH, VERDICTS, VOTES, Asked, judge_words
from pages.ui.words import count

_HOW = {
    VERDICTS: "one verdict per prompt (most votes; equal top counts tie), Wilson 95 % intervals",
    VOTES: "every vote, 95 % intervals from resampled prompts",
    STRENGTH: "Bradley–Terry on every vote, 95 % intervals from resampled prompts",
    AGREEMENT: "agreement beyond chance",
    PEOPLE: "raters one by one",
}


def sentence(opened: Opened, asked: Asked) -> str:
    """The design and how it is reduced, in one or two sentences."""
    study = opened.study
    parts = [
        count(len(opened.prompts), "parent" if study.design.task is StudyTask.SIBLINGS else "prompt"),
        _raters(opened, asked),
        _how(opened, asked),
    ]
    ends = [_state(opened), _left(opened)]
    return f"{', '.join(part for part in parts if part)}. {', '.join(end for end in ends if end)}."


def _raters(opened: Opened, asked: Asked) -> str:
    by = asked.view.judged.by
    kinds = [rater for rater in opened.raters if rater.kind == by]
    if by == "human":
        return count(len(kinds), "person", "people")
    return judge_words(opened, by) if not kinds else f"{len(kinds)} {judge_words(opened, by)}"


def _how(opened: Opened, asked: Asked) -> str:
    has_seeds = any(prompt.cluster != prompt.id for prompt in opened.prompts)
    if not has_seeds:
        return _HOW[asked.shown]
    is_told = asked.shown == VERDICTS and _shares_seeds(opened)
    more = "; thin ones, where prompts share seeds, are the ones to quote" if is_told else ""
    return _HOW[asked.shown].replace("resampled prompts", "resampled seeds") + more


def _shares_seeds(opened: Opened) -> bool:
    return len({prompt.cluster for prompt in opened.prompts}) < len(opened.prompts)


def _state(opened: Opened) -> str:
    study = opened.study
    if study.state is StudyState.CLOSED and study.state_since:
        return f"Closed on {study.state_since.astimezone():%d %B}".replace(" 0", " ")
    return "Still open: these numbers may change"


def _left(opened: Opened) -> str:
    left = left_out(opened).values()
    late = sum(one.after_unblinding for one in left)
    before = len(left) - late
    parts = [
        f"{before} left out before unblinding" if before else "",
        f"{late} left out AFTER unblinding" if late else "",
    ]
    return ", ".join(part for part in parts if part)


def early_looks(opened: Opened) -> list[str]:
    """When somebody looked before the close, and why."""
    looks = [event for event in opened.events if event.kind is StudyEventKind.EARLY_LOOK]
    return [f"{event.received_at.astimezone():%d %b %H:%M}: {event.reason}" for event in looks]


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}".replace("%", " %")


def share_words(share: Share, nothing: str) -> str:
    """87 % of 31 (71 to 95 %)."""
    if share.value is None:
        return nothing
    return f"{percent(share.value)} of {share.n:,} ({share.low:.0%} to {share.high:.0%})".replace("%)", " %)").replace(
        "% to", " to"
    )


def rate_words(told: Estimate) -> str:
    """54 % (51 to 57 %), n 1,200; or why there is none."""
    if told.value is None:
        return told.why or "–"
    extent = "" if told.low is None or told.high is None else f" ({100 * told.low:.0f} to {100 * told.high:.0f} %)"
    return f"{percent(told.value)}{extent}, n {told.n:,}"


def number_words(told: Estimate) -> str:
    """0.31 (0.12 to 0.50); or why there is none."""
    if told.value is None:
        return told.why or "–"
    extent = "" if told.low is None or told.high is None else f" ({told.low:.2f} to {told.high:.2f})"
    return f"{told.value:.2f}{extent}".replace("-", "−")


def agreement_words(found: Agreement) -> str:
    """0.64, n 218; or why it is undefined."""
    return f"{found.value:.2f}".replace("-", "−") if found.value is not None else f"undefined: {found.why}"
