"""Home's picture of the method: one real lineage of the demo."""

import json
from functools import cache
from typing import Any

from core.evolution.difference import difference
from core.settings import Settings
from pages.ui import kit
from pages.ui.kit import h

_CSS = """
.hero .t{display:grid;grid-template-columns:1fr 26px 1.25fr 26px 1.4fr;align-items:stretch;margin-top:.4rem}
.hero .n{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--c);border-radius:7px;padding:.75rem .9rem .8rem;
 display:flex;flex-direction:column;gap:.5rem;min-width:0}
.hero .f{margin-top:auto;display:flex;gap:.9rem;font-size:.8rem;color:var(--ink2);align-items:center;flex-wrap:wrap}
.hero .e{align-self:center;height:1.5px;background:var(--ink3)}.hero .dead{grid-column:3;margin-top:.6rem;border-style:dashed;border-left-style:solid}
.hero .dl{grid-column:2;position:relative}
.hero .dl:before{content:"";position:absolute;left:0;right:0;top:-40%;bottom:50%;border-left:1.5px dashed var(--no);
 border-bottom:1.5px dashed var(--no);border-bottom-left-radius:8px}
"""


@cache
def _lineage() -> list[dict[str, Any]]:
    """Seed, child, grandchild, and a dead branch of the seed: written with the demo."""
    path = Settings().shipped / "demo" / "lineage.json"
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


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
            _card(seed, None),
            h("div", {"class": "e"}),
            _card(child, seed["text"]),
            h("div", {"class": "e"}),
            _card(grandchild, child["text"]),
            h("div", {"class": "dl"}),
            _card(dead, None, "n dead"),
        ),
        key="home.hero",
        css=_CSS,
    )


def _card(node: dict[str, Any], before: str | None, name: str = "n") -> kit.Element:
    changed = difference(before, node["text"]) if before is not None else None
    text = node["text"] if changed is None or changed.is_rewritten else kit.diff_nodes(changed.pieces)
    difficulty = f"difficulty {node['difficulty']:.1f}" if node.get("difficulty") else None
    words = f"{node['words_added']:+d} words" if node.get("words_added") is not None else f"{node['words']} words"
    status = kit.mark(node["status"], node.get("rule")) if node.get("status") else None
    return h(
        "div",
        {"class": name, "style": {"--c": f"var(--op-{node['operation']})"}},
        kit.op(node["operation"]),
        kit.read(text, "s"),
        h("div", {"class": "f"}, status, h("span", words), h("span", difficulty) if difficulty else None),
    )
