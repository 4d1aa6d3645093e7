"""What is looked at before a study is opened: is everything there, does a text name a system, are responses as they should be?"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from core.domain.person import Actor
from core.domain.study import Candidate, StudyPrompt, StudyTask
from core.domain.study_check import Flag, FlagKind, Flags, Leak, Problem
from core.domain.study_now import StudyNow, StudySystem
from core.errors import BadInput
from core.services.access import may_read
from core.services.evaluating import study_making
from core.services.projects import Project
from core.store import study_reading
from core.studies.names import names_in, telling

_MOST_SHOWN = 200  # flags of each kind
_AT_ONCE = 500  # texts in memory
_LONG = 20_000  # characters


def problems(actor: Actor, project: Project, study_id: str) -> tuple[Problem, ...]:
    """What is to settle before the study is opened, what blocks it first."""
    may_read(actor)
    return _problems(project, study_making.one(actor, project, study_id))


def require_ready(project: Project, study: StudyNow) -> None:
    """BadInput with the first thing that blocks an opening."""
    blocking = next((one for one in _problems(project, study) if one.blocks), None)
    if blocking:
        raise BadInput(blocking.what, where=blocking.where, to_do=blocking.to_do)


def leaks(actor: Actor, project: Project, study_id: str) -> tuple[Leak, ...]:
    """Names of systems in what annotators read beside the responses."""
    may_read(actor)
    study = study_making.one(actor, project, study_id)
    return _leaks(project, study, study_reading.systems(project.database, study.id))


def flags(actor: Actor, project: Project, study_id: str) -> Flags:
    """Responses that are empty, very long, the same for two systems, or name a model; all are counted."""
    may_read(actor)
    study = study_making.one(actor, project, study_id)
    counts: Counter[FlagKind] = Counter()
    shown: list[Flag] = []
    for flag in _flags(project, study):
        counts[flag.kind] += 1
        if counts[flag.kind] <= _MOST_SHOWN:
            shown.append(flag)
    return Flags(counts=tuple((kind, counts[kind]) for kind in FlagKind), shown=tuple(shown))


def _problems(project: Project, study: StudyNow) -> tuple[Problem, ...]:
    systems = study_reading.systems(project.database, study.id)
    found = [*_missing(project, study, systems), *_too_few(study)]
    found += [
        Problem(
            where=leak.where,
            what=f"It names a system: “{leak.word}”",
            to_do="Annotators read this. Say it without the name.",
            blocks=True,
        )
        for leak in _leaks(project, study, systems)
    ]
    return tuple(sorted(found, key=lambda one: not one.blocks))


def _too_few(study: StudyNow) -> Iterator[Problem]:
    """People are chosen one by one, so a draft may have too few of them for a while."""
    there, needed = len(study.design.people), study.design.judgments
    if 0 < there < needed:
        yield Problem(
            where="people",
            what=f"{needed} people are to judge each prompt, and {there} {'is' if there == 1 else 'are'} chosen",
            to_do="Choose more people, or fewer judgments.",
            blocks=True,
        )


def _missing(project: Project, study: StudyNow, systems: Sequence[StudySystem]) -> Iterator[Problem]:
    at_least = 1 if study.design.task is StudyTask.LIKERT and study.design.per_trial == 1 else 2
    usable = study_reading.count_comparable(project.database, study.id, at_least)
    is_of_siblings = study.design.task is StudyTask.SIBLINGS
    if not study.prompts:
        yield Problem(
            where="prompts", what="The study has no prompts", to_do="Import a test set, or sample.", blocks=True
        )
    elif not usable:
        yield Problem(
            where="systems",
            what=f"No prompt has {at_least} {'children' if is_of_siblings else 'responses'} to show",
            to_do="Take families with at least two children." if is_of_siblings else "Import or generate responses.",
            blocks=True,
        )
    elif usable < study.prompts:
        yield Problem(
            where="systems",
            what=f"{study.prompts - usable:,} of {study.prompts:,} prompts have fewer than {at_least} responses",
            to_do="Nobody will be shown them. Import what is missing, or go on without.",
            blocks=False,
        )
    for system in systems:
        if system.responses < study.prompts:
            yield Problem(
                where=system.name,
                what=f"{study.prompts - system.responses:,} of {study.prompts:,} prompts have no response of it",
                to_do="It is compared where it has one. Import what is missing, or go on without.",
                blocks=False,
            )


def _leaks(project: Project, study: StudyNow, systems: Sequence[StudySystem]) -> tuple[Leak, ...]:
    words = tuple(dict.fromkeys(word for system in systems for word in telling(system)))
    design = study.design
    texts = {"title": design.title, "guidelines": design.guidelines, "project's name": project.name}
    for criterion in design.criteria:
        texts[f"criterion {criterion.key}"] = f"{criterion.key} {criterion.label} {criterion.description}"
    return tuple(Leak(where=where, word=word) for where, text in texts.items() for word in names_in(text, words))


def _flags(project: Project, study: StudyNow) -> Iterator[Flag]:
    prompts = {one.id: one for one in study_reading.prompts(project.database, study.id)}
    systems = {one.id: one for one in study_reading.systems(project.database, study.id)}
    words = tuple(dict.fromkeys(word for system in systems.values() for word in telling(system)))
    by_prompt: defaultdict[str, list[Candidate]] = defaultdict(list)
    for one in study_reading.candidates(project.database, study.id):
        by_prompt[one.prompt_id].append(one)
    waiting: list[Candidate] = []
    for of_prompt in [*by_prompt.values(), []]:
        waiting += of_prompt
        if len(waiting) >= _AT_ONCE or not of_prompt:
            texts = study_reading.texts(project.database, (one.revision_id for one in waiting))
            yield from _flagged(waiting, texts, prompts, systems, words)
            waiting = []


def _flagged(
    candidates: Sequence[Candidate],
    texts: Mapping[str, str],
    prompts: Mapping[str, StudyPrompt],
    systems: Mapping[str, StudySystem],
    words: Sequence[str],
) -> Iterator[Flag]:
    """Whole prompts: the same text under one prompt is found however many are looked at together."""
    name_of = {one.id: systems[one.system_id].name if one.system_id else one.operation or "" for one in candidates}
    same: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for one in candidates:
        same[one.prompt_id, texts[one.revision_id].strip()].append(one)
    for one in candidates:
        text = texts[one.revision_id].strip()
        others = tuple(name_of[other.id] for other in same[one.prompt_id, text] if other.id != one.id)
        found = {
            FlagKind.EMPTY: not text,
            FlagKind.LONG: len(text) > _LONG,
            FlagKind.IDENTICAL: bool(text and others),
        }
        named = names_in(text, words, known=True)
        for kind in (*(kind for kind, holds in found.items() if holds), *([FlagKind.NAMES] if named else [])):
            yield Flag(
                kind=kind,
                key=prompts[one.prompt_id].key,
                prompt_id=one.prompt_id,
                candidate_id=one.id,
                system=name_of[one.id],
                words=named if kind is FlagKind.NAMES else others if kind is FlagKind.IDENTICAL else (),
            )
