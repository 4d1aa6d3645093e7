"""A studio with a study whose models are a scripted server, for what asks them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.domain.call import Prices
from core.domain.person import LOCAL_OWNER as ME
from core.domain.system import Endpoint
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.openai_server import OpenAIServer

PRICES = Prices(input_usd=1.0, output_usd=2.0)


@contextmanager
def a_studio(home: Path) -> Iterator[tuple[Studio, Project]]:
    """Open for the length of a `with` block; the same home again is the same studio, started anew."""
    studio = open_studio(Settings(home=home))
    try:
        yield studio, studio.projects.open(ME, "my-project")
    finally:
        studio.close()


def an_endpoint(studio: Studio, server: OpenAIServer, name: str = "test", **more: Any) -> None:
    """The server under a name, four calls at once, with known prices."""
    fields = {"base_url": server.base_url, "model": "fake", "in_flight": 4, "timeout_s": 5.0, "prices": PRICES}
    studio.endpoints.save(ME, Endpoint(**{"name": name, **fields, **more}))


def count(project: Project, table: str) -> int:
    """Rows of a table."""
    assert table.isidentifier()
    return int(project.database.query(_COUNTS[table])[0]["n"])


_COUNTS = {
    "call": "select count(*) as n from call",
    "response": "select count(*) as n from response where call_id is not null",
    "candidate": "select count(*) as n from candidate",
    "trial": "select count(*) as n from trial",
    "judgment": "select count(*) as n from judgment",
}
