"""Prompt packs: folders of .md files that say how to ask (core/evolution/asking.py), and how to read what comes back (reply.py).

A template (core/evolution/template.py) is header lines, then turns. Placeholders are replaced in one pass, so that a text
which itself holds `{{child}}` stays as it is.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

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
JSON_KINDS = ("json", "append")
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
        own_words=frozenset(telling_words(PLACEHOLDER.sub(" ", " ".join(patterns_of(templates.values()))))),
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


def patterns_of(templates: Iterable[Template]) -> Iterator[str]:
    return (pattern for template in templates for found in template.patterns.values() for pattern in found)


def _lines(text: str) -> tuple[str, ...]:
    bare = (line.strip().strip("#").strip() for line in text.splitlines())
    return tuple(line for line in bare if line)
