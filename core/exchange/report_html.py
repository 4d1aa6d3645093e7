"""A report as a page that stands alone. No script, nothing from elsewhere; every text is escaped where it is put in, and nowhere else."""

from html import escape

from core.domain.report import Bars, Block, Dots, Heading, Report, Table, Words
from core.exchange.report_svg import bars, dots
from core.exchange.tree_svg import clean

# Whoever opens the file may trust it as little as the texts in it: the page itself forbids scripts and requests.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1B211F, #E4E9E6); --ink2: light-dark(#545E59, #A6B1AC);
  --page: light-dark(#FCFCFB, #121614); --card: light-dark(#FFFFFF, #181D1B); --line: light-dark(#DDE1DC, #323A36);
  --win: light-dark(#0B6B54, #4FB795); --tie: light-dark(#C9CFCB, #4B5550); --loss: light-dark(#B5603B, #D98A63) }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.5rem 4rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif }
h1 { font: 400 1.8rem/1.3 Georgia, 'Noto Serif', serif; margin: 0 0 1rem; overflow-wrap: anywhere }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-top: 1px solid var(--line); padding-top: 1rem }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem } p { margin: .4rem 0; max-width: 75ch; white-space: pre-wrap; overflow-wrap: anywhere }
blockquote { margin: .6rem 0; padding: .6rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 7px }
.scroll { overflow-x: auto; margin: .8rem 0 } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem }
caption { text-align: left; color: var(--ink2); padding: .2rem 0 } th, td { padding: .25rem .8rem .25rem 0; text-align: left;
  vertical-align: top; border-bottom: 1px solid var(--line) } th { font-weight: 600 } td { overflow-wrap: anywhere; max-width: 34rem }
.r { text-align: right; white-space: nowrap } tr.faint { color: var(--ink2) }
figure { margin: 1rem 0 } figcaption { color: var(--ink2); font-size: .9rem } svg { max-width: 100%; height: auto }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif } .win { fill: var(--win) } .tie { fill: var(--tie) }
.loss { fill: var(--loss) } .on { fill: var(--page) !important } .rule { stroke: var(--line) } .whisker { stroke: var(--win); stroke-width: 2 }
@media print { body { max-width: none; padding: 0 } tr, figure { break-inside: avoid } }
"""


def report_html(report: Report) -> str:
    """A whole file."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{_text(report.title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        f'<h1 dir="auto">{_text(report.title)}</h1>\n' + "\n".join(map(_block, report.blocks)) + "\n</body></html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading(level=level, text=text):
            return f"<h{level:d}>{_text(text)}</h{level:d}>"
        case Words(is_quoted=True):
            return f'<blockquote><p dir="auto">{_text(block.text)}</p></blockquote>'
        case Words():
            return f'<p dir="auto">{_text(block.text)}</p>'
        case Table():
            return _table(block)
        case Bars():
            return f"<figure>{bars(block)}<figcaption>{_text(block.title)}</figcaption></figure>"
        case Dots():
            return f"<figure>{dots(block)}<figcaption>{_text(block.title)}</figcaption></figure>"


def _table(table: Table) -> str:
    caption = f"<caption>{_text(table.caption)}</caption>" if table.caption else ""
    heads = "".join(f'<th scope="col"{_side(at, table)}>{_text(head)}</th>' for at, head in enumerate(table.heads))
    faint = ' class="faint"'
    rows = "\n".join(
        f"<tr{faint if number in table.faint else ''}>"
        + "".join(f'<td dir="auto"{_side(at, table)}>{_text(cell)}</td>' for at, cell in enumerate(row))
        + "</tr>"
        for number, row in enumerate(table.rows)
    )
    return (
        f'<div class="scroll"><table>{caption}<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'
    )


def _side(at: int, table: Table) -> str:
    return ' class="r"' if at >= table.words else ""


def _text(text: str) -> str:
    return escape(clean(text))
