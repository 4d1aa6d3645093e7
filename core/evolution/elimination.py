"""Elimination: which evolutions do not survive, and the evidence (docs/method.md, section 2).

Text rules are pure and free; only the judge's word costs a call. Findings come in the cheap order; thresholds in own units.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from core.domain import ids
from core.domain.check import Rule, Verdict
from core.domain.operation import Operation
from core.domain.words import count_words
from core.evolution.pack import EXAMPLE_WORDS, Pack
from core.evolution.signs import (
    answer_opening,
    asks,
    asks_back,
    material,
    missing_material,
    says_nothing,
    short,
    thin_data,
)
from core.evolution.text import jaccard, language, plain, script, shingles, telling_words
from core.evolution.verdicts import Equality

RULE_VERSION = 1
_DEFAULTS = {
    Rule.NO_INFORMATION_GAIN: 0.15,  # least P(not equal) that passes; docs/quality.md
    Rule.REFUSAL: 80.0,  # words: a response with "sorry" and fewer is a refusal
    Rule.INPUT_LOST: 0.75,  # least share of the parent's numbers, tables, code and quotes that must stay
    Rule.NEAR_DUPLICATE: 0.8,  # least share of common word triples (Jaccard) that fails
}
_FEW_NEW_WORDS = 2  # fewer new telling words change nothing; by triples alone a long text plus one demand looks alike
_SAME, _CUT = "the same words as its parent", "the model reached its token limit before the end"
_SAME_SUBJECT = 0.2  # share of a mutation's telling words from which it speaks of the same as its parent
_WHOLE_SUBJECT = 0.3  # share of the parent's telling words that a mutation may not take up, however long it is


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one rule says. `score` is in the rule's own unit, `evidence` is plain text for a person."""

    rule: Rule
    verdict: Verdict
    score: float | None = None
    evidence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Evolved:
    """Everything that the text rules look at."""

    pack: Pack
    operation: Operation
    parent: str
    child: str
    seed_text: str
    ancestors: Sequence[str]
    other_seeds_hashes: Collection[str]
    finish_reason: str
    thresholds: Mapping[Rule, float]

    @property
    def added(self) -> str:
        """What stands after the parent's text; the whole child if it does not begin with it."""
        return self.child.strip().removeprefix(self.parent.strip()).strip(" .\n")

    @property
    def telling(self) -> frozenset[str]:
        """The child's telling words, without those that the pack's own patterns put there."""
        return telling_words(self.child) - self.pack.own_words

    def cut(self, rule: Rule) -> float:
        return _cut(self.thresholds, rule)


def default_threshold(rule: Rule) -> float | None:
    """The rule's threshold in its own unit; None for a rule that has none."""
    return _DEFAULTS.get(rule)


def _cut(thresholds: Mapping[Rule, float], rule: Rule) -> float:
    return thresholds.get(rule, _DEFAULTS[rule])


def _finding(rule: Rule, evidence: str, score: float | None = None) -> Finding:
    """Evidence means failure; none means pass."""
    verdict = Verdict.FAIL if evidence else Verdict.PASS
    return Finding(rule=rule, verdict=verdict, score=score, evidence=evidence)


def check_instruction(
    rules: Collection[Rule],
    thresholds: Mapping[Rule, float],
    *,
    pack: Pack,
    operation: Operation,
    parent: str,
    child: str,
    seed_text: str,
    ancestors: Sequence[str],
    other_seeds_hashes: Collection[str] = (),
    finish_reason: str,
) -> tuple[Finding, ...]:
    """Hold the text rules among `rules` against an evolved instruction. `other_seeds_hashes` are `ids.text_hash`."""
    evolved = _Evolved(
        pack=pack,
        operation=operation,
        parent=parent,
        child=child,
        seed_text=seed_text,
        ancestors=ancestors,
        other_seeds_hashes=other_seeds_hashes,
        finish_reason=finish_reason,
        thresholds=thresholds,
    )
    return tuple(check(evolved) for rule, check in _TEXT_RULES.items() if rule in rules)


def check_equality(equality: Equality) -> Finding:
    """The judge's word as a finding. An unreadable one is unknown, and eliminates nothing."""
    rule, chance = Rule.NO_INFORMATION_GAIN, equality.p_not_equal
    if chance is None:
        evidence = "" if equality.verdict is Verdict.PASS else f"the judge said “{equality.said[:200]}”"
        return Finding(rule=rule, verdict=equality.verdict, evidence=evidence)
    what = f"its parent leaves “{short(equality.named)}” open" if equality.named else "it is not equal to its parent"
    lost = f"the judge gives {chance:.0%} that {what}; at least {equality.cut:.0%} passes"
    return _finding(rule, lost if chance < equality.cut else "", chance)


def check_response(
    rules: Collection[Rule],
    thresholds: Mapping[Rule, float],
    *,
    instruction: str,
    response: str,
    finish_reason: str,
) -> tuple[Finding, ...]:
    """Hold the response rules among `rules` against the answer to an evolved instruction."""
    findings: dict[Rule, Callable[[], Finding]] = {
        Rule.REFUSAL: lambda: _refusal(response, finish_reason, _cut(thresholds, Rule.REFUSAL)),
        Rule.EMPTY_RESPONSE: lambda: _finding(Rule.EMPTY_RESPONSE, says_nothing(response)),
        Rule.ASKS_BACK: lambda: _finding(Rule.ASKS_BACK, asks_back(instruction, response, finish_reason == "length")),
    }
    return tuple(find() for rule, find in findings.items() if rule in rules)


