"""How seeds and survivors are spread over skills, and where the seeds came from."""

from core.services.growing.seeds import SkillShare, SourceLine
from pages.ui import kit
from pages.ui.kit import h
from pages.ui.words import count


def spread(shares: tuple[SkillShare, ...]) -> None:
    """Two bars a skill: its share of the seeds and, once there are some, of the survivors."""
    seeds = max(1, sum(one.seeds for one in shares))
    survivors = sum(one.survivors for one in shares)
    most = max([*(one.seeds / seeds for one in shares), *(one.survivors / max(1, survivors) for one in shares), 0.001])
    head = h(
        "div",
        {"class": "hd"},
        h("span", {"class": "h"}, "By skill"),
        h("span", {"class": "lab"}, h("i", {"class": "key k1"}), " seeds", *_key(survivors)),
    )
    kit.show("skills", head, *(_line(one, seeds, survivors, most) for one in shares), key="seeds.skills")


def _key(survivors: int) -> list[kit.Child]:
    return [" ", h("i", {"class": "key k2"}), " survivors"] if survivors else []


def _line(one: SkillShare, seeds: int, survivors: int, most: float) -> kit.Element:
    name = one.skill or "no skill"
    share, lived = one.seeds / seeds, one.survivors / max(1, survivors)
    said = f"{name}: {one.seeds:,} seeds ({share:.1%})" + (
        f", {one.survivors:,} survivors ({lived:.1%})" if survivors else ""
    )
    bars = [h("i", {"class": "k1", "style": {"width": f"{100 * share / most:.1f}%"}})]
    if survivors:
        bars.append(h("i", {"class": "k2", "style": {"width": f"{100 * lived / most:.1f}%"}}))
    return h(
        "div",
        {"class": "s two" if survivors else "s", "title": said},
        h("span", {"class": "one"}, name),
        h("div", {"class": "bars", "role": "img", "aria-label": said}, *bars),
        h("span", {"class": "num r"}, f"{one.seeds:,}"),
        h("span", {"class": "num r dim"}, f"{share:.0%}"),
        h("span", {"class": "num r ok"}, f"{lived:.0%}") if survivors else None,
    )


def imports(sources: tuple[SourceLine, ...]) -> None:
    """What was imported, newest first."""
    if not sources:
        return
    lines = (
        h(
            "div",
            {"class": "i"},
            h("div", {"class": "one", "title": one.name}, one.name),
            h("div", {"class": "lab"}, f"{count(one.taken, 'seed')}, {one.merged:,} merged, {one.refused:,} refused"),
            h("div", {"class": "lab"}, f"{one.received_at:%Y-%m-%d}, licence: {one.licence or 'not said'}"),
        )
        for one in sources[:12]
    )
    kit.show("imports", h("div", {"class": "h"}, "Imports"), *lines, key="seeds.imports")
