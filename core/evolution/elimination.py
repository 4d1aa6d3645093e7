"""Elimination: which evolutions do not survive, and the evidence (docs/method.md, section 2).

Text rules are pure and free; only the judge's word costs a call. Findings come in the cheap order, for the rules that
are asked for. Thresholds are in each rule's own unit, and `default_threshold` says what that is.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from core.domain import ids
from core.domain.check import Rule, Verdict
from core.domain.operation import Operation
from core.evolution.pack import Equality, Pack
from core.evolution.text import (
    REQUEST_WORDS,
    STOP_WORDS,
    count_words,
    jaccard,
    language,
    new_words,
    plain,
    script,
    words,
)

RULE_VERSION = 1
_DEFAULTS = {
    Rule.NO_INFORMATION_GAIN: 0.25,  # least P(not equal) that passes; calibrated in docs/quality.md
    Rule.REFUSAL: 80.0,  # words: a response with "sorry" and fewer is a refusal
    Rule.INPUT_LOST: 0.75,  # least share of the parent's numbers, tables, code and quotes that must stay
    Rule.NEAR_DUPLICATE: 0.8,  # least share of common word triples (Jaccard) that fails
}
_FEW_NEW_WORDS = 4  # a long text plus one constraint shares nearly all triples with its parent, yet is no duplicate


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


def check_equality(equality: Equality, thresholds: Mapping[Rule, float]) -> Finding:
    """The judge's word as a finding. An unreadable one is unknown, and eliminates nothing."""
    rule, chance = Rule.NO_INFORMATION_GAIN, equality.p_not_equal
    if chance is None:
        evidence = "" if equality.verdict is Verdict.PASS else f"the judge said “{equality.said[:200]}”"
        return Finding(rule=rule, verdict=equality.verdict, evidence=evidence)
    cut = _cut(thresholds, rule)
    lost = f"the judge gives {chance:.0%} that it is not equal to its parent; at least {cut:.0%} passes"
    return _finding(rule, lost if chance < cut else "", chance)


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
        Rule.EMPTY_RESPONSE: lambda: _empty(response),
        Rule.ASKS_BACK: lambda: _asks_back(instruction, response, finish_reason),
    }
    return tuple(find() for rule, find in findings.items() if rule in rules)


def _leaked(evolved: _Evolved) -> Finding:
    child, parent = evolved.child.casefold(), evolved.parent.casefold()
    for label in evolved.pack.labels:
        if label in child and label not in parent:
            return _finding(Rule.LEAKED_PROMPT, f"the words “{label}” at character {child.index(label) + 1}")
    return _finding(Rule.LEAKED_PROMPT, "")


def _identical(evolved: _Evolved) -> Finding:
    same = plain(evolved.child) == plain(evolved.parent)
    return _finding(Rule.IDENTICAL, "the same words as its parent" if same else "")


def _truncated(evolved: _Evolved) -> Finding:
    cut = evolved.finish_reason == "length"
    return _finding(Rule.TRUNCATED, "the model reached its token limit before the end" if cut else "")


def _near_duplicate(evolved: _Evolved) -> Finding:
    """Of the seed, an ancestor or another seed; the parent too for a mutation, which must be brand new."""
    rule, cut = Rule.NEAR_DUPLICATE, evolved.cut(Rule.NEAR_DUPLICATE)
    if ids.text_hash(evolved.child) in evolved.other_seeds_hashes:
        return _finding(rule, "the same words as another seed", 1.0)
    mutated = evolved.operation is Operation.MUTATE
    older = [text for text in (evolved.seed_text, *evolved.ancestors) if mutated or text != evolved.parent]
    worst = 0.0
    for text in dict.fromkeys((evolved.parent, *older) if mutated else older):
        alike = jaccard(evolved.child, text)
        worst = max(worst, alike)
        few = new_words(evolved.child, text) < _FEW_NEW_WORDS
        if alike >= cut and (few or mutated):
            return _finding(rule, f"{alike:.0%} of its word triples are those of “{_short(text)}”", alike)
    return _finding(rule, "", worst)


def _short(text: str) -> str:
    return " ".join(text.split())[:60]


_FENCE = re.compile(r"```.*?```", re.DOTALL)
_QUOTE = re.compile(r"[\"“«]([^\"“”«»\n]{12,})[\"”»]")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
_POINTER = re.compile(
    r"\b(?:the |this )?(?:following|below|attached|given|provided) "
    r"(?:text|passage|paragraph|table|code|snippet|function|data|dataset|list|article|email|json|xml|html|script)\b",
    re.IGNORECASE,
)
_LINE_WORDS = 3


def _material(text: str) -> list[str]:
    """What must not get lost: numbers, quotations, and the lines of tables, code and input blocks."""
    found = [match[0] for match in _NUMBER.finditer(text)]
    found += [match[1] for match in _QUOTE.finditer(text)]
    _, *input_lines = text.strip().split("\n")
    found += [line.strip() for line in input_lines if count_words(line) >= _LINE_WORDS]
    return found


