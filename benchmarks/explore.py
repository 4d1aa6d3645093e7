"""How long do Explore's numbers take when nothing of them is kept, beside the same aggregates in pandas?

    python -m benchmarks.explore                    250,000 instructions; writes docs/benchmarks.md
    python -m benchmarks.explore --rows 20000       another number, which is only printed
    python -m benchmarks.explore --folder FOLDER    keeps the project that it makes there, and takes it again

A finished run as the engine writes it, with its checks and calls; of its survivors 10,000 are decided and 2,000 were scored by people.
The studio asks its own file; pandas is given the same narrow columns as Parquet and first reads them, which is told apart. Each in a
process of its own; every question is asked ten times, and the middle and the slowest are told.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.machine import described, table, write_section

ROOT = Path(__file__).parents[1]
ROWS, DECIDED, SCORED, REPEATS, AIM_MS = 250_000, 10_000, 2_000, 10, 500
_TABLES = {
    "instruction": "select id::varchar as id, kind, seed_id::varchar as seed_id, epoch, operation, made_by::varchar as made_by, pack_hash from instruction",
    "state": """select id::varchar as id, run_status, human_status, revision_id::varchar as revision_id, difficulty, words_added
      from instruction_state""",
    "revision": "select id::varchar as id, words from revision",
    "check": "select instruction_id::varchar as id, rule, verdict from rule_check",
    "call": """select c.kind, c.system_id::varchar as system_id, t.subject_id::varchar as id, c.tokens_in, c.tokens_out, c.worst_tokens, c.cost_usd
      from call c join task t on t.id = c.task_id""",
    "skill": "select id::varchar as id, skill from seed_now",
    "said": "select revision_id::varchar as revision_id, score from difficulty_said",
}
_ASKED = ("funnel", "rates", "money", "hardness", "length")
Times = dict[str, list[float]]


def build(path: Path, n: int) -> None:
    """A project of so many instructions, some of them decided and scored."""
    from benchmarks.exports import build as grown
    from benchmarks.review_rows import decide_some
    from benchmarks.store_rows import NOW
    from core.domain import ids
    from core.domain.decision import Act, Submission
    from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
    from core.store.database import open_database
    from core.store.decision_log import decide
    from core.store.instruction_rows import instruction_from

    grown(path, n)
    database = open_database(path, "project")
    rows = database.query(
        """select i.* exclude (seq) from instruction i join instruction_state s on s.id = i.id
        where s.run_status = 'survived' order by i.seq limit ?""",
        [DECIDED],
    )
    survivors = [instruction_from(row) for row in rows]
    decide_some(database, survivors)
    for start in range(0, SCORED, 200):
        some = survivors[start : start + 200]
        trials = [
            Trial(id=ids.label_id(one.id, "score", "ann"), kind=TrialKind.DIFFICULTY, person_id="ann", origin=TrialOrigin.FRESH)
            for one in some
        ]  # fmt: skip
        slots = [
            TrialSlot(trial_id=trial.id, position=0, revision_id=ids.revision_id(one.id))
            for trial, one in zip(trials, some, strict=True)
        ]
        database.writer.append_now([*trials, *slots])
        said = [Submission(trial_id=one.id, act=Act.SCORE, score=1 + number % 10) for number, one in enumerate(trials)]
        decide(database, "ann", said, NOW)
    for name, sql in _TABLES.items():
        with database.cursor() as cursor:
            cursor.sql(sql).write_parquet(str(path.parent / f"{name}.parquet"))
    database.close()


def _fresh(name: str, *asked: object) -> object:
    """One question to a view that keeps nothing yet."""
    from core.services.exploring.survival import Survival

    return getattr(Survival(), name)(*asked)


def in_the_studio(path: Path) -> Times:
    """The view's own questions; a new memory each time, so that nothing is kept."""
    from core.domain.coverage import Cell
    from core.domain.explore import Scope
    from core.domain.person import LOCAL_OWNER
    from core.services.exploring.coverage import Coverages
    from core.services.exploring.survival import Survival
    from core.services.projects import Projects

    projects = Projects(path.parent)
    project = projects.open_file(LOCAL_OWNER, path)
    ask: dict[str, Callable[[], object]] = {
        name: partial(_fresh, name, LOCAL_OWNER, project, Scope()) for name in _ASKED
    }
    cell = Cell(skill=str(project.database.query("select max(skill) as skill from seed_now")[0]["skill"]), difficulty=8)
    ask["grid"] = lambda: Coverages().grid(LOCAL_OWNER, project)
    ask["curve"] = lambda: Coverages().curve(LOCAL_OWNER, project)
    ask["aim"] = lambda: Coverages().aim(LOCAL_OWNER, project, cell)
    kept = Survival()
    kept.rates(LOCAL_OWNER, project, Scope())
    found = _timed({**ask, "kept": lambda: kept.rates(LOCAL_OWNER, project, Scope())})
    projects.close()
    return found


def in_pandas(path: Path) -> Times:
    """The same sums over frames in memory; reading them is the first of the times."""
    import pandas as pd

    began = time.perf_counter()
    frames = {name: pd.read_parquet(path.parent / f"{name}.parquet") for name in _TABLES}
    read_ms = 1000 * (time.perf_counter() - began)
    return {"read": [read_ms], **_timed({name: partial(one, frames) for name, one in _SUMS.items()})}


