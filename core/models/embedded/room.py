"""Is there room: on the disk for the file, in memory for the running model."""

import shutil
from pathlib import Path

import psutil

from core.errors import WeightsError

# Two wheels' worth: pip moves a finished wheel by copying it when it has to.
SPARE_DISK_BYTES = 160 << 20


def memory_needed(file_bytes: int) -> int:
    """Bytes of memory that a model of this file size takes with two slots of 4,096 tokens.

    Measured for the default weights: 1.12 GB on disk, 2.03 GB while answering. The file's own size, the repacked
    matrices and the cache grow with it; 0.4 GB stays the same.
    """
    return file_bytes * 3 // 2 + (400 << 20)


def require_memory(file_bytes: int) -> None:
    """Raises WeightsError when the model would not fit into the memory that is free now."""
    needed, free = memory_needed(file_bytes), psutil.virtual_memory().available
    if needed > free:
        raise WeightsError(
            f"The embedded model needs {gigabytes(needed)} of free memory; {gigabytes(free)} is free.",
            to_do="Close other programs and try again, or use an endpoint of your own.",
        )


def require_disk(folder: Path, missing_bytes: int) -> None:
    """Raises WeightsError when what is still missing would not fit onto the disk of `folder`."""
    needed, free = missing_bytes + SPARE_DISK_BYTES, shutil.disk_usage(folder).free
    if needed > free:
        raise WeightsError(
            f"The embedded model needs {gigabytes(needed)} more on the disk; {gigabytes(free)} is free.",
            where=str(folder),
            to_do="Free some space, or set EVOL_STUDIO_CACHE to a folder on a larger disk.",
        )


def gigabytes(n_bytes: int) -> str:
    """For people: 1.1 GB."""
    return f"{n_bytes / 1e9:.1f} GB"
