"""A folder as one file: a zip that is made as it is taken, the same bytes for the same files, whenever and wherever it is made.

Its parts are not compressed again (Parquet is already), and all have the date that a zip begins with.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.exchange.export_parquet import Out

_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file of a folder: its path there, and its bytes in pieces."""

    path: str
    pieces: Iterable[bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Some bytes of a zip, and the part of a file (in which of its files) that they hold; "" for what is the zip's own."""

    zipped: bytes
    path: str = ""
    plain: bytes = b""


def zipped(entries: Iterable[Entry]) -> Iterator[Piece]:
    """A zip of these files, piece by piece."""
    out = Out()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.path, date_time=_DATE)
            info.external_attr = _MODE
            info.create_system = 3  # the same on every machine
            with archive.open(info, "w", force_zip64=True) as file:
                for piece in entry.pieces:
                    file.write(piece)
                    yield Piece(zipped=out.take(), path=entry.path, plain=piece)
    yield Piece(zipped=out.take())


def data_path(split: str) -> str:
    """Where a split's rows stand in a folder that `datasets.load_dataset` opens."""
    return f"data/{split or 'train'}-00000-of-00001.parquet"
