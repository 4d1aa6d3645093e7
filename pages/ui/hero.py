"""Home's picture of the method: one real lineage of the demo."""

from functools import cache

from core.services import demo
from pages.ui import kit, shell
from pages.ui.kit import h


@cache
def _lineage() -> tuple[demo.Card, ...]:
    return demo.lineage(shell.studio().settings.shipped / "demo")


def hero() -> None:
    """Nothing at all if the demo's text is not there."""
    cards = _lineage()
    if not cards:
        return
    seed, child, grandchild, dead = cards
    about = "one seed of the demo, two epochs; dashed is a dead branch, kept with its reason"
    kit.show(
        "hero",
        h("div", {"class": "row"}, h("span", {"class": "h"}, "How a seed grows"), h("span", {"class": "lab"}, about)),
        h(
            "div",
            {"class": "t"},
            _card(seed),
            h("div", {"class": "e"}),
            _card(child),
            h("div", {"class": "e"}),
            _card(grandchild),
            h("div", {"class": "dl"}),
            _card(dead, "n dead"),
        ),
        key="home.hero",
    )


def _card(node: demo.Card, name: str = "n") -> kit.Element:
    words = f"{node.words_added:+d} words" if node.words_added is not None else f"{node.words} words"
    difficulty = f"difficulty {node.difficulty:.1f}" if node.difficulty is not None else None
    return h(
        "div",
        {"class": name, "style": {"--c": f"var(--op-{node.operation})"}},
        kit.op(node.operation),
        kit.read(kit.diff_nodes(node.diff) if node.diff else node.text, "s"),
        h(
            "div",
            {"class": "f"},
            kit.mark(node.status, node.rule.label if node.rule else None) if node.status else None,
            h("span", words),
            h("span", difficulty) if difficulty else None,
        ),
    )
