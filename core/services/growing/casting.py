"""Who plays in a run: for each kind of task the endpoints that may be asked, what the log calls them, and their models."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace

from core.cluster.remote import RemoteModel
from core.domain import ids
from core.domain.call import CallFailure, ChatReply, Sampling
from core.domain.run import RunSettings
from core.domain.system import Endpoint, Player, System
from core.domain.task import TaskKind
from core.errors import EndpointError
from core.evolution.asking import judge_request
from core.evolution.pack import Pack
from core.models.limits import AdaptiveLimit
from core.models.pool import Part
from core.ports import ChatModel, Voice
from core.services.endpoints import Endpoints, system_of

_PLACE_S = 5.0  # for a place at one endpoint of a pool


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """One endpoint in one role."""

    endpoint: Endpoint
    weight: float
    system: System


@dataclass(frozen=True, kw_only=True, slots=True)
class Casting:
    """A run's seats by kind of task. `drawn_by`: whoever evolves, as children are drawn (of a pool, the pool).

    `left_out`: endpoints of pools that cannot be asked, and why.
    """

    seats: Mapping[TaskKind, tuple[Seat, ...]]
    drawn_by: System
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def systems(self) -> tuple[System, ...]:
        """Everything that the log must know before the first call, each once."""
        played = {seat.system.id: seat.system for role in self.seats.values() for seat in role}
        return tuple((played | {self.drawn_by.id: self.drawn_by}).values())

    @property
    def endpoints(self) -> dict[str, Endpoint]:
        return {seat.endpoint.name: seat.endpoint for role in self.seats.values() for seat in role}


def casting_of(cast: Mapping[TaskKind, Player], settings: RunSettings, pack: Pack) -> Casting:
    """The seats that these players take under these settings."""
    judging = judge_request(pack, parent="", child="").sampling
    drawn: dict[TaskKind, Sampling] = {
        TaskKind.EVOLVE: settings.evolving,
        TaskKind.RESPOND: settings.responding,
        TaskKind.JUDGE: judging,
        TaskKind.SCORE: judging,
    }
    seats = {
        kind: tuple(
            Seat(endpoint=endpoint, weight=weight, system=system_of(endpoint, drawn[kind]))
            for endpoint, weight in player.members
        )
        for kind, player in cast.items()
    }
    evolving = cast[TaskKind.EVOLVE]
    only = seats[TaskKind.EVOLVE][0].system
    return Casting(seats=seats, drawn_by=_pool_system(evolving, only) if evolving.is_pool else only)


def _pool_system(player: Player, one: System) -> System:
    """A pool as the log names it: no single call is its own, each names the member that answered."""
    members = ", ".join(f"{endpoint.name} ({weight:g})" for endpoint, weight in player.members)
    return System(
        id=ids.system_id(player.name, "pool", members, one.sampling),
        name=player.name,
        endpoint="pool",
        model=members,
        sampling=one.sampling,
        input_usd=player.prices.input_usd,
        output_usd=player.prices.output_usd,
    )


def opened(endpoints: Endpoints, casting: Casting) -> tuple[Casting, dict[str, ChatModel]]:
    """A model for every endpoint. Of a pool, those without a key are left out; EndpointError if a role has nobody left."""
    models: dict[str, ChatModel] = {}
    missing: dict[str, EndpointError] = {}
    for name, endpoint in casting.endpoints.items():
        try:
            models[name] = endpoints.open(endpoint)
        except EndpointError as error:
            missing[name] = error
    seats = {kind: tuple(seat for seat in role if seat.endpoint.name in models) for kind, role in casting.seats.items()}
    for kind, role in seats.items():
        if not role:
            raise missing[casting.seats[kind][0].endpoint.name]
    return replace(casting, seats=seats, left_out={name: str(error) for name, error in missing.items()}), models


class Turn:
    """`core.ports.Limiter` for one run at an endpoint's limit: runs that share it are served in turn."""

    def __init__(self, limit: AdaptiveLimit, who: str) -> None:
        self._limit, self._who = limit, who

    def slot(self) -> AbstractAsyncContextManager[None]:
        return self._limit.slot(self._who)

    def observe(self, outcome: ChatReply | CallFailure) -> None:
        self._limit.observe(outcome)


class CrewTurn(Turn):
    """The same where workers ask: a place is taken when one of them is there, and not held while they come. A pause ends the waiting."""

    def __init__(self, limit: AdaptiveLimit, who: str, model: RemoteModel) -> None:
        super().__init__(limit, who)
        self._model = model

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        await self._model.comes()
        async with super().slot():
            yield


def turn_at(limit: AdaptiveLimit, who: str, model: ChatModel | None) -> Turn:
    """A run's turn at this limit."""
    return CrewTurn(limit, who, model) if isinstance(model, RemoteModel) else Turn(limit, who)


def voices(role: Sequence[Seat], models: Mapping[str, ChatModel], turns: Mapping[str, Turn]) -> tuple[Part, ...]:
    """The seats of one role as whoever can be asked. Who has others beside it waits for a place only so long."""
    return tuple(
        Part(
            voice=Voice(
                name=seat.endpoint.name,
                system_id=seat.system.id,
                model=models[seat.endpoint.name],
                limiter=turns[seat.endpoint.name],
                prices=seat.endpoint.prices,
                patience_s=_PLACE_S if len(role) > 1 else None,
            ),
            weight=seat.weight,
            replica=_replica(models[seat.endpoint.name]),
        )
        for seat in role
    )


def _replica(model: ChatModel) -> RemoteModel | None:
    """A worker's model is one of several."""
    return model if isinstance(model, RemoteModel) else None
