"""`endpoints …`: list, connect. Never a key: only the name of the variable that holds one."""

import argparse

from core.domain.person import Actor
from core.domain.system import Endpoint
from core.services.commands.verb import Answer, Noun, Verb, table
from core.services.studio import Studio


def list_(studio: Studio, actor: Actor) -> Answer:
    """The endpoints that are set up."""
    return {
        "endpoints": [
            {"name": one.name, "url": one.base_url, "model": one.model, "key_env": one.key_env}
            for one in studio.endpoints.list(actor)
        ]
    }


def say_list(answer: Answer) -> str:
    return table(answer["endpoints"], ("name", "url", "model", "key_env"), empty="No endpoints yet.")


def connect(studio: Studio, actor: Actor, *, name: str, url: str, model: str, key_env: str | None) -> Answer:
    """Set an endpoint up, or set it up anew."""
    kept = studio.endpoints.save(actor, Endpoint(name=name, base_url=url, model=model, key_env=key_env))
    return {"endpoint": kept.name}


def _connection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="what to call it")
    parser.add_argument("--url", required=True, help="its address")
    parser.add_argument("--model", required=True)
    parser.add_argument("--key-env", metavar="VARIABLE", help="the NAME of the variable that holds its key")


NOUN = Noun(
    name="endpoints",
    help="the servers whose models grow, answer and judge",
    verbs=(
        Verb(name="list", help="list endpoints", do=list_, say=say_list),
        Verb(name="connect", help="set an endpoint up, or set it up anew", do=connect, options=_connection),
    ),
)
