"""`packs …`: list."""

from pathlib import Path

import core.evolution
from core.domain.person import Actor
from core.evolution.pack import load_pack
from core.services.access import may_read
from core.services.commands.verb import Answer, Noun, Verb, table
from core.services.studio import Studio

_SHIPPED = Path(core.evolution.__file__).parent / "prompts"


def list_(_: Studio, actor: Actor) -> Answer:
    """The prompt packs that come with the studio."""
    may_read(actor)
    packs = [load_pack(folder) for folder in sorted(_SHIPPED.iterdir()) if folder.is_dir()]
    return {"packs": [{"name": pack.name, "hash": pack.hash, "files": len(pack.files)} for pack in packs]}


def say_list(answer: Answer) -> str:
    return table(answer["packs"], ("name", "files", "hash"), empty="No packs.")


NOUN = Noun(
    name="packs",
    help="prompt packs: the words that a run asks with",
    verbs=(Verb(name="list", help="list prompt packs", do=list_, say=say_list),),
)