def _joined(frames: Mapping[str, Any]) -> Any:
    found = frames["instruction"].merge(frames["state"], on="id")
    return found[found.revision_id.notna() & (found.kind != "prompt")]


def _funnel(frames: Mapping[str, Any]) -> object:
    return _joined(frames).groupby(["kind", "run_status", "human_status"], dropna=False).size()


def _rates(frames: Mapping[str, Any]) -> object:
    skill = frames["skill"].rename(columns={"id": "seed_id"})
    found = _joined(frames).merge(skill, on="seed_id", how="left")
    parts = ("operation", "epoch", "skill", "made_by", "pack_hash")
    told = [found.groupby([part, "run_status", "human_status"], dropna=False).size() for part in parts]
    return [*told, frames["check"].groupby(["rule", "verdict"]).size()]


def _money(frames: Mapping[str, Any]) -> object:
    calls = frames["call"].merge(frames["instruction"][["id", "operation"]], on="id")
    calls["tokens"] = (calls.tokens_in + calls.tokens_out).fillna(calls.worst_tokens)
    return calls.groupby(["operation", "kind", "system_id"], dropna=False).agg(
        {"tokens": "sum", "cost_usd": ["sum", "count", "size"]}
    )


def _hardness(frames: Mapping[str, Any]) -> object:
    found = _joined(frames)
    kept = found[(found.run_status == "survived") | (found.kind == "seed")]
    people = frames["said"].groupby("revision_id").score.mean().rename("people").reset_index()
    pairs = kept.merge(people, on="revision_id")
    return kept.groupby("epoch").difficulty.agg(["count", "mean", "std"]), pairs[["people", "difficulty"]].corr(
        "spearman"
    )


def _length(frames: Mapping[str, Any]) -> object:
    found = _joined(frames)
    kept = found[(found.run_status == "survived") | (found.kind == "seed")]
    words = kept.merge(frames["revision"].rename(columns={"id": "revision_id"}), on="revision_id")
    spread = words.groupby("epoch").words.quantile([0.05, 0.25, 0.5, 0.75, 0.95])
    return spread, found.groupby(["epoch", "operation", "run_status", "words_added"]).size()


def _grid(frames: Mapping[str, Any]) -> object:
    found = _joined(frames).merge(frames["skill"].rename(columns={"id": "seed_id"}), on="seed_id", how="left")
    column = (found.difficulty + 0.5).floordiv(1).clip(1, 10)
    return found.groupby(["skill", column, "run_status", "human_status"], dropna=False).size()


_SUMS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "funnel": _funnel,
    "rates": _rates,
    "money": _money,
    "hardness": _hardness,
    "length": _length,
    "grid": _grid,
}


def _timed(ask: Mapping[str, Callable[[], object]]) -> Times:
    found: Times = {}
    for name, one in ask.items():
        one()  # the first reads what the later ones find in memory
        found[name] = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            one()
            found[name].append(1000 * (time.perf_counter() - began))
    return found


def in_a_process(way: str, path: Path) -> Times:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.explore", "--one", way, str(path)], cwd=ROOT, check=True, capture_output=True, text=True
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def measure(folder: Path, n: int) -> list[tuple[str, ...]]:
    path = folder / "explore.duckdb"
    if not path.exists():
        began = time.perf_counter()
        build(path, n)
        print(f"built in {time.perf_counter() - began:.0f} s", flush=True)
    studio, pandas = in_a_process("studio", path), in_a_process("pandas", path)
    rows: list[tuple[str, ...]] = [("reading the tables into memory", "–", "–", f"{pandas['read'][0]:,.0f} ms")]
    names = {
        "kept": "rates, asked again while nothing happened",
        "hardness": "difficulty, people against the model",
        "grid": "coverage: skills and difficulties",
        "curve": "coverage: how the cells filled",
        "aim": "coverage: a run that aims at a cell",
    }
    for name, times in studio.items():
        beside = f"{median(pandas[name]):,.0f} ms" if name in pandas else "–"
        rows.append((names.get(name, name), f"{median(times):,.1f} ms", f"{max(times):,.0f} ms", beside))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("WAY", "PROJECT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        way, path = asked.one
        print(json.dumps({"studio": in_the_studio, "pandas": in_pandas}[way](Path(path))))
        return
    where = described("duckdb", "pandas")
    with TemporaryDirectory(prefix="explore-") as folder:
        rows = measure(asked.folder or Path(folder), asked.rows)
    said = (
        f"{asked.rows:,} instructions with their checks and calls, {DECIDED:,} decided, {SCORED:,} scored by people. Aim: {AIM_MS} ms for each part of the view."
        f" {where}\n\n{table(('', 'studio, middle', 'slowest', 'pandas, frames in memory'), rows)}"
    )
    print(said)
    if asked.rows == ROWS:
        write_section("explore", f"What became of {ROWS:,} instructions: Explore's numbers", said)


if __name__ == "__main__":
    main()
