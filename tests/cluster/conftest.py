"""One Ray cluster for the tests that need one."""

import os
from collections.abc import Iterator

import pytest

from tests.cluster.running import MISSING, RayCluster, is_missing


@pytest.fixture(scope="session")
def ray() -> Iterator[RayCluster]:
    """A head, and two nodes with two processors each."""
    if is_missing():
        pytest.fail(MISSING, pytrace=False)
    cluster = RayCluster().start(nodes=2)
    before = {name: os.environ.get(name) for name in cluster.token}
    os.environ.update(cluster.token)
    yield cluster
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    cluster.stop()
