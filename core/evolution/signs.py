"""Signs in a text: the material it brings, whether it asks for something, how it opens, what it says. Pure, and English at heart."""

import re

from core.domain.words import count_words
from core.evolution.text import REQUEST_WORDS, STOP_WORDS, words

_QUOTE = re.compile(r"[\"“«]([^\"“”«»\n]{12,})[\"”»]")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
_POINTER = re.compile(
    r"\b(?:the|this) (?:(?:following|below|attached|given|provided|above) (?:text|code|function|data|dataset|list|article|"
    r"email|sentence|table|paragraph|json|xml|html|script)|(?:\w+ )?(?:passage|snippet|excerpt)|"
    r"(?:\w+ )?(?:painting|picture|image|photo|diagram|figure|chart|map|code|text) (?:shown|above|below))\b",
    re.IGNORECASE,
)
_LEAST_LINE_WORDS = 3
_LEAST_DATA_LINES = 4  # three lines of data and a question
_LEAST_DATA_NUMBERS = 3
_ANSWER_OPENING = re.compile(
    r"^(?:sure|certainly|of course|understood|okay|great question|the answer (?:is|to)|answer:|to solve this|here (?:is|are)|"
    r"here's|let's|first, (?:we|i|let)|i (?:am|have|think|would|will|can)|i'm|as an ai|step 1|yes,|no,)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?:^|[.!?:;,\n]|\band\b)[\s\-*\d.)]*(?:(?:and|then|also|first|next|finally|afterwards|now)[,\s]+)*"
    r"([^\W_]+(?:-[^\W_]+)?)",
    re.IGNORECASE,
)
_DUTY = re.compile(r"\b(?:must|should|do not|don't|without|at (?:most|least)|no more than|only)\b", re.IGNORECASE)
_BACK_OPENING = re.compile(r"(?:sure|understood|of course|certainly|okay|got it)\b", re.IGNORECASE)
_BACK_REQUEST = re.compile(r"\b(?:please|could you|can you) (?:provide|share|specify|clarify|paste)\b", re.IGNORECASE)

KINDS = ("code", "given", "limited", "sum", "make")
_CODE = re.compile(
    r"\b(?:functions?|scripts?|SQL|query|regex|regular expression|code|programs?|Python|JavaScript|shell|HTML|CSS|algorithm)\b"
)
_MAKE_CODE = re.compile(r"\b(?:write|create|implement|complete|fill in)\b", re.IGNORECASE)
_LIMIT = re.compile(
    r"\b(?:exactly|no more than|at most|(?:in|of) (?:about )?(?:one|two|three|four|five|six|ten|\d+) "
    r"(?:\w+ )?(?:words?|sentences?|lines?|points?|minutes?|parts?|paragraphs?)|as (?:a )?JSON)\b",
    re.IGNORECASE,
)
_QUOTED_MATERIAL = re.compile(r":\s*[\"“„«]")
_MAKE = re.compile(
    r"(?:write|compose|draft|invent|think of|play|act|pretend|you are|create|tell|formulate|imagine you are)\b",
    re.IGNORECASE,
)


def kind(text: str) -> str:
    """What sort of task a text is, of `KINDS`; empty for a plain question.

    It is about code, about material that it brings, within limits that it sets, about numbers, or to be made up.
    """
    if _CODE.search(text.split("\n", maxsplit=1)[0]) and _MAKE_CODE.search(text):
        return "code"
    if "\n" in text.strip() or _QUOTED_MATERIAL.search(text):
        return "given"
    if _LIMIT.search(text):
        return "limited"
    if len(_NUMBER.findall(text)) > 1:
        return "sum"
    return "make" if _MAKE.match(text.strip()) else ""


def material(text: str) -> list[str]:
    """What must not get lost: numbers, quotations, and the lines of tables, code and input blocks."""
    found = [match[0] for match in _NUMBER.finditer(text)]
    found += [match[1] for match in _QUOTE.finditer(text)]
    _, *lines = text.strip().split("\n")
    return found + [line.strip() for line in lines if count_words(line) >= _LEAST_LINE_WORDS]


def missing_material(text: str) -> str:
    """The words with which a text points at a table, passage or code that it does not bring; empty if it does."""
    pointer = _POINTER.search(text)
    brings = "\n" in text.strip() or ":" in text or _QUOTE.search(text)
    return pointer[0] if pointer and not brings else ""


def thin_data(added: str, parent: str) -> str:
    """What is wrong with input data that was to be added: too few lines, or no new numbers to work with; else empty."""
    lines = sum(1 for line in added.split("\n") if line.strip())
    numbers = set(_NUMBER.findall(added)) - set(_NUMBER.findall(parent))
    if lines < _LEAST_DATA_LINES:
        return f"it was to bring data of its own, and its addition has {lines} lines"
    if len(numbers) < _LEAST_DATA_NUMBERS:
        return f"it was to bring data to work with, and these hold {len(numbers)} new numbers"
    return ""


def asks(text: str) -> bool:
    """It has a question, tells somebody to do something, or sets a condition."""
    if "?" in text or _DUTY.search(text):
        return True
    return any(match[1].casefold() in REQUEST_WORDS for match in _SENTENCE.finditer(text))


def answer_opening(text: str) -> str:
    """The words with which a text opens as answers do; empty if it does not."""
    opening = _ANSWER_OPENING.match(text.strip())
    return opening[0] if opening else ""


def short(text: str) -> str:
    """The first words of a text on one line, for evidence."""
    return " ".join(text.split())[:60]


def says_nothing(response: str) -> str:
    """What a response of only stop words and punctuation says; empty if a number, a symbol or a word tells something."""
    if any(word not in STOP_WORDS for word in words(response)) or any(sign in response for sign in "=<>±×÷∞√"):
        return ""
    return f"response of only stop words and punctuation: “{short(response) or 'nothing'}”"


def asks_back(instruction: str, response: str, cut_off: bool) -> str:
    """Auto Evol-Instruct's signs of an instruction that cannot be answered as it stands; empty if there are none."""
    text = response.strip()
    opening = _BACK_OPENING.match(text)
    if opening and text.endswith("?") and not cut_off:
        return f"response opens with “{opening[0]}” and ends with a question"
    request = _BACK_REQUEST.search(text)
    return f"response says “{request[0]}”" if request and request[0].casefold() not in instruction.casefold() else ""
