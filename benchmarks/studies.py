"""What a lead and a rater of a large study wait for: 10,000 prompts × 4 systems × 10 people, beside what one would write instead.

    python -m benchmarks.studies --keep                        about six minutes; into docs/benchmarks.md
    python -m benchmarks.studies --prompts 500 --presses 20    a short look

The page of results and the next trial are measured in a real Chromium; resampling and models through the services that the
page asks. Beside them stands benchmarks/plain_studies.py: pandas, scipy and Plotly in one ordinary Streamlit script.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from benchmarks import plain_studies, study_pages, study_rows
from benchmarks.apps import FLAGS, p95, said
from benchmarks.machine import described, table, write_section
from benchmarks.study_pages import CLOSED, OPEN, SMALL
from core.domain.person import LOCAL_OWNER
from core.domain.study_results import Part, Reduction
from core.services.evaluating import result_numbers, result_views
from core.services.evaluating.result_views import View
from core.services.evaluating.results import Results
from core.services.studio import Studio
from core.studies.covariates import adjusted
from tests.chrome import MISSING, find_chrome
from tests.e2e.furnish import furnished

PEOPLE = 10
_LIBRARIES = ("streamlit", "duckdb", "numpy", "pandas", "scipy", "statsmodels", "playwright")
_RANKS = """copy (select p.position as prompt, t.person_id as person, y.name as system, v.rank, p.skill, p.author_difficulty as difficulty, r.words
from judgment_value v join judgment j on j.id = v.judgment_id join trial t on t.id = j.trial_id join study_prompt p on p.id = t.prompt_id
join trial_slot s on s.trial_id = t.id and s.position = v.position join candidate c on c.id = s.candidate_id
join system y on y.id = c.system_id join revision r on r.id = c.revision_id) to $path (format parquet)"""


@dataclass(frozen=True, kw_only=True)
class Worked:
    """Seconds of the services (the first reading apart from the rest), and of the script. `told`: how often progress was said."""

    read_s: float
    views_s: float
    rounds_s: float
    told: int
    strength_s: float
    covariate_s: float
    agreement_s: float
    plain_read_s: float
    plain_views_s: float
    plain_rounds_s: float
    plain_covariate_s: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Browser times in ms."""

    first: float
    again: list[float]
    votes: list[float]
    plain_first: float
    plain_again: list[float]
    trials: list[float]
    worked: Worked


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def work(studio: Studio, study_id: str, ranks: Path) -> Worked:
    """The services on the closed study, then the script on the same ranks."""
    project, results = studio.projects.open(LOCAL_OWNER, CLOSED), Results()
    read_s = timed(lambda: results.open(LOCAL_OWNER, project, study_id))
    opened, told, view, votes = (
        results.open(LOCAL_OWNER, project, study_id),
        [0],
        View(),
        View(reduction=Reduction.VOTES),
    )

    def note(_done: int, _total: int) -> None:
        told[0] += 1

    views_s = timed(
        lambda: [
            result_views.of_every_pair(opened, view),
            *(result_views.by_part(opened, view, 0, 1, part) for part in list(Part)[1:]),
        ]
    )
    rounds_s = timed(lambda: result_views.of_every_pair(opened, votes, note))
    strength_s = timed(lambda: result_numbers.strengths(opened, view, note))
    ballots, clusters = opened.ballots(view.judged), opened.clusters()
    frame = plain_studies.load(ranks)
    pairs = list(combinations(study_rows.SYSTEMS, 2))
    counts = [plain_studies.outcome_counts(frame, *pair) for pair in pairs]
    about = frame.groupby(level="prompt")[["skill", "difficulty"]].first()
    return Worked(
        read_s=read_s,
        views_s=views_s,
        rounds_s=rounds_s,
        told=told[0],
        strength_s=strength_s,
        covariate_s=timed(lambda: adjusted(ballots, clusters)),
        agreement_s=timed(lambda: result_numbers.agreements(opened, view, note)),
        plain_read_s=timed(lambda: plain_studies.load(ranks)),
        plain_views_s=timed(
            lambda: [
                *(plain_studies.verdicts(plain_studies.outcome_counts(frame, *pair)) for pair in pairs),
                *(
                    plain_studies.rates(plain_studies.verdicts(counts[0]), about[name])
                    for name in ("skill", "difficulty")
                ),
            ]
        ),
        plain_rounds_s=timed(lambda: plain_studies.bootstrap(counts)),
        plain_covariate_s=timed(lambda: plain_studies.by_length(ranks)),
    )


