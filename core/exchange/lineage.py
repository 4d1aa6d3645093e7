"""Lineages as files: a header, then one row an instruction with everything that is known of it, in the order of their making.

A row's `sha256` is that of its facts (the keys of FACTS) as JSON with sorted keys, no spaces, in UTF-8: the same wherever the
instruction was imported to. What follows from facts (who stands above, what people say now) and what depends on the project
(`place`: numbers in its log) stands beside them and is not hashed; `end` covers the whole file. docs/lineage.md says it all.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from core.domain.person import LOCAL_OWNER
from core.exchange.export_parquet import parquet
from core.exchange.lineage_columns import BESIDE, FACTS, PARTS, ROWS

FORMAT, VERSION = "evol-instruct-lineage", 1
HEADER_KEY, END_KEY = "evol_instruct_lineage", "evol_instruct_lineage_end"
_PSEUDONYM = re.compile(r"person-\d+-[0-9a-f]{8}")

Json = dict[str, Any]


class Seal:
    """The digest of a whole file, row by row: JSON lines and Parquet of the same rows have the same."""

    def __init__(self, header: Mapping[str, Any]) -> None:
        self._digest = hashlib.sha256(canonical(header))
        self.rows = 0

    def add(self, row: Mapping[str, Any]) -> bytes:
        """Everything but the facts, which the row's own `sha256` stands for. → that, as it was counted."""
        beside = canonical({name: row[name] for name in BESIDE})
        self._digest.update(b"\n" + beside)
        self.rows += 1
        return beside

    def end(self) -> Json:
        """The last line."""
        return {"row": "end", "rows": self.rows, "sha256": self._digest.hexdigest()}


def canonical(value: object) -> bytes:
    """JSON in its one form. ValueError (UnicodeEncodeError too) for what has none."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")


def facts_as_json(row: Mapping[str, Any]) -> bytes:
    """A row's facts in their one form: what its `sha256` is of."""
    return canonical({name: row[name] for name in FACTS})


def fact_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 of a row's facts, in hex."""
    return hashlib.sha256(facts_as_json(row)).hexdigest()


def finished(row: Json, people: Mapping[str, str]) -> Json:
    """A row as the store reads it, as it stands in a file: its columns and no others, plain values, people by the given names.

    Its `sha256` is still missing.
    """
    whole: Json = {name: row.get(name) for name in ROWS.names}
    for part, names in PARTS.items():
        whole[part] = [{name: fact.get(name) for name in names} for fact in row[part]]
    for part, field in (("revisions", "by"), ("scores", "by"), ("labels", "by"), ("decisions", "person_id")):
        for fact in whole[part]:
            fact[field] = people.get(fact[field], fact[field])
    for part, fields in _TO_CONVERT.items():
        for fact in whole[part]:
            for field in fields:
                fact[field] = _plain(fact[field])
    return whole | {"row": "instruction", "outcome": _plain(row["outcome"]), "difficulty": _plain(row["difficulty"])}


_TO_CONVERT = {
    "calls": ("started_at", "cost_usd", "worst_cost_usd", "latency_ms"),
    "checks": ("score",),
    "scores": ("value",),
    "decisions": ("decided_at_browser", "received_at"),
}


def _plain(value: Any) -> Any:
    """Times as text in UTC; a number that is none as nothing."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def header(about: Json, people: Mapping[str, str], *, with_names: bool) -> Json:
    """The first row: the format, the project, its runs with their settings, and whatever rows refer to.

    `about` is what the store says of the project; `people` are its people's ids as the rows have them.
    """
    plain: Json = _plain(about)
    for part in ("sources", "runs", "bulks"):
        for fact in plain[part]:
            fact["by"] = people.get(fact["by"], fact["by"])
    for run in plain["runs"]:
        run["settings"] = json.loads(run["settings"])
        for event in run["events"]:
            event["by"] = people.get(event["by"], event["by"])
    for pack in plain["packs"]:
        pack["files"] = json.loads(pack["files"])
    persons = [
        {"id": people[one["id"]], "name": one["name"] if with_names else people[one["id"]]} for one in plain["persons"]
    ]
    kept_as = "names" if with_names else "pseudonyms"
    return {"row": "header", "format": FORMAT, "version": VERSION, **plain, "people": kept_as, "persons": persons}


def pseudonyms(project_id: str, person_ids: Iterable[str]) -> dict[str, str]:
    """Person → pseudonym, numbered in the given order. Who came with an import under a pseudonym keeps it.

    A project's own mark is part of it, so that the first person of two projects is never taken for one.
    """
    found: dict[str, str] = {}
    for id_ in person_ids:
        own = sum(not _PSEUDONYM.fullmatch(known) for known in found)
        found[id_] = id_ if _PSEUDONYM.fullmatch(id_) else f"person-{own + 1}-{_mark(project_id)}"
    return found


def named(project_id: str, person_ids: Iterable[str]) -> dict[str, str]:
    """Person → the id that a lineage with names has: their own, but that of an installation's owner, who is "local" in each."""
    owner = LOCAL_OWNER.person_id
    return {id_: f"{owner}-{_mark(project_id)}" if id_ == owner else id_ for id_ in person_ids}


def _mark(project_id: str) -> str:
    return project_id.replace("-", "")[-8:]


def json_lines(header: Json, rows: Iterable[Json]) -> Iterator[bytes]:
    """Header, rows, end: one JSON object a line. Each row's facts are put into words once, for the hash and for the line."""
    seal = Seal(header)
    yield canonical(header) + b"\n"
    for row in rows:
        facts = facts_as_json(row)
        beside = seal.add(row | {"sha256": hashlib.sha256(facts).hexdigest()})
        yield beside[:-1] + b"," + facts[1:] + b"\n"
    yield canonical(seal.end()) + b"\n"


def lineage_parquet(header: Json, rows: Iterable[Json]) -> Iterator[bytes]:
    """The same as Parquet: one row an instruction; header and end stand in the file's metadata, as JSON."""
    seal = Seal(header)

    def sized() -> Iterator[tuple[Json, int]]:
        for row in rows:
            facts = facts_as_json(row)
            whole = row | {"sha256": hashlib.sha256(facts).hexdigest()}
            seal.add(whole)
            yield whole, len(facts)

    schema = ROWS.with_metadata({HEADER_KEY: json.dumps(header, ensure_ascii=False)})
    return parquet(schema, sized(), lambda: {END_KEY: json.dumps(seal.end())})
