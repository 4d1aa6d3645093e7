"""What a queue is asked, through the studio's own functions: how many wait, in which order, and what has these words."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import store_rows
from benchmarks.review_rows import EARLIER, LONG_TREES
from core.domain.person import LOCAL_OWNER
from core.domain.queue import Queue, QueueFilter, Sort
from core.services.projects import Project
from core.services.reviewing import item_list
from core.store import list_reading, queue_reading
from core.store.database import Database

ME = LOCAL_OWNER.person_id
_EVERYTHING = QueueFilter(kinds=(), statuses=())


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question: its times in ms, and how many instructions it found."""

    what: str
    aim_ms: float
    ms: list[float]
    found: int


def ask_all(project: Project, repeats: int) -> list[Asked]:
    questions = [*_filters(project.database), *_orders(project.database), *_searches(project)]
    return [_asked(what, aim_ms, ask, repeats) for what, aim_ms, ask in questions]


def _asked(what: str, aim_ms: float, ask: Callable[[], int], repeats: int) -> Asked:
    found = ask()  # the first one reads what the later ones find in memory
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - began))
    return Asked(what=what, aim_ms=aim_ms, ms=taken, found=found)


_Questions = Iterator[tuple[str, float, Callable[[], int]]]


def _filters(database: Database) -> _Questions:
    """How many wait for this person, which every list of queues says of each."""
    filters = {
        "survivors": QueueFilter(),
        "all that was ever made": _EVERYTHING,
        "one run": QueueFilter(run_id=store_rows.RUN),
        "one operation": QueueFilter(operations=("deepen",)),
        "epochs 2 and 3": QueueFilter(epochs=(2, 3)),
        "eliminated by a rule": QueueFilter(statuses=("eliminated",), rule="no_information_gain"),
        "one skill": QueueFilter(skills=("river",)),
        "difficulty from 6": QueueFilter(difficulty_from=6),
        "30 to 60 words": QueueFilter(words_from=30, words_to=60),
        "rejected by people": QueueFilter(people=("rejected",)),
        "decided by one person": QueueFilter(decided_by=EARLIER[0]),
        "seven of these at once": QueueFilter(
            run_id=store_rows.RUN, operations=("deepen", "concretize"), epochs=(2, 3), difficulty_from=4, words_from=30,
            words_to=90, people=("undecided",),
        ),
    }  # fmt: skip
    for name, wanted in filters.items():
        is_human = bool(
            wanted.people or wanted.decided_by
        )  # what others decided waits only where several people decide
        queue = Queue(id=store_rows.RUN, name=name, filter=wanted, overlap=1 + len(EARLIER) if is_human else 1)
        yield f"how many wait: {name}", 100, lambda queue=queue: queue_reading.count_waiting(database, queue, ME)


def _orders(database: Database) -> _Questions:
    """The whole order of a sitting, as it is frozen."""
    for sort in Sort:
        queue = Queue(id=store_rows.RUN, name=sort, sort=sort)
        yield (
            f"order of all survivors: {sort.label.lower()}",
            100,
            lambda queue=queue: len(queue_reading.waiting(database, queue, ME, salt=7)),
        )


def _searches(project: Project) -> _Questions:
    """The first page of the list beside the deck, and how many there are in all."""
    words = {
        "two words that many have": "energy city",
        "a number of one tree": _rare(project),
        "words that none has": "zebra zeppelin",
    }
    for name, find in words.items():
        yield f"survivors with {name}", 400, lambda find=find: _hits(project, QueueFilter(find=find))
    wanted = QueueFilter(find="energy city", operations=("deepen",), epochs=(2, 3))
    yield "the same two words, one operation, two epochs", 400, lambda: _hits(project, wanted)


def _hits(project: Project, wanted: QueueFilter) -> int:
    return item_list.page(LOCAL_OWNER, project, wanted, Sort.OLDEST).total


def _rare(project: Project) -> str:
    """The number that ends a seed's text, and stands in what grew from it: of a tree in the middle, whose texts are short."""
    seqs = queue_reading.matching(project.database, QueueFilter())
    middle = max(len(seqs) // 2, min(4 * LONG_TREES, len(seqs) - 1))
    text = str(list_reading.rows(project.database, [seqs[middle]])[0]["text"])
    return next((word for word in text.split() if word.rstrip(".").isdecimal()), text[:40])
