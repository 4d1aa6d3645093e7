"""Prompt packs: folders of .md files that say how to ask, and how to read what comes back.

A template (core/evolution/template.py) is header lines, then turns. Placeholders are replaced in one pass, so that a text
which itself holds `{{child}}` stays as it is.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from core.domain.call import ChatReply, ChatRequest, Message, Sampling
from core.domain.operation import DATA_FORMATS, Operation
from core.errors import BadInput
from core.evolution.template import (
    JUDGE,
    JUDGE_NAMED,
    MOST_BYTES,
    PLACEHOLDER,
    SCORE,
    SCORE_SIBLINGS,
    Template,
    read_template,
    require_text,
)
from core.evolution.text import shingles, telling_words

LABELS_FILE = "labels.md"
SPARKS_FILE = "sparks.md"
BUILT_IN_LABELS = ("given prompt", "rewritten prompt", "created prompt")
EXAMPLE_WORDS = 5
_TOP_LOGPROBS = 20
_LIST = re.compile(r",\s+(?:and\s+)?|\s+and\s+")
_JSON_KINDS = ("json", "append")
_REQUIRED = (*(operation.value for operation in Operation), JUDGE, SCORE)
_FORMATS = tuple(f"{Operation.COMPLICATE_INPUT.value}.{name}" for name in DATA_FORMATS)
_OPTIONAL = (*_FORMATS, JUDGE_NAMED, SCORE_SIBLINGS)
NEEDED_FILES = (*(f"{name}.md" for name in _REQUIRED), LABELS_FILE)
KNOWN_FILES = (*NEEDED_FILES, *(f"{name}.md" for name in _OPTIONAL), SPARKS_FILE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """A whole set of prompts. `hash` is SHA-256 over its content and stands in every node that it made.

    `sparks` are the things of which `{{spark}}` becomes one, drawn by the request's seed: left alone, a small model
    stays with the subject that it was shown. `own_words` are the telling words of its patterns: no model said them.
    `examples` are the runs of five words in its demonstrations: a model that repeats one has made nothing up.
    """

    name: str
    hash: str
    templates: Mapping[str, Template]
    labels: tuple[str, ...]
    sparks: tuple[str, ...]
    files: Mapping[str, str]
    own_words: frozenset[str]
    examples: frozenset[tuple[str, ...]]

    @property
    def scores_siblings(self) -> bool:
        """Whether it has the prompt that rates several instructions in one call."""
        return SCORE_SIBLINGS in self.templates


def load_pack(folder: Path) -> Pack:
    """Read a pack's .md files. Raises BadInput that names the file."""
    return pack_from_files(folder.name, read_files(folder))


def read_files(folder: Path) -> dict[str, str]:
    """The texts of a folder's .md files, by name. Raises BadInput for none, and for one that cannot be a prompt."""
    files = {}
    for path in sorted(folder.glob("*.md")):
        if path.is_symlink() or not path.is_file():
            raise BadInput("This is no file of its own.", where=path.name, to_do="Put the prompt itself there.")
        with path.open("rb") as file:
            files[path.name] = text_of(path.name, file.read(MOST_BYTES + 4))
    if not files:
        raise BadInput("This folder holds no prompt files.", where=str(folder), to_do="Choose a folder of .md files.")
    return files


