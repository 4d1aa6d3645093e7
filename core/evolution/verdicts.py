"""Reading a judge's reply: are two instructions equal, how difficult is one.

A small model says "Equal" and "8" to nearly everything, but how SURE it is tells pairs apart; so where the server gives
log-probabilities of the first token these are read, and the words only otherwise.
"""

import re
from dataclasses import dataclass

from core.domain.call import ChatReply
from core.domain.check import Verdict
from core.domain.first_token import mean_grade, shares


@dataclass(frozen=True, kw_only=True, slots=True)
class Equality:
    """What the judge said of a pair. PASS: the child is something else; FAIL: it is equal to its parent.

    `cut`: the least P(not equal) that passes. `named`: what the judge was asked about, if not about the whole.
    """

    verdict: Verdict
    p_not_equal: float | None
    said: str
    cut: float
    named: str = ""


def read_equality(
    reply: ChatReply, *, cut: float, words: tuple[str, str] = ("Equal", "Not equal"), named: str = ""
) -> Equality:
    """The judge's word by P(the second of its words) against `cut`, else by the text; neither readable is UNKNOWN."""
    said = reply.text.strip()
    sure = shares(reply.first_logprobs, words)
    p_not_equal = sure[1] if sure else None
    if p_not_equal is not None:
        verdict = Verdict.PASS if p_not_equal >= cut else Verdict.FAIL
    else:
        verdict = _in_words(said, words)
    return Equality(verdict=verdict, p_not_equal=p_not_equal, said=said, cut=cut, named=named)


def _in_words(said: str, words: tuple[str, str]) -> Verdict:
    """The negative first: "equal" stands inside "not equal"."""
    lower = said.casefold()
    same, other = (re.escape(word.casefold()) for word in words)
    if re.match(rf"\W*{other}\b", lower):
        return Verdict.PASS
    if re.search(r"(?:\bnot|n['’]t)\b[\s\w,]{0,20}\bequal\b|\bunequal\b|\bdifferent\b", lower):
        return Verdict.PASS
    return Verdict.FAIL if re.search(rf"\b(?:equal|{same})\b", lower) else Verdict.UNKNOWN


def read_difficulty(reply: ChatReply) -> float | None:
    """Difficulty 1 to 10: the expected value over the digit tokens where known, else the number in the text."""
    text = re.search(r"(?<![\d.])(10|[1-9])(?:\.0)?(?![\d.]*\d)", reply.text)
    said = text[1] if text else ""
    mean = mean_grade(reply.first_logprobs, said)
    return mean if mean is not None else (float(said) if said else None)


def read_difficulties(reply: ChatReply, n: int) -> tuple[float, ...] | None:
    """Difficulties of `n` instructions from one reply: lines such as "2: 7", else bare numbers in order; None if unclear."""
    named = _NAMED.findall(reply.text)
    grades = {int(number): float(grade) for number, grade in named}
    if len(named) == n and sorted(grades) == list(range(1, n + 1)):
        return tuple(grades[number] for number in range(1, n + 1))
    bare = _BARE.findall(reply.text)
    return tuple(map(float, bare)) if len(bare) == n and not named else None


_NAMED = re.compile(r"(?m)^\W{0,3}(?:[A-Za-z]{1,12} )?(\d{1,2})\W{0,2}[:=.)\]-]\s*(10|[1-9])\b")
_BARE = re.compile(r"(?<![\d.])(10|[1-9])(?![\d.]*\d)")
