"""`batches …`: what a run asks by batch, and giving up a batch that is gone; and what `grow --ask batch` means."""

import argparse
from dataclasses import replace

from core.domain.batch import BatchNow
from core.domain.person import Actor
from core.domain.run import LeftOver, RunSettings
from core.errors import BadInput
from core.services.commands.runs import named, one_run
from core.services.commands.verb import Answer, Noun, Verb, opened, printable, table
from core.services.growing import batches
from core.services.studio import Studio

NOW, BATCH = "now", "batch"
USUAL_SHARE = 0.5  # of the price, at OpenAI and those who do as it does
_COLUMNS = ("number", "endpoint", "calls", "state", "done", "failed", "left", "asked")


def by_batch(studio: Studio, actor: Actor, settings: RunSettings, left: str) -> RunSettings:
    """The same settings with everybody asked by batch who can be. BadInput if that is nobody."""
    able = batches.can_batch(studio.endpoints.cast(actor, settings))
    if not able:
        raise BadInput(
            "No endpoint of this run can be asked by batch",
            to_do="Give its price by batch: `endpoints connect … --batch-price 0.5`, or under Settings.",
        )
    return replace(settings, by_batch=tuple(one.name for one in able), left_over=LeftOver(left))


def list_(studio: Studio, actor: Actor, *, project: str, run: str = "") -> Answer:
    """The batches of a run, in the order they were made."""
    opened_ = opened(studio, actor, project)
    run_id = named(studio, actor, opened_, run)
    return {"run": run_id, "batches": [row(one) for one in batches.of_run(actor, opened_, run_id)]}


def row(one: BatchNow) -> Answer:
    """A batch in plain values."""
    return {
        "batch": one.id,
        "number": one.number,
        "endpoint": one.endpoint,
        "calls": one.n,
        "what": dict(one.what),
        "state": batches.state_of(one),
        "done": one.done,
        "failed": one.failed,
        "left": one.left,
        "asked": None if one.asked_at is None else one.asked_at.isoformat(timespec="seconds"),
        "at_endpoint": one.remote_id,
        "words": one.detail,
    }


def say_list(answer: Answer) -> str:
    said = table(answer["batches"], _COLUMNS, empty="This run has no batches.")
    words = [f"{one['number']}: {printable(one['words'], 300)}" for one in answer["batches"] if one["words"]]
    return "\n".join([said, *words])


def forget(studio: Studio, actor: Actor, *, project: str, run: str = "", number: int) -> Answer:
    """Give a batch up that cannot be fetched any more. Its calls count at worst case, and are asked again."""
    opened_ = opened(studio, actor, project)
    run_id = named(studio, actor, opened_, run)
    found = next((one for one in batches.of_run(actor, opened_, run_id) if one.number == number), None)
    if found is None:
        raise BadInput(f"The run has no batch {number}", to_do="`batches list` says which there are.")
    batches.forget(actor, opened_, studio.live, found.id)
    return {"given_up": found.id}


def _forget_options(parser: argparse.ArgumentParser) -> None:
    one_run(parser)
    parser.add_argument("--number", type=int, required=True, help="which of the run's batches")


NOUN = Noun(
    name="batches",
    help="what a run asks by batch",
    verbs=(
        Verb(name="list", help="the batches of a run", do=list_, options=one_run, say=say_list),
        Verb(name="forget", help="give a batch up that is gone", do=forget, options=_forget_options),
    ),
)
