"""What stands behind no number: pilots, repeats, what could not be read, who is left out, what is missing; counted, and found again."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from core.domain.study_results import Rest
from core.domain.trial import TrialOrigin
from core.services.evaluating.result_views import View
from core.services.evaluating.results import Opened
from core.store.result_reading import ORIGINS, Bits
from core.studies.ballots import Ints


def not_counted(opened: Opened, view: View) -> Mapping[Rest, int]:
    """How many trials, responses or prompts of each kind; of raters, those that are looked at (of the pilot, all)."""
    found = {rest: int(trials(opened, view, rest).sum()) for rest in Rest if rest.is_of_trials}
    return found | {
        Rest.MISSING: int(opened.rows.missing.sum()),
        Rest.UNCOMPARED: int(_uncompared(opened, view).sum()),
    }


def trials(opened: Opened, view: View, rest: Rest) -> Bits:
    """Which trials of the study are of this kind."""
    rows = opened.rows
    if rest is Rest.PILOT:
        return rows.trial_pilot & rows.trial_judged
    main = ~rows.trial_pilot & opened.by_rater(view.judged.by)
    kinds: Mapping[Rest, Bits] = {
        Rest.REPEATS: rows.trial_judged & (rows.trial_origin == ORIGINS.index(TrialOrigin.REPEAT)),
        Rest.ATTENTION: rows.trial_judged & (rows.trial_origin == ORIGINS.index(TrialOrigin.ATTENTION)),
        Rest.UNPARSEABLE: rows.trial_unparseable,
        Rest.OF_EXCLUDED: rows.trial_judged & opened.is_excluded,
        Rest.EXCLUDED: rows.trial_judged & rows.trial_excluded,
    }
    return main & kinds[rest]


def prompts(opened: Opened, view: View, rest: Rest) -> Bits:
    """On which prompts there is something of this kind."""
    if rest is Rest.MISSING:
        return opened.rows.missing > 0
    if rest is Rest.UNCOMPARED:
        return _uncompared(opened, view)
    found: Bits = np.zeros(len(opened.prompts), np.bool_)
    found[opened.rows.trial_prompt[trials(opened, view, rest)]] = True
    return found


def is_of(rest: Rest | None, excluded: frozenset[str]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a trial, as a row of core/store/result_trial_reading.py, is of this kind; of none: whether it counts as fresh."""

    def fresh(row: Mapping[str, Any]) -> bool:
        return row["origin"] == TrialOrigin.FRESH and not row["pilot"]

    def came_back(origin: TrialOrigin) -> Callable[[Mapping[str, Any]], bool]:
        return lambda row: row["origin"] == origin and not row["pilot"] and row["outcome"] == "judged"

    kinds: Mapping[Rest, Callable[[Mapping[str, Any]], bool]] = {
        Rest.PILOT: lambda row: bool(row["pilot"]) and row["outcome"] == "judged",
        Rest.REPEATS: came_back(TrialOrigin.REPEAT),
        Rest.ATTENTION: came_back(TrialOrigin.ATTENTION),
        Rest.UNPARSEABLE: lambda row: not row["pilot"] and row["outcome"] == "unparseable",
        Rest.OF_EXCLUDED: lambda row: not row["pilot"] and row["outcome"] == "judged" and row["person_id"] in excluded,
        Rest.EXCLUDED: lambda row: not row["pilot"] and row["outcome"] == "judged" and row["id"] in excluded,
    }
    return kinds.get(rest, fresh) if rest is not None else fresh


def _uncompared(opened: Opened, view: View) -> Bits:
    votes = opened.tally(view.judged)
    counted: Ints = votes.wins.sum(axis=(1, 2)) + votes.ties.sum(axis=(1, 2))
    return cast("Bits", counted == 0)
