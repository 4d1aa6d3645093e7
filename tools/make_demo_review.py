"""Let two simulated reviewers decide about the demo's survivors and say how difficult they are; write it as text into data/demo.

    python tools/make_demo_review.py            a second; the demo's project must be there

They read nothing: they draw from rates that are set here, so that the demo shows what Explore and Review show of real people.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.domain.decision import Act, Reason  # noqa: E402
from core.services import demo, demo_reviews  # noqa: E402
from core.store.database import open_database  # noqa: E402

RNG_SEED = 31
ACCEPTS = {
    "add_constraints": 0.9, "deepen": 0.85, "concretize": 0.75, "increase_reasoning": 0.7, "mutate": 0.5,
}  # fmt: skip
REASONS = (Reason.NO_GAIN, Reason.UNCLEAR, Reason.TOO_COMPLEX, Reason.ORIGINAL_LOST)
REVIEWERS = {
    "Simulated reviewer A": (0.9, 0.4),
    "Simulated reviewer B": (0.5, -0.3),
}  # share decided, harder than the model says
_ROWS = """select i.id, i.kind, i.operation, s.difficulty from instruction i join instruction_state s on s.id = i.id
where i.kind = 'seed' or s.run_status = 'survived' order by i.epoch, i.position, i.child_number, i.id"""


def main() -> None:
    folder = ROOT / "data" / "demo"
    path = folder / demo_reviews.FILE
    path.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as home:
        built = Path(home) / "demo.duckdb"
        demo.build(folder, built)
        database = open_database(built, "project")
        rows = database.query(_ROWS)
        database.close()
    lines = [json.dumps(line, ensure_ascii=False) for line in _said(rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} answers in {path}")


def _said(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for number, (name, (share, harder)) in enumerate(REVIEWERS.items()):
        rng = np.random.default_rng([RNG_SEED, number])
        for row in rows:
            about = {"reviewer": name, "instruction": row["id"], "active_ms": int(rng.lognormal(9.1, 0.4))}
            if row["kind"] == "evolved" and rng.random() < share:
                accepts = rng.random() < ACCEPTS[row["operation"]]
                reason = {} if accepts else {"reason": str(rng.choice([str(one) for one in REASONS]))}
                yield about | {"act": str(Act.ACCEPT if accepts else Act.REJECT), **reason}
            if row["difficulty"] is not None and rng.random() < share:
                score = int(np.clip(round(row["difficulty"] + rng.normal(harder, 1.2)), 1, 10))
                yield about | {"act": str(Act.SCORE), "score": score}


if __name__ == "__main__":
    main()
