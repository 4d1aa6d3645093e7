"""What an order comes to before anything is taken: exact counts, the first rows as the format has them, the card of a folder."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.calling import CallProgress
from core.domain.export import Counted, DataRow, ExportFormat, Order
from core.domain.person import Actor
from core.domain.shaping import Shaped
from core.errors import BadInput, StudioError
from core.exchange import export_texts
from core.services.access import may_read
from core.services.exchanging import making
from core.services.exchanging.making import Share, share_nothing
from core.services.jobs import Came, Job, Jobs
from core.services.projects import Project
from core.store import export_reading

FIRST = 3  # rows of each split
_PATIENCE_S = 5.0
_CHUNK = 1_000  # steps that the work is counted in


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """`first` holds the first rows by split; `card` is the text of a folder's card, or `problem` why there can be none.

    `shaped` saves finding out again what is taken.
    """

    counted: Counted
    first: Mapping[str, tuple[Mapping[str, Any], ...]]
    shaped: Shaped
    card: str = ""
    problem: str = ""


def preview(
    actor: Actor, project: Project, order: Order, *, most: int = FIRST, share: Share = share_nothing
) -> Preview:
    """What a file or folder comes to. A lineage is never shown so: it has more than anybody reads."""
    may_read(actor)
    making.require_order(order)
    if order.format.is_lineage:
        raise BadInput("A lineage has no preview", to_do="Count it, or take it out.")
    with export_reading.selected(project.database, export_reading.matching(order.wanted)) as selection:
        taking = making.taking(project.name, selection, order, share=share)
        first = {
            one.name: tuple(_shown(order.format, row) for row in making.named(taking.rows, one.seqs[:most]))
            for one in taking.parts.splits
        }
        card = problem = ""
        if order.format.is_folder and taking.counted.rows:
            try:
                card = making.card(taking).decode()
            except BadInput as refused:
                problem = str(refused)
        return Preview(counted=taking.counted, first=first, shaped=taking.parts, card=card, problem=problem)


def _shown(format_: ExportFormat, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the format has it."""
    match format_:
        case ExportFormat.ALPACA:
            return export_texts.alpaca_of(DataRow(**row))
        case ExportFormat.SHAREGPT:
            return export_texts.sharegpt_of(DataRow(**row))
        case ExportFormat.CHAT | ExportFormat.DATASET_CHAT:
            return export_texts.chat_of(DataRow(**row))
        case _:
            return row


def _is_old(project: Project, made: Preview) -> bool:
    with project.database.cursor() as cursor:
        return export_reading.has_changed(cursor, made.counted.as_of_seq)


class Previews:
    """The last preview of each project in this process. One that reads all texts is made in the background."""

    def __init__(self) -> None:
        self._jobs = Jobs("previews")
        self._kept: dict[str, tuple[Order, Preview]] = {}
        self._begun: set[str] = set()
        self._guard = threading.Lock()  # guards both: two tabs may ask at once

    def get(self, actor: Actor, project: Project, order: Order) -> Preview | None:
        """The preview if it is there and nothing has happened since. One that is quick is made at once."""
        may_read(actor)
        with self._guard:
            kept = self._kept.get(project.slug)
        if kept is not None and kept[0] == order and not _is_old(project, kept[1]):
            return kept[1]
        return None if order.shaping.reads_texts else self._keep(project, order, preview(actor, project, order))

    def begin(self, actor: Actor, project: Project, order: Order) -> None:
        """Make it in the background; nothing happens while one of this project is being made."""
        may_read(actor)

        def work(job: Job) -> None:
            def share(done: float, _: str) -> None:
                while job.now.kept < int(done * _CHUNK):
                    job.count(Came.KEPT)
                if job.stopping:
                    raise StudioError("Stopped", to_do="Begin again, or take out less.")

            self._keep(project, order, preview(actor, project, order, share=share))

        with self._guard:
            self._begun.add(project.slug)
        self._jobs.begin(project.slug, _CHUNK, work)

    def stop(self, actor: Actor, project: Project) -> None:
        """Give it up; nothing is kept of it."""
        may_read(actor)
        self._jobs.stop(project.slug)

    def progress(self, actor: Actor, project: Project) -> CallProgress | None:
        """How far the one in the background is, or how it ended; None if none was begun since the studio started."""
        may_read(actor)
        return self._jobs.progress(project.slug)

    def wait(self, actor: Actor, project: Project, timeout_s: float | None = None) -> bool:
        """Until the one in the background has ended; False when the time is over first."""
        may_read(actor)
        return self._jobs.wait(project.slug, timeout_s)

    def known(self, actor: Actor, project: Project, order: Order) -> tuple[int, Shaped] | None:
        """What the shaping of an order came to, for whoever takes it out now; None if it has to be found out."""
        may_read(actor)
        with self._guard:
            kept = self._kept.get(project.slug)
        return (kept[1].counted.as_of_seq, kept[1].shaped) if kept is not None and kept[0] == order else None

    def close(self) -> None:
        """Stop whatever is going, before the projects are closed."""
        for slug in self._begun:
            self._jobs.stop(slug)
        for slug in self._begun:
            self._jobs.wait(slug, _PATIENCE_S)

    def _keep(self, project: Project, order: Order, made: Preview) -> Preview:
        with self._guard:
            self._kept[project.slug] = (order, made)
        return made
