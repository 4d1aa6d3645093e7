"""The pieces of a lineage: its header, its rows, its end."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from core.domain.export import ExportFormat, Order
from core.exchange import lineage
from core.store import lineage_header, lineage_reading, queue_log
from core.store.export_reading import Selection


def pieces(
    order: Order, selection: Selection, title: str, told: Callable[[Iterable[Any]], Iterator[Any]]
) -> Iterator[bytes]:
    """Inside `selected_lineage`; every row passes through `told`. `title` is what the project is called."""
    about = lineage_header.about(selection, is_everything=order.wanted is None)
    about["project"]["name"] = title
    about["filter"] = None if order.wanted is None else queue_log.as_json(order.wanted)
    people = people_of(about, with_names=order.with_names)
    head = lineage.header(about, people, with_names=order.with_names)
    facts = (lineage.finished(row, people) for row in told(lineage_reading.lineage_rows(selection)))
    return (lineage.json_lines if order.format is ExportFormat.LINEAGE else lineage.lineage_parquet)(head, facts)


def people_of(about: lineage.Json, *, with_names: bool) -> dict[str, str]:
    """What the people of a project are called in a lineage: by their own ids, or by pseudonyms."""
    person_ids = [str(one["id"]) for one in about["persons"]]
    named = lineage.named if with_names else lineage.pseudonyms
    return named(about["project"]["id"], person_ids)
