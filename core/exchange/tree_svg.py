"""One tree as an SVG drawing: cards, edges and marks, no script, no font and no picture from elsewhere.

Colours stand as attributes, so that every viewer draws them; classes let a page around it choose others. All text is
escaped, and what XML cannot hold, or what would turn the reading direction of its neighbours, is left out.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.domain.tree import TakenNode, TakenTree

_CARD_W, _CARD_H, _COLUMN, _ROW, _EDGE = 230, 46, 266, 58, 16
_LETTERS = 34  # that fit a card, about; wider ones are cut by its edge
_MOST_TITLE = 600
_TALL = 24  # rows that a window shows, about
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TURNS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_INK, _INK2, _PAPER, _CARD, _LINE, _DEAD = "#1B211F", "#545E59", "#FCFCFB", "#FFFFFF", "#8E9993", "#9C270C"
COLOURS = {
    "seed": "#1B211F", "add_constraints": "#18478D", "deepen": "#7753BC", "concretize": "#955A28",
    "increase_reasoning": "#772753", "complicate_input": "#13757E", "mutate": "#343F00",
}  # fmt: skip
# The signs of pages/ui/components/shared/icons.js: a file must not depend on the fonts that its reader has.
_DOT = 'fill="currentColor" stroke="none"'
_BRACE = "M6 2.8c-2 0-2 1-2 2.4S3.6 7.4 2.4 8C3.6 8.6 4 9.4 4 10.8s0 2.4 2 2.4M10 2.8c2 0 2 1 2 2.4s.4 2.2 1.6 2.8c-1.2.6-1.6 1.4-1.6 2.8s0 2.4-2 2.4"
_SIGNS = {
    "seed": f'<circle cx="8" cy="8" r="3.6" {_DOT}/>',
    "add_constraints": '<path d="M8 3v10M3 8h10"/>',
    "deepen": '<path d="M8 2.5v7.5M4.6 7 8 10.4 11.4 7M3.5 13.6h9"/>',
    "concretize": f'<circle cx="8" cy="8" r="5.3"/><circle cx="8" cy="8" r="1.7" {_DOT}/>',
    "increase_reasoning": "".join(
        f'<circle cx="{x}" cy="{y}" r="1.9" {_DOT}/>' for x, y in ((8, 4.2), (3.9, 11.4), (12.1, 11.4))
    ),
    "complicate_input": f'<path d="{_BRACE}"/>',
    "mutate": '<path d="M2.5 8H6c2.5 0 2.5-4 6-4M6 8c2.5 0 2.5 4 6 4M10.4 2.2 12.6 4l-2.2 1.8"/>',
}
_RING = '<circle cx="8" cy="8" r="5.8"/>'
_MARKS = {
    "survived": (f'{_RING}<path d="m5.5 8.2 1.8 1.8 3.3-3.7"/>', "#0B6B54"),
    "eliminated": (f'{_RING}<path d="M4 12 12 4"/>', _DEAD),
    "error": ('<path d="M8 2.5 14 13.2H2z"/><path d="M8 6.6v3M8 11.5v.01"/>', "#7D6400"),
    "waiting": ('<circle cx="8" cy="8" r="5.6" stroke-dasharray="2.2 2.6"/>', "#616C66"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a card stands: its left upper corner, in px."""

    x: float
    y: float


def clean(text: str) -> str:
    """The text as XML and HTML can hold it: half characters and control characters are replaced."""
    return _NOT_XML.sub("\ufffd", text)


def sign(operation: str, size: float, *, x: float = 0, y: float = 0) -> str:
    """The operation's sign in the current colour; decoration, since its word stands beside it."""
    look = 'fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"'
    box = f'viewBox="0 0 16 16" x="{x:g}" y="{y:g}" width="{size:g}" height="{size:g}"'
    return f'<svg class="sign" {box} aria-hidden="true" {look}>{_SIGNS.get(operation, "")}</svg>'


