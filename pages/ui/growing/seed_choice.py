"""Choosing the seeds of a run: all, the first, a random few, only some of them, or a mix by skill."""

from dataclasses import replace

import streamlit as st

from core.domain.run import MixLine, SeedChoice
from core.services.growing import seeds
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count

ALL, FIRST, RANDOM, MIX = "All", "The first", "At random", "A mix by skill"
NO_SKILL = "no skill"
_COLUMNS = 4
_MIXED = 8  # skills that a mix begins with


def ask_seed_choice(project: Project, *, usual: int = 50, start: SeedChoice | None = None) -> SeedChoice:
    """Draw the widgets and return what they say. `usual` is how many are offered at first; `start` fills them in.

    How many seeds it gives: `seeds.count_of`. Widget keys begin with `runs.seeds.`.
    """
    start = start or SeedChoice(limit=usual, at_random=True)
    total = seeds.count(shell.actor(), project)
    one, two = st.columns([1, 2.2])
    way = two.segmented_control(
        "Which", [RANDOM, FIRST, ALL, MIX], default=_way(start), key="runs.seeds.way", required=True
    )
    limit = one.number_input(
        "Seeds", 1, max(1, total), max(1, min(total, start.limit or usual)), key="runs.seeds.limit", disabled=way == ALL
    )
    choice = _filter(project, start)
    if way == MIX:
        return _mix(project, replace(choice, limit=int(limit)), start)
    return replace(choice, limit=None if way == ALL else int(limit), at_random=way == RANDOM)


def _way(choice: SeedChoice) -> str:
    if choice.mix:
        return MIX
    if choice.limit is None:
        return ALL
    return RANDOM if choice.at_random else FIRST


def _filter(project: Project, start: SeedChoice) -> SeedChoice:
    """Skills, words, import and difficulty; without them every seed is there to choose from."""
    known = seeds.skills(shell.actor(), project)
    sources = {one.id: one.name for one in seeds.sources(shell.actor(), project)}
    is_open = bool(start.skills or start.find or start.source or start.below is not None)
    with st.expander("Only some of the seeds", expanded=is_open):
        one, two, three, four = st.columns([1.4, 1, 1, 0.8])
        skills = one.multiselect(
            "Skills",
            list(known),
            [skill for skill in start.skills if skill in known],
            format_func=lambda skill: f"{skill or NO_SKILL} ({known[skill]:,})",
            key="runs.seeds.skills",
            placeholder="any",
        )
        find = two.text_input("Words in the text", start.find, key="runs.seeds.find", placeholder="any")
        source = three.selectbox(
            "Import",
            ["", *sources],
            index=[*sources].index(start.source) + 1 if start.source in sources else 0,
            format_func=lambda id_: sources.get(id_, "any"),
            key="runs.seeds.source",
        )
        below = four.number_input(
            "Easier than", 1.0, 10.0, start.below, 1.0, key="runs.seeds.below", placeholder="any",
            help="Below this difficulty. “The first” are then those nearest below it; seeds without a difficulty come last.",
        )  # fmt: skip
    return SeedChoice(skills=tuple(skills), find=find.strip(), source=source or "", below=below)


def _mix(project: Project, choice: SeedChoice, start: SeedChoice) -> SeedChoice:
    """A share for each skill of the mix, and what comes of it."""
    there = seeds.skills(shell.actor(), project)
    known = [skill for skill in there if not choice.skills or skill in choice.skills]
    usual = [skill for skill in start.mix if skill in known] or known[:_MIXED]
    mixed = st.multiselect(
        "Skills in the mix",
        known,
        usual,
        format_func=lambda skill: f"{skill or NO_SKILL} ({there[skill]:,})",
        key="runs.seeds.mixed",
    )
    shares: dict[str, float] = {}
    for first in range(0, len(mixed), _COLUMNS):
        for column, skill in zip(st.columns(_COLUMNS), mixed[first : first + _COLUMNS], strict=False):
            wanted = start.mix.get(skill, round(100 / len(mixed)) if start.mix == {} else 0.0)
            shares[skill] = column.number_input(
                f"{_in_a_label(skill)}, share",
                0.0,
                100.0,
                min(100.0, float(wanted)),
                5.0,
                key=f"runs.seeds.share.{skill}",
            )
    choice = replace(choice, at_random=True, mix={skill: share for skill, share in shares.items() if share > 0})
    _say_mix(seeds.mix_of(shell.actor(), project, choice))
    return choice


def _in_a_label(skill: str) -> str:
    """A label is Markdown, and a skill comes from a file: what could be more than a word is left out."""
    kept = "".join(letter if letter.isalnum() or letter in " -&" else " " for letter in skill)
    return " ".join(kept.split()).lstrip("- ")[:40] or NO_SKILL


def _say_mix(lines: tuple[MixLine, ...]) -> None:
    """What each skill gives; those that have too few are said first."""
    short = [line for line in lines if line.taken < line.wanted]
    said = [
        kit.note(
            "error", "Too few", f"{line.skill or NO_SKILL}: {line.wanted:,} wanted, {line.available:,} there.",
        )
        for line in short
    ]  # fmt: skip
    parts = ", ".join(f"{line.skill or NO_SKILL} {line.taken:,} ({line.share:.0%})" for line in lines)
    total = count(sum(line.taken for line in lines), "seed")
    words = f"{total}: {parts}." if lines else "Give at least one skill a share above 0."
    kit.show("hint", *said, h("p", {"class": "lab"}, words), key="runs.seeds.mix")
