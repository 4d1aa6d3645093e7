"""Responses out of a file: looked at, matched to prompts, and a report of every row that was not."""

from collections.abc import Collection

import streamlit as st

from core.domain.source import FileFormat
from core.domain.study_import import NearMatch, ResponseColumns, ResponseReport
from core.domain.study_now import StudyNow
from core.services.evaluating import study_sampling
from core.services.evaluating import study_systems as service
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.evaluating import study_look
from pages.ui.exchanging import chosen_file
from pages.ui.exchanging.chosen_file import Chosen
from pages.ui.kit import h
from pages.ui.words import count

_FILE = "studies.responses.file"
_REPORT = "studies.responses.report"
_SAID = 200  # characters that a report has of a prompt
_LABELS = {"response": "Response", "key": "The prompt's name", "text": "The prompt's text", "system": "System"}


def own(project: Project, study: StudyNow) -> None:
    """The dataset's own responses to sampled prompts, as one system."""
    words = "Prompts that were sampled from this project bring the response that the dataset has, if their text is unchanged."
    kit.show("hint", h("p", {"class": "lab"}, words), key="studies.own.about")
    with st.container(horizontal=True, vertical_alignment="bottom"), shell.problems("studies.own"):
        name = st.text_input(
            "Name of this system", study_sampling.OWN_NAME, max_chars=80, key="studies.own.name", width=320
        )
        if st.button("Take them", key="studies.own.go"):
            study_sampling.take_own_responses(shell.actor(), project, study.id, name=name)
            st.rerun()


def is_asked() -> bool:
    """Whether a file is looked at: then its button is the page's first."""
    return chosen_file.get(_FILE) is not None


def offer(project: Project, study: StudyNow, *, is_first: bool) -> None:
    """Choose a file; once one is chosen, what it seems to be."""
    say_report(project, study)
    chosen = chosen_file.get(_FILE)
    with st.container(border=True, key="studies_responses_card"), shell.problems("studies.responses"):
        if chosen is not None:
            _look(project, study, chosen)
            return
        title = "Responses in a file" if is_first else "More responses"
        text = (
            "One response a row: which prompt (its name or its text), which system, what it answered. Rows whose prompt is not"
            " found, or only nearly, are shown to you and not taken."
        )
        kit.show("way", h("div", {"class": "h"}, title), h("div", text), key="studies.responses.words")
        chosen_file.ask(_FILE, "/data/responses.parquet")


def _look(project: Project, study: StudyNow, file: Chosen) -> None:
    with st.container(horizontal=True):
        slot = st.container(width="content")
        st.button("Choose another file", key="studies.responses.other", on_click=_forget)
    found = study_look.looked_at(
        _FILE, file, lambda format_: service.look_at(shell.actor(), file.path, format_, name=file.name)
    )
    guess = found.guess or ResponseColumns(response="")
    format_, chosen = study_look.ask_columns(
        _FILE, found, {field: (label, getattr(guess, field)) for field, label in _LABELS.items()}
    )
    system = ""
    if not chosen["system"]:
        system = st.text_input(
            "Whose responses are these?", placeholder="evolved-7b", key=f"{_FILE}.whose", max_chars=80
        )
    is_ready = bool(chosen["response"] and (chosen["key"] or chosen["text"]) and (chosen["system"] or system.strip()))
    if not is_ready:
        words = "Say which column holds the response, which one its prompt, and whose responses these are."
        kit.show("hint", kit.note("error", "Not yet", words), key="studies.responses.which")
    study_look.first_rows(_FILE, file.name, found, chosen, _LABELS)
    if slot.button("Take these responses", type="primary", key="studies.responses.go", disabled=not is_ready):
        _take(project, study, file, ResponseColumns(**chosen), format_, system)


def _take(
    project: Project, study: StudyNow, file: Chosen, columns: ResponseColumns, format_: FileFormat, system: str,
    near: Collection[int] = (),
) -> None:  # fmt: skip
    """Take what matches. Where rows nearly match, the file stays at hand until a person has looked at them."""
    said = service.import_file(
        shell.actor(), project, study.id, file.path, name=file.name, system=system, columns=columns, format_=format_,
        take_near=near,
    )  # fmt: skip
    st.session_state[_REPORT] = (study.id, said, (file, columns, format_, system))
    st.session_state.pop(f"{_FILE}.chosen", None)
    st.rerun()


