"""Files of the studio's own computer that a person names by their path: only an owner may, whose computer it is.

Anybody else who grows could read with it whatever the studio can read: keys, other people's files. They send their files by the browser.
"""

from pathlib import Path

from core.domain.person import Actor, Role
from core.errors import BadInput
from core.services.access import require


def file_named(actor: Actor, text: str) -> Path:
    """The file. NotAllowed for whoever is no owner, BadInput for what is none."""
    require(actor, Role.OWNER)
    try:
        file = Path(text.strip()).expanduser()
        is_file = file.is_file()
    except (OSError, RuntimeError, ValueError):  # too long, a home folder of nobody, a zero byte
        raise BadInput("This path cannot be used", where=text[:200], to_do="Check how it is written.") from None
    if not is_file:
        raise BadInput("There is no such file", where=str(file)[:200], to_do="Check the path.")
    return file
