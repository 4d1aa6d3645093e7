"""The head of a figure's card: its title, what it shows, and what can be taken along as a picture or as data."""

from pages.ui import kit
from pages.ui.kit import h


def head(title: str, note: str, file: str, data: str, *, picture: bool = True) -> kit.Element:
    """`file`: what is saved is called so, without its ending. `data` as CSV; "" if there is none.

    components/shared/save.js saves both without asking the server.
    """
    save: dict[str, object] = {"class": "bt q", "data-file": file}
    return h(
        "div", {"class": "hd"}, h("span", {"class": "h"}, title), h("span", {"class": "lab"}, note),
        h("span", {"class": "save"},
          h("button", save | {"data-save": "picture", "title": "Save this figure as a picture (SVG)"}, "Picture") if picture else None,
          h("button", save | {"data-save": "data", "data-text": data, "title": "Save these numbers (CSV)"}, "Data") if data else None),
    )  # fmt: skip
