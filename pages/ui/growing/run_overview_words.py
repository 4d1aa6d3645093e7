"""What the overview of a run says in words: its figures, what to be careful about, short names."""

from core.domain.check import Rule
from core.domain.overview import SMALL_N, Overview, Share
from core.domain.system import EMBEDDED
from pages.ui import kit
from pages.ui.growing.run_cards import GOING, SHORT
from pages.ui.kit import h
from pages.ui.words import count, money


def epoch_label(name: str) -> str:
    return f"Epoch {name}"


def rule_short(rule: Rule) -> str:
    """A rule's name for the head of a narrow column."""
    return SHORT.get(rule, rule.label)


def percent(share: Share) -> str:
    """84 %, or a dash for a share of nothing."""
    return "–" if share.value is None else f"{100 * share.value:.0f} %"


def interval(share: Share) -> str:
    """95 %: 71–92 % of 57."""
    if share.value is None:
        return "nothing to count yet"
    return f"95 %: {100 * share.low:.0f}–{100 * share.high:.0f} %, n {share.n:,}"


def is_free(now: Overview) -> bool:
    """Only the embedded model was asked."""
    settings = now.run.settings
    return {settings.endpoint, settings.answering or EMBEDDED, settings.judging or EMBEDDED} == {EMBEDDED}


def beside(now: Overview, other: Overview | None) -> list[kit.Element]:
    """Which mark is which run, when there are two."""
    if other is None:
        return []
    names = (f"{mark} Run {one.run.number} · {one.run.name}" for mark, one in (("●", now), ("◆", other)))
    return [h("p", {"class": "lab"}, f"{', '.join(names)}; what each difference tells stands below.")]


def figures(now: Overview) -> tuple[tuple[str, str, str], ...]:
    """The row of figures at the top."""
    grades = {grade.epoch: grade.mean for grade in now.grades}
    first, last = grades.get(0), grades.get(max(grades, default=0))
    risen = f"{last.value:.1f}" if last and last.value is not None else "–"
    tokens = now.of_survivor(now.tokens)
    embedded = is_free(now)
    spent = "nothing" if embedded else money(now.of_survivor(now.usd))
    return (
        ("Survived", percent(now.survival), interval(now.survival)),
        ("Within 10–20 words", percent(now.words.within), interval(now.words.within)),
        ("Words added, median", "–" if now.words.median is None else f"{now.words.median:g}", "of four operations"),
        ("Difficulty, last epoch", risen, f"seeds {first.value:.1f}, n {first.n:,}" if first and first.value else "seeds not scored"),
        ("Tokens a survivor", "–" if tokens is None else f"{tokens:,.0f}", f"{now.tokens:,} in all"),
        ("Money a survivor", spent, "the embedded model" if embedded else f"{money(now.usd)} in all"),
    )  # fmt: skip


def caution(now: Overview) -> list[kit.Element]:
    """What a reader must know before believing the figures."""
    notes = []
    if now.run.state in GOING:
        notes.append(
            kit.note("waiting", "Still going", "These are the figures so far; the page does not redraw itself.")
        )
    if 0 < now.decided < SMALL_N:
        notes.append(
            kit.note(
                "waiting",
                "A tiny run",
                f"{count(now.decided, 'child', 'children')} decided: the intervals say how little that tells.",
            )
        )
    if now.errors:
        notes.append(
            kit.note(
                "error", f"{count(now.errors, 'child', 'children')} failed", "Their calls did; they count in no rate."
            )
        )
    unclear = sum(rate.unclear for rate in now.rules)
    if unclear:
        notes.append(
            kit.note(
                "error",
                f"{count(unclear, 'verdict')} unclear",
                "The judge's words could not be read; they eliminate nothing and count in no rate.",
            )
        )
    return notes  # fmt: skip


def first_words(now: Overview) -> str:
    """What an overview without anything says."""
    if now.run.state in GOING:
        return "Nothing is decided yet. The figures come with the first children."
    return "Nothing was decided in this run. Resume it, or look at another one."