def _forget() -> None:
    chosen_file.forget(_FILE)
    st.session_state.pop(_REPORT, None)


def say_report(project: Project, study: StudyNow) -> None:
    """What became of the responses that came last, until it is closed."""
    kept = st.session_state.get(_REPORT)
    if kept is None or kept[0] != study.id:
        return
    said: ResponseReport = kept[1]
    open_rows = said.refused.count + said.unmatched_count + said.near_count
    with st.container(border=True, key="studies_responses_report_card"):
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                note = kit.note("error" if open_rows else "saved", "Look" if open_rows else "Taken", _in_words(said))
                kit.show("report", note, *_systems(said), key="studies.responses.report")
            st.button("Close the report", key="studies.responses.close", on_click=_close, args=(kept[2][0],))
        study_look.refused(said.refused, "studies.responses")
        _unmatched(said)
        with shell.problems("studies.near"):
            if said.near and (rows := _near(said.near, said.near_count)):
                file, columns, format_, system = kept[2]
                _take(project, study, file, columns, format_, system, near=rows)


def _close(file: Chosen) -> None:
    st.session_state[f"{_FILE}.chosen"] = file
    _forget()


def _in_words(said: ResponseReport) -> str:
    parts = [f"{count(said.taken, 'response')} taken"]
    for n, word in (
        (said.merged, "there already"), (said.refused.count, "refused"), (said.near_count, "nearly matching"),
        (said.unmatched_count, "without a prompt"),
    ):  # fmt: skip
        if n:
            parts.append(f"{n:,} {word}")
    return f"{said.name}: {', '.join(parts)}."


def _systems(said: ResponseReport) -> list[kit.Element]:
    lines = []
    for one in said.systems:
        about = [f"{one.taken:,} taken"]
        if one.missing:
            about.append(f"{count(one.missing, 'prompt')} without a response of it")
        if one.empty:
            about.append(f"{one.empty:,} empty")
        lines.append(h("li", {"class": "lab"}, h("b", one.name), ": ", ", ".join(about)))
    return [h("ul", *lines)] if lines else []


def _unmatched(said: ResponseReport) -> None:
    if not said.unmatched_count:
        return
    with st.expander(
        f"{count(said.unmatched_count, 'row')} whose prompt is not in this study", key="studies.unmatched"
    ):
        shown = said.unmatched[:40]
        lines = [
            h("div", {"class": "l"}, h("span", {"class": "dim num"}, f"row {one.row:,}"), h("b", {"class": "one"}, one.system), kit.read(_cut(one.said), "s"))
            for one in shown
        ]  # fmt: skip
        more = said.unmatched_count - len(shown)
        kit.show(
            "responses",
            *lines,
            h("p", {"class": "lab"}, f"and {more:,} more") if more else None,
            key="studies.unmatched.rows",
        )


def _near(near: tuple[NearMatch, ...], n: int) -> list[int]:
    """Rows whose prompt is nearly one of the study's: which of them are meant, once that is said."""
    with st.expander(
        f"{count(n, 'row')} whose prompt is nearly one of this study's", expanded=True, key="studies.near"
    ):
        words = "They were not taken. Say which ones mean the same prompt; the others stay out."
        head = h("div", {"class": "l lab"}, "row", h("span", "in the file"), h("span", "in the study"), "alike")
        lines = [_nearly(one) for one in near]
        kit.show("near", h("p", {"class": "lab"}, words), head, *lines, key="studies.near.rows")
        rows = [one.row for one in near]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.multiselect(
                "Rows that mean the same", rows, format_func=lambda one: f"row {one:,}", key="studies.near.chosen"
            )
            go = st.button("Take them", key="studies.near.go", disabled=not chosen)
    return chosen if go else []


def _nearly(one: NearMatch) -> kit.Element:
    alike = f"{one.alike:.0%}" if one.alike else "name only"
    row = h("span", {"class": "dim num"}, f"{one.row:,}")
    return h(
        "div",
        {"class": "l"},
        row,
        kit.read(_cut(one.said), "s"),
        kit.read(_cut(one.prompt), "s"),
        h("span", {"class": "num"}, alike),
    )


def _cut(text: str) -> str:
    return text + " …" if len(text) >= _SAID else text
