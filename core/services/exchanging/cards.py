"""A dataset's card, out of the log as it was; and the refusal of one that nobody gave a licence."""

from collections.abc import Sequence

from core.analysis.intervals import wilson
from core.domain.agreement import Agreement, Split
from core.domain.dataset_card import Told
from core.domain.export import Counted, Order
from core.errors import BadInput
from core.exchange.dataset_card import card
from core.store import card_reading
from core.store.export_rows import Rows
from core.store.past import Moment


def card_of(
    rows: Rows, keys: Sequence[int], moment: Moment, order: Order, counted: Counted, title: str, wanted: str
) -> bytes:
    """The card of these rows. BadInput without a licence of the dataset, or of its seeds."""
    if not order.licences.dataset.strip():
        raise BadInput(
            "Nobody has said under which licence this dataset is given away",
            to_do="Name one, such as cc-by-4.0. What the seeds' licences ask for stands beside them.",
        )
    facts = card_reading.facts(rows, keys, moment)
    unknown = [one.name or "unnamed seeds" for one in facts.sources if not one.licence]
    if unknown and not order.licences.seeds.strip():
        raise BadInput(
            f"The licence of these seeds is not known: {', '.join(f'“{name[:60]}”' for name in unknown[:5])}",
            to_do="Find it out where they come from, and say it as the licence of seeds that came without one.",
        )
    people = facts.people
    return card(
        Told(
            title=title, wanted=wanted, order=order, counted=counted, facts=facts,
            agreement=_agreement(facts.people.splits),
            accepted=wilson(people.accepted, people.accepted + people.rejected),
        )
    )  # fmt: skip


def _agreement(splits: Sequence[Split]) -> Agreement:
    if not splits:
        return Agreement(value=None, n=0, why="no item was decided by two people")
    from core.review.agreement import alpha  # loads scikit-learn, which most exports do not need

    return alpha(splits)
