"""Whether an endpoint can be asked by batch, found out without a call: by its list of batches."""

from core.domain.system import Endpoint, Finding
from core.models.batches import BatchEndpoint

BATCHES = "Batches"
_WORDS = {
    True: "It takes batches. Say under “By batch” what a call costs then, and runs can ask it so",
    False: "It keeps no list of batches: calls are asked one by one",
    None: "Not found out",
}


async def find_batches(endpoint: Endpoint, api_key: str | None) -> Finding:
    """Costs nothing."""
    model = BatchEndpoint(endpoint, api_key)
    try:
        holds = await model.keeps_a_list()
    finally:
        await model.close()
    words = _WORDS[holds]
    if holds and endpoint.batch_share is not None:
        words = f"It takes batches, at {100 * endpoint.batch_share:g} % of its price as you said"
    return Finding(name=BATCHES, holds=holds, words=words)
