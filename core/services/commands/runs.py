"""`runs …`: list, pause, resume."""

import argparse

from core.domain.person import Actor
from core.services.commands.verb import Answer, Noun, Verb, opened, table, with_project
from core.services.studio import Studio


def list_(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """The project's runs, newest first."""
    listed = studio.runs.list(actor, opened(studio, actor, project))
    return {
        "runs": [
            {"run": one.id, "number": one.number, "name": one.name, "state": one.state, "seeds": one.n_seeds}
            for one in listed
        ]
    }


def say_list(answer: Answer) -> str:
    return table(
        answer["runs"],
        ("number", "name", "state", "seeds", "run"),
        empty="No runs yet. `python -m core grow` begins one.",
    )


def pause(studio: Studio, actor: Actor, *, project: str, run: str) -> Answer:
    """Start no more calls; those in flight are finished and kept."""
    studio.runs.pause(actor, opened(studio, actor, project), run)
    return {"run": run}


def resume(studio: Studio, actor: Actor, *, project: str, run: str) -> Answer:
    """Go on where the run stands."""
    studio.runs.resume(actor, opened(studio, actor, project), run)
    return {"run": run}


def one_run(parser: argparse.ArgumentParser) -> None:
    """Ask for a run by its id."""
    parser.add_argument("--run", required=True, metavar="ID")
    with_project(parser)


PAUSE = Verb(name="pause", help="pause a run; what is in flight is kept", do=pause, options=one_run)
RESUME = Verb(name="resume", help="go on with a run, and watch it", do=resume, options=one_run, follows=True)
NOUN = Noun(
    name="runs",
    help="a project's runs",
    verbs=(
        Verb(name="list", help="list runs, newest first", do=list_, options=with_project, say=say_list),
        PAUSE,
        RESUME,
    ),
)
