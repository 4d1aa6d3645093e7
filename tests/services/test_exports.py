"""What is taken out: counted and named first, streamed in little memory, remembered when it is whole, and never over another file."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from operator import methodcaller
from pathlib import Path

import pytest

from core.domain.export import ACCEPTED, ExportFormat, Order, Unready
from core.domain.person import LOCAL_OWNER as ME
from core.domain.queue import Queue, QueueFilter
from core.domain.shaping import Licences
from core.errors import BadInput, NotFound
from core.services.exchanging import exports
from core.services.exchanging.wanted import described, wanted
from core.services.projects import Project
from core.services.reviewing import queues
from core.store import queue_log
from core.store.database import Database
from tests.e2e.running import ROOT
from tests.services.reviewed import furnish, opened, tree

JSONL = ExportFormat.JSONL
MOST_GROWTH_MB = 40  # the texts of 5,000 rows are 20 MB, their lineage 68 MB


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with opened(tmp_path_factory.mktemp("exports") / "p.duckdb") as furnished:
        furnish(furnished.database)
        yield furnished


def rows(project: Project, tmp_path: Path, order: Order) -> list[dict[str, object]]:
    file = exports.write(ME, project, order, tmp_path / "out", force=True).path
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]


def test_what_is_no_usable_pair_is_counted_by_reason_and_left_out(project: Project, tmp_path: Path) -> None:
    order = Order(format=JSONL, wanted=None)
    counted = exports.count(ME, project, order)
    assert counted.unready == {Unready.NO_TEXT: 3, Unready.NO_RESPONSE: 9, Unready.STALE_RESPONSE: 1}
    assert counted.rows == 2
    taken = rows(project, tmp_path, order)
    assert [one["id"] for one in taken] == [tree(0)[1].id, tree(2)[1].id]
    assert taken[0]["human_status"] == "rejected"


def test_asked_for_they_come_too_and_say_what_they_are(project: Project, tmp_path: Path) -> None:
    order = Order(format=JSONL, wanted=None, with_unready=True)
    taken = {one["id"]: one for one in rows(project, tmp_path, order)}
    assert len(taken) == 12  # what has no text has none to give
    stale = taken[tree(1)[1].id]
    assert (stale["instruction"], stale["response"], stale["response_is_stale"]) == (
        "Edited by a person",
        "An answer",
        True,
    )
    assert taken[tree(1)[0].id]["response"] is None


def test_what_was_accepted_is_what_people_accept_whatever_the_machine_says(project: Project, tmp_path: Path) -> None:
    taken = rows(project, tmp_path, Order(format=JSONL, with_unready=True))
    assert {one["human_status"] for one in taken} == {"accepted"}
    assert tree(0)[4].id in {one["id"] for one in taken}


def test_a_whole_export_is_remembered_with_its_digest(project: Project, tmp_path: Path) -> None:
    order = Order(format=ExportFormat.CSV, wanted=QueueFilter(epochs=(1,), set_aside=None))
    written = exports.write(ME, project, order, tmp_path / "x.csv")
    newest = exports.past(ME, project)[0]
    assert written.sha256 == hashlib.sha256(written.path.read_bytes()).hexdigest() == newest.export.sha256
    with written.path.open(newline="", encoding="utf-8") as file:
        assert newest.export.rows == written.counted.rows == len(list(csv.DictReader(file)))
    assert newest.export.as_of_seq == written.counted.as_of_seq
    assert described(newest.export.filter) == "epochs: 1; set aside: any"
    assert abs(newest.taken_at.timestamp() - written.path.stat().st_mtime) < 60


def test_one_that_was_given_up_is_not(project: Project) -> None:
    before = exports.past(ME, project)
    taken = exports.download(ME, project, Order(format=ExportFormat.LINEAGE, wanted=None))
    assert next(taken.pieces)
    taken.pieces.close()
    assert exports.past(ME, project) == before


def test_what_is_written_meanwhile_is_not_in_it(project: Project) -> None:
    taken = exports.download(ME, project, Order(format=JSONL, wanted=None))
    exports.count(ME, project, Order(format=JSONL, wanted=None))  # another one at the same time
    assert b"".join(taken.pieces).count(b"\n") == taken.counted.rows


def test_no_file_is_written_over_unless_that_is_meant(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("mine")
    order = Order(format=ExportFormat.ALPACA, wanted=None)
    with pytest.raises(BadInput, match="a file of this name already"):
        exports.write(ME, project, order, file)
    assert file.read_text() == "mine"
    exports.write(ME, project, order, file, force=True)
    assert len(json.loads(file.read_text(encoding="utf-8"))) == 2
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_leaves_nothing(project: Project, tmp_path: Path) -> None:
    before = exports.past(ME, project)
    with pytest.raises(BadInput, match="cannot be written"):
        exports.write(ME, project, Order(format=JSONL), tmp_path / "no such folder" / "x.jsonl")
    assert exports.past(ME, project) == before


def test_what_cannot_get_its_name_is_not_remembered(project: Project, tmp_path: Path) -> None:
    before, folder = exports.past(ME, project), tmp_path / "x.jsonl"
    folder.mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        exports.write(ME, project, Order(format=JSONL), folder, force=True)
    assert exports.past(ME, project) == before
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("format_", [one for one in ExportFormat if not one.is_pairs])
def test_how_far_it_is_is_told_to_its_end(project: Project, tmp_path: Path, format_: ExportFormat) -> None:
    told: list[tuple[int, int]] = []
    order = Order(format=format_, wanted=None, licences=Licences(dataset="cc-by-4.0", seeds="CC0-1.0"))
    written = exports.write(ME, project, order, tmp_path / "out", tell=lambda done, of: told.append((done, of)))
    assert told == [(written.counted.rows, written.counted.rows)]
    assert written.counted.rows


def test_what_is_meant_can_be_said_in_a_word(project: Project) -> None:
    made = queues.save(ME, project, Queue(id="", name="hard ones", filter=QueueFilter(difficulty_from=4.0)))
    assert wanted(ME, project, "accepted") == ACCEPTED
    assert wanted(ME, project, "everything") is None
    assert wanted(ME, project, "hard ones") == wanted(ME, project, made.id) == made.filter
    assert wanted(ME, project, "operation=deepen&epoch=2") == QueueFilter(operations=("deepen",), epochs=(2,))
    with pytest.raises(NotFound, match="no queue or filter “softer”"):
        wanted(ME, project, "softer")
    assert described(queue_log.as_json(ACCEPTED)) == "what was accepted"


PROBE = """
import json, psutil, sys
from pathlib import Path
from core.domain.export import ExportFormat, Order
from core.domain.person import LOCAL_OWNER as ME
from core.services.exchanging import exports
from core.services.projects import Projects
project, me = Projects(Path(sys.argv[1]).parent).open_file(ME, Path(sys.argv[1])), psutil.Process()
most, n_bytes = 0, 0
for which in sys.argv[2:]:
    taken = exports.download(ME, project, Order(format=ExportFormat(which), wanted=None, with_unready=True))
    for piece in taken.pieces:
        most, n_bytes = max(most, me.memory_info().rss), n_bytes + len(piece)
