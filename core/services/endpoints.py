"""Endpoints and pools: set up, checked, opened as models. Keys are read where people keep them and kept nowhere."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.domain import ids
from core.domain.call import CallFailure, Sampling
from core.domain.person import Actor
from core.domain.run import RunSettings
from core.domain.system import EMBEDDED, Endpoint, EndpointReport, Player, Pool, System
from core.domain.task import TaskKind
from core.errors import BadInput, EndpointError, NotAllowed, NotFound, StudioError
from core.models.address import tidy_address
from core.models.batches import BatchEndpoint
from core.models.embeddings import EmbeddingEndpoint
from core.models.endpoint import NOT_CHECKED, EndpointModel, list_models, probe
from core.ports import ByBatch, ChatModel
from core.services.access import may_grow, may_read
from core.services.batch_trial import find_batches
from core.services.destinations import Destinations
from core.services.embedded import EMBEDDED_ENDPOINT, Embedded, EmbeddedChat
from core.services.endpoint_limits import require_free, require_sound
from core.services.keys import read_key, require_name
from core.services.trial import taught, try_out, unbound
from core.store import deeds, installation
from core.store.database import Database


class Endpoints:
    """The installation's endpoints and pools; the embedded model is always one of them."""

    def __init__(
        self, database: Database, embedded: Embedded, destinations: Destinations, secrets: Sequence[Path] = ()
    ) -> None:
        """`secrets`: the files that may hold keys by name, the last one first."""
        self._database, self._embedded, self._secrets = database, embedded, tuple(secrets)
        self._destinations = destinations

    def list(self, actor: Actor) -> list[Endpoint]:
        """All of them, each with whither it may connect now."""
        may_read(actor)
        kept = installation.endpoints(self._database)
        return [EMBEDDED_ENDPOINT, *(replace(one, reach=self._destinations.reach(one.base_url)) for one in kept)]

    def get(self, actor: Actor, name: str) -> Endpoint:
        """One endpoint, no pool."""
        for endpoint in self.list(actor):
            if endpoint.name == name:
                return endpoint
        raise NotFound(f"There is no endpoint “{name}”", to_do="Connect it on Home, or choose another one.")

    def pools(self, actor: Actor) -> tuple[Pool, ...]:
        may_read(actor)
        return tuple(installation.pools(self._database))

    def players(self, actor: Actor) -> tuple[Player, ...]:
        """Whoever can play a role in a run: the embedded model, endpoints, then pools."""
        found = {endpoint.name: endpoint for endpoint in self.list(actor)}
        alone = [Player(name=name, members=((endpoint, 1.0),)) for name, endpoint in found.items()]
        pools = [
            Player(
                name=pool.name, members=tuple((found[one.endpoint], one.weight) for one in pool.members), is_pool=True
            )
            for pool in self.pools(actor)
        ]
        return (*alone, *pools)

    def names(self, actor: Actor) -> tuple[str, ...]:
        """The names that a run's settings may give for a role."""
        return tuple(player.name for player in self.players(actor))

    def player(self, actor: Actor, name: str) -> Player:
        """An endpoint or a pool by its name."""
        for player in self.players(actor):
            if player.name == name:
                return player
        raise NotFound(f"There is no endpoint “{name}”", to_do="Set it up under Settings, or choose another one.")

    def cast(self, actor: Actor, settings: RunSettings) -> dict[TaskKind, Player]:
        """Who is asked for each kind of task under these settings."""
        return {kind: self.player(actor, settings.endpoint_for(kind)) for kind in TaskKind}

    def with_defaults(self, actor: Actor, settings: RunSettings) -> RunSettings:
        """The settings with the sampling that the chosen endpoints are set up with; judges keep the pack's own."""
        cast = self.cast(actor, settings)
        evolving, responding = cast[TaskKind.EVOLVE].endpoints[0], cast[TaskKind.RESPOND].endpoints[0]
        return replace(
            settings,
            evolving=evolving.sampling.over(settings.evolving),
            responding=responding.sampling.over(settings.responding),
        )

    def save(self, actor: Actor, endpoint: Endpoint) -> Endpoint:
        """Keep an endpoint under its name. BadInput for what cannot work, NotAllowed for an address or key that needs an owner."""
        may_grow(actor)
        require_free(endpoint.name, [pool.name for pool in self.pools(actor)])
        require_name(endpoint)
        if not endpoint.model.strip():
            raise BadInput("The model's name is missing", to_do="Choose one that the endpoint lists.")
        require_sound(endpoint)
        kept = replace(endpoint, base_url=tidy_address(endpoint.base_url), model=endpoint.model.strip())
        before = next((one for one in self.list(actor) if one.name == kept.name), kept)
        if (before.base_url, before.model) != (kept.base_url, kept.model):  # what was found was found of another one
            kept = replace(kept, supports_schema=True, supports_logprobs=True, supports_seed=True)
        self._destinations.keep(actor, kept.base_url, kept)
        installation.save_endpoint(self._database, kept)
        deeds.note(self._database, actor.person_id, "endpoint saved", kept.name, f"{kept.model} at {kept.base_url}")
        return kept

    def remove(self, actor: Actor, name: str) -> None:
        """Forget an endpoint; runs keep what they know of it. BadInput while a pool asks it."""
        may_grow(actor)
        self._own(actor, name)
        for pool in self.pools(actor):
            if name in {member.endpoint for member in pool.members}:
                raise BadInput(f"The pool “{pool.name}” asks {name}", to_do="Take it out of the pool first.")
        installation.remove_endpoint(self._database, name)
        deeds.note(self._database, actor.person_id, "endpoint removed", name)

    def save_pool(self, actor: Actor, pool: Pool) -> Pool:
        """Keep a pool under its name. BadInput for what cannot work."""
        may_grow(actor)
        known = [endpoint.name for endpoint in self.list(actor)]
        require_free(pool.name, known)
        named = [member.endpoint for member in pool.members]
        if not named or len(set(named)) < len(named):
            raise BadInput("A pool needs endpoints, each once", to_do="Choose at least one.")
        if unknown := [name for name in named if name not in known]:
            raise BadInput(f"There is no endpoint “{unknown[0]}”", to_do="Choose one that is set up.")
        if not all(0 < member.weight <= 1e6 for member in pool.members):
            raise BadInput("A weight must be above 0", to_do="Raise it, or take the endpoint out of the pool.")
        installation.save_pool(self._database, pool)
        deeds.note(self._database, actor.person_id, "pool saved", pool.name, ", ".join(named))
        return pool

    def remove_pool(self, actor: Actor, name: str) -> None:
        may_grow(actor)
        if name not in [pool.name for pool in self.pools(actor)]:
            raise NotFound(f"There is no pool “{name}”", to_do="Choose one from the list.")
        installation.remove_pool(self._database, name)
        deeds.note(self._database, actor.person_id, "pool removed", name)

    def models(
        self, actor: Actor, base_url: str, key_env: str | None, key_secret: str | None = None
    ) -> tuple[str, ...]:
        """What a server lists. Costs nothing. EndpointError says why it cannot."""
        may_grow(actor)
        endpoint = Endpoint(
            name="new", base_url=tidy_address(base_url), model="", key_env=key_env, key_secret=key_secret
        )
        require_name(endpoint)
        endpoint = replace(endpoint, reach=self._destinations.ask(actor, endpoint.base_url, endpoint))
        found = asyncio.run(list_models(endpoint, read_key(endpoint, self._secrets)))
        if isinstance(found, CallFailure):
            raise _error(found)
        return found

    def check(self, actor: Actor, name: str) -> None:
        """Raises StudioError if a run could not begin: nothing is spent. Of a pool, one usable endpoint is enough."""
        failures: list[StudioError] = []
        members = self.player(actor, name).endpoints
        for endpoint in members:
            try:
                self._check(endpoint)
            except StudioError as error:
                failures.append(error)
        if len(failures) == len(members):
            raise failures[0]

    def _check(self, endpoint: Endpoint) -> None:
        if endpoint.name == EMBEDDED:
            self._embedded.require_ready()
            return
        failure = asyncio.run(probe(endpoint, self._key(endpoint)))
        if failure is not None and failure.detail != NOT_CHECKED:
            raise _error(failure)

    def test(self, actor: Actor, name: str) -> EndpointReport:
        """Ask it a few very small questions, and keep what they show. At most five calls of 20 tokens; they cost money."""
        may_grow(actor)
        endpoint = self.get(actor, name)
        if endpoint.name == EMBEDDED:
            self._embedded.require_ready()
        found = asyncio.run(try_out(endpoint, self.open(unbound(endpoint))))
        if endpoint.name != EMBEDDED:
            if found.answers:
                batches = asyncio.run(find_batches(endpoint, self._key(endpoint)))
                found = replace(found, findings=(*found.findings, batches))
            installation.save_endpoint(self._database, taught(endpoint, found))
        installation.save_report(self._database, found)
        return found

    def report(self, actor: Actor, name: str) -> EndpointReport | None:
        """What the last test found; None before the first, and after its address or model was changed."""
        endpoint = self.get(actor, name)
        found = installation.report(self._database, name)
        is_of_it = found is not None and (found.base_url, found.model) == (endpoint.base_url, endpoint.model)
        return found if is_of_it else None

    def key_problem(self, actor: Actor, name: str) -> str:
        """Why the endpoint's key cannot be read now; "" if it can, or if it needs none."""
        try:
            self._key(self.get(actor, name))
        except EndpointError as error:
            return str(error)
        return ""

    def open(self, endpoint: Endpoint) -> ChatModel:
        """The endpoint as a model. The caller closes it. EndpointError if its key is missing."""
        if endpoint.name == EMBEDDED:
            return EmbeddedChat(self._embedded)
        return EndpointModel(endpoint, self._key(endpoint), in_flight=endpoint.in_flight)

    def open_batches(self, endpoint: Endpoint) -> ByBatch:
        """The endpoint as a model that is asked by batch. The caller closes it. EndpointError if it cannot be asked so."""
        if endpoint.batch_share is None:
            raise EndpointError(
                f"{endpoint.name} is not set up to be asked by batch",
                to_do="Give its price by batch under Settings, or ask it now.",
            )
        return ByBatch(
            model=BatchEndpoint(endpoint, self._key(endpoint)), prices=endpoint.prices.times(endpoint.batch_share)
        )

    def open_embeddings(self, endpoint: Endpoint, dimensions: int) -> EmbeddingEndpoint:
        """The endpoint as a model that embeds; `dimensions` as it had them before, 0 if it never did. The caller closes it."""
        return EmbeddingEndpoint(endpoint, self._key(endpoint), dimensions=dimensions)

    def _own(self, actor: Actor, name: str) -> Endpoint:
        if name == EMBEDDED:
            raise BadInput("The embedded model comes with the studio", to_do="It cannot be changed or removed.")
        return self.get(actor, name)

    def _key(self, endpoint: Endpoint) -> str | None:
        """EndpointError if it is missing, or an owner took back that it may go there."""
        try:
            self._destinations.require(endpoint.base_url, endpoint)
        except NotAllowed as refusal:
            raise EndpointError(refusal.what, where=refusal.where, to_do=refusal.to_do) from None
        return read_key(endpoint, self._secrets)


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
