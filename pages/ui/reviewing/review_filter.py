"""The fields of a queue's filter, with what this project has in each."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID

import streamlit as st

from core.domain.instruction import HumanStatus, InstructionKind, RunStatus
from core.domain.operation import Operation
from core.domain.queue import QueueFilter
from core.services.projects import Project
from core.services.reviewing import queues
from core.services.reviewing.queues import Choices
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing.review_words import KINDS, OF_FIGURES, also, rule_label

_EITHER: dict[str, bool | None] = {"Either": None, "Yes": True, "No": False}
_ANY = "any"
_MOST_WORDS = 1_000_000


def ask_filter(project: Project, start: QueueFilter, *, key: str) -> QueueFilter:
    """Draw the fields, filled in from `start`, and return what they say. Widget keys begin with `key`."""
    choices = queues.choices(shell.actor(), project)
    wanted = _what(start, key)
    wanted = _where(wanted, start, choices, key)
    wanted = _measures(wanted, start, key)
    return _rest(_people(wanted, start, choices, key), choices, key)


def _several(
    column: st.delta_generator.DeltaGenerator,
    label: str,
    options: Iterable[str],
    start: Iterable[str],
    say: Callable[[str], str],
    key: str,
) -> tuple[str, ...]:
    chosen = list(start)
    known = list(dict.fromkeys([*options, *chosen]))
    return tuple(column.multiselect(label, known, chosen, format_func=say, key=key, placeholder=_ANY))


def _one(
    column: st.delta_generator.DeltaGenerator,
    label: str,
    options: Iterable[str],
    start: str | None,
    say: Callable[[str], str],
    key: str,
) -> str | None:
    known = list(dict.fromkeys([*options, *([start] if start else [])]))
    chosen: str | None = column.selectbox(
        label, known, index=known.index(start) if start else None, format_func=say, key=key, placeholder=_ANY
    )
    return chosen


def _what(start: QueueFilter, key: str) -> QueueFilter:
    one, two, three = st.columns(3)
    words = kit.MARK_WORDS.__getitem__
    kinds = _several(
        one, "Kind", map(str, InstructionKind), start.kinds, lambda k: KINDS[InstructionKind(k)], f"{key}.kinds"
    )
    machine = _several(two, "The machine says", map(str, RunStatus), start.statuses, words, f"{key}.statuses")
    human = _several(three, "People say", map(str, HumanStatus), start.people, words, f"{key}.people")
    return replace(start, kinds=kinds, statuses=machine, people=human)


def _where(wanted: QueueFilter, start: QueueFilter, choices: Choices, key: str) -> QueueFilter:
    one, two, three = st.columns(3)
    runs, sources = choices.runs, choices.sources
    run = _one(one, "Run", runs, start.run_id, lambda id_: runs.get(id_, "a run that is gone"), f"{key}.run")
    said = kit.OPERATION_LABELS.__getitem__
    operations = _several(two, "Operation", map(str, Operation), start.operations, said, f"{key}.operations")
    epochs = _several(three, "Epoch", map(str, choices.epochs), map(str, start.epochs), str, f"{key}.epochs")
    one, two, three = st.columns(3)
    source = _one(one, "Import", sources, start.source_id, lambda id_: sources.get(id_, "a file"), f"{key}.source")
    rule = _one(two, "Eliminated by", choices.rules, start.rule, rule_label, f"{key}.rule")
    skills = _several(
        three, "Skill of the seed", choices.skills, start.skills, lambda one: one or "no skill", f"{key}.skills"
    )
    return replace(
        wanted,
        run_id=run,
        operations=operations,
        epochs=tuple(map(int, epochs)),
        source_id=source,
        rule=rule,
        skills=skills,
    )


def _measures(wanted: QueueFilter, start: QueueFilter, key: str) -> QueueFilter:
    one, two, three, four, five = st.columns([1, 1, 1, 1, 2])
    return replace(
        wanted,
        difficulty_from=_number(one, "Difficulty from", start.difficulty_from, f"{key}.difficulty_from"),
        difficulty_to=_number(two, "Difficulty to", start.difficulty_to, f"{key}.difficulty_to"),
        words_from=_whole(three, "Words from", start.words_from, f"{key}.words_from"),
        words_to=_whole(four, "Words to", start.words_to, f"{key}.words_to"),
        find=five.text_input("Words in the text", start.find, key=f"{key}.find", placeholder=_ANY).strip(),
    )


def _number(column: st.delta_generator.DeltaGenerator, label: str, start: float | None, key: str) -> float | None:
    chosen: float | None = column.number_input(label, 0.0, 10.0, start, 0.5, key=key, placeholder=_ANY)
    return chosen


def _whole(column: st.delta_generator.DeltaGenerator, label: str, start: int | None, key: str) -> int | None:
    chosen: int | None = column.number_input(label, 0, _MOST_WORDS, start, 5, key=key, placeholder=_ANY)
    return chosen


def _people(wanted: QueueFilter, start: QueueFilter, choices: Choices, key: str) -> QueueFilter:
    names = {one.id: one.name for one in shell.studio().people.list(shell.actor())}
    one, two, three, four, five = st.columns([1, 1, 1, 1, 2])
    return replace(
        wanted,
        is_flagged=_either(one, "Flagged", start.is_flagged, f"{key}.flagged"),
        has_note=_either(two, "Has a note", start.has_note, f"{key}.note"),
        set_aside=_either(three, "Set aside", start.set_aside, f"{key}.aside"),
        decided_by=_one(
            four, "Decided by", choices.people, start.decided_by, lambda id_: names.get(id_, id_), f"{key}.who"
        ),
        seed_id=_seed(five, start.seed_id, f"{key}.seed"),
    )


def _either(column: st.delta_generator.DeltaGenerator, label: str, start: bool | None, key: str) -> bool | None:
    words = list(_EITHER)
    return _EITHER[column.selectbox(label, words, list(_EITHER.values()).index(start), key=key)]


def _seed(column: st.delta_generator.DeltaGenerator, start: str | None, key: str) -> str | None:
    """Of one seed: its id, as a tree's address has it. What is none is left out, and said."""
    named = column.text_input("Only of this seed", start or "", key=key, placeholder="the id of a seed: any").strip()
    try:
        return str(UUID(named)) if named else None
    except ValueError:
        column.caption("This is no id of a seed; it is not looked at.")
        return None


def _rest(wanted: QueueFilter, choices: Choices, key: str) -> QueueFilter:
    """What a figure said that no field here asks for: kept, or left out."""
    words = ", ".join(filter(None, also(wanted, choices)))
    if not words:
        return wanted
    kit.show("line", h("p", f"Also: {words}."), key=f"{key}.also")
    if st.checkbox("Keep that too", value=True, key=f"{key}.rest"):
        return wanted
    return replace(wanted, **{name: getattr(QueueFilter(), name) for name in OF_FIGURES})
