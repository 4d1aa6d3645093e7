"""Skills by a model: the seeds without one are asked about, one call each; every label is a fact by that system."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError

import uuid_utils

from core.domain.person import Actor
from core.domain.progress import Estimate
from core.domain.run import Caps, SeedChoice
from core.domain.system import EMBEDDED
from core.errors import BadInput, StudioError
from core.evolution.budget import Budget
from core.ports import Limiter
from core.services.access import may_grow, may_read
from core.services.endpoints import Endpoints, system_of
from core.services.live import LiveRuns
from core.services.projects import Project
from core.services.skill_question import SAMPLING, question
from core.services.skill_work import LabelJob, Labelling, LabelProgress
from core.store import seed_reading

_WITHOUT = SeedChoice(skills=("",))
_AT_ONCE = 500  # seeds whose texts are in memory
_BYTES_A_TOKEN = 3.6
_SECONDS_A_CALL = {EMBEDDED: 1.2}  # measured on two cores; elsewhere about one


class SkillLabels:
    """The labellings of this process, at most one a project."""

    def __init__(self, live: LiveRuns, endpoints: Endpoints) -> None:
        self._live, self._endpoints = live, endpoints
        self._jobs: dict[str, LabelJob] = {}
        self._guard = threading.Lock()  # guards the dict: two tabs may begin at once

    def estimate(self, actor: Actor, project: Project, endpoint: str, most: int | None = None) -> Estimate:
        """What it will take to ask about the seeds without a skill (at most `most`)."""
        may_read(actor)
        asked = self._endpoints.get(actor, endpoint)
        there = seed_reading.matching_by_skill(project.database, _WITHOUT).get("", 0)
        calls = there if most is None else min(there, most)
        words = seed_reading.mean_words(project.database)
        prompt = sum(len(message.content) for message in question("").messages) / _BYTES_A_TOKEN + words * 1.35
        tokens_in, tokens_out = round(calls * prompt), calls * 9
        seconds = calls * _SECONDS_A_CALL.get(asked.name, 1.0) / max(1, asked.in_flight)
        return Estimate(
            calls=calls,
            tokens=tokens_in + tokens_out,
            usd=asked.prices.cost_usd(tokens_in, tokens_out),
            duration_s=seconds,
        )

    def start(self, actor: Actor, project: Project, endpoint: str, *, caps: Caps, most: int | None = None) -> None:
        """Begin in the background. Raises EndpointError or BadInput before anything is spent; does nothing while one goes."""
        may_grow(actor)
        asked = self._endpoints.get(actor, endpoint)
        if caps.usd is not None and None in (asked.prices.input_usd, asked.prices.output_usd):
            raise BadInput(f"The prices of {asked.name} are not known", to_do="Give its prices, or cap calls instead.")
        self._endpoints.check(actor, asked.name)
        keys = seed_reading.matching(project.database, _WITHOUT)[:most]
        with self._guard:
            if project.slug in self._jobs and self._jobs[project.slug].now.is_going:
                return
            job = LabelJob(
                id=str(uuid_utils.uuid7()), project=project, endpoint=asked, system=system_of(asked, SAMPLING),
                now=LabelProgress(total=len(keys)),
            )  # fmt: skip
            self._jobs[project.slug] = job
        work = threading.Thread(
            target=self._work, args=(job, [key.id for key in keys], caps), name="skills", daemon=True
        )  # fmt: skip
        work.start()

    def stop(self, actor: Actor, project: Project) -> None:
        """Start no more calls; those in flight are finished and kept."""
        may_grow(actor)
        if (job := self._jobs.get(project.slug)) is not None:
            job.stop("Stopped")

    def progress(self, actor: Actor, project: Project) -> LabelProgress | None:
        """How far it is; None if none was begun since the studio started."""
        may_read(actor)
        job = self._jobs.get(project.slug)
        return job.now if job is not None else None

    def _work(self, job: LabelJob, seeds: list[str], caps: Caps) -> None:
        reason = "A fault in the studio ended this"
        try:
            job.project.database.writer.append_now([job.system])
            model = self._endpoints.open(job.endpoint)

            async def ask(limiter: Limiter, budget: Budget) -> None:
                try:
                    await Labelling(job, model, limiter, budget).all(_texts(job.project, seeds))
                finally:
                    await model.close()

            self._live.once(job.id, job.endpoint, Budget(caps), ask)
            reason = ""
        except StudioError as error:
            reason = str(error)
        except CancelledError:
            reason = "The studio was closed"
        finally:
            job.end(reason)


def _texts(project: Project, seeds: list[str]) -> Iterator[tuple[str, str]]:
    """Ids with their present texts, some at a time."""
    for first in range(0, len(seeds), _AT_ONCE):
        yield from seed_reading.texts(project.database, seeds[first : first + _AT_ONCE]).items()
