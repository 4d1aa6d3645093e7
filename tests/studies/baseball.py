"""The American League's eastern division of 1987 (Agresti, Categorical Data Analysis, 2nd edition 2002, table 10.10): games as votes."""

import numpy as np

from core.studies.ballots import Ballots
from tests.studies.voting import Box, Said, cast

TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
# HOME_WINS[a][b], AWAY_WINS[a][b]: games of a at home against b, won by a and won by b.
HOME_WINS = (
    (0, 4, 4, 4, 6, 4, 6), (3, 0, 4, 4, 6, 6, 4), (2, 4, 0, 2, 4, 4, 6), (3, 5, 2, 0, 4, 4, 6),
    (5, 2, 3, 4, 0, 5, 6), (2, 3, 3, 4, 4, 0, 2), (2, 1, 1, 2, 1, 3, 0),
)  # fmt: skip
AWAY_WINS = (
    (0, 3, 2, 3, 1, 2, 0), (3, 0, 2, 3, 0, 1, 3), (5, 3, 0, 4, 3, 2, 0), (3, 1, 5, 0, 3, 2, 1),
    (1, 5, 3, 2, 0, 2, 0), (5, 3, 4, 3, 2, 0, 4), (5, 5, 6, 4, 6, 4, 0),
)  # fmt: skip
# Table 10.11: the third column (log-odds against Baltimore), and the fifth (shares, home advantage held equal).
AGAINST_BALTIMORE = (1.58, 1.44, 1.29, 1.25, 1.11, 0.68)
HOME_ADVANTAGE = 0.302
SHARES_AT_EQUAL_HOME = (0.220, 0.190, 0.164, 0.157, 0.137, 0.088, 0.044)


def games() -> Ballots:
    """Each game a trial (and a prompt of its own): the home team stands at the left."""
    said = []
    for home, row in enumerate(HOME_WINS):
        for away, won in enumerate(row):
            lost = AWAY_WINS[home][away]
            said += [Said(prompt=len(said) + at, shown=(home, away), places=(1, 2)) for at in range(won)]
            said += [Said(prompt=len(said) + at, shown=(home, away), places=(2, 1)) for at in range(lost)]
    return cast(Box(contestants=TEAMS, prompts=len(said)), said)


def wins() -> np.ndarray:
    return np.array(HOME_WINS, dtype=np.float64) + np.array(AWAY_WINS, dtype=np.float64).T
