"""The trials behind a number: the prompt, every response with who made it, and what each rater said of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from core.domain.person import Actor
from core.domain.study_results import Part, Rest, TrialPick, Verdict
from core.services.access import may_read
from core.services.evaluating import result_rest
from core.services.evaluating.result_people import left_out
from core.services.evaluating.result_views import View, counts, is_kept, names_of, verdicts
from core.services.evaluating.results import Opened
from core.services.projects import Project
from core.store import result_trial_reading
from core.store.result_reading import Bits
from core.store.result_trial_reading import TrialRows

FOREIGN = "another prompt"  # no id of a contestant has a space


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A response and who made it."""

    contestant: str
    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialLine:
    """What one rater said in one trial: for each contestant (id) its position from 0 and its rank or score; "" for nothing readable.

    The text of another prompt, in an attention trial, is the contestant FOREIGN.
    """

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
    """One prompt with its responses and its trials. `missing`: the names of who has no response to it."""

    id: str
    key: str
    text: str
    skill: str
    difficulty: str
    shown: tuple[Shown, ...]
    missing: tuple[str, ...]
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
    rest = Rest(pick.rest) if pick.rest in set(Rest) else None
    is_wanted = result_rest.is_of(rest, opened.rows.excluded)
    rows = result_trial_reading.trials(project.database, [prompt.id for prompt in wanted], is_wanted)
    texts = {row["id"]: row["text"] for row in rows.prompts}
    by = None if rest is Rest.PILOT else {view.judged.by, pick.person, pick.beside}
    shown, lines = _shown(opened, rows), _lines(opened, by, view, rows)
    return TrialPage(
        prompts=tuple(
            PromptTrials(
                id=one.id,
                key=one.key,
                text=texts.get(one.id, ""),
                skill=one.skill or "",
                difficulty=_difficulties(one.author_difficulty, one.model_difficulty),
                shown=tuple(shown[one.id]),
                missing=_missing(opened, shown[one.id]),
                trials=tuple(lines[one.id]),
            )
            for one in wanted
        ),
        total=len(found),
    )


def _difficulties(author: float | None, model: float | None) -> str:
    said = [f"{value:g} ({who})" for value, who in ((author, "author"), (model, "model")) if value is not None]
    return ", ".join(said)


def _missing(opened: Opened, shown: Sequence[Shown]) -> tuple[str, ...]:
    there = {one.contestant for one in shown}
    return tuple(one.name for one in opened.contestants if one.id not in there)


def _shown(opened: Opened, rows: TrialRows) -> dict[str, list[Shown]]:
    names = {one.id: one.name for one in opened.contestants}
    found: dict[str, list[Shown]] = defaultdict(list)
    for row in rows.texts:
        name = names.get(row["contestant"], row["contestant"])
        found[row["prompt_id"]].append(Shown(contestant=row["contestant"], name=name, text=row["text"]))
    return found


def _lines(opened: Opened, by: set[str] | None, view: View, rows: TrialRows) -> dict[str, list[TrialLine]]:
    """Of the raters that are looked at (None: of all), by prompt."""
    raters = {rater.id: rater for rater in opened.raters}
    left = {one.subject: one.reason for one in left_out(opened).values()}
    asked = {row["id"]: row["prompt_id"] for row in rows.trials}
    where: dict[str, dict[int, str]] = defaultdict(dict)
    for row in rows.shown:
        is_own = row["prompt_id"] == asked[row["trial_id"]]
        where[row["trial_id"]][row["position"]] = row["contestant"] if is_own else FOREIGN
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.said:
        if row["criterion"] == view.judged.criterion:
            said[row["judgment_id"]].append(row)
    found: dict[str, list[TrialLine]] = defaultdict(list)
    for row in rows.trials:
        rater = raters.get(row["person_id"])
        if rater is not None and (by is None or by & {rater.kind, rater.id}):
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
    if pick.rest:
        of = result_rest.prompts(opened, view, Rest(pick.rest)) if pick.rest in set(Rest) else np.zeros(0, np.bool_)
        return [int(at) for at in np.flatnonzero(of)]
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
