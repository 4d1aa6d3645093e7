"""One real Argilla server for all tests here; without its parts they fail and say what to install."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.argilla.annotating import OWNER_ENV, Linked, linked_at
from tests.argilla.running import AT_HAND, MISSING, ArgillaServer, missing, token


@pytest.fixture(scope="session")
def argilla_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArgillaServer]:
    if AT_HAND:
        yield ArgillaServer(tmp_path_factory.mktemp("argilla"), port=int(AT_HAND))
        return
    if lacking := missing():
        pytest.fail(MISSING + ", ".join(lacking), pytrace=False)
    server = ArgillaServer(tmp_path_factory.mktemp("argilla")).start()
    yield server
    server.stop()


@pytest.fixture
def linked(argilla_server: ArgillaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Linked]:
    """A studio of its own, with the owner's token in the environment; no link yet."""
    monkeypatch.setenv(OWNER_ENV, token("owner"))
    with linked_at(tmp_path / "home", argilla_server) as found:
        yield found
