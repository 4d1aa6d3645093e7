"""Items that say nearly the same: a search over a filter with progress, and what is similar to one item."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from core.domain.person import Actor
from core.domain.queue import QueueFilter
from core.errors import NotFound, StudioError
from core.evolution.text import shingles, words
from core.review import near_duplicates as near
from core.services.access import may_grow, may_review
from core.services.projects import Project
from core.services.reviewing.item_list import Item, items
from core.store import duplicate_reading, queue_reading

ALIKE = 0.7  # share of three-word runs in common: one word changed in forty
_AT_ONCE = 500  # texts in memory
_GROUPS_AT_ONCE = 100  # that are looked up together: one by one, each takes as long as all of them
_LET_OTHERS_S = 0.002  # between two hands of texts: the server answers people meanwhile
_LIKELY = 300  # candidates that are compared with one item
SIMILAR_FROM = 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Items that say the same, or nearly; `ids[0]` is the oldest, `alike` how much each is like that one, 0 to 1."""

    ids: tuple[str, ...]
    alike: tuple[float, ...]

    @property
    def is_exact(self) -> bool:
        return min(self.alike) == 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchProgress:
    """How far a search is. `problem` says why it ended early; groups are there once it is not going any more."""

    total: int
    done: int = 0
    groups: tuple[Group, ...] = ()
    seconds: float = 0.0
    is_going: bool = True
    problem: str = ""

    @property
    def rate_s(self) -> float:
        """Texts a second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def left_s(self) -> float | None:
        return (self.total - self.done) / self.rate_s if self.rate_s else None


@dataclass(slots=True)
class _Search:
    """One search at work: written by its thread, read by pages."""

    project: Project
    wanted: QueueFilter
    now: SearchProgress
    stopping: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)


class Duplicates:
    """The searches of this process, the last one of each project."""

    def __init__(self) -> None:
        self._searches: dict[str, _Search] = {}
        self._guard = threading.Lock()  # guards the dict: two tabs may begin at once

    def start(self, actor: Actor, project: Project, wanted: QueueFilter) -> None:
        """Begin in the background; does nothing while one of the same filter goes, and ends one of another filter."""
        may_grow(actor)
        seqs = queue_reading.matching(project.database, wanted)
        with self._guard:
            before = self._searches.get(project.slug)
            if before is not None and before.now.is_going:
                if before.wanted == wanted:
                    return
                before.stopping.set()
            search = _Search(project=project, wanted=wanted, now=SearchProgress(total=len(seqs)))
            self._searches[project.slug] = search
        threading.Thread(target=_work, args=(search, list(seqs)), name="duplicates", daemon=True).start()

    def stop(self, actor: Actor, project: Project) -> None:
        """End it; nothing is kept of it."""
        may_grow(actor)
        if (search := self._searches.get(project.slug)) is not None:
            search.stopping.set()

    def progress(self, actor: Actor, project: Project, wanted: QueueFilter) -> SearchProgress | None:
        """How far the search of this filter is; None if none was begun since the studio started."""
        may_review(actor)
        search = self._searches.get(project.slug)
        return search.now if search is not None and search.wanted == wanted else None

    def close(self) -> None:
        for search in self._searches.values():
            search.stopping.set()


def still_there(actor: Actor, project: Project, groups: Iterable[Group]) -> tuple[Group, ...]:
    """The groups without the members that people have rejected since; one that is alone is no group any more."""
    may_review(actor)
    every = list(groups)
    gone = duplicate_reading.rejected(project.database, [id_ for group in every for id_ in group.ids])
    kept = ([(id_, alike) for id_, alike in zip(one.ids, one.alike, strict=True) if id_ not in gone] for one in every)
    return tuple(
        Group(ids=tuple(id_ for id_, _ in some), alike=tuple(alike for _, alike in some))
        for some in kept
        if len(some) > 1
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Similar:
    """An item that is like another one, 0 to 1."""

    item: Item
    alike: float


def similar(actor: Actor, project: Project, id_: str, most: int = 20) -> tuple[Similar, ...]:
    """What is most like this item, whatever its state. NotFound without the item.

    Looked for among the texts that share most of its longest words; one scan, a second at 250,000.
    """
    may_review(actor)
    this = next(iter(items(actor, project, [id_])), None)
    if this is None:
        raise NotFound("There is no such item, or it has no text yet", to_do="Choose another one.")
    telling = sorted({word for word in words(this.text) if len(word) > 3}, key=lambda word: (-len(word), word))
    likely = duplicate_reading.sharing_words(project.database, telling, this.id, _LIKELY)
    own = shingles(this.text)
    scored = sorted(((near.jaccard(own, shingles(text)), other) for other, text in likely.items()), reverse=True)
    best = {other: alike for alike, other in scored[:most] if alike >= SIMILAR_FROM}
    return tuple(Similar(item=one, alike=best[one.id]) for one in items(actor, project, best))


def _work(search: _Search, seqs: list[int]) -> None:
    problem = "A fault in the studio ended this"
    try:
        found = tuple(_groups(search, seqs))
        problem = "Stopped" if search.stopping.is_set() else ""
        search.now = replace(search.now, groups=() if problem else found)
    except StudioError as error:
        problem = str(error)
    finally:
        search.now = replace(search.now, is_going=False, problem=problem, seconds=time.monotonic() - search.began)


def _groups(search: _Search, seqs: list[int]) -> Iterator[Group]:
    """Signatures of all, groups by them, and each group compared word for word with its oldest."""
    found: list[str] = []
    signatures = near.table(len(seqs))
    for ids, texts in _hands(search, seqs):
        for row, text in enumerate(texts, start=len(found)):
            signatures[row] = near.signature(" ".join(run).encode() for run in shingles(text))
        found += ids
    if search.stopping.is_set():
        return
    likely = ([found[row] for row in rows] for rows in near.groups(signatures[: len(found)], ALIKE))
    while some := list(islice(likely, _GROUPS_AT_ONCE)):
        if search.stopping.wait(_LET_OTHERS_S):
            return
        said = duplicate_reading.texts_of(search.project.database, [id_ for group in some for id_ in group])
        yield from (group for group in (_checked(said, ids) for ids in some) if group is not None)


def _hands(search: _Search, seqs: list[int]) -> Iterator[tuple[list[str], list[str]]]:
    """Ids and texts, some at a time."""
    for first in range(0, len(seqs), _AT_ONCE):
        if search.stopping.wait(_LET_OTHERS_S):
            return
        texts = duplicate_reading.texts(search.project.database, seqs[first : first + _AT_ONCE])
        yield list(texts), list(texts.values())
        done = min(first + _AT_ONCE, len(seqs))
        search.now = replace(search.now, done=done, seconds=time.monotonic() - search.began)


def _checked(texts: Mapping[str, str], ids: list[str]) -> Group | None:
    own = shingles(texts[ids[0]])
    alike = {id_: near.jaccard(own, shingles(texts[id_])) for id_ in ids}
    kept = [id_ for id_ in ids if alike[id_] >= ALIKE]
    return Group(ids=tuple(kept), alike=tuple(alike[id_] for id_ in kept)) if len(kept) > 1 else None
