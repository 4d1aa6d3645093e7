"""`explore diversity` and `explore compare`: the numbers of these views, with all that somebody needs who quotes them."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import cast

from core.domain.diversity import SHOWN_OF_GROUPS, Comparison, Conditions, Contrast, Diversity, Measured, Part, Side
from core.domain.person import Actor
from core.domain.study_numbers import Estimate
from core.errors import BadInput, NotFound
from core.services.commands.coverage import of_run
from core.services.commands.runs import named, one_run
from core.services.commands.verb import Answer, Tell, Verb, opened, printable, table, tell_nobody, with_project
from core.services.exploring import comparing, explored, sides
from core.services.exploring import diversity as service
from core.services.exploring.pools import ROUNDS, Drawing
from core.services.projects import Project
from core.services.reviewing import queue_address
from core.services.studio import Studio

_LEAST_ROUNDS = 20


def diversity(
    studio: Studio,
    actor: Actor,
    *,
    project: str,
    run: str = "",
    by: str = Part.EPOCH,
    against: str = "",
    rounds: int = ROUNDS,
    rng_seed: int = 0,
    tell: Tell = tell_nobody,
) -> Answer:
    """The measures of every group, beside the seeds and the reference sets."""
    opened_ = opened(studio, actor, project)
    how = _with_model(_drawing(actor, opened_, against, rounds, rng_seed))
    scope = of_run(studio, actor, opened_, run)
    asked = service.Question(how=how, wanted=scope.filter, seeds=scope.seeds, part=Part(by))
    found = cast("Diversity", explored.worked_out(actor, opened_, asked, _told(tell, "Drawing halves of the seeds")))
    return {
        "scope": scope.title,
        "by": by,
        **_conditions(found.conditions),
        "groups": [_group(one) for one in found.groups],
        "left_out": [
            {"group": one.title, "n": one.n, "seeds": one.seeds, "why": one.why_not} for one in found.left_out
        ],
    }


def _group(one: Measured) -> Answer:
    numbers = {measure.value: _estimate(one.estimates[measure]) for measure in SHOWN_OF_GROUPS}
    group = one.group
    return {
        "group": group.title, "n": group.n, "seeds": group.seeds, "without_embedding": group.without, **numbers,
    }  # fmt: skip


def say_diversity(answer: Answer) -> str:
    rows = [
        {**row, **{measure.value: _in_words(row[measure.value]) for measure in SHOWN_OF_GROUPS}}
        for row in answer["groups"]
    ]
    left = [f"{printable(one['group'])}: {one['why']}." for one in answer["left_out"]]
    columns = ("group", "n", "seeds", *(measure.value for measure in SHOWN_OF_GROUPS))
    first = f"{printable(answer['scope'])}: each group at {answer['texts_each']:,} texts, 95 % intervals by seed."
    return "\n".join([first, table(rows, columns, empty="No group is large enough."), *left])


def compare(
    studio: Studio,
    actor: Actor,
    *,
    project: str,
    first: str,
    second: str,
    against: str = "",
    rounds: int = ROUNDS,
    rng_seed: int = 0,
    tell: Tell = tell_nobody,
) -> Answer:
    """Two sides, every measure with its difference."""
    opened_ = opened(studio, actor, project)
    asked = comparing.Question(
        first=_side(studio, actor, opened_, first),
        second=_side(studio, actor, opened_, second),
        how=_drawing(actor, opened_, against, rounds, rng_seed),
    )
    found = cast("Comparison", explored.worked_out(actor, opened_, asked, _told(tell, "Resampling seeds")))
    return {
        "first": found.first.title,
        "second": found.second.title,
        "seeds": dict(zip(("first", "second", "both"), found.seeds, strict=True)),
        "resamples": asked.rounds,
        **({"diversity": _conditions(found.conditions)} if found.conditions else {"no_diversity": found.why_no_texts}),
        "contrasts": [_contrast(one) for one in found.contrasts],
    }


def say_compare(answer: Answer) -> str:
    rows = [
        {
            "measure": one["measure"],
            **{side: _in_words(one[side]) for side in ("first", "second", "difference")},
            "p": None if one["p"] is None else f"{one['p']:.3f}",
            "corrected": None if one["p_holm"] is None else f"{one['p_holm']:.3f}",
        }
        for one in answer["contrasts"]
    ]
    seeds = answer["seeds"]
    head = (
        f"{printable(answer['first'])} ({seeds['first']:,} seeds), then {printable(answer['second'])} "
        f"({seeds['second']:,}; {seeds['both']:,} in both). 95 % intervals by seed; p corrected after Holm."
    )
    words = table(rows, ("measure", "first", "second", "difference", "p", "corrected"), empty="")
    return "\n".join([head, words, *([answer["no_diversity"]] if "no_diversity" in answer else [])])


def _drawing(actor: Actor, project: Project, against: str, rounds: int, rng_seed: int) -> Drawing:
    """By the model that has embedded most here; "" if none has."""
    if rounds < _LEAST_ROUNDS:
        raise BadInput(f"{rounds} rounds say nothing of a spread", to_do=f"Give {_LEAST_ROUNDS} or more.")
    model = next(iter(explored.models(actor, project)), "")
    return Drawing(model=model, reference=_reference(actor, project, against), rounds=rounds, rng_seed=rng_seed)


def _with_model(how: Drawing) -> Drawing:
    if not how.model:
        raise BadInput(
            "Diversity is measured on embeddings, and no text here has one",
            to_do="`python -m core explore embed` first.",
        )
    return how


def _reference(actor: Actor, project: Project, said: str) -> str:
    """A reference set's id by its id or name; "" is the first one."""
    known = explored.references(actor, project)
    found = next((id_ for id_, name in known.items() if said in (id_, name)), "")
    if said and not found:
        names = ", ".join(f"“{printable(name)}”" for name in known.values()) or "none"
        raise NotFound(f"There is no reference set “{printable(said)}”", to_do=f"There are: {names}.")
    return found


