"""Who can embed texts: the packaged model on this machine, or an endpoint's embedding model; what that takes."""

from dataclasses import dataclass, replace

from core.domain.call import Sampling
from core.domain.map import FREE, PACKAGED, MapEstimate
from core.domain.person import Actor
from core.domain.system import EMBEDDED, Endpoint
from core.errors import BadInput
from core.models import minilm_name
from core.services.access import may_read
from core.services.endpoints import Endpoints
from core.store.embedding_reading import Extent

TEXTS_A_CALL = 32
SAMPLING = Sampling(temperature=0.0, top_p=1.0, max_tokens=0)  # nothing is drawn, and nothing comes out but numbers
_TOKENS_A_WORD, _TOKENS_AROUND = 1.35, 2
MOST_WORDS = 190  # of a text: the packaged model reads 256 tokens
_SECONDS_A_CALL = 0.5
_SECONDS_TO_LOAD = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedder:
    """`model` is what its vectors are kept under; `endpoint` is None for the packaged model, which costs nothing."""

    name: str
    model: str
    endpoint: Endpoint | None = None


def names(actor: Actor, endpoints: Endpoints) -> tuple[str, ...]:
    """The packaged model, then every endpoint. Whether an endpoint's model can embed, only asking it tells."""
    may_read(actor)
    return (PACKAGED, *(one.name for one in endpoints.list(actor) if one.name != EMBEDDED))


def named(actor: Actor, endpoints: Endpoints, name: str) -> Embedder:
    """The embedder of this name. NotFound if there is no such endpoint, BadInput for one that only writes."""
    may_read(actor)
    if name in FREE:
        return Embedder(name=name, model=minilm_name.MODEL)
    if name == EMBEDDED:
        raise BadInput(
            "The embedded model writes, and embeds nothing", to_do="Choose the packaged one, or an endpoint."
        )
    endpoint = endpoints.get(actor, name)
    prices = endpoint.prices
    if prices.input_usd is not None:  # embeddings have no tokens out, so that price need not be known
        prices = replace(prices, output_usd=prices.output_usd or 0.0)
    return Embedder(
        name=name, model=f"{endpoint.model} at {endpoint.base_url}", endpoint=replace(endpoint, prices=prices)
    )


def estimate(embedder: Embedder, extent: Extent, threads: int) -> MapEstimate:
    """What embedding the missing texts takes."""
    said = MapEstimate(texts=extent.texts, to_embed=extent.missing, seconds=0.0)
    if embedder.endpoint is None:
        tokens = extent.words_read * _TOKENS_A_WORD + extent.missing * _TOKENS_AROUND
        loading_s = _SECONDS_TO_LOAD if extent.missing else 0.0
        return replace(said, seconds=tokens / (minilm_name.TOKENS_PER_S * threads) + loading_s)
    calls = -(-extent.missing // TEXTS_A_CALL)
    tokens = round(extent.words * _TOKENS_A_WORD)
    seconds = calls * _SECONDS_A_CALL / max(1, embedder.endpoint.in_flight)
    usd = embedder.endpoint.prices.cost_usd(tokens, 0)
    return replace(said, seconds=seconds, calls=calls, tokens=tokens, usd=usd)
