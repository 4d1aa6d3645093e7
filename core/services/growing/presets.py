"""Named settings for runs (docs/method.md, section 1), and what can be set in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.domain.call import Sampling
from core.domain.check import PAPER_RULES, Rule
from core.domain.operation import Operation
from core.domain.run import RunSettings, SeedChoice, StepOrder
from core.domain.system import EMBEDDED
from core.evolution.elimination import default_threshold

PAPER, QUICK, BRANCHING = "paper", "quick look", "branching"
PRESETS = (QUICK, PAPER, BRANCHING)
ALL_RULES = tuple(Rule)
EXTRA_RULES = tuple(rule for rule in Rule if rule not in PAPER_RULES)
NEED_RESPONSES = (Rule.REFUSAL, Rule.EMPTY_RESPONSE, Rule.ASKS_BACK)
_SMALL_EVOLVING = Sampling(temperature=0.4, top_p=0.9, max_tokens=500)
_SMALL_RESPONDING = Sampling(temperature=0.7, top_p=0.9, max_tokens=256)
# What a small model seldom does well it is asked for less often (docs/quality.md).
_SMALL_WEIGHTS = {Operation.COMPLICATE_INPUT: 0.15, Operation.MUTATE: 0.15}
_EVOLVING = Sampling()
_RESPONDING = Sampling()


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """What may be set for one rule: its usual value, its range and step, and what the number means."""

    usual: float
    most: float
    step: float
    words: str


def _threshold(rule: Rule, *, most: float, step: float, words: str) -> Threshold:
    usual = default_threshold(rule)
    assert usual is not None
    return Threshold(usual=usual, most=most, step=step, words=words)


THRESHOLDS: Mapping[Rule, Threshold] = MappingProxyType(
    {
        Rule.NO_INFORMATION_GAIN: _threshold(
            Rule.NO_INFORMATION_GAIN, most=1.0, step=0.05, words="least chance of “not equal” that passes"
        ),
        Rule.REFUSAL: _threshold(
            Rule.REFUSAL, most=2_000.0, step=10.0, words="a response with “sorry” and fewer words is one"
        ),
        Rule.INPUT_LOST: _threshold(Rule.INPUT_LOST, most=1.0, step=0.05, words="least share of the parent's material"),
        Rule.NEAR_DUPLICATE: _threshold(
            Rule.NEAR_DUPLICATE, most=1.0, step=0.05, words="from this share of common word triples"
        ),
    }
)


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
