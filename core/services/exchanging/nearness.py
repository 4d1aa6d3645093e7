"""What has to be embedded before a dataset can be kept clear of test sets by cosine: its rows, and the sets; nothing else."""

import numpy as np

from core.domain.export import Order
from core.domain.person import Actor
from core.services.access import may_read
from core.services.exchanging import making
from core.services.projects import Project
from core.store import export_reading, export_sets
from core.store.embedding_reading import Places


def compared(actor: Actor, project: Project, order: Order) -> Places:
    """The places in the log of everything that an order's cosine looks at; none without a cosine.

    BadInput for an order that cannot be meant, or a set that is none.
    """
    may_read(actor)
    making.require_order(order)
    if order.shaping.cosine is None:
        return np.empty(0, np.int64)
    with export_reading.selected(project.database, export_reading.matching(order.wanted)) as selection:
        rows = making.rows_of(selection, order)
        seqs = [*rows.seqs(), *export_sets.seqs(rows.cursor, order.shaping.against)]
    return np.unique(np.asarray(seqs, np.int64))
