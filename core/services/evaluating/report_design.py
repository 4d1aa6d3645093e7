"""The design of a study in a report: what was asked of whom about what, as a table and as a paragraph to paste."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.domain.report import Block, Heading, Table, Words
from core.domain.study import Rater, RaterKind, StudyTask
from core.domain.study_now import StudySystem
from core.services.evaluating.report_words import count, listed
from core.services.evaluating.result_views import ROUNDS
from core.services.evaluating.results import Opened

TASKS = {
    StudyTask.RANK: "ranked the responses of a trial from 1 (best), ties allowed",
    StudyTask.PAIR: "said of two responses which is better, that they tie, or that both are bad",
    StudyTask.LIKERT: "scored each response from 1 to 5",
    StudyTask.SIBLINGS: "ranked the children of one parent as instructions, from 1 (best), ties allowed",
}
_KINDS = {
    RaterKind.HUMAN: ("person", "people"),
    RaterKind.IMPORTED: ("rater whose judgments were imported", "raters whose judgments were imported"),
    RaterKind.SIMULATED: ("SIMULATED rater", "SIMULATED raters"),
    RaterKind.MODEL: ("model judge", "model judges"),
}
_BY_SEED = (
    "Intervals “by seed” divide wins and n by the design effect of prompts that share a seed (Rao and Scott 1992), with Student's t for the"
    " number of seeds (Korn and Graubard 1998); they are the ones to quote."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What a report says beside the judgments. `labels`: what raters are called here, by id; people by numbers."""

    systems: tuple[StudySystem, ...]
    sampling: Mapping[str, str]
    labels: Mapping[str, str]
    details: tuple[Rater, ...]
    seq: int
    software: Mapping[str, str]


def labels(raters: Sequence[Rater]) -> dict[str, str]:
    """People by number in the order in which they began; models and simulated raters by their names."""
    found: dict[str, str] = {}
    people = 0
    for one in raters:
        is_person = one.kind in (RaterKind.HUMAN, RaterKind.IMPORTED)
        people += is_person
        found[one.person_id] = f"Person {people}" if is_person else one.name
    return found


def judged_by(about: About, by: str) -> str:
    """A kind of raters in words, or one model judge."""
    if by not in set(RaterKind):
        return f"model judge {about.labels.get(by, by)}"
    return _KINDS[RaterKind(by)][1]


def design(opened: Opened, about: About) -> Iterator[Block]:
    """The table of the design, its systems, its criteria."""
    design, is_rank = opened.study.design, opened.study.design.task is not StudyTask.LIKERT
    sets = "every set of them" if not design.sets_per_prompt else f"{design.sets_per_prompt} balanced sets of them"
    rows = [
        ("Task", TASKS[design.task]),
        ("Title that raters saw", design.title),
        ("Prompts", _prompts(opened)),
        ("Compared", listed([f"“{one.name}”" for one in opened.contestants])),
        ("Side by side", f"at most {design.per_trial}; of more, {sets}" if is_rank else f"at most {design.per_trial}"),
        ("Judgments asked for each set", str(design.judgments)),
        ("Raters", raters_in_words(opened)),
        ("Repeated trials, attention trials", f"{100 * design.repeat_share:g} %, {100 * design.attention_share:g} % of a person's"),
        ("Masked words", listed(list(design.masked)) or "none"),
        ("A prompt is hard from", f"{design.hard_from:g}"),
        ("A number is faint below n", str(design.least_n)),
        ("Seed", str(design.rng_seed)),
    ]  # fmt: skip
    yield Heading(text="Design")
    yield Table(heads=("What", "How"), rows=tuple(rows), words=2)
    if design.guidelines:
        yield Heading(text="Guidelines", level=3)
        yield Words(text=design.guidelines, is_quoted=True)
    if design.criteria:
        asked = (
            "each asked for" if design.asks_each or design.task is StudyTask.LIKERT else "they say what better means"
        )
        yield Table(
            heads=("Criterion", "Description"), rows=tuple((one.label, one.description) for one in design.criteria),
            words=2, caption=f"Criteria: {asked}",
        )  # fmt: skip
    if about.systems:
        yield Heading(text="Systems", level=3)
        yield Table(
            heads=("System", "Model", "Sampling", "Responses"),
            rows=tuple((one.name, one.model, about.sampling.get(one.id) or "–", f"{one.responses:,}") for one in about.systems),
            words=3,
        )  # fmt: skip
    yield from _models(about)


