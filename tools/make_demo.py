"""Grow the demo project with the embedded model and write it as text into data/demo.

    python tools/make_demo.py            about half an hour on two cores; needs the weights (they are fetched)

Two runs: 20 seeds for three epochs as in the paper, and one seed with two children a node, so that there are real trees.
"""

import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.domain.person import LOCAL_OWNER  # noqa: E402
from core.domain.run import SeedChoice  # noqa: E402
from core.domain.system import EMBEDDED  # noqa: E402
from core.services import demo  # noqa: E402
from core.services.growing import presets, seeds  # noqa: E402
from core.services.projects import Project  # noqa: E402
from core.services.studio import Studio, open_studio  # noqa: E402
from core.settings import Settings  # noqa: E402
from core.store.database import Database  # noqa: E402

SEEDS, RNG_SEED = 20, 11
_CARDS = """select i.id, i.parent_id, coalesce(i.operation, 'seed') as operation, r.text, r.words, t.words_added, t.difficulty,
  t.run_status as status, t.rule from instruction i join instruction_state t on t.id = i.id join revision r on r.id = t.revision_id"""


def main() -> None:
    if sys.argv[1:] == ["lineage"]:  # only Home's picture again, from the text that is there
        with tempfile.TemporaryDirectory() as home:
            studio = open_studio(Settings(home=Path(home), shipped=ROOT / "data"))
            write_lineage(studio.demo(LOCAL_OWNER).database, ROOT / "data" / "demo" / "lineage.json")
            studio.close()
        return
    with tempfile.TemporaryDirectory() as home:
        studio = open_studio(Settings(home=Path(home), shipped=ROOT / "data"))
        try:
            project = studio.projects.open_file(LOCAL_OWNER, Path(home) / "demo.duckdb", origin="demo")
            studio.embedded.fetch_now(lambda _: None)
            grow(studio, project)
            facts = demo.write(project.database, ROOT / "data" / "demo")
            write_lineage(project.database, ROOT / "data" / "demo" / "lineage.json")
            print(f"{facts:,} facts written")
        finally:
            studio.close()


def grow(studio: Studio, project: Project) -> None:
    chosen = Path(project.path).with_name("seeds.jsonl")
    lines = (ROOT / "data" / "starter_seeds.jsonl").read_text(encoding="utf-8").splitlines()
    step = len(lines) // SEEDS
    chosen.write_text("\n".join(lines[::step][:SEEDS]), encoding="utf-8")
    seeds.import_file(LOCAL_OWNER, project, chosen, name="Starter seeds", licence="CC0-1.0")
    for name, preset, choice in (
        ("Trees with two children", presets.BRANCHING, SeedChoice(limit=1)),
        ("Three epochs", presets.QUICK, SeedChoice()),
    ):
        settings = presets.settings(preset, name=name, endpoint=EMBEDDED, seeds=choice, rng_seed=RNG_SEED)
        short = replace(settings.responding, max_tokens=160)
        settings = replace(settings, epochs=3, max_frontier_per_seed=2, responding=short, resume_by_itself=False)
        run_id = studio.runs.start(LOCAL_OWNER, project, settings)
        while not studio.live.wait(run_id, timeout_s=20):
            now = studio.runs.progress(LOCAL_OWNER, project, run_id)
            print(
                f"{name}: {now.decided} of {now.expected}, {now.survived} survived",
                time.strftime("%H:%M:%S"),
                flush=True,
            )


def write_lineage(database: Database, path: Path) -> None:
    """Home's picture: the shortest seed → child → grandchild of survivors whose seed has a dead child too."""
    nodes = {row["id"]: row for row in database.query(_CARDS)}
    lines = []
    for node in nodes.values():
        child = nodes.get(node["parent_id"] or "")
        seed = nodes.get(child["parent_id"] or "") if child else None
        if not child or not seed or seed["operation"] != "seed" or {node["status"], child["status"]} != {"survived"}:
            continue
        dead = [one for one in nodes.values() if one["parent_id"] == seed["id"] and one["status"] == "eliminated"]
        if dead:
            lines.append([seed, child, node, min(dead, key=lambda one: len(one["text"]))])
    best = min(lines, key=_length, default=[])
    cards = [
        {key: value for key, value in card.items() if key not in ("id", "parent_id") and value is not None}
        for card in best
    ]
    path.write_text(json.dumps(cards, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _length(line: list[dict[str, object]]) -> int:
    return sum(len(str(card["text"])) for card in line)


if __name__ == "__main__":
    main()
