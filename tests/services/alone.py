"""A studio in a process of its own, which a test may kill or starve: `python -m tests.services.alone grow HOME URL`."""

import json
import resource
import sys
from pathlib import Path
from typing import Any

from core.domain.call import Prices
from core.domain.person import LOCAL_OWNER
from core.domain.run import Caps, Difficulty, RunSettings
from core.domain.system import Endpoint
from core.services.growing import seeds as seed_service
from core.services.projects import FIRST, Project
from core.services.studio import Studio, open_studio
from core.settings import Settings

ME = LOCAL_OWNER


def studio_at(home: Path) -> tuple[Studio, Project]:
    """The installation and its first project."""
    studio = open_studio(Settings(home=home))
    return studio, studio.projects.open(ME, FIRST)


def furnish(
    studio: Studio, project: Project, url: str, *, n_seeds: int = 12, in_flight: int = 8, **endpoint: Any
) -> None:
    """An endpoint called "test" and so many seeds."""
    studio.endpoints.save(
        ME, Endpoint(**{"name": "test", "base_url": url, "model": "fake", "in_flight": in_flight, "timeout_s": 5.0, **endpoint})
    )  # fmt: skip
    if n_seeds:
        file = project.path.with_suffix(".jsonl")
        lines = (json.dumps({"instruction": f"Explain number {number} to a child."}) for number in range(n_seeds))
        file.write_text("\n".join(lines), encoding="utf-8")
        seed_service.import_file(ME, project, file, name="seeds", licence="CC0-1.0")


def settings(**more: Any) -> RunSettings:
    return RunSettings(
        **{"name": "a run", "endpoint": "test", "epochs": 2, "rng_seed": 3, "difficulty": Difficulty.NONE, **more}
    )


def grow(home: str, url: str) -> None:
    """Start a run, or resume the one that is there; say so, and go on until it ends."""
    studio, project = studio_at(Path(home))
    runs = studio.runs.list(ME, project)
    if runs:
        studio.runs.resume(ME, project, runs[0].id)
    else:
        furnish(studio, project, url, n_seeds=40)
        studio.runs.start(ME, project, settings(epochs=4))
    say(state="going")
    (run,) = studio.runs.list(ME, project)
    studio.live.wait(run.id)
    studio.close()


def grow_by_batch(home: str, url: str) -> None:
    """The same by batch, at known prices: a short run."""
    studio, project = studio_at(Path(home))
    runs = studio.runs.list(ME, project)
    if runs:
        studio.runs.resume(ME, project, runs[0].id)
    else:
        furnish(studio, project, url, n_seeds=12, prices=Prices(input_usd=2.0, output_usd=8.0), batch_share=0.5)
        studio.runs.start(ME, project, settings(epochs=1, by_batch=("test",), caps=Caps(usd=10.0)))
    (run,) = studio.runs.list(ME, project)
    studio.live.wait(run.id)
    studio.close()


def starve(home: str, url: str) -> None:
    """Grow where no file may become larger than a little more than it is; then lift that and resume."""
    studio, project = studio_at(Path(home))
    furnish(studio, project, url, n_seeds=200)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    written = sum(file.stat().st_size for file in project.path.parent.glob("*.wal"))
    run = studio.runs.start(ME, project, settings())
    resource.setrlimit(resource.RLIMIT_FSIZE, (written + 1_500_000, usual[1]))
    studio.live.wait(run)
    starved = studio.runs.progress(ME, project, run)
    say(state=starved.run.state, said=starved.problem or starved.run.reason, calls=starved.spending.calls)
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    if starved.run.state == "started":  # it could not even be written down that the run stands
        studio.close()
        studio, project = studio_at(Path(home))
    studio.runs.resume(ME, project, run)
    studio.live.wait(run)
    fed = studio.runs.progress(ME, project, run)
    say(state=fed.run.state, said=fed.problem, calls=fed.spending.calls, decided=fed.decided)
    studio.close()


def say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"grow": grow, "grow_by_batch": grow_by_batch, "starve": starve}[sys.argv[1]](*sys.argv[2:])
