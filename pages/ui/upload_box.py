"""The box in which a file is chosen or dropped; it streams the file to the studio's own route."""

from dataclasses import dataclass

from pages.ui import component
from pages.ui.uploads import most_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploaded:
    """A file that has arrived. `name` is what the person's computer calls it: text, never a path."""

    id: str
    name: str


def upload_box(key: str) -> Uploaded | None:
    """Draw the box. Returns the file once it has arrived, until the key changes."""
    result = component.draw("upload", {"most_bytes": most_bytes()}, key=key, file=None)
    file = result.get("file")
    if not isinstance(file, dict):
        return None
    name = "".join(letter for letter in str(file.get("name", "")) if letter.isprintable())[:200]
    return Uploaded(id=str(file.get("id", "")), name=name or "A file")
