"""What is looked at before a study opens: what is to settle, and which responses deserve a look."""

import streamlit as st

from core.domain.study_check import Flag, FlagKind, Problem
from core.domain.study_now import StudyNow
from core.services.evaluating import studies
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating.study_field import Fields
from pages.ui.kit import h
from pages.ui.words import count

_SHOWN = 12
_ABOUT = {
    FlagKind.NAMES: "Raters could tell whose it is. Black the words out, or bring better responses.",
    FlagKind.IDENTICAL: "They can only tie. Look whether one file came under two names.",
    FlagKind.EMPTY: "Raters see an empty box, and will rank it last.",
    FlagKind.LONG: "It scrolls in its box. Raters may not read to its end.",
}


def card(project: Project, study: StudyNow) -> bool:
    """Draw the checks. Whether nothing stands in the way of opening."""
    problems = studies.problems(shell.actor(), project, study.id)
    blocking = [one for one in problems if one.blocks]
    with st.container(border=True, key="studies_checks_card"):
        title = h(
            "div", {"class": "hd"}, h("span", {"class": "h"}, "Checks"), h("span", {"class": "lab"}, _sum(problems))
        )
        kit.show("checks", title, *map(_line, problems), key="studies.checks")
        flags = studies.flags(shell.actor(), project, study.id)
        if any(n for _, n in flags.counts):
            _flags(project, study, dict(flags.counts), flags.shown)
    return not blocking


def _sum(problems: tuple[Problem, ...]) -> str:
    blocking = sum(one.blocks for one in problems)
    if blocking:
        return f"{count(blocking, 'thing')} to settle first"
    return f"{count(len(problems), 'thing')} to know, none stands in the way" if problems else "nothing to settle"


def _line(one: Problem) -> kit.Element:
    mark = kit.mark("eliminated", "Settle") if one.blocks else kit.mark("error", "Know")
    return h(
        "div",
        {"class": "l"},
        mark,
        h("div", h("b", f"{one.where}: "), f"{one.what}. ", h("span", {"class": "dim"}, one.to_do)),
    )


def _flags(project: Project, study: StudyNow, counts: dict[FlagKind, int], shown: tuple[Flag, ...]) -> None:
    """How many of each kind; unfolded, which."""
    for kind, n in counts.items():
        if not n:
            continue
        with st.expander(f"{count(n, 'response')}: {kind.label}", key=f"studies.flag.{kind}"):
            lines = [one for one in shown if one.kind is kind][:_SHOWN]
            more = [h("p", {"class": "lab"}, f"and {n - len(lines):,} more")] if n > len(lines) else []
            kit.show(
                "checks", h("p", {"class": "lab"}, _ABOUT[kind]), *map(_flag, lines), *more, key=f"studies.flags.{kind}"
            )
            if kind is FlagKind.NAMES:
                _mask(
                    Fields(project=project, study=study),
                    {word for one in shown for word in one.words if one.kind is kind},
                )


def _mask(fields: Fields, words: set[str]) -> None:
    """Black out at once what was found, as far as it is not blacked out yet."""
    masked = fields.study.design.masked
    known = {one.casefold() for one in masked}
    left = sorted(word for word in words if word.casefold() not in known)
    if not left:
        kit.show(
            "hint", h("p", {"class": "lab"}, "Raters see ■■■ instead of each of these words."), key="studies.mask.done"
        )
    elif fields.study.may_be_edited:
        st.button(
            f"Black out {count(len(left), 'word')}", key="studies.mask", on_click=fields.save,
            kwargs={"masked": (*masked, *left)}, help="Step 3 lists them, and takes them back.",
        )  # fmt: skip


def _flag(one: Flag) -> kit.Element:
    also = ", ".join(one.words[:6])
    return h(
        "div",
        {"class": "f"},
        h("span", {"class": "dim num"}, f"prompt {one.key}"),
        h("b", {"class": "one"}, one.system),
        h("span", {"class": "one", "title": also}, also),
    )