def text_of(file_name: str, content: bytes) -> str:
    """A prompt file's text. Raises BadInput for one that is too long, or not UTF-8."""
    if len(content) > MOST_BYTES + 3:  # 3: a mark at the start that says UTF-8
        raise BadInput(f"It has more than {MOST_BYTES:,} bytes.", where=file_name, to_do="Shorten it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("This prompt is not UTF-8 text.", where=file_name, to_do="Save it as UTF-8.") from error


def pack_from_files(name: str, files: Mapping[str, str]) -> Pack:
    """A pack from file names and their texts. Raises BadInput that names the file and what it lacks."""
    texts = _one_kind_of_line_end(files)
    for fault in _faults(texts):
        raise fault
    templates = {
        file_name.removesuffix(".md"): read_template(file_name.removesuffix(".md"), file_name, text)
        for file_name, text in texts.items()
        if file_name not in (LABELS_FILE, SPARKS_FILE)
    }
    return Pack(
        name=name,
        hash=hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest(),
        templates=MappingProxyType(templates),
        labels=tuple(dict.fromkeys((*BUILT_IN_LABELS, *(label.casefold() for label in _lines(texts[LABELS_FILE]))))),
        sparks=_lines(texts.get(SPARKS_FILE, "")),
        files=MappingProxyType(texts),
        own_words=frozenset(telling_words(PLACEHOLDER.sub(" ", " ".join(_patterns(templates.values()))))),
        examples=frozenset().union(*(shingles(said, EXAMPLE_WORDS) for said in _examples(templates.values()))),
    )


def faults(files: Mapping[str, str]) -> tuple[BadInput, ...]:
    """Everything that is wrong with a pack's files, one fault a file; () for a pack that can be used."""
    return tuple(_faults(_one_kind_of_line_end(files)))


def _faults(texts: Mapping[str, str]) -> Iterator[BadInput]:
    for needed in (one for one in NEEDED_FILES if one not in texts):
        yield BadInput("The pack lacks this file.", where=needed, to_do="Add it, or copy it from a shipped pack.")
    for file_name, text in texts.items():
        try:
            _check(file_name, text, texts)
        except BadInput as fault:
            yield fault


def _check(file_name: str, text: str, texts: Mapping[str, str]) -> None:
    require_text(file_name, text)
    stem = file_name.removesuffix(".md")
    if file_name not in KNOWN_FILES:
        raise BadInput("No prompt has this name.", where=file_name[:80], to_do=f"Use one of: {', '.join(_REQUIRED)}.")
    if file_name in (LABELS_FILE, SPARKS_FILE):
        return
    template = read_template(stem, file_name, text)
    if "{{spark}}" in text and not _lines(texts.get(SPARKS_FILE, "")):
        raise BadInput("It wants a {{spark}}, but there are none.", where=file_name, to_do="Add sparks.md.")
    if stem in _FORMATS:
        _require_same_reply(template, file_name, texts)


def _require_same_reply(template: Template, file_name: str, texts: Mapping[str, str]) -> None:
    """What comes back is read by the operation's general template, whichever of them asked."""
    general = f"{Operation.COMPLICATE_INPUT.value}.md"
    try:
        other = read_template(Operation.COMPLICATE_INPUT.value, general, texts.get(general, ""))
    except BadInput:
        return  # that fault is named by itself
    if (template.reply, template.patterns) != (other.reply, other.patterns):
        raise BadInput(
            f"Its `reply` and `write` lines differ from those of {general}.", where=file_name, to_do="Make them alike."
        )


def _one_kind_of_line_end(files: Mapping[str, str]) -> dict[str, str]:
    return {key: files[key].replace("\r\n", "\n").replace("\r", "\n") for key in sorted(files)}


def _examples(templates: Iterable[Template]) -> Iterator[str]:
    return (turn.content for one in templates for turn in one.turns if turn.role == "assistant")


def _patterns(templates: Iterable[Template]) -> Iterator[str]:
    return (pattern for template in templates for found in template.patterns.values() for pattern in found)


def _lines(text: str) -> tuple[str, ...]:
    bare = (line.strip().strip("#").strip() for line in text.splitlines())
    return tuple(line for line in bare if line)


def _ask(template: Template, sampling: Sampling, seed: int | None, fill: Mapping[str, str]) -> ChatRequest:
    messages = tuple(
        replace(turn, content=PLACEHOLDER.sub(lambda match: fill.get(match[1], match[0]), turn.content))
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
    """Ask whether a child is equal to its parent, or whether what it was made of is open in the parent at all."""
    named = named_in(pack, parent=parent, child=child)
    return _ask(judge_of(pack, named), _EXACT, None, {"parent": parent, "child": child, "named": named})


def judge_of(pack: Pack, named: str) -> Template:
    """The judge for a child with this in its pattern; the judge of equality for "" (docs/quality.md says why)."""
    return pack.templates[JUDGE_NAMED if named else JUDGE]


def named_in(pack: Pack, *, parent: str, child: str) -> str:
    """What the model named and a pattern made a demand of; "" if no pattern did, or nobody judges that field."""
    judge = pack.templates.get(JUDGE_NAMED)
    if judge is None or not child.startswith(parent.strip()):
        return ""
    added, slot = child[len(parent.strip()) :].lstrip(" .\n"), "{{" + judge.named + "}}"
    for pattern in _patterns(pack.templates.values()):
        before, found, after = pattern.partition(slot)
        if found and len(added) > len(before + after) and added.startswith(before) and added.endswith(after):
            return added[len(before) : len(added) - len(after)]
    return ""


def score_request(pack: Pack, *, instruction: str) -> ChatRequest:
    """Ask how difficult an instruction is, 1 to 10."""
    return _ask(pack.templates[SCORE], _EXACT, None, {"instruction": instruction})


def siblings_request(pack: Pack, *, instructions: Sequence[str]) -> ChatRequest:
    """Ask how difficult several instructions are, in one call; they are numbered from 1. KeyError if the pack cannot."""
    numbered = "\n\n".join(f"[{number}] {text}" for number, text in enumerate(instructions, 1))
    return _ask(pack.templates[SCORE_SIBLINGS], _EXACT_LINES, None, {"instructions": numbered})


def respond_request(*, instruction: str, sampling: Sampling, seed: int) -> ChatRequest:
    """Ask the instruction itself, with nothing around it, as the paper does."""
    return ChatRequest(messages=(Message(role="user", content=instruction),), sampling=sampling, seed=seed)


_EXACT = Sampling(temperature=0.0, top_p=1.0, max_tokens=16)
_EXACT_LINES = Sampling(temperature=0.0, top_p=1.0, max_tokens=128)


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
    written = _in_words(patterns, fields, template.drop) if patterns else "\n\n".join(fields.values())
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


def _in_words(patterns: Sequence[str], fields: Mapping[str, str], drop: frozenset[str]) -> str:
    """One of the patterns, filled. Which one follows from the fields, so that reading again gives the same text."""
    pattern = patterns[sum("".join(fields.values()).encode("utf-8", "surrogatepass")) % len(patterns)]
    phrases = {name: text if "\n" in text else _without(text.rstrip(" .,;:!?"), drop) for name, text in fields.items()}
    return PLACEHOLDER.sub(lambda match: phrases[match[1]], pattern)


def _without(listed: str, words: frozenset[str]) -> str:
    """A list such as "the size, the reason and the place" without the things that have one of the words; all, if none is left."""
    things = _LIST.split(listed)
    kept = [one for one in things if words.isdisjoint(one.casefold().split())]
    if not kept or len(kept) == len(things):
        return listed
    return " and ".join(part for part in (", ".join(kept[:-1]), kept[-1]) if part)


def _appended(parent: str, addition: str) -> str:
    """The addition after the parent, in a paragraph of its own if the parent has several lines."""
    if addition.casefold().startswith(parent.casefold()):
        return addition  # the model wrote the parent out again, as it was not asked to
    if "\n" in parent or "\n" in addition:
        return f"{parent}\n\n{addition}"
    return f"{parent}. {addition}" if parent[-1:].isalnum() else f"{parent} {addition}"
