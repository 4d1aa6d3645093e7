"""A studio in a process of its own that grows on a cluster, and that a test kills: `python -m tests.cluster.alone HOME URL CLUSTER`."""

import json
import sys
import time
from pathlib import Path

from core.domain.cluster import WorkerState
from core.services.studio import open_studio
from core.settings import Settings
from tests.services.alone import ME, furnish, settings


def main(home: str, url: str, cluster: str) -> None:
    """Grow; say who works, in the middle of it; go on."""
    studio = open_studio(Settings(home=Path(home), cluster=cluster))
    project = studio.projects.open(ME, "my-project")
    furnish(studio, project, url, n_seeds=40, in_flight=8)
    run = studio.runs.start(ME, project, settings(epochs=3, workers=2))
    while (now := studio.runs.progress(ME, project, run)).spending.calls < 40:
        time.sleep(0.02)
    sys.stdout.write(json.dumps({"pids": [one.pid for one in now.crew if one.state is WorkerState.READY]}) + "\n")
    sys.stdout.flush()
    studio.live.wait(run)


if __name__ == "__main__":
    main(*sys.argv[1:])
