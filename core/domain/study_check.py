"""What is looked at before a study is opened, and what is found."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something to settle before opening. `blocks`: the study cannot be opened before."""

    where: str
    what: str
    to_do: str
    blocks: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """A word that names a system, in a text that annotators read."""

    where: str
    word: str


class FlagKind(StrEnum):
    """What may be wrong with a response. Each is shown as it is: a flag changes nothing by itself."""

    NAMES = "names"
    IDENTICAL = "identical"
    EMPTY = "empty"
    LONG = "long"

    @property
    def label(self) -> str:
        return {
            FlagKind.NAMES: "names a model",
            FlagKind.IDENTICAL: "is the same as another response",
            FlagKind.EMPTY: "is empty",
            FlagKind.LONG: "is very long",
        }[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """One response, and what was found of it. `words`: the names in it, or the other systems' with the same text."""

    kind: FlagKind
    key: str
    prompt_id: str
    candidate_id: str
    system: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Flags:
    """`shown` are the first of each kind; `counts` counts all."""

    counts: tuple[tuple[FlagKind, int], ...]
    shown: tuple[Flag, ...]
