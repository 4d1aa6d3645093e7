"""Keeps the two files of a small home that this version of the studio makes: `python tools/keep_file.py tests/store/kept`.

Run it before a new migration is added, and commit what it writes (tests/store/kept/README.md). It works in older checkouts too.
"""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

ROOT = Path(os.environ.get("PYTHONPATH") or Path(__file__).parents[1])
sys.path.insert(0, str(ROOT))

from core.store.database import open_database  # noqa: E402 (a script has no package to be found in)
from tests.openai_server import openai_server  # noqa: E402
from tests.services import reviewed  # noqa: E402

SEEDS = (
    "Sort a list of numbers.",
    "Explain what a tide is to a child. 🌊",
    "Name three birds that stay in the cold.",
    "Write two lines about rain; say nothing of sadness.",
)
NEWEST = "select max(number) from migration"


def main(out: Path) -> None:
    """A run of two epochs on four seeds, then trials, decisions and edits by tests/services/reviewed.py."""
    with TemporaryDirectory() as name, openai_server() as server:
        home = Path(name)
        seeds = home / "seeds.jsonl"
        seeds.write_text("\n".join(json.dumps({"instruction": text}) for text in SEEDS), encoding="utf-8")
        command = [sys.executable, "-m", "core", "--json", "grow", "--seeds", str(seeds), "--url", server.base_url]
        environment = os.environ | {"EVOL_STUDIO_HOME": str(home), "PYTHONPATH": str(ROOT)}
        subprocess.run([*command, "--model", "fake", "--epochs", "2"], env=environment, cwd=ROOT, check=True)
        project = home / "projects" / "my-project.duckdb"
        database = open_database(project, "project")
        reviewed.furnish(database)
        database.close()
        for kind, file in (("project", project), ("installation", home / "studio.duckdb")):
            with duckdb.connect(str(file)) as connection:
                ((number,),) = connection.execute(NEWEST).fetchall()
                connection.execute("checkpoint")
            kept = out / f"{kind}-{number:03d}.duckdb.gz"
            kept.write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
            sys.stdout.write(f"{kept}: {kept.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
