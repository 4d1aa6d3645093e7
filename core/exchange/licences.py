"""Licences as people name them: how a hub calls each, and what it asks of a dataset made from seeds under it. No legal advice."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Licence:
    """`id` as hubs write it ("other" for one that they do not list), `name` as it was given, `asks` for what it asks."""

    id: str
    name: str
    asks: str


_NOTHING = "asks for nothing"
_NAMED = "asks that its authors are named and its notice is kept"
_ALIKE = "asks that whatever is made from it has the same licence, and that its authors are named"
_NO_TRADE = "does not allow commercial use, of what is made from it either, and asks that its authors are named"
_NO_CHANGE = "does not allow changed versions to be passed on: an evolved instruction may be one"
_ASKS = {
    "cc0-1.0": _NOTHING, "unlicense": _NOTHING, "pddl": _NOTHING, "mit": _NAMED, "apache-2.0": _NAMED, "bsd-3-clause": _NAMED,
    "cc-by-3.0": _NAMED, "cc-by-4.0": _NAMED, "odc-by": _NAMED, "cdla-permissive-2.0": _NAMED, "cc-by-sa-3.0": _ALIKE,
    "cc-by-sa-4.0": _ALIKE, "odbl": _ALIKE, "cdla-sharing-1.0": _ALIKE, "gpl-3.0": _ALIKE, "cc-by-nc-4.0": _NO_TRADE,
    "cc-by-nc-sa-4.0": _NO_TRADE, "cc-by-nd-4.0": _NO_CHANGE, "cc-by-nc-nd-4.0": _NO_CHANGE,
}  # fmt: skip
_OTHER_NAMES = {
    "cc0": "cc0-1.0", "public domain": "cc0-1.0", "cc by 4.0": "cc-by-4.0", "cc by-sa 4.0": "cc-by-sa-4.0",
    "cc by-nc 4.0": "cc-by-nc-4.0", "apache 2.0": "apache-2.0", "mit license": "mit", "mit licence": "mit",
}  # fmt: skip
_UNKNOWN = "is not one that this studio knows: read it, and see what it asks of what is made from it"
USUAL = ("cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "apache-2.0", "mit", "odc-by")


def licence(said: str) -> Licence:
    """The licence that is meant by a name."""
    plain = re.sub(r"\s+", " ", said.strip().lower())
    id_ = _OTHER_NAMES.get(plain, plain.replace(" ", "-"))
    if id_ in _ASKS:
        return Licence(id=id_, name=said.strip(), asks=_ASKS[id_])
    return Licence(id="other", name=said.strip(), asks=_UNKNOWN)


def conflict(dataset: str, seeds: str) -> str:
    """Why a dataset under one licence may not be made of seeds under another; "" where nothing speaks against it, or nobody can tell."""
    made, of = licence(dataset), licence(seeds)
    if of.id == made.id or of.asks in (_NOTHING, _NAMED, _UNKNOWN):
        return ""
    if of.asks == _NO_TRADE and made.asks == _NO_TRADE:
        return ""
    return f"{of.name} {of.asks}; {made.name} does not say so"
