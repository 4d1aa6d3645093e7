"""Datasets leave shaped, split by lineage, with a card, and can be made again to the byte; what has no licence does not leave."""

import csv
import errno
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.__main__ import main
from core.domain.decision import ConsensusRule
from core.domain.export import ExportFormat, Order
from core.domain.person import LOCAL_OWNER as ME
from core.domain.queue import QueueFilter
from core.domain.shaping import Licences, Repeats, Shaping
from core.errors import BadInput, NotFound
from core.exchange.export_folder import Piece
from core.services.exchanging import again, exports, previewing, references, writing
from core.services.growing import seed_files
from core.services.projects import Project
from core.services.reviewing import team
from tests.services.datasets import LINEAGES, LONG, decide_more, fill, lineage, said
from tests.services.reviewed import HOSTILE, furnish, opened

LICENCES = Licences(dataset="cc-by-4.0", seeds="CC0-1.0")
SHAPED = Shaping(repeats=Repeats.NEAR, test_share=0.25, shuffle=True, seed=7)
FOLDER = Order(format=ExportFormat.DATASET, shaping=SHAPED, licences=LICENCES)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with opened(tmp_path_factory.mktemp("datasets") / "p.duckdb", "Night buses") as made:
        fill(made.database)
        yield made


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[Project]:
    """One of its own, for what happens later."""
    with opened(tmp_path / "changing.duckdb") as made:
        furnish(made.database)
        fill_beside(made)
        yield made


def fill_beside(made: Project) -> None:
    """The lineages of `fill` beside those of `furnish`, which has their context already."""
    fill(made.database)


def split_rows(folder: Path) -> dict[str, list[dict[Any, Any]]]:
    return {file.name.split("-")[0]: pd.read_parquet(file).to_dict("records") for file in folder.glob("data/*.parquet")}


def test_a_folder_is_opened_by_load_dataset_and_no_seed_is_in_both_splits(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset  # type: ignore[import-untyped]

    written = exports.write(ME, project, FOLDER, tmp_path / "buses")
    found = load_dataset(str(written.path), cache_dir=str(tmp_path / "cache"))
    assert {name: len(found[name]) for name in found} == {one.name: one.rows for one in written.counted.splits}
    assert len(found["train"]) + len(found["test"]) == written.counted.rows == LINEAGES - 2
    assert not set(found["train"]["seed_id"]) & set(found["test"]["seed_id"])
    assert found["train"].features["epoch"].dtype == "int32"
    assert {row["instruction"] for part in found.values() for row in part} == {said(n) for n in range(LINEAGES)} - {
        said(5)
    }


def test_a_folder_of_messages_and_one_of_pairs_open_too(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    for format_ in (ExportFormat.DATASET_CHAT, ExportFormat.DATASET_PAIRS):
        folder = exports.write(ME, project, Order(format=format_, licences=LICENCES), tmp_path / format_).path
        rows = load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))["train"]
        assert len(rows) == LINEAGES
        if format_ is ExportFormat.DATASET_CHAT:
            assert [one["role"] for one in rows[0]["messages"]] == ["user", "assistant"]
        else:
            assert (rows[0]["prompt"], rows[0]["rejected"], rows[0]["reason"]) == ("Seed 0", "Worse than 0", "unclear")


def test_pairs_are_what_people_accepted_over_the_siblings_that_they_rejected(project: Project, tmp_path: Path) -> None:
    file = exports.write(ME, project, Order(format=ExportFormat.PAIRS), tmp_path / "pairs").path
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]
    assert [(one["prompt"], one["chosen"], one["rejected"]) for one in rows] == [
        (f"Seed {n}", said(n), f"Worse than {n}") for n in range(LINEAGES)
    ]
    assert [one["chosen_id"] for one in rows] == [lineage(n)[1].id for n in range(LINEAGES)]


def test_each_step_says_what_it_left_out(project: Project) -> None:
    shaping = Shaping(repeats=Repeats.NEAR, sample=6, seed=3)
    counted = exports.count(ME, project, Order(format=ExportFormat.JSONL, shaping=shaping))
    assert [(one.out, one.left) for one in counted.steps] == [(1, 11), (1, 10), (4, 6)]
    assert (counted.picked, counted.rows) == (LINEAGES, 6)


