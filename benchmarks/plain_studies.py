"""What one would write in an afternoon to see the results of the same study: pandas, scipy and Plotly in one Streamlit script.

For benchmarks/studies.py, which uses its functions without a page too. It reads a table of ranks (prompt, person, system, rank, skill,
difficulty, words) and shows one pair: wins, ties and losses, win rate by skill and by difficulty with Wilson intervals.
"""

import os
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.express as px
import streamlit as st
from scipy.stats import binomtest

ROUNDS = 1000


def load(path: Path) -> pd.DataFrame:
    """Ranks in a row for each prompt and person."""
    rows = pd.read_parquet(path)
    about = rows.groupby("prompt")[["skill", "difficulty"]].first()
    return rows.pivot_table(index=["prompt", "person"], columns="system", values="rank").join(about, on="prompt")


def outcome_counts(ranks: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """By prompt: how many people said win, tie, loss."""
    said = (ranks[second] - ranks[first]).apply(np.sign).map({1.0: "win", 0.0: "tie", -1.0: "loss"})
    counts = said.groupby(level="prompt").value_counts().unstack(fill_value=0)
    whole: pd.DataFrame = counts.reindex(columns=["win", "tie", "loss"], fill_value=0)
    return whole


def verdicts(counts: pd.DataFrame) -> pd.Series:
    """Most votes; equal top counts tie."""
    best = counts.max(axis=1)
    alone = counts.eq(best, axis=0).sum(axis=1) == 1
    return counts.idxmax(axis=1).where(alone, "tie")


def rates(said: pd.Series, by: pd.Series) -> pd.DataFrame:
    """Win rate with Wilson intervals by group."""
    found = []
    for name, group in said.groupby(by):
        wins, losses = int((group == "win").sum()), int((group == "loss").sum())
        if wins + losses:
            ends = binomtest(wins, wins + losses).proportion_ci(method="wilson")
            found.append((name, wins / (wins + losses), ends.low, ends.high, wins + losses))
    return pd.DataFrame(found, columns=["group", "rate", "low", "high", "n"])


def bootstrap(tables: Sequence[pd.DataFrame], rounds: int = ROUNDS) -> list[tuple[float, float]]:
    """Intervals of the win rate of all votes: prompts drawn with replacement."""
    found = []
    for counts in tables:
        drawn = []
        for seed in range(rounds):
            sums = counts.sample(len(counts), replace=True, random_state=seed).sum()
            drawn.append(sums["win"] / (sums["win"] + sums["loss"]))
        found.append(tuple(np.quantile(drawn, [0.025, 0.975])))
    return found


def by_length(path: Path) -> Any:
    """A logistic regression on every vote, with errors clustered by prompt."""
    import statsmodels.api as sm

    rows = pd.read_parquet(path)
    systems = sorted(rows["system"].unique())
    wide = rows.pivot_table(index=["prompt", "person"], columns="system", values=["rank", "words"])
    parts = []
    for first, second in combinations(systems, 2):
        won = np.sign(wide["rank", second] - wide["rank", first])
        part = pd.DataFrame(
            {"won": (won > 0).astype(float), "length": np.log(wide["words", first] / wide["words", second])}
        )
        for system in systems[1:]:
            part[system] = float(first == system) - float(second == system)
        parts.append(part[won != 0])
    votes = pd.concat(parts)
    model = sm.Logit(votes["won"], votes.drop(columns="won"))
    return model.fit(disp=0, cov_type="cluster", cov_kwds={"groups": votes.index.get_level_values("prompt")})


def page() -> None:
    """The script as a page."""
    st.set_page_config(layout="wide")
    ranks = st.cache_data(load)(Path(os.environ["EVOL_STUDIO_HOME"]) / "ranks.parquet")
    systems = [one for one in ranks.columns if one not in ("skill", "difficulty")]
    first = st.selectbox("System", systems, index=1)
    second = st.selectbox("Against", [one for one in systems if one != first])
    st.header(f"{first} against {second}")
    counts = outcome_counts(ranks, first, second)
    said = verdicts(counts)
    about = ranks.groupby(level="prompt")[["skill", "difficulty"]].first()
    st.plotly_chart(px.bar(said.value_counts(), orientation="h"), key="outcomes")
    for name in ("skill", "difficulty"):
        table = rates(said, about[name])
        st.plotly_chart(px.scatter(table, x="group", y="rate", error_y=table["high"] - table["rate"]), key=name)


if st.runtime.exists():
    page()
