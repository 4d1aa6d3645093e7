"""The figures of a report as drawings that stand in its page: no script, no style from elsewhere."""

from html import escape

from core.domain.report import Bars, Dots
from core.exchange.tree_svg import clean

_LABEL, _WIDE, _ROW = 370, 460, 26  # pixels
_MOST_LETTERS = 56


def bars(figure: Bars) -> str:
    """Wins, ties and losses of each row as shares of its n."""
    rows = []
    for number, row in enumerate(figure.rows):
        y, n, x = number * _ROW + 4, max(1, row.wins + row.ties + row.losses), float(_LABEL)
        parts = [f'<text x="0" y="{y + 13}">{_label(row.label)}</text>']
        for name, count in (("win", row.wins), ("tie", row.ties), ("loss", row.losses)):
            wide = _WIDE * count / n
            parts.append(f'<rect class="{name}" x="{x:.1f}" y="{y}" width="{wide:.1f}" height="18"/>')
            if wide > 24:
                on = ' class="on"' if name != "tie" else ""
                parts.append(f'<text{on} x="{x + wide / 2:.1f}" y="{y + 13}" text-anchor="middle">{count:d}</text>')
            x += wide
        rows.append("".join(parts))
    return _svg(figure.title, rows)


def dots(figure: Dots) -> str:
    """Each number as a dot with its interval as a line, all on one scale."""
    ends = [figure.zero, *(end for row in figure.rows for end in (row.value, row.low, row.high) if end is not None)]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def at(value: float) -> str:
        return f"{_LABEL + 10 + (_WIDE - 20) * (value - low) / span:.1f}"

    tall = len(figure.rows) * _ROW
    rows = [f'<line class="rule" x1="{at(figure.zero)}" x2="{at(figure.zero)}" y1="0" y2="{tall}"/>']
    for number, row in enumerate(figure.rows):
        y = number * _ROW + 13
        line = ""
        if row.low is not None and row.high is not None:
            line = f'<line class="whisker" x1="{at(row.low)}" x2="{at(row.high)}" y1="{y}" y2="{y}"/>'
        rows.append(
            f'<text x="0" y="{y + 4}">{_label(row.label)}</text>{line}<circle class="win" cx="{at(row.value)}" cy="{y}" r="5"/>'
        )
    return _svg(figure.title, rows, tall)


def _svg(title: str, rows: list[str], tall: int | None = None) -> str:
    height = (len(rows) * _ROW if tall is None else tall) + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(clean(title))}" width="{_LABEL + _WIDE}"'
        f' height="{height}" viewBox="0 0 {_LABEL + _WIDE} {height}">{"".join(rows)}</svg>'
    )


def _label(text: str) -> str:
    plain = clean(text)
    return escape(plain if len(plain) <= _MOST_LETTERS else plain[: _MOST_LETTERS - 1] + "…")
