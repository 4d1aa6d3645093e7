"""How every figure looks: docs/look.md's colours in both themes, one frame, one way to say what was clicked."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import plotly.graph_objects as go

from core.domain.operation import Operation

Figure = go.Figure  # for pages, which import no plotly
FONT = "Hanken Grotesk, system-ui, -apple-system, Segoe UI, Noto Sans, sans-serif"
SYMBOLS: Mapping[Operation, str] = MappingProxyType(
    {
        Operation.ADD_CONSTRAINTS: "cross",
        Operation.DEEPEN: "triangle-down",
        Operation.CONCRETIZE: "circle-open-dot",
        Operation.INCREASE_REASONING: "star-triangle-up",
        Operation.COMPLICATE_INPUT: "square-open",
        Operation.MUTATE: "diamond",
    }
)
CONFIG: Mapping[str, object] = MappingProxyType({"displayModeBar": False, "scrollZoom": False, "doubleClick": False})


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """One theme's colours by role; the same as in pages/ui/components/tokens.css."""

    ink: str
    ink2: str
    ink3: str
    page: str
    card: str
    line: str
    line2: str
    accent: str
    ok: str
    tie: str
    no: str
    operations: Mapping[Operation, str]


LIGHT = Palette(
    ink="#1B211F",
    ink2="#545E59",
    ink3="#646E69",
    page="#FCFCFB",
    card="#FFFFFF",
    line="#DDE1DC",
    line2="#EAEDE9",
    accent="#17594A",
    ok="#0B6B54",
    tie="#B9C1BC",
    no="#9C270C",
    operations=MappingProxyType(
        dict(zip(Operation, ("#18478D", "#7753BC", "#955A28", "#772753", "#13757E", "#343F00"), strict=True))
    ),
)
DARK = Palette(
    ink="#E4E9E6",
    ink2="#A6B1AC",
    ink3="#8E9993",
    page="#121614",
    card="#181D1B",
    line="#323A36",
    line2="#252C29",
    accent="#86CFB6",
    ok="#6FD3B0",
    tie="#59635E",
    no="#F07F55",
    operations=MappingProxyType(
        dict(zip(Operation, ("#5990CA", "#BAA7F8", "#EBBC57", "#F08690", "#99D7D7", "#839A38"), strict=True))
    ),
)


def palette(theme: str | None) -> Palette:
    """Of Streamlit's "light" or "dark"; anything else is light."""
    return DARK if theme == "dark" else LIGHT


def faint(colour: str, share: float) -> str:
    """A colour of the palette at a share of its strength."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:.2f})"


def framed(colours: Palette, *, height: int, left: int = 8, right: int = 12, bottom: int = 34) -> go.Figure:
    """An empty figure: no box, hairlines, our type. Its height is given, so that nothing jumps when it comes."""
    figure = go.Figure()
    axis = {
        "gridcolor": colours.line2,
        "linecolor": colours.line,
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        "fixedrange": True,
        "tickfont": {"size": 12.5, "color": colours.ink2},
        "title_font": {"size": 12, "color": colours.ink2},
    }
    figure.update_layout(
        height=height,
        margin={"l": left, "r": right, "t": 8, "b": bottom},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 13, "color": colours.ink},
        hoverlabel={"bgcolor": colours.card, "bordercolor": colours.line, "font": {"color": colours.ink}},
        showlegend=False,
        dragmode=False,
        clickmode="event+select",
        bargap=0.3,
        xaxis=axis,
        yaxis=axis,
    )
    return figure
