"""Names of systems where they must not stand: found, and blacked out."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from core.domain.study import StudyDesign
from core.domain.study_now import StudySystem

BLACKED = "■■■"
# Models and makers that responses are known to name. Our own list; more may be masked by hand.
_KNOWN = (
    "ChatGPT", "GPT-3", "GPT-3.5", "GPT-4", "GPT-4o", "GPT-5", "OpenAI", "Claude", "Anthropic", "Llama", "LLaMA-2", "Meta AI", "Alpaca",
    "Vicuna", "WizardLM", "WizardCoder", "Gemini", "Gemma", "Bard", "PaLM", "DeepMind", "Google AI", "Mistral", "Mixtral", "Qwen",
    "Tongyi", "Alibaba Cloud", "DeepSeek", "Kimi", "Moonshot AI", "ChatGLM", "Zhipu", "Baichuan", "ERNIE Bot", "Falcon LLM",
    "Cohere", "Command R", "Grok", "xAI", "Phi-3", "Microsoft Copilot", "SmolLM", "Hugging Face", "Koala", "Dolly", "StableLM",
)  # fmt: skip
# Parts of models' names that stand in any text.
_COMMON_WORDS = """
base baseline beta chat code coder data dataset epoch final fine free from full human instruct instruction large last latest line
main medium micro mini model nano next original output outputs preview prompt response responses run sample small system test text
this tiny trained tuned turbo version with
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_LEAST_LETTERS = 3  # of a name: "A" is no leak, it is an article
_LEAST_OF_PART = 4
# Scripts whose words no space parts: what stands beside a name there is no part of it.
_LETTER = r"[^\W\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"


def telling(system: StudySystem) -> tuple[str, ...]:
    """The words that give a system away: its name, its model's, and the parts of both that are no everyday words."""
    found: dict[str, None] = {}
    for name in (system.name, system.model):
        whole = name.strip()
        pieces = [piece for piece in re.split(r"[\s/\\:_@-]+", whole) if _tells(piece)]
        for word in (whole, whole.rsplit("/", 1)[-1], *pieces):
            if len(word) >= _LEAST_LETTERS and word.casefold() not in _COMMON:
                found.setdefault(word)
    return tuple(found)


def names_in(text: str, words: Sequence[str], *, known: bool = False) -> tuple[str, ...]:
    """Which of these words stand in a text, as whole words whatever their case; `known`: also models that are generally known."""
    pattern = _pattern((*words, *_KNOWN) if known else tuple(words))
    if pattern is None:
        return ()
    return tuple({found.casefold(): found for found in pattern.findall(text)}.values())


def shown(design: StudyDesign, text: str) -> str:
    """A response as a rater, human or not, is shown it: masked words are black."""
    pattern = _pattern(design.masked)
    return pattern.sub(BLACKED, text) if pattern else text


def _tells(piece: str) -> bool:
    return len(piece) >= _LEAST_OF_PART and any(map(str.isalpha, piece)) and not re.fullmatch(r"v?[\d.]+[a-z]?", piece)


@lru_cache(maxsize=64)
def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Longest first, so that no name is found in the middle of a longer one."""
    parts = sorted({re.escape(word) for word in words if word.strip()}, key=lambda part: (-len(part), part))
    return re.compile(rf"(?<!{_LETTER})(?:{'|'.join(parts)})(?!{_LETTER})", re.IGNORECASE) if parts else None
