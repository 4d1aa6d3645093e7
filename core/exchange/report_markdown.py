"""A report as Markdown (CommonMark with tables). Whatever could be markup in a text is escaped where the text is put in."""

import re

from core.domain.report import Bars, Block, Dots, Heading, Report, Table, Words
from core.exchange.tree_svg import clean

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$^=@])")
_BEGINS = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([-+])(?=\s|$)")
_WWW = re.compile(r"\b(www)\.", re.IGNORECASE)
_SCHEME = re.compile(r":(?=//)|(?<=mailto):|(?<=xmpp):", re.IGNORECASE)  # a bare address would be a link


def report_markdown(report: Report) -> str:
    """A whole file. Figures are left out: the table beside each says the same."""
    blocks = (_block(block) for block in report.blocks)
    return f"# {_text(report.title)}\n\n" + "\n\n".join(block for block in blocks if block) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level=level, text=text):
            return f"{'#' * level} {_text(text)}"
        case Words():
            lines = [_text(line) for line in block.text.splitlines() if line.strip()] or [""]
            return "\n>\n".join(f"> {line}" for line in lines) if block.is_quoted else "\n\n".join(lines)
        case Table():
            return _table(block)
        case Bars() | Dots():
            return ""


def _table(table: Table) -> str:
    sides = " | ".join("---" if at < table.words else "---:" for at in range(len(table.heads)))
    rows = [f"| {' | '.join(_text(cell) for cell in row)} |" for row in table.rows]
    caption = [_text(table.caption), ""] if table.caption else []
    return "\n".join([*caption, f"| {' | '.join(map(_text, table.heads))} |", f"| {sides} |", *rows])


def _text(text: str) -> str:
    """On one line, as what it is: no emphasis, no link, no HTML, no list, no column."""
    line = _MARKUP.sub(r"\\\1", " ".join(clean(text).split()))
    line = _SCHEME.sub(r"\\:", _WWW.sub(r"\1\\.", line))
    return _BEGINS.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", line)
