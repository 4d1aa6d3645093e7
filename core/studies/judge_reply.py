"""Reading a model judge's reply: which of two is better, or which grade one gets.

First what the first token's probabilities say, then JSON, then plain text. Text is read strictly: what names two verdicts, or
none, is unclear, and whoever reads it keeps it as that. Nothing is guessed, and nothing unclear is ever a grade.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.call import ChatReply
from core.domain.first_token import mean_grade, shares
from core.domain.judgment import PairVerdict

_MOST_NOTE = 4_000  # characters of a judge's reasons
_LETTERS = ("A", "B", "Tie")
_BY_LETTER = (PairVerdict.LEFT, PairVerdict.RIGHT, PairVerdict.TIE)

# A label is a letter, or a place with its noun. Bare digits and sides are labels only where nothing else can stand.
_NOUN = r"(?:the\s+)?(?:answer|response|reply|assistant|option|candidate|model|output|solution|instruction)"
_MARKS = r"[\"'(\[]*"
_A = rf"(?:{_NOUN}\s*)?{_MARKS}a[\"')\]]*(?!\w)|{_NOUN}\s*{_MARKS}(?:1|one)(?!\w)[\"')\]]*|(?:the\s+)?first\s+(?:one|{_NOUN})"
_B = rf"(?:{_NOUN}\s*)?{_MARKS}b[\"')\]]*(?!\w)|{_NOUN}\s*{_MARKS}(?:2|two)(?!\w)[\"')\]]*|(?:the\s+)?second\s+(?:one|{_NOUN})"
_BAD = (
    r"both(?:\s+(?:answers|responses|instructions))?(?:\s+are)?\s+(?:equally\s+)?(?:bad|wrong|poor|incorrect)"
    r"|neither(?:\s+(?:answer|response))?\s+is\s+(?:good|correct|right)"
)
_TIE = (
    r"(?:it(?:'s|\s+is)\s+)?(?:an?\s+)?(?:tie|draw)\b|tied\b|neither(?:\s+(?:answer|response|one))?"
    r"|(?:(?:they|both(?:\s+(?:answers|responses|instructions))?)\s+are\s+)?(?:about\s+|roughly\s+)?(?:equal(?:ly\s+(?:good|bad|helpful))?|the\s+same)\b"
    r"|same\b|both(?:\s+(?:are\s+)?good)?\b|a\s*=\s*b\b"
)
_LABEL = rf"(?P<bad>{_BAD})|(?P<tie>{_TIE})|(?P<a>{_A})|(?P<b>{_B})"
_SHORT = rf"(?P<bad>{_BAD})|(?P<tie>{_TIE})|(?P<a>{_A}|1|(?:the\s+)?first|left)|(?P<b>{_B}|2|(?:the\s+)?second|right)"
_HOW = r"(?:overall\s+|clearly\s+|slightly\s+|much\s+|far\s+)?"
_BETTER = rf"\s+(?:is|was)\s+{_HOW}(?:the\s+)?{_HOW}(?:better|best|superior|preferred|stronger|winner)\b"
_BRACKETS = re.compile(rf"\[\[\s*(?:{_SHORT})\s*\]\]")
_NAMED = re.compile(
    r"\b(?:verdict|winner|decision|judge?ment|preference|preferred(?: answer| response)?|better(?: answer| response)?|conclusion|choice|final answer)"
    rf"(?: is)?\s*[:=-]+\s*{_MARKS}(?:{_SHORT})(?![\w/|,]|\s+(?:or|and)\b|\s*[/|])"
)
_ALONE = re.compile(rf"\W*(?:{_SHORT})(?:{_BETTER}(?:\s+(?:one|answer|response))?)?\W*")
_SENTENCES = (
    re.compile(rf"(?<!\w)(?:{_LABEL}){_BETTER}"),
    re.compile(rf"\b(?:i\s+(?:would\s+)?(?:prefer|choose|pick)|goes\s+to)\s+(?:{_LABEL})(?=\s*(?:[.,;!]|$|because\b|since\b|over\b))", re.MULTILINE),
)  # fmt: skip
_NUMBER = r"(\d{1,3}(?:[.,]\d+)?)(?:\s*/\s*10)?"
_TWO_SCORES = re.compile(
    rf"\W*(?:[a-z ]*?\b[ab12]\s*[:=]\s*)?{_NUMBER}(?:\s*[,;|/&]\s*|\s+and\s+|\s+)(?:[a-z ]*?\b[ab12]\s*[:=]\s*)?{_NUMBER}\W*"
)

_GRADE = r"(?P<grade>\d{1,3}(?:\.\d+)?)(?P<scale>\s*(?:/|out\s+of)\s*(?P<of>\d{1,3}))?"
_GRADE_BRACKETS = re.compile(rf"\[\[\s*{_GRADE}\s*\]\]")
_OVERALL_GRADE = re.compile(
    rf"(?:overall|final|total)(?:\s+(?:score|rating|grade|mark))?(?:\s+is)?\s*[:=-]*\s*[\[(]*{_GRADE}(?![\w.%])"
)
_NAMED_GRADE = re.compile(
    rf"(?<![\w])(?:score|rating|grade|mark)(?:\s+is|\s+of)?\s*[:=-]*\s*[\[(]*{_GRADE}(?![\w%]|\.\d)"
)
_OF_TEN = re.compile(r"(?<![\d./])(?P<grade>\d{1,2}(?:\.\d+)?)\s*(?:/|out\s+of)\s*(?P<of>10)(?!\d|\.\d)")
_ALONE_GRADE = re.compile(rf"\W*{_GRADE}\W*")

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_VERDICT_KEYS = ("verdict", "winner", "choice", "better", "preferred", "decision", "answer", "result")
_SCORE_KEYS = ("score", "rating", "grade", "overall", "overall_score", "final_score")
_PAIR_KEYS = (("score_a", "score_b"), ("a", "b"), ("answer_a", "answer_b"), ("score_1", "score_2"), ("first", "second"))
_PAIR_SAYS = frozenset(_VERDICT_KEYS) | {key for keys in _PAIR_KEYS for key in keys}
_REASON_KEYS = ("reasons", "reason", "reasoning", "explanation", "rationale", "analysis")


@dataclass(frozen=True, kw_only=True, slots=True)
class PairReply:
    """`verdict` None: unclear. `note`: the judge's own reasons, or how sure it was."""

    verdict: PairVerdict | None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GradeReply:
    """`score` from 1 to 10, None: unclear."""

    score: float | None
    note: str = ""


