"""Skills by a model: the seeds without one are asked about, one call each; every label is a fact by that system."""

from collections.abc import Iterator
from functools import partial

import uuid_utils

from core.domain import ids
from core.domain.call import Call, ChatReply
from core.domain.calling import CallProgress
from core.domain.person import Actor
from core.domain.progress import Estimate
from core.domain.run import Caps, SeedChoice
from core.domain.source import Label
from core.domain.system import EMBEDDED
from core.services.access import may_grow, may_read
from core.services.asking import Errand, Question, Reading
from core.services.endpoints import Endpoints, system_of
from core.services.errands import Errands, require_prices
from core.services.growing.skill_question import SAMPLING, question, skill_in
from core.services.projects import Project
from core.store import seed_reading

_WITHOUT = SeedChoice(skills=("",))
_AT_ONCE = 500  # seeds whose texts are in memory
_BYTES_A_TOKEN = 3.6
_SECONDS_A_CALL = {EMBEDDED: 1.2}  # measured on two cores; elsewhere about one


class SkillLabels:
    """The labellings of this process, at most one a project."""

    def __init__(self, errands: Errands, endpoints: Endpoints) -> None:
        self._errands, self._endpoints = errands, endpoints

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
        require_prices(asked, caps)
        self._endpoints.check(actor, asked.name)
        seeds = [key.id for key in seed_reading.matching(project.database, _WITHOUT)[:most]]
        id_, system = str(uuid_utils.uuid7()), system_of(asked, SAMPLING)
        errand = Errand(
            id=id_,
            kind="label",
            database=project.database,
            endpoint=asked,
            system=system,
            total=len(seeds),
            questions=_questions(project, seeds, id_, system.id),
        )
        self._errands.begin(_name(project), errand, caps)

    def stop(self, actor: Actor, project: Project) -> None:
        """Start no more calls; those in flight are finished and kept."""
        may_grow(actor)
        self._errands.stop(_name(project))

    def progress(self, actor: Actor, project: Project) -> CallProgress | None:
        """How far it is; None if none was begun since the studio started."""
        may_read(actor)
        return self._errands.progress(_name(project))


def _name(project: Project) -> str:
    return f"skills {project.slug}"


def _questions(project: Project, seeds: list[str], errand_id: str, by: str) -> Iterator[Question]:
    """A question a seed, about its present text; some texts at a time."""
    for first in range(0, len(seeds), _AT_ONCE):
        for id_, text in seed_reading.texts(project.database, seeds[first : first + _AT_ONCE]).items():
            task = ids.label_id(id_, "skill", errand_id)
            yield Question(task_id=task, request=question(text), read=partial(_read, id_, by))


def _read(seed_id: str, by: str, reply: ChatReply, _: Call) -> Reading:
    """The label that a reply brought; none for what is no known skill."""
    skill = skill_in(reply.text)
    if skill is None:
        return Reading(is_clear=False)
    label = ids.label_id(seed_id, "skill", by)
    return Reading(facts=(Label(id=label, instruction_id=seed_id, kind="skill", value=skill, by=by),))
