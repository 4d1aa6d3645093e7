"""`projects …`: list."""

from core.domain.person import Actor
from core.services.access import may_read
from core.services.commands.verb import Answer, Noun, Verb, table
from core.services.studio import Studio


def list_(studio: Studio, actor: Actor) -> Answer:
    """The projects of this installation."""
    may_read(actor)
    return {"projects": [{"project": slug} for slug in studio.projects.slugs()]}


def say_list(answer: Answer) -> str:
    return table(answer["projects"], ("project",), empty="No projects yet. `python -m core grow` makes the first one.")


NOUN = Noun(
    name="projects",
    help="one file each",
    verbs=(Verb(name="list", help="list projects", do=list_, say=say_list),),
)
