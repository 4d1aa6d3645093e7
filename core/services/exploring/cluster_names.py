"""Names of a map's clusters by a model: one call each, about their words and typical texts; every name is a fact by that system."""

from collections.abc import Iterator, Sequence
from functools import partial

import uuid_utils

from core.domain import ids
from core.domain.call import Call, ChatReply
from core.domain.calling import CallProgress
from core.domain.map import ClusterName, ClusterNow
from core.domain.person import Actor
from core.domain.progress import Estimate
from core.domain.run import Caps
from core.domain.system import EMBEDDED
from core.services.access import may_grow, may_read
from core.services.asking import Errand, Question, Reading
from core.services.endpoints import Endpoints, system_of
from core.services.errands import Errands, require_prices
from core.services.exploring import maps
from core.services.exploring.cluster_question import MOST_TEXTS, SAMPLING, name_in, question
from core.services.projects import Project
from core.store import map_reading

_BYTES_A_TOKEN = 3.6
_TOKENS_OUT = 14
_SECONDS_A_CALL = {EMBEDDED: 9.0}  # about 600 tokens to read on two cores; elsewhere about one


class ClusterNames:
    """The namings of this process, at most one a project."""

    def __init__(self, errands: Errands, endpoints: Endpoints) -> None:
        self._errands, self._endpoints = errands, endpoints

    def estimate(self, actor: Actor, project: Project, map_id: str, endpoint: str) -> Estimate:
        """What it will take to name the clusters of a map that have no name yet."""
        may_read(actor)
        asked = self._endpoints.get(actor, endpoint)
        nameless = _nameless(actor, project, map_id)
        requests = [one.request for one in _questions(project, map_id, nameless, "", "")]
        size = sum(len(message.content.encode("utf-8", "replace")) for one in requests for message in one.messages)
        tokens_in, tokens_out = round(size / _BYTES_A_TOKEN), len(requests) * _TOKENS_OUT
        seconds = len(requests) * _SECONDS_A_CALL.get(asked.name, 1.0) / max(1, asked.in_flight)
        return Estimate(
            calls=len(requests),
            tokens=tokens_in + tokens_out,
            usd=asked.prices.cost_usd(tokens_in, tokens_out),
            duration_s=seconds,
        )

    def start(self, actor: Actor, project: Project, map_id: str, endpoint: str, *, caps: Caps) -> None:
        """Begin in the background. Raises EndpointError or BadInput before anything is spent; does nothing while one goes."""
        may_grow(actor)
        asked = self._endpoints.get(actor, endpoint)
        require_prices(asked, caps)
        nameless = _nameless(actor, project, map_id)
        self._endpoints.check(actor, asked.name)
        id_, system = str(uuid_utils.uuid7()), system_of(asked, SAMPLING)
        errand = Errand(
            id=id_, kind="label", database=project.database, endpoint=asked, system=system, total=len(nameless),
            questions=_questions(project, map_id, nameless, id_, system.id),
        )  # fmt: skip
        self._errands.begin(_name(project), errand, caps)

    def stop(self, actor: Actor, project: Project) -> None:
        """Start no more calls; those in flight are finished and kept."""
        may_grow(actor)
        self._errands.stop(_name(project))

    def progress(self, actor: Actor, project: Project) -> CallProgress | None:
        """How far it is; None if none was begun since the studio started."""
        may_read(actor)
        return self._errands.progress(_name(project))

    def wait(self, actor: Actor, project: Project, timeout_s: float | None = None) -> bool:
        """Until it has ended; False when the time is over first."""
        may_read(actor)
        return self._errands.wait(_name(project), timeout_s)


def _name(project: Project) -> str:
    return f"cluster names {project.slug}"


def _nameless(actor: Actor, project: Project, map_id: str) -> list[ClusterNow]:
    return [one for one in maps.clusters(actor, project, map_id) if not one.name]


def _questions(
    project: Project, map_id: str, clusters: Sequence[ClusterNow], errand_id: str, by: str
) -> Iterator[Question]:
    """A question a cluster, about its words and the present texts of what is typical of it."""
    for one in clusters:
        texts = map_reading.texts(project.database, one.typical[:MOST_TEXTS])
        task = ids.cluster_task_id(errand_id, map_id, one.cluster)
        read = partial(_read, task, map_id, one.cluster, by)
        yield Question(task_id=task, request=question(one.words, texts), read=read)


def _read(id_: str, map_id: str, cluster: int, by: str, reply: ChatReply, _: Call) -> Reading:
    """The name that a reply brought; none for what is no name."""
    name = name_in(reply.text)
    if name is None:
        return Reading(is_clear=False)
    return Reading(facts=(ClusterName(id=id_, map_id=map_id, cluster=cluster, name=name, by=by),))
