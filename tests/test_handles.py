"""An app for many people asks for as many open connections as the system would give it."""

import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from pages.ui.handles import allow_many
print(allow_many(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(("soft", "hard"), [(256, 3_000), (3_000, 3_000)])
def test_it_takes_what_the_system_allows_and_no_more(soft: int, hard: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(soft=soft, hard=hard)],
        cwd=Path(__file__).parents[1], capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["3000", "3000", "3000"]
