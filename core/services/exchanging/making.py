"""Making a file or folder out of an order, as the log is now or was then: settled and counted first, then read as it is taken."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence, Sized
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

import pyarrow as pa

from core.domain.export import Counted, ExportFormat, Order
from core.domain.shaping import Shaped, SplitSize
from core.errors import BadInput
from core.exchange import export_parquet, export_texts
from core.exchange.export_folder import Entry, Piece, data_path, zipped
from core.services.exchanging import lineage_making
from core.services.exchanging.cards import card_of
from core.services.exchanging.shaping import require_sound, shaped
from core.services.exchanging.wanted import described
from core.services.projects import Project
from core.store import export_reading, export_rows, lineage_reading, queue_log
from core.store.export_reading import Selection
from core.store.export_rows import Rows
from core.store.past import Moment

Some = TypeVar("Some", bound=Sized)  # rows that come together
Tell = Callable[[int, int], None]  # rows that were taken, of how many
Share = Callable[[float, str], None]  # the share that is done before the first row is taken, and what is being done
_PIECE_BYTES = 256 * 1024
_TELL_EVERY = 500  # rows
_TEXTS: dict[ExportFormat, Callable[[Any], Iterator[bytes]]] = {
    ExportFormat.ALPACA: export_texts.alpaca,
    ExportFormat.SHAREGPT: export_texts.sharegpt,
    ExportFormat.CHAT: export_texts.chat,
    ExportFormat.JSONL: export_texts.json_lines,
    ExportFormat.CSV: export_texts.csv_lines,
    ExportFormat.PAIRS: export_texts.pairs,
}
_TABLES: dict[ExportFormat, Callable[[Iterable[pa.Table]], Iterator[bytes]]] = {
    ExportFormat.PARQUET: export_parquet.data_parquet,
    ExportFormat.DATASET: export_parquet.data_parquet,
    ExportFormat.DATASET_CHAT: export_parquet.chat_parquet,
    ExportFormat.DATASET_PAIRS: export_parquet.pairs_parquet,
}


def tell_nobody(_: int, __: int) -> None: ...


def share_nothing(_: float, __: str) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A file that is settled: its pieces are read as they are asked for, or given up by closing them."""

    name: str
    counted: Counted
    moment: Moment
    pieces: Generator[Piece]


@dataclass(frozen=True, kw_only=True, slots=True)
class Then:
    """An earlier state to make it of, and how the project was called."""

    moment: Moment
    title: str


def counted(project: Project, order: Order, share: Share = share_nothing) -> Counted:
    """What an order comes to."""
    require_order(order)
    with ExitStack() as held:
        selection = held.enter_context(export_reading.selected(
            project.database, export_reading.matching(order.wanted), with_ancestors=order.format.is_lineage
        ))  # fmt: skip
        if order.format.is_lineage:
            return _counted_lineage(selection)
        return taking(project.name, selection, order, share=share).counted


def made(
    project: Project, order: Order, *, then: Then | None = None, tell: Tell = tell_nobody, share: Share = share_nothing,
    known: tuple[int, Shaped] | None = None,
) -> Made:  # fmt: skip
    """Settle what an order takes, and how. `known`: what its shaping came to at a number of the log; it is used if nothing has happened since."""
    require_order(order)
    with ExitStack() as held:
        moment, title = (then.moment, then.title) if then else (None, project.name)
        pick = export_reading.matching(order.wanted)
        if order.format.is_lineage:
            selection = held.enter_context(lineage_reading.selected_lineage(project.database, pick, moment=moment))
            found = _counted_lineage(selection)
            pieces = _plain(lineage_making.pieces(order, selection, title, _Told(found.rows, tell).each))
        else:
            selection = held.enter_context(export_reading.selected(project.database, pick, moment=moment))
            taken = taking(title, selection, order, share=share, known=known)
            found = taken.counted
            pieces = _data(taken, _Told(found.rows, tell))
        name = f"{_word(project.slug)}-{found.as_of_seq}.{order.format.suffix}"
        return Made(name=name, counted=found, moment=selection.moment, pieces=_held(held.pop_all(), pieces))


def require_order(order: Order) -> None:
    """BadInput for what cannot be meant."""
    require_sound(order.shaping)
    if order.shaping.test_share and not order.format.is_folder:
        raise BadInput("One file has no test split", to_do="Take out a dataset folder, or no test split.")


