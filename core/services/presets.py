"""Named settings for runs (docs/method.md, section 1)."""

from core.domain.call import Sampling
from core.domain.check import PAPER_RULES, Rule
from core.domain.operation import Operation
from core.domain.run import RunSettings, SeedChoice, StepOrder
from core.domain.system import EMBEDDED

PAPER, QUICK, BRANCHING = "paper", "quick look", "branching"
PRESETS = (QUICK, PAPER, BRANCHING)
ALL_RULES = tuple(Rule)
_SMALL_EVOLVING = Sampling(temperature=0.4, top_p=0.9, max_tokens=500)
_SMALL_RESPONDING = Sampling(temperature=0.7, top_p=0.9, max_tokens=256)
# What a small model seldom does well it is asked for less often (docs/quality.md).
_SMALL_WEIGHTS = {Operation.COMPLICATE_INPUT: 0.25, Operation.MUTATE: 0.5}
_EVOLVING = Sampling()
_RESPONDING = Sampling()


def settings(preset: str, *, name: str, endpoint: str, seeds: SeedChoice, rng_seed: int) -> RunSettings:
    """A preset's settings for an endpoint. The embedded model is asked for less at a time: it is small and slow."""
    small = endpoint == EMBEDDED
    evolving, responding = (_SMALL_EVOLVING, _SMALL_RESPONDING) if small else (_EVOLVING, _RESPONDING)
    paper = preset == PAPER
    return RunSettings(
        name=name,
        endpoint=endpoint,
        preset=preset,
        seeds=seeds,
        epochs={QUICK: 2, PAPER: 4, BRANCHING: 3}[preset],
        children=2 if preset == BRANCHING else 1,
        weights=dict.fromkeys(Operation, 1.0) | (_SMALL_WEIGHTS if small else {}),
        rules=PAPER_RULES if paper else ALL_RULES,
        order=StepOrder.PAPER if paper else StepOrder.CHEAP,
        evolving=evolving,
        responding=responding,
        rng_seed=rng_seed,
        resume_by_itself=small,
    )
