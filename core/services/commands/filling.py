"""`explore fill`: runs that fill the emptiest cells of the coverage first."""

import argparse
import time
from dataclasses import replace

from core.domain.filling import ROUNDS, SEEDS
from core.domain.person import Actor
from core.domain.run import Caps, SeedChoice
from core.domain.system import EMBEDDED
from core.errors import StudioError
from core.services.commands.maps import with_caps
from core.services.commands.verb import Answer, Tell, Verb, opened, printable, table, tell_nobody, with_project
from core.services.growing import presets
from core.services.studio import Studio

_PATIENCE_S = 540.0  # the app answers a command within ten minutes


def fill(
    studio: Studio, actor: Actor, *, project: str, endpoint: str, rounds: int, seeds: int, rng_seed: int, calls: int | None,
    usd: float | None, tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """So many rounds. Ends after a while; asked again, it goes on with what is emptiest then."""
    project_ = opened(studio, actor, project)
    made = presets.settings(presets.QUICK, name="Fill", endpoint=endpoint, seeds=SeedChoice(), rng_seed=rng_seed)
    made = replace(studio.endpoints.with_defaults(actor, made), caps=Caps(calls=calls, usd=usd))
    studio.fillings.begin(actor, project_, made, rounds=rounds, seeds=seeds)
    until = time.monotonic() + _PATIENCE_S
    while not studio.fillings.wait(actor, project_, 0.2):
        now = studio.fillings.progress(actor, project_)
        assert now is not None
        tell(len(now.done) / now.rounds, f"{now.filled:,} of {now.cells:,} cells filled")
        if time.monotonic() > until:
            studio.fillings.stop(actor, project_)
    now = studio.fillings.progress(actor, project_)
    assert now is not None
    if now.problem and not now.done:
        raise StudioError(now.problem)
    done = [
        {"skill": one.cell.skill, "difficulty": one.cell.difficulty, "run": one.run_id, "filled": one.was_filled}
        for one in now.done
    ]
    return {"rounds": done, "before": now.before, "filled": now.filled, "cells": now.cells, "problem": now.problem}


def say(answer: Answer) -> str:
    rows = [
        one | {"skill": one["skill"] or "(none)", "filled": "yes" if one["filled"] else "no"}
        for one in answer["rounds"]
    ]
    last = f"{answer['filled']:,} of {answer['cells']:,} cells filled, {answer['before']:,} before. {printable(answer['problem'])}"
    return table(rows, ("skill", "difficulty", "filled", "run"), empty="No round was done.") + "\n" + last.strip()


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how many runs, one after the other")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="at most so many seeds a round")
    parser.add_argument("--endpoint", default=EMBEDDED, help="who evolves, answers and judges")
    parser.add_argument("--rng-seed", type=int, default=1)
    with_caps(parser)
    with_project(parser)


VERBS = (
    Verb(
        name="fill",
        help="fill the emptiest cells of the coverage first",
        do=fill,
        options=_options,
        say=say,
        tells=True,
    ),
)