def test_a_sample_and_an_order_follow_from_the_seed_alone(project: Project, tmp_path: Path) -> None:
    def ids(seed: int, path: Path) -> list[str]:
        order = Order(format=ExportFormat.JSONL, shaping=Shaping(sample=5, shuffle=True, seed=seed))
        file = exports.write(ME, project, order, path, force=True).path
        return [json.loads(line)["id"] for line in file.read_text(encoding="utf-8").split("\n")[:-1]]

    first = ids(1, tmp_path / "a")
    assert first == ids(1, tmp_path / "a")
    assert len(set(first)) == 5
    assert first != ids(2, tmp_path / "a")
    assert first != sorted(first, key=[lineage(n)[1].id for n in range(LINEAGES)].index)


def test_what_a_test_set_asks_is_kept_out(changing: Project, tmp_path: Path) -> None:
    file = tmp_path / "benchmark.jsonl"
    asked = f"Here is something that a benchmark asks. {LONG}, and nothing else."
    file.write_text("\n".join(json.dumps({"instruction": text}) for text in (asked, "Worse than 11")), encoding="utf-8")
    references.import_file(ME, changing, file, name="A benchmark")
    (found,) = exports.test_sets(ME, changing)
    assert (found.name, found.n) == ("A benchmark", 2)
    shaping = Shaping(against=(found.id,))
    everything = QueueFilter(statuses=(), set_aside=None)
    left = exports.count(ME, changing, Order(format=ExportFormat.JSONL, wanted=everything, shaping=shaping)).steps[-1]
    assert (
        left.out == 4
    )  # the text twice, the one that is like it but for a word, and a short one that is all of a text
    with pytest.raises(BadInput, match="have no embedding by one model"):
        exports.count(ME, changing, Order(format=ExportFormat.JSONL, shaping=Shaping(against=(found.id,), cosine=0.9)))
    embed(changing, found.id)
    near = exports.count(
        ME, changing, Order(format=ExportFormat.JSONL, shaping=Shaping(against=(found.id,), cosine=0.9))
    )
    assert near.steps[-1].out == 1


def embed(project: Project, set_id: str) -> None:
    """Vectors as an embedder leaves them: those that speak of night buses point one way, all others have ways of their own."""

    def write(connection: object) -> None:
        connection.execute(  # type: ignore[attr-defined]
            """insert into embedding by name select distinct on (text_hash) text_hash, 'by hand' as model,
  case when contains(text, 'night buses') or starts_with(text, 'Task 0:') then [1, 0, 0]
    when starts_with(text, 'Worse') then [0, 1, 0] else [0, 0, 1] end::float[] as vector
from revision where "of" = 'instruction'"""
        )

    project.database.writer.run(write)


def test_a_cell_of_a_spreadsheet_stays_text_and_a_card_holds_no_picture(project: Project, tmp_path: Path) -> None:
    raw = exports.write(ME, project, Order(format=ExportFormat.CSV), tmp_path / "x.csv").path.read_bytes().decode()
    cells = [cell for line in csv.reader(io.StringIO(raw, newline="")) for cell in line]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(cell)]
    assert any(HOSTILE in cell for cell in cells)


def _is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()


def test_a_card_says_how_it_was_grown_and_nothing_in_it_is_drawn(tmp_path: Path) -> None:
    with opened(tmp_path / "p.duckdb", "Tasks ![x](http://192.0.2.1/) <img src=x>\n# Yours\n---") as hostile:
        fill(hostile.database)
        card = previewing.preview(ME, hostile, FOLDER).card
    assert "![x](" not in card.split("---\n")[2]
    assert "<img" not in card.split("---\n")[2].replace("\\<", "")
    assert "\n# Yours" not in card
    for said_of_it in (
        "license: cc-by-4.0", "split: test", "data/test-00000-of-00001.parquet", "1 people gave 24 verdicts",
        "50.0% (95 % interval", "CC0-1.0 asks for nothing", "nearly the same text", "0" * 64, "fake (10)",
    ):  # fmt: skip
        assert said_of_it in card, said_of_it


