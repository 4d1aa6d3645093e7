"""Raters one by one: how much and how fast, what sways them, whether they repeat themselves; who is left out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.domain.overview import Share
from core.domain.study import StudyEventKind
from core.domain.study_numbers import Estimate, SelfAgreement
from core.domain.trial import TrialOrigin
from core.services.evaluating.result_numbers import Told
from core.services.evaluating.result_views import ROUNDS, View
from core.services.evaluating.results import Opened
from core.store.result_reading import ORIGINS, Bits
from core.studies import raters as statistics
from core.studies.ballots import Ints
from core.studies.bootstrap import Bootstrap

_ATTENTION = ORIGINS.index(TrialOrigin.ATTENTION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A person or a trial that counts in no result. `after_unblinding`: somebody could know who was who when that was said."""

    subject: str
    reason: str
    after_unblinding: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonLine:
    """One rater. `active_s` is the median of a trial's active time; `position`: the share of decided votes that went to the left."""

    id: str
    name: str
    kind: str
    judged: int
    revised: int
    active_s: float | None
    position: Estimate
    again: SelfAgreement
    attention: Share
    left: Left | None


def left_out(opened: Opened) -> dict[str, Left]:
    """Who and what is left out now, by id."""
    found: dict[str, Left] = {}
    known_from = opened.unblinded_at
    for event in opened.events:
        if event.kind in (StudyEventKind.EXCLUDED, StudyEventKind.INCLUDED) and event.subject:
            found.pop(event.subject, None)
        if event.kind is StudyEventKind.EXCLUDED and event.subject:
            late = known_from is not None and event.seq > known_from
            found[event.subject] = Left(subject=event.subject, reason=event.reason, after_unblinding=late)
    return found


def people(opened: Opened, view: View, told: Told) -> tuple[PersonLine, ...]:
    """Every rater, those left out too: whoever is left out is looked at the same way."""
    everybody = np.ones(len(opened.rows.trial_prompt), np.bool_)
    first, again = (
        opened.said(view.judged.criterion, origin, everybody) for origin in (TrialOrigin.FRESH, TrialOrigin.REPEAT)
    )
    clusters, many = opened.clusters(), len(opened.raters)

    def how(part: int) -> Bootstrap:
        return Bootstrap(
            rounds=ROUNDS, seed=view.seed, progress=lambda done, total: told(part * total + done, 2 * total)
        )

    position = statistics.position_bias(first, clusters, how(0))
    repeated = statistics.self_agreement(first, again, clusters, how(1))
    rater, passed = _attention(opened, view.judged.criterion)
    attention = statistics.attention(rater, passed, many)
    left = left_out(opened)
    return tuple(
        _line(opened, at, position[at], repeated[at], attention[at], left.get(opened.raters[at].id))
        for at in range(many)
    )


def _line(
    opened: Opened, at: int, position: Estimate, again: SelfAgreement, attention: Share, left: Left | None
) -> PersonLine:
    rows, rater = opened.rows, opened.raters[at]
    own = (rows.trial_rater == at) & rows.trial_judged & ~rows.trial_pilot
    active = rows.trial_active_ms[own & (rows.trial_active_ms >= 0)]
    return PersonLine(
        id=rater.id,
        name=rater.name,
        kind=rater.kind,
        judged=int(own.sum()),
        revised=int((own & (rows.trial_number > 0)).sum()),
        active_s=float(np.median(active)) / 1000 if len(active) else None,
        position=position,
        again=again,
        attention=attention,
        left=left,
    )


def _attention(opened: Opened, criterion: str) -> tuple[Ints, Bits]:
    """Of each attention trial its rater, and whether it was passed."""
    rows = opened.rows
    is_asked = (rows.trial_origin == _ATTENTION) & rows.trial_judged & ~rows.trial_pilot
    key = rows.criteria.index(criterion) if criterion in rows.criteria else -1
    texts: Mapping[int, list[int]] = _by_trial(rows.trial, is_asked[rows.trial] & (rows.criterion == key))
    rater, passed = [], []
    for trial, at in texts.items():
        foreign = [nth for nth, row in enumerate(at) if rows.is_foreign[row]]
        if len(foreign) == 1:
            rater.append(int(rows.trial_rater[trial]))
            passed.append(statistics.passes([float(rows.place[row]) for row in at], foreign[0]))
    return np.array(rater, np.int64), np.array(passed, np.bool_)


def _by_trial(trial: Ints, among: Bits) -> dict[int, list[int]]:
    """Rows in the order of their positions, by trial."""
    found: dict[int, list[int]] = {}
    for row in np.flatnonzero(among):
        found.setdefault(int(trial[row]), []).append(int(row))
    return found
