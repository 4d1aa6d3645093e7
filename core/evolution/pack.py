"""Prompt packs: folders of .md files that say how to ask, and how to read what comes back.

A template is header lines (`reply: json instruction`, `max_tokens: 300`), then turns, each under a line such as
`--- user ---`. Placeholders are replaced in one pass, so that a text which itself holds `{{child}}` stays as it is.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from core.domain.call import ChatReply, ChatRequest, Message, Sampling
from core.domain.operation import DATA_FORMATS, Operation
from core.errors import BadInput
from core.evolution.signs import KINDS, kind
from core.evolution.text import telling_words

LABELS_FILE = "labels.md"
SPARKS_FILE = "sparks.md"
JUDGE, SCORE = "judge", "score"
BUILT_IN_LABELS = ("given prompt", "rewritten prompt", "created prompt")
_TOP_LOGPROBS = 20
_JSON_KINDS = ("json", "append")
_TURN = re.compile(r"^--- (system|user|assistant) ---[ \t]*$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_HEADERS = {
    "reply": re.compile(r"text|digit|(?:json|append) [a-z_]+(?:[,+][a-z_]+)*|choice [^|]+(?:\|[^|]+)+"),
    "max_tokens": re.compile("[1-9][0-9]{0,5}"),
    **{f"write{kind and ' '}{kind}": re.compile(r".*\{\{[a-z_]+\}\}.*") for kind in ("", *KINDS)},
}
_NEEDS = {JUDGE: ("parent", "child"), Operation.COMPLICATE_INPUT.value: ("instruction", "data_format")}
_KNOWN = frozenset({"instruction", "parent", "child", "data_format", "spark"})
_REQUIRED = (*(operation.value for operation in Operation), JUDGE, SCORE)
_OPTIONAL = tuple(f"{Operation.COMPLICATE_INPUT.value}.{name}" for name in DATA_FORMATS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """One prompt. `reply` says what comes back.

    "text", "choice A|B", "digit"; or JSON with the named fields in that order, of which the LAST is used (the earlier ones
    let a small model think): "json FIELD,FIELD" is the whole new instruction, "append FIELD,FIELD" what stands after the
    parent's text, which so loses nothing. Fields joined by "+" in the last place are read as paragraphs. With `patterns`
    (header lines `write: … {{field}} …`; a backslash and n is a new line) one of them is filled with the fields instead,
    and which one follows from the reply. `write code: …` is for parents of that kind (`signs.kind`) alone.
    """

    name: str
    reply: str
    max_tokens: int | None
    turns: tuple[Message, ...]
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def patterns_for(self, parent: str) -> tuple[str, ...]:
        """The patterns for this kind of parent, or those for any."""
        return self.patterns.get(kind(parent)) or self.patterns.get("", ())


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """A whole set of prompts. `hash` is SHA-256 over its content and stands in every node that it made.

    `sparks` are the things of which `{{spark}}` becomes one, drawn by the request's seed: left alone, a small model
    stays with the subject that it was shown. `own_words` are the telling words of its patterns: no model said them.
    """

    name: str
    hash: str
    templates: Mapping[str, Template]
    labels: tuple[str, ...]
    sparks: tuple[str, ...]
    files: Mapping[str, str]
    own_words: frozenset[str]


def load_pack(folder: Path) -> Pack:
    """Read a pack's .md files. Raises BadInput that names the file."""
    files = {}
    for path in sorted(folder.glob("*.md")):
        try:
            files[path.name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInput("This prompt is not UTF-8 text.", where=path.name, to_do="Save it as UTF-8.") from error
    if not files:
        raise BadInput("This folder holds no prompt files.", where=str(folder), to_do="Choose a folder of .md files.")
    return pack_from_files(folder.name, files)


def pack_from_files(name: str, files: Mapping[str, str]) -> Pack:
    """A pack from file names and their texts. Raises BadInput that names the file and what it lacks."""
    texts = {key: files[key].replace("\r\n", "\n").replace("\r", "\n") for key in sorted(files)}
    for needed in (*(f"{one}.md" for one in _REQUIRED), LABELS_FILE):
        if needed not in texts:
            raise BadInput("The pack lacks this file.", where=needed, to_do="Add it, or copy it from a shipped pack.")
    sparks = _lines(texts.get(SPARKS_FILE, ""))
    templates = {}
    for file_name in (one for one in texts if one not in (LABELS_FILE, SPARKS_FILE)):
        stem = file_name.removesuffix(".md")
        if stem not in _REQUIRED and stem not in _OPTIONAL:
            raise BadInput("No prompt has this name.", where=file_name, to_do=f"Use one of: {', '.join(_REQUIRED)}.")
        templates[stem] = _template(stem, file_name, texts[file_name])
        if not sparks and "{{spark}}" in texts[file_name]:
            raise BadInput("It wants a {{spark}}, but there are none.", where=file_name, to_do="Add sparks.md.")
    return Pack(
        name=name,
        hash=hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest(),
        templates=MappingProxyType(templates),
        labels=tuple(dict.fromkeys((*BUILT_IN_LABELS, *(label.casefold() for label in _lines(texts[LABELS_FILE]))))),
        sparks=sparks,
        files=MappingProxyType(texts),
        own_words=frozenset(telling_words(_PLACEHOLDER.sub(" ", " ".join(_patterns(templates.values()))))),
    )


def _patterns(templates: Iterable[Template]) -> Iterator[str]:
    return (pattern for template in templates for found in template.patterns.values() for pattern in found)


def _lines(text: str) -> tuple[str, ...]:
    bare = (line.strip().strip("#").strip() for line in text.splitlines())
    return tuple(line for line in bare if line)


def _template(name: str, file_name: str, text: str) -> Template:
    header, *rest = _TURN.split(text)
    turns = tuple(Message(role=role, content=body.strip()) for role, body in zip(rest[::2], rest[1::2], strict=True))
    if not turns or turns[-1].role != "user":
        raise BadInput("The last turn must be the user's.", where=file_name, to_do="End it with `--- user ---`.")
    found = {match for turn in turns for match in _PLACEHOLDER.findall(turn.content)}
    needs = _NEEDS.get(name, ("instruction",))
    for lost in (one for one in needs if one not in found):
        raise BadInput(f"The placeholder {{{{{lost}}}}} is lost.", where=file_name, to_do="Put it back in.")
    for unknown in sorted(found - _KNOWN):
        raise BadInput(f"There is no placeholder {{{{{unknown}}}}}.", where=file_name, to_do="Take it out.")
    settings = _header(file_name, header)
    reply, tokens = settings.get("reply", ["text"])[-1], settings.get("max_tokens", [""])[-1]
    patterns = {
        key.removeprefix("write").strip(): tuple(pattern.replace("\\n", "\n") for pattern in found)
        for key, found in settings.items()
        if key.startswith("write")
    }
    if patterns and "" not in patterns:
        raise BadInput(
            "There is no pattern for every kind.", where=file_name, to_do="Add a line `write: … {{field}} …`."
        )
    fields, written = re.split("[ ,+]", reply), " ".join(sum(patterns.values(), ()))
    for stray in sorted({one for one in _PLACEHOLDER.findall(written) if one not in fields}):
        raise BadInput(f"The reply has no field {{{{{stray}}}}}.", where=file_name, to_do="Name it in the reply line.")
    return Template(name=name, reply=reply, max_tokens=int(tokens) if tokens else None, turns=turns, patterns=patterns)


def _header(file_name: str, header: str) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for line in header.splitlines():
        key, colon, value = (part.strip() for part in line.partition(":"))
        if line.strip() and not (colon and key in _HEADERS and _HEADERS[key].fullmatch(value)):
            raise BadInput(
                f"This header line is not understood: {line.strip()[:80]}",
                where=file_name,
                to_do="Use `reply: text`, `json FIELD`, `append FIELD`, `choice A|B` or `digit`; `max_tokens: NUMBER`; `write: … {{field}} …`.",
            )
        if line.strip():
            settings.setdefault(key, []).append(value)
    return settings


def _ask(template: Template, sampling: Sampling, seed: int | None, fill: Mapping[str, str]) -> ChatRequest:
    messages = tuple(
        replace(turn, content=_PLACEHOLDER.sub(lambda match: fill.get(match[1], match[0]), turn.content))
        for turn in template.turns
    )
    most = min(template.max_tokens or sampling.max_tokens, sampling.max_tokens)
    kind, _, fields = template.reply.partition(" ")
    return ChatRequest(
        messages=messages,
        sampling=replace(sampling, max_tokens=most),
        seed=seed,
        schema=_schema(re.split("[,+]", fields)) if kind in _JSON_KINDS else None,
        top_logprobs=_TOP_LOGPROBS if kind in ("choice", "digit") else 0,
    )


def _schema(fields: list[str]) -> str:
    properties = {field: {"type": "string", "minLength": 1} for field in fields}
    schema = {"type": "object", "properties": properties, "required": fields, "additionalProperties": False}
    return json.dumps(schema)


def evolve_request(
    pack: Pack, *, operation: Operation, instruction: str, data_format: str | None, sampling: Sampling, seed: int
) -> ChatRequest:
    """Ask for one evolution. A format without a demonstration of its own uses the operation's general one."""
    template = pack.templates.get(f"{operation.value}.{data_format}", pack.templates[operation.value])
    spark = pack.sparks[seed % len(pack.sparks)] if pack.sparks else ""
    fill = {"instruction": instruction, "data_format": data_format or DATA_FORMATS[-1], "spark": spark}
    return _ask(template, sampling, seed, fill)


def judge_request(pack: Pack, *, parent: str, child: str) -> ChatRequest:
    """Ask whether a child is equal to its parent."""
    return _ask(pack.templates[JUDGE], _EXACT, None, {"parent": parent, "child": child})


def score_request(pack: Pack, *, instruction: str) -> ChatRequest:
    """Ask how difficult an instruction is, 1 to 10."""
    return _ask(pack.templates[SCORE], _EXACT, None, {"instruction": instruction})


def respond_request(*, instruction: str, sampling: Sampling, seed: int) -> ChatRequest:
    """Ask the instruction itself, with nothing around it, as the paper does."""
    return ChatRequest(messages=(Message(role="user", content=instruction),), sampling=sampling, seed=seed)


_EXACT = Sampling(temperature=0.0, top_p=1.0, max_tokens=16)


def read_evolution(pack: Pack, operation: Operation, reply: ChatReply, *, parent: str) -> str | None:
    """The evolved instruction, or None if the reply is malformed: no JSON, another field, or nothing in it."""
    template = pack.templates[operation.value]
    kind, _, names = template.reply.partition(" ")
    text = reply.text.strip()
    if kind not in _JSON_KINDS:
        return text or None
    patterns = template.patterns_for(parent)
    fields = _fields(text, names if patterns else names.split(",")[-1])
    if fields is None:
        return None
    written = _in_words(patterns, fields) if patterns else "\n\n".join(fields.values())
    return _appended(parent.strip(), written) if kind == "append" else written


def _fields(text: str, names: str) -> dict[str, str] | None:
    """The named fields of the JSON object in a text; None if there is none or a field is missing or empty."""
    start, end = text.find("{"), text.rfind("}")
    try:
        value = json.loads(text[start : end + 1], strict=False) if 0 <= start < end else None
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    found = {name: value.get(name) for name in re.split("[,+]", names)}
    whole = {name: part.strip() for name, part in found.items() if isinstance(part, str) and part.strip()}
    return whole if len(whole) == len(found) else None


def _in_words(patterns: Sequence[str], fields: Mapping[str, str]) -> str:
    """One of the patterns, filled. Which one follows from the fields, so that reading again gives the same text."""
    pattern = patterns[sum("".join(fields.values()).encode("utf-8", "surrogatepass")) % len(patterns)]
    phrases = {name: text if "\n" in text else text.rstrip(" .,;:!?") for name, text in fields.items()}
    return _PLACEHOLDER.sub(lambda match: phrases[match[1]], pattern)


def _appended(parent: str, addition: str) -> str:
    """The addition after the parent, in a paragraph of its own if the parent has several lines."""
    if addition.casefold().startswith(parent.casefold()):
        return addition  # the model wrote the parent out again, as it was not asked to
    if "\n" in parent or "\n" in addition:
        return f"{parent}\n\n{addition}"
    return f"{parent}. {addition}" if parent[-1:].isalnum() else f"{parent} {addition}"
