"""Which instructions somebody means who says it in a word: what was accepted, everything, a saved queue, or a filter."""

import json
from urllib.parse import parse_qs

from core.domain.export import ACCEPTED
from core.domain.person import Actor
from core.domain.queue import QueueFilter
from core.errors import NotFound
from core.services.projects import Project
from core.services.reviewing import queues
from core.services.reviewing.queue_address import from_query, names_a_filter

ACCEPTED_WORD, EVERYTHING_WORD = "accepted", "everything"


def wanted(actor: Actor, project: Project, said: str) -> QueueFilter | None:
    """`accepted`, `everything` (then None), a saved queue's name or id, or a filter as the page Review has it in its address.

    Raises NotFound for what is none of these, BadInput for a filter that cannot be.
    """
    if said in (ACCEPTED_WORD, ""):
        return ACCEPTED
    if said == EVERYTHING_WORD:
        return None
    for queue in queues.every(actor, project):
        if said in (queue.id, queue.name):
            return queue.filter
    query = parse_qs(said.removeprefix("?"), keep_blank_values=True)
    if not names_a_filter(query):
        names = ", ".join(f"“{one.name}”" for one in queues.every(actor, project)[:10])
        raise NotFound(
            f"There is no queue or filter “{said[:80]}”",
            to_do=f"Saved queues: {names}. A filter is written as in Review's address: operation=deepen&epoch=2.",
        )
    return from_query(query)


def described(filter_json: str) -> str:
    """A filter as it was kept with an export, in a few words."""
    if not filter_json:
        return "everything"
    said = json.loads(filter_json)
    if said == _ACCEPTED:
        return "what was accepted"
    parts = [f"{name.replace('_', ' ')}: {_value(value)}" for name, value in said.items()]
    return "; ".join(parts) or "survivors"


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "any"
    return "any" if value is None else str(value)


_ACCEPTED = {"kinds": list(ACCEPTED.kinds), "people": list(ACCEPTED.people), "set_aside": None, "statuses": []}
