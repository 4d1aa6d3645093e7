"""What should be known of a run's settings before it starts: where a cap ends it, what cannot happen under them."""

from collections.abc import Iterator, Mapping

from core.domain.check import Rule
from core.domain.progress import Estimate
from core.domain.run import RunSettings
from core.domain.system import Player
from core.domain.task import TaskKind
from core.services.growing.presets import NEED_RESPONSES

_A_PROMPT = 500  # tokens, about; bytes are what a cap counts, so the worst case is more


def cautions(settings: RunSettings, said: Estimate, cast: Mapping[TaskKind, Player], n_seeds: int) -> tuple[str, ...]:
    """Sentences, the gravest first; () if there is nothing to say."""
    return (
        *_children(settings, said),
        *_people(settings, said),
        *_caps(settings, said, cast, n_seeds),
        *_rules(settings),
    )


def _children(settings: RunSettings, said: Estimate) -> Iterator[str]:
    if sum(settings.weights.values()) <= 0:
        yield "No operation has a weight above 0, so there would be no children: the run cannot start."
    if settings.children > 1 and said.frontier > settings.max_frontier_per_seed:
        yield (
            f"About {said.frontier:.1f} nodes of a seed would grow on into the last epoch; the frontier lets"
            f" {settings.max_frontier_per_seed} do so. The others stay as leaves."
        )
    if said.survival_of and said.survival < 0.2:
        yield f"Only {100 * said.survival:.0f} % survived here so far: most nodes would stay as they are, without children that live."


def _people(settings: RunSettings, said: Estimate) -> Iterator[str]:
    if said.decisions:
        yield (
            f"People decide about {said.decisions:,} survivors on the way. The run begins no new child while"
            f" {settings.buffer:,} wait for them, and sleeps when nothing else is left to do. The time is without theirs."
        )


def _caps(settings: RunSettings, said: Estimate, cast: Mapping[TaskKind, Player], n_seeds: int) -> Iterator[str]:
    caps, shares = settings.caps, []
    if caps.calls is not None:
        shares.append((caps.calls / max(1, said.calls), f"The cap of {caps.calls:,} calls"))
        if 0 < caps.calls < n_seeds:
            yield f"The cap on calls is below the number of seeds: {n_seeds - caps.calls:,} of them would get no child."
    if caps.tokens is not None:
        shares.append((caps.tokens / max(1, said.tokens), f"The cap of {caps.tokens:,} tokens"))
        most = max(settings.evolving.max_tokens, settings.responding.max_tokens if settings.respond else 0)
        if caps.tokens < most + _A_PROMPT:
            yield (
                f"A call starts only if its worst case (prompt and {most:,} tokens) fits under the cap on tokens:"
                " so nearly none could start."
            )
    if caps.usd is not None and said.usd:
        shares.append((caps.usd / said.usd, f"The cap of ${caps.usd:,.2f}"))
    unpriced = sorted({player.name for player in cast.values() if player.prices.input_usd is None})
    if caps.usd is not None and unpriced:
        yield f"Money cannot be capped: the prices of {', '.join(unpriced)} are not known."
    share, which = min(shares, default=(1.0, ""))
    if share < 1:
        yield (
            f"{which} comes before the end, after about {round(share * said.children):,} of {said.children:,} children."
            " The run then stands, and goes on once the cap is raised."
        )


def _rules(settings: RunSettings) -> Iterator[str]:
    idle = [rule.label for rule in settings.rules if rule in NEED_RESPONSES]
    if idle and not settings.respond:
        yield f"Without responses, {', '.join(idle)} read “not checked”."
    if not settings.rules:
        yield "No rule is on: every child that comes back survives."
    elif Rule.NO_INFORMATION_GAIN not in settings.rules:
        yield "Nothing asks whether a child says more than its parent: that rule is off."
