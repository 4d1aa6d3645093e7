"""Files of the studio's own computer, by their path: for owners alone. And what a packed file may try."""

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.errors import BadInput, NotAllowed
from core.services.exchanging import bundles
from core.services.growing import pack_files
from core.services.named_files import file_named
from core.services.studio import Studio
from tests.services.alone import studio_at

CURATOR = Actor(person_id="cy", name="Cy", role=Role.CURATOR)
SECRET = "the text of a file that nobody chose"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened, _ = studio_at(tmp_path / "home")
    yield opened
    opened.close()


def test_a_curator_reads_no_file_of_the_machine_by_its_path(studio: Studio, tmp_path: Path) -> None:
    file = tmp_path / "keys.csv"
    file.write_text(SECRET, encoding="utf-8")
    assert file_named(ME, f" {file} ") == file
    for ask in (lambda: file_named(CURATOR, str(file)), lambda: studio.shelf.open_file(CURATOR, str(file))):
        with pytest.raises(NotAllowed):
            ask()


@pytest.mark.parametrize("path", ["", "/nowhere/at/all", "/", "~nobody-of-this-name/x", "\x00", "x" * 5_000])
def test_what_is_no_file_is_said(path: str) -> None:
    with pytest.raises(BadInput):
        file_named(ME, path)


def with_link(name: str, target: Path, others: dict[str, bytes]) -> bytes:
    """A zip in which this name is a link to a file of the machine that unpacks it."""
    made, link = io.BytesIO(), zipfile.ZipInfo(name)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr(link, str(target))
        for other, content in others.items():
            zipped.writestr(other, content)
    return made.getvalue()


def test_a_link_in_a_zip_leads_nowhere(studio: Studio, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    planted.write_text(SECRET, encoding="utf-8")
    found = pack_files.read_zip(with_link("deepen.md", planted, {"judge.md": b"text"}))
    assert found["deepen.md"] == str(planted), "the text of the link, which is no prompt; not what it leads to"
    whole = tmp_path / "linked.studio.zip"
    whole.write_bytes(with_link("project.duckdb", planted, {"manifest.json": b"{}"}))
    with pytest.raises(BadInput):
        bundles.import_bundle(ME, studio.shelf, whole)
