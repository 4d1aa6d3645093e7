"""The embedded model: a real model that needs no key, as a child process on this machine.

    weights = default_weights()                     # the person's own file, or the default one in their cache
    weights.state()                                 # ready | partial | absent, without fetching or hashing
    weights.fetch(report, cancel)                   # blocks; continues where it stopped; `Progress` values to `report`
    server = EmbeddedServer(weights.state().path, cache_folder() / "embedded-model.log")
    address = server.ensure()                       # base_url, api_key, model: any OpenAI-compatible client will do
    server.stop()                                   # with the app; if the app is killed, the child ends by itself

Everything raises `WeightsError` for what a person can act on. Environment: EVOL_STUDIO_CACHE (where the model is kept),
EVOL_STUDIO_WEIGHTS (a GGUF file of one's own).
"""

from core.models.embedded.manifest import Manifest, Part, default_manifest
from core.models.embedded.meter import Progress
from core.models.embedded.room import memory_needed
from core.models.embedded.supervisor import EmbeddedServer, ServerAddress
from core.models.embedded.weights import Weights, WeightsState, cache_folder, default_weights

__all__ = [
    "EmbeddedServer",
    "Manifest",
    "Part",
    "Progress",
    "ServerAddress",
    "Weights",
    "WeightsState",
    "cache_folder",
    "default_manifest",
    "default_weights",
    "memory_needed",
]
