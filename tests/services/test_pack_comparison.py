"""Two packs on the same seeds: the same draws in both runs, read place by place."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.call import Prices
from core.domain.instruction import RunStatus
from core.domain.pack_comparison import PackWish, RunPair
from core.domain.person import LOCAL_OWNER as ME
from core.errors import BadInput, NotFound
from core.services.growing.pack_comparison import compare, estimate_both, past, start
from core.services.projects import Project
from core.services.studio import Studio
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import furnish, settings, studio_at

WISH = PackWish(first="compact", second="classic", endpoint="test", n_seeds=6, epochs=2, rng_seed=3)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server(p_equal=0.4) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: OpenAIServer) -> Iterator[tuple[Studio, Project]]:
    studio, project = studio_at(tmp_path)
    furnish(studio, project, server.base_url, n_seeds=8, prices=Prices(input_usd=1.0, output_usd=2.0))
    yield studio, project
    studio.close()


def finished(studio: Studio, project: Project, wish: PackWish = WISH) -> RunPair:
    pair = start(studio, ME, project, wish)
    for run in (pair.first_run, pair.second_run):
        assert studio.live.wait(run, timeout_s=60)
    return pair


def test_every_place_has_both_children_of_the_same_operation(home: tuple[Studio, Project]) -> None:
    studio, project = home
    pair = finished(studio, project)
    found = compare(ME, project, pair.first_run, pair.second_run, most=100)
    assert found.total == len(found.lines) == 12
    assert not found.going
    for line in found.lines:
        assert line.first is not None
        assert line.second is not None
        assert line.seed_text.startswith("Explain number")
        if line.epoch == 1:
            assert line.second.text.startswith(line.seed_text), "the test server's classic child keeps its seed"
    drawn = project.database.query("select id, operation from instruction where run_id is not null")
    operations = {row["id"]: row["operation"] for row in drawn}
    for line in found.lines:
        assert line.first is not None
        assert line.second is not None
        assert operations[line.first.id] == operations[line.second.id] == line.operation


def test_the_counts_say_what_the_lines_say(home: tuple[Studio, Project]) -> None:
    studio, project = home
    pair = finished(studio, project)
    found = compare(ME, project, pair.first_run, pair.second_run, most=100)
    ended = [
        (line.first.status is RunStatus.SURVIVED, line.second.status is RunStatus.SURVIVED)
        for line in found.lines
        if line.first is not None and line.second is not None
    ]
    counts = (found.both, found.only_first, found.only_second, found.neither)
    assert counts == tuple(ended.count(one) for one in ((True, True), (True, False), (False, True), (False, False)))
    assert (found.first.survival.k, found.second.survival.k) == (sum(a for a, _ in ended), sum(b for _, b in ended))
    assert found.first.survival.low < (found.first.survival.value or 0.0) < found.first.survival.high
    assert found.first.usd is not None
    assert found.first.usd > 0
    page = compare(ME, project, pair.first_run, pair.second_run, most=5, offset=5)
    assert page.lines == found.lines[5:10]
    assert page.total == 12


def test_only_the_pack_differs_and_the_pair_is_found_again(home: tuple[Studio, Project]) -> None:
    studio, project = home
    pair = finished(studio, project)
    assert past(studio, ME, project) == (pair,)
    one, other = (studio.runs.get(ME, project, run).settings for run in (pair.first_run, pair.second_run))
    assert replace(one, name="", pack="") == replace(other, name="", pack="")
    assert (one.pack, other.pack) == ("compact", "classic")
    unlike = studio.runs.start(ME, project, settings(pack="classic", epochs=1))
    assert studio.live.wait(unlike, timeout_s=60)
    assert past(studio, ME, project) == (pair,)
    with pytest.raises(BadInput, match="same seeds"):
        compare(ME, project, pair.first_run, unlike)
    with pytest.raises(NotFound):
        compare(ME, project, pair.first_run, "00000000-0000-4000-8000-000000000000")


def test_the_estimate_is_of_both_runs(home: tuple[Studio, Project]) -> None:
    studio, project = home
    both = estimate_both(studio, ME, project, WISH)
    half = estimate_both(studio, ME, project, replace(WISH, n_seeds=3))
    assert both.children == 24
    assert both.calls == pytest.approx(2 * half.calls, abs=2)
    assert both.usd is not None


@pytest.mark.parametrize(
    "change", [{"second": "compact"}, {"second": "nothing"}, {"n_seeds": 0}, {"n_seeds": 9}, {"endpoint": "nobody"}]
)
def test_what_cannot_be_compared_starts_no_run(
    home: tuple[Studio, Project], server: OpenAIServer, change: dict[str, str | int]
) -> None:
    studio, project = home
    with pytest.raises((BadInput, NotFound)):
        start(studio, ME, project, replace(WISH, **change))  # type: ignore[arg-type]
    assert studio.runs.list(ME, project) == []
    assert server.stats().get("chat", 0) == 0


def test_while_the_runs_go_on_what_is_there_is_shown(home: tuple[Studio, Project], server: OpenAIServer) -> None:
    studio, project = home
    server.change(latency_s=0.5)
    pair = start(studio, ME, project, WISH)
    found = compare(ME, project, pair.first_run, pair.second_run)
    assert found.going
    assert len(found.lines) == 6
    assert {side.status for line in found.lines for side in (line.first, line.second) if side} == {RunStatus.WAITING}
