"""One prompt of a pack: header lines, then turns, each under a line such as `--- user ---`.

Header lines are `reply: json instruction`, `max_tokens: 300` and `write: … {{field}} …`; docs/packs.md shows all of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.call import Message
from core.domain.operation import Operation
from core.errors import BadInput
from core.evolution.signs import KINDS, kind

JUDGE, JUDGE_NAMED, SCORE, SCORE_SIBLINGS = "judge", "judge_named", "score", "score_siblings"
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
MOST_BYTES = 64 * 1024  # a prompt this long costs more than what it evolves; the longest shipped one has 4 KB
_LEAST_WORDS = 3  # beside the placeholders; fewer ask for nothing
_TURN = re.compile(r"^--- (system|user|assistant) ---[ \t]*$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_HEADERS = {
    "reply": re.compile(r"text|digit|(?:json|append) [a-z_]+(?:[,+][a-z_]+)*|choice [^|]+(?:\|[^|]+)+"),
    "max_tokens": re.compile("[1-9][0-9]{0,5}"),
    "named": re.compile("[a-z_]+"),
    "cut": re.compile(r"0?\.[0-9]{1,4}"),
    "drop": re.compile(r"[a-z]+(?: [a-z]+)*"),
    **{f"write{kind and ' '}{kind}": re.compile(r".*\{\{[a-z_]+\}\}.*") for kind in ("", *KINDS)},
}
_NEEDS = {
    JUDGE: ("parent", "child"),
    JUDGE_NAMED: ("parent", "named"),
    SCORE_SIBLINGS: ("instructions",),
    Operation.COMPLICATE_INPUT.value: ("instruction", "data_format"),
}
_KNOWN = frozenset({"instruction", "instructions", "parent", "child", "named", "data_format", "spark"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """One prompt. `reply` says what comes back.

    "text", "choice A|B", "digit"; or JSON with the named fields in that order, of which the LAST is used (the earlier ones
    let a small model think): "json FIELD,FIELD" is the whole new instruction, "append FIELD,FIELD" what stands after the
    parent's text, which so loses nothing. Fields joined by "+" in the last place are read as paragraphs. With `patterns`
    (header lines `write: … {{field}} …`; a backslash and n is a new line) one of them is filled with the fields instead,
    and which one follows from the reply. `write code: …` is for parents of that kind (`signs.kind`) alone.
    A judge's two words are the one for "nothing new" and the one for "new"; `cut` is the least probability of the second
    that passes, and `named` the field about which `judge_named` asks. `drop`: of a field that lists several things, those
    with one of these words are left out before a pattern is filled.
    """

    name: str
    reply: str
    max_tokens: int | None
    turns: tuple[Message, ...]
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cut: float | None = None
    named: str = ""
    drop: frozenset[str] = frozenset()

    @property
    def words(self) -> tuple[str, str]:
        """A judge's two words."""
        old, _, new = self.reply.removeprefix("choice ").partition("|")
        return old, new

    def patterns_for(self, parent: str) -> tuple[str, ...]:
        """The patterns for this kind of parent, or those for any."""
        return self.patterns.get(kind(parent)) or self.patterns.get("", ())


def require_text(file_name: str, text: str) -> None:
    """Raises BadInput for a file that is too long to be a prompt, or that no file or request could hold as text."""
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise BadInput("It holds half a character.", where=file_name, to_do="Save it as UTF-8.") from error
    if size > MOST_BYTES:
        raise BadInput(
            f"It has {size:,} bytes; a prompt has at most {MOST_BYTES:,}.", where=file_name, to_do="Shorten it."
        )
    if _CONTROL.search(text):
        raise BadInput("It holds control characters.", where=file_name, to_do="Save it as plain text.")


def read_template(name: str, file_name: str, text: str) -> Template:
    """A template from its file's text. Raises BadInput that names the file and what is wrong with it."""
    header, *rest = _TURN.split(text)
    turns = tuple(Message(role=role, content=body.strip()) for role, body in zip(rest[::2], rest[1::2], strict=True))
    if not turns or turns[-1].role != "user":
        raise BadInput("The last turn must be the user's.", where=file_name, to_do="End it with `--- user ---`.")
    _require_placeholders(name, file_name, turns)
    settings = _header(file_name, header)
    reply, tokens = settings.get("reply", ["text"])[-1], settings.get("max_tokens", [""])[-1]
    patterns = _patterns(file_name, settings, re.split("[ ,+]", reply))
    _require_words(file_name, turns)
    cut, named = settings.get("cut", [""])[-1], settings.get("named", [""])[-1]
    if name == JUDGE_NAMED and not (named and reply.startswith("choice ")):
        raise BadInput(
            "It does not say about which field it asks.",
            where=file_name,
            to_do="Give `named: FIELD` and `reply: choice A|B`.",
        )
    return Template(
        name=name,
        reply=reply,
        max_tokens=int(tokens) if tokens else None,
        turns=turns,
        patterns=patterns,
        cut=float(cut) if cut else None,
        named=named,
        drop=frozenset(settings.get("drop", [""])[-1].split()),
    )


def _require_placeholders(name: str, file_name: str, turns: tuple[Message, ...]) -> None:
    found = {match for turn in turns for match in PLACEHOLDER.findall(turn.content)}
    for lost in (one for one in _NEEDS.get(name, ("instruction",)) if one not in found):
        raise BadInput(f"The placeholder {{{{{lost}}}}} is lost.", where=file_name, to_do="Put it back in.")
    for unknown in sorted(found - _KNOWN):
        raise BadInput(f"There is no placeholder {{{{{unknown}}}}}.", where=file_name, to_do="Take it out.")


def _require_words(file_name: str, turns: tuple[Message, ...]) -> None:
    words = _WORD.findall(" ".join(PLACEHOLDER.sub(" ", turn.content) for turn in turns))
    if len(words) < _LEAST_WORDS:
        raise BadInput(
            "It holds only a placeholder: nothing is asked.", where=file_name, to_do="Write what the model is to do."
        )


def _patterns(file_name: str, settings: Mapping[str, list[str]], fields: list[str]) -> dict[str, tuple[str, ...]]:
    patterns = {
        key.removeprefix("write").strip(): tuple(pattern.replace("\\n", "\n") for pattern in found)
        for key, found in settings.items()
        if key.startswith("write")
    }
    if patterns and "" not in patterns:
        raise BadInput(
            "There is no pattern for every kind.", where=file_name, to_do="Add a line `write: … {{field}} …`."
        )
    written = " ".join(sum(patterns.values(), ()))
    for stray in sorted({one for one in PLACEHOLDER.findall(written) if one not in fields}):
        raise BadInput(f"The reply has no field {{{{{stray}}}}}.", where=file_name, to_do="Name it in the reply line.")
    return patterns


def _header(file_name: str, header: str) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for line in header.splitlines():
        key, colon, value = (part.strip() for part in line.partition(":"))
        if line.strip() and not (colon and key in _HEADERS and _HEADERS[key].fullmatch(value)):
            raise BadInput(
                f"This header line is not understood: {line.strip()[:80]}",
                where=file_name,
                to_do="Use `reply: text`, `json FIELD`, `append FIELD`, `choice A|B` or `digit`; `max_tokens: NUMBER`; `write: … {{field}} …`; `cut: 0.05`; `named: FIELD`; `drop: WORD WORD`.",
            )
        if line.strip():
            settings.setdefault(key, []).append(value)
    return settings