def tree_svg(tree: TakenTree) -> str:
    """A whole file."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + drawing(tree, linked=False) + "\n"


def drawing(tree: TakenTree, *, linked: bool) -> str:
    """The `svg` element; `linked` cards lead to `#n-…` on the page around it."""
    places = _places(tree.nodes)
    width = max(place.x for place in places.values()) + _CARD_W + 2 * _EDGE
    height = max(place.y for place in places.values()) + _CARD_H + 2 * _EDGE
    title = f"Lineage of “{_one_line(tree.seed)[:80]}”"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-_EDGE} {-_EDGE} {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" font-family="system-ui, sans-serif">'
    )
    paper = f'<rect class="paper" x="{-_EDGE}" y="{-_EDGE}" width="{width:g}" height="{height:g}" fill="{_PAPER}"/>'
    edges = "".join(_edge(node, places) for node in tree.nodes if node.parent in places)
    cards = "".join(_card(node, places[node.id], linked=linked) for node in tree.nodes)
    return f"{head}<title>{escape(title)}</title>{paper}{edges}{cards}</svg>"


def _places(nodes: Sequence[TakenNode]) -> dict[str, _Place]:
    """Left to right; what has no children takes the next row, a parent stands in the middle of its children.

    In a tall drawing it stands beside the first one: the seed must be in sight when the file is opened.
    """
    children: dict[str | None, list[str]] = {}
    for node in nodes:
        children.setdefault(node.parent, []).append(node.id)
    rows: dict[str, float] = {}
    free = 0
    for node in nodes:  # reading order, so a leaf's row is the number of leaves before it
        if node.id not in children:
            rows[node.id] = free
            free += 1
    for node in reversed(nodes):
        if node.id in children:
            own = children[node.id]
            rows[node.id] = rows[own[0]] if free > _TALL else (rows[own[0]] + rows[own[-1]]) / 2
    return {node.id: _Place(x=node.level * _COLUMN, y=rows[node.id] * _ROW) for node in nodes}


def _edge(node: TakenNode, places: dict[str, _Place]) -> str:
    start, end = places[node.parent or ""], places[node.id]
    x1, y1, y2 = start.x + _CARD_W, start.y + _CARD_H / 2, end.y + _CARD_H / 2
    middle = (x1 + end.x) / 2
    dead = _is_dead(node)
    look = f'class="edge dead" stroke="{_DEAD}" stroke-dasharray="4 3.5"' if dead else f'class="edge" stroke="{_LINE}"'
    d = f"M{x1:g},{y1:g}C{middle:g},{y1:g} {middle:g},{y2:g} {end.x:g},{y2:g}"
    return f'<path {look} fill="none" stroke-width="1.4" d="{d}"/>'


def _card(node: TakenNode, place: _Place, *, linked: bool) -> str:
    colour = COLOURS.get(node.operation, _INK)
    dash = (
        f'class="card dead" stroke="{_DEAD}" stroke-dasharray="4 3"'
        if _is_dead(node)
        else f'class="card" stroke="{_LINE}"'
    )
    words = [node.operation_label, "by hand" if node.by_hand else "", node.status_label, node.why]
    said = ". ".join(filter(None, words))
    parts = (
        f"<title>{escape(f'{said}. {_one_line(node.text)[:_MOST_TITLE]}')}</title>",
        f'<rect {dash} width="{_CARD_W}" height="{_CARD_H}" rx="7" fill="{_CARD}"/>',
        f'<rect class="bar op-{escape(node.operation)}" width="7" height="{_CARD_H}" rx="3" fill="{colour}"/>',
        f'<g class="op op-{escape(node.operation)}" color="{colour}">{sign(node.operation, 13, x=15, y=6)}'
        f'<text class="name" x="33" y="17" font-size="11.5" font-weight="600" fill="currentColor">{escape(node.operation_label)}'
        f"{' · by hand' if node.by_hand else ''}</text></g>",
        _mark(node),
        _words(node),
    )
    inner = f'<g transform="translate({place.x:g},{place.y:g})">{"".join(parts)}</g>'
    return f'<a href="#n-{escape(node.id)}">{inner}</a>' if linked else inner


def _mark(node: TakenNode) -> str:
    shape, colour = _MARKS.get(node.status, ("", _INK))
    if not shape:
        return ""
    return (
        f'<g class="mark {node.status}" transform="translate({_CARD_W - 24},5)" fill="none" stroke="{colour}" '
        f'stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">{shape}</g>'
    )


def _words(node: TakenNode) -> str:
    """The first words, cut by the card's own edge; a text that runs from right to left begins at the right."""
    line = _one_line(node.text)
    words = (f"{line[: _LETTERS - 1]}…" if len(line) > _LETTERS else line) or (
        "…" if node.status == "waiting" else "(no text)"
    )
    width = _CARD_W - 28
    turned = f'x="{width}" direction="rtl"' if _runs_leftwards(words) else 'x="0"'
    text = f'<text class="words" {turned} y="14" font-size="13" font-family="Georgia, serif" fill="{_INK}">{escape(words)}</text>'
    return f'<svg x="16" y="22" width="{width}" height="20" overflow="hidden">{text}</svg>'


def _one_line(text: str) -> str:
    return " ".join(_TURNS.sub("", clean(text)).split())


def _runs_leftwards(text: str) -> bool:
    """Whether the first letter with a direction has that of Hebrew or Arabic."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((one for one in directions if one in ("L", "R", "AL")), "L") != "L"


def _is_dead(node: TakenNode) -> bool:
    return node.status in ("eliminated", "error")