def read_pair(reply: ChatReply) -> PairReply:
    """The verdict on two answers, seen from the left."""
    sure = shares(reply.first_logprobs, _LETTERS)
    if sure is not None:
        note = ", ".join(f"{letter} {share:.3f}" for letter, share in zip(_LETTERS, sure, strict=True))
        best = max(sure)
        verdict = _BY_LETTER[sure.index(best)] if sure.count(best) == 1 else PairVerdict.TIE
        return PairReply(verdict=verdict, note=note)
    text = _plain(reply.text)
    said = _json_in(text)
    if said is not None and not said.keys().isdisjoint(_PAIR_SAYS):
        return PairReply(verdict=_verdict_of(said), note=_reasons(said))
    return PairReply(verdict=_verdict_in(text), note=text[:_MOST_NOTE])


def read_grade(reply: ChatReply) -> GradeReply:
    """The grade of one answer: where the first token's probabilities are known, the mean grade by them."""
    text = _plain(reply.text)
    alone = _ALONE_GRADE.fullmatch(text)
    mean = mean_grade(reply.first_logprobs, alone["grade"] if alone else "")
    if mean is not None:
        return GradeReply(score=mean, note=text[:_MOST_NOTE])
    said = _json_in(text)
    if said is not None and not said.keys().isdisjoint(_SCORE_KEYS):
        return GradeReply(score=_score_of(said), note=_reasons(said))
    return GradeReply(score=_grade_in(text), note=text[:_MOST_NOTE])


def _plain(text: str) -> str:
    """Without what a model thought before it answered (it answers nothing), and in plain letters and digits."""
    return unicodedata.normalize("NFKC", _THOUGHT.sub("", text)).strip()


def _json_in(text: str) -> Mapping[str, Any] | None:
    """The last JSON object in a text, whatever stands around it, with small keys; None if there is none."""
    decoder = json.JSONDecoder()
    found: Mapping[str, Any] | None = None
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if isinstance(value, dict):
                found = {str(key).strip().casefold().replace(" ", "_"): inner for key, inner in value.items()}
        at = text.find("{", end)
    return found


