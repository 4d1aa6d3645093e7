"""Endpoints: set up, checked, opened as models. Keys come from the environment and are kept nowhere."""

import asyncio
import os
import re
from dataclasses import replace

from core.domain import ids
from core.domain.call import CallFailure, Sampling
from core.domain.person import Actor
from core.domain.system import EMBEDDED, Endpoint, System
from core.errors import BadInput, EndpointError, NotFound
from core.models.address import tidy_address
from core.models.endpoint import NOT_CHECKED, EndpointModel, list_models, probe
from core.ports import ChatModel
from core.services.access import may_grow, may_read
from core.services.embedded import EMBEDDED_ENDPOINT, Embedded, EmbeddedChat
from core.store import installation
from core.store.database import Database

_NAME = re.compile(r"[\w .-]{1,60}")
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")


class Endpoints:
    """The installation's endpoints; the embedded model is always one of them."""

    def __init__(self, database: Database, embedded: Embedded) -> None:
        self._database, self._embedded = database, embedded

    def list(self, actor: Actor) -> list[Endpoint]:
        may_read(actor)
        return [EMBEDDED_ENDPOINT, *installation.endpoints(self._database)]

    def get(self, actor: Actor, name: str) -> Endpoint:
        for endpoint in self.list(actor):
            if endpoint.name == name:
                return endpoint
        raise NotFound(f"There is no endpoint “{name}”", to_do="Connect it on Home, or choose another one.")

    def save(self, actor: Actor, endpoint: Endpoint) -> Endpoint:
        """Keep an endpoint under its name. BadInput for what cannot work."""
        may_grow(actor)
        if endpoint.name == EMBEDDED or not _NAME.fullmatch(endpoint.name):
            raise BadInput("This name cannot be used", to_do="Use letters, digits, spaces, dots and hyphens.")
        if endpoint.key_env and not _ENVIRONMENT_NAME.fullmatch(endpoint.key_env):
            raise BadInput(
                "That is no name of an environment variable",
                to_do="Give the variable's NAME, such as OPENAI_API_KEY. The key itself is never typed here.",
            )
        if not endpoint.model.strip():
            raise BadInput("The model's name is missing", to_do="Choose one that the endpoint lists.")
        kept = replace(endpoint, base_url=tidy_address(endpoint.base_url), model=endpoint.model.strip())
        installation.save_endpoint(self._database, kept)
        return kept

    def models(self, actor: Actor, base_url: str, key_env: str | None) -> tuple[str, ...]:
        """What a server lists. Costs nothing. EndpointError says why it cannot."""
        may_grow(actor)
        endpoint = Endpoint(name="new", base_url=tidy_address(base_url), model="", key_env=key_env)
        found = asyncio.run(list_models(endpoint, self._key(endpoint)))
        if isinstance(found, CallFailure):
            raise _error(found)
        return found

    def check(self, actor: Actor, name: str) -> None:
        """Raises EndpointError if a run could not begin: nothing is spent."""
        endpoint = self.get(actor, name)
        if endpoint.name == EMBEDDED:
            self._embedded.require_ready()
            return
        failure = asyncio.run(probe(endpoint, self._key(endpoint)))
        if failure is not None and failure.detail != NOT_CHECKED:
            raise _error(failure)

    def open(self, endpoint: Endpoint) -> ChatModel:
        """The endpoint as a model. The caller closes it."""
        if endpoint.name == EMBEDDED:
            return EmbeddedChat(self._embedded)
        return EndpointModel(endpoint, self._key(endpoint), in_flight=endpoint.in_flight)

    def _key(self, endpoint: Endpoint) -> str | None:
        if not endpoint.key_env:
            return None
        key = os.environ.get(endpoint.key_env)
        if not key:
            raise EndpointError(
                f"The environment variable {endpoint.key_env} is not set",
                to_do="Set it in the terminal that starts the studio, then start again. Nothing was spent.",
            )
        return key


def system_of(endpoint: Endpoint, sampling: Sampling) -> System:
    """The endpoint as a run remembers it."""
    drawn = f"temperature {sampling.temperature:g}, top-p {sampling.top_p:g}, at most {sampling.max_tokens} tokens"
    return System(
        id=ids.system_id(endpoint.name, endpoint.base_url, endpoint.model, drawn),
        name=endpoint.name,
        endpoint=endpoint.base_url,
        model=endpoint.model,
        sampling=drawn,
        input_usd=endpoint.prices.input_usd,
        output_usd=endpoint.prices.output_usd,
    )


def _error(failure: CallFailure) -> EndpointError:
    detail = f" ({failure.detail[:200]})" if failure.detail else ""
    return EndpointError(f"{failure.kind.cause}{detail}. Nothing was spent", to_do=f"{failure.kind.remedy}.")
