"""A map as bytes for the browser: magic, length of the head, the head as JSON, then one array a property (components/map/wire.js)."""

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

MAGIC = b"ESM1"
MEDIA_TYPE = "application/octet-stream"
_ALIGNED = 8  # bytes; a browser reads an array only where its numbers may begin


def encode(head: Mapping[str, object], arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """`head` needs `n`; every array is of that length. Little-endian; the widest numbers come first, so that all are aligned."""
    ordered = sorted(arrays.items(), key=lambda one: -one[1].dtype.itemsize)
    kinds = [(name, f"{array.dtype.kind}{array.dtype.itemsize}") for name, array in ordered]
    said = json.dumps({**head, "arrays": kinds}, ensure_ascii=False).encode()
    said += b" " * (-len(said) % _ALIGNED)
    bodies = [np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes() for _, array in ordered]
    return b"".join([MAGIC, len(said).to_bytes(4, "little"), said, *bodies])
