"""What a file is, by its content: names lie, and downloads lose them."""

import json
from pathlib import Path

from core.domain.source import FileFormat
from core.errors import BadInput

_HEAD = 2**18  # bytes that are looked at
_PACKED = {
    b"PK\x03\x04": "a zip file (or a spreadsheet)", b"PK\x05\x06": "a zip file", b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file", b"\xfd7zXZ\x00": "an xz file", b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip file", b"Rar!": "a RAR file", b"\xd0\xcf\x11\xe0": "an old spreadsheet or document",
    b"%PDF": "a PDF", b"ARROW1": "an Arrow file",
}  # fmt: skip
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


def format_of(path: Path) -> FileFormat:
    """The format. Raises BadInput for a file that is unusable as a whole, with what to do."""
    head = _head(path)
    if head.startswith(b"PAR1"):
        return FileFormat.PARQUET
    require_text(head, path.name)
    start = head.removeprefix(_BOM).lstrip()
    if not start:
        raise BadInput("The file is empty", where=path.name, to_do="Choose a file with at least one row.")
    if start.startswith(b"["):
        return FileFormat.JSON
    lines = [line.strip() for line in start.splitlines()[:50] if line.strip()]
    if start.startswith(b"{"):
        _require_lines(lines, path.name)
        return FileFormat.JSONL
    return FileFormat.JSONL if any(_is_object(line) for line in lines) else FileFormat.CSV


def require_text(head: bytes, name: str) -> None:
    """BadInput unless this can be read as text in UTF-8."""
    packed = next((words for sign, words in _PACKED.items() if head.startswith(sign)), None)
    if packed:
        raise BadInput(f"This is {packed}", where=name, to_do="Unpack it, or save it as CSV or JSON, then choose that.")
    if head.startswith(_UTF_16):
        raise BadInput("The file is UTF-16", where=name, to_do="Save it as UTF-8.")
    if b"\x00" in head[:4_096]:
        raise BadInput("This is no text file", where=name, to_do="Choose JSON, CSV or Parquet, in UTF-8.")


def _head(path: Path) -> bytes:
    if not path.is_file():
        raise BadInput("There is no such file", where=str(path), to_do="Check the path.")
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise BadInput(
            f"The file cannot be read ({error.strerror})", where=str(path), to_do="Check its permissions."
        ) from error


def _is_object(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _require_lines(lines: list[bytes], name: str) -> None:
    """One object that is written over many lines is no list of rows."""
    if len(lines) > 1 and not lines[1].startswith(b"{") and not lines[0].endswith(b"}"):
        raise BadInput(
            "The file is one JSON object, not a list of rows",
            where=name,
            to_do="Choose a file with a JSON list, or with one JSON object a line.",
        )
