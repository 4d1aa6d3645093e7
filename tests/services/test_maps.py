"""Maps: each text embedded once, the same map from the same seed, what is picked out becomes a filter, hostile texts are only texts."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core.domain.instruction import InstructionKind
from core.domain.map import MapNow, MapProgress, of_clusters, of_selection
from core.domain.person import LOCAL_OWNER as ME
from core.domain.queue import QueueFilter
from core.errors import BadInput, NotFound
from core.services.exchanging import references
from core.services.exploring import maps
from core.services.projects import Project
from core.services.reviewing import queues
from core.services.studio import Studio
from tests.builders import id_of, revision, seed
from tests.services.mapped import SUBJECTS, add, opened, texts

SEEDS = QueueFilter(kinds=("seed",), statuses=(), set_aside=None)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio, project = opened(tmp_path_factory.mktemp("maps"))
    add(project, texts())
    yield studio
    studio.close()


@pytest.fixture(scope="module")
def project(studio: Studio) -> Project:
    return studio.projects.open(ME, "my-project")


def drawn(studio: Studio, project: Project, wanted: QueueFilter | None = None, **more: object) -> MapProgress:
    """Draw to the end, well or not."""
    studio.maps.begin(ME, project, wanted, **more)  # type: ignore[arg-type]
    assert studio.maps.wait(ME, project, 120)
    now = studio.maps.progress(ME, project)
    assert now is not None
    return now


@pytest.fixture(scope="module")
def a_map(studio: Studio, project: Project) -> MapNow:
    now = drawn(studio, project, clusters=3)
    assert not now.problem
    return maps.one(ME, project, now.map_id)


def embedded(project: Project) -> int:
    return int(project.database.query("select count(*) as n from embedding")[0]["n"])


def test_every_text_stands_on_the_map_in_the_cluster_of_its_subject(project: Project, a_map: MapNow) -> None:
    assert (a_map.map.n, a_map.map.drawn, a_map.map.left_out, a_map.map.clusters) == (60, 60, 0, 3)
    assert a_map.by_name == "You"
    points = maps.points(ME, project, a_map.map.id)
    assert len(set(points.seq.tolist())) == 60
    assert {points.kinds[code - 1] for code in points.kind.tolist()} == {"seed"}
    assert np.isfinite(points.x).all()
    for subject in range(3):
        assert len(set(points.cluster[subject * 20 : subject * 20 + 20].tolist())) == 1
    for cluster, words in zip(points.cluster[::20].tolist(), SUBJECTS.values(), strict=True):
        found = next(one for one in maps.clusters(ME, project, a_map.map.id) if one.cluster == cluster)
        assert found.n == 20
        assert set(" ".join(words).lower().split()) & set(found.words[:4])
        assert len(found.typical) == 12
        assert found.kinds == {"seed": 20}


def test_the_same_seed_draws_the_same_map_and_embeds_nothing_again(
    studio: Studio, project: Project, a_map: MapNow
) -> None:
    assert embedded(project) == 60
    assert studio.maps.estimate(ME, project, None).to_embed == 0
    again = maps.one(ME, project, drawn(studio, project, clusters=3).map_id)
    assert embedded(project) == 60
    assert again.map.set_hash == a_map.map.set_hash
    first, second = maps.points(ME, project, a_map.map.id), maps.points(ME, project, again.map.id)
    np.testing.assert_array_equal(first.x, second.x)
    np.testing.assert_array_equal(first.y, second.y)
    np.testing.assert_array_equal(first.cluster, second.cluster)
    assert maps.every(ME, project)[0].map.id == again.map.id


def test_what_is_picked_out_is_a_filter_like_any_other(project: Project, a_map: MapNow) -> None:
    points = maps.points(ME, project, a_map.map.id)
    picked = points.seq[:7]
    made = maps.select(ME, project, a_map.map.id, [*picked.tolist(), int(picked[0]), 10**9], "  odd   ones ")
    assert maps.selection(ME, project, made).name == "odd ones"
    assert maps.selection(ME, project, made).n == 7
    assert queues.count(ME, project, of_selection(made)) == 7
    assert maps.selections(ME, project)[0].id == made
    assert queues.count(ME, project, of_clusters(a_map.map.id)) == 60
    assert queues.count(ME, project, of_clusters(a_map.map.id, 0, 1)) == 40
    with pytest.raises(BadInput, match="Nothing of this map"):
        maps.select(ME, project, a_map.map.id, [10**9, -1])
    assert maps.selections(ME, project)[0].id == made


def test_a_cluster_has_the_name_that_it_was_given_last(project: Project, a_map: MapNow) -> None:
    maps.rename(ME, project, a_map.map.id, 0, "First")
    maps.rename(ME, project, a_map.map.id, 0, " **Second** <b> ")
    named = maps.clusters(ME, project, a_map.map.id)[0]
    assert (named.name, named.label, named.named_by) == ("**Second** <b>", "**Second** <b>", "You")
    maps.rename(ME, project, a_map.map.id, 0, "")
    assert maps.clusters(ME, project, a_map.map.id)[0].label == ", ".join(named.words[:3])
    with pytest.raises(NotFound):
        maps.rename(ME, project, a_map.map.id, 99, "x")
    with pytest.raises(BadInput, match="too long"):
        maps.rename(ME, project, a_map.map.id, 0, "x" * 81)


@pytest.mark.parametrize("map_id", ["", "x", id_of("no map"), "'; drop table map"])
def test_a_map_that_is_not_there_is_said(project: Project, map_id: str) -> None:
    for ask in (maps.one, maps.points, maps.clusters):
        with pytest.raises(NotFound, match="no such map"):
            ask(ME, project, map_id)


@pytest.mark.parametrize("more", [{"clusters": 1}, {"clusters": 101}, {"perplexity": 1.0}, {"name": "x" * 81}])
def test_numbers_that_cannot_be_are_refused_before_anything_is_done(
    studio: Studio, project: Project, more: dict[str, object]
) -> None:
    before = len(maps.every(ME, project))
    with pytest.raises(BadInput):
        studio.maps.begin(ME, project, None, **more)  # type: ignore[arg-type]
    assert len(maps.every(ME, project)) == before


def test_later_texts_are_embedded_alone_beside_reference_sets_and_hostile_ones_are_only_texts(
    studio: Studio, project: Project, a_map: MapNow
) -> None:
    hostile = [
        "<img src=x onerror=alert(1)>",
        "'; drop table map; --",
        "\u202egnirts a trevеR",
        "👩🏽‍🚀" * 30,
        "x" * 100_000,
    ]
    add(project, hostile, "hostile")
    file = project.path.with_name("reference.jsonl")
    file.write_text(
        "\n".join(json.dumps({"instruction": f"Bake bread number {n}"}) for n in range(4)), encoding="utf-8"
    )
    references.import_file(ME, project, file, name="Others", licence="CC0-1.0")
    assert studio.maps.estimate(ME, project, SEEDS).to_embed == 9
    both = maps.one(ME, project, drawn(studio, project, SEEDS, clusters=4, name="Both").map_id)
    assert embedded(project) == 69
    assert (both.map.n, both.map.name, both.wanted) == (69, "Both", SEEDS)
    points = maps.points(ME, project, both.map.id)
    of_reference = points.kind == 1 + points.kinds.index(InstructionKind.REFERENCE)
    assert points.sources == ("Others",)
    assert points.source.tolist() == of_reference.astype(int).tolist()
    assert of_reference.sum() == 4
    assert {maps.text(ME, project, int(seq)) for seq in points.seq} >= set(hostile)
    assert maps.points(ME, project, a_map.map.id).seq.size == 60


def test_an_edited_text_is_marked_where_it_was_drawn(project: Project, a_map: MapNow) -> None:
    points = maps.points(ME, project, a_map.map.id)
    assert not points.is_edited.any()
    (row,) = project.database.query("select id from instruction where seq = ?", [int(points.seq[3])])
    edited = replace(revision(seed(), "Quite another text now.", 1), id=id_of("an edit"), of_id=row["id"])
    project.database.writer.append_now([edited])
    again = maps.points(ME, project, a_map.map.id)
    assert np.flatnonzero(again.is_edited).tolist() == [3]
    np.testing.assert_array_equal(again.x, points.x)


def test_a_project_with_too_little_to_draw_says_so(studio: Studio) -> None:
    empty = studio.projects.create(ME, "Empty")
    now = drawn(studio, empty)
    assert now.problem.startswith("There are too few texts for a map")
    add(empty, ["Only one."])
    assert drawn(studio, empty).problem.startswith("There are too few texts")
    assert studio.maps.estimate(ME, empty, None).to_embed == 1
    assert maps.every(ME, empty) == ()
