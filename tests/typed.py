"""Commands as people type them."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from core.__main__ import main


def said(*words: object) -> tuple[int, str]:
    out, problems = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(problems):
        status = main([str(word) for word in words])
    return status, out.getvalue() + problems.getvalue()


def in_json(*words: object) -> dict[str, Any]:
    status, text = said("--json", *words)
    assert status == 0, text
    return dict(json.loads(text))
