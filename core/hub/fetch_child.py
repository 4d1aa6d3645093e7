"""Fetches a dataset by its name, row by row: `python -m core.hub.fetch_child NAME OUT [--config C] [--split S] [--most N]`.

Rows go to OUT as JSON lines. No code of a dataset is ever run: the library that reads it has no way to.
"""

import argparse
import json
import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from datasets import get_dataset_config_names, get_dataset_split_names, load_dataset_builder  # type: ignore[import-untyped]

from core.hub.saying import Stopped, Trouble, say, say_troubles
from core.hub.staying import require_own, stay_outside
from core.lifeline import end_with_the_app

_TELL_EVERY = 500  # rows
_MOST_BYTES = 4 * 10**9  # of rows: a packed file of some megabytes can unfold to a full disk


def _fetch(name: str, out: Path, config: str | None, split: str, most: int | None) -> None:
    token = os.environ.get("HF_TOKEN", "").strip() or None
    say(said="Asking the hub …")
    configs = get_dataset_config_names(name, token=token)
    if config is None and len(configs) > 1 and "default" not in configs:
        raise Stopped(Trouble.OTHER, f"It has several parts; name one of them: {', '.join(map(str, configs[:20]))}")
    config = config or ("default" if "default" in configs else configs[0])
    if config not in configs:
        raise Stopped(Trouble.OTHER, f"It has no part “{config}”; there are: {', '.join(map(str, configs[:20]))}")
    builder = load_dataset_builder(name, config, token=token)
    require_own(builder.config.data_files)
    splits = [str(one) for one in get_dataset_split_names(name, config, token=token)]
    if split not in splits:
        raise Stopped(Trouble.OTHER, f"It has no split “{split}”; there are: {', '.join(splits[:20])}")
    say(rows=_written(builder.as_streaming_dataset(split=split), out, most), config=config, finished=True)


def _written(rows: Iterable[object], out: Path, most: int | None) -> int:
    """How many rows were written."""
    n = n_bytes = 0
    with out.open("x", encoding="ascii") as file:
        for row in islice(rows, most):
            n_bytes += file.write(json.dumps(row, default=_unlike_text) + "\n")
            if n_bytes > _MOST_BYTES:
                raise Stopped(Trouble.OTHER, f"{n:,} rows have more than {_MOST_BYTES / 1e9:g} GB; ask for fewer")
            n += 1
            if n % _TELL_EVERY == 0:
                say(said=f"{n:,} rows", rows=n)
    return n


def _unlike_text(value: object) -> dict[str, Any]:
    """A picture, a time, bytes: no text, and never to be taken for one."""
    return {"type": type(value).__name__}


if __name__ == "__main__":
    end_with_the_app()
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("out", type=Path)
    parser.add_argument("--config")
    parser.add_argument("--split", default="train")
    parser.add_argument("--most", type=int)
    asked = parser.parse_args()
    say_troubles()
    stay_outside()
    _fetch(asked.name, asked.out, asked.config, asked.split, asked.most)
