"""`explore coverage` and `explore aim`: what there is of each skill at each difficulty, and a run that would aim at a cell."""

import argparse

from core.domain.coverage import DIFFICULTIES, NOT_SCORED, Cell, Coverage, Reach, Scale
from core.domain.explore import Scope
from core.domain.person import Actor
from core.errors import BadInput
from core.services.commands.runs import named, one_run
from core.services.commands.verb import Answer, Verb, opened, printable, table, with_project
from core.services.exploring import coverage as service
from core.services.exploring import scopes
from core.services.projects import Project
from core.services.studio import Studio


def coverage(
    studio: Studio, actor: Actor, *, project: str, run: str = "", by: str = Scale.MODEL, reach: str = Reach.KEPT
) -> Answer:
    """The grid of the whole project, or of one run."""
    opened_ = opened(studio, actor, project)
    found = studio.coverage.grid(actor, opened_, of_run(studio, actor, opened_, run).wanted, Scale(by))
    counted = Reach(reach)
    return {
        "difficulty": found.scale,
        "reach": counted,
        "filled": found.filled(counted),
        "cells": found.cells,
        "total": {one.value: found.total(one) for one in Reach},
        "skills": [_line(found, line.skill, counted) | {"seeds": line.seeds} for line in found.skills],
        "gaps": [_cell(one) for one in service.gaps(found)],
    }


def of_run(studio: Studio, actor: Actor, project: Project, run: str) -> Scope:
    """What `--run` narrows to; everything without it."""
    found = scopes.every(actor, project)
    return found[f"run:{named(studio, actor, project, run)}"] if run else found[""]


def _line(found: Coverage, skill: str, reach: Reach) -> Answer:
    counts = {str(at): found.n(Cell(skill=skill, difficulty=at), reach) for at in DIFFICULTIES}
    return {"skill": skill, **counts, "not scored": found.n(Cell(skill=skill, difficulty=NOT_SCORED), reach)}


def _cell(cell: Cell) -> Answer:
    return {"skill": cell.skill, "difficulty": cell.difficulty}


def say_coverage(answer: Answer) -> str:
    columns = ("skill", "seeds", *map(str, DIFFICULTIES), "not scored")
    rows = [row | {"skill": row["skill"] or "(none)"} for row in answer["skills"] if any(list(row.values())[1:])]
    near = ", ".join(f"{printable(one['skill']) or '(none)'} at {one['difficulty']}" for one in answer["gaps"])
    return "\n".join(
        [
            f"{answer['reach'].capitalize()}, by the difficulty that {'a model says' if answer['difficulty'] == Scale.MODEL else 'people say'}: "
            f"{answer['filled']:,} of {answer['cells']:,} cells filled.",
            table(rows, columns, empty="No seeds yet."),
            *([f"Empty, one step harder than what is kept: {near}."] if near else []),
        ]
    )


def aim(studio: Studio, actor: Actor, *, project: str, cell: str) -> Answer:
    """What a run that aims at a cell would be set up with, and why. `grow --aim` begins it."""
    plan = studio.coverage.aim(actor, opened(studio, actor, project), cell_of(cell))
    return {
        **_cell(plan.cell),
        "seeds": plan.seeds.taken,
        "seeds_below": plan.seeds.below,
        "seeds_not_scored": plan.seeds.not_scored,
        "seeds_left_out": plan.seeds.above,
        "seeds_mean": plan.seeds.mean,
        "epochs": plan.epochs,
        "gain": {"n": plan.gain.n, "mean": plan.gain.mean, "of_this_skill": plan.gain.own},
        "operations": [
            {
                "operation": one.operation,
                "share": None if plan.weights is None else plan.weights[one.operation],
                "landed": one.landed,
                "tried": one.tried,
                "landed_elsewhere": one.landed_elsewhere,
                "tried_elsewhere": one.tried_elsewhere,
            }
            for one in plan.landings
        ],
    }


def cell_of(text: str) -> Cell:
    """BadInput for anything but a difficulty, a colon and a skill."""
    cell = Cell.read(text)
    if cell is None:
        raise BadInput(f"“{printable(text)}” is no cell", to_do="Give a difficulty and a skill, as 8:Math.")
    return cell


def say_aim(answer: Answer) -> str:
    mean = "" if answer["seeds_mean"] is None else f", {answer['seeds_mean']:.1f} on average"
    epochs = "the preset's epochs" if answer["epochs"] is None else f"{answer['epochs']} epochs"
    rows = [
        {
            "operation": one["operation"],
            "drawn": None if one["share"] is None else f"{100 * one['share']:.0f} %",
            "landed": f"{one['landed']:,} of {one['tried']:,}",
            "other skills": f"{one['landed_elsewhere']:,} of {one['tried_elsewhere']:,}",
        }
        for one in answer["operations"]
    ]
    first = f"{printable(answer['skill']) or '(none)'} at {answer['difficulty']}: {answer['seeds']:,} seeds{mean}, {epochs}."
    return first + "\n" + table(rows, ("operation", "drawn", "landed", "other skills"), empty="")


def _coverage_options(parser: argparse.ArgumentParser) -> None:
    one_run(parser)
    parser.add_argument(
        "--by", choices=[one.value for one in Scale], default=Scale.MODEL.value, help="whose difficulty"
    )
    parser.add_argument(
        "--reach", choices=[one.value for one in Reach], default=Reach.KEPT.value, help="what is counted"
    )


def _aim_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cell", metavar="CELL", help="a difficulty and a skill: 8:Math")
    with_project(parser)


VERBS = (
    Verb(name="coverage", help="skills at difficulties", do=coverage, options=_coverage_options, say=say_coverage),
    Verb(name="aim", help="what a run that aims at a cell would be", do=aim, options=_aim_options, say=say_aim),
)