def rows_of(selection: Selection, order: Order) -> Rows:
    """What can be taken of a selection."""
    if order.format.is_pairs:
        return export_rows.pair_rows(selection)
    return export_rows.data_rows(selection, with_unready=order.with_unready)


def _counted_lineage(selection: Selection) -> Counted:
    return Counted(
        as_of_seq=selection.as_of_seq, rows=selection.rows, above=selection.above, unready=selection.unready,
        picked=selection.rows,
    )  # fmt: skip


def _counted(selection: Selection, order: Order, parts: Shaped) -> Counted:
    return Counted(
        as_of_seq=selection.as_of_seq,
        rows=parts.rows,
        unready={} if order.format.is_pairs else selection.unready,
        picked=parts.rows + sum(one.out for one in parts.steps),
        steps=parts.steps,
        splits=tuple(SplitSize(name=one.name, rows=len(one.seqs), lineages=one.lineages) for one in parts.splits),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Taking:
    """Everything that a plain file or a folder is made of; inside the selection's block."""

    title: str
    selection: Selection
    order: Order
    rows: Rows
    parts: Shaped
    counted: Counted


def taking(
    title: str, selection: Selection, order: Order, *, share: Share, known: tuple[int, Shaped] | None = None
) -> Taking:
    """What is taken of a selection. `title` is what the project is called."""
    rows = rows_of(selection, order)
    is_known = known is not None and not export_reading.has_changed(selection.cursor, known[0])
    parts = known[1] if known and is_known else shaped(rows, order.shaping, share)
    found = _counted(selection, order, parts)
    return Taking(title=title, selection=selection, order=order, rows=rows, parts=parts, counted=found)


def card(of: Taking) -> bytes:
    """The card of a folder. BadInput without a licence."""
    keys = [key for one in of.parts.splits for key in one.seqs]
    wanted = described("" if of.order.wanted is None else queue_log.as_json(of.order.wanted))
    return card_of(of.rows, keys, of.selection.moment, of.order, of.counted, of.title, wanted)


def _data(of: Taking, told: "_Told") -> Iterator[Piece]:
    format_ = of.order.format
    if format_.is_folder:
        if not of.counted.rows:
            raise BadInput(
                "There is nothing to take", to_do="Choose something else, or accept some on the page Review."
            )
        return zipped(_entries(of, card(of), told))
    keys = of.parts.splits[0].seqs
    if format_ in _TEXTS:
        return _plain(_TEXTS[format_](told.all_of(of.rows.hands(keys))))
    return _plain(_TABLES[format_](told.all_of(of.rows.tables(keys))))


def _entries(of: Taking, readme: bytes, told: "_Told") -> Iterator[Entry]:
    yield Entry(path="README.md", pieces=[readme])
    for split in of.parts.splits:
        tables = told.all_of(of.rows.tables(split.seqs))
        yield Entry(path=data_path(split.name), pieces=_TABLES[of.order.format](tables))


def named(rows: Rows, keys: Sequence[int]) -> Iterator[dict[str, Any]]:
    """These rows by their columns."""
    names = export_parquet.PAIRS.names if rows.are_pairs else export_parquet.DATA.names
    return (dict(zip(names, row, strict=True)) for hand in rows.hands(keys) for row in hand)


@dataclass(slots=True)
class _Told:
    """Says how many rows were taken, over all splits."""

    total: int
    tell: Tell
    done: int = 0

    def each(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            yield row
            self.done += 1
            if self.done % _TELL_EVERY == 0 or self.done == self.total:
                self.tell(self.done, self.total)

    def all_of(self, hands: Iterable[Some]) -> Iterator[Some]:
        for hand in hands:
            yield hand
            self.done += len(hand)
            self.tell(self.done, self.total)


def _plain(pieces: Iterable[bytes]) -> Iterator[Piece]:
    """Pieces of a size that is worth a journey."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= _PIECE_BYTES:
            yield Piece(zipped=bytes(waiting))
            waiting.clear()
    if waiting:
        yield Piece(zipped=bytes(waiting))


def _held(held: ExitStack, pieces: Iterator[Piece]) -> Generator[Piece]:
    with held:
        yield from pieces


def _word(slug: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", slug.lower()).strip("-") or "project"
