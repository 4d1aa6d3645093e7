"""An order as it is kept with what was taken out, and back: with it the same bytes can be made again."""

import json
from dataclasses import asdict
from importlib.metadata import version

from pydantic import TypeAdapter

from core.domain.export import Export, ExportFormat, Order
from core.domain.shaping import Licences, Shaping
from core.errors import BadInput
from core.services.exchanging.making import Then
from core.store import queue_log
from core.store.past import Moment

_SHAPING: TypeAdapter[Shaping] = TypeAdapter(Shaping)
_LAYOUT = 1  # of the files; another number when the same order would give other bytes


def as_json(order: Order, then: Then) -> str:
    """Everything besides the filter that decides what is written, and what the log cannot say of that moment."""
    return json.dumps(
        {
            "with_names": order.with_names,
            "with_unready": order.with_unready,
            "shaping": asdict(order.shaping),
            "licences": asdict(order.licences),
            "title": then.title,
            "consensus_rule": then.moment.consensus_rule,
        },
        sort_keys=True,
    )


def from_export(export: Export) -> tuple[Order, Then]:
    """The order of an earlier export, and the state of the log that it was made of. BadInput if nobody noted them."""
    if not export.options:
        raise BadInput(
            "This was taken out by an earlier version of the studio, which did not note how",
            to_do="Take it out anew; from then on it can be made again.",
        )
    said = json.loads(export.options)
    order = Order(
        format=ExportFormat(export.format),
        wanted=queue_log.from_json(export.filter) if export.filter else None,
        with_names=bool(said["with_names"]),
        with_unready=bool(said["with_unready"]),
        shaping=_SHAPING.validate_python(said["shaping"]),
        licences=Licences(**said["licences"]),
    )
    moment = Moment(until=export.as_of_seq, consensus_rule=str(said["consensus_rule"]))
    return order, Then(moment=moment, title=str(said["title"]))


def software() -> str:
    """What writes the bytes: its versions, in JSON."""
    return json.dumps({"layout": _LAYOUT, "pyarrow": version("pyarrow")}, sort_keys=True)