def _models(about: About) -> Iterator[Block]:
    judges = [one for one in about.details if one.kind is RaterKind.MODEL]
    if judges:
        yield Heading(text="Model judges", level=3)
        yield Table(
            heads=("Judge", "How it was asked"),
            rows=tuple((about.labels[one.person_id], _asked(one.details)) for one in judges),
            words=2,
        )


def _asked(details: str) -> str:
    """A judge's details in words; as they are, if another program wrote them."""
    try:
        said = json.loads(details)
        wish = said["wish"]
        mode = {"pair": "pairs in both orders", "single": "responses one by one"}[wish["mode"]]
        words = "own words" if wish["own"] else str(wish["variant"]).replace("_", " ")
        return (
            f"{said['model']}; {mode}; verdict from {said['reading']}; words: {words}; temperature {wish['temperature']}; "
            f"SHA-256 of its prompts {said['prompt_hash']}"
        )
    except (ValueError, LookupError, TypeError):
        return details


def _prompts(opened: Opened) -> str:
    prompts = opened.prompts
    skills = {one.skill for one in prompts if one.skill}
    found = [f"{len(prompts):,}"]
    if skills:
        found.append(count(len(skills), "skill"))
    for whose, values in (
        ("author's", [one.author_difficulty for one in prompts if one.author_difficulty is not None]),
        ("model's", [one.model_difficulty for one in prompts if one.model_difficulty is not None]),
    ):
        if values:
            found.append(f"{whose} difficulty {min(values):g} to {max(values):g} (on {len(values):,})")
    if epochs := sorted({one.epoch for one in prompts if one.epoch is not None}):
        found.append(f"epochs {epochs[0]} to {epochs[-1]}")
    clusters = len({one.cluster for one in prompts})
    if clusters < len(prompts):
        found.append(f"from {clusters:,} seeds")
    return ", ".join(found)


def raters_in_words(opened: Opened, *, without: RaterKind | None = None) -> str:
    """How many of each kind."""
    kinds = Counter(rater.kind for rater in opened.raters)
    return (
        listed([count(kinds[kind], *_KINDS[kind]) for kind in _KINDS if kinds[kind] and kind is not without]) or "none"
    )


def methods(opened: Opened, about: About) -> str:
    """A paragraph for a paper: only what holds for this study."""
    design = opened.study.design
    what = "operations" if design.task is StudyTask.SIBLINGS else "systems"
    by_model = np.isin(
        opened.rows.trial_rater, [at for at, one in enumerate(opened.raters) if one.kind == RaterKind.MODEL]
    )
    judged = int((opened.rows.trial_judged & ~opened.rows.trial_pilot & ~by_model).sum())
    who = raters_in_words(opened, without=RaterKind.MODEL)
    resampled = "seeds (all prompts evolved from a seed together)" if _has_seeds(opened) else "prompts"
    by_seed = f" {_BY_SEED}" if _shares_seeds(opened) else ""
    parts = [
        f"We compared {len(opened.contestants)} {what} ({listed([f'“{one.name}”' for one in opened.contestants])}) on "
        f"{count(len(opened.prompts), 'prompt')} in a blind study (Evol-Instruct Studio).",
        f"{who[:1].upper()}{who[1:]} {TASKS[design.task]}; "
        f"{count(judged, 'trial')} were judged, {design.judgments} judgments being asked for each set of texts.",
        f"Raters saw neither names nor the order of {what}; orders were drawn per rater and prompt from seed {design.rng_seed} and balanced over positions.",
        f"A prompt's verdict is the outcome with most votes, equal top counts being a tie; win rates of verdicts have 95 % Wilson intervals.{by_seed} "
        f"Rates of all votes, mean ranks and Bradley–Terry strengths (a tie is half a win) have 95 % percentile intervals from {ROUNDS:,} resamples of {resampled}.",
    ]  # fmt: skip
    if any(one.kind is RaterKind.MODEL for one in about.details):
        parts.append(
            "Beside them, models judged; pairs they saw in both orders, and where they changed their mind, the pair counts as a tie. "
            "Replies that could not be read were never scored."
        )
    if design.repeat_share or design.attention_share:
        parts.append("Repeated and attention trials, and pilots, are in no result.")
    libraries = listed([f"{name} {about.software[name]}" for name in ("evalica", "statsmodels", "krippendorff")])
    return " ".join([*parts, f"Numbers were computed with {libraries}."])


def _shares_seeds(opened: Opened) -> bool:
    """Whether two prompts of the study were evolved from one seed."""
    return len({prompt.cluster for prompt in opened.prompts}) < len(opened.prompts)


def _has_seeds(opened: Opened) -> bool:
    return any(one.cluster != one.id for one in opened.prompts)
