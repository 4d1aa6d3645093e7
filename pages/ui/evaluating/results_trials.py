"""The trials behind a number: a list in a dialog, unblinded. The pick stands in the address."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from core.domain.study_results import Part, Rest, TrialPick
from core.services.evaluating import result_trials, result_views
from core.services.evaluating.result_trials import FOREIGN, PromptTrials, TrialLine
from core.services.evaluating.results import Opened
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import results_leave
from pages.ui.evaluating.results_asked import Asked, judge_words
from pages.ui.kit import h
from pages.ui.words import count, duration

_PAGE = 10
_FOREIGN = "Another prompt’s"
_RESTS = {
    str(Rest.PILOT): "judged in the pilot",
    str(Rest.REPEATS): "shown again, to see whether a rater says the same",
    str(Rest.ATTENTION): "shown with the response to another prompt",
    str(Rest.UNPARSEABLE): "replies that could not be read",
    str(Rest.OF_EXCLUDED): "judged by who was left out",
    str(Rest.EXCLUDED): "trials that were left out",
    str(Rest.MISSING): "without a response of some system",
    str(Rest.UNCOMPARED): "on which nobody has compared texts",
}
_VERDICTS = {"win": "won", "tie": "tied", "loss": "lost"}


def chart_key(figure: str) -> str:
    """The key of a figure's chart. Another one after its list was closed: drawn anew, the same point can be clicked again."""
    return f"results.{figure}.{st.session_state.get(f'results.{figure}.closed', 0)}"


def take(figure: str, key: str) -> None:
    """A point was clicked in the figure: put its pick into the address. A chart that is gone may call once more."""
    points = st.session_state[key]["selection"]["points"] if key == chart_key(figure) else []
    chosen = points[0].get("customdata") if points else None
    chosen = chosen[0] if isinstance(chosen, list) and chosen else chosen
    if isinstance(chosen, str) and chosen:
        st.session_state["results.opened_by"] = figure
        pick(chosen)


def pick(text: str) -> None:
    """Open the list of these."""
    st.query_params["pick"] = text


def if_asked(project: Project, opened: Opened, asked: Asked) -> None:
    """Open the list if the address names a pick."""
    chosen = TrialPick.read(st.query_params.get("pick", ""))
    if chosen is not None:
        _dialog(project, opened, asked, chosen)


def _closed() -> None:
    st.query_params.pop("pick", None)
    st.session_state.pop("results.page", None)
    results_leave.forget()
    figure = st.session_state.pop("results.opened_by", None)
    if figure:
        counter = f"results.{figure}.closed"
        st.session_state[counter] = st.session_state.get(counter, 0) + 1


@st.dialog("Trials behind this number", width="large", on_dismiss=_closed)
def _dialog(project: Project, opened: Opened, asked: Asked, chosen: TrialPick) -> None:
    page = st.session_state.get("results.page") or 1
    with shell.problems("results.trials"):
        after = (page - 1) * _PAGE
        found = result_trials.behind(shell.actor(), project, opened, asked.view, chosen, most=_PAGE, after=after)
        names = {one.id: one.name for one in opened.contestants}
        head = h("p", h("b", count(found.total, "prompt")), f" · {in_words(chosen, opened)}")
        parts = [_prompt(one, names) for one in found.prompts]
        results_leave.choose(
            kit.show("trials", head, *(parts or [h("p", {"class": "dim"}, "None.")]), key="results.trials")
        )
        results_leave.form(project, opened)
        if found.total > _PAGE:
            st.pagination(-(-found.total // _PAGE), key="results.page")


def in_words(chosen: TrialPick, opened: Opened) -> str:
    """What was asked for."""
    names = {one.id: one.name for one in opened.contestants}
    who = partial(judge_words, opened)
    of, against = names.get(chosen.of, ""), names.get(chosen.against, "")
    parts = [
        f"{of} {_VERDICTS.get(chosen.verdict, 'was compared')} against {against}".replace("compared against", "compared with") if against else of,
        _part_words(chosen),
        " and ".join(f"judged by {who(one)}" for one in (chosen.person, chosen.beside) if one),
        _RESTS.get(chosen.rest, ""),
        f"{who(chosen.beside)}: {chosen.theirs}, {who(chosen.person)}: {chosen.its}, on the same pair" if chosen.its else "",
    ]  # fmt: skip
    return ", ".join(part for part in parts if part) or "all"


def _part_words(chosen: TrialPick) -> str:
    name = result_views.words_for(chosen.part, chosen.name)
    return f"{chosen.part} {name}" if chosen.part in (Part.SKILL, Part.DIFFICULTY) and name == chosen.name else name


def _prompt(one: PromptTrials, names: Mapping[str, str]) -> kit.Element:
    about = " · ".join(
        part
        for part in (
            one.skill,
            f"difficulty {one.difficulty}" if one.difficulty else "",
            count(len(one.trials), "trial"),
        )
        if part
    )
    texts = (
        h(
            "details",
            {"key": one.id + shown.contestant},
            h("summary", shown.name),
            kit.read(shown.text or "(empty)", "s"),
        )
        for shown in one.shown
    )
    return h(
        "div", {"class": "pt", "key": one.id},
        h("div", {"class": "lab"}, f"{one.key} · {about}"),
        kit.read(one.text, "s"),
        *texts,
        h("p", {"class": "lab"}, f"No response of {', '.join(one.missing)}.") if one.missing else None,
        _trials(one, names) if one.trials else None,
    )  # fmt: skip


def _trials(one: PromptTrials, names: Mapping[str, str]) -> kit.Element:
    """Raters by rows, contestants by columns: the rank or score, and below it where the text stood."""
    shown = [each.contestant for each in one.shown if any(each.contestant in line.positions for line in one.trials)]
    shown += [FOREIGN] if any(FOREIGN in line.positions for line in one.trials) else []
    heads = ("Rater", *(_FOREIGN if each == FOREIGN else names.get(each, each) for each in shown), "Time", "Reason")
    header = h(
        "tr",
        *(
            h("th", {"scope": "col", "class": "" if at == 0 else "wide" if at == len(heads) - 1 else "r"}, head)
            for at, head in enumerate(heads)
        ),
    )
    return h("table", h("thead", header), h("tbody", *(_trial(line, shown) for line in one.trials)))


def _trial(line: TrialLine, shown: list[str]) -> kit.Element:
    leave = None if line.left else h("button", {"class": "lk", "data-action": line.id}, "Leave out…")
    cells = (
        h("td", {"class": "r num"}, line.places.get(each, "–" if each in line.positions else ""), _place(line, each))
        for each in shown
    )
    notes = [
        line.note,
        "both bad" if line.both_bad else "",
        "revised" if line.revised else "",
        f"left out: {line.left}" if line.left else "",
    ]
    return h(
        "tr", {"key": line.id, "class": "out" if line.left else ""},
        h("th", {"scope": "row", "class": "nm"}, line.rater),
        *cells,
        h("td", {"class": "r num"}, "–" if line.active_s is None else duration(line.active_s)),
        h("td", {"class": "wide", "dir": "auto"}, " · ".join(note for note in notes if note), " ", leave),
    )  # fmt: skip


def _place(line: TrialLine, contestant: str) -> kit.Element | None:
    """As which letter the rater saw it."""
    at = line.positions.get(contestant)
    return None if at is None else h("span", {"class": "lab"}, f" {chr(ord('A') + at)}")