print(json.dumps([most // 10**6, taken.counted.rows, n_bytes]))
project.database.close()
"""


def peak_mb(path: Path, *formats: ExportFormat) -> int:
    """What a process of its own needs at most to take all of a project out."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "EVOL_STUDIO_DB_MEMORY": "64MB"}  # what it keeps of the file
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(path), *formats],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return int(json.loads(done.stdout)[0])


def test_six_times_the_rows_need_hardly_more_memory(tmp_path: Path) -> None:
    peaks = {}
    for n in (1_000, 6_000):
        path = tmp_path / f"{n}.duckdb"
        with opened(path) as big:
            fill(big.database, n)
        peaks[n] = peak_mb(path, ExportFormat.PARQUET, ExportFormat.LINEAGE)
    assert peaks[6_000] - peaks[1_000] < MOST_GROWTH_MB, peaks


def fill(database: Database, n: int) -> None:
    """So many seeds with texts of 4 kB."""
    statements = (
        """insert into instruction by name select md5(range::varchar)::uuid as id, range + 1 as seq, 'seed' as kind,
  md5(range::varchar)::uuid as seed_id, []::uuid[] as ancestors, 0 as epoch, 0 as depth, 0 as child_number, range as position from range($n)""",
        """insert into revision by name select md5('r' || range)::uuid as id, range + 1 as seq, 'instruction' as "of",
  md5(range::varchar)::uuid as of_id, 0 as number, repeat(md5(range::varchar), 128) as text, 'x' as text_hash, 700 as words, 'mira' as "by" from range($n)""",
        "insert into instruction_state by name select md5(range::varchar)::uuid as id, md5('r' || range)::uuid as revision_id from range($n)",
    )
    for sql in statements:
        database.writer.run(methodcaller("execute", sql, {"n": n}))
