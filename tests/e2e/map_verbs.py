"""What a person does on a map, in verbs."""

import math
import re
from collections.abc import Iterator, Sequence

from playwright.sync_api import FloatRect, Locator, Page, expect

_ASIDE, _OVER = 140, 64  # px that stay free when the whole map is fitted (components/map/camera.js)
_ABOVE = 9  # px between a label and what it stands over (components/map/labels.js)
_SLOW_MS = 30_000  # a first page on a busy machine
Place = tuple[float, float]


class OnMap:
    """A map that is drawn."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pane = page.locator(".mv")
        self.wait()

    def wait(self) -> None:
        """Until its points are painted."""
        expect(self.page.locator(".es.map[data-ready=true]")).to_be_visible(timeout=_SLOW_MS)
        expect(self.page.locator("[data-part=count]")).to_contain_text("text", timeout=_SLOW_MS)

    def box(self) -> FloatRect:
        box = self.pane.bounding_box()
        assert box is not None, "the map is not there"
        return box

    def on_screen(self, places: Sequence[Place]) -> list[Place]:
        """Where points of the projection stand in the window while the whole map is fitted into its pane: y points up."""
        xs, ys = [x for x, _ in places], [y for _, y in places]
        size = max(max(xs) - min(xs), max(ys) - min(ys))
        width, height = (max(xs) - min(xs)) / size, (max(ys) - min(ys)) / size
        box = self.box()
        scale = min((box["width"] - _ASIDE) / width, (box["height"] - _OVER) / height)
        left, top = (box["width"] - width * scale) / 2, (box["height"] - height * scale) / 2
        return [
            (box["x"] + left + (x - min(xs)) / size * scale, box["y"] + top + (max(ys) - y) / size * scale)
            for x, y in places
        ]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tool(self, name: str) -> None:
        self.page.locator(".tl").get_by_role("button", name=name, exact=True).click()

    def draw(self, corners: Sequence[Place]) -> None:
        """Press at the first corner, go along the others, let go."""
        self.page.mouse.move(*corners[0])
        self.page.mouse.down()
        for corner in corners[1:]:
            self.page.mouse.move(*corner)
        self.page.mouse.up()

    def draw_around_all(self) -> None:
        """A rectangle along the pane's edges."""
        box = self.box()
        self.tool("Rectangle")
        self.draw([(box["x"] + 3, box["y"] + 3), (box["x"] + box["width"] - 3, box["y"] + box["height"] - 3)])

    def picked(self) -> int:
        """How many are picked out, by the bar; 0 without one."""
        bar = self.page.locator(".sb b")
        return int(bar.inner_text().split()[0].replace(",", "")) if bar.count() else 0

    def expect_picked(self, n: int) -> None:
        expect(self.page.locator(".sb b")).to_have_text(f"{n:,} picked out")

    def expect_nothing_picked(self) -> None:
        expect(self.page.locator(".sb")).to_be_hidden()

    def colour_by(self, label: str) -> None:
        self.page.locator("[data-part=ways]").get_by_role("button", name=label, exact=True).click()
        expect(self.page.locator("[data-part=legend] h3")).to_have_text(label)

    def legend(self, label: str) -> Locator:
        return self.page.locator(".lg").filter(has_text=re.compile(f"^{re.escape(label)}"))

    def n_in_legend(self, label: str) -> int:
        return int(self.legend(label).locator(".num").inner_text().replace(",", ""))

    def look_at_cluster(self, number: int) -> None:
        self.page.locator(f"[data-cluster='{number - 1}']").click()
        expect(self.page.locator(".sb b")).to_contain_text(f"Cluster {number}:")

    def deed(self, name: str) -> None:
        self.page.locator(".sb").get_by_role("button", name=name, exact=True).click()

    def point_at(self, place: Place) -> None:
        self.page.mouse.move(place[0] - 40, place[1] - 40)
        self.page.mouse.move(*place)

    def scan(self, step: int = 9) -> Iterator[Place]:
        """Places all over the pane."""
        box = self.box()
        for y in range(20, int(box["height"]) - 60, step):
            for x in range(20, int(box["width"]) - 20, step):
                yield box["x"] + x, box["y"] + y

    def is_over_point(self, place: Place) -> bool:
        """Whether the pointer, moved there, meets a point."""
        self.page.mouse.move(*place)
        return "over-point" in (self.pane.get_attribute("class") or "")

    def label_at(self, number: int) -> Place:
        """What a cluster's label stands over."""
        box = self.page.locator(f"[data-label='{number - 1}']").bounding_box()
        assert box is not None, "the label has no room"
        return box["x"] + box["width"] / 2, box["y"] + box["height"] + _ABOVE


def inside(place: Place, outline: Sequence[Place]) -> bool:
    """Whether the outline winds around the place: the sum of the angles under which its sides are seen."""
    turn = 0.0
    for (ax, ay), (bx, by) in zip(outline, [*outline[1:], outline[0]], strict=True):
        one, other = (ax - place[0], ay - place[1]), (bx - place[0], by - place[1])
        turn += math.atan2(one[0] * other[1] - one[1] * other[0], one[0] * other[0] + one[1] * other[1])
    return abs(turn) > math.pi
