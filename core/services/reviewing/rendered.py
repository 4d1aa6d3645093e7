"""Markdown of people and models as nodes for the browser: no pictures, no HTML, links as text, formulas as MathML.

A node is a text, or a list of a tag, attributes and nodes; the browser makes each by itself and knows few tags.
"""

from functools import lru_cache
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

from latex2mathml import exceptions
from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from core.domain.person import Actor
from core.errors import NotFound
from core.services.access import may_review
from core.services.projects import Project
from core.store import tree_reading

Node = str | list[Any]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The parser's time grows with the square of some of these: what has more is shown as it was written.
_MOST = {"": 100_000, "[": 600, "$": 600, "|": 3_000, "\n": 1_500, "`": 3_000, "<": 3_000, "*": 3_000, "_": 10_000}
_LONGEST_TEX, _DEEPEST_TEX = 2_000, 40  # letters, and braces within braces
_TAGS = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4", "s": "del"}
_MATH_TAGS = _words(
    "math mrow mi mn mo ms mtext mspace msup msub msubsup munder mover munderover mfrac msqrt mroot mtable mtr mtd "
    "mpadded mphantom menclose mmultiscripts mprescripts none mstyle"
)
_MATH_ATTRIBUTES = _words(
    "display displaystyle scriptlevel mathvariant stretchy fence separator form largeop movablelimits symmetric accent "
    "linethickness lspace rspace minsize maxsize columnalign columnspacing columnlines rowspacing rowlines width height "
    "depth notation"
)
_OPENINGS = {"$$": "$$", "$": "$", "\\(": "\\)", "\\[": "\\]"}
# What the converter raises for TeX that it does not know: its own errors, which have no common parent, and what comes of
# texts that are no TeX at all.
_ITS_OWN = tuple(one for one in vars(exceptions).values() if isinstance(one, type) and issubclass(one, Exception))
_PROBLEMS: tuple[type[Exception], ...] = (
    *_ITS_OWN,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
    StopIteration,
)


def rendered(actor: Actor, project: Project, revision_id: str) -> list[Node]:
    """A text of the project as nodes. NotFound without it."""
    may_review(actor)
    found = tree_reading.texts(project.database, [revision_id])
    if revision_id not in found:
        raise NotFound("There is no such text in this project", to_do="Go on with the next one.")
    return nodes_of(str(found[revision_id]["text"]))


@lru_cache(maxsize=256)
def nodes_of(text: str) -> list[Node]:
    """Any text as nodes. What is too long to be taken apart is one block, as it was written."""
    if any(text.count(sign) > most for sign, most in _MOST.items()):
        return [["pre", {}, text]]
    top: list[Node] = []
    open_: list[list[Node]] = [top]
    for token in _PARSER.parse(text):
        _add(open_, token)
    return top


def _add(open_: list[list[Node]], token: Token) -> None:
    """One token at the end of the innermost open node."""
    here = open_[-1]
    if token.type == "inline":
        for child in token.children or ():
            _add(open_, child)
    elif token.type in ("link_open", "link_close"):
        _add_link(open_, token)
    elif token.nesting == 1:
        node: list[Any] = [_TAGS.get(token.tag, token.tag), {}]
        if not token.hidden:
            here.append(node)
        open_.append(here if token.hidden else node)
    elif token.nesting == -1:
        open_.pop()
    elif leaf := _leaf(token):
        here.append(leaf)


def _add_link(open_: list[list[Node]], token: Token) -> None:
    """Where a link leads stands behind its words, and nothing can be followed."""
    if token.nesting == 1:
        node: list[Any] = ["span", {"title": str(token.attrs.get("href", ""))}]
        open_[-1].append(node)
        open_.append(node)
        return
    node = open_.pop()
    attributes: Any = node[1]
    address = attributes.pop("title")
    if "".join(one for one in node[2:] if isinstance(one, str)) != address:
        node.append(f" ({address})")


def _leaf(token: Token) -> Node:
    match token.type:
        case "code_inline":
            return ["code", {}, token.content]
        case "code_block" | "fence":
            return ["pre", {}, ["code", {}, token.content]]
        case "hr" | "hardbreak":
            return [token.tag, {}]
        case "softbreak":
            return "\n"
        case "image":
            return ["span", {}, f"[picture: {token.content} ({token.attrs.get('src', '')})]"]
        case "math":
            return _formula(token.content, token.markup)
    return token.content


def _formula(tex: str, opening: str) -> Node:
    display = "inline" if opening in ("$", "\\(") else "block"
    depth = max((tex.count("{", 0, place) - tex.count("}", 0, place) for place in range(0, len(tex), 16)), default=0)
    if len(tex) > _LONGEST_TEX or depth > _DEEPEST_TEX:
        return _as_written(tex, opening)
    node = _mathml(tex, display)
    return _as_written(tex, opening) if node is None else node


def _as_written(tex: str, opening: str) -> Node:
    return ["code", {}, f"{opening}{tex}{_OPENINGS[opening]}"]


@lru_cache(maxsize=1_024)
def _mathml(tex: str, display: str) -> Node | None:
    """A formula as MathML; None for TeX that cannot be read."""
    try:
        return _node_of(convert_to_element(tex, display=display))
    except _PROBLEMS:
        return None


def _node_of(element: Element) -> Node:
    """Only tags and attributes of presentation: no links, no styles, no colours."""
    tag = element.tag.rpartition("}")[2]
    attributes = {name: value for name, value in element.attrib.items() if name in _MATH_ATTRIBUTES}
    children = [_node_of(child) for child in element]
    said = [unescape(element.text)] if element.text and element.text.strip() else []
    return [tag if tag in _MATH_TAGS else "mrow", attributes, *said, *children]


def _math(state: StateInline, silent: bool) -> bool:
    """TeX between marks. The price of $5 and $10 is none: a formula touches its dollars, and no digit follows them."""
    opening = next((one for one in _OPENINGS if state.src.startswith(one, state.pos)), None)
    if opening is None:
        return False
    begin = state.pos + len(opening)
    closing = _OPENINGS[opening]
    end = _end_of(state.src, begin, state.posMax, closing)
    tex = state.src[begin:end]
    if end < 0 or not tex.strip():
        return False
    after = state.src[end + len(closing) : end + len(closing) + 1]
    if opening == "$" and (tex != tex.strip() or after.isdecimal()):
        return False
    if not silent:
        token = state.push("math", "math", 0)
        token.content, token.markup = tex.strip(), opening
    state.pos = end + len(closing)
    return True


def _end_of(text: str, begin: int, most: int, closing: str) -> int:
    """Where a formula ends; a mark behind a backslash is part of it."""
    end = text.find(closing, begin, min(most, begin + _LONGEST_TEX + 10))
    while closing.startswith("$") and end > 0 and text[end - 1] == "\\":
        end = text.find(closing, end + 1, min(most, begin + _LONGEST_TEX + 10))
    return end


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("escape", "math", _math)
    return parser


_PARSER = _parser()
