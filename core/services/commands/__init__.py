"""What the command line may ask, by name, with plain values in and out: the same whether the app runs or not.

A verb goes into the module of its noun, at the end of that module's NOUN.
"""

import inspect
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from core.domain.person import Actor
from core.errors import BadInput, NotFound
from core.services.access import may_read
from core.services.commands import (
    argilla,
    batches,
    cluster,
    decisions,
    endpoints,
    explore,
    growing,
    hub,
    lineages,
    packs,
    people,
    projects,
    rates,
    references,
    runs,
    seeds,
    sharing,
    studies,
    upkeep,
)
from core.services.commands.verb import Answer, Noun, Tell, Verb, tell_nobody
from core.services.studio import Studio

NOUNS: tuple[Noun, ...] = (
    projects.NOUN,
    seeds.NOUN,
    endpoints.NOUN,
    cluster.NOUN,
    people.NOUN,
    packs.NOUN,
    runs.NOUN,
    batches.NOUN,
    rates.NOUN,
    studies.NOUN,
    explore.NOUN,
    references.NOUN,
    decisions.NOUN,
    hub.NOUN,
    argilla.NOUN,
    upkeep.NOUN,
)
PLAIN: tuple[Verb, ...] = (*growing.VERBS, *sharing.VERBS, *lineages.VERBS, *studies.VERBS, *upkeep.VERBS)


def run(studio: Studio, actor: Actor, name: str, arguments: Mapping[str, Any], tell: Tell = tell_nobody) -> Answer:
    """Do one command ("grow", "seeds list"). Raises StudioError; NotFound for a command that does not exist."""
    may_read(actor)
    if name not in _BY_NAME:
        raise NotFound(f"There is no command “{name}”", to_do="See `python -m core --help`.")
    verb = _BY_NAME[name]
    do = partial(verb.do, tell=tell) if verb.tells else verb.do
    try:
        inspect.signature(do).bind(studio, actor, **arguments)
    except TypeError as error:  # the app may be older or newer than the command
        raise BadInput(
            f"“{name}” does not take these options ({error})", to_do="Start the app again: it is of another version."
        ) from None
    return do(studio, actor, **arguments)


def _named() -> Iterator[tuple[str, Verb]]:
    yield from ((verb.name, verb) for verb in PLAIN)
    yield from ((f"{noun.name} {verb.name}", verb) for noun in NOUNS for verb in noun.verbs)


_BY_NAME: Mapping[str, Verb] = dict(_named())
NAMES = tuple(_BY_NAME)
