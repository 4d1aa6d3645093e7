"""Homes for the app to start in: endpoints, seeds and finished runs, made by the services themselves beforehand."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.domain.person import LOCAL_OWNER
from core.domain.run import RunSettings, SeedChoice
from core.domain.system import Endpoint
from core.services.growing import presets, seeds
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from pages.ui import shell

FAKE = "fake"
PLAIN = (
    "Name three birds that stay in cold countries over the winter, and say in one sentence each what they eat there.",
    "Explain what a tide is. Write for a child who has never seen the sea, and use no word that needs explaining.",
    "Write a few lines about rain on a tin roof in which nobody is sad, and end with something that can be heard.",
    "Add 17 and 25, then take away the number of days in a week, and show every step of the sum on a line of its own.",
    "Sort the numbers 3, 11, 2, 27 and 5 from the smallest to the largest, and say how you know that the order is right.",
)


class Home:
    """An installation that no app has open yet. `close` it before the app starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.studio: Studio = open_studio(Settings(home=folder))

    def close(self) -> None:
        self.studio.close()

    def endpoint(self, base_url: str, name: str = FAKE, *, in_flight: int = 8, key_env: str | None = None) -> None:
        self.studio.endpoints.save(
            LOCAL_OWNER, Endpoint(name=name, base_url=base_url, model="fake", in_flight=in_flight, key_env=key_env)
        )

    def project(self, slug: str, texts: Iterable[str] = ()) -> Project:
        """A project with these seeds."""
        project = self.studio.projects.open_file(LOCAL_OWNER, self.folder / "projects" / f"{slug}.duckdb", slug=slug)
        lines = [json.dumps({"instruction": text, "skill": "Writing"}, ensure_ascii=False) for text in texts]
        if lines:
            path = self.folder / f"{slug}.jsonl"
            path.write_text("\n".join(lines), encoding="utf-8")
            seeds.import_file(LOCAL_OWNER, project, path, name="Seeds", licence="CC0-1.0")
        return project

    def grow(self, project: Project, *, name: str = "Grown", settings: RunSettings | None = None) -> str:
        """A finished run on all of the project's seeds with the endpoint "fake"; its id."""
        usual = presets.settings(presets.BRANCHING, name=name, endpoint=FAKE, seeds=SeedChoice(), rng_seed=3)
        run_id = self.studio.runs.start(LOCAL_OWNER, project, settings or usual)
        assert self.studio.live.wait(run_id, timeout_s=120)
        return run_id


def furnished(folder: Path) -> "closing[Home]":
    """`with furnished(folder) as home: …`"""
    return closing(Home(folder))


@contextmanager
def in_this_process(home: Path) -> Iterator[None]:
    """The pages' own studio on this home, for pages that are drawn without a server; closed in the end."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("EVOL_STUDIO_")}
    os.environ |= {"EVOL_STUDIO_HOME": str(home), "EVOL_STUDIO_CACHE": str(home / "cache")}
    shell.studio.cache_clear()
    shell.bridge.cache_clear()
    yield
    shell.bridge().leave()
    shell.studio().close()
    shell.studio.cache_clear()
    shell.bridge.cache_clear()
    for name in ("EVOL_STUDIO_HOME", "EVOL_STUDIO_CACHE"):
        del os.environ[name]
    os.environ |= kept
