"""One tree as a page that stands alone: drawing, then every node with its change. No script, nothing from elsewhere."""

from collections.abc import Mapping, Sequence
from html import escape

from core.domain.tree import Piece, TakenNode, TakenTree
from core.exchange.tree_svg import COLOURS, clean, drawing, sign

# Whoever opens the file may trust it as little as the texts in it: the page itself forbids scripts and requests.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_TAGS = {"+": "ins", "-": "del"}
_STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1B211F, #E4E9E6); --ink2: light-dark(#545E59, #A6B1AC);
  --page: light-dark(#FCFCFB, #121614); --card: light-dark(#FFFFFF, #181D1B); --line: light-dark(#DDE1DC, #323A36);
  --no: light-dark(#9C270C, #F07F55); --ins: light-dark(#073D2F, #D2F5E7); --ins-bg: light-dark(#BFE5D8, #1C5240);
  --del: light-dark(#8A2A0C, #F4BCA6); --del-bg: light-dark(#FDE9DF, #40201A); --link: light-dark(#17594A, #86CFB6);
  --seed: light-dark(#1B211F, #F2F5F3); --add_constraints: light-dark(#18478D, #5990CA); --deepen: light-dark(#7753BC, #BAA7F8);
  --concretize: light-dark(#955A28, #EBBC57); --increase_reasoning: light-dark(#772753, #F08690);
  --complicate_input: light-dark(#13757E, #99D7D7); --mutate: light-dark(#343F00, #839A38) }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.5rem 4rem; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif }
h1 { font: 400 1.6rem/1.35 Georgia, 'Noto Serif', serif; max-width: 60ch; margin: 0 0 .6rem; overflow-wrap: anywhere }
h2 { font-size: .9333rem; font-weight: 600; margin: 0 0 .4rem; color: var(--c) } h2 span { font-weight: 400; color: var(--ink2) }
a { color: var(--link); text-underline-offset: 3px } p { margin: .3rem 0 } .dim { color: var(--ink2); font-size: .8667rem }
figure { margin: 1.5rem 0; overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: 8px }
figure a:focus-visible { outline: 3px solid var(--link) }
article { margin: 0 0 .8rem; padding: .8rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-left: 6px solid var(--c); border-radius: 7px } article:target { outline: 2px solid var(--link) }
article.dead { border-style: dashed; border-left-style: solid } .why { color: var(--no) }
.read { font: 1.0667rem/1.55 Georgia, 'Noto Serif', serif; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 70ch;
  unicode-bidi: plaintext; text-align: start }
ins { background: var(--ins-bg); color: var(--ins); text-decoration: underline 1.5px; text-underline-offset: 3px }
del { background: var(--del-bg); color: var(--del); text-decoration: line-through 1.5px }
details { margin-top: .6rem } summary { cursor: pointer; font-size: .8667rem; color: var(--ink2) }
h2 .sign { vertical-align: -.15em } g.op { color: var(--c) } .bar { fill: var(--c) }
.mark.survived { stroke: light-dark(#0B6B54, #6FD3B0) } .mark.eliminated { stroke: var(--no) }
.mark.error { stroke: light-dark(#7D6400, #F5D98A) } .mark.waiting { stroke: light-dark(#616C66, #94A09A) }
.paper { fill: var(--card) } .card { fill: var(--card) } .words { fill: var(--ink) } .edge.dead, .card.dead { stroke: var(--no) }
@media print { figure { max-height: none; overflow: hidden } figure svg { width: 100%; height: auto } article { break-inside: avoid-page }
  body { max-width: none; padding: 0 } }
"""
_OPERATION_STYLE = "".join(f".op-{name} {{ --c: var(--{name}) }}" for name in COLOURS)


def tree_html(tree: TakenTree) -> str:
    """A whole file."""
    title = f"Lineage of “{' '.join(clean(tree.seed).split())[:80]}”"
    labels = {node.id: node.operation_label for node in tree.nodes}
    survived = sum(node.status == "survived" for node in tree.nodes)
    facts = f"{tree.project} · {tree.run} · {tree.model} · {len(tree.nodes):,} nodes, {survived:,} survived · {tree.taken_at:%Y-%m-%d %H:%M} UTC"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{_STYLE}{_OPERATION_STYLE}</style></head><body>"
        f'<header><h1 dir="auto">{escape(clean(tree.seed))}</h1><p class="dim" dir="auto">{escape(clean(facts))}</p></header>'
        f'<figure tabindex="0" role="group" aria-label="The tree">{drawing(tree, linked=True)}</figure>'
        f"<main>{''.join(_article(node, labels) for node in tree.nodes)}</main></body></html>\n"
    )


def _article(node: TakenNode, labels: Mapping[str, str]) -> str:
    dead = " dead" if node.status in ("eliminated", "error") else ""
    return (
        f'<article id="n-{escape(node.id)}" class="op-{escape(node.operation)}{dead}">{_head(node)}'
        f'<div class="read" dir="auto">{_pieces(node.pieces)}</div>{_response(node)}{_parent(node, labels)}</article>'
    )


def _head(node: TakenNode) -> str:
    added = "" if node.words_added is None else f" · {node.words_added:+d} words"
    epoch = f" · epoch {node.epoch}" if node.parent else ""
    hand = " · asked for by hand" if node.by_hand else ""
    status = f" · {escape(node.status_label)}" if node.status_label else ""
    why = f'<p class="why">Eliminated: {escape(node.why)}</p>' if node.why else ""
    return f"<h2>{sign(node.operation, 15)} {escape(node.operation_label)}<span>{epoch}{added}{status}{hand}</span></h2>{why}"


def _pieces(pieces: Sequence[Piece]) -> str:
    if not pieces:
        return '<span class="dim">(no text)</span>'
    return "".join(
        f"<{_TAGS[sign]}>{escape(clean(text))}</{_TAGS[sign]}>" if sign in _TAGS else escape(clean(text))
        for sign, text in pieces
    )


def _response(node: TakenNode) -> str:
    if node.response is None:
        return ""
    return f'<details><summary>Response</summary><div class="read" dir="auto">{escape(clean(node.response))}</div></details>'


def _parent(node: TakenNode, labels: Mapping[str, str]) -> str:
    if node.parent is None or node.parent not in labels:
        return ""
    return f'<p class="dim">From <a href="#n-{escape(node.parent)}">{escape(labels[node.parent])}</a></p>'