def measure(folder: Path, chrome: Path, asked: argparse.Namespace) -> Measured:
    with furnished(folder) as home:
        closed = study_rows.fill(home.project(CLOSED).database, asked.prompts, PEOPLE, closed=True)
        study_rows.fill(home.project(SMALL).database, 40, 3, closed=True)
        going = study_rows.fill(
            home.project(OPEN).database, asked.prompts, PEOPLE - 1, closed=False, waits_for=(LOCAL_OWNER.person_id,)
        )
        with home.project(CLOSED).database.cursor() as cursor:
            cursor.execute(_RANKS, {"path": str(folder / "ranks.parquet")})
    with furnished(folder) as home:  # opened anew, as people find it
        worked = work(home.studio, closed, folder / "ranks.parquet")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chrome), args=FLAGS)
        trials = study_pages.of_judge(browser, folder, going, asked.presses)
        first, again, votes = study_pages.of_studio(browser, folder, asked.times)
        plain_first, plain_again = study_pages.of_plain(browser, folder, asked.times)
        browser.close()
    return Measured(
        first=first,
        again=again,
        votes=votes,
        plain_first=plain_first,
        plain_again=plain_again,
        trials=trials,
        worked=worked,
    )


def report(found: Measured, asked: argparse.Namespace) -> str:
    """The section of docs/benchmarks.md."""
    did = found.worked
    votes = asked.prompts * PEOPLE * 6
    browser = [
        ("Results: the first opening since the app's start, ms", "≤ 1,000", f"{found.first:,.0f}", f"{found.plain_first:,.0f}"),
        ("Results: opened again; the script: another opponent, ms", "≤ 1,000", said(found.again), said(found.plain_again)),
        ("All votes, until every interval is there, ms", "–", f"{median(found.votes):,.0f}", "–"),
        (f"Next trial: Enter → its second frame, ms, {len(found.trials)} presses", "p95 ≤ 100", f"{median(found.trials):,.0f} / {p95(found.trials):,.0f}", "–"),
    ]  # fmt: skip
    services = [
        ("Reading the study, s", "–", f"{did.read_s:.2f}", f"{did.plain_read_s:.2f}"),
        ("Verdicts of every pair, by skill, difficulty, epoch, operation; the script: by skill and difficulty, s", "–", f"{did.views_s:.2f}", f"{did.plain_views_s:.2f}"),
        ("1,000 bootstrap rounds of all votes, 6 pairs, from counts by prompt, s", "≤ 10", f"{did.rounds_s:.2f}", f"{did.plain_rounds_s:.1f}"),
        ("Strengths (1,000 fits), mean ranks and the covariate model, s", "–", f"{did.strength_s:.2f}", "–"),
        ("Covariate model alone (length and position; the script: length), clustered errors, s", "≤ 5", f"{did.covariate_s:.2f}", f"{did.plain_covariate_s:.1f}"),
        ("Fleiss, Krippendorff (nominal and ordinal), Cohen for 45 pairs of people, s", "–", f"{did.agreement_s:.2f}", "–"),
    ]  # fmt: skip
    return f"""{asked.prompts:,} prompts × {len(study_rows.SYSTEMS)} systems × {PEOPLE} people, ranked: {votes:,} votes.
{described(*_LIBRARIES)}

p50 / p95 where there are two numbers. Results are opened by a press on the study's button in a session that stands; Plotly's code is in the
browser already, from a small study. The page shows four figures; every further question at the same place in the log is answered from
memory. The rater is the tenth of ten, with the nine others' judgments in the file. "Script" is `benchmarks/plain_studies.py`: pandas, scipy,
statsmodels and Plotly in one Streamlit page with three figures, with its table in the right form and in Streamlit's cache.

{table(("In Chromium", "aim", "studio", "script"), browser)}

{table(("Without a browser", "aim", "studio", "script"), services)}

Progress was told {did.told:,} times meanwhile. `python -m benchmarks.studies --keep` measures again."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=10_000)
    parser.add_argument("--presses", type=int, default=120)
    parser.add_argument("--times", type=int, default=8, help="results opened again")
    parser.add_argument("--keep", action="store_true", help="write the result into docs/benchmarks.md")
    asked = parser.parse_args()
    chrome = find_chrome()
    if chrome is None:
        sys.exit(MISSING)
    with TemporaryDirectory(prefix="study-benchmark-") as folder:
        text = report(measure(Path(folder), Path(chrome), asked), asked)
    print(text)
    if asked.keep:
        write_section("studies", f"A study of {asked.prompts:,} prompts", text)


if __name__ == "__main__":
    main()
