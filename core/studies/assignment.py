"""Who is shown what: sets of texts, whose turn they are, in which order they stand, what comes twice. Values in, values out.

A unit is one prompt with one set of its texts. Each unit is judged by `design.judgments` different people.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice
from math import ceil, gcd
from random import Random

import numpy as np
import numpy.typing as npt

from core.domain.study import MOST_RESPONSES, StudyDesign, StudyTask
from core.studies.ballots import Ints

Bools = npt.NDArray[np.bool_]
MOST_SETS = 1_000  # of one prompt
_MOST_TRIES = 400  # to find a text for another prompt


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A text that can be shown for a prompt. `contestant` is who made it; `text_hash` is equal for equal texts."""

    candidate_id: str
    prompt_id: str
    contestant: str
    revision_id: str
    text_hash: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Plan:
    """Everything that is to be judged. Units of one prompt stand together.

    Unit u shows `choices[i] for i in members[u]`, which stand here in an order that says nothing, on prompt
    `prompts[prompt_of[u]]`; units with equal `sets[u]` show the same contestants. `n_left_out`: prompts with too few texts.
    """

    prompts: tuple[str, ...]
    choices: tuple[Choice, ...]
    members: tuple[tuple[int, ...], ...]
    sets: tuple[str, ...]
    prompt_of: Ints
    judgments: int
    n_left_out: int

    @property
    def needed(self) -> int:
        """How many judgments there are to be in all."""
        return len(self.members) * self.judgments


def side_by_side(design: StudyDesign) -> tuple[int, int]:
    """How many texts a trial shows at least, and at most. A score needs nothing beside it."""
    if design.task is StudyTask.PAIR:
        return 2, 2
    least = 1 if design.task is StudyTask.LIKERT else 2
    return least, max(least, min(design.per_trial, MOST_RESPONSES))


def planned(design: StudyDesign, prompts: Sequence[str], choices: Sequence[Choice]) -> Plan:
    """The units of a study. Where not every set is shown of each prompt, they take turns from prompt to prompt.

    So over the prompts of the same contestants every set (hence every pair) comes equally often, but for one.
    """
    least, most = side_by_side(design)
    rank = _shuffled(design.rng_seed, {one.contestant for one in choices})
    found = _by_prompt(design, choices, rank)
    turns: Counter[str] = Counter()
    members: list[tuple[int, ...]] = []
    sets: list[str] = []
    prompt_of: list[int] = []
    names = [one.contestant for one in choices]
    for nth, prompt in enumerate(prompts):
        here = found.get(prompt, [])
        if len(here) < least:
            continue
        for chosen in _turn(len(here), min(most, len(here)), design.sets_per_prompt, turns, _named(names, here)):
            unit = tuple(here[one] for one in chosen)
            members.append(unit)
            sets.append(_named(names, unit))
            prompt_of.append(nth)
    return Plan(
        prompts=tuple(prompts), choices=tuple(choices), members=tuple(members), sets=tuple(sets),
        prompt_of=np.array(prompt_of, dtype=np.int64), judgments=design.judgments,
        n_left_out=len(prompts) - len(set(prompt_of)),
    )  # fmt: skip


def _by_prompt(design: StudyDesign, choices: Sequence[Choice], rank: Mapping[str, int]) -> dict[str, list[int]]:
    """Prompt → its choices in the order of `rank`: of a system the newest one, of an operation every child."""
    kept: dict[object, int] = {}
    for nth, one in enumerate(choices):
        own = one.candidate_id if design.task is StudyTask.SIBLINGS else one.contestant
        kept[one.prompt_id, own] = nth
    found: dict[str, list[int]] = {}
    for nth in sorted(kept.values(), key=lambda one: (rank[choices[one].contestant], choices[one].candidate_id)):
        found.setdefault(choices[nth].prompt_id, []).append(nth)
    return found


def _shuffled(seed: int, names: Iterable[str]) -> dict[str, int]:
    order = sorted(names)
    Random(f"{seed}:contestants").shuffle(order)
    return {name: nth for nth, name in enumerate(order)}


def _named(names: Sequence[str], members: Iterable[int]) -> str:
    return "|".join(names[one] for one in members)


