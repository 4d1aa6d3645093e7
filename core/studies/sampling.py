"""Drawing from a dataset so that every stratum is there: evenly, or as large as each is."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from random import Random

from core.domain.study_import import Spread


def stratified(strata: Sequence[Hashable], n: int, rng: Random, spread: Spread = Spread.EVEN) -> list[int]:
    """Numbers of at most `n` of the items, in their order. `strata` says for each item where it belongs."""
    members: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number, stratum in enumerate(strata):
        members[stratum].append(number)
    sizes = {stratum: len(numbers) for stratum, numbers in members.items()}
    shares = _even(sizes, n, rng) if spread is Spread.EVEN else _proportional(sizes, n, rng)
    return sorted(number for stratum, numbers in members.items() for number in rng.sample(numbers, shares[stratum]))


def _even(sizes: Mapping[Hashable, int], n: int, rng: Random) -> dict[Hashable, int]:
    """One from each stratum, turn by turn, until there are enough; which ones get the last is drawn."""
    shares = dict.fromkeys(sizes, 0)
    left = min(n, sum(sizes.values()))
    while left:
        open_ = [stratum for stratum in sizes if shares[stratum] < sizes[stratum]]
        each = min(left // len(open_), *(sizes[stratum] - shares[stratum] for stratum in open_))
        for stratum in open_ if each else rng.sample(open_, left):
            shares[stratum] += max(each, 1)
        left -= each * len(open_) if each else left
    return shares


def _proportional(sizes: Mapping[Hashable, int], n: int, rng: Random) -> dict[Hashable, int]:
    """Largest remainders; equal ones are drawn."""
    total = sum(sizes.values())
    n = min(n, total)
    exact = {stratum: n * size / total for stratum, size in sizes.items()}
    shares = {stratum: int(share) for stratum, share in exact.items()}
    order = sorted(rng.sample(list(sizes), len(sizes)), key=lambda stratum: shares[stratum] - exact[stratum])
    for stratum in order[: n - sum(shares.values())]:
        shares[stratum] += 1
    return shares
