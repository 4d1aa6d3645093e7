"""How fast does a project leave and come back, and how much memory does that take, at a tenth of the rows and at all of them?

    python -m benchmarks.exports                 250,000 rows; writes docs/benchmarks.md
    python -m benchmarks.exports --rows 20000    another number, which is only printed

A finished run as the engine writes it (seeds and their children, with checks, calls and responses) is taken out in each format; a
tenth of it also as a lineage, which then goes into a new project. Beside it, what one would write otherwise: the same columns by one
query into pandas or `datasets`, which write JSON lines and Parquet. Each in a process of its own: time by the clock, memory over the process before
it began, looked at 50 times a second. Of that memory, the database keeps what it likes up to its own limit: for exports 100 MB here,
which shows what the export itself holds; for the way back its usual 1 GB.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.imports import _peak as peak_of
from benchmarks.machine import described, table, write_section
from benchmarks.store_rows import EPOCHS, SETTINGS, SOURCE_FACT, SYSTEM, run_of, trees

ROOT = Path(__file__).parents[1]
ROWS = 250_000
OTHERS = ("pandas-jsonl", "pandas-parquet", "datasets-jsonl", "datasets-parquet")
MEMORY = "100MB"


def build(path: Path, n: int) -> None:
    """A project of so many rows."""
    from core.domain.person import LOCAL_OWNER
    from core.services.projects import Projects
    from core.store.run_reading import settings_as_json

    n_seeds = n // (EPOCHS + 1)
    projects = Projects(path.parent)
    writer = projects.open_file(LOCAL_OWNER, path).database.writer
    writer.append_now([SOURCE_FACT, SYSTEM, run_of(n_seeds, settings_as_json(SETTINGS))])
    facts: list[object] = []
    for tree in trees(0, n_seeds):
        facts += [*tree.seed_facts, *(fact for step in tree.steps for fact in step)]
        if len(facts) > 20_000:
            writer.append_now(facts)
            facts = []
    writer.append_now(facts)
    projects.close()


def one(way: str, path: Path, file: Path) -> dict[str, float]:
    """Take one format out of the project, or ("import") the file into a new one."""
    from core.domain.export import ExportFormat, Order
    from core.domain.person import LOCAL_OWNER
    from core.domain.shaping import USUAL, Licences, Shaping
    from core.services.exchanging import exports, lineage_import
    from core.services.projects import Projects

    projects = Projects(path.parent)
    project = projects.open_file(LOCAL_OWNER, path)
    with peak_of() as peak:
        began = time.perf_counter()
        if way == "import":
            n = lineage_import.import_lineage(LOCAL_OWNER, project, file).taken
        else:
            shaping = Shaping(test_share=0.1, shuffle=True) if way == "dataset" else USUAL
            licences = Licences(dataset="cc-by-4.0", seeds="cc0-1.0")
            order = Order(format=ExportFormat(way), wanted=None, with_unready=True, shaping=shaping, licences=licences)
            file = file.with_suffix(".zip") if way == "dataset" else file
            n = exports.write(LOCAL_OWNER, project, order, file).counted.rows
        found = {"seconds": time.perf_counter() - began, "mb": peak(), "rows": n, "file_mb": file.stat().st_size / 1e6}
    projects.close()
    return found


_COLUMNS = """select i.id::varchar as id, i.seed_id::varchar as seed_id, i.kind, i.operation, i.epoch, i.depth, r.text as instruction,
  a.text as response, s.difficulty, s.words_added, s.run_status, s.human_status
from instruction i join instruction_state s on s.id = i.id join revision r on r.id = s.revision_id
left join (select of_id, arg_max(text, number) as text from revision where "of" = 'response' group by of_id) a on a.of_id = s.response_id
order by i.seq"""


def other(way: str, path: Path, file: Path) -> dict[str, float]:
    """The same rows by one query, written by pandas or by `datasets`: no counts, no digest, and all of it in memory."""
    import duckdb

    library, _, form = way.partition("-")
    with duckdb.connect(str(path), read_only=True, config={"threads": 1}) as connection, peak_of() as peak:
        began = time.perf_counter()
        frame = connection.sql(_COLUMNS).df()
        if library == "datasets":
            from datasets import Dataset  # type: ignore[import-untyped]

            rows = Dataset.from_pandas(frame, preserve_index=False)
            _ = rows.to_parquet(str(file)) if form == "parquet" else rows.to_json(str(file))
        elif form == "parquet":
            frame.to_parquet(file, compression="zstd")
        else:
            frame.to_json(file, orient="records", lines=True, force_ascii=False)
        return {
            "seconds": time.perf_counter() - began,
            "mb": peak(),
            "rows": len(frame),
            "file_mb": file.stat().st_size / 1e6,
        }


def in_a_process(way: str, path: Path, file: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.exports", "--one", way, str(path), str(file)]
    environment = dict(os.environ) if way == "import" else os.environ | {"EVOL_STUDIO_DB_MEMORY": MEMORY}
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, env=environment)
    return dict(json.loads(done.stdout))


def measure(n: int, folder: Path) -> list[tuple[str, ...]]:
    """Every format, then the way back."""
    build(folder / f"{n}.duckdb", n)
    lines: list[tuple[str, ...]] = []
    ways = ("alpaca", "sharegpt", "chat", "jsonl", "csv", "parquet", "dataset", *OTHERS)
    lineages = ("lineage", "lineage-parquet") if n < ROWS else ()
    back = [("import", folder / f"{n}.new.duckdb", "lineage")] if lineages else []
    for way, source, name in [*((way, folder / f"{n}.duckdb", way) for way in (*ways, *lineages)), *back]:
        found = in_a_process(way, source, folder / f"{n}.{name}")
        lines.append((
            f"{'lineage, back' if way == 'import' else way}, {n:,} rows", f"{found['file_mb']:,.0f} MB", f"{found['seconds']:.1f} s",
            f"{found['rows'] / found['seconds']:,.0f}", f"{found['mb']:,.0f} MB",
        ))  # fmt: skip
        print(" | ".join(lines[-1]), flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--one", nargs=3, metavar=("WAY", "PROJECT", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        way, path, file = asked.one
        print(json.dumps((other if way in OTHERS else one)(way, Path(path), Path(file))))
        return
    where = described("duckdb", "pyarrow", "pandas", "datasets")
    with TemporaryDirectory(prefix="exports-") as folder:
        lines = [*measure(asked.rows // 10, Path(folder)), *measure(asked.rows, Path(folder))]
    head = ("format", "file", "time", "rows/s", "over the process before")
    said = (
        f"A finished run with its checks, calls and responses, everything in it; the database may keep {MEMORY} of its file."
        f" {where}\n\n{table(head, lines)}"
    )
    print(said)
    if asked.rows == ROWS:
        write_section("exports", f"Taking {ROWS:,} rows out, and a tenth of them as a lineage and back", said)


if __name__ == "__main__":
    main()