def _turn(n: int, k: int, sets_per_prompt: int, turns: Counter[str], among: str) -> Sequence[tuple[int, ...]]:
    """The sets of the next prompt that has these contestants."""
    possible = sets_in_turn(n, k)
    if not 0 < sets_per_prompt < len(possible):
        return possible
    begin = turns[among]
    turns[among] += sets_per_prompt
    return [possible[(begin + nth) % len(possible)] for nth in range(sets_per_prompt)]


@lru_cache(maxsize=64)
def sets_in_turn(n: int, k: int) -> tuple[tuple[int, ...], ...]:
    """Sets of k out of n (all of them, up to MOST_SETS), so ordered that any stretch has everybody about equally often."""
    return tuple(islice(_cycles(n, k), MOST_SETS))


def _cycles(n: int, k: int) -> Iterator[tuple[int, ...]]:
    """A cyclic design: each set is followed by those that come of it by counting on, in steps of its own size."""
    round_ = n // gcd(n, k)
    steps = [(step * k + step // round_) % n for step in range(n)]
    for rest in combinations(range(1, n), k - 1):
        first = (0, *rest)
        if first == min(_moved(first, n - one, n) for one in first):
            yield from dict.fromkeys(_moved(first, by, n) for by in steps)


def _moved(members: Sequence[int], by: int, n: int) -> tuple[int, ...]:
    return tuple(sorted((one + by) % n for one in members))


def quota(plan: Plan, judged_by_gone: int, people: int) -> int:
    """How many units are one person's part: what those who left have not done is shared among who is there."""
    if people < 1:
        return 0
    return min(len(plan.members), ceil(max(0, plan.needed - judged_by_gone) / people))


def own_order(seed: int, person: str, n: int) -> Ints:
    """For each unit where it comes for this person, at random but always the same."""
    chance = Random(f"{seed}:{person}:units")
    return np.argsort(np.array([chance.random() for _ in range(n)])).astype(np.int64)


def next_units(plan: Plan, taken: Ints, fits: Bools, rank: Ints, most: int) -> list[int]:
    """Up to so many of the units that fit, those with the fewest judgments (and people at them) first, then by rank."""
    found: list[int] = []
    for level in range(plan.judgments):
        if len(found) >= most:
            break
        here = np.flatnonzero(fits & (taken == level))
        rest = most - len(found)
        if len(here) > rest:
            here = here[np.argpartition(rank[here], rest - 1)[:rest]]
        found += here[np.argsort(rank[here])].tolist()
    return found


def stands(seed: int, person: str, set_: str, turn: int, k: int) -> tuple[int, ...]:
    """Which of the k members of a set stands at which position when a person gets the set for the `turn`-th time (from 0).

    In every k turns each member stands once at every position; in which order they move on is drawn anew each time.
    """
    chance = Random(f"{seed}:{person}:{set_}:{turn // k}")
    members = chance.sample(range(k), k)
    by = chance.sample(range(k), k)[turn % k]
    return tuple(members[by:] + members[:by])


def moved_on(order: Sequence[int], chance: Random) -> tuple[int, ...]:
    """The same texts in another order: none stands where it stood."""
    by = chance.randrange(1, len(order)) if len(order) > 1 else 0
    return (*order[by:], *order[:by])


def extras(share: float, seed: int, person: str, kind: str, fresh: int) -> int:
    """How many repeats (or attention trials) come beside so many fresh ones: one in each 1/share of them, where is drawn."""
    whole, rest = divmod(share * fresh, 1.0)
    return int(whole) + (Random(f"{seed}:{person}:{kind}:{int(whole)}").random() < rest)


def with_foreign(plan: Plan, unit: int, chance: Random) -> tuple[int, ...] | None:
    """The members of a unit with one of them replaced by a text for another prompt, if there is one that reads otherwise."""
    members = list(plan.members[unit])
    hashes = {plan.choices[one].text_hash for one in members}
    out = chance.randrange(len(members))
    own = plan.choices[members[out]]
    found = None
    n = len(plan.choices)
    for nth in chance.sample(range(n), min(n, _MOST_TRIES)):
        one = plan.choices[nth]
        if one.prompt_id == own.prompt_id or one.text_hash in hashes:
            continue
        found = nth if found is None or one.contestant == own.contestant else found
        if one.contestant == own.contestant:
            break
    if found is None:
        return None
    members[out] = found
    return tuple(members)