def test_without_a_licence_nothing_leaves_and_it_says_what_to_do(changing: Project, tmp_path: Path) -> None:
    for licences, why in (
        (Licences(), "under which licence"),
        (Licences(dataset="cc-by-4.0"), "licence of these seeds is not known: “a file”"),
    ):
        order = Order(format=ExportFormat.DATASET, wanted=None, licences=licences)
        with pytest.raises(BadInput, match=why):
            exports.write(ME, changing, order, tmp_path / "out")
        assert why in previewing.preview(ME, changing, order).problem
    assert not (tmp_path / "out").exists()
    card = previewing.preview(
        ME,
        changing,
        Order(format=ExportFormat.DATASET, wanted=None, licences=Licences(dataset="MIT", seeds="CC-BY-SA-4.0")),
    ).card
    assert "has the same licence" in card
    assert "MIT does not say so" in card


AGAIN = [
    Order(format=ExportFormat.JSONL),
    Order(format=ExportFormat.CSV, wanted=None, with_unready=True),
    Order(format=ExportFormat.PARQUET, wanted=QueueFilter(skills=("Math",), people=("accepted",), set_aside=None)),
    Order(format=ExportFormat.PAIRS),
    FOLDER,
    Order(format=ExportFormat.LINEAGE, wanted=None),
]


def test_whatever_is_decided_later_the_same_bytes_come_again(changing: Project, tmp_path: Path) -> None:
    before = [exports.write(ME, changing, order, tmp_path / f"before {n}") for n, order in enumerate(AGAIN)]
    taken = [one.export for one in exports.past(ME, changing)][::-1]
    decide_more(changing)
    team.change_rule(ME, changing, ConsensusRule.UNANIMOUS)
    for n, (order, old, export) in enumerate(zip(AGAIN, before, taken, strict=True)):
        new = exports.write(ME, changing, order, tmp_path / f"now {n}")
        assert new.sha256 != old.sha256, order.format
        assert again.write_again(ME, changing, export.id, tmp_path / f"again {n}").sha256 == old.sha256
        assert hashlib.sha256(b"".join(again.again(ME, changing, export.sha256[:12]).pieces)).hexdigest() == old.sha256
        assert _bytes(tmp_path / f"again {n}") == _bytes(tmp_path / f"before {n}")


