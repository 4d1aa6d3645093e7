"""Comparing two packs: two runs of the same seeds and the same chance, then what each of them made of every place."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from core.domain.check import Rule
from core.domain.instruction import RunStatus
from core.domain.operation import Operation
from core.domain.pack_comparison import PackComparison, PackWish, PairLine, RunPair, Side
from core.domain.person import Actor
from core.domain.progress import Estimate, RunSummary
from core.domain.run import RunEventKind, RunSettings, SeedChoice
from core.errors import BadInput
from core.evolution.difference import difference
from core.services.access import may_grow, may_read
from core.services.growing import presets, seeds
from core.services.growing.estimate import estimate
from core.services.growing.overview import compared, overview
from core.services.projects import Project
from core.services.studio import Studio
from core.store import pack_reading, run_reading

_GOING = ("preparing", RunEventKind.STARTED, RunEventKind.RESUMED)


def estimate_both(studio: Studio, actor: Actor, project: Project, wish: PackWish) -> Estimate:
    """What the two runs take together. They share the endpoint, so their times add up."""
    may_read(actor)
    one, other = (_estimate(studio, actor, project, settings, wish.n_seeds) for settings in settings_of(wish))
    return replace(
        one,
        calls=one.calls + other.calls,
        tokens=one.tokens + other.tokens,
        usd=None if one.usd is None or other.usd is None else one.usd + other.usd,
        duration_s=None if one.duration_s is None or other.duration_s is None else one.duration_s + other.duration_s,
        children=one.children + other.children,
    )


def _estimate(studio: Studio, actor: Actor, project: Project, settings: RunSettings, n_seeds: int) -> Estimate:
    return estimate(actor, project, settings, studio.endpoints.cast(actor, settings), n_seeds)


def settings_of(wish: PackWish) -> tuple[RunSettings, RunSettings]:
    """The settings of the two runs: alike in everything but name and pack."""
    usual = presets.settings(
        presets.QUICK,
        name="",
        endpoint=wish.endpoint,
        seeds=SeedChoice(limit=wish.n_seeds, at_random=True),
        rng_seed=wish.rng_seed,
    )
    alike = replace(usual, epochs=wish.epochs, children=1, respond=False, difficulty=wish.difficulty)
    both = f"{wish.first} or {wish.second}"
    return (
        replace(alike, pack=wish.first, name=f"{both}: {wish.first}"),
        replace(alike, pack=wish.second, name=f"{both}: {wish.second}"),
    )


def start(studio: Studio, actor: Actor, project: Project, wish: PackWish) -> RunPair:
    """Begin both runs. Everything that could refuse the second one is asked before the first one begins."""
    may_grow(actor)
    if wish.first == wish.second:
        raise BadInput("Both are the same pack", to_do="Choose two different ones.")
    if not 1 <= wish.n_seeds <= seeds.count(actor, project):
        raise BadInput(f"There are not {wish.n_seeds:,} seeds to compare on", to_do="Import some, or choose fewer.")
    for name in (wish.first, wish.second):
        studio.packs.load(actor, name)
    one, other = (studio.runs.start(actor, project, settings) for settings in settings_of(wish))
    return _pair(studio.runs.get(actor, project, one), studio.runs.get(actor, project, other))


def past(studio: Studio, actor: Actor, project: Project) -> tuple[RunPair, ...]:
    """The project's runs that differ from another one in their pack alone, newest first."""
    alike: dict[str, list[RunSummary]] = {}
    for run in studio.runs.list(actor, project):
        alike.setdefault(run_reading.settings_as_json(replace(run.settings, name="", pack="")), []).append(run)
    found = []
    for runs in alike.values():
        for newer, older in pairwise(runs):
            if newer.settings.pack != older.settings.pack:
                found.append(_pair(older, newer))
    return tuple(sorted(found, key=lambda pair: -pair.second_number))


def compare(
    actor: Actor, project: Project, first: str, second: str, *, most: int = 20, offset: int = 0
) -> PackComparison:
    """What two runs made of the same places. NotFound for a run that is not there, BadInput for runs of other seeds."""
    may_read(actor)
    one, other = overview(actor, project, first), overview(actor, project, second)
    if _drawn(one.run) != _drawn(other.run):
        raise BadInput(
            "These runs did not have the same seeds and draws", to_do="Choose two that differ in their pack."
        )
    database = project.database
    ended = pack_reading.both(database, first, second)
    places = pack_reading.places(database, first, second, most=most, offset=offset)
    children = pack_reading.children(
        database, [one for place in places for one in (place["left_id"], place["right_id"]) if one]
    )
    texts = pack_reading.seed_texts(database, {place["seed_id"] for place in places})
    return PackComparison(
        first=one,
        second=other,
        figures=compared(one, other),
        both=_count(ended, first=True, second=True),
        only_first=_count(ended, first=True, second=False),
        only_second=_count(ended, first=False, second=True),
        neither=_count(ended, first=False, second=False),
        lines=tuple(_line(place, children, texts) for place in places),
        total=max(pack_reading.made(database, run) for run in (first, second)),
        going=any(run.state in _GOING for run in (one.run, other.run)),
    )


def _drawn(run: RunSummary) -> tuple[Any, ...]:
    """What decides which operation stands in which place."""
    settings = run.settings
    return settings.rng_seed, settings.seeds, run.n_seeds, settings.weights, settings.children


def _pair(first: RunSummary, second: RunSummary) -> RunPair:
    return RunPair(
        first_run=first.id,
        second_run=second.id,
        first_number=first.number,
        second_number=second.number,
        first_pack=first.settings.pack,
        second_pack=second.settings.pack,
        endpoint=first.settings.endpoint,
        n_seeds=first.n_seeds,
    )


def _count(ended: Mapping[tuple[RunStatus, RunStatus], int], *, first: bool, second: bool) -> int:
    survived = RunStatus.SURVIVED
    return sum(n for (one, other), n in ended.items() if (one == survived, other == survived) == (first, second))


def _line(place: Mapping[str, Any], children: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str]) -> PairLine:
    return PairLine(
        seed_id=place["seed_id"],
        seed_text=texts.get(place["seed_id"], ""),
        epoch=place["epoch"],
        operation=Operation(place["operation"]),
        first=_side(children.get(place["left_id"])),
        second=_side(children.get(place["right_id"])),
    )


def _side(child: Mapping[str, Any] | None) -> Side | None:
    if child is None:
        return None
    change = difference(child["parent_text"], child["text"])
    return Side(
        id=child["id"],
        text=child["text"],
        pieces=() if change.is_rewritten else change.pieces,
        status=RunStatus(child["run_status"]),
        rule=Rule(child["rule"]) if child["rule"] else None,
        words_added=child["words_added"],
        difficulty=child["difficulty"],
    )
