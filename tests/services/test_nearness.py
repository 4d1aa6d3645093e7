"""Keeping clear by cosine: what is compared is embedded first, that and nothing else, and the numbers stay those of one model."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.export import ExportFormat, Order
from core.domain.map import PACKAGED
from core.domain.person import LOCAL_OWNER as ME
from core.domain.queue import QueueFilter
from core.domain.shaping import Shaping
from core.errors import BadInput
from core.services import commands
from core.services.exchanging import exports, nearness, references
from core.services.projects import FIRST, Project
from core.services.reviewing import queue_address
from core.services.studio import Studio
from tests.services.mapped import add, opened, texts

SEEDS = QueueFilter(kinds=("seed",), statuses=(), set_aside=None)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("near")


@pytest.fixture(scope="module")
def studio(home: Path) -> Iterator[Studio]:
    studio, project = opened(home)
    add(project, texts(8))
    for name, said in (("Bench", "How is bread made with yeast, flour and an oven?"), ("Other", "Name a river.")):
        file = home / f"{name}.jsonl"
        file.write_text(json.dumps({"instruction": said}), encoding="utf-8")
        references.import_file(ME, project, file, name=name)
    yield studio
    studio.close()


@pytest.fixture
def project(studio: Studio) -> Project:
    return studio.projects.open(ME, FIRST)


def bench(project: Project) -> str:
    return next(one.id for one in references.every(ME, project) if one.name == "Bench")


def order(project: Project, studio: Studio, cosine: float | None = 0.5) -> Order:
    model = studio.embeddings.model(ME, PACKAGED)
    shaping = Shaping(against=(bench(project),), cosine=cosine, model=model)
    return Order(format=ExportFormat.JSONL, wanted=SEEDS, with_unready=True, shaping=shaping)


def test_only_the_rows_and_the_named_sets_are_compared(project: Project, studio: Studio) -> None:
    seqs = nearness.compared(ME, project, order(project, studio))
    rows = project.database.query(
        "select seq, source_id, kind from instruction where seq in (select unnest(?))", [seqs.tolist()]
    )
    assert sorted(row["kind"] for row in rows) == ["reference"] + ["seed"] * 24
    assert bench(project) in {row["source_id"] for row in rows}
    assert len(nearness.compared(ME, project, order(project, studio, None))) == 0


def test_what_is_not_embedded_is_named_and_an_export_by_command_embeds_it_first(
    project: Project, studio: Studio, home: Path
) -> None:
    asked = order(project, studio)
    with pytest.raises(BadInput, match="25 texts have no embedding by"):
        exports.count(ME, project, asked)
    told: list[str] = []
    said = {"project": FIRST, "format_": "jsonl", "to": str(home / "out.jsonl"), "which": queue_address.as_text(SEEDS), "with_names": False,
            "with_unready": True, "force": False, "against": ["Bench"], "cosine": 0.5}  # fmt: skip
    answer = commands.run(studio, ME, "export", said, lambda _, words: told.append(words))
    assert any("mbed" in words for words in told)
    embedded = project.database.query("select count(*) as n from embedding")[0]["n"]
    assert embedded == 25  # not the river of the other set
    assert exports.count(ME, project, asked).rows == answer["rows"]
    step = answer["steps"][-1]
    assert "as near as 0.5" in step["why"]
    assert asked.shaping.model in step["why"]
    left = [json.loads(line)["instruction"] for line in (home / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert 0 < step["left_out"] < 24
    assert not any("flour" in one and "yeast" in one for one in left)
    assert any("planet" in one for one in left)


def test_embeddings_of_another_model_are_not_mixed_in(project: Project, studio: Studio) -> None:
    other = Shaping(against=(bench(project),), cosine=0.5, model="another")
    with pytest.raises(BadInput, match="25 texts have no embedding by another"):
        exports.count(ME, project, Order(format=ExportFormat.JSONL, wanted=SEEDS, with_unready=True, shaping=other))
