"""Markdown as nodes: only harmless tags, no pictures, links as text, formulas as MathML; and never more time than a moment."""

import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.services.reviewing.rendered import Node, nodes_of

KNOWN = (
    "p h2 h3 h4 em strong del code pre ul ol li blockquote hr br span table thead tbody tr th td "
    "math mrow mi mn mo ms mtext mspace msup msub msubsup munder mover munderover mfrac msqrt mroot mtable mtr mtd mpadded "
    "mphantom menclose mmultiscripts mprescripts none mstyle"
)
TAGS = frozenset(KNOWN.split())
PIECES = st.sampled_from(
    ["# ", "*", "**", "`", "```\n", "[", "](", ")", "![", "<img src=x>", "http://a.b/c", "$", "$$", "\\(", "\\)", "\\frac", "{", "}",
     "^", "_", "| a |\n|---|\n", "> ", "- ", "1. ", "\n", "\n\n", "word", "&lt;", "\\left(", "\\color{red}", "\\href{x}{y}", "~~"]
)  # fmt: skip


def elements(nodes: list[Node]) -> Iterator[list[object]]:
    for node in nodes:
        if isinstance(node, list):
            yield node
            yield from elements(node[2:])


def test_the_usual_marks_become_elements() -> None:
    assert nodes_of("# A *b* **c**\n\n- one\n\n`x < y`") == [
        ["h2", {}, "A ", ["em", {}, "b"], " ", ["strong", {}, "c"]],
        ["ul", {}, ["li", {}, "one"]],
        ["p", {}, ["code", {}, "x < y"]],
    ]
    assert nodes_of("```py\na = 1\n```") == [["pre", {}, ["code", {}, "a = 1\n"]]]


def test_pictures_links_and_html_are_text() -> None:
    said = nodes_of("![seen](http://spy/p.png) [here](https://a.b) <b onclick=x>c</b> <https://d.e>")
    assert said == [
        [
            "p", {}, ["span", {}, "[picture: seen (http://spy/p.png)]"], " ", ["span", {}, "here", " (https://a.b)"],
            " <b onclick=x>c</b> ", ["span", {}, "https://d.e"],
        ]
    ]  # fmt: skip


def test_formulas_are_mathml_and_prices_are_none() -> None:
    (paragraph,) = nodes_of(r"It costs $5 and $10: $\frac{a}{2}$, \(x^2\), `$y$`, \$7.")
    assert paragraph[2] == "It costs $5 and $10: "
    assert paragraph[3] == [
        "math", {"display": "inline"},
        ["mrow", {}, ["mfrac", {}, ["mrow", {}, ["mi", {}, "a"]], ["mrow", {}, ["mn", {}, "2"]]]],
    ]  # fmt: skip
    assert paragraph[5][0] == "math"
    assert ["code", {}, "$y$"] in paragraph
    assert paragraph[-1] == ", $7."
    ((_, _, block),) = nodes_of("$$\n\\sum_{i=0}^n i\n$$")
    assert block[1] == {"display": "block"}


def test_tex_that_cannot_be_read_is_shown_as_it_was_written() -> None:
    assert nodes_of(r"$\left( a$ and $x_1_2$") == [
        ["p", {}, ["code", {}, r"$\left( a$"], " and ", ["code", {}, "$x_1_2$"]]
    ]


def test_a_formula_has_no_links_styles_or_colours() -> None:
    told = json.dumps(nodes_of(r"$\href{http://x}{y} \style{color:red}{z} \color{red}{w} \text{<img src=x>}$"))
    assert not [word for word in ("http", "href", 'style":', "red") if word in told]


@settings(max_examples=150, deadline=None)
@given(text=st.lists(PIECES, max_size=24).map("".join))
def test_any_text_becomes_harmless_nodes(text: str) -> None:
    for tag, attributes, *_ in elements(nodes_of(text)):
        assert tag in TAGS
        assert isinstance(attributes, dict)
        assert not {"href", "src", "style", "class", "onclick"} & set(attributes)


@pytest.mark.parametrize(
    "piece", ["[", "![a](", "$", "$x$ ", "| a ", "a\n", "- a\n", "> ", "`", "*a", "<a", "{", "\\(x"]
)
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()
    nodes_of(piece * (200_000 // len(piece)))
    nodes_of(piece * 300)
    assert time.process_time() - began < 5
