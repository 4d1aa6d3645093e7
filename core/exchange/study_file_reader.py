"""Reading a study's file back: every row's shape, what it may refer to, and the seal are checked before anything is believed.

A file that is foreign, damaged, cut short or made by hand ends in a BadInput that names the row and says why.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.domain.judgment import Outcome, PairVerdict
from core.domain.study import RaterKind, StudyEventKind, StudyState
from core.domain.trial import TrialKind, TrialOrigin
from core.errors import BadInput
from core.exchange.lineage import Json, canonical
from core.exchange.lineage_reader import Numbered, damaged
from core.exchange.study_file import FORMAT, KINDS, NAMES, PSEUDONYMS, VERSION, Seal

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_SEQ, _MOST_TEXT, _MOST_NAME = 10**12, 2_000_000, 400
Check = Callable[[Any], bool]


def _text(most: int = _MOST_TEXT, least: int = 0) -> Check:
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def _whole(least: int, most: int = _MOST_SEQ) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _one_of(kind: Any) -> Check:
    known = {str(one) for one in kind}
    return lambda value: isinstance(value, str) and value in known


def _maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


_NAME, _SOME_NAME = _text(_MOST_NAME), _text(_MOST_NAME, 1)
_HEADER: Mapping[str, Check] = {
    "people": lambda value: value in (PSEUDONYMS, NAMES), "study": lambda value: isinstance(value, dict),
    "design": lambda value: isinstance(value, dict), "rng_seed": lambda value: isinstance(value, int),
    "seq": _whole(0), "rows": _whole(0), "software": lambda value: isinstance(value, dict), "systems": _is_list,
    "raters": _is_list, "events": _is_list,
}  # fmt: skip
_PARTS: Mapping[str, Mapping[str, Check]] = {
    "study": {"id": _is_id, "name": _SOME_NAME, "version": _whole(1), "state": _one_of(StudyState), "received_at": _is_moment},
    "systems": {"id": _is_id, "name": _SOME_NAME, "model": _NAME, "sampling": _NAME},
    "raters": {"id": _SOME_NAME, "kind": _one_of(RaterKind), "name": _NAME, "details": _text(100_000)},
    "events": {"kind": _one_of(StudyEventKind), "subject": _maybe(_NAME), "reason": _text(10_000), "received_at": _is_moment},
    "prompt": {
        "id": _is_id, "key": _SOME_NAME, "text": _text(), "skill": _maybe(_NAME), "author_difficulty": _maybe(_is_number),
        "model_difficulty": _maybe(_is_number), "epoch": _maybe(_whole(0, 1_000)), "operation": _maybe(_NAME),
        "seed_id": _maybe(_is_id), "from_instruction_id": _maybe(_is_id),
    },
    "candidate": {"id": _is_id, "prompt": _is_id, "system": _maybe(_is_id), "operation": _maybe(_SOME_NAME), "text": _text()},
    "trial": {
        "id": _is_id, "kind": _one_of(TrialKind), "rater": _SOME_NAME, "origin": _one_of(TrialOrigin),
        "pilot": lambda value: isinstance(value, bool), "prompt": _is_id, "slots": _is_list,
    },
    "judgment": {
        "id": _is_id, "trial": _is_id, "number": _whole(0, 1_000_000), "outcome": _one_of(Outcome), "note": _maybe(_text()),
        "active_ms": _maybe(_whole(0)), "received_at": _is_moment, "values": _is_list,
    },
    "value": {
        "position": _whole(0, 100), "criterion": _SOME_NAME, "rank": _maybe(_whole(1, 100)), "score": _maybe(_is_number),
        "verdict": _maybe(_one_of(PairVerdict)),
    },
}  # fmt: skip


@dataclass(slots=True)
class StudyFile:
    """A whole file, checked. `body` is the digest of its rows."""

    header: Json
    body: str = ""
    rows: dict[str, list[Json]] = field(default_factory=lambda: {kind: [] for kind in KINDS})


def read(items: Iterator[Numbered]) -> StudyFile:
    """The file of these lines. BadInput, with the row, for anything that cannot be believed."""
    number, head = next(items, (1, {}))
    found = StudyFile(header=_checked_header(number, head))
    seal, known = Seal(head), _Known.of(head)
    for number, row in items:
        if row.get("row") == "end":
            _require_end(number, row, seal, head, items)
            found.body = seal.body
            return found
        kind = row.get("row")
        if kind not in KINDS:
            raise damaged(number, "is no row of a study")
        _require(number, row, _PARTS[str(kind)], also=("row",))
        known.take(number, str(kind), row)
        _sealed(number, seal, row)
        found.rows[str(kind)].append(row)
    raise damaged(number + 1, f"is missing: the file ends after {seal.rows:,} of {head['rows']:,} rows")


def _sealed(number: int, seal: Seal, row: Json) -> None:
    try:
        seal.add(row)
    except ValueError:
        raise damaged(number, "holds text that is not Unicode, or a number that is none") from None


def _require_end(number: int, row: Json, seal: Seal, head: Json, items: Iterator[Numbered]) -> None:
    if seal.rows != head["rows"]:
        raise damaged(number, f"comes after {seal.rows:,} of {head['rows']:,} rows")
    if row != seal.end():
        raise damaged(number, "says that a row before it was changed, added or taken out")
    if next(items, None) is not None:
        raise damaged(number + 1, "stands behind the end of the study")


def _checked_header(number: int, head: Json) -> Json:
    if head.get("row") != "header" or head.get("format") != FORMAT:
        raise BadInput(
            "Row 1 is not that of a study of the studio", to_do="Choose a file that was exported as a study."
        )
    if head.get("version") != VERSION:
        raise BadInput("A newer studio wrote this study", to_do="Update the studio, then import it again.")
    _require(number, head, _HEADER, also=("row", "format", "version"))
    _require(number, head["study"], _PARTS["study"])
    for part in ("systems", "raters", "events"):
        for one in head[part]:
            if not isinstance(one, dict):
                raise damaged(number, f"is no header: its `{part}` are of another kind")
            _require(number, one, _PARTS[part])
    try:
        canonical(head)
    except ValueError:
        raise damaged(number, "holds text that is not Unicode") from None
    return head


def _require(number: int, row: Mapping[str, Any], checks: Mapping[str, Check], *, also: tuple[str, ...] = ()) -> None:
    for name, check in checks.items():
        if name not in row:
            raise damaged(number, f"lacks `{name}`")
        if not check(row[name]):
            raise damaged(number, f"has a `{name}` that cannot be")
    if unknown := set(row) - set(checks) - set(also):
        raise damaged(number, f"has a field that no study has (`{min(unknown)[:80]}`)")


@dataclass(slots=True)
class _Known:
    """What rows may refer to so far: rows come in the order of KINDS."""

    systems: set[str]
    raters: set[str]
    prompts: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    candidates: set[str] = field(default_factory=set)
    texts: dict[str, int] = field(default_factory=dict)  # of each trial
    answers: set[tuple[str, int]] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    at: int = 0

    @classmethod
    def of(cls, head: Json) -> "_Known":
        return cls(systems={one["id"] for one in head["systems"]}, raters={one["id"] for one in head["raters"]})

    def take(self, number: int, kind: str, row: Json) -> None:
        if KINDS.index(kind) < self.at:
            raise damaged(number, "does not stand where it belongs")
        self.at = KINDS.index(kind)
        if row["id"] in self.ids:
            raise damaged(number, "has the id of another row")
        self.ids.add(row["id"])
        {"prompt": self._prompt, "candidate": self._candidate, "trial": self._trial, "judgment": self._judgment}[kind](
            number, row
        )

    def _prompt(self, number: int, row: Json) -> None:
        if row["key"] in self.keys:
            raise damaged(number, "has the key of another prompt")
        self.keys.add(row["key"])
        self.prompts.add(row["id"])

    def _candidate(self, number: int, row: Json) -> None:
        self._known(number, row["prompt"], self.prompts, "prompt")
        if (row["system"] is None) == (row["operation"] is None):
            raise damaged(number, "is of a system or of an operation, and says neither or both")
        if row["system"] is not None:
            self._known(number, row["system"], self.systems, "system")
        self.candidates.add(row["id"])

    def _trial(self, number: int, row: Json) -> None:
        self._known(number, row["rater"], self.raters, "rater")
        self._known(number, row["prompt"], self.prompts, "prompt")
        for one in row["slots"]:
            self._known(number, one if isinstance(one, str) else "", self.candidates, "candidate")
        if not row["slots"]:
            raise damaged(number, "shows nothing")
        self.texts[row["id"]] = len(row["slots"])

    def _judgment(self, number: int, row: Json) -> None:
        self._known(number, row["trial"], self.texts, "trial")
        if (row["trial"], row["number"]) in self.answers:
            raise damaged(number, "is an answer that is there already")
        self.answers.add((row["trial"], row["number"]))
        said: set[tuple[int, str]] = set()
        for one in row["values"]:
            if not isinstance(one, dict):
                raise damaged(number, "has a `values` that cannot be")
            _require(number, one, _PARTS["value"])
            place = (one["position"], one["criterion"])
            if one["position"] >= self.texts[row["trial"]] or place in said:
                raise damaged(number, "speaks of a position that its trial does not have, or twice of one")
            said.add(place)

    @staticmethod
    def _known(number: int, id_: str, among: Any, what: str) -> None:
        if id_ not in among:
            raise damaged(number, f"refers to a {what} that is not in the file")
