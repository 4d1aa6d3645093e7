"""Prompt packs in and out of the studio: whole or not at all, and never anywhere but where they belong."""

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.prompt_pack import Upload
from core.errors import BadInput
from core.services.growing.pack_files import as_zip, export_folder, import_folder, import_uploads, read_zip
from core.services.growing.packs import Packs
from tests.services.alone import studio_at

PROMPT = "--- user ---\nRewrite this prompt: {{instruction}}"


@pytest.fixture
def packs(tmp_path: Path) -> Iterator[Packs]:
    studio, _ = studio_at(tmp_path / "home")
    yield studio.packs
    studio.close()


def zipped(*entries: tuple[str, str | bytes], **more: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", more.get("method", zipfile.ZIP_DEFLATED)) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def whole(packs: Packs, **changed: str) -> dict[str, str]:
    return dict(packs.current(ME, "classic").files) | {name.replace("__", "."): text for name, text in changed.items()}


@pytest.mark.parametrize("name", ["classic", "compact"])
def test_what_was_exported_as_a_folder_comes_back_the_same(packs: Packs, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "Out of Here" / "My Pack"
    assert set(export_folder(packs, ME, name, folder)) == {path.name for path in folder.iterdir()}
    back = import_folder(packs, ME, folder)
    assert (back.name, back.hash) == ("my-pack", packs.current(ME, name).hash)


def test_what_was_exported_as_a_zip_comes_back_the_same(packs: Packs) -> None:
    current = packs.current(ME, "classic")
    packed = as_zip("mine", current.files)
    assert packed == as_zip("mine", current.files)
    back = import_uploads(packs, ME, [Upload(name="Mine.zip", content=packed)])
    assert (back.name, back.hash) == ("mine", current.hash)


def test_the_files_themselves_come_in_under_a_name(packs: Packs) -> None:
    uploads = [Upload(name=name, content=text.encode()) for name, text in whole(packs).items()]
    assert import_uploads(packs, ME, uploads, name="mine").hash == packs.current(ME, "classic").hash


def test_nothing_is_written_over_what_is_there(packs: Packs, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(BadInput, match="not empty"):
        export_folder(packs, ME, "classic", tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    with pytest.raises(BadInput, match="cannot be written"):
        export_folder(packs, ME, "classic", tmp_path / "mine" / "letter.txt")


def test_a_name_that_is_taken_is_refused(packs: Packs) -> None:
    with pytest.raises(BadInput, match="already"):
        import_uploads(packs, ME, [Upload(name="classic.zip", content=as_zip("classic", whole(packs)))])


@pytest.mark.parametrize(
    "name",
    ["../deepen.md", "/etc/deepen.md", "a/../../deepen.md", "..\\deepen.md", "C:deepen.md", "a/b/deepen.md", "../.x"],
)
def test_a_zip_that_leads_elsewhere_is_refused(packs: Packs, name: str) -> None:
    entries = [(f"mine/{file}", text) for file, text in whole(packs).items()]
    with pytest.raises(BadInput):
        read_zip(zipped(*entries, (name, PROMPT)))


@pytest.mark.parametrize("name", ["script.py", "deepen.txt", "DEEPEN.md", "deepen.md.exe", "<img src=x>.md", "é.md"])
def test_a_file_that_no_pack_has_is_refused_by_its_name(packs: Packs, name: str) -> None:
    with pytest.raises(BadInput, match="no such file") as refused:
        read_zip(zipped(*whole(packs).items(), (name, PROMPT)))
    assert refused.value.where == name
    with pytest.raises(BadInput, match="no such file"):
        import_uploads(packs, ME, [Upload(name=name, content=PROMPT.encode())], name="mine")


def test_what_a_system_puts_beside_the_files_is_left_out(packs: Packs) -> None:
    entries = [(f"mine/{name}", text) for name, text in whole(packs).items()]
    found = read_zip(zipped(*entries, ("__MACOSX/mine/._deepen.md", "x"), ("mine/.DS_Store", b"\x00")))
    assert found == whole(packs)


def test_a_bomb_is_refused_by_the_files_name_without_being_unpacked(packs: Packs) -> None:
    with pytest.raises(BadInput) as refused:
        read_zip(zipped(*whole(packs, judge__md="").items(), ("mine/judge.md", b"0" * 50_000_000)))
    assert "judge.md" in refused.value.where or "one folder" in refused.value.what
    flat = whole(packs)
    del flat["judge.md"]
    with pytest.raises(BadInput, match=r"judge\.md: It has more than"):
        read_zip(zipped(*flat.items(), ("judge.md", b"0" * 50_000_000)))
    with pytest.raises(BadInput, match="files"):
        read_zip(zipped(*((f"{number}.md", "") for number in range(2_000))))
    with pytest.raises(BadInput, match="2,000,000 bytes"):
        read_zip(b"PK" * 1_500_000)


def test_a_size_that_lies_does_not_get_past(packs: Packs) -> None:
    honest = zipped(("judge.md", b"0" * 500_000))
    lying = honest.replace(struct.pack("<I", 500_000), struct.pack("<I", 10))
    with pytest.raises(BadInput):
        read_zip(lying)


@pytest.mark.parametrize("content", [b"", b"PK", b"<html>", zipped(("deepen.md", PROMPT))[:-30]])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput, match="no readable zip"):
        read_zip(content)


def test_an_unusual_zip_is_refused(packs: Packs) -> None:
    with pytest.raises(BadInput, match="packed in an unusual way"):
        read_zip(zipped(*whole(packs).items(), method=zipfile.ZIP_BZIP2))
    plain = bytearray(zipped(("deepen.md", PROMPT)))
    plain[plain.rindex(b"PK\x01\x02") + 8] |= 1  # says that it is encrypted
    with pytest.raises(BadInput, match="encrypted"):
        read_zip(bytes(plain))


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("deepen.md", "--- user ---\nRewrite this prompt.", r"deepen\.md: The placeholder \{\{instruction\}\} is lost"),
        ("judge.md", "--- user ---\n{{parent}} {{child}}", r"judge\.md: It holds only a placeholder"),
        ("mutate.md", f"{PROMPT}{'x' * 1_000_000}", r"mutate\.md: It has more than"),
        ("score.md", f"temperature: 2\n{PROMPT}", r"score\.md: This header line is not understood: temperature"),
        ("labels.md", b"\xff\xfe", r"labels\.md: This prompt is not UTF-8"),
    ],
)
def test_a_broken_pack_is_refused_by_file_and_reason_and_nothing_is_kept(
    packs: Packs, tmp_path: Path, file: str, text: str | bytes, words: str
) -> None:
    content = text if isinstance(text, bytes) else text.encode()
    folder = tmp_path / "mine"
    export_folder(packs, ME, "classic", folder)
    (folder / file).write_bytes(content)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(BadInput, match=words):
        import_folder(packs, ME, folder)
    with pytest.raises(BadInput, match=words):
        import_uploads(packs, ME, [Upload(name="mine.zip", content=zipped(*files.items()))])
    with pytest.raises(BadInput, match=words):
        import_uploads(packs, ME, [Upload(name=name, content=body) for name, body in files.items()], name="mine")
    assert "mine" not in packs.names(ME)
    with pytest.raises(BadInput, match="no such folder"):
        import_folder(packs, ME, folder / "nowhere")
