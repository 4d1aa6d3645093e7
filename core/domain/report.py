"""A report as what it says, before it is HTML or Markdown: plain texts in blocks. Nothing here is markup, whoever wrote it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A paragraph. `is_quoted`: somebody's own words, or a text to be pasted elsewhere."""

    text: str
    is_quoted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """`words`: so many columns from the left hold words; the rest hold numbers. `faint`: rows below the stated n, by number."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    caption: str = ""
    faint: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """Wins, ties and losses of one row."""

    label: str
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """Stacked bars; the table beside them says the same in numbers."""

    title: str
    rows: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A number with its interval."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dots:
    """Numbers on one scale, with a line at `zero`."""

    title: str
    rows: tuple[Dot, ...]
    zero: float


Block = Heading | Words | Table | Bars | Dots


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    title: str
    blocks: tuple[Block, ...]
