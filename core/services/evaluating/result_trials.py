"""The trials behind a number: the prompt, every response with who made it, and what each rater said of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from core.domain.person import Actor
from core.domain.study_results import Part, TrialPick, Verdict
from core.services.access import may_read
from core.services.evaluating.result_people import left_out
from core.services.evaluating.result_views import View, counts, is_kept, names_of, verdicts
from core.services.evaluating.results import Opened
from core.services.projects import Project
from core.store import result_trial_reading
from core.store.result_reading import Bits
from core.store.result_trial_reading import TrialRows


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A response and who made it."""

    contestant: str
    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialLine:
    """What one rater said in one trial: for each contestant (id) its position from 0 and its rank or score; "" for nothing readable."""

    id: str
    rater: str
    rater_id: str
    places: Mapping[str, str]
    positions: Mapping[str, int]
    both_bad: bool
    note: str
    active_s: float | None
    revised: bool
    left: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptTrials:
    """One prompt with its responses and its trials."""

    id: str
    key: str
    text: str
    skill: str
    difficulty: str
    shown: tuple[Shown, ...]
    trials: tuple[TrialLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialPage:
    """Some of the prompts behind a number; `total` is all of them."""

    prompts: tuple[PromptTrials, ...]
    total: int


def behind(
    actor: Actor, project: Project, opened: Opened, view: View, pick: TrialPick, *, most: int, after: int
) -> TrialPage:
    """The prompts behind a number from the one numbered `after` on, at most so many, with their trials."""
    may_read(actor)
    found = prompts_of(opened, view, pick)
    wanted = [opened.prompts[at] for at in found[after : after + most]]
    rows = result_trial_reading.trials(project.database, [prompt.id for prompt in wanted])
    texts = {row["id"]: row["text"] for row in rows.prompts}
    shown, lines = _shown(opened, rows), _lines(opened, {view.judged.by, pick.person, pick.beside}, view, rows)
    return TrialPage(
        prompts=tuple(
            PromptTrials(
                id=one.id,
                key=one.key,
                text=texts.get(one.id, ""),
                skill=one.skill or "",
                difficulty=_difficulties(one.author_difficulty, one.model_difficulty),
                shown=tuple(shown[one.id]),
                trials=tuple(lines[one.id]),
            )
            for one in wanted
        ),
        total=len(found),
    )


def _difficulties(author: float | None, model: float | None) -> str:
    said = [f"{value:g} ({who})" for value, who in ((author, "author"), (model, "model")) if value is not None]
    return ", ".join(said)


def _shown(opened: Opened, rows: TrialRows) -> dict[str, list[Shown]]:
    names = {one.id: one.name for one in opened.contestants}
    found: dict[str, list[Shown]] = defaultdict(list)
    for row in rows.texts:
        name = names.get(row["contestant"], row["contestant"])
        found[row["prompt_id"]].append(Shown(contestant=row["contestant"], name=name, text=row["text"]))
    return found


def _lines(opened: Opened, by: set[str], view: View, rows: TrialRows) -> dict[str, list[TrialLine]]:
    """Of the raters that are looked at, by prompt."""
    raters = {rater.id: rater for rater in opened.raters}
    left = {one.subject: one.reason for one in left_out(opened).values()}
    where: dict[str, dict[int, str]] = defaultdict(dict)
    for row in rows.shown:
        where[row["trial_id"]][row["position"]] = row["contestant"]
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.said:
        if row["criterion"] == view.judged.criterion:
            said[row["judgment_id"]].append(row)
    found: dict[str, list[TrialLine]] = defaultdict(list)
    for row in rows.trials:
        rater = raters.get(row["person_id"])
        if rater is not None and by & {rater.kind, rater.id}:
            why = left.get(row["id"], left.get(rater.id, ""))
            line = _line(row, rater.name, where[row["id"]], said[row["judgment_id"]], why)
            found[row["prompt_id"]].append(line)
    return found


def _line(
    row: Mapping[str, Any], name: str, where: Mapping[int, str], said: Sequence[Mapping[str, Any]], left: str
) -> TrialLine:
    return TrialLine(
        id=row["id"],
        rater=name,
        rater_id=row["person_id"],
        places={where[one["position"]]: _place(one) for one in said if one["position"] in where},
        positions={contestant: position for position, contestant in where.items()},
        both_bad=any(one["verdict"] == "both_bad" for one in said),
        note=row["note"] or (row["reply"] or "" if row["outcome"] == "unparseable" else ""),
        active_s=None if row["active_ms"] is None else row["active_ms"] / 1000,
        revised=row["number"] > 0,
        left=left,
    )


def _place(one: Mapping[str, Any]) -> str:
    return str(one["rank"]) if one["rank"] is not None else f"{one['score']:g}" if one["score"] is not None else ""


def prompts_of(opened: Opened, view: View, pick: TrialPick) -> list[int]:
    """The prompts behind a number, in the study's order: those of its part, on which the pair came out as the pick says."""
    kept = is_kept(opened, view.hard)
    if pick.part is not Part.ALL:
        kept &= np.array(names_of(opened, pick.part, view.hard.of)) == pick.name
    ids = {contestant.id: at for at, contestant in enumerate(opened.contestants)}
    if pick.of in ids and pick.against in ids:
        found = counts(opened, view, ids[pick.of], ids[pick.against])
        said = {Verdict.WIN: found.wins, Verdict.TIE: found.ties, Verdict.LOSS: found.losses}
        kept &= said[Verdict(pick.verdict)] > 0 if pick.verdict in set(Verdict) else sum(said.values()) > 0
    elif pick.of in ids:
        kept &= _judged(opened, view, ids[pick.of])
    for who in (pick.person, pick.beside):
        if who:
            kept &= _judged_by(opened, who)
    if pick.its and pick.theirs:
        kept &= _said(opened, view, pick)
    return [int(at) for at in np.flatnonzero(kept)]


def _judged(opened: Opened, view: View, of: int) -> Bits:
    """On which prompts something was said of this contestant."""
    ballots, found = opened.ballots(view.judged), np.zeros(len(opened.prompts), np.bool_)
    found[ballots.prompt[ballots.contestant == of]] = True
    return found


def _said(opened: Opened, view: View, pick: TrialPick) -> Bits:
    """On which prompts the two said that of the same pair."""
    worth = {Verdict.WIN: 1, Verdict.TIE: 0, Verdict.LOSS: -1}
    if not {pick.its, pick.theirs} <= set(worth):
        return np.zeros(len(opened.prompts), np.bool_)
    mine, theirs = (verdicts(opened, replace(view.judged, by=by)) for by in (pick.person, pick.beside))
    said = (mine == worth[Verdict(pick.its)]) & (theirs == worth[Verdict(pick.theirs)])
    return cast("Bits", said.any(axis=0))


def _judged_by(opened: Opened, person: str) -> Bits:
    of = np.zeros(len(opened.prompts), np.bool_)
    of[opened.rows.trial_prompt[opened.by_rater(person)]] = True
    return of