def _bytes(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else sorted(path.rglob("*.*"))
    return {file.name if path.is_dir() else "": file.read_bytes() for file in files}


def test_a_zip_holds_the_files_of_the_folder(project: Project, tmp_path: Path) -> None:
    folder = exports.write(ME, project, FOLDER, tmp_path / "folder")
    zipped = again.write_again(ME, project, folder.sha256, tmp_path / "folder.zip")
    assert folder.sha256 == zipped.sha256 == hashlib.sha256(zipped.path.read_bytes()).hexdigest()
    with zipfile.ZipFile(zipped.path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            str(file.relative_to(folder.path)): file.read_bytes() for file in folder.path.rglob("*.*")
        }


def test_what_was_taken_by_other_software_or_is_not_there_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such export"):
        again.again(ME, project, "ffffffff")
    with pytest.raises(NotFound, match="no such export"):
        again.write_again(ME, project, "", tmp_path / "x")


def test_a_disk_that_fills_up_half_way_leaves_nothing(project: Project, tmp_path: Path) -> None:
    def until_full() -> Iterator[Piece]:
        yield Piece(zipped=b"x", path="README.md", plain=b"x")
        yield Piece(zipped=b"x", path="data/train.parquet", plain=b"x")
        raise OSError(errno.ENOSPC, "No space left on device")

    for name, is_folder in (("folder", True), ("folder.zip", True), ("file.jsonl", False)):
        with (
            pytest.raises(BadInput, match="the disk is full"),
            writing.place(tmp_path / name, is_folder=is_folder, force=False) as into,
        ):
            into.take(until_full())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_replaced_only_if_it_is_one_of_ours(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    exports.write(ME, project, FOLDER, folder)  # an empty one is taken
    with pytest.raises(BadInput, match="something in it"):
        exports.write(ME, project, FOLDER, folder)
    exports.write(ME, project, FOLDER, folder, force=True)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match="something else of this name"):
        exports.write(ME, project, FOLDER, folder, force=True)
    assert (folder / "notes.txt").read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("shaping", "why"),
    [
        (Shaping(test_share=1.0), "a share of the rows"), (Shaping(sample=0), "at least one row"),
        (Shaping(ngram=1), "tell nothing"), (Shaping(cosine=2.0, against=("x",)), "from 0 to 1"),
        (Shaping(cosine=0.9), "keep clear of"), (Shaping(against=("nobody",)), "no such test set"),
        (Shaping(test_share=0.5), "no test split"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(project: Project, shaping: Shaping, why: str) -> None:
    format_ = ExportFormat.JSONL if why == "no test split" else ExportFormat.DATASET
    with pytest.raises(BadInput, match=why):
        exports.count(ME, project, Order(format=format_, shaping=shaping, licences=LICENCES))


def test_one_lineage_cannot_be_split(project: Project) -> None:
    one = QueueFilter(seed_id=lineage(0)[0].id)
    with pytest.raises(BadInput, match="only one lineage"):
        exports.count(ME, project, Order(format=ExportFormat.DATASET, wanted=one, shaping=Shaping(test_share=0.2)))


@pytest.mark.parametrize("format_", [ExportFormat.ALPACA, ExportFormat.SHAREGPT, ExportFormat.CHAT])
def test_what_trainers_read_is_read_by_our_own_import(project: Project, tmp_path: Path, format_: ExportFormat) -> None:
    file = exports.write(
        ME, project, Order(format=format_, wanted=QueueFilter(seed_id=lineage(3)[0].id)), tmp_path / "x"
    ).path
    found = seed_files.look(ME, file)
    assert found.guess is not None
    first = seed_files.preview(found.records[0], found.guess)
    assert getattr(first, "text", "") == LONG


def test_the_preview_is_what_comes(project: Project, tmp_path: Path) -> None:
    shown = previewing.preview(ME, project, FOLDER, most=2)
    folder = exports.write(ME, project, FOLDER, tmp_path / "out").path
    assert (folder / "README.md").read_text(encoding="utf-8") == shown.card
    for name, rows in split_rows(folder).items():
        assert [row["id"] for row in rows[:2]] == [row["id"] for row in shown.first[name]]
    shutil.rmtree(folder)


def test_a_preview_that_reads_every_text_is_made_in_the_background_and_kept(project: Project) -> None:
    previews = previewing.Previews()
    assert previews.get(ME, project, FOLDER) is None
    previews.begin(ME, project, FOLDER)
    assert previews.wait(ME, project, 30)
    kept = previews.get(ME, project, FOLDER)
    assert kept is not None
    known = previews.known(ME, project, FOLDER)
    assert known is not None
    with_it = exports.download(ME, project, FOLDER, known=known)
    without = exports.download(ME, project, FOLDER)
    assert b"".join(with_it.pieces) == b"".join(without.pieces)
    assert previews.get(ME, project, Order(format=ExportFormat.JSONL)) is not None  # quick ones at once


def test_the_command_line_writes_the_same_folder_again_after_later_decisions(
    changing: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EVOL_STUDIO_HOME", str(tmp_path / "home"))
    changing.database.close()
    project = ["--project", str(changing.path), "--json"]

    def asked(*words: str) -> dict[str, Any]:
        code = main([*words, *project])
        said: dict[str, Any] = json.loads(capsys.readouterr().out)
        return said | {"code": code}

    export = ("export", "--format", "dataset", "--test-share", "0.25", "--shuffle", "--repeats", "near", "--to")
    refused = asked(*export, str(tmp_path / "first"))
    assert (refused["code"], "Name one, such as cc-by-4.0" in refused["to_do"]) == (1, True)
    first = asked(*export, str(tmp_path / "first"), "--licence", "MIT", "--seeds-licence", "CC0-1.0")
    assert [one["split"] for one in first["splits"]] == ["train", "test"]
    with opened(changing.path) as later:
        decide_more(later)
    (listed,) = asked("exports")["exports"]
    second = asked("export-again", listed["id"], "--to", str(tmp_path / "second"))
    assert second["sha256"] == first["sha256"]
    assert _bytes(tmp_path / "second") == _bytes(tmp_path / "first")
    assert asked("export", "--format", "jsonl", "--against", "GSM8K", "--to", str(tmp_path / "x"))["code"] == 1
