"""What was worked out of a project and is still true: kept until something happens in it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from core.services.projects import Project
from core.store import explore_reading

T = TypeVar("T")
_MOST = 64  # answers, each a few kB


class Kept:
    """The newest answers of this process, by project, the mark of its log, and what was asked."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._guard = (
            threading.Lock()
        )  # guards the dict alone: two tabs may work out the same at once, and find the same

    def once(self, project: Project, asked: Hashable, work: Callable[[], T]) -> T:
        """What was found before, if nothing has happened in the project since; else what `work` finds."""
        key = (project.path, explore_reading.mark(project.database), asked)
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])
        found = work()
        with self._guard:
            self._kept[key] = found
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return found
