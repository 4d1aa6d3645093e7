"""Which seeds a run grows: all, the first, a random few, a filter, or a mix by skill (docs/method.md, section 5)."""

from collections import Counter
from math import floor
from random import Random

from core.domain.instruction import Instruction
from core.domain.person import Actor
from core.domain.run import MixLine, SeedChoice
from core.services.access import may_read
from core.services.projects import Project
from core.store import seed_reading
from core.store.seed_reading import SeedKey


def chosen(project: Project, choice: SeedChoice, rng_seed: int) -> list[Instruction]:
    """The seeds of a run, in the order of import. The same choice and seed of chance draw the same seeds."""
    if choice == SeedChoice():
        return list(seed_reading.all_seeds(project.database))
    return list(seed_reading.seeds_by_id(project.database, [key.id for key in _drawn(project, choice, rng_seed)]))


def count_of(actor: Actor, project: Project, choice: SeedChoice) -> int:
    """How many seeds `chosen` would give."""
    may_read(actor)
    if choice.mix:
        return sum(line.taken for line in mix_of(actor, project, choice))
    found = sum(seed_reading.matching_by_skill(project.database, choice).values())
    return found if choice.limit is None else min(found, choice.limit)


def mix_of(actor: Actor, project: Project, choice: SeedChoice) -> tuple[MixLine, ...]:
    """What a mix asks of each skill, and what there is. A line whose `taken` is below `wanted` has too few."""
    may_read(actor)
    return _lines(choice, seed_reading.matching_by_skill(project.database, choice))


def _drawn(project: Project, choice: SeedChoice, rng_seed: int) -> list[SeedKey]:
    every = seed_reading.matching(project.database, choice)
    rng = Random(f"{rng_seed}:seeds")
    if choice.mix:
        return _mixed(every, choice, rng)
    if choice.limit is None or choice.limit >= len(every):
        return every
    if choice.at_random:
        return sorted(rng.sample(every, choice.limit), key=lambda key: key.position)
    if choice.below is not None:
        return _hardest(project, every, choice.limit)
    return every[: choice.limit]


def _hardest(project: Project, every: list[SeedKey], most: int) -> list[SeedKey]:
    """The most difficult of these; those without a difficulty last. In the order of import."""
    known = seed_reading.difficulties(project.database)
    nearest = sorted(every, key=lambda key: (-known.get(key.id, float("-inf")), key.position))[:most]
    return sorted(nearest, key=lambda key: key.position)


def _mixed(every: list[SeedKey], choice: SeedChoice, rng: Random) -> list[SeedKey]:
    """Skill by skill in alphabetical order, so that the draw does not depend on how the mix was written down."""
    by_skill: dict[str, list[SeedKey]] = {}
    for key in every:
        by_skill.setdefault(key.skill, []).append(key)
    drawn: list[SeedKey] = []
    for line in _lines(choice, {skill: len(keys) for skill, keys in by_skill.items()}):
        drawn += rng.sample(by_skill.get(line.skill, []), line.taken)
    return sorted(drawn, key=lambda key: key.position)


def _lines(choice: SeedChoice, available: dict[str, int]) -> tuple[MixLine, ...]:
    shares = {skill: share for skill, share in sorted(choice.mix.items()) if share > 0}
    total = sum(shares.values())
    quotas = _quotas(shares, _size(choice, shares, available))
    return tuple(
        MixLine(skill=skill, share=share / total, wanted=quotas[skill], available=available.get(skill, 0))
        for skill, share in shares.items()
    )


def _size(choice: SeedChoice, shares: dict[str, float], available: dict[str, int]) -> int:
    """How many seeds a mix wants: the limit, else as many as keep the shares."""
    if choice.limit is not None:
        return choice.limit
    total = sum(shares.values())
    return min((floor(available.get(skill, 0) * total / share + 1e-9) for skill, share in shares.items()), default=0)


def _quotas(shares: dict[str, float], size: int) -> Counter[str]:
    """Whole numbers that add up to `size`, nearest to the shares (largest remainders first)."""
    total = sum(shares.values())
    exact = {skill: size * share / total for skill, share in shares.items()}
    quotas = Counter({skill: floor(n) for skill, n in exact.items()})
    by_remainder = sorted(exact, key=lambda skill: (quotas[skill] - exact[skill], skill))
    quotas.update(by_remainder[: size - quotas.total()])
    return quotas