def _reasons(said: Mapping[str, Any]) -> str:
    found = next((said[key] for key in _REASON_KEYS if isinstance(said.get(key), str)), "")
    return str(found)[:_MOST_NOTE]


def _verdict_of(said: Mapping[str, Any]) -> PairVerdict | None:
    for key in _VERDICT_KEYS:
        value = said.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            alone = _ALONE.fullmatch(_lines(str(value)))
            return _label(alone) if alone else None
    for left, right in _PAIR_KEYS:
        scores = [_number(said.get(key)) for key in (left, right)]
        if None not in scores:
            return _higher(*(score for score in scores if score is not None))
    return None


def _verdict_in(text: str) -> PairVerdict | None:
    """The strictest way of saying it that is used at all decides; used for two verdicts, it says none."""
    lines = _lines(text)
    if alone := _ALONE.fullmatch(lines):
        return _label(alone)
    for pattern in (_BRACKETS, _NAMED):
        if found := list(pattern.finditer(lines)):
            return _only(_label(one) for one in found) or _last_line(pattern, lines)
    said = [line for line in lines.splitlines() if line.strip()] or [""]
    for line in (said[0], said[-1]):
        if scores := _TWO_SCORES.fullmatch(line):
            return _higher(*(float(score.replace(",", ".")) for score in scores.groups()))
    if alone := _ALONE.fullmatch(said[-1]):
        return _label(alone)
    return _only(_label(one) for pattern in _SENTENCES for one in pattern.finditer(lines))


def _last_line(pattern: re.Pattern[str], lines: str) -> PairVerdict | None:
    """Of several the one that stands alone in the last line: the others may be repeated from what was asked."""
    last = next((line for line in reversed(lines.splitlines()) if line.strip()), "")
    return _only(_label(one) for one in pattern.finditer(last))


def _lines(text: str) -> str:
    """In small letters, without marks of emphasis. In double brackets a C is widely used for a tie."""
    return re.sub(r"[*_`#>]+", "", text).casefold().strip().replace("[[c]]", "[[tie]]")


def _label(found: re.Match[str]) -> PairVerdict:
    if found["bad"]:
        return PairVerdict.BOTH_BAD
    if found["tie"]:
        return PairVerdict.TIE
    return PairVerdict.LEFT if found["a"] else PairVerdict.RIGHT


def _only(verdicts: Iterable[PairVerdict]) -> PairVerdict | None:
    found = set(verdicts)
    return found.pop() if len(found) == 1 else None


def _higher(left: float, right: float) -> PairVerdict | None:
    """Two grades of 1 to 10; any other numbers are no grades."""
    if not all(1 <= score <= 10 for score in (left, right)):
        return None
    if left == right:
        return PairVerdict.TIE
    return PairVerdict.LEFT if left > right else PairVerdict.RIGHT


def _number(value: object) -> float | None:
    if isinstance(value, str) and (alone := _ALONE_GRADE.fullmatch(value)):
        return _grade(alone)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None  # type: ignore[arg-type]


def _score_of(said: Mapping[str, Any]) -> float | None:
    score = next((_number(said[key]) for key in _SCORE_KEYS if key in said), None)
    return score if score is not None and 1 <= score <= 10 else None


def _grade_in(text: str) -> float | None:
    lines = _lines(text)
    if alone := _ALONE_GRADE.fullmatch(lines):
        return _grade(alone)
    for pattern in (_GRADE_BRACKETS, _OVERALL_GRADE, _NAMED_GRADE, _OF_TEN):
        if found := list(pattern.finditer(lines)):
            grades = {_grade(one) for one in found}
            return grades.pop() if len(grades) == 1 else None
    last = next((line for line in reversed(lines.splitlines()) if line.strip()), "")
    alone = _ALONE_GRADE.fullmatch(last)
    return _grade(alone) if alone else None


def _grade(found: re.Match[str]) -> float | None:
    """None for a grade on another scale, or beyond this one."""
    if found["of"] not in (None, "10"):
        return None
    grade = float(found["grade"])
    return grade if 1 <= grade <= 10 else None
