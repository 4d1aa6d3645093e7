"""Errands: a list of questions to one endpoint, asked in the background within caps; every call is a fact.

What skills, a study's responses and its model judges have in common. They differ in what they ask and what they make of a reply.
"""

from core.domain.calling import CallProgress
from core.domain.run import Caps
from core.domain.system import Endpoint
from core.errors import BadInput
from core.evolution.budget import Budget
from core.ports import Limiter
from core.services.asking import Asking, Errand
from core.services.endpoints import Endpoints
from core.services.growing.live import LiveRuns
from core.services.jobs import Job, Jobs


class Errands:
    """The errands of this process, by name."""

    def __init__(self, live: LiveRuns, endpoints: Endpoints) -> None:
        self._live, self._endpoints = live, endpoints
        self._jobs = Jobs("errand")

    def begin(self, name: str, errand: Errand, caps: Caps) -> None:
        """Begin in the background; nothing happens while one of this name is going."""
        self._jobs.begin(name, errand.total, lambda job: self._work(job, errand, caps))

    def stop(self, name: str) -> None:
        """Start no more calls; those in flight are finished and kept."""
        self._jobs.stop(name)

    def progress(self, name: str) -> CallProgress | None:
        """How far it is; None if none was begun since the studio started."""
        return self._jobs.progress(name)

    def wait(self, name: str, timeout_s: float | None = None) -> bool:
        """Until it has ended; False when the time is over first."""
        return self._jobs.wait(name, timeout_s)

    def _work(self, job: Job, errand: Errand, caps: Caps) -> None:
        errand.database.writer.append_now([errand.system])
        model = self._endpoints.open(errand.endpoint)
        spent = errand.spent
        budget = Budget(caps, calls=spent.calls, tokens=spent.tokens, usd=spent.usd or 0.0)

        async def ask(limiter: Limiter, budget: Budget) -> None:
            try:
                await Asking(job, errand, model, limiter, budget).all()
            finally:
                await model.close()

        self._live.once(errand.id, errand.endpoint, budget, ask)


def require_prices(endpoint: Endpoint, caps: Caps) -> None:
    """BadInput for a cap on money that nobody could count."""
    if caps.usd is not None and None in (endpoint.prices.input_usd, endpoint.prices.output_usd):
        raise BadInput(f"The prices of {endpoint.name} are not known", to_do="Give its prices, or cap calls instead.")
