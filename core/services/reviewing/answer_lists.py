"""All accepted instructions without an answer, answered in the background: with progress, and it can be stopped."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from core.domain.calling import CallProgress
from core.domain.person import Actor
from core.errors import BadInput, NotFound, RunRefused, StudioError
from core.services.access import may_grow, may_read
from core.services.jobs import Came, Job, Jobs
from core.services.projects import Project
from core.services.reviewing.answers import Answers
from core.store import answer_reading

_AT_ONCE = 8  # calls of one list; an endpoint's own limits hold besides
_A_PAGE = 500  # ids in memory


class AnswerLists:
    """The lists of this process, at most one a project."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._jobs = Jobs("answers")

    def start(self, actor: Actor, project: Project) -> None:
        """Begin in the background; nothing happens while one goes. Raises StudioError if the first cannot be asked."""
        may_grow(actor)
        first = answer_reading.waiting(project.database, most=1)
        if not first:
            return
        if refusal := self._answers.offer(actor, project, first[0].id).refusal:
            raise RunRefused("Nobody can be asked for answers", to_do=refusal)
        total = answer_reading.count_waiting(project.database)
        self._jobs.begin(project.slug, total, lambda job: self._work(actor, project, job))

    def stop(self, actor: Actor, project: Project) -> None:
        """Start no more calls; those in flight are finished and kept."""
        may_grow(actor)
        self._jobs.stop(project.slug)

    def progress(self, actor: Actor, project: Project) -> CallProgress | None:
        """How far it is; None if none was begun since the studio started."""
        may_read(actor)
        return self._jobs.progress(project.slug)

    def _work(self, actor: Actor, project: Project, job: Job) -> None:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answers") as pool:
            for page in _pages(project, job):
                list(pool.map(lambda id_: self._one(actor, project, job, id_), page))

    def _one(self, actor: Actor, project: Project, job: Job, id_: str) -> None:
        """Answer one. What would fail for every other one too ends the list; a failure of one does not."""
        if job.stopping:
            return
        try:
            answered = self._answers.answer(actor, project, id_)
        except (BadInput, NotFound):  # somebody answered or undid it meanwhile
            return
        except StudioError as error:
            job.stop(str(error))
            return
        job.count(Came.FAILED if answered.problem else Came.KEPT, usd=answered.cost_usd)
        if answered.stops:
            job.stop(answered.problem)


def _pages(project: Project, job: Job) -> Iterator[Sequence[str]]:
    """Every id that waited when its turn came, once: what failed is not asked again in the same list."""
    after = 0
    while not job.stopping:
        found = answer_reading.waiting(project.database, most=_A_PAGE, after=after)
        if not found:
            return
        after = found[-1].seq
        yield [one.id for one in found]