def _leaked(evolved: _Evolved) -> Finding:
    child, parent = evolved.child.casefold(), evolved.parent.casefold()
    for label in evolved.pack.labels:
        if label in child and label not in parent:
            return _finding(Rule.LEAKED_PROMPT, f"the words “{label}” at character {child.index(label) + 1}")
    shown = evolved.pack.examples & (shingles(evolved.child, EXAMPLE_WORDS) - shingles(evolved.parent, EXAMPLE_WORDS))
    if shown:
        return _finding(Rule.LEAKED_PROMPT, f"words of the prompt's own example: “{' '.join(min(shown))}”")
    return _finding(Rule.LEAKED_PROMPT, "")


def _identical(evolved: _Evolved) -> Finding:
    return _finding(Rule.IDENTICAL, _SAME if plain(evolved.child) == plain(evolved.parent) else "")


def _truncated(evolved: _Evolved) -> Finding:
    return _finding(Rule.TRUNCATED, _CUT if evolved.finish_reason == "length" else "")


def _near_duplicate(evolved: _Evolved) -> Finding:
    """Of another seed, of the seed or an ancestor, or of the parent: by shared word triples and by telling words."""
    rule, cut = Rule.NEAR_DUPLICATE, evolved.cut(Rule.NEAR_DUPLICATE)
    if ids.text_hash(evolved.child) in evolved.other_seeds_hashes:
        return _finding(rule, "the same words as another seed", 1.0)
    if evolved.operation is Operation.MUTATE:
        return _mutated_too_little(evolved)
    worst = 0.0
    for text in dict.fromkeys((evolved.parent, evolved.seed_text, *evolved.ancestors)):
        alike = jaccard(evolved.child, text)
        worst = max(worst, alike)
        new = len(evolved.telling - telling_words(text))
        if new < _FEW_NEW_WORDS and (alike >= cut or text == evolved.parent):
            return _finding(rule, f"only {new} telling words are not in “{short(text)}”", alike)
    return _finding(rule, "", worst)


def _mutated_too_little(evolved: _Evolved) -> Finding:
    """A mutation must leave the subject of its parent, of the seed and of its ancestors."""
    telling, worst = evolved.telling, 0.0
    for text in dict.fromkeys((evolved.parent, evolved.seed_text, *evolved.ancestors)):
        older = telling_words(text)
        both = len(telling & older)
        shared = both / max(1, len(telling))
        worst = max(worst, shared)
        if shared >= _SAME_SUBJECT or both / max(1, len(older)) >= _WHOLE_SUBJECT:
            evidence = f"it shares {both} telling words with “{short(text)}”"
            return _finding(Rule.NEAR_DUPLICATE, evidence, shared)
    return _finding(Rule.NEAR_DUPLICATE, "", worst)


def _input_lost(evolved: _Evolved) -> Finding:
    """In-depth operations keep the parent's material; and no instruction may point at material that is not there."""
    rule = Rule.INPUT_LOST
    pointer = missing_material(evolved.child)
    if pointer:
        return _finding(rule, f"it speaks of “{pointer}” and brings none", 0.0)
    if evolved.operation is Operation.COMPLICATE_INPUT and (thin := thin_data(evolved.added, evolved.parent)):
        return _finding(rule, thin, 0.0)
    pieces = material(evolved.parent)
    if evolved.operation is Operation.MUTATE or not pieces:
        return _finding(rule, "", 1.0)
    child = plain(evolved.child)
    lost = [piece for piece in pieces if plain(piece) not in child]
    kept = 1 - len(lost) / len(pieces)
    gone = f"{len(lost)} of {len(pieces)} pieces of its parent are gone, such as “{short(lost[0])}”" if lost else ""
    return _finding(rule, gone if kept < evolved.cut(rule) else "", kept)


def _language_changed(evolved: _Evolved) -> Finding:
    """What was put after the parent counts by itself: two languages in one instruction are a change too."""
    rule = Rule.LANGUAGE_CHANGED
    for tell in (script, language):
        before, now = tell(evolved.parent), tell(evolved.added)
        if before and now and before != now:
            return _finding(rule, f"the parent is {before.capitalize()}, this is {now.capitalize()}")
    return _finding(rule, "")


def _answered(evolved: _Evolved) -> Finding:
    """An English text that opens like an answer, or that asks and tells nobody anything, is no instruction.

    What was put after the parent is looked at by itself: a fact or an answer there makes the task easier, not harder.
    """
    rule, child, parent = Rule.ANSWERED, evolved.child.strip(), evolved.parent.strip()
    added = evolved.added
    opening = answer_opening(added)
    if opening and not answer_opening(parent):
        return _finding(rule, f"it opens with “{opening}”")
    if language(added) not in (None, "English") or script(added) not in (None, "LATIN") or not asks(parent):
        return _finding(rule, "")
    what = "it" if added == child else "what was added"
    return _finding(rule, "" if asks(added) else f"{what} asks no question and tells nobody to do anything")


def _refusal(response: str, finish_reason: str, least_words: float) -> Finding:
    length = count_words(response)
    if finish_reason == "content_filter":
        return _finding(Rule.REFUSAL, "the endpoint's content filter stopped the response", length)
    refused = "sorry" in response.casefold() and length < least_words
    return _finding(Rule.REFUSAL, f"response of {length} words with “sorry”" if refused else "", length)


_TEXT_RULES: dict[Rule, Callable[[_Evolved], Finding]] = {
    Rule.LEAKED_PROMPT: _leaked,
    Rule.IDENTICAL: _identical,
    Rule.TRUNCATED: _truncated,
    Rule.ANSWERED: _answered,
    Rule.INPUT_LOST: _input_lost,
    Rule.LANGUAGE_CHANGED: _language_changed,
    Rule.NEAR_DUPLICATE: _near_duplicate,
}
