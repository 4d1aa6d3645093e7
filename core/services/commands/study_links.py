"""`studies link`, `studies call-back`: the links by which raters come to a study."""

import argparse
from urllib.parse import urlencode

from core.domain.person import Actor
from core.errors import NotFound
from core.services.commands.verb import Answer, Verb, opened, with_project
from core.services.evaluating import study_course, study_making
from core.services.studio import Studio


def link(studio: Studio, actor: Actor, *, project: str, study: str, person: str) -> Answer:
    """The address, from its path on, by which raters come to a study: one person, or whoever has it."""
    project_ = opened(studio, actor, project)
    of, who = study_making.named(actor, project_, study), _person(studio, actor, person)
    word = studio.invitations.invite(actor, project_, of.id, who)
    return {"study": of.id, "person": who, "path": f"/join?{urlencode({'invitation': word})}"}


def say_link(answer: Answer) -> str:
    return f"{answer['path']}\nPut it behind the address of the studio."


def call_back(studio: Studio, actor: Actor, *, project: str, study: str, person: str, reason: str) -> Answer:
    """From now on that link leads nowhere, whoever has it."""
    project_ = opened(studio, actor, project)
    of, who = study_making.named(actor, project_, study), _person(studio, actor, person)
    study_course.call_link_back(actor, project_, of.id, who, reason)
    return {"study": of.id, "person": who}


def say_call_back(_: Answer) -> str:
    return "It leads nowhere now. Whoever has followed it goes on judging."


def _person(studio: Studio, actor: Actor, named: str) -> str:
    """Somebody's id by their id or name; "" for nobody in particular."""
    found = [one.id for one in studio.people.list(actor) if named in (one.id, one.name)]
    if named and not found:
        raise NotFound("There is nobody of this name here", to_do="See the page People.")
    return found[0] if named else ""


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="STUDY", help="its name (then the newest version) or its id")
    parser.add_argument("--person", default="", metavar="NAME", help="the link of this person; default: whoever has it")
    with_project(parser)


def _back_options(parser: argparse.ArgumentParser) -> None:
    _options(parser)
    parser.add_argument("--reason", default="", help="kept with it")


VERBS = (
    Verb(name="link", help="the link by which raters come", do=link, options=_options, say=say_link),
    Verb(name="call-back", help="make that link lead nowhere", do=call_back, options=_back_options, say=say_call_back),
)
