"""Preferences between texts of one prompt, and tournaments of siblings: which operation makes the better child of one parent."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.domain.study_numbers import OperationStrength, Preference
from core.studies.ballots import Ballots, Contestant
from core.studies.bootstrap import Bootstrap, clusters_of
from core.studies.strength import strengths
from core.studies.tally import tally, votes


def preferences(ballots: Ballots) -> tuple[Preference, ...]:
    """A pair of chosen and rejected for every two contestants of a prompt of which one has more votes, by prompt.

    Contestants may be systems, or single texts (children of one parent). Equal votes make no pair. The form is that of DPO
    (Rafailov et al. 2023); the margin lets a user leave out what was nearly even.
    """
    cast, many = votes(ballots), len(ballots.contestants)
    a, b = ballots.contestant[cast.first], ballots.contestant[cast.second]
    pairs, pair = np.unique((ballots.prompt[cast.first] * many + a) * many + b, return_inverse=True)
    wins, ties, losses = (np.bincount(pair[cast.outcome == said], minlength=len(pairs)) for said in (1, 0, -1))
    return tuple(
        _preference(ballots, int(key), int(won), int(tied), int(lost))
        for key, won, tied, lost in zip(pairs, wins, ties, losses, strict=True)
        if won != lost
    )


def operation_strengths(ballots: Ballots, operation_of: Sequence[str], how: Bootstrap) -> tuple[OperationStrength, ...]:
    """Strengths of operations from children ranked among siblings; `operation_of`: one for each contestant (a child).

    Parents are blocks: only children of one parent are ever compared, so how hard a parent is cancels out; siblings of one operation say
    nothing. Intervals resample the clusters of the parents (seeds).
    """
    names, operation = np.unique(np.asarray(operation_of, dtype=np.str_), return_inverse=True)
    grouped = replace(
        ballots,
        contestants=tuple(Contestant(id=str(name), name=str(name)) for name in names),
        contestant=operation[ballots.contestant].astype(np.int64),
    )
    found = strengths(tally(grouped), clusters_of(grouped), how)
    return tuple(OperationStrength(operation=str(name), strength=one) for name, one in zip(names, found, strict=True))


def _preference(ballots: Ballots, key: int, won: int, tied: int, lost: int) -> Preference:
    rest, second = divmod(key, len(ballots.contestants))
    prompt, first = divmod(rest, len(ballots.contestants))
    chosen, rejected = (first, second) if won > lost else (second, first)
    return Preference(
        prompt=ballots.prompts[prompt].id,
        chosen=ballots.contestants[chosen].id,
        rejected=ballots.contestants[rejected].id,
        votes_for=max(won, lost),
        votes_against=min(won, lost),
        ties=tied,
        margin=abs(won - lost) / (won + tied + lost),
    )