def _input_lost(evolved: _Evolved) -> Finding:
    """In-depth operations keep the parent's material; and no instruction may point at material that is not there."""
    rule = Rule.INPUT_LOST
    pointer = _POINTER.search(evolved.child)
    if pointer and not _brings_material(evolved.child):
        return _finding(rule, f"it speaks of “{pointer[0]}” and brings none", 0.0)
    material = _material(evolved.parent)
    if evolved.operation is Operation.MUTATE or not material:
        return _finding(rule, "", 1.0)
    child = plain(evolved.child)
    lost = [piece for piece in material if plain(piece) not in child]
    kept = 1 - len(lost) / len(material)
    gone = f"{len(lost)} of {len(material)} pieces of its parent are gone, such as “{_short(lost[0])}”" if lost else ""
    return _finding(rule, gone if kept < evolved.cut(rule) else "", kept)


def _brings_material(text: str) -> bool:
    return bool("\n" in text.strip() or ":" in text or _QUOTE.search(text) or _FENCE.search(text))


def _language_changed(evolved: _Evolved) -> Finding:
    rule = Rule.LANGUAGE_CHANGED
    for tell in (script, language):
        before, now = tell(evolved.parent), tell(evolved.child)
        if before and now and before != now:
            return _finding(rule, f"the parent is {before.capitalize()}, this is {now.capitalize()}")
    return _finding(rule, "")


_ANSWER_OPENING = re.compile(
    r"^(?:sure|certainly|of course|understood|okay|great question|the answer|answer:|to solve this|here (?:is|are)|"
    r"here's|let's|first, (?:we|i|let)|i (?:am|have|think|would|will|can)|i'm|as an ai|step 1|yes,|no,)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:^|[.!?:;,\n]|\band\b|\bthen\b)[\s\-*\d.)]*([^\W_]+(?:-[^\W_]+)?)")


def _answered(evolved: _Evolved) -> Finding:
    """An English text that opens like an answer, or that asks and tells nobody anything, is no instruction."""
    rule, child = Rule.ANSWERED, evolved.child.strip()
    opening = _ANSWER_OPENING.match(child)
    if opening and not _ANSWER_OPENING.match(evolved.parent.strip()):
        return _finding(rule, f"it opens with “{opening[0]}”")
    if language(child) not in (None, "English") or script(child) not in (None, "LATIN") or _asks(child):
        return _finding(rule, "")
    return _finding(rule, "it asks no question and tells nobody to do anything" if _asks(evolved.parent) else "")


def _asks(text: str) -> bool:
    if "?" in text:
        return True
    return any(match[1].casefold() in REQUEST_WORDS for match in _SENTENCE.finditer(text))


def _refusal(response: str, finish_reason: str, least_words: float) -> Finding:
    rule, length = Rule.REFUSAL, count_words(response)
    if finish_reason == "content_filter":
        return _finding(rule, "the endpoint's content filter stopped the response", length)
    refused = "sorry" in response.casefold() and length < least_words
    return _finding(rule, f"response of {length} words with “sorry”" if refused else "", length)


def _empty(response: str) -> Finding:
    """Punctuation and stop words say nothing; a number, a symbol of mathematics or any other word says something."""
    telling = [word for word in words(response) if word not in STOP_WORDS]
    symbols = any(character in "=<>±×÷∞√" for character in response)
    empty = not telling and not symbols
    shown = _short(response) or "nothing"
    return _finding(Rule.EMPTY_RESPONSE, f"response of only stop words and punctuation: “{shown}”" if empty else "")


_BACK_OPENING = re.compile(r"^(?:sure|understood|of course|certainly|okay|got it)\b", re.IGNORECASE)
_BACK_REQUEST = re.compile(r"\b(?:please|could you|can you) (?:provide|share|specify|clarify|paste)\b", re.IGNORECASE)


def _asks_back(instruction: str, response: str, finish_reason: str) -> Finding:
    """Auto Evol-Instruct's signs of an instruction that cannot be answered as it stands."""
    rule, text = Rule.ASKS_BACK, response.strip()
    opening = _BACK_OPENING.match(text)
    if opening and text.endswith("?") and finish_reason != "length":
        return _finding(rule, f"response opens with “{opening[0]}” and ends with a question")
    request = _BACK_REQUEST.search(text)
    wanted = request and request[0].casefold() not in instruction.casefold()
    return _finding(rule, f"response says “{request[0]}”" if request and wanted else "")


_TEXT_RULES: dict[Rule, Callable[[_Evolved], Finding]] = {
    Rule.LEAKED_PROMPT: _leaked,
    Rule.IDENTICAL: _identical,
    Rule.TRUNCATED: _truncated,
    Rule.ANSWERED: _answered,
    Rule.INPUT_LOST: _input_lost,
    Rule.LANGUAGE_CHANGED: _language_changed,
    Rule.NEAR_DUPLICATE: _near_duplicate,
}