def _side(studio: Studio, actor: Actor, project: Project, said: str) -> Side:
    """A run by its number, an epoch, an operation, prompts, a queue or a reference set by their keys, or a filter."""
    known = sides.every(actor, project, of_run(studio, actor, project, ""))
    kind, _, name = said.partition(":")
    if kind == "run":
        return known[f"run:{named(studio, actor, project, name)}"]
    by_name = {
        name.casefold(): side for side in known.values() for name in (side.title.partition(" · ")[2], side.title)
    }
    if (side := known.get(said) or by_name.get(said.casefold())) is not None:
        return side
    if "=" in said:
        return sides.of_filter(queue_address.from_text(said))
    keys = ", ".join(list(known)[:12])
    raise NotFound(
        f"There is nothing called “{printable(said)}” to compare", to_do=f"Give a filter, or one of: {keys} …"
    )


def _told(tell: Tell, words: str) -> Callable[[int, int], None]:
    return lambda done, total: tell(done / max(1, total), words)


def _conditions(told: Conditions) -> Answer:
    said = asdict(told)
    return {"texts_each": said.pop("equal"), **said}


def _estimate(told: Estimate) -> Answer:
    return {"value": told.value, "low": told.low, "high": told.high, "n": told.n, "why": told.why}


def _contrast(one: Contrast) -> Answer:
    sides_ = {"first": _estimate(one.first), "second": _estimate(one.second), "difference": _estimate(one.difference)}
    return {"measure": one.measure.value, **sides_, "p": one.p, "p_holm": one.holm}


def _in_words(told: Answer) -> str | None:
    if told["value"] is None:
        return None
    interval = "" if told["low"] is None else f" ({told['low']:.3g} to {told['high']:.3g})"
    return f"{told['value']:.3g}{interval}"


def _drawing_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--against", default="", metavar="SET", help="the reference set that coverage is told of")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="draws of half of the seeds")
    parser.add_argument("--rng-seed", type=int, default=0)


def _diversity_options(parser: argparse.ArgumentParser) -> None:
    one_run(parser)
    parser.add_argument("--by", choices=[one.value for one in Part], default=Part.EPOCH.value)
    _drawing_options(parser)


def _compare_options(parser: argparse.ArgumentParser) -> None:
    about = "run:1, epoch:2, operation:deepen, a queue's name, or a filter as in Review's address"
    parser.add_argument("first", metavar="FIRST", help=about)
    parser.add_argument("second", metavar="SECOND", help="the same")
    with_project(parser)
    _drawing_options(parser)


VERBS = (
    Verb(
        name="diversity", help="how unlike one another texts are", do=diversity, options=_diversity_options,
        say=say_diversity, tells=True,
    ),
    Verb(
        name="compare", help="two runs, epochs, prompts, queues or filters", do=compare, options=_compare_options,
        say=say_compare, tells=True,
    ),
)  # fmt: skip
